import Numerics

/// The largest eigenvalue ρ of C⁻¹D, with a certified bracket.
struct LeadingSecondMoment: Sendable {
  /// The Rayleigh quotient ⟨S, D[S]⟩/⟨S, C[S]⟩ of the last matrix.
  var ratio: Double
  /// ρ is at least this: any Rayleigh quotient is a bound.
  var lower: Double
  /// ρ is at most this, by Collatz and Wielandt.
  var upper: Double
  /// The positive semidefinite eigenmatrix, of trace 1.
  var matrix: Matrix
  /// How often D was applied.
  var applications = 0
  /// The Collatz–Wielandt bracket of each plain power step, in order.
  var history: [(lower: Double, upper: Double)] = []
  /// Whether power steps were slow, and conjugate directions followed them.
  var isAccelerated = false
  /// ‖C⁻¹D[S] − ρS‖ relative to ρ‖S‖, both in the norm of C.
  var residual = Double.infinity

  var width: Double { upper / lower - 1 }
}

extension SecondMomentOperator {
  /// Finds ρ by power steps from the identity, each with its bracket, then, if they are slow, by locally optimal
  /// conjugate directions (Knyazev 2001, doi:10.1137/S1064827500366124) with the Lyapunov inverse as preconditioner.
  ///
  /// Both are matrix-free: one sandwich a step. The estimate from the conjugate directions has an error of the
  /// residual squared. The bracket is certified up to rounding whatever has converged; where the eigenmatrix is
  /// nearly singular its upper end can stay away.
  ///
  /// - Parameters:
  ///   - tolerance: The relative width of the bracket at which to stop.
  ///   - powerSteps: How many plain power steps come first. With momentum none: D then has negative eigenvalues,
  ///     which can be the largest in size.
  ///   - limit: The most applications of D.
  func leading(
    tolerance: Double = 1e-12, powerSteps: Int = 20, limit: Int = 2_000
  ) throws(InputError) -> LeadingSecondMoment {
    var s = Matrix.identity(order)
    scale(&s, by: 1 / Double(order))
    var image = apply(s)
    var state = LeadingSecondMoment(ratio: 0, lower: 0, upper: .infinity, matrix: s, applications: 1)
    while true {
      update(&state, s, image)
      if let bracket = upperBound(s, image, estimate: state.ratio) {
        state.lower = max(state.lower, bracket.lower)
        state.upper = min(state.upper, bracket.upper)
        if momentum == 0 { state.history.append(bracket) }
      }
      if state.width <= tolerance || state.residual <= 1e-13 { return state }
      if momentum != 0 || state.applications > min(powerSteps, limit) { break }
      s = lyapunovInverse(image)
      normalise(&s)
      image = apply(s)
      state.applications += 1
    }
    let power = s
    state.isAccelerated = true
    try accelerate(&state, s, image, limit: limit)
    // The estimate is far better than the bracket now; a part in 10⁹ is enough of a certificate.
    certify(&state, positive: power, tolerance: max(tolerance, 1e-9))
    return state
  }

  private func update(_ state: inout LeadingSecondMoment, _ s: Matrix, _ image: Matrix) {
    let size = inner(s, s)
    let ratio = LinearAlgebra.dot(s.storage, image.storage) / size
    var rest = lyapunovInverse(image)
    add(-ratio, s, to: &rest)
    state.ratio = ratio
    state.lower = max(state.lower, ratio)
    state.matrix = s
    state.residual = (inner(rest, rest) / size).squareRoot() / abs(ratio)
  }

