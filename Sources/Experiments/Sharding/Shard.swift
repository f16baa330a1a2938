import Numerics

/// One of the parts into which a run is cut, so that each can be computed by a process of its own, on its own machine.
///
/// Every process computes by itself which trials are its own (``Allotment``), so nothing has to be said between them.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// Which part: 1…``count``.
  public let number: Int
  /// How many parts there are.
  public let count: Int

  /// The largest number of parts.
  public static let largestCount = 1_000_000

  /// The whole run in one part.
  public static let whole = Shard(number: 1, count: 1)

  /// The part `number` of `count`, counted from 1.
  public init(number: Int, count: Int) {
    precondition((1...Self.largestCount).contains(count), "a run has 1 to \(Self.largestCount) shards")
    precondition((1...count).contains(number), "shards are counted from 1 to their number")
    self.number = number
    self.count = count
  }

  /// Reads `K/N`, the second of four being `2/4`.
  ///
  /// - Parameters:
  ///   - text: What a person wrote.
  ///   - location: Where that was, for the error.
  /// - Throws: ``InputError`` if `text` is not of that form, or K is not one of 1…N.
  public init(parsing text: String, location: String = "--shard") throws(InputError) {
    let form = "K/N with K from 1 to N, such as 2/4"
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { WholeNumber.parse($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1] else {
      throw InputError(location, expected: form, found: "\"\(text)\"")
    }
    guard (1...Self.largestCount).contains(count) else {
      throw InputError(location, expected: "1 to \(Self.largestCount) shards", found: "\"\(text)\"")
    }
    guard (1...count).contains(number) else {
      throw InputError(
        location, expected: form, found: "\"\(text)\"",
        advice: number == 0 ? "Shards are counted from 1: the first is 1/\(count), the last \(count)/\(count)." : "")
    }
    self.init(number: number, count: count)
  }

  /// Whether there is no other part.
  public var isWhole: Bool { count == 1 }

  /// `2 of 4`.
  public var description: String { "\(number) of \(count)" }

  /// The path of this shard's own store: `grid.basin` is `grid.2-of-4.basin` for the second of four.
  ///
  /// What comes after the last dot of the name stays at the end; a name that has none, or only a leading one, is made
  /// longer. The only shard of a run has the path as it is.
  public func path(of store: String) -> String {
    if isWhole { return store }
    let nameStart = store.lastIndex(of: "/").map { store.index(after: $0) } ?? store.startIndex
    let part = ".\(number)-of-\(count)"
    guard let dot = store[nameStart...].lastIndex(of: "."), dot != nameStart else { return store + part }
    return store[..<dot] + part + store[dot...]
  }
}

/// Numbers as launchers and people write them: digits only.
enum WholeNumber {
  /// The number, or nil if `text` is anything else: a sign, a space, a fraction, more than an `Int` holds.
  ///
  /// `Int(_:)` alone would take "+1".
  static func parse(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}
