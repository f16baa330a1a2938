import Numerics

extension KrylovBasis {
  /// Takes the part along the basis out of x, twice, since once leaves roundings of x along it; returns how much of each vector
  /// it was.
  func orthogonalise(_ x: inout [Scalar]) -> [Double] {
    var inside = coefficients(of: x)
    subtract(inside, from: &x)
    let rest = coefficients(of: x)
    subtract(rest, from: &x)
    for place in inside.indices { inside[place] += rest[place] }
    return inside
  }

  /// Adds what x has beyond the basis, of length 1.
  ///
  /// - Returns: What x had of each vector and how long the rest was; x itself is the rest, scaled. A rest of roundings of x
  ///   only is not added: then the second is its length and the third false.
  mutating func grow(by x: inout [Scalar]) -> (inside: [Double], length: Double, isAdded: Bool) {
    let before = Vectors.norm(x)
    let inside = orthogonalise(&x)
    let length = Vectors.norm(x)
    guard length > 64 * Double(Scalar.ulpOfOne) * before else { return (inside, length, false) }
    Vectors.scale(&x, by: 1 / length)
    append(x)
    return (inside, length, true)
  }
}
