import Numerics

/// A symmetric linear operator on ℝᵈ that is known by its products.
///
/// Eigenvalues, traces and densities ask for nothing else. An operator is an immutable value; what a product needs to
/// scribble on lives in a workspace, whose size is known before it is made.
public protocol SymmetricOperator<Scalar>: Sendable {
  /// The numbers of vectors and products.
  associatedtype Scalar: BLASScalar = Double
  /// Scratch memory.
  associatedtype Workspace = Void

  /// d.
  var dimension: Int { get }
  /// What it is, loss scaling included, as a formula for reports.
  var formula: String { get }
  /// The bytes that a workspace comes to hold: the peak of a product's memory.
  var workspaceBytes: Int { get }

  /// Scratch memory for products, one after the other.
  func makeWorkspace() -> Workspace

  /// Writes A·vector.
  ///
  /// - Precondition: both have d entries.
  func multiply(
    _ vector: Span<Scalar>, into product: inout MutableSpan<Scalar>, using workspace: inout Workspace)

  /// vᵀAv: by default from a product, of which it is a part.
  func quadraticForm(_ vector: Span<Scalar>, using workspace: inout Workspace) -> Double
}

extension SymmetricOperator where Workspace == Void {
  /// Nothing is needed.
  public func makeWorkspace() {}
}

extension SymmetricOperator {
  /// Next to nothing.
  public var workspaceBytes: Int { 0 }

  /// ⟨v, Av⟩.
  public func quadraticForm(_ vector: Span<Scalar>, using workspace: inout Workspace) -> Double {
    formByProduct(vector, using: &workspace)
  }

  func formByProduct(_ vector: Span<Scalar>, using workspace: inout Workspace) -> Double {
    var image = [Scalar](repeating: 0, count: dimension)
    return image.withUnsafeMutableBufferPointer { image in
      var span = image.mutableSpan
      multiply(vector, into: &span, using: &workspace)
      return vector.withUnsafeBufferPointer { Vectors.dot($0, UnsafeBufferPointer(image)) }
    }
  }

  /// A·vector, for code where an allocation does not matter.
  public func product(_ vector: [Scalar]) -> [Scalar] {
    var workspace = makeWorkspace()
    return product(vector, using: &workspace)
  }

  /// A·vector, with a workspace of one's own.
  public func product(_ vector: [Scalar], using workspace: inout Workspace) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: dimension)
    multiply(vector, into: &result, using: &workspace)
    return result
  }

  /// Writes A·vector.
  func multiply(_ vector: [Scalar], into product: inout [Scalar], using workspace: inout Workspace) {
    vector.withUnsafeBufferPointer { vector in
      product.withUnsafeMutableBufferPointer {
        var span = $0.mutableSpan
        multiply(vector.span, into: &span, using: &workspace)
      }
    }
  }

  /// The operator as a matrix, from d products; symmetrised by averaging with its transpose. Room: d² numbers.
  public func dense() -> Matrix {
    let d = dimension
    var workspace = makeWorkspace()
    var result = Matrix(rows: d, columns: d)
    var (axis, column) = ([Scalar](repeating: 0, count: d), [Scalar](repeating: 0, count: d))
    result.withUnsafeMutableStorage { entries in
      for j in 0..<d {
        axis[j] = 1
        multiply(axis, into: &column, using: &workspace)
        axis[j] = 0
        for i in 0..<d { entries[j * d + i] = Double(column[i]) }
      }
      for i in 0..<d {
        for j in 0..<i {
          let mean = 0.5 * (entries[i * d + j] + entries[j * d + i])
          (entries[i * d + j], entries[j * d + i]) = (mean, mean)
        }
      }
    }
    return result
  }
}

/// A dense symmetric matrix as an operator.
public struct MatrixOperator: SymmetricOperator {
  /// A.
  public let matrix: Matrix
  /// What it is.
  public let formula: String

  /// A symmetric matrix.
  ///
  /// - Throws: `InputError` for a matrix that is not square, not finite, or not symmetric to 1e-8 of its largest entry.
  public init(_ matrix: Matrix, formula: String = "a matrix") throws(InputError) {
    self.matrix = try LinearAlgebra.symmetricPart(of: matrix)
    self.formula = formula
  }

  /// d.
  public var dimension: Int { matrix.rows }

  /// A·vector, by `dsymv`.
  public func multiply(_ vector: Span<Double>, into product: inout MutableSpan<Double>, using workspace: inout Void) {
    matrix.multiplySymmetric(vector, into: &product)
  }
}

/// Somebody's own products as an operator.
public struct ClosureOperator<Scalar: BLASScalar>: SymmetricOperator {
  /// d.
  public let dimension: Int
  /// What it is.
  public let formula: String
  private let product: @Sendable ([Scalar]) -> [Scalar]

  /// The operator v ↦ `product(v)` on ℝᵈ, which the caller knows to be linear and symmetric.
  ///
  /// - Precondition: `dimension ≥ 1`, and `product` returns as many numbers.
  public init(dimension: Int, formula: String = "a given operator", product: @escaping @Sendable ([Scalar]) -> [Scalar])
  {
    precondition(dimension >= 1, "an operator on at least one dimension")
    self.dimension = dimension
    self.formula = formula
    self.product = product
  }

  /// `product(vector)`.
  public func multiply(_ vector: Span<Scalar>, into result: inout MutableSpan<Scalar>, using workspace: inout Void) {
    let image = product(vector.withUnsafeBufferPointer { Array($0) })
    precondition(image.count == dimension, "a product with \(dimension) entries")
    for j in 0..<dimension { result[j] = image[j] }
  }
}
