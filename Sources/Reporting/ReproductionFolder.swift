import Formats
import Numerics

/// The folder of a report on studies: one page for all of them, and below it a folder for each with its files.
///
/// Studies are added as they are finished, and the page is made anew each time: what was measured is never lost.
public struct ReproductionFolder: Sendable {
  /// The folder's path.
  public let directory: String
  private let writer: ReportWriter
  private let version: String
  private var parts: [Reproduction.Part] = []
  private var files: Set<String> = []
  private var library: String?

  /// Prepares a folder, which is made where it is missing.
  public init(_ directory: String, version: String, writer: ReportWriter = ReportWriter()) {
    self.directory = directory
    self.version = version
    self.writer = writer
  }

  /// Writes `NAME/claims.json`, `NAME/data/*`, `NAME/figures/*` and `NAME/specs/*` of a study, and `index.html` and `references.bib` of
  /// all studies so far. Each file appears whole or not at all, in the place of one of the same name.
  ///
  /// Missing or failing gnuplot is no error: the report then lacks static figures and says so.
  ///
  /// - Throws: `InputError` naming the path that could not be written.
  public mutating func add(_ report: StudyReport) throws(InputError) -> WrittenReport {
    var (written, gallery) = try writer.writeFiles(of: report, to: "\(directory)/\(report.name)")
    library = library ?? writer.chartLibrary?.compressed()
    gallery.folder = "\(HTML.address(report.name))/"
    gallery.isInteractive = library != nil
    parts.append(.init(report: report, gallery: gallery))
    files.formUnion(written.map { "\(report.name)/\($0)" })
    let reproduction = Reproduction(parts: parts, version: version)
    for document in reproduction.citations.document {
      try AtomicFile.write(document.text, to: "\(directory)/\(document.name)")
      files.insert(document.name)
    }
    try AtomicFile.write(
      HTMLReport(content: reproduction.content, chartLibrary: library).text, to: "\(directory)/index.html")
    files.insert("index.html")
    return WrittenReport(
      directory: directory, files: files.sorted(), missingFigures: gallery.drawingProblem, isInteractive: library != nil
    )
  }
}
