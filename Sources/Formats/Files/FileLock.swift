import Numerics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The right to be the only writer of a file, among all processes of this machine that ask for it, and within this one.
///
/// An exclusive lock on the byte at 2⁶² (files end long before, and SQLite locks bytes near 2³⁰), held by an open file description: the
/// kernel frees it when the value is gone or the process ends in any way, and child programs do not inherit it. It is advisory: it keeps
/// out only those who ask.
///
/// Closing any descriptor of a file drops the process's traditional locks on it, SQLite's among them. So acquire the lock before opening a
/// connection to the file and let go of it after the connection is closed; ``SQLiteConnection`` sees to that if it is given the lock.
public struct FileLock: ~Copyable, Sendable {
  private static let held = Mutex<Set<FileIdentity>>([])
  private static let expected = "a file that can be locked for writing"

  private let descriptor: Int32
  private let identity: FileIdentity

  private init(descriptor: Int32, identity: FileIdentity) {
    self.descriptor = descriptor
    self.identity = identity
  }

  deinit {
    close(descriptor)
    let identity = identity
    Self.held.withLock { _ = $0.remove(identity) }
  }

  /// Locks a file without waiting; nil if somebody else holds the lock. With `creating`, a missing file is made, empty.
  ///
  /// - Throws: ``InputError`` naming the path: no such file, no permission to write, not a plain file, or a file system without locks.
  public static func acquire(_ path: String, creating: Bool = false) throws(InputError) -> FileLock? {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw InputError("file", expected: expected, found: path.isEmpty ? "an empty path" : "a path with a zero byte")
    }
    let outcome: Result<Holding?, InputError> = held.withLock { held in
      Result { () throws(InputError) in try acquire(path, creating: creating, held: &held) }
    }
    guard let holding = try outcome.get() else { return nil }
    return FileLock(descriptor: holding.descriptor, identity: holding.identity)
  }

  private struct Holding {
    var descriptor: Int32
    var identity: FileIdentity
  }

  private static func acquire(
    _ path: String, creating: Bool, held: inout Set<FileIdentity>
  ) throws(InputError) -> Holding? {
    while true {
      // Opening and closing a file that this process has locked would drop SQLite's locks on it.
      if let status = FileIdentity.status(path) {
        if held.contains(FileIdentity(status)) { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else { throw notPlain(path, status) }
      }
      let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | (creating ? O_CREAT : 0), 0o666)
      guard descriptor >= 0 else { throw SystemError.last(path, expected: expected) }
      var status = stat()
      guard fstat(descriptor, &status) == 0, lock(descriptor) else {
        let code = errno
        close(descriptor)
        if code == EAGAIN || code == EACCES { return nil }
        throw SystemError.last(path, expected: expected, code: code)
      }
      let identity = FileIdentity(status)
      if let now = FileIdentity.status(path), FileIdentity(now) == identity {
        held.insert(identity)
        return Holding(descriptor: descriptor, identity: identity)
      }
      // The path was given to another file meanwhile: what is locked is not what stands there.
      close(descriptor)
    }
  }

  private static func notPlain(_ path: String, _ status: stat) -> InputError {
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    return InputError(
      path, expected: expected, found: isFolder ? "a folder" : "something that is not a plain file",
      advice: isFolder ? "Name a file in it." : "Choose another path.")
  }
}

/// What makes two paths one file.
private struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}

/// Locks the byte at 2⁶² for an open file description; false with `errno` set.
private func lock(_ descriptor: Int32) -> Bool {
  // F_OFD_SETLK, which the C library shows only to programs that ask for GNU's extensions.
  #if canImport(Darwin)
    let command: Int32 = 90
  #else
    let command: Int32 = 37
  #endif
  var request = flock()
  request.l_type = Int16(F_WRLCK)
  request.l_whence = Int16(SEEK_SET)
  request.l_start = 1 << 62
  request.l_len = 1
  return fcntl(descriptor, command, &request) == 0
}
