import Numerics

/// Which samples of a data set are taken: a named part of it, a range of rows, or a range of a part.
public struct DataSplit: Sendable, Hashable {
  /// The part, such as `train` or `test`; nil for a data set that has no parts.
  public var part: String?
  /// The first row, from 0; nil for the first.
  public var start: Int?
  /// The row behind the last one; nil for the end.
  public var end: Int?

  /// All samples.
  public init() {}

  /// Reads `train`, `0:1000` (rows 0 to 999, as Python counts; either number can be left out), or `train:0:1000`.
  ///
  /// - Throws: `InputError` for other texts.
  public init(parsing text: String) throws(InputError) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    func wrong() -> InputError {
      InputError(
        "split", expected: "a part, a range of rows, or both, as in train, 0:1000 or train:0:1000", found: "\"\(text)\""
      )
    }
    if parts.count != 2 {
      let name = parts.removeFirst()
      guard !name.isEmpty, Int(name) == nil else { throw wrong() }
      part = name
      if parts.isEmpty { return }
    }
    guard parts.count == 2 else { throw wrong() }
    let bounds = parts.map(Int.init)
    for (part, bound) in zip(parts, bounds) where !part.isEmpty && (bound ?? -1) < 0 { throw wrong() }
    (start, end) = (bounds[0], bounds[1])
    guard start ?? 0 < end ?? .max else {
      throw InputError("split", expected: "a range with one row or more", found: "\"\(text)\"")
    }
  }

  /// The rows of `count` that are taken.
  ///
  /// - Throws: `InputError` for rows that there are not.
  func rows(of count: Int, location: String) throws(InputError) -> Range<Int> {
    guard count > 0 else { throw InputError(location, expected: "one sample or more", found: "none") }
    let (first, last) = (start ?? 0, end ?? count)
    guard last <= count, first < last else {
      throw InputError(location, expected: "rows from 0 to \(count), its end, for the split", found: "\(first):\(last)")
    }
    return first..<last
  }
}

/// A shift and a scale of all inputs: x becomes (x − mean) / standardDeviation.
public struct InputNormalization: Sendable, Hashable {
  /// What is subtracted.
  public var mean: Double
  /// What the rest is divided by.
  public var standardDeviation: Double

  /// Reads `MEAN,DEVIATION`, such as `0.1307,0.3081` of MNIST in PyTorch's examples.
  ///
  /// - Throws: `InputError` for other texts, numbers that are not finite, and a deviation that is not positive.
  public init(parsing text: String) throws(InputError) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    guard numbers.count == 2, numbers.allSatisfy(\.isFinite), numbers[1] > 0 else {
      throw InputError(
        "normalization", expected: "a mean and a positive standard deviation, as in 0.1307,0.3081", found: "\"\(text)\""
      )
    }
    (mean, standardDeviation) = (numbers[0], numbers[1])
  }
}
