import Foundation
import Numerics

/// A folder for one test, removed after it.
public final class ScratchFolder {
  /// Where it is.
  public let path = NSTemporaryDirectory() + "/basin-test-" + UUID().uuidString

  /// Makes the folder.
  public init() {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { fatalError("no folder for the test: \(error)") }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What stands in the folder, hidden files too.
  public func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// The error that `body` throws.
public func refusal(_ body: () throws(InputError) -> Void) -> InputError? {
  do throws(InputError) {
    try body()
    return nil
  } catch { return error }
}

/// A stream for a test: fixed, and different for each seed and step.
public func testStream(_ seed: UInt64, step: Int = 0) -> RandomStream {
  RandomStream(RandomKey(seed: seed, purpose: .measurement), step: step)
}
