import Numerics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a file piece by piece, so that a reader, or a crash at any moment, finds either the old content or all of the new one.
///
/// The bytes go to a hidden temporary file in the same folder; `commit` flushes them to the disk (`fsync`) and gives them the name by
/// `rename`, whose entry is flushed too. Until then nothing is changed, and a stream that goes without `commit` takes its temporary
/// file along. A link keeps pointing where it points and an existing file keeps its permissions. What is not a plain file (a pipe)
/// and what this process has open already (`/dev/stdout`, `/dev/fd/3`) is written to directly, as the bytes come.
///
/// Memory: 256 KiB.
public struct AtomicFileStream: ~Copyable {
  static let expected = "a place where a file can be written"
  private static let serial = Atomic<Int>(0)
  private static let capacity = 1 << 18

  /// The path as it was given.
  public let path: String
  private var descriptor: Int32
  private var temporary: Temporary?
  private var buffer = [UInt8]()
  /// The error that stopped an earlier write; what follows it must not pass for a whole file.
  private var failure: Int32 = 0

  private struct Temporary {
    var path: String
    var target: String
    var folder: String
  }

  /// Begins to write a file that is to have the name `path`.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public init(_ path: String) throws(InputError) {
    (descriptor, temporary) = try Self.open(path)
    self.path = path
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let temporary { unlink(temporary.path) }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public mutating func write(_ bytes: [UInt8]) throws(InputError) {
    try check(bytes.withUnsafeBytes { add($0) })
  }

  /// Appends text in UTF-8.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public mutating func write(_ text: String) throws(InputError) {
    var text = text
    try check(text.withUTF8 { add(UnsafeRawBufferPointer($0)) })
  }

  /// Appends bytes, such as `numbers.span.bytes`.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public mutating func write(_ bytes: RawSpan) throws(InputError) {
    try check(bytes.withUnsafeBytes { add($0) })
  }

  /// Puts all that was written in the place of the old content.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice; the old content stays.
  public consuming func commit() throws(InputError) {
    try check(flush())
    guard let temporary else {
      let code = close(descriptor) == 0 ? 0 : errno
      descriptor = -1
      return try check(code)
    }
    try check(fsync(descriptor) == 0 ? 0 : errno)
    let code = close(descriptor) == 0 ? 0 : errno
    descriptor = -1
    try check(code)
    try check(rename(temporary.path, temporary.target) == 0 ? 0 : errno)
    self.temporary = nil
    // The file is whole already; a file system that cannot flush folders is no reason to call it a failure.
    let entry = openFile(temporary.folder, O_RDONLY | O_CLOEXEC)
    if entry >= 0 {
      fsync(entry)
      close(entry)
    }
  }

  private static func open(_ path: String) throws(InputError) -> (descriptor: Int32, temporary: Temporary?) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw InputError("file", expected: expected, found: path.isEmpty ? "an empty path" : "a path with a zero byte")
    }
    if let number = inherited(path) {
      return (try descriptor(fcntl(number, F_DUPFD_CLOEXEC, 0), path), nil)
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if exists, kind == S_IFDIR {
      throw InputError(path, expected: expected, found: "a folder", advice: "Name a file in it.")
    }
    if exists, kind != S_IFREG {
      return (try descriptor(openFile(path, O_WRONLY | O_CLOEXEC), path), nil)
    }
    // Renaming onto a link would replace the link.
    let target = Folder.resolved(path)
    let folder = Folder.above(target)
    // The name is unique among the threads of this process and, by the process number, among those of one machine;
    // O_EXCL settles the rest.
    let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = Temporary(path: "\(folder)/.basin-\(getpid())-\(number).tmp", target: target, folder: folder)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = try descriptor(openFile(temporary.path, flags, exists ? 0o600 : 0o666), path)
    // From the beginning: what is private must not be open to all until the end.
    if exists, fchmod(descriptor, status.st_mode & 0o7777) != 0 {
      let code = errno
      close(descriptor)
      unlink(temporary.path)
      throw SystemError.last(path, expected: expected, code: code)
    }
    return (descriptor, temporary)
  }

  private static func descriptor(_ result: Int32, _ path: String) throws(InputError) -> Int32 {
    guard result >= 0 else { throw SystemError.last(path, expected: expected) }
    return result
  }

  /// The number of a descriptor that a path stands for. Opened anew, a file would be written from its beginning and replaced.
  private static func inherited(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
        return Int32(path.dropFirst(prefix.count))
      }
      return nil
    }
  }

  private mutating func check(_ code: Int32) throws(InputError) {
    guard code == 0 else {
      failure = code
      throw SystemError.last(path, expected: Self.expected, code: code)
    }
  }

  /// Takes bytes into the buffer or, where they are many, writes them; 0, or the system's error code.
  private mutating func add(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    if bytes.count <= Self.capacity - buffer.count {
      buffer.append(contentsOf: bytes)
      return failure
    }
    let code = flush()
    if code != 0 { return code }
    if bytes.count >= Self.capacity { return send(bytes) }
    buffer.append(contentsOf: bytes)
    return 0
  }

  private mutating func flush() -> Int32 {
    let code = failure == 0 ? buffer.withUnsafeBytes { send($0) } : failure
    buffer.removeAll(keepingCapacity: true)
    return code
  }

  /// Writes all bytes; 0, or the system's error code.
  private func send(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = transmit(UnsafeRawBufferPointer(rebasing: bytes[done...]), to: descriptor)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}

/// `write`, which inside of ``AtomicFileStream`` would mean the method.
private func transmit(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
  write(descriptor, buffer.baseAddress, buffer.count)
}

/// `open`, which inside of ``AtomicFileStream`` would mean the method.
private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { open(path, flags, mode) }
