import Formats
import Glibc

/// The gnuplot program, which draws the static figures.
///
/// It is started once for any number of figures and formats. Without it a report has no static figures and says so.
public struct Gnuplot: Sendable, Equatable {
  /// The program's path.
  public var path: String

  /// Uses the program at `path`.
  public init(path: String) { self.path = path }

  /// The first `gnuplot` in a list of directories separated by colons, by default the environment's `PATH`; nil if there is none.
  public static func find(in searchPath: String? = nil) -> Gnuplot? {
    let list = searchPath ?? getenv("PATH").map { String(cString: $0) } ?? ""
    let candidates = list.split(separator: ":").map { "\($0)/gnuplot" }
    return candidates.first { access($0, X_OK) == 0 && !Folder.exists($0) }.map(Gnuplot.init(path:))
  }

  /// Why gnuplot drew nothing.
  public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What gnuplot or the system said.
    public var description: String
  }

  /// Draws figures, in one run of the program, into directories that exist. The same figures are the same bytes.
  ///
  /// All are drawn elsewhere first: each file appears whole or not at all, and none if gnuplot fails.
  public func draw(_ drawings: [FigureDrawing]) throws(Failure) {
    guard !drawings.isEmpty else { return }
    let workplace = try Self.temporaryFolder()
    let files = drawings.enumerated().flatMap { number, drawing in
      drawing.formats.map { (drawing: drawing, format: $0, path: "\(workplace)/\(number).\($0.rawValue)") }
    }
    defer {
      for file in files { unlink(file.path) }
      rmdir(workplace)
    }
    let scripts = drawings.enumerated().map { number, drawing in
      GnuplotScript(drawing.figure, width: drawing.width, number: number).text(
        for: drawing.formats.map { .file($0, path: "\(workplace)/\(number).\($0.rawValue)") })
    }
    _ = try run(scripts.joined())
    var drawn: [(path: String, bytes: [UInt8])] = []
    for file in files {
      let path = file.drawing.path(file.format)
      guard let bytes = try? InputFile.read(file.path), let described = file.drawing.described(bytes, file.format)
      else { throw Failure(description: "\(self.path) drew nothing for \(path)") }
      drawn.append((path, described))
    }
    for (path, bytes) in drawn { try Self.write(bytes, path) }
  }

  private static func temporaryFolder() throws(Failure) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/basin-figures-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure(description: "no temporary folder below \(parent): \(SystemError.text())")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Draws a figure with characters, for a terminal; panels follow each other downwards.
  public func characters(_ figure: Figure, columns: Int = 79, rows: Int = 24) throws(Failure) -> String {
    let target = GnuplotScript.Target.characters(columns: max(columns, 20), rows: max(rows, 8))
    let lines = try run(GnuplotScript(figure).text(for: [target])).split(
      separator: "\n", omittingEmptySubsequences: false)
    // The terminal pads lines and begins pages with form feeds.
    return lines.map { line in
      var line = line.filter { $0 != "\u{C}" }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// Runs a script and returns what it printed.
  private func run(_ script: String) throws(Failure) -> String {
    let outcome: ExternalProgram.Outcome
    do {
      // As a file's name, standard input is read as a program: the first error ends it.
      outcome = try ExternalProgram(path).run(
        arguments: ["/dev/stdin"], input: script, environment: ["TZ": "UTC", "LC_ALL": "C.UTF-8"])
    } catch {
      throw Failure(description: "\(path) could not be started: \(error.reason)")
    }
    guard outcome.status == 0 else {
      let said = outcome.errors.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
      throw Failure(description: "\(path) ended with status \(outcome.status): \(said.joined(separator: " "))")
    }
    return outcome.output
  }

  private static func write(_ bytes: [UInt8], _ path: String) throws(Failure) {
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw Failure(description: error.description)
    }
  }
}
