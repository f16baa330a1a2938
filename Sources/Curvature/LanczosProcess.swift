import Numerics

/// Lanczos's process with full reorthogonalisation: an orthonormal basis V of a Krylov space, in which the operator is a small
/// matrix T = VᵀAV.
///
/// Every image is orthogonalised against all vectors of the basis by classical Gram and Schmidt, and once more where little
/// is left of it. So the basis stays orthonormal to some roundings of its precision, and no eigenvalue appears twice.
///
/// Cost of step j: a product, and 4jd operations that read the basis twice.
struct LanczosProcess<Operator: SymmetricOperator> {
  typealias Scalar = Operator.Scalar

  let symmetric: Operator
  private var workspace: Operator.Workspace
  private(set) var basis: KrylovBasis<Scalar>
  /// Vectors at the beginning of the basis that are only kept away from.
  let lockedCount: Int
  /// T's diagonal.
  private(set) var diagonal: [Double] = []
  /// T's entries beside the diagonal, `coupling[j]` between j and j + 1.
  private(set) var coupling: [Double] = []
  /// After a restart T begins with a diagonal block of this order, each entry coupled to the row behind the block.
  private var arrow: [Double] = []
  /// What comes next, of length 1, and how long the residual was before.
  private(set) var next: [Scalar]
  private(set) var residualNorm = 0.0
  private(set) var products = 0
  private var image: [Scalar]

  /// Begins at `start`, after what it shares with the `locked` vectors is taken out.
  ///
  /// - Parameter scale: ‖A‖ as far as it is known from before.
  init(
    _ symmetric: Operator, locked: [[Scalar]] = [], start: [Scalar], scale: Double = 0, workers: Int
  ) {
    self.scale = scale
    self.symmetric = symmetric
    workspace = symmetric.makeWorkspace()
    basis = KrylovBasis(dimension: symmetric.dimension, workers: workers)
    for vector in locked { basis.append(vector) }
    lockedCount = locked.count
    next = start
    image = [Scalar](repeating: 0, count: symmetric.dimension)
    Vectors.scale(&next, by: 1 / Vectors.norm(next))
    for _ in 0..<2 where lockedCount > 0 {
      basis.subtract(basis.coefficients(of: next), from: &next)
      Vectors.scale(&next, by: 1 / Vectors.norm(next))
    }
  }

  /// How many vectors span the space.
  var count: Int { diagonal.count }

  /// The largest ‖Av‖ seen, an estimate of ‖A‖ from below.
  private(set) var scale: Double

  /// Whether the space is invariant: nothing is left of the last image but rounding.
  var isExhausted: Bool {
    count > 0
      && (residualNorm <= 64 * Double(Scalar.ulpOfOne) * scale || lockedCount + count >= symmetric.dimension)
  }

  /// Adds a vector to the space.
  ///
  /// - Throws: `InputError` where the product is not finite.
  mutating func step() throws(InputError) {
    basis.append(next)
    symmetric.multiply(next, into: &image, using: &workspace)
    products += 1
    let before = Vectors.norm(image)
    guard before.isFinite else {
      throw InputError(
        "Hessian-vector product", expected: "finite numbers", found: "one that is not",
        advice: "Is the loss finite at these parameters?")
    }
    // Once is enough unless little is left: what rounding left along the basis is then as large as the rest.
    var (norm, value) = (before, 0.0)
    for pass in 0..<5 {
      let inside = basis.coefficients(of: image)
      basis.subtract(inside, from: &image)
      value += inside[inside.count - 1]
      let left = Vectors.norm(image)
      let isEnough = left >= (pass == 0 ? 0.1 : 0.5) * norm
      norm = left
      if isEnough || norm <= 8 * Double(Scalar.ulpOfOne) * before { break }
    }
    if count > arrow.count || arrow.isEmpty, count > 0 { coupling.append(residualNorm) }
    diagonal.append(value)
    scale = max(scale, before)
    residualNorm = norm
    swap(&next, &image)
    if norm > 0 { Vectors.scale(&next, by: 1 / norm) }
  }

  /// T's eigenvalues, ascending, with its eigenvectors as rows.
  func ritz() throws(InputError) -> SymmetricEigendecomposition {
    if arrow.isEmpty {
      return try LinearAlgebra.tridiagonalEigendecomposition(diagonal: diagonal, offDiagonal: coupling)
    }
    var matrix = Matrix.diagonal(diagonal)
    for (place, value) in arrow.enumerated() where arrow.count < count {
      matrix[place, arrow.count] = value
      matrix[arrow.count, place] = value
    }
    for (place, value) in coupling.enumerated() {
      let row = arrow.count + place
      matrix[row, row + 1] = value
      matrix[row + 1, row] = value
    }
    return try LinearAlgebra.symmetricEigendecomposition(of: matrix)
  }

  /// The vector of the whole space that a vector over the basis stands for.
  func vector(_ coefficients: [Double]) -> [Scalar] {
    basis.combination([Double](repeating: 0, count: lockedCount) + coefficients)
  }

  /// Goes on with the Ritz vectors of `places` and the last residual instead of the whole space: a thick restart (Wu and Simon
  /// 2000, doi:10.1137/S0895479898334605). No product is lost that counts for them.
  mutating func restart(keeping places: [Int], of ritz: SymmetricEigendecomposition) {
    basis.replace(from: lockedCount, by: places.map { ritz.vectors.row($0) })
    arrow = places.map { residualNorm * ritz.vectors[$0, ritz.vectors.columns - 1] }
    diagonal = places.map { ritz.values[$0] }
    coupling = []
  }

  /// Writes A·vector with the process's own workspace, and counts it.
  mutating func multiply(_ vector: [Scalar], into product: inout [Scalar]) {
    symmetric.multiply(vector, into: &product, using: &workspace)
    products += 1
  }
}
