import Formats
import Foundation
import Numerics
import Testing

@testable import Reporting

@Suite("The report page and its files")
struct ReportTests {
  private let hostile = "<script>alert('1')</script> & \"quotes\""

  @Test("Every text is escaped")
  func escaping() {
    #expect(HTML.escaped("<a href=\"x\">'&\u{0}") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\u{FFFD}")
    #expect(HTML.paragraphs("a\nb\n \n<c>") == "<p>a\nb</p>\n<p>&lt;c&gt;</p>")
    #expect(HTML.anchor("a b/ä.1_x") == "a-b--.1_x")
    #expect(HTML.address("a b%ä.csv") == "a%20b%25%C3%A4.csv")
    var report = Sample.report
    report.title = hostile
    report.question = hostile
    report.setup = "\(hostile) $\(hostile)$\n\n$$\(hostile)$$"
    report.chapters[0].heading = hostile
    report.chapters[0].text = hostile
    report.chapters[0].findings[0].figures[0].title = hostile
    report.chapters[0].findings[0].figures[0].panels[0].title = hostile
    report.chapters[0].findings[0].figures[0].panels[0].layers[0].label = hostile
    report.experiments[0].question = hostile
    report.experiments[0].text = hostile
    report.experiments[0].figure = hostile
    report.corrections[0].said = hostile
    report.provenance.command = hostile
    report.chapters[0].findings[0].attachments[0].explanation = hostile
    report.chapters[0].findings[0].claim.title = hostile
    report.chapters[0].findings[0].claim.statement = hostile
    report.chapters[0].findings[0].claim.convention = hostile
    report.chapters[0].findings[0].claim.correction = hostile
    report.chapters[0].findings[0].claim.remark = hostile
    report.chapters[0].findings[0].claim.checks[0].name = hostile
    report.chapters[0].findings[0].claim.hypotheses[0].found = hostile
    let page = Sample.page(report, problem: hostile, library: "eA==")
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quotes&quot;"))
  }

  @Test("Nothing is loaded from elsewhere")
  func selfContained() {
    let page = Sample.page(drawings: ["tricky": "<svg/>"], library: "eA==")
    #expect(page.matches(of: /<(script|img|iframe|source|video|audio)[^>]*\ssrc="(?!data:)/).isEmpty)
    #expect(page.matches(of: /<link (?!rel="icon" href="data:,")|@import|url\(/).isEmpty)
    #expect(page.matches(of: /https?:/).count == page.matches(of: />https?:|href="https?:/).count)
    #expect(page.contains("href=\"https://arxiv.org/abs/2308.03215\""))
  }

