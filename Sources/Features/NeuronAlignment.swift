import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How well neurons point along the atoms of a dictionary: |cos| of the angle between each neuron's input weights and
/// each atom.
public struct NeuronAlignment: Sendable, Equatable {
  /// |cos∠(wᵢ, aₖ)|, neurons × atoms; 0 where one of the two is 0.
  public let cosines: Matrix

  /// Compares all pairs. Cost: neurons · atoms · d operations.
  ///
  /// - Parameters:
  ///   - neurons: input weights, a row for each neuron.
  ///   - dictionary: directions of any length, a row for each atom.
  /// - Throws: `InputError` if rows are not equally long, a side is 0, or an entry is not finite.
  public init(of neurons: Matrix, with dictionary: Matrix) throws(InputError) {
    guard neurons.rows > 0, dictionary.rows > 0, neurons.columns > 0, neurons.columns == dictionary.columns else {
      throw InputError(
        "dictionary", expected: "atoms of \(neurons.columns) entries, as the weights of \(neurons.rows) neurons",
        found: "\(dictionary.rows) × \(dictionary.columns)")
    }
    try requireFinite(neurons, "neurons")
    try requireFinite(dictionary, "dictionary")
    let products = unitRows(neurons).multiplied(by: unitRows(dictionary).transposed())
    cosines = Matrix(
      rows: products.rows, columns: products.columns, storage: products.storage.map { min(abs($0), 1) })
  }

  /// The largest |cos| of each neuron over all atoms.
  public var best: [Double] { (0..<cosines.rows).map { cosines.row($0).reduce(0, max) } }

  /// The atom that each neuron is nearest to, the first of equal ones.
  public var nearestAtoms: [Int] {
    (0..<cosines.rows).map { neuron in
      let row = cosines.row(neuron)
      return row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
    }
  }

  /// The atoms that some neuron reaches with |cos| of at least `threshold`.
  public func recoveredAtoms(threshold: Double = 0.8) -> [Int] {
    (0..<cosines.columns).filter { cosines.column($0).contains { $0 >= threshold } }
  }
}

/// How far each neuron has moved from where it began.
public struct NeuronMovement: Sendable, Equatable {
  /// ‖wᵢ − wᵢ⁰‖ of each neuron.
  public let distances: [Double]
  /// ∠(wᵢ, wᵢ⁰) of each neuron in radians, from 0 to π; not a number where one of the two is 0.
  public let angles: [Double]

  /// Compares two sets of input weights, a row for each neuron.
  ///
  /// Angles are 2 atan2(‖a/‖a‖ − b/‖b‖‖, ‖a/‖a‖ + b/‖b‖‖), right to rounding for small and for large ones (Kahan).
  ///
  /// - Throws: `InputError` if shapes differ.
  public init(from start: Matrix, to end: Matrix) throws(InputError) {
    guard start.rows == end.rows, start.columns == end.columns else {
      throw InputError(
        "neurons", expected: "\(start.rows) × \(start.columns), as at the start",
        found: "\(end.rows) × \(end.columns)")
    }
    let (startUnits, endUnits) = (unitRows(start), unitRows(end))
    func norm(_ a: [Double], _ b: [Double], _ combined: (Double, Double) -> Double) -> Double {
      LinearAlgebra.norm(zip(a, b).map(combined))
    }
    distances = (0..<start.rows).map { norm(end.row($0), start.row($0), -) }
    angles = (0..<start.rows).map { neuron in
      let (a, b) = (startUnits.row(neuron), endUnits.row(neuron))
      guard a.contains(where: { $0 != 0 }), b.contains(where: { $0 != 0 }) else { return .nan }
      return 2 * atan2(norm(a, b, -), norm(a, b, +))
    }
  }
}
