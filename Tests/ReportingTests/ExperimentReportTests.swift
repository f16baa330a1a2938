import Formats
import Testing

@testable import Reporting

@Suite("The page of an experiment")
struct ExperimentReportTests {
  private static let hostile = "<script>alert('1')</script> & \"quotes\""

  private static func report(text: String = "plain", rows: Int = 3) -> ExperimentReport {
    var table = Table(
      name: "measure-loss", caption: text,
      columns: [
        .init("batch", "b"), .init("mean", "m"), .init("error", "s.e."), .init("low", "l"), .init("high", "h"),
      ])
    table.title = "Loss"
    table.shown = [
      .init(text, .plain("batch")), .init("mean", .estimate("mean", error: "error", low: "low", high: "high")),
    ]
    for row in 0..<rows { table.append([.text("\(text) \(row)"), 0.49861, 0.00123, 0.4962, 0.5011]) }
    var figure = Sample.laws
    figure.caption = text
    return ExperimentReport(
      name: text, summary: text, states: [.init("converged", 7, .good), .init("diverged", 2, .bad)], notice: text,
      axes: [
        .init(place: text, values: (0..<40).map { "\(text)\($0)" }), .init(place: "p", values: ["1"], isPooled: true),
      ],
      settings: [.init(place: text, value: text)], specification: "{\"name\": \"\(text)\"}\n",
      commands: [.init(text, text)],
      parts: [.init(anchor: text, heading: text, text: text, figures: [figure], tables: [table])],
      provenance: .init(
        command: "basin report", version: "0.1.0", runVersion: "0.0.9", specificationHash: "0123456789abcdef", store: text))
  }

  private static func page(
    _ report: ExperimentReport, drawings: [String: String] = [:], library: String? = nil
  ) -> String {
    let gallery = FigureGallery(drawings: drawings, isInteractive: library != nil)
    return HTMLReport(content: report.content(gallery), chartLibrary: library).text
  }

  @Test("Every text is escaped")
  func escaping() {
    let page = Self.page(Self.report(text: Self.hostile), library: "eA==")
    #expect(!page.contains("<script>alert"))
    #expect(page.split(separator: "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;").count > 20)
  }

  @Test("Elements are balanced, ids are unique and every inner link has its target")
  func structure() throws {
    let page = Self.page(Self.report(), drawings: ["selection-law": "<svg/>"])
    for name in [
      "section", "article", "figure", "table", "div", "ul", "dl", "p", "h2", "h3", "tr", "td", "details", "code",
    ] {
      let opened = try page.matches(of: Regex("<\(name)[ >]")).count
      #expect(opened == page.matches(of: try Regex("</\(name)>")).count, "\(name)")
    }
    let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    for link in page.matches(of: /href="#([^"]*)"/) { #expect(ids.contains(String(link.output.1))) }
  }

  @Test("It says what is there, what is left, and what was asked")
  func content() {
    let page = Self.page(Self.report())
    #expect(page.contains("<li class=\"holds\"><b>7</b> converged</li><li class=\"fails\"><b>2</b> diverged</li>"))
    #expect(page.contains("<b>Not complete.</b> plain"))
    #expect(page.contains("plain11, …, plain34") && page.contains("plain39") && !page.contains("plain20"))
    #expect(page.contains("(pooled)"))
    #expect(page.contains("<td class=\"number\">0.4986 ± 0.0012<br><small>[0.4962, 0.5011]</small></td>"))
    var complete = Self.report()
    complete.notice = nil
    #expect(!Self.page(complete).contains("Not complete"))
  }

  @Test("Long tables are cut on the page and whole in their files")
  func longTables() throws {
    try Scratch.withDirectory { directory in
      let written = try ReportWriter(gnuplot: nil, chartLibrary: nil).write(Self.report(rows: 500), to: directory)
      #expect(try Scratch.files(in: directory) == written.files)
      #expect(
        written.files == ["data/measure-loss.csv", "figures/selection-law.csv", "index.html", "spec.json"])
      let page = try InputFile.text(written.page)
      #expect(page.contains("first 200 of 500 rows") && page.contains("plain 199") && !page.contains("plain 200<"))
      #expect(try InputFile.text("\(directory)/data/measure-loss.csv").split(separator: "\n").count == 501)
      #expect(try InputFile.text("\(directory)/spec.json") == "{\"name\": \"plain\"}\n")
      for link in page.matches(of: /href="([^#:"]+)"/) { #expect(written.files.contains(String(link.output.1))) }
    }
  }
}
