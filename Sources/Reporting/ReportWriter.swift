import Formats
import Numerics

/// Writes a report as files: a page for people, JSON and CSV for programs, figures and BibTeX for papers.
public struct ReportWriter: Sendable {
  /// Draws the static figures; nil leaves them out, and the page says how to get them.
  public var gnuplot: Gnuplot?
  /// Makes the charts interactive; nil leaves the page with static figures.
  public var chartLibrary: PlotlyLibrary?

  /// Uses what is found on this machine unless told otherwise.
  public init(gnuplot: Gnuplot? = .find(), chartLibrary: PlotlyLibrary? = .find()) {
    self.gnuplot = gnuplot
    self.chartLibrary = chartLibrary
  }

  /// Writes `index.html`, `spec.json`, `data/*.csv` and `figures/*`, each file whole or not at all.
  ///
  /// - Parameter directory: Made where missing; files of the same names are replaced.
  /// - Throws: `InputError` naming the path that could not be written.
  public func write(_ report: ExperimentReport, to directory: String) throws(InputError) -> WrittenReport {
    try write(any: report, to: directory)
  }

  /// Writes `index.html`, the result for programs, `data/*.csv` and `figures/*`, each file whole or not at all.
  ///
  /// - Parameter directory: Made where missing; files of the same names are replaced.
  /// - Throws: `InputError` naming the path that could not be written.
  public func write(_ report: AnalysisReport, to directory: String) throws(InputError) -> WrittenReport {
    try write(any: report, to: directory)
  }

  private func write(any report: any Report, to directory: String) throws(InputError) -> WrittenReport {
    var (files, gallery) = try writeFiles(of: report, to: directory)
    let library = report.figures.isEmpty ? nil : chartLibrary?.compressed()
    gallery.isInteractive = library != nil
    let page = HTMLReport(content: report.content(gallery), chartLibrary: library)
    try AtomicFile.write(page.text, to: "\(directory)/index.html")
    files.append("index.html")
    return WrittenReport(
      directory: directory, files: files.sorted(), missingFigures: gallery.drawingProblem, isInteractive: library != nil
    )
  }

  /// Writes all but the page, and returns what was written and what the page can show.
  func writeFiles(
    of report: any ReportFiles, to directory: String
  ) throws(InputError) -> (files: [String], gallery: FigureGallery) {
    try checkNames(report)
    let documents = try report.documents()
    let folders = documents.compactMap { document in
      document.name.lastIndex(of: "/").map { "\(directory)/\(document.name[..<$0])" }
    }
    for folder in [directory, "\(directory)/data", "\(directory)/figures"] + folders { try Folder.make(folder) }
    var files: [String] = []
    func add(_ name: String, _ text: String) throws(InputError) {
      try AtomicFile.write(text, to: "\(directory)/\(name)")
      files.append(name)
    }
    for table in report.tables { try add("data/\(table.name).csv", table.csv) }
    for attachment in report.attachments { try add("data/\(attachment.fileName)", attachment.text) }
    for figure in report.figures { try add("figures/\(figure.name).csv", figure.table.csv) }
    for document in documents { try add(document.name, document.text) }
    let (drawings, problem) = draw(report, below: directory)
    for figure in report.figures where drawings[figure.name] != nil {
      files += Self.files(of: figure).map { "figures/\($0)" }
    }
    return (files, FigureGallery(drawings: drawings, drawingProblem: problem))
  }

  /// Draws the figures, and reads those back that the page shows.
  private func draw(
    _ report: any ReportFiles, below directory: String
  ) -> (drawings: [String: String], problem: String?) {
    let figures = report.figures
    guard !figures.isEmpty else { return ([:], nil) }
    guard let gnuplot else {
      return (
        [:],
        "The figures for print (SVG, PDF, PNG) are missing because gnuplot is not installed. "
          + "Install it (apt-get install gnuplot-nox) and make the report again."
      )
    }
    let folder = "\(directory)/figures"
    do {
      try gnuplot.draw(
        figures.flatMap { figure in
          FigureWidth.allCases.map { width in
            FigureDrawing(
              figure, width: width, formats: FigureFormat.allCases, path: "\(folder)/\(figure.name)\(width.suffix)",
              origin: report.origin)
          }
        })
    } catch {
      return ([:], "The figures for print (SVG, PDF, PNG) are missing because gnuplot failed. \(error.description)")
    }
    var drawings: [String: String] = [:]
    for figure in figures { drawings[figure.name] = try? InputFile.text("\(folder)/\(figure.name).svg") }
    return (drawings, nil)
  }

  /// The drawn files of a figure.
  private static func files(of figure: Figure) -> [String] {
    FigureWidth.allCases.flatMap { width in
      FigureFormat.allCases.map { "\(figure.name)\(width.suffix).\($0.rawValue)" }
    }
  }

  /// Names become file names: each once, and without a way out of the directory.
  private func checkNames(_ report: any ReportFiles) throws(InputError) {
    let groups = [
      ("figures", report.figures.map(\.name)),
      ("data", report.tables.map { "\($0.name).csv" } + report.attachments.map(\.fileName)),
    ]
    for (folder, names) in groups {
      var seen: Set<String> = []
      for name in names {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), !name.contains("\0") else {
          throw InputError(
            "report \(report.name), \(folder)", expected: "a file name without slashes that does not begin with a dot",
            found: "\"\(name)\"")
        }
        guard seen.insert(name).inserted else {
          throw InputError(
            "report \(report.name), \(folder)", expected: "names that occur once", found: "\"\(name)\" twice")
        }
      }
    }
  }
}

/// What `ReportWriter` wrote.
public struct WrittenReport: Sendable, Equatable {
  /// The report's directory.
  public var directory: String
  /// Files in it, sorted, relative to it.
  public var files: [String]
  /// Why the static figures are missing and what to do about it; nil if they are there.
  public var missingFigures: String?
  /// Whether the page's charts are interactive.
  public var isInteractive: Bool

  /// The path of the page to open.
  public var page: String { "\(directory)/index.html" }
}

extension Figure {
  /// The numbers behind the picture, one row a point.
  var table: Table {
    var table = Table(
      name: name, caption: caption,
      columns: [
        .init("panel", "the panel's number from 1"), .init("layer", "the layer's number in its panel from 1"),
        .init("label", "the layer's text in the legend"), .init("x", "horizontal position"),
        .init("y", "vertical position"), .init("low", "lower end of the error bar or band; nan without one"),
        .init("high", "upper end of the error bar or band; nan without one"),
      ])
    let hasCells = panels.contains { $0.layers.contains { $0.style == .cells } }
    if hasCells {
      table.columns += [
        .init("left", "left side of the cell; nan without one"),
        .init("right", "right side of the cell; nan without one"),
      ]
    }
    table.columns += sliders.map { .init($0.name, "the value of \($0.name) at which the point is seen; nan for all") }
    func number(_ values: [Double], _ point: Int) -> Table.Cell { .number(point < values.count ? values[point] : .nan) }
    for (panelNumber, panel) in panels.enumerated() {
      for (layerNumber, layer) in panel.layers.enumerated() {
        for (point, position) in zip(layer.x, layer.y).enumerated() {
          table.append(
            [
              .integer(panelNumber + 1), .integer(layerNumber + 1), .text(layer.label), .number(position.0),
              .number(position.1), number(layer.low, point), number(layer.high, point),
            ] + (hasCells ? [number(layer.left, point), number(layer.right, point)] : [])
              + sliders.indices.map { slider in
                .number(layer.places.isEmpty ? .nan : sliders[slider].values[layer.places[slider]])
              })
        }
      }
    }
    return table
  }
}
