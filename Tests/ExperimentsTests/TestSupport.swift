import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// Specs in a folder of their own, with the files they name.
struct SpecBench {
  let scratch = ScratchFolder()

  /// A spec in which every part is written out, small enough to run.
  static let base = """
    {"name": "bench", "problem": {"kind": "autoencoder", "activation": "relu", "dimension": 6, "features": 4},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"kind": "sgd", "step": 0.2, "batch": 2, "order": "subset", "steps": 40,
                   "stop": {"when": "converged", "tolerance": 1e-6}},
     "seeds": {"master": 7, "trials": 3},
     "record": {"every": 10, "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]}}
    """

  /// Reads bytes as a spec file.
  func read(bytes: [UInt8], overrides: [SpecOverride] = []) throws(SpecProblems) -> Spec {
    let path = scratch.file("spec.json")
    // A new file each time, and no atomic one: replacing waits for the disk, and tests read thousands of specs.
    try? FileManager.default.removeItem(atPath: path)
    do { try Data(bytes).write(to: URL(filePath: path)) } catch { fatalError("no file at \(path)") }
    return try Spec.read(path, overrides: overrides)
  }

  /// Reads a text, the base unless given, after some settings as `--set` takes them.
  func read(_ text: String = base, set: [String] = []) throws -> Spec {
    try read(bytes: Array(text.utf8), overrides: try set.map { try SpecOverride(parsing: $0) })
  }

  /// Everything that is wrong, in the order in which it is said.
  func problems(_ text: String = base, set: [String] = []) throws -> [InputError] {
    do {
      _ = try read(text, set: set)
      return []
    } catch let error as SpecProblems { return error.problems }
  }
}

extension Spec {
  /// For each configuration, the value at a place such as `optimizer.batch`, as it would be read from its text.
  func values(_ place: String) -> [JSON?] {
    configurations.map { configuration in
      let value = configuration.flatSettings.first { $0.place == place }?.value
      return value.flatMap { try? JSON(parsing: $0.text, location: "") }
    }
  }
}
