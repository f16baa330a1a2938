import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole files.
public enum InputFile {
  /// The largest file that is read as a whole: 4 GiB. Some devices and pipes never end.
  public static let largestSize = 1 << 32

  /// All bytes of a file, or of a pipe until its end. Memory: once the file's size.
  ///
  /// - Throws: ``InputError`` naming the path: nothing there, a folder, no permission, an error while reading, or more
  ///   than `limit` bytes.
  public static func read(_ path: String, limit: Int = largestSize) throws(InputError) -> [UInt8] {
    var bytes = [UInt8]()
    try stream(
      path,
      // The stated size is only a hint: some files of the system claim more than there is memory.
      size: { bytes.reserveCapacity(min(max($0, 0), limit, 1 << 30)) },
      piece: { (piece) throws(InputError) in
        guard piece.count <= limit - bytes.count else {
          throw InputError(path, expected: "a file of at most \(limit) bytes", found: "a larger one")
        }
        bytes.append(contentsOf: piece)
      })
    return bytes
  }

  /// Hands over a file's stated size, then its bytes, or those of a pipe until its end, in pieces of at most 256 KiB.
  ///
  /// - Throws: ``InputError`` as ``read(_:)``, and what `piece` throws.
  static func stream(
    _ path: String, size: (Int) -> Void = { _ in }, piece: (UnsafeRawBufferPointer) throws(InputError) -> Void
  ) throws(InputError) {
    let file = try OpenedFile(path)
    size(file.size)
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = chunk.withUnsafeMutableBytes { receive($0, from: file.descriptor) }
      if count == 0 { return }
      if count > 0 {
        try chunk.withUnsafeBufferPointer { (chunk) throws(InputError) in
          try piece(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: chunk[..<count])))
        }
      } else if errno != EINTR {
        throw SystemError.last(path, expected: OpenedFile.expected)
      }
    }
  }

  /// A file as text in UTF-8; invalid bytes become replacement characters.
  ///
  /// - Throws: ``InputError`` as ``read(_:)``.
  public static func text(_ path: String) throws(InputError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }
}

/// `read`, which inside of ``InputFile`` would mean the method.
private func receive(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
