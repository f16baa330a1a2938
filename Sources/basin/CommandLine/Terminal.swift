import Formats
import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output carries results and nothing else; everything for the person who waits goes to standard error.
enum Terminal {
  /// Whether standard output is a terminal that a person sees, and colour is wanted (https://no-color.org).
  static var wantsColour: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }

  /// The width of the terminal on standard output; `fallback` if it is none.
  static func width(fallback: Int) -> Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : fallback
  }

  /// Writes to standard output as it is. A closed pipe ends the program by its signal, as it ends others.
  ///
  /// - Throws: `InputError` if not all of it could be written: a result that got lost must not look like success.
  static func print(_ text: String) throws(InputError) {
    let code = write(text, to: STDOUT_FILENO)
    guard code == 0 else {
      throw SystemError.last("standard output", expected: "a place where the result can be written", code: code)
    }
  }

  /// Writes a line to standard error.
  static func note(_ text: String) { write("\(text)\n", to: STDERR_FILENO) }

  /// Writes all of `text`; 0, or the system's error code.
  @discardableResult static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}

/// How far a long command is: a bar with rate and time left on a terminal, a plain line now and then otherwise.
struct ProgressLine {
  private let unit: String
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let begin = Self.now
  private var lastShown = 0.0
  private var isOnLine = false

  /// - Parameter onlyOnTerminals: whether nothing at all is said where there is no terminal, as in a job's log.
  init(unit: String, isQuiet: Bool, onlyOnTerminals: Bool = false) {
    self.unit = unit
    self.isQuiet = isQuiet || (onlyOnTerminals && !isTerminal)
    // Without a terminal a command that takes a few seconds says nothing.
    lastShown = isTerminal ? 0 : Self.now
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Shows that `finished` of `total` are done.
  ///
  /// - Parameters:
  ///   - note: what else there is to say; may be empty.
  ///   - done: how many of them this command did, for the rate; all, if nil.
  ///   - secondsLeft: how long it will take; from the rate, if nil.
  mutating func show(
    _ finished: Int, of total: Int, note: String = "", done: Int? = nil, secondsLeft: Double? = nil
  ) {
    guard !isQuiet, Self.now - lastShown >= (isTerminal ? 0.1 : 10) else { return }
    lastShown = Self.now
    let elapsed = Self.now - begin
    let done = done ?? finished
    var parts = ["\(finished)/\(total) \(unit)"]
    if done > 0, elapsed > 0 { parts.append("\(Self.rate(Double(done) / elapsed)) \(unit)/s") }
    parts.append("\(Self.text(elapsed)) gone")
    let left = secondsLeft ?? (done > 0 ? elapsed / Double(done) * Double(total - finished) : 0)
    if left > 0, finished < total { parts.append("about \(Self.text(left)) left") }
    if !note.isEmpty { parts.append(note) }
    let text = parts.joined(separator: ", ")
    if isTerminal {
      let filled = total > 0 ? 24 * finished / total : 24
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
      Terminal.write("\r\u{1B}[K\(bar) \(text)", to: STDERR_FILENO)
      isOnLine = true
    } else {
      Terminal.note(text)
    }
  }

  /// Takes the line away from a terminal.
  mutating func end() {
    if isOnLine { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
    isOnLine = false
  }

  private static func rate(_ value: Double) -> String {
    value >= 10 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
  }

  /// A time for people: `12 s`, `3 min 5 s`, `2 h 10 min`.
  static func text(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    return whole < 3_600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3_600) h \(whole % 3_600 / 60) min"
  }
}

/// The system's `write`, which `Terminal.write` hides inside its own scope.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
