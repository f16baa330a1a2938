import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Brings published files into a folder: each is begun as `NAME.part`, goes on where an earlier attempt ended, is held against
/// its checksum, and gets its name only then.
public struct FileFetch {
  /// What became of a file.
  public enum Outcome: Equatable, Sendable {
    /// It was there already, with the right content.
    case present
    /// It came from `url`; `resumedFrom` is how many bytes had come before.
    case fetched(url: String, resumedFrom: Int)
    /// Somebody asked to stop; so many bytes of it are kept.
    case interrupted(kept: Int)
  }

  private let file: PublishedFile
  private let mirrors: [String]
  private let path: String
  private let part: String
  /// How long to wait before the second attempt at a place, in seconds; each further wait is twice as long.
  private let pause: Double
  private var failures: [String] = []

  /// How often in a row a place is tried again whose connection breaks without bringing anything.
  private static let retries = 2

  /// Prepares to fetch a file.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - mirrors: URLs of folders that hold it, tried in order.
  ///   - folder: where it is to be; must exist.
  ///   - pause: how long to wait before a place is tried again, in seconds; each further wait is twice as long.
  public init(_ file: PublishedFile, mirrors: [String], folder: String, pause: Double = 1) {
    self.file = file
    self.mirrors = mirrors
    self.pause = pause
    path = folder == "." ? file.name : "\(folder)/\(file.name)"
    part = path + ".part"
  }

  /// Fetches the file.
  ///
  /// - Parameter progress: told how many bytes of the file have come; false stops it. Called at least ten times a second.
  /// - Throws: ``InputError`` if none of the places gives the file (what was tried, and what can be done by hand), if another file
  ///   has its name, for a disk that is full, and if another process is fetching the same file.
  public mutating func run(progress: (Int) -> Bool) throws(InputError) -> Outcome {
    if Folder.holds(path) {
      guard try file.matches(path) else {
        throw InputError(
          path, expected: "nothing, or \(file.name) as it was published (SHA-256 \(file.checksum))",
          found: "another file, SHA-256 \(try SHA256.hexDigest(ofFile: path))",
          advice: "It may be cut off or altered: move it away, then run the same command again.")
      }
      return .present
    }
    guard let lock = try FileLock.acquire(part, creating: true) else {
      throw InputError(
        part, expected: "a file that no other process is fetching", found: "one that another process has locked",
        advice: "Wait for that process to end.")
    }
    let descriptor = open(part, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.last(part, expected: "a file that can be written") }
    defer {
      // Nothing came: nothing is left behind.
      if length(descriptor) == 0 { unlink(part) }
      close(descriptor)
      withExtendedLifetime(lock) {}
    }
    return try fetch(into: descriptor, progress)
  }

  private mutating func fetch(into descriptor: Int32, _ progress: (Int) -> Bool) throws(InputError) -> Outcome {
    for mirror in mirrors {
      let url = (mirror.hasSuffix("/") ? mirror : mirror + "/") + file.name
      if let outcome = try fetch(url, into: descriptor, progress) { return outcome }
    }
    throw failure(kept: length(descriptor))
  }

  /// Tries one place; nil if it does not give the file, which is noted.
  private mutating func fetch(
    _ url: String, into descriptor: Int32, _ progress: (Int) -> Bool
  ) throws(InputError) -> Outcome? {
    var resumedFrom = length(descriptor)
    var retriesLeft = Self.retries
    var wait = pause
    while true {
      let begin = length(descriptor)
      let outcome = try Transfer.run(url, from: begin, into: descriptor, path: part) { progress(begin + $0) }
      switch outcome {
      case .interrupted: return .interrupted(kept: length(descriptor))
      case .complete, .nothingLeft:
        if try file.matches(part) {
          try commit(descriptor)
          return .fetched(url: url, resumedFrom: resumedFrom)
        }
        let checksum = try SHA256.hexDigest(ofFile: part)
        ftruncate(descriptor, 0)
        // What was there before may have been the beginning of another file.
        guard resumedFrom > 0 else {
          failures.append(
            "\(url): another content, SHA-256 \(checksum) in place of \(file.checksum)")
          return nil
        }
        resumedFrom = 0
      case .cannotResume:
        ftruncate(descriptor, 0)
        guard resumedFrom > 0 else {
          failures.append("\(url): a server that sends only the end of the file")
          return nil
        }
        resumedFrom = 0
      case .failed(let reason, let isPassing):
        let broughtSomething = length(descriptor) > begin
        guard isPassing, broughtSomething || retriesLeft > 0 else {
          failures.append("\(url): \(reason)")
          return nil
        }
        retriesLeft = broughtSomething ? Self.retries : retriesLeft - 1
        if broughtSomething { wait = pause }
        guard sleep(wait, while: { progress(length(descriptor)) }) else {
          return .interrupted(kept: length(descriptor))
        }
        wait *= 2
      }
    }
  }

  /// Waits, as long as that is wanted.
  private func sleep(_ seconds: Double, while isWanted: () -> Bool) -> Bool {
    var left = seconds
    while left > 0 {
      guard isWanted() else { return false }
      usleep(UInt32(min(left, 0.1) * 1e6))
      left -= 0.1
    }
    return isWanted()
  }

  /// Gives a whole part its name.
  private func commit(_ descriptor: Int32) throws(InputError) {
    guard fsync(descriptor) == 0, rename(part, path) == 0 else {
      throw SystemError.last(path, expected: "a place where a file can be written")
    }
  }

  private func length(_ descriptor: Int32) -> Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  private func failure(kept: Int) -> InputError {
    let resumption = kept > 0 ? "The \(kept) bytes in \(part) are kept: the same command goes on from there. " : ""
    return InputError(
      path, expected: "\(file.name) from \(mirrors.count == 1 ? "its place" : "one of \(mirrors.count) places")",
      found: failures.joined(separator: "; "),
      advice: """
        \(resumption)Without a network bring the file by other means to \(path), then run the same command again, which \
        checks it; another place that offers it can be named by --from.
        """)
  }
}
