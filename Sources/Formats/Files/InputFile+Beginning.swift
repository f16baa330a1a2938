import Numerics

extension InputFile {
  /// The first bytes of a plain file, at most `count`; nil for a pipe, which could not be read again.
  ///
  /// - Throws: ``InputError`` naming the path: nothing there, a folder, no permission, or an error while reading.
  public static func beginning(of path: String, count: Int) throws(InputError) -> [UInt8]? {
    let file = try OpenedFile(path)
    guard file.isPlain else { return nil }
    var bytes = [UInt8](repeating: 0, count: min(count, file.size))
    try bytes.withUnsafeMutableBufferPointer { (bytes) throws(InputError) in
      try file.read(at: 0, into: UnsafeMutableRawBufferPointer(bytes))
    }
    return bytes
  }
}
