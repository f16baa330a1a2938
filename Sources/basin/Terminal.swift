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
  private let total: Int
  private let unit: String
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let begin = Self.now
  private var lastPlain = Self.now

  init(total: Int, unit: String, isQuiet: Bool) {
    self.total = total
    self.unit = unit
    self.isQuiet = isQuiet
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Shows that `done` are done and `label` is under way.
  mutating func show(_ done: Int, _ label: String) {
    guard !isQuiet else { return }
    let elapsed = Self.now - begin
    let left = done > 0 && done < total ? elapsed / Double(done) * Double(total - done) : 0
    let times = "\(Self.text(elapsed)) gone" + (left > 0 ? ", about \(Self.text(left)) left" : "")
    if isTerminal {
      let filled = total > 0 ? 24 * done / total : 24
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
      let rate = elapsed > 0 && done > 0 ? ", \(Self.rate(Double(done) / elapsed)) \(unit)/s" : ""
      Terminal.write("\r\u{1B}[K\(bar) \(done)/\(total) \(unit)\(rate), \(times)  \(label)", to: STDERR_FILENO)
      if done == total { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
    } else if done == total || Self.now - lastPlain >= 10 {
      lastPlain = Self.now
      Terminal.note("\(done)/\(total) \(unit), \(times)")
    }
  }

  private static func rate(_ value: Double) -> String {
    value >= 10 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
  }

  private static func text(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}

/// The system's `write`, which `Terminal.write` hides inside its own scope.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
