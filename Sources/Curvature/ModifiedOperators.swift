import Numerics

/// A block of an operator: the rows and columns of some parameters, those of a layer for instance, the others held still.
public struct RestrictedOperator<Base: SymmetricOperator>: SymmetricOperator {
  /// The whole operator.
  public let base: Base
  /// The parameters of the block, in ascending ranges.
  public let ranges: [Range<Int>]
  /// How many they are.
  public let dimension: Int

  /// The block of `base` over the parameters of `ranges`.
  ///
  /// - Throws: `InputError` unless there is at least one parameter, and the ranges ascend within the operator's dimension.
  public init(_ base: Base, to ranges: [Range<Int>]) throws(InputError) {
    var end = 0
    for range in ranges {
      guard range.lowerBound >= end, range.upperBound <= base.dimension else {
        throw InputError(
          "parameters of a block", expected: "ascending ranges within 0..<\(base.dimension)", found: "\(range)")
      }
      end = range.upperBound
    }
    self.base = base
    self.ranges = ranges.filter { !$0.isEmpty }
    dimension = ranges.reduce(0) { $0 + $1.count }
    guard dimension > 0 else { throw InputError("parameters of a block", expected: "at least one", found: "none") }
  }

  /// The whole one's formula and the block.
  public var formula: String {
    "\(base.formula), parameters \(ranges.map { "\($0.lowerBound) to \($0.upperBound - 1)" }.joined(separator: ", "))"
  }

  /// A workspace of the whole operator, a vector and a product.
  public struct Workspace {
    var base: Base.Workspace
    var vector: [Base.Scalar]
    var product: [Base.Scalar]
  }

  /// Room for a product of the whole operator.
  public func makeWorkspace() -> Workspace {
    let zeros = [Base.Scalar](repeating: 0, count: base.dimension)
    return Workspace(base: base.makeWorkspace(), vector: zeros, product: zeros)
  }

  /// That of the whole operator and two vectors.
  public var workspaceBytes: Int { base.workspaceBytes + 2 * base.dimension * MemoryLayout<Base.Scalar>.stride }

  /// A product of the whole operator with the vector, 0 elsewhere; of it the block's entries.
  public func multiply(
    _ vector: Span<Base.Scalar>, into product: inout MutableSpan<Base.Scalar>, using workspace: inout Workspace
  ) {
    precondition(vector.count == dimension && product.count == dimension, "vectors of the block's dimension")
    vector.withUnsafeBufferPointer { vector in
      var place = 0
      for range in ranges {
        workspace.vector.replaceSubrange(range, with: vector[place..<place + range.count])
        place += range.count
      }
    }
    base.multiply(workspace.vector, into: &workspace.product, using: &workspace.base)
    product.withUnsafeMutableBufferPointer { product in
      var place = 0
      for range in ranges {
        _ = product[place...].update(fromContentsOf: workspace.product[range])
        place += range.count
      }
    }
  }
}

/// D^½ A D^½ for a positive diagonal matrix D: A in the coordinates of a preconditioned descent θ ← θ − η D∇f, which has
/// the eigenvalues of DA.
public struct PreconditionedOperator<Base: SymmetricOperator>: SymmetricOperator {
  /// A.
  public let base: Base
  private let roots: [Base.Scalar]

  /// - Parameters:
  ///   - base: A.
  ///   - diagonal: the d entries of D.
  /// - Throws: `InputError` unless there are d finite positive entries.
  public init(_ base: Base, diagonal: [Double]) throws(InputError) {
    guard diagonal.count == base.dimension, diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw InputError(
        "preconditioner", expected: "\(base.dimension) positive finite entries",
        found: diagonal.count == base.dimension ? "one that is not" : "\(diagonal.count)")
    }
    self.base = base
    roots = diagonal.map { Base.Scalar($0.squareRoot()) }
  }

  /// d.
  public var dimension: Int { base.dimension }
  /// The formula of A, preconditioned.
  public var formula: String { "D^½ A D^½, A = \(base.formula)" }

  /// A workspace of A and a vector.
  public struct Workspace {
    var base: Base.Workspace
    var vector: [Base.Scalar]
  }

  /// Room for a product.
  public func makeWorkspace() -> Workspace {
    Workspace(base: base.makeWorkspace(), vector: [Base.Scalar](repeating: 0, count: dimension))
  }

  /// That of A and a vector.
  public var workspaceBytes: Int { base.workspaceBytes + dimension * MemoryLayout<Base.Scalar>.stride }

  /// D^½ A D^½ times the vector.
  public func multiply(
    _ vector: Span<Base.Scalar>, into product: inout MutableSpan<Base.Scalar>, using workspace: inout Workspace
  ) {
    roots.withUnsafeBufferPointer { roots in
      vector.withUnsafeBufferPointer { vector in
        workspace.vector.withUnsafeMutableBufferPointer { Vectors.multiply(roots, vector, into: $0) }
      }
    }
    workspace.vector.withUnsafeBufferPointer { base.multiply($0.span, into: &product, using: &workspace.base) }
    roots.withUnsafeBufferPointer { roots in
      product.withUnsafeMutableBufferPointer { Vectors.multiply(roots, UnsafeBufferPointer($0), into: $0) }
    }
  }
}

/// A + shift·I: with a weight decay of (w/2)‖θ‖², the Hessian shifted by w.
public struct ShiftedOperator<Base: SymmetricOperator>: SymmetricOperator {
  /// A.
  public let base: Base
  /// What is added to every eigenvalue.
  public let shift: Double

  /// A + shift·I.
  public init(_ base: Base, by shift: Double) {
    self.base = base
    self.shift = shift
  }

  /// d.
  public var dimension: Int { base.dimension }
  /// The formula of A, shifted.
  public var formula: String { "\(base.formula) + \(shift)·I" }
  /// That of A.
  public var workspaceBytes: Int { base.workspaceBytes }
  /// That of A.
  public func makeWorkspace() -> Base.Workspace { base.makeWorkspace() }

  /// A times the vector, and shift times it.
  public func multiply(
    _ vector: Span<Base.Scalar>, into product: inout MutableSpan<Base.Scalar>, using workspace: inout Base.Workspace
  ) {
    base.multiply(vector, into: &product, using: &workspace)
    vector.withUnsafeBufferPointer { vector in
      product.withUnsafeMutableBufferPointer { Vectors.add(shift, vector, keeping: true, to: $0) }
    }
  }
}
