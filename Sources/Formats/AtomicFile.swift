import Numerics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes whole files so that a reader, or a crash at any moment, finds either the old content or the new one, never a part.
public enum AtomicFile {
  private static let expected = "a place where a file can be written"
  private static let serial = Atomic<Int>(0)

  /// Replaces the content of a file, or creates it.
  ///
  /// The bytes go to a hidden temporary file in the same folder, are flushed to the disk (`fsync`), and take the name by `rename`, whose
  /// entry is flushed too. A link keeps pointing where it points, an existing file keeps its permissions, and what is not a
  /// plain file (a pipe, `/dev/stdout`) is written to directly. On failure the temporary file is removed and the old content stays.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw InputError("file", expected: expected, found: path.isEmpty ? "an empty path" : "a path with a zero byte")
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if exists, kind == S_IFDIR {
      throw InputError(path, expected: expected, found: "a folder", advice: "Name a file in it.")
    }
    if exists, kind != S_IFREG {
      try writeDirectly(bytes, to: path)
    } else {
      let mode = exists ? status.st_mode & 0o7777 : nil
      try replace(resolved(path, exists: exists), named: path, with: bytes, mode: mode)
    }
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

  /// The place itself where `path` is a link to it: renaming onto a link would replace the link.
  private static func resolved(_ path: String, exists: Bool) -> String {
    guard exists, let place = realpath(path, nil) else { return path }
    defer { free(place) }
    return String(cString: place)
  }

  private static func replace(
    _ target: String, named path: String, with bytes: [UInt8], mode: mode_t?
  ) throws(InputError) {
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    // The name is unique among the threads of this process and, by the process number, among those of one machine;
    // O_EXCL settles the rest.
    let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = "\(folder)/.basin-\(getpid())-\(number).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemError.last(path, expected: expected) }
    var code = send(bytes, to: descriptor)
    if code == 0, let mode, fchmod(descriptor, mode) != 0 { code = errno }
    if code == 0, fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, rename(temporary, target) != 0 { code = errno }
    guard code == 0 else {
      unlink(temporary)
      throw SystemError.last(path, expected: expected, code: code)
    }
    // The file is whole already; a file system that cannot flush folders is no reason to call it a failure.
    let entry = open(folder, O_RDONLY | O_CLOEXEC)
    if entry >= 0 {
      fsync(entry)
      close(entry)
    }
  }

  private static func writeDirectly(_ bytes: [UInt8], to path: String) throws(InputError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.last(path, expected: expected) }
    var code = send(bytes, to: descriptor)
    if close(descriptor) != 0, code == 0 { code = errno }
    guard code == 0 else { throw SystemError.last(path, expected: expected, code: code) }
  }

  /// Writes all bytes; 0, or the system's error code.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = transmit(UnsafeRawBufferPointer(rebasing: buffer[done...]), to: descriptor)
        if count >= 0 {
          done += count
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}

/// `write`, which inside of ``AtomicFile`` would mean the method.
private func transmit(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
  write(descriptor, buffer.baseAddress, buffer.count)
}
