import Formats
import Numerics

/// Finds out before the work whether its results can be written.
enum OutputDirectory {
  /// Makes `path` a directory, with those above it, and tries to write into it.
  static func prepare(_ path: String) throws(InputError) {
    try Folder.make(path)
    try checkFile("\(path)/.basin-writable")
    Folder.remove("\(path)/.basin-writable")
  }

  /// Tries to write the file `path`; an existing file keeps its content.
  static func checkFile(_ path: String) throws(InputError) {
    if Folder.fileExists(path) { try AtomicFile.checkWritable(path) } else {
      try AtomicFile.write("", to: path)
    }
  }
}
