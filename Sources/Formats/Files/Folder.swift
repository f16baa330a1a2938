import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Folders, and what stands in them.
public enum Folder {
  /// Whether `path` is a folder.
  public static func exists(_ path: String) -> Bool { kind(path) == S_IFDIR }

  /// Whether something stands at `path`.
  public static func holds(_ path: String) -> Bool { kind(path) != nil }

  /// Makes a folder and those above it, where they are missing.
  ///
  /// - Throws: ``InputError`` naming the folder that could not be made.
  public static func make(_ path: String) throws(InputError) {
    if exists(path) || path.isEmpty { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try make(String(path[..<slash])) }
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    // Another process may have made it meanwhile.
    if code == EEXIST {
      if exists(path) { return }
      // "File exists" would not say what is wrong with that.
      throw InputError(
        path, expected: "a folder, or a place where one can be made", found: "something that is not a folder",
        advice: "Choose another path.")
    }
    throw SystemError.last(path, expected: "a folder, or a place where one can be made", code: code)
  }

  /// Makes sure that `path` is a folder in which files can be made.
  ///
  /// - Throws: ``InputError`` naming the folder.
  public static func makeWritable(_ path: String) throws(InputError) {
    try make(path)
    guard access(path, W_OK | X_OK) == 0 else {
      throw SystemError.last(path, expected: "a folder in which files can be made")
    }
  }

  /// The folder in which `path` stands.
  static func above(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The place itself where `path` is a link to it; `path` where nothing stands.
  static func resolved(_ path: String) -> String {
    guard let place = realpath(path, nil) else { return path }
    defer { free(place) }
    return String(cString: place)
  }

  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
