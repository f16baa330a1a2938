import Numerics

/// What every model on linear scores ⟨xᵢ, θ⟩ does with its samples.
extension FeatureRows {
  /// The features that a model of `count` labels or targets uses, with a constant one if there is an intercept.
  ///
  /// - Throws: `InputError` if there is no row or no column, or the counts do not match.
  func checked(count: Int, of name: String, intercept: Bool) throws(InputError) -> FeatureRows {
    guard rowCount > 0, columnCount > 0 else {
      throw InputError(
        "inputs", expected: "one or more samples with one or more features",
        found: "\(rowCount) samples with \(columnCount) features")
    }
    guard count == rowCount else {
      throw InputError(name, expected: "\(rowCount) values, one a row of inputs", found: "\(count)")
    }
    guard !intercept || columnCount < Self.largestColumnCount else {
      throw InputError(
        "inputs", expected: "at most \(Self.largestColumnCount - 1) features beside an intercept",
        found: "\(columnCount)")
    }
    return intercept ? appendingConstant() : self
  }

  /// Writes (1/b) Σ kᵢ weight(i, shift of its label) xᵢ. Cost: what the weights take, a multiplication a stored entry, and d assignments.
  func mean(over batch: Batch, into result: inout MutableSpan<Double>, weight: (Int, Double) -> Double) {
    for j in 0..<columnCount { result[j] = 0 }
    for (place, sample) in batch.indices.enumerated() {
      let scale =
        Double(batch.multiplicities[place]) * weight(sample, batch.labelShift(at: place)) / Double(batch.size)
      // Many samples of a support vector machine have no part in the gradient.
      if scale != 0 { addScaled(row: sample, by: scale, into: &result) }
    }
  }

  /// Writes rows weight(i, shift of its label) xᵢ for the batch's distinct samples.
  func scaledRows(of batch: Batch, into rows: inout MutableSpan<Double>, weight: (Int, Double) -> Double) {
    for place in 0..<(batch.indices.count * columnCount) { rows[place] = 0 }
    for (row, sample) in batch.indices.enumerated() {
      addScaled(
        row: sample, by: weight(sample, batch.labelShift(at: row)), into: &rows, from: row * columnCount)
    }
  }
}
