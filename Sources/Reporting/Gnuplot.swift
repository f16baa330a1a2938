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

  /// Draws every figure as `NAME.svg`, `NAME.pdf` and `NAME.png` into a directory that exists.
  public func draw(_ figures: [Figure], into directory: String) throws(Failure) {
    guard !figures.isEmpty else { return }
    let scripts = figures.enumerated().map { number, figure in
      let path = "\(directory)/\(figure.name)"
      return GnuplotScript(figure, number: number).text(
        for: [.svg(path: "\(path).svg"), .pdf(path: "\(path).pdf"), .png(path: "\(path).png")])
    }
    _ = try run(scripts.joined())
    for figure in figures {
      try describe(figure, svg: "\(directory)/\(figure.name).svg")
      try undate("\(directory)/\(figure.name).pdf")
    }
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

  /// Sets a PDF file's date of creation to a fixed one of the same length: the same figure is the same bytes.
  private func undate(_ path: String) throws(Failure) {
    guard var bytes = try? InputFile.read(path) else {
      throw Failure(description: "\(self.path) did not write \(path)")
    }
    let mark = Array("/CreationDate (D:".utf8)
    let date = Array("19700101000000".utf8)
    guard let start = bytes.firstRange(of: mark)?.upperBound, start + date.count <= bytes.count else { return }
    bytes.replaceSubrange(start..<start + date.count, with: date)
    try rewrite(bytes, path)
  }

  private func rewrite(_ bytes: [UInt8], _ path: String) throws(Failure) {
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw Failure(description: error.description)
    }
  }

  /// Puts the figure's title and caption into the SVG file, and fonts of like width for machines without DejaVu Sans.
  private func describe(_ figure: Figure, svg path: String) throws(Failure) {
    guard let drawn = (try? InputFile.text(path)) else {
      throw Failure(description: "\(self.path) did not write \(path)")
    }
    let description =
      "<title>\(HTML.escaped(figure.title))</title>\n<desc>\(HTML.escaped(figure.caption))</desc>"
    var text = drawn
    if let start = text.firstRange(of: "<title>")?.lowerBound, let end = text.firstRange(of: "</desc>")?.upperBound {
      text.replaceSubrange(start..<end, with: description)
    }
    text = text.replacing("font-family=\"DejaVu Sans\"", with: "font-family=\"DejaVu Sans, Verdana, sans-serif\"")
    try rewrite(Array(text.utf8), path)
  }
}
