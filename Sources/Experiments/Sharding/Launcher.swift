import Numerics

/// What started this process among others, as the environment tells it, and which shard that makes it.
///
/// A launcher that starts N copies of one command tells each its number in the environment. Two kinds are known: those
/// that number the processes of one job (MPI, Slurm steps; `Launcher+Ranks.swift`) and those that number whole jobs
/// (arrays; `Launcher+Arrays.swift`). The first may run inside the second; then the parts multiply.
public struct Launcher: Sendable, Hashable {
  /// What a person would call this place: `Slurm array 7_3, step task 1`.
  public var name: String
  /// The part of the run that falls to this process.
  public var shard: Shard

  /// Finds the launcher in `environment`. A pure function: the same environment gives the same shard.
  ///
  /// - Parameters:
  ///   - environment: The variables of the process.
  ///   - shards: How many shards there are in all, if a person said so. Needed where the environment has an index but
  ///     not the number of them (PBS arrays, Kubernetes, bare PMIx); must agree with the environment otherwise.
  /// - Returns: nil where nothing started more than this one process.
  /// - Throws: ``InputError`` naming the variable whose value cannot be, or cannot be understood, or that contradicts
  ///   `shards`.
  public static func detect(environment: [String: String], shards: Int?) throws(InputError) -> Launcher? {
    let variables = Variables(environment)
    let array = try array(in: variables)
    let rank = try rank(in: variables)
    let positions = [array, rank].compactMap { $0 }
    let known = try total(positions.compactMap(\.count))
    let unknown = positions.filter { $0.count == nil }
    guard unknown.count < 2 else {
      throw InputError(
        unknown[1].variable, expected: "at most one launcher that keeps its number of processes to itself",
        found: "two, \(unknown[0].system) and \(unknown[1].system)",
        advice: "Say with --shard K/N which shard this process is.")
    }
    if let unknown = unknown.first {
      let count = try unknown.count(of: shards, beside: known)
      return try combine(positions.map { $0.counted(count) }, total: known * count)
    }
    if let shards, shards != known {
      throw contradiction(shards, positions, known)
    }
    return try combine(positions, total: known)
  }

  /// The shard of a process at `positions`, outermost first: the inner index runs fastest.
  private static func combine(_ positions: [Position], total: Int) throws(InputError) -> Launcher? {
    var index = 0
    for position in positions {
      guard let count = position.count else { continue }
      try position.check(below: count)
      index = index * count + position.index
    }
    if total == 1 { return nil }
    let name = positions.enumerated().map { place, position in
      let isSameSystem = place > 0 && positions[place - 1].system == position.system
      return isSameSystem ? position.place : "\(position.system) \(position.place)"
    }
    return Launcher(name: name.joined(separator: ", "), shard: Shard(number: index + 1, count: total))
  }

  private static func total(_ counts: [Int]) throws(InputError) -> Int {
    var total = 1
    for count in counts {
      let (product, overflow) = total.multipliedReportingOverflow(by: count)
      guard !overflow, product <= Shard.largestCount else {
        throw InputError(
          "environment", expected: "at most \(Shard.largestCount) processes",
          found: counts.map(String.init).joined(separator: " × "))
      }
      total = product
    }
    return total
  }

  private static func contradiction(_ shards: Int, _ positions: [Position], _ known: Int) -> InputError {
    if positions.isEmpty {
      return InputError(
        "--shards", expected: "a launcher that numbers the processes", found: "none in the environment",
        advice: "Say with --shard K/\(shards) which shard this process is.")
    }
    let sources = positions.map { "\($0.system), \($0.countVariable)" }.joined(separator: "; ")
    return InputError(
      "--shards", expected: "\(known), the number of processes that were started (\(sources))", found: "\(shards)",
      advice: "Leave --shards out, or say with --shard K/N which shard this process is.")
  }
}

extension Launcher {
  /// The variables of a process.
  struct Variables {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// The text of a variable; nil if it is not set or empty, which is what scripts mean by an empty one.
    subscript(_ name: String) -> String? {
      guard let value = values[name], !value.isEmpty else { return nil }
      return value
    }

    /// The number that a variable holds; nil if it is not set.
    ///
    /// - Throws: ``InputError`` naming the variable if it holds anything but a whole number of at least `minimum`.
    func number(_ name: String, atLeast minimum: Int = 0) throws(InputError) -> Int? {
      guard let text = self[name] else { return nil }
      guard let number = WholeNumber.parse(text), number >= minimum else {
        throw InputError(
          name, expected: "a whole number, \(minimum) or larger, from the launcher", found: "\"\(text)\"",
          advice: "Say with --shard K/N which shard this process is; then the environment is not asked.")
      }
      return number
    }

    /// The number that a variable holds which has to be there because `companion` is.
    func required(_ name: String, beside companion: String, atLeast minimum: Int = 0) throws(InputError) -> Int {
      guard let number = try number(name, atLeast: minimum) else {
        throw InputError(
          name, expected: "to be set, because \(companion) is", found: "nothing",
          advice: "Say with --shard K/N which shard this process is.")
      }
      return number
    }
  }

  /// Where one launcher put this process.
  struct Position {
    /// The launcher, for people.
    var system: String
    /// The place in it, for people.
    var place: String
    /// The variable that the index is from.
    var variable: String
    /// The variable that the number of processes is from, or what to call it where there is none.
    var countVariable: String
    /// From 0.
    var index: Int
    /// What the launcher calls the first: 0 or 1.
    var first = 0
    /// How many processes there are; nil if the launcher does not say.
    var count: Int?
    /// What to do when the index does not fit.
    var advice = "Say with --shard K/N which shard this process is."

    /// The same, with a number for what was not known.
    func counted(_ number: Int) -> Position {
      var position = self
      position.count = count ?? number
      return position
    }

    /// The number of processes of this launcher when there are `shards` in all and `others` for each of its own.
    func count(of shards: Int?, beside others: Int) throws(InputError) -> Int {
      guard let shards else {
        throw InputError(
          "--shards",
          expected: "the number of shards in all, because \(system) tells a process its index "
            + "(\(variable)) but not how many there are", found: "no such option",
          advice: "Add --shards N, or say with --shard K/N which shard this process is.")
      }
      guard shards >= 1, shards <= Shard.largestCount, shards.isMultiple(of: others) else {
        throw InputError(
          "--shards",
          expected: others == 1
            ? "1 to \(Shard.largestCount)" : "a multiple of \(others), because each job has \(others) processes",
          found: "\(shards)")
      }
      return shards / others
    }

    /// - Throws: ``InputError`` if the index is not below `count`.
    func check(below count: Int) throws(InputError) {
      guard index < count else {
        throw InputError(
          variable, expected: "\(first) to \(count - 1 + first), because \(countVariable) says that there are \(count)",
          found: "\(index + first)", advice: advice)
      }
    }
  }
}
