import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One attempt to bring the rest of a file from a URL, by the program `curl`.
///
/// A program and not the library of the same name, whose dozens of shared libraries every start of Basin would load for the
/// sake of one command. What it receives comes through a pipe, so that progress, a full disk and an interruption are seen here,
/// and that it ends when its reader is gone.
struct Transfer {
  /// How an attempt ended.
  enum Outcome: Equatable {
    /// The server has sent all that it has.
    case complete
    /// There is nothing at or after the place from which it was to go on.
    case nothingLeft
    /// The server cannot begin in the middle.
    case cannotResume
    /// Somebody asked to stop.
    case interrupted
    /// It failed, with curl's or the server's words. Whether the same place may do better the next time.
    case failed(reason: String, isPassing: Bool)
  }

  private static let program = "curl"

  /// Appends what a URL holds from byte `offset` on to a file.
  ///
  /// - Parameters:
  ///   - descriptor: where bytes go, from its place on.
  ///   - path: that file, for errors.
  ///   - received: told how many bytes have come; false stops the transfer. Called at least ten times a second.
  /// - Throws: ``InputError`` if `curl` is missing, or for a file that cannot be written, such as on a full disk.
  static func run(
    _ url: String, from offset: Int, into descriptor: Int32, path: String, received: (Int) -> Bool
  ) throws(InputError) -> Outcome {
    var pipes: [Int32] = []
    defer { for end in pipes where end >= 0 { close(end) } }
    for _ in 0..<2 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw SystemError.last(program, expected: "a pipe to the program") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes += ends
    }
    let child = try start(arguments(url, offset), output: pipes[1], errors: pipes[3])
    for end in [1, 3] {
      close(pipes[end])
      pipes[end] = -1
    }
    var errors: [UInt8] = []
    var count = 0
    do throws(InputError) {
      let isWanted = try relay(
        output: pipes[0], errors: pipes[2], words: &errors, into: descriptor, path: path, count: &count,
        received: received)
      if !isWanted {
        end(child)
        return .interrupted
      }
    } catch {
      end(child)
      throw error
    }
    return outcome(status: wait(child), words: String(decoding: errors, as: UTF8.self))
  }

  private static func arguments(_ url: String, _ offset: Int) -> [String] {
    [
      // No settings of the user's: one of them could put headers among the bytes.
      program, "-q", "--silent", "--show-error", "--no-buffer", "--fail", "--location", "--globoff", "--proto",
      "=http,https,file",
      "--proto-redir", "=http,https", "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "60",
      "--write-out", "%{stderr}\n%{http_code}", "--output", "-",
    ] + (offset > 0 ? ["--continue-at", "\(offset)"] : []) + ["--", url]
  }

  private static func start(
    _ arguments: [String], output: Int32, errors: Int32
  ) throws(InputError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // In a group of its own, so that Ctrl-C at a terminal reaches Basin alone, which then ends it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child = pid_t()
    let code = posix_spawnp(&child, program, &actions, &attributes, words, environ)
    guard code == 0 else {
      throw InputError(
        program, expected: "the program \"curl\", which brings files from the network",
        found: "\"\(SystemError.text(code))\"", advice: "Install it, on Debian and Ubuntu by \"apt-get install curl\".")
    }
    return child
  }

  /// Passes bytes on until both pipes end; false if it was asked to stop.
  private static func relay(
    output: Int32, errors: Int32, words: inout [UInt8], into descriptor: Int32, path: String, count: inout Int,
    received: (Int) -> Bool
  ) throws(InputError) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var sources = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
    ]
    while sources.contains(where: { $0.fd >= 0 }) {
      guard received(count) else { return false }
      let ready = poll(&sources, nfds_t(sources.count), 100)
      guard ready >= 0 || errno == EINTR else { throw SystemError.last(program, expected: "news from the program") }
      guard ready > 0 else { continue }
      for place in sources.indices where sources[place].fd >= 0 && sources[place].revents != 0 {
        let size = chunk.withUnsafeMutableBytes { read(sources[place].fd, $0.baseAddress, $0.count) }
        if size > 0, place == 0 {
          try append(chunk[..<size], to: descriptor, path: path)
          count += size
        } else if size > 0 {
          words += chunk[..<size]
        } else if size == 0 || errno != EINTR {
          // poll ignores negative numbers.
          sources[place].fd = -1
        }
      }
    }
    return true
  }

  private static func append(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, path: String) throws(InputError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw SystemError.last(path, expected: "room for the rest of the file")
      }
    }
  }

  private static func end(_ child: pid_t) {
    kill(child, SIGTERM)
    _ = wait(child)
  }

  /// The exit status of a child; 128 and more for one that a signal ended.
  private static func wait(_ child: pid_t) -> Int {
    var state: Int32 = 0
    while waitpid(child, &state, 0) < 0 { if errno != EINTR { return 128 } }
    let signal = state & 0x7F
    return signal == 0 ? Int((state >> 8) & 0xFF) : 128 + Int(signal)
  }

  private static func outcome(status: Int, words: String) -> Outcome {
    let lines = words.split(separator: "\n").map(String.init)
    let answer = lines.last.flatMap { Int($0) } ?? 0
    if answer == 416 { return .nothingLeft }
    if status == 0 { return .complete }
    if status == 33 || status == 36 { return .cannotResume }
    let own = lines.first { $0.hasPrefix("curl: ") }.map { line in
      // "curl: (7) Failed to connect …": the number is said by the words.
      line.firstIndex(of: ")").map { line[line.index(after: $0)...].drop { $0 == " " } } ?? line[...]
    }
    return .failed(
      reason: own.map(String.init) ?? "curl ended with status \(status)",
      isPassing: passing.contains(status) || [408, 429, 500, 502, 503, 504].contains(answer))
  }

  /// curl's codes for connections that break or stall: 16 and 92 HTTP/2, 18 a part of the file, 28 a timeout, 52 no answer, 55 and 56
  /// sending and receiving.
  private static let passing: Set = [16, 18, 28, 52, 55, 56, 92]
}
