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
  public func draw(_ drawings: [FigureDrawing]) throws(Failure) {
    guard !drawings.isEmpty else { return }
    let scripts = drawings.enumerated().map { number, drawing in
      GnuplotScript(drawing.figure, width: drawing.width, number: number).text(
        for: drawing.formats.map { .file($0, path: drawing.path($0)) })
    }
    _ = try run(scripts.joined())
    for drawing in drawings {
      for format in drawing.formats {
        let path = drawing.path(format)
        guard let bytes = try? InputFile.read(path), let described = drawing.described(bytes, format) else {
          throw Failure(description: "\(self.path) did not write \(path)")
        }
        try rewrite(described, path)
      }
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

  private func rewrite(_ bytes: [UInt8], _ path: String) throws(Failure) {
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw Failure(description: error.description)
    }
  }
}
