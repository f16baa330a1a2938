import Formats
import Foundation
import Numerics

/// Files of a case, in memory where the system has a folder for that.
enum TemporaryFile {
  private static let folder = Folder.exists("/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()

  static func write(_ bytes: [UInt8], name: String) throws(InputError) -> String {
    let path = "\(folder)/basin-fuzz-\(getpid())-\(name)"
    // Not by AtomicFile, which waits for the disk.
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw InputError(path, expected: "a temporary file", found: "none")
    }
    return path
  }

  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
