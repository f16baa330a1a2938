import Numerics
import Objectives

/// What the units of one layer answer to a set of samples: N × M numbers, a row for each sample, a column for each unit.
public struct ActivationMatrix: Sendable, Equatable {
  /// The numbers, N × M.
  public let matrix: Matrix

  /// N, the number of samples.
  public var sampleCount: Int { matrix.rows }
  /// M, the number of units.
  public var unitCount: Int { matrix.columns }

  /// Takes the activations of N samples, row by row.
  ///
  /// - Throws: `InputError` if there is no sample or no unit, the numbers do not fill whole rows, or one is not finite.
  public init(_ values: [Double], unitCount: Int) throws(InputError) {
    guard unitCount > 0, !values.isEmpty, values.count % unitCount == 0 else {
      throw InputError(
        "activations", expected: "one or more rows of one or more units",
        found: "\(values.count) numbers for \(unitCount) units")
    }
    try self.init(Matrix(rows: values.count / unitCount, columns: unitCount, storage: values))
  }

  /// Takes a matrix with a row for each sample.
  ///
  /// - Throws: `InputError` if a side is 0 or an entry is not finite.
  public init(_ matrix: Matrix) throws(InputError) {
    guard matrix.rows > 0, matrix.columns > 0 else {
      throw InputError(
        "activations", expected: "one or more samples and units", found: "\(matrix.rows) × \(matrix.columns)")
    }
    try requireFinite(matrix, "activations")
    self.matrix = matrix
  }

  /// The outputs of layer `layer` of a network, counted as in ``Network/layers`` (activations count too), on a batch; on
  /// all samples if none is given.
  ///
  /// - Throws: `InputError` if there is no such layer or an activation is not finite.
  public init<Scalar: NetworkScalar>(
    of objective: NetworkObjective<Scalar>, at parameters: [Scalar], layer: Int, over batch: Batch? = nil
  ) throws(InputError) {
    let count = objective.network.layers.count
    guard (0..<count).contains(layer) else {
      throw InputError(
        "layer", expected: "a number from 0 to \(count - 1), a place in \(objective.network)", found: "\(layer)")
    }
    let values = objective.activations(at: parameters, ofLayer: layer, over: batch).map { Double($0) }
    try self.init(values, unitCount: objective.network.outputCount(ofLayer: layer))
  }

  /// The same samples, some of the units only: for layers that are too wide to compare all pairs of units.
  ///
  /// - Throws: `InputError` if there is no such unit or none is wanted.
  public func keeping(units: [Int]) throws(InputError) -> ActivationMatrix {
    if let stranger = units.first(where: { !(0..<unitCount).contains($0) }) {
      throw InputError("units", expected: "numbers from 0 to \(unitCount - 1)", found: "\(stranger)")
    }
    var result = Matrix(rows: sampleCount, columns: units.count)
    for row in 0..<sampleCount {
      for (place, unit) in units.enumerated() { result[row, place] = matrix[row, unit] }
    }
    return try ActivationMatrix(result)
  }
}
