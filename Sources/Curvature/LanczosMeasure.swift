import Numerics

/// The spectral measure of an operator at one vector, μ = Σ (uᵢᵀv)² δ(x − λᵢ), by Gauss's quadrature from Lanczos's process.
///
/// After k steps its nodes are T's eigenvalues, and integrals of polynomials up to degree 2k − 1 are exact.
struct LanczosMeasure: Sendable {
  /// Ascending.
  let nodes: [Double]
  let weights: [Double]
  private let diagonal: [Double]
  private let coupling: [Double]
  /// What couples the last row to a further one; 0 where the measure has no further mass.
  private let residual: Double

  /// - Parameter residual: The norm of what is left of the last image; 0 where the process has come to its end.
  init(diagonal: [Double], coupling: [Double], residual: Double) throws(InputError) {
    self.diagonal = diagonal
    self.coupling = coupling
    self.residual = residual
    (nodes, weights) = try LinearAlgebra.gaussRule(diagonal: diagonal, offDiagonal: coupling)
  }

  /// A bound of the Wasserstein-1 distance between the quadrature and the measure.
  ///
  /// By the inequalities of Chebyshev, Markov and Stieltjes (Szegő, Orthogonal Polynomials, theorem 3.41.1; Krein and Nudel'man,
  /// The Markov Moment Problem) the distribution functions are equal somewhere on each step of the quadrature: between
  /// neighbouring nodes they differ by max(wᵢ, wᵢ₊₁) at most. Beyond the outermost nodes the mass behind x is at most
  /// 1/Σ pⱼ(x)², j ≤ k, of the orthonormal polynomials, which falls fast.
  var wassersteinBound: Double {
    if residual == 0 { return 0 }
    let inside = (1..<nodes.count).reduce(0) { sum, place in
      sum + (nodes[place] - nodes[place - 1]) * max(weights[place - 1], weights[place])
    }
    return inside + tail(diagonal, end: nodes[nodes.count - 1], other: nodes[0])
      + tail(diagonal.map { -$0 }, end: -nodes[0], other: -nodes[nodes.count - 1])
  }

  /// ∫ 1/Σ pⱼ(x)² dx beyond the largest node, from above.
  private func tail(_ diagonal: [Double], end: Double, other: Double) -> Double {
    let span = max(end - other, abs(end) * Double.ulpOfOne, .leastNormalMagnitude)
    var (left, step, sum) = (end, 1e-9 * span, 0.0)
    // The integrand falls: each piece is at most its length times its beginning.
    while true {
      let (mass, last) = massBehind(left, diagonal)
      let right = left + step
      let rest = massBehind(right, diagonal)
      sum += step * mass
      // Behind X the last polynomial is at least pₖ(X)((x − θ₁)/(X − θ₁))ᵏ.
      let remainder = (right - other) / (Double(2 * diagonal.count - 1) * rest.last * rest.last)
      if remainder <= 1e-3 * sum || !last.isFinite { return sum + (remainder.isFinite ? remainder : 0) }
      (left, step) = (right, 1.15 * step)
    }
  }

  /// 1/Σ pⱼ(x)² and pₖ(x), for x beyond all nodes.
  private func massBehind(_ x: Double, _ diagonal: [Double]) -> (mass: Double, last: Double) {
    var (before, value, squares) = (0.0, 1.0, 1.0)
    for j in diagonal.indices {
      let lower = j == 0 ? 0 : coupling[j - 1]
      let upper = j + 1 < diagonal.count ? coupling[j] : residual
      (before, value) = (value, ((x - diagonal[j]) * value - lower * before) / upper)
      squares += value * value
      if squares > 1e200 { return (1 / squares, .infinity) }
    }
    return (1 / squares, value)
  }

  /// The least and the most mass at x and below that any measure with these moments has: Gauss's quadrature with a node put at x.
  ///
  /// The last diagonal entry that puts it there solves a tridiagonal system (Golub 1973, doi:10.1137/1015032).
  func bounds(at x: Double) throws(InputError) -> (low: Double, high: Double) {
    let scale = max(abs(nodes[0]), abs(nodes[nodes.count - 1]))
    // A node this close may be on either side.
    let rounding = 16 * Double(nodes.count) * Double.ulpOfOne * scale
    func masses(_ nodes: [Double], _ weights: [Double], nodeAtX: Int? = nil) -> (low: Double, high: Double) {
      var (low, high) = (0.0, 0.0)
      for place in nodes.indices {
        let isOpen = place == nodeAtX || abs(nodes[place] - x) <= rounding
        if nodes[place] < x, !isOpen { low += weights[place] }
        if nodes[place] < x || isOpen { high += weights[place] }
      }
      return (low, min(1, high))
    }
    func nearest(_ nodes: [Double]) -> Int? { nodes.indices.min { abs(nodes[$0] - x) < abs(nodes[$1] - x) } }
    if residual == 0 { return masses(nodes, weights) }
    // The last pivot of T − x by elimination; the new entry is x + β²·(T − x)⁻¹ at its corner.
    var pivot = diagonal[0] - x
    for j in diagonal.indices.dropFirst() {
      let safe = pivot == 0 ? Double.ulpOfOne * rounding : pivot
      pivot = diagonal[j] - x - coupling[j - 1] * coupling[j - 1] / safe
    }
    let corner = x + residual * residual / pivot
    // Where the entry is out of all proportion, a node of T stands at x to many digits.
    guard abs(corner) < 1e6 * (scale + abs(x)) else { return masses(nodes, weights, nodeAtX: nearest(nodes)) }
    let rule = try LinearAlgebra.gaussRule(diagonal: diagonal + [corner], offDiagonal: coupling + [residual])
    return masses(rule.nodes, rule.weights, nodeAtX: nearest(rule.nodes))
  }
}
