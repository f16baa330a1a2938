import Numerics

/// A reader of files, sound files for it, and what must hold of everything that it reads.
public struct FuzzReader: Sendable {
  /// What a reader did with a file.
  public enum Outcome: Sendable, Equatable {
    /// It read the file.
    case accepted
    /// It refused the file with an error as it should be.
    case refused
    /// It read something else than it should, or its error says too little.
    case wrong(String)
  }

  /// Its name on the command line.
  public let name: String
  /// Files that it reads.
  public let seeds: [[UInt8]]
  let tokens: [[UInt8]]
  /// Puts a damaged piece into a sound whole, where checksums would keep damage from the reader; two at a time have
  /// one.
  let wrap: @Sendable ([UInt8], Int) -> [UInt8]
  /// Reads the bytes; says what is wrong with what it read.
  private let read: @Sendable ([UInt8]) throws(InputError) -> String?

  init(
    _ name: String, seeds: [[UInt8]], tokens: [String] = [],
    wrap: @escaping @Sendable ([UInt8], Int) -> [UInt8] = { bytes, _ in bytes },
    read: @escaping @Sendable ([UInt8]) throws(InputError) -> String?
  ) {
    self.name = name
    self.seeds = seeds
    self.tokens = tokens.map { Array($0.utf8) }
    self.wrap = wrap
    self.read = read
  }

  /// The reader of that name.
  public static func named(_ name: String) -> FuzzReader? { all.first { $0.name == name } }

  /// The file of a case: the same on every machine.
  public func file(_ number: Int) -> [UInt8] {
    // FNV-1a, so that readers do not share their damage.
    let seed = name.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let stream = RandomStream(RandomKey(seed: seed, purpose: .measurement), step: number)
    var mutation = Mutation(stream, seeds: seeds, tokens: tokens)
    let file = mutation.file()
    return wrap(file, mutation.choice(4))
  }

  /// Reads the file of a case.
  public func run(_ number: Int) -> Outcome { outcome(file(number)) }

  /// Reads bytes.
  public func outcome(_ bytes: [UInt8]) -> Outcome {
    do throws(InputError) {
      return try read(bytes).map(Outcome.wrong) ?? .accepted
    } catch {
      let text = error.description
      if error.location.isEmpty || error.expected.isEmpty || error.found.isEmpty {
        return .wrong("an error that says too little: \(text)")
      }
      if text.utf8.count > 8_000 { return .wrong("an error of \(text.utf8.count) bytes") }
      // Escape sequences of a file would reach the terminal.
      if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }) {
        return .wrong("an error with control characters: \(text.debugDescription)")
      }
      return .refused
    }
  }
}