  /// Rayleigh–Ritz on the span of the iterate, its residual and the last direction.
  private func accelerate(
    _ state: inout LeadingSecondMoment, _ start: Matrix, _ startImage: Matrix, limit: Int
  ) throws(InputError) {
    var (x, dx) = (start, startImage)
    var direction: (matrix: Matrix, image: Matrix)?
    var stalled = 0
    while state.residual > 1e-12, state.applications < limit, stalled < 5 {
      let norm = inner(x, x).squareRoot()
      scale(&x, by: 1 / norm)
      scale(&dx, by: 1 / norm)
      var rest = lyapunovInverse(dx)
      add(-LinearAlgebra.dot(x.storage, dx.storage), x, to: &rest)
      var vectors = [(matrix: x, image: dx)]
      for candidate in [(matrix: rest, image: apply(rest)), direction].compactMap({ $0 }) {
        if let vector = orthonormalised(candidate, against: vectors) { vectors.append(vector) }
      }
      state.applications += 1
      let count = vectors.count
      var projected = Matrix(rows: count, columns: count)
      for j in 0..<count {
        for k in 0..<count {
          projected[j, k] = LinearAlgebra.dot(vectors[j].matrix.storage, vectors[k].image.storage)
        }
      }
      let ritz = try LinearAlgebra.symmetricEigendecomposition(of: projected, asymmetryTolerance: 1e-6)
      let weights = ritz.vectors.row(count - 1)
      var step = (matrix: Matrix(rows: order, columns: order), image: Matrix(rows: order, columns: order))
      for k in 1..<max(count, 1) {
        add(weights[k], vectors[k].matrix, to: &step.matrix)
        add(weights[k], vectors[k].image, to: &step.image)
      }
      scale(&x, by: weights[0])
      scale(&dx, by: weights[0])
      add(1, step.matrix, to: &x)
      add(1, step.image, to: &dx)
      direction = step
      // The recurrence of the images drifts by rounding; a fresh one now and then keeps it honest.
      if state.applications % 25 == 0 {
        dx = apply(x)
        state.applications += 1
      }
      let before = state.ratio
      update(&state, x, dx)
      stalled = abs(state.ratio - before) <= 4 * Double.ulpOfOne * abs(before) ? stalled + 1 : 0
    }
    normalise(&x)
    update(&state, x, apply(x))
    state.matrix = x
    state.applications += 1
  }

  /// An upper bound from the accelerated matrix, made positive definite by small parts of one that is.
  private func certify(_ state: inout LeadingSecondMoment, positive: Matrix, tolerance: Double) {
    for share in [1e-9, 1e-7, 1e-5, 1e-3] where state.width > tolerance {
      var s = state.matrix
      add(share, positive, to: &s)
      // One application of the positive map smooths what the mixture put where the eigenmatrix has little.
      var image = apply(s)
      state.applications += 1
      for _ in 0..<3 {
        if let bracket = upperBound(s, image, estimate: state.ratio) { state.upper = min(state.upper, bracket.upper) }
        if state.width <= tolerance { break }
        s = smoothed(s, image, ratio: state.lower)
        normalise(&s)
        image = apply(s)
        state.applications += 1
      }
    }
  }

  private func orthonormalised(
    _ vector: (matrix: Matrix, image: Matrix), against others: [(matrix: Matrix, image: Matrix)]
  ) -> (matrix: Matrix, image: Matrix)? {
    var (matrix, image) = vector
    let before = inner(matrix, matrix).squareRoot()
    for _ in 0..<2 {
      for other in others {
        let overlap = inner(matrix, other.matrix)
        add(-overlap, other.matrix, to: &matrix)
        add(-overlap, other.image, to: &image)
      }
    }
    let norm = inner(matrix, matrix).squareRoot()
    guard norm > 1e-10 * before, norm > 0 else { return nil }
    scale(&matrix, by: 1 / norm)
    scale(&image, by: 1 / norm)
    return (matrix, image)
  }

  private func add(_ factor: Double, _ other: Matrix, to matrix: inout Matrix) {
    matrix.withUnsafeMutableStorage { target in
      other.withUnsafeStorage { source in
        for index in target.indices { target[index] += factor * source[index] }
      }
    }
  }

  private func scale(_ matrix: inout Matrix, by factor: Double) {
    matrix.withUnsafeMutableStorage { entries in
      for index in entries.indices { entries[index] *= factor }
    }
  }

  /// Scales to trace 1, which also makes the sign that of a positive semidefinite matrix.
  private func normalise(_ matrix: inout Matrix) {
    let trace = (0..<order).reduce(0) { $0 + matrix[$1, $1] }
    if trace != 0 { scale(&matrix, by: 1 / trace) }
  }
}
