import Numerics

/// How unequal neighbouring layers are. Gradient flow keeps these quantities for ever; steps of finite size and noise
/// move them, by a second-order effect, and so show what flow alone does not do.
public enum Balancedness {
  /// ‖W₁W₁ᵀ − W₂ᵀW₂‖ (Frobenius) of a layer W₁, m × d, and the next, W₂, k × m. Gradient flow keeps the matrix where
  /// nothing or the identity stands between the layers; 0 is balanced.
  ///
  /// Source: Arora, Cohen, Hazan, "On the optimization of deep networks", ICML 2018, arXiv 1802.06509. Cost: m²(d + k).
  ///
  /// - Throws: `InputError` if the second layer does not take as many inputs as the first has outputs.
  public static func norm(_ first: Matrix, _ second: Matrix) throws(InputError) -> Double {
    try requireNeighbours(first, second)
    let (outer, inner) = (first.gram(), second.transposed().gram())
    return LinearAlgebra.norm(zip(outer.storage, inner.storage).map { $0 - $1 })
  }

  /// ‖incoming weights‖² − ‖outgoing weights‖² of each hidden neuron: the diagonal of the same matrix, which gradient
  /// flow keeps for ReLU, too. A bias counts as an incoming weight: give it as a column.
  ///
  /// Source: Du, Hu, Lee, "Algorithmic regularization in learning deep homogeneous models", NeurIPS 2018, arXiv 1806.00900.
  ///
  /// - Throws: `InputError` if the second layer does not take as many inputs as the first has outputs.
  public static func neurons(_ first: Matrix, _ second: Matrix) throws(InputError) -> [Double] {
    try requireNeighbours(first, second)
    return (0..<first.rows).map { neuron in
      let (incoming, outgoing) = (first.row(neuron), second.column(neuron))
      return LinearAlgebra.dot(incoming, incoming) - LinearAlgebra.dot(outgoing, outgoing)
    }
  }

  /// uⱼ² − vⱼ² of each coordinate of a diagonal network β = u∘v. (Of β = u∘u − v∘v gradient flow keeps uⱼvⱼ instead.)
  ///
  /// - Throws: `InputError` if u and v are not equally long.
  public static func diagonal(_ u: [Double], _ v: [Double]) throws(InputError) -> [Double] {
    guard u.count == v.count else {
      throw InputError("diagonal network", expected: "\(u.count) entries in v, as in u", found: "\(v.count)")
    }
    // The product form loses nothing where the two are nearly equal.
    return zip(u, v).map { ($0 - $1) * ($0 + $1) }
  }

  private static func requireNeighbours(_ first: Matrix, _ second: Matrix) throws(InputError) {
    guard first.rows == second.columns else {
      throw InputError(
        "layers", expected: "\(first.rows) inputs of the second, the outputs of the first", found: "\(second.columns)")
    }
  }
}
