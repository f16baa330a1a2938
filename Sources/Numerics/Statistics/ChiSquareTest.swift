/// Pearson's χ² test of counts.
///
/// The p-value is that of the limiting χ² distribution; it is a good one where all expected counts are above about 5 (Cochran 1954,
/// doi:10.2307/3001666), so ``smallestExpected`` comes along. Source: Pearson 1900, doi:10.1080/14786440009463897.
public struct ChiSquareTest: Equatable, Sendable {
  /// Σ (observed − expected)² / expected; infinite where something impossible was observed.
  public let statistic: Double
  /// The degrees of freedom of the limit.
  public let degreesOfFreedom: Int
  /// The smallest expected count of a cell.
  public let smallestExpected: Double

  /// The probability of at least this statistic under the hypothesis, Q(degrees/2, statistic/2); 1e-13 relative accuracy.
  public var pValue: Double { IncompleteGamma.upper(Double(degreesOfFreedom) / 2, statistic / 2) }

  /// Tests counts against given probabilities. Cells of probability 0 must have no counts, and are no degree of freedom.
  ///
  /// - Throws: ``InputError`` for counts and probabilities of different number, negative ones, probabilities that do not sum to 1
  ///   (within 1e-9), no count at all, or fewer than 2 possible cells.
  public static func goodnessOfFit(counts: [Int], probabilities: [Double]) throws(InputError) -> ChiSquareTest {
    let location = "χ² test"
    guard counts.count == probabilities.count else {
      throw InputError(
        location, expected: "a probability for each of \(counts.count) counts", found: "\(probabilities.count)")
    }
    guard probabilities.allSatisfy({ $0 >= 0 }), abs(compensatedSum(probabilities) - 1) <= 1e-9 else {
      throw InputError(
        location, expected: "probabilities that sum to 1", found: "a sum of \(compensatedSum(probabilities))")
    }
    let total = Double(try requireCounts(counts, location))
    return try test(cells: zip(counts, probabilities.map { $0 * total }), lostDegrees: 1, location)
  }

  /// Tests counts against equal probabilities.
  ///
  /// - Throws: ``InputError`` as ``goodnessOfFit(counts:probabilities:)``.
  public static func uniformity(counts: [Int]) throws(InputError) -> ChiSquareTest {
    try goodnessOfFit(
      counts: counts, probabilities: [Double](repeating: 1 / Double(max(counts.count, 1)), count: counts.count))
  }

  /// Tests whether rows of counts come from one distribution over the columns. Columns without any count are left out.
  ///
  /// - Throws: ``InputError`` for fewer than 2 rows, rows of different lengths, negative counts, a row without counts, or fewer than
  ///   2 columns with counts.
  public static func homogeneity(_ rows: [[Int]]) throws(InputError) -> ChiSquareTest {
    let location = "χ² test of homogeneity"
    guard rows.count >= 2, let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else {
      throw InputError(
        location, expected: "two or more equally long rows of counts",
        found: "rows of \(rows.map { String($0.count) }.joined(separator: ", ")) counts")
    }
    var columnTotals = [Double](repeating: 0, count: width)
    var rowTotals = [Double]()
    for row in rows {
      rowTotals.append(Double(try requireCounts(row, location)))
      for (column, count) in row.enumerated() { columnTotals[column] += Double(count) }
    }
    let total = rowTotals.reduce(0, +)
    let used = columnTotals.indices.filter { columnTotals[$0] > 0 }
    var cells = [(Int, Double)]()
    for (row, rowTotal) in zip(rows, rowTotals) {
      for column in used { cells.append((row[column], rowTotal * columnTotals[column] / total)) }
    }
    return try test(cells: cells, lostDegrees: rows.count + used.count - 1, location)
  }

  private static func requireCounts(_ counts: [Int], _ location: String) throws(InputError) -> Int {
    if let negative = counts.first(where: { $0 < 0 }) {
      throw InputError(location, expected: "counts", found: "\(negative)")
    }
    let total = counts.reduce(0) { sum, count in
      let (next, overflow) = sum.addingReportingOverflow(count)
      return overflow ? Int.max : next
    }
    guard total > 0 else {
      throw InputError(location, expected: "at least one observation", found: "counts that are all zero")
    }
    return total
  }

  private static func test(
    cells: some Sequence<(Int, Double)>, lostDegrees: Int, _ location: String
  ) throws(InputError) -> ChiSquareTest {
    var terms = [Double]()
    var smallest = Double.infinity
    var impossible = false
    for (count, expected) in cells {
      if expected > 0 {
        let deviation = Double(count) - expected
        terms.append(deviation * deviation / expected)
        smallest = min(smallest, expected)
      } else if count > 0 {
        impossible = true
      }
    }
    guard terms.count > lostDegrees else {
      throw InputError(location, expected: "at least two possible outcomes", found: "fewer")
    }
    return ChiSquareTest(
      statistic: impossible ? .infinity : compensatedSum(terms), degreesOfFreedom: terms.count - lostDegrees,
      smallestExpected: smallest)
  }
}
