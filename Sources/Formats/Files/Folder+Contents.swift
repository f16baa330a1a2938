import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Folder {
  /// The names of what stands in a folder, hidden files too, in alphabetical order.
  ///
  /// - Throws: ``InputError`` naming the folder that could not be read.
  static func names(in path: String) throws(InputError) -> [String] {
    guard let folder = opendir(path) else { throw SystemError.last(path, expected: "a folder that can be read") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a folder and the plain files in it.
  ///
  /// - Throws: ``InputError`` naming what could not be removed, such as a folder inside.
  static func remove(_ path: String) throws(InputError) {
    let expected = "what this program wrote and can remove"
    for name in try names(in: path) {
      let file = "\(path)/\(name)"
      guard unlink(file) == 0 else { throw SystemError.last(file, expected: expected) }
    }
    guard rmdir(path) == 0 else { throw SystemError.last(path, expected: expected) }
  }
}
