import Glibc
import Numerics

/// Files written whole or not at all.
enum TextFile {
  /// A file as text; nil if it cannot be read.
  static func read(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

  /// The bytes of a file; nil if it cannot be read.
  static func bytes(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return ferror(file) == 0 ? bytes : nil }
      bytes += buffer[..<count]
    }
  }

  /// Whether `path` is a directory.
  static func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && (information.st_mode & S_IFMT) == S_IFDIR
  }

  /// Makes a directory and those above it, where they are missing.
  static func makeDirectory(_ path: String) throws(InputError) {
    if isDirectory(path) || path.isEmpty { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeDirectory(String(path[..<slash])) }
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isDirectory(path)) else {
      throw InputError(
        path, expected: "a directory, or a place where one can be made", found: SystemError.text,
        advice: "Choose another directory with --out.")
    }
  }

  /// Writes text to a temporary name and renames it, so that no reader ever sees half a file.
  static func write(_ text: String, to path: String) throws(InputError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes to a temporary name and renames it, so that no reader ever sees half a file.
  static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
    let temporary = "\(path).writing-\(getpid())"
    do {
      try writeDirectly(bytes, to: temporary)
      try move(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Renames a file, replacing what was there.
  static func move(_ source: String, to path: String) throws(InputError) {
    guard rename(source, path) == 0 else { throw unwritable(path, SystemError.text) }
  }

  /// Writes bytes to a file that may be left incomplete; only for `write`, which renames it afterwards.
  static func writeDirectly(_ bytes: [UInt8], to path: String) throws(InputError) {
    guard let file = fopen(path, "wb") else { throw unwritable(path, SystemError.text) }
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0
    let reason = SystemError.text
    // A full disk may show only when the file is closed.
    let isClosed = fclose(file) == 0
    guard isWritten, isClosed else { throw unwritable(path, isWritten ? SystemError.text : reason) }
  }

  private static func unwritable(_ path: String, _ reason: String) -> InputError {
    InputError(
      path, expected: "a file that can be written", found: reason,
      advice: "Free space or change permissions, or choose another directory with --out.")
  }
}
