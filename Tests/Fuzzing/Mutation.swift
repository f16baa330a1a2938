import Numerics

/// Damages a file: the same damage for the same stream, on every machine.
struct Mutation {
  private var stream: RandomStream
  private let seeds: [[UInt8]]
  private let tokens: [[UInt8]]

  /// Files do not grow beyond this many times the largest seed.
  private static let largestGrowth = 4
  /// Numbers on which counts and sizes go wrong.
  private static let numbers: [UInt64] = [
    0, 1, 2, 7, 8, 63, 64, 65, 127, 128, 255, 256, 1_023, 1_024, 32_767, 32_768, 65_535, 65_536, 10_000_000, 10_000_001,
    100_000_000, 100_000_001, 1 << 28, 1 << 28 + 1, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 53, 1 << 53 + 1,
    1 << 61,
    1 << 62, 1 << 63 - 1, 1 << 63, .max - 7, .max - 1, .max,
  ]

  /// - Parameters:
  ///   - seeds: files that are sound.
  ///   - tokens: pieces of such files.
  init(_ stream: RandomStream, seeds: [[UInt8]], tokens: [[UInt8]]) {
    self.stream = stream
    self.seeds = seeds
    self.tokens = tokens
  }

  /// A number below `bound`, for choices that come after the damage.
  mutating func choice(_ bound: Int) -> Int { stream.integer(below: bound) }

  /// A seed, damaged once or some times.
  mutating func file() -> [UInt8] {
    var bytes = seed()
    var count = 1
    while count < 8, stream.integer(below: 2) == 0 { count += 1 }
    for _ in 0..<count { damage(&bytes) }
    let limit = Self.largestGrowth * max(64, seeds.map(\.count).max() ?? 0)
    return bytes.count > limit ? Array(bytes[..<limit]) : bytes
  }

  private mutating func seed() -> [UInt8] { seeds[stream.integer(below: seeds.count)] }

  /// A range of `bytes`, mostly a short one.
  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = place(in: bytes)
    let most = bytes.count - start
    let length = stream.integer(below: 4) == 0 ? place(below: most) : min(most, 1 + stream.integer(below: 16))
    return start..<start + length
  }

  /// A place in or behind `bytes`; half of the time near their beginning or their end, where headers and directories
  /// are.
  private mutating func place(in bytes: [UInt8]) -> Int {
    switch stream.integer(below: 4) {
    case 0: min(bytes.count, place(below: 128))
    case 1: max(0, bytes.count - 1 - place(below: 128))
    default: place(below: bytes.count)
    }
  }

  /// From 0 to `bound`, and it too.
  private mutating func place(below bound: Int) -> Int { stream.integer(below: bound + 1) }

  private mutating func damage(_ bytes: inout [UInt8]) {
    switch stream.integer(below: 14) {
    case 0, 1:
      let place = place(in: bytes)
      if place < bytes.count { bytes[place] ^= 1 << UInt8(stream.integer(below: 8)) }
    case 2:
      let place = place(in: bytes)
      if place < bytes.count { bytes[place] = UInt8(stream.integer(below: 256)) }
    case 3: bytes.removeLast(place(below: bytes.count))
    case 4: bytes.removeSubrange(range(in: bytes))
    case 5:
      // A block again and again.
      let block = Array(bytes[range(in: bytes)])
      let count = 1 + stream.integer(below: 8)
      bytes.insert(contentsOf: (0..<count).flatMap { _ in block }, at: place(in: bytes))
    case 6:
      // The beginning of one file, the end of another.
      let other = seed()
      bytes = Array(bytes[..<place(in: bytes)] + other[place(in: other)...])
    case 7:
      let other = seed()
      bytes.replaceSubrange(range(in: bytes), with: other[range(in: other)])
    case 8, 9: writeNumber(&bytes)
    case 10: writeDigits(&bytes)
    case 11, 12:
      guard !tokens.isEmpty else { return }
      let token = tokens[stream.integer(below: tokens.count)]
      let start = place(in: bytes)
      let isReplacing = stream.integer(below: 2) == 0
      bytes.replaceSubrange(start..<(isReplacing ? min(bytes.count, start + token.count) : start), with: token)
    default:
      // Two blocks change places.
      let (a, b) = (range(in: bytes), range(in: bytes))
      guard a.upperBound <= b.lowerBound else { return }
      bytes = Array(
        bytes[..<a.lowerBound] + bytes[b] + bytes[a.upperBound..<b.lowerBound] + bytes[a] + bytes[b.upperBound...])
    }
  }

  /// A field of 1, 2, 4 or 8 bytes, in either order.
  private mutating func writeNumber(_ bytes: inout [UInt8]) {
    let width = 1 << stream.integer(below: 4)
    let start = place(in: bytes)
    guard start + width <= bytes.count else { return }
    let number =
      stream.integer(below: 4) == 0
      ? UInt64(place(below: bytes.count)) : Self.numbers[stream.integer(below: Self.numbers.count)]
    let isBigEndian = stream.integer(below: 2) == 0
    for index in 0..<width {
      bytes[start + (isBigEndian ? width - 1 - index : index)] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
    }
  }

  /// A number in a text becomes another.
  private mutating func writeDigits(_ bytes: inout [UInt8]) {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let from = place(in: bytes)
    guard let start = bytes[from...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let number = Self.numbers[stream.integer(below: Self.numbers.count)]
    let texts = ["\(number)", "-\(number)", "\(number).5", "\(number)e300", "\(number)\(number)", "0x\(number)", ""]
    bytes.replaceSubrange(start..<end, with: texts[min(stream.integer(below: 10), texts.count - 1)].utf8)
  }
}
