import Formats
import Foundation
import Testing

/// Specs for tests, and what they give when nothing disturbs them.
enum Experiment {
  /// 4 configurations with 150 trials each, some of which die: a tenth of a second of work.
  static let small = grid(trials: 150, steps: 400)

  /// 4 configurations of short trials.
  static func grid(trials: Int, steps: Int) -> String {
    """
    {"name": "grid", "problem": {"kind": "autoencoder", "dimension": 10, "features": 4},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"step": [0.1, 0.2], "batch": [1, 2], "order": "subset", "steps": \(steps)},
     "seeds": {"master": 5, "trials": \(trials)},
     "record": {"every": \(max(1, steps / 4)), "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]}}
    """
  }

  /// Two trials on each of the three engines; each trial takes about a second for two million steps.
  static func long(steps: Int) -> String {
    """
    {"name": "long",
     "problem": [{"kind": "autoencoder", "dimension": 20, "features": 20},
       {"kind": "autoencoder", "dimension": 8, "features": 8, "data": {"kind": "equicorrelated", "correlation": 0.1}},
       {"kind": "leastSquares", "data": {"kind": "gaussian", "samples": 50, "dimension": 4, "noise": 0.1}}],
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"step": 0.02, "batch": 2, "order": "reshuffle", "steps": \(steps)},
     "seeds": {"master": 5, "trials": 2},
     "record": {"every": 20000, "series": ["squaredNorm", "loss"], "final": ["squaredNorm", "loss"]}}
    """
  }

  /// The tables of a store that hold every result, byte for byte.
  static func tables(_ store: String, in directory: URL) throws -> [String] {
    try ["trials", "series"].map { table in
      let outcome = try BuiltProgram.run(["export", store, "--table", table], in: directory)
      try #require(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
  }

  /// The tables of a spec that is run without disturbance.
  static func undisturbed(_ spec: String) throws -> [String] {
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      let outcome = try BuiltProgram.run(["run", "spec.json"], in: directory)
      try #require(outcome.status == 0, "\(outcome.errors)")
      return try tables("spec.basin", in: directory)
    }
  }

  /// Asks SQLite itself: nothing damaged, no trial twice, nothing left over of trials under way.
  static func expectSound(_ store: String, trials: Int, in directory: URL) throws {
    guard BuiltProgram.pythonHas("sqlite3") else { return }
    let script = """
      import sqlite3
      c = sqlite3.connect("\(store)")
      for q in ("PRAGMA integrity_check", "SELECT count(*), count(DISTINCT id) FROM trials",
                "SELECT count(*) FROM checkpoints", "SELECT count(*) FROM series WHERE trial NOT IN (SELECT id FROM trials)"):
          print(*c.execute(q).fetchone())
      """
    let outcome = try BuiltProgram.shell("python3 - <<'END'\n\(script)\nEND", in: directory)
    #expect(outcome.output == "ok\n\(trials) \(trials)\n0\n0\n", "\(outcome.errors)")
  }

  /// How many trials are in a state, as `basin show` says.
  static func count(_ state: String, of store: String, in directory: URL) throws -> Int {
    let outcome = try BuiltProgram.run(["show", store, "--json", "-"], in: directory)
    let states = outcome.status == 0 ? try object(outcome.output)["states"] as? [String: Int] : nil
    return states?[state] ?? 0
  }

  static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The rows of a table, by column.
  static func rows(_ store: String, _ arguments: [String] = [], in directory: URL) throws -> [[String: Any]] {
    let outcome = try BuiltProgram.run(["export", store, "--format", "jsonl"] + arguments, in: directory)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { line in
      // Foundation's reader of JSON misses the last bit of many numbers.
      guard case .object(let members) = try JSON(parsing: String(line), location: store) else { return [:] }
      return members.compactMapValues(Self.value)
    }
  }

  private static func value(_ value: JSON) -> Any? {
    switch value {
    case .integer(let number): NSNumber(value: number)
    case .number(let number): NSNumber(value: number)
    case .string(let text): text
    default: nil
    }
  }
}

/// Numbers between 0 and 1 that are the same in every run of the tests (SplitMix64).
struct FixedRandom {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}
