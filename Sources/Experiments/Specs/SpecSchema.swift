import Citations
import Formats

/// What a value in a spec may be: from this one description specs are checked, defaults are filled in, lists are told from
/// axes, and `basin run --schema` is printed.
indirect enum SpecSchema: Sendable {
  /// A whole number; 1e5 counts as one.
  case integer(ClosedRange<Int>)
  /// A whole number from 0 to 2⁶⁴ − 1.
  case seed
  /// A finite number inside of bounds.
  case number(SpecBounds)
  /// Yes or no.
  case flag
  /// Any text.
  case text
  /// One of some words.
  case choice([String])
  /// The path of a file, relative to the spec's folder.
  case file
  /// A list as a value, not as an axis.
  case list(SpecSchema)
  /// An object.
  case object(SpecObject)
  /// An object whose keys are names of the person's own choice, all values of one kind.
  case named(SpecSchema)
  /// One of several objects, told apart by their member `kind`; the bare word `"k"` is short for `{"kind": "k"}`.
  case variants([SpecObject])
  /// Either of two, told apart by whether an object was written.
  case either(SpecSchema, orObject: SpecObject)

  /// How many lists a value consists of, one inside the other: one more in a spec makes an axis.
  var depth: Int {
    if case .list(let element) = self { 1 + element.depth } else { 0 }
  }

  /// Whether `{"range": …}` can stand for a list of values.
  var isNumeric: Bool {
    switch self {
    case .integer, .seed, .number: true
    case .either(let value, orObject: _): value.isNumeric
    default: false
    }
  }

  /// Whether only whole numbers will do.
  var isWhole: Bool {
    switch self {
    case .integer, .seed: true
    default: false
    }
  }

  /// What is expected, for an error message.
  var expectation: String {
    switch self {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .seed: "a whole number from 0 to \(UInt64.max)"
    case .number(let bounds): bounds.expectation
    case .flag: "true or false"
    case .text: "a text"
    case .choice(let words): Self.list(words)
    case .file: "the path of a file"
    case .list(let element): "a list, each entry \(element.expectation)"
    case .object: "an object"
    case .named(let value): "an object of names, each value \(value.expectation)"
    case .variants(let objects): "an object whose \"kind\" is \(Self.list(objects.map(\.kind)))"
    case .either(let value, orObject: _): "\(value.expectation), or an object"
    }
  }

  static func list(_ words: [String]) -> String {
    let quoted = words.map { "\"\($0)\"" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
    return "\(quoted.dropLast().joined(separator: ", ")) or \(last)"
  }
}

/// The bounds of a number.
enum SpecBounds: Sendable {
  /// Any finite number.
  case any
  /// x > 0.
  case positive
  /// x ≥ 0.
  case notNegative
  /// 0 ≤ x ≤ 1.
  case fraction
  /// 0 ≤ x < 1.
  case belowOne

  func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    return switch self {
    case .any: true
    case .positive: value > 0
    case .notNegative: value >= 0
    case .fraction: (0...1).contains(value)
    case .belowOne: (0..<1).contains(value)
    }
  }

  var expectation: String {
    switch self {
    case .any: "a finite number"
    case .positive: "a positive number"
    case .notNegative: "a number from 0"
    case .fraction: "a fraction from 0 to 1"
    case .belowOne: "a number from 0 to below 1"
    }
  }
}

/// An object of a spec.
struct SpecObject: Sendable {
  /// The value of its member `kind` among variants; empty for an object that has none.
  var kind = ""
  /// What it is, in a sentence.
  var explanation: String
  /// Its members, in the order in which people think of them; axes are nested in this order too.
  var fields: [SpecField]
  /// The publications of what it stands for.
  var citations: [Citation] = []
  /// Methods with publications that some of its members turn on.
  var methods: [SpecMethod] = []
}

/// A method that a member of an object turns on.
struct SpecMethod: Sendable {
  /// Its name.
  var name: String
  /// Its publications.
  var citations: [Citation]
  /// Whether an object with these members uses it.
  var isUsed: @Sendable (JSON) -> Bool

  init(_ name: String, _ citations: [Citation], when isUsed: @escaping @Sendable (JSON) -> Bool) {
    self.name = name
    self.citations = citations
    self.isUsed = isUsed
  }
}

/// A member of an object.
struct SpecField: Sendable {
  /// The key.
  var name: String
  /// What its value may be.
  var schema: SpecSchema
  /// What holds if it is left out.
  var presence: Presence
  /// What it means, in a sentence or two, with its unit.
  var explanation: String
  /// Whether a list of values makes an axis.
  var canBeAxis = true

  enum Presence: Sendable {
    /// A spec without it is refused.
    case required
    /// It may be left out.
    case optional
    /// It may be left out, which means this value.
    case defaultsTo(JSON)
  }

  init(_ name: String, _ schema: SpecSchema, _ presence: Presence, _ explanation: String, canBeAxis: Bool = true) {
    self.name = name
    self.schema = schema
    self.presence = presence
    self.explanation = explanation
    self.canBeAxis = canBeAxis
  }
}