  @Test("Elements are balanced, ids are unique and every inner link has its target")
  func structure() throws {
    let page = Sample.page(drawings: ["tricky": "<svg/>"])
    for name in ["section", "article", "figure", "table", "div", "ul", "ol", "dl", "p", "h2", "h3", "h4", "tr", "td", "a", "details", "math"] {
      let opened = try page.matches(of: Regex("<\(name)[ >]")).count
      #expect(opened == page.matches(of: try Regex("</\(name)>")).count, "\(name)")
    }
    let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    for link in page.matches(of: /href="#([^"]*)"/) { #expect(ids.contains(String(link.output.1))) }
    #expect(page.contains("<html lang=\"en\">"))
    #expect(page.matches(of: /<h1/).count == 1)
    #expect(page.contains("autoencoder.99") && !page.contains("href=\"#claim-autoencoder.99\""))
  }

  @Test("An empty report is a page too")
  func empty() {
    let report = StudyReport(
      name: "n", title: "t", question: "", setup: "", chapters: [], corrections: [], experiments: [], citations: [],
      provenance: Sample.report.provenance)
    let page = Sample.page(report, library: "eA==")
    #expect(page.contains("<h1>t</h1>") && !page.contains("chart-library") && !page.contains("class=\"claims\""))
  }

  @Test("Every promised file is written, nothing else is left, and links lead to files")
  func files() throws {
    try Scratch.withDirectory { directory in
      let path = "\(directory)/new/report"
      let written = try write(Sample.report, to: path, gnuplot: .find())
      #expect(try Scratch.files(in: path) == written.files)
      #expect((written.missingFigures == nil) == (Gnuplot.find() != nil))
      func text(_ name: String) -> String? { try? InputFile.text("\(path)/\(name)") }
      #expect(text("autoencoder/data/limits.csv") == Sample.table.csv)
      #expect(text("autoencoder/data/start.json") == "{\"w\": [0.1, 0.2]}\n")
      #expect(text("autoencoder/specs/batch-size.json") == "{\"name\": \"batch-size\"}\n")
      #expect(text("references.bib") == Sample.method.bibTeX + "\n" + Sample.paper.bibTeX)
      #expect(text("autoencoder/figures/tricky.csv")?.hasPrefix("panel,layer,label,x,y,low,high\n") == true)
      let page = try #require(text("index.html"))
      for link in page.matches(of: /href="([^#:"]+)"/) { #expect(written.files.contains(String(link.output.1))) }
      _ = try write(Sample.report, to: path, gnuplot: .find())
      #expect(text("index.html") == page)
    }
  }

  /// Writes a report of one study.
  private func write(_ report: StudyReport, to directory: String, gnuplot: Gnuplot? = nil) throws -> WrittenReport {
    var folder = ReproductionFolder(
      directory, version: "0.1.0", writer: ReportWriter(gnuplot: gnuplot, chartLibrary: nil))
    return try folder.add(report)
  }

  @Test("Studies share a page, which grows with each of them, and what they cite is listed once")
  func several() throws {
    try Scratch.withDirectory { directory in
      var folder = ReproductionFolder(
        directory, version: "0.1.0", writer: ReportWriter(gnuplot: nil, chartLibrary: nil))
      let first = try folder.add(Sample.report)
      #expect(try InputFile.text(first.page).contains("<h1>One neuron: what the batch size chooses</h1>"))
      var other = Sample.report
      other.name = "other"
      other.title = "Another study"
      for chapter in other.chapters.indices {
        for finding in other.chapters[chapter].findings.indices {
          let id = other.chapters[chapter].findings[finding].claim.id
          other.chapters[chapter].findings[finding].claim.id = id.replacing("autoencoder", with: "other")
        }
      }
      let second = try folder.add(other)
      #expect(try Scratch.files(in: directory) == second.files && second.files.contains("other/claims.json"))
      let page = try InputFile.text(second.page)
      #expect(page.contains("<h1>What SGD’s batch size") && page.contains(">6 claims") == false)
      #expect(page.contains("6 claims: 2 hold, 2 fail, 2 not applicable"))
      let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
      #expect(Set(ids).count == ids.count)
      for link in page.matches(of: /href="#([^"]*)"/) { #expect(ids.contains(String(link.output.1))) }
      #expect(page.matches(of: /id="ref-ghosh2025"/).count == 1)
      #expect(page.contains("href=\"#claim-other.02\""))
    }
  }

  @Test("A claim says how to measure it again, and opens to all that is known of it")
  func claims() {
    var report = Sample.report
    report.provenance.effort = "full"
    let page = Sample.page(report)
    #expect(page.contains("basin reproduce autoencoder --full --claims 02 --seed 18446744073709551615"))
    #expect(page.contains("<details class=\"claim fails\" id=\"claim-autoencoder.02\">"))
    #expect(page.contains("<span class=\"spoken\">measured </span>0.4986 ± 0.0012"))
    #expect(page.contains("class=\"chip fails beyond\" href=\"#claim-autoencoder.02\""))
  }

  @Test("Without gnuplot the page says how to get the figures")
  func withoutGnuplot() throws {
    try Scratch.withDirectory { directory in
      let written = try write(Sample.report, to: directory)
      #expect(written.missingFigures?.contains("apt-get install gnuplot-nox") == true)
      #expect(!written.files.contains { $0.hasSuffix(".svg") })
      let page = try #require((try? InputFile.text(written.page)))
      #expect(page.contains("apt-get install gnuplot-nox") && !page.contains(".svg\""))
      let broken = try write(
        Sample.report, to: directory, gnuplot: Gnuplot(path: "/bin/false"))
      #expect(broken.missingFigures?.contains("/bin/false ended with status 1") == true)
    }
  }

  @Test("A place that cannot be written is named")
  func unwritable() throws {
    try Scratch.withDirectory { directory in
      try AtomicFile.write("a file", to: "\(directory)/file")
      let error = #expect(throws: InputError.self) {
        try write(Sample.report, to: "\(directory)/file/report")
      }
      #expect(error?.location.hasPrefix("\(directory)/file") == true)
      #expect(error?.advice.isEmpty == false)
      try Folder.make("\(directory)/index.html")
      let blocked = #expect(throws: InputError.self) {
        try write(Sample.report, to: directory)
      }
      #expect(blocked?.location == "\(directory)/index.html")
      #expect(try !Scratch.files(in: directory).contains { $0.contains(".basin-") })
    }
  }

  @Test("A full disk is an error, not half a file", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() {
    #expect(throws: InputError.self) { try AtomicFile.write("text", to: "/dev/full/x") }
    #expect(throws: InputError.self) { try AtomicFile.write("text", to: "/dev/full") }
  }

  @Test("Names that would leave the directory, or collide, are refused", arguments: ["../x", ".hidden", "", "a/b"])
  func names(name: String) throws {
    try Scratch.withDirectory { directory in
      var report = Sample.report
      report.chapters[0].findings[0].attachments[0].fileName = name
      #expect(throws: InputError.self) {
        try write(report, to: directory)
      }
      report = Sample.report
      report.chapters[1].findings[0].figures[0].name = report.figures[0].name
      #expect(throws: InputError.self) {
        try write(report, to: directory)
      }
    }
  }
}
