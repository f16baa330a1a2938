import Numerics
import Objectives

/// (1/n) Σ Hᵢ² − H², the variance of the samples' Hessians: the root of its largest eigenvalue is the non-uniformity of Wu, Ma and E
/// 2018 (NeurIPS), which with the sharpness bounds the steps at which SGD is stable.
///
/// A product takes a product with every sample's Hessian twice, and two with their mean. Samples go through in parts, so that a
/// few megabytes of the rows Hᵢv stand at a time.
public struct HessianVarianceOperator<Objective: FiniteSumObjective>: SymmetricOperator
where Objective.Scalar: BLASScalar {
  /// That of the objective.
  public typealias Scalar = Objective.Scalar

  private let hessian: CurvatureOperator<Objective>
  private let squares: CurvatureOperator<Objective>

  /// At the parameters, over the batch or all samples.
  ///
  /// - Throws: `InputError` for a wrong number of parameters or ones that are not finite, and for samples that are not there.
  public init(
    of objective: Objective, at parameters: [Scalar], over batch: Batch? = nil, workers: Int = 1,
    keptBytes: Int = CurvatureOperator<Objective>.defaultKeptBytes
  ) throws(InputError) {
    hessian = try .hessian(of: objective, at: parameters, over: batch, workers: workers, keptBytes: keptBytes / 2)
    squares = try CurvatureOperator(
      "(1/n) Σ Hᵢ²", objective, at: parameters, over: batch, workers: workers, keptBytes: keptBytes / 2,
      Self.meanSquare)
  }

  /// d.
  public var dimension: Int { hessian.dimension }
  /// The formula, and f.
  public var formula: String { "(1/n) Σ Hᵢ² − H², H = \(hessian.formula)" }

  /// Room for products of H and of single samples.
  public struct Workspace {
    var hessian: CurvatureOperator<Objective>.Workspace
    var squares: CurvatureOperator<Objective>.Workspace
  }

  /// Room for both.
  public func makeWorkspace() -> Workspace {
    Workspace(hessian: hessian.makeWorkspace(), squares: squares.makeWorkspace())
  }

  /// That of both, and of the rows Hᵢv.
  public var workspaceBytes: Int {
    hessian.workspaceBytes + squares.workspaceBytes + 8 * Self.rowNumbers * MemoryLayout<Scalar>.stride
  }

  /// The most numbers in the rows Hᵢv of a part, unless one row has more.
  private static var rowNumbers: Int { 1 << 19 }

  /// (1/n) Σ Hᵢ(Hᵢv) − H(Hv).
  public func multiply(
    _ vector: Span<Scalar>, into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    squares.multiply(vector, into: &product, using: &workspace.squares)
    var (once, twice) = ([Scalar](repeating: 0, count: dimension), [Scalar](repeating: 0, count: dimension))
    once.withUnsafeMutableBufferPointer {
      var span = $0.mutableSpan
      hessian.multiply(vector, into: &span, using: &workspace.hessian)
    }
    hessian.multiply(once, into: &twice, using: &workspace.hessian)
    twice.withUnsafeBufferPointer { twice in
      product.withUnsafeMutableBufferPointer { Vectors.add(-1, twice, keeping: true, to: $0) }
    }
  }

  private static var meanSquare: CurvatureOperator<Objective>.PartProduct {
    { objective, parameters, vector, batch, product, workspace in
      let d = objective.parameterCount
      var isFirst = true
      var (rows, sum) = ([Scalar](), [Scalar](repeating: 0, count: d))
      for part in batch.parts(of: max(1, rowNumbers / d)) {
        let count = part.indices.count * d
        if rows.count != count { rows = [Scalar](repeating: 0, count: count) }
        rows.withUnsafeMutableBufferPointer {
          var span = $0.mutableSpan
          objective.sampleHessianVectorProducts(
            at: parameters, times: vector, over: part, into: &span, using: &workspace)
        }
        rows.withUnsafeMutableBufferPointer { rows in
          for (row, multiplicity) in part.multiplicities.enumerated() {
            let weight = Double(multiplicity) / Double(batch.size)
            Vectors.scale(UnsafeMutableBufferPointer(rebasing: rows[row * d..<(row + 1) * d]), by: weight)
          }
        }
        rows.withUnsafeBufferPointer { rows in
          sum.withUnsafeMutableBufferPointer {
            var span = $0.mutableSpan
            objective.sampleHessianVectorSum(
              at: parameters, times: rows.span, over: part, into: &span, using: &workspace)
          }
        }
        sum.withUnsafeBufferPointer { sum in
          product.withUnsafeMutableBufferPointer { Vectors.add(1, sum, keeping: !isFirst, to: $0) }
        }
        isFirst = false
      }
    }
  }
}
