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

  /// Writes an archive of arrays.
  func writeArchive(_ name: String, _ arrays: [String: (shape: [Int], values: [Double])]) throws {
    var writer = try NPZWriter(scratch.file(name))
    for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
      try writer.begin(name, .float64, shape: array.shape)
      try writer.append(array.values)
      try writer.end()
    }
    try writer.finish()
  }

  /// Writes `images.idx`, three images of 2 × 2 pixels, and `labels.idx`, their two classes.
  func writeImages() throws {
    let pixels: [UInt8] = [0, 51, 102, 153, 255, 0, 255, 0, 1, 2, 3, 4]
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2] + pixels
    try AtomicFile.write(images, to: scratch.file("images.idx"))
    try AtomicFile.write([0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1], to: scratch.file("labels.idx"))
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
