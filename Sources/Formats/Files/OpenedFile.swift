import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is open for reading, closed when the last user goes.
final class OpenedFile: Sendable {
  static let expected = "a file that can be read"

  let path: String
  let descriptor: Int32
  /// Its size when it was opened; 0 for a pipe.
  let size: Int
  /// Whether it is a plain file, which can be read from any place on.
  let isPlain: Bool

  /// - Throws: ``InputError`` naming the path: nothing there, a folder, or no permission.
  init(_ path: String) throws(InputError) {
    guard !path.utf8.contains(0) else {
      throw InputError("file", expected: Self.expected, found: "a path with a zero byte")
    }
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.last(path, expected: Self.expected) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = SystemError.last(path, expected: Self.expected)
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw InputError(path, expected: Self.expected, found: "a folder", advice: "Name a file in it.")
    }
    size = Int(status.st_size)
    isPlain = status.st_mode & S_IFMT == S_IFREG
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: ``InputError`` naming the path, if the file ends before or cannot be read.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(InputError) {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw InputError(
          path, expected: "\(offset + buffer.count) bytes or more", found: "a file that ends after \(offset + done)",
          advice: "It became shorter while it was read: try again.")
      } else if errno != EINTR {
        throw SystemError.last(path, expected: Self.expected)
      }
    }
  }
}
