import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes whole files so that a reader, or a crash at any moment, finds either the old content or the new one, never a part.
public enum AtomicFile {
  private static let expected = AtomicFileStream.expected

  /// Replaces the content of a file, or creates it.
  ///
  /// Links, permissions, pipes and `/dev/stdout` are treated as by ``AtomicFileStream``. On failure the old content stays.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
    var stream = try AtomicFileStream(path)
    try stream.write(bytes)
    try stream.commit()
  }

  /// Replaces the content of a file, or creates it, with text in UTF-8, as bytes are written.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public static func write(_ text: String, to path: String) throws(InputError) {
    try write(Array(text.utf8), to: path)
  }

  /// Finds out whether `path` could be written, without changing what is there.
  ///
  /// - Throws: ``InputError`` naming the path.
  public static func check(_ path: String) throws(InputError) {
    guard !Folder.exists(path) else {
      throw InputError(path, expected: expected, found: "a folder", advice: "Name a file in it.")
    }
    let folder = Folder.above(path)
    guard Folder.exists(folder) else {
      throw InputError(
        path, expected: expected, found: "no folder \"\(folder)\"", advice: "Make the folder, or choose another path.")
    }
    let target = Folder.holds(path) ? path : folder
    guard access(target, W_OK) == 0 else { throw SystemError.last(path, expected: expected) }
  }

  /// Renames a file, replacing what was there.
  ///
  /// - Throws: ``InputError`` naming the new path.
  public static func move(_ source: String, to path: String) throws(InputError) {
    guard rename(source, path) == 0 else { throw SystemError.last(path, expected: expected) }
  }
}
