import Citations
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
    report.summary = hostile
    report.figures[0].title = hostile
    report.figures[0].panels[0].title = hostile
    report.figures[0].panels[0].layers[0].label = hostile
    report.corrections[0].said = hostile
    report.provenance.command = hostile
    report.attachments[0].explanation = hostile
    report.claims[0].title = hostile
    report.claims[0].statement = hostile
    report.claims[0].convention = hostile
    report.claims[0].correction = hostile
    report.claims[0].remark = hostile
    report.claims[0].checks[0].name = hostile
    report.claims[0].hypotheses[0].found = hostile
    let page = HTMLReport(report, drawingProblem: hostile, chartScript: "window.x = 1").text
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quotes&quot;"))
  }

  @Test("Nothing is loaded from elsewhere")
  func selfContained() {
    let page = HTMLReport(Sample.report, drawings: ["tricky": "<svg/>"], chartScript: "window.x = 1").text
    #expect(page.matches(of: /<(script|img|iframe|source|video|audio)[^>]*\ssrc="(?!data:)/).isEmpty)
    #expect(page.matches(of: /<link\b|@import|url\(/).isEmpty)
    #expect(page.matches(of: /https?:/).count == page.matches(of: />https?:|href="https?:/).count)
    #expect(page.contains("href=\"https://arxiv.org/abs/2308.03215\""))
  }

  @Test("Elements are balanced, ids are unique and every inner link has its target")
  func structure() throws {
    let page = HTMLReport(Sample.report, drawings: ["tricky": "<svg/>"]).text
    for name in ["section", "article", "figure", "table", "div", "ul", "ol", "dl", "p", "h2", "h3", "tr", "td", "a"] {
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
      name: "n", title: "t", summary: "", claims: [], figures: [], tables: [], corrections: [], citations: [],
      provenance: Sample.report.provenance)
    let page = HTMLReport(report, chartScript: "window.x = 1").text
    #expect(page.contains("<h1>t</h1>") && !page.contains("window.x") && !page.contains("id=\"claims\""))
  }

  @Test("Every promised file is written, nothing else is left, and links lead to files")
  func files() throws {
    try Scratch.withDirectory { directory in
      let path = "\(directory)/new/report"
      let written = try ReportWriter(chartLibrary: nil).write(Sample.report, to: path)
      #expect(try Scratch.files(in: path) == written.files)
      #expect((written.missingFigures == nil) == (Gnuplot.find() != nil))
      #expect((try? InputFile.text("\(path)/data/limits.csv")) == Sample.table.csv)
      #expect((try? InputFile.text("\(path)/data/start.json")) == "{\"w\": [0.1, 0.2]}\n")
      #expect((try? InputFile.text("\(path)/references.bib")) == [Sample.method, Sample.paper].bibTeX)
      #expect(
        (try? InputFile.text("\(path)/figures/tricky.csv"))?.hasPrefix("panel,layer,label,x,y,low,high\n") == true)
      let page = try #require((try? InputFile.text(written.page)))
      for link in page.matches(of: /href="([^#:"]+)"/) { #expect(written.files.contains(String(link.output.1))) }
      _ = try ReportWriter(chartLibrary: nil).write(Sample.report, to: path)
      #expect((try? InputFile.text(written.page)) == page)
    }
  }

  @Test("Without gnuplot the page says how to get the figures")
  func withoutGnuplot() throws {
    try Scratch.withDirectory { directory in
      let written = try ReportWriter(gnuplot: nil, chartLibrary: nil).write(Sample.report, to: directory)
      #expect(written.missingFigures?.contains("apt-get install gnuplot-nox") == true)
      #expect(!written.files.contains { $0.hasSuffix(".svg") })
      let page = try #require((try? InputFile.text(written.page)))
      #expect(page.contains("apt-get install gnuplot-nox") && !page.contains(".svg\""))
      let broken = try ReportWriter(gnuplot: Gnuplot(path: "/bin/false"), chartLibrary: nil).write(
        Sample.report, to: directory)
      #expect(broken.missingFigures?.contains("/bin/false ended with status 1") == true)
    }
  }

  @Test("A place that cannot be written is named")
  func unwritable() throws {
    try Scratch.withDirectory { directory in
      try AtomicFile.write("a file", to: "\(directory)/file")
      let error = #expect(throws: InputError.self) {
        try ReportWriter(gnuplot: nil, chartLibrary: nil).write(Sample.report, to: "\(directory)/file/report")
      }
      #expect(error?.location.hasPrefix("\(directory)/file") == true)
      #expect(error?.advice.isEmpty == false)
      try Folder.make("\(directory)/index.html")
      let blocked = #expect(throws: InputError.self) {
        try ReportWriter(gnuplot: nil, chartLibrary: nil).write(Sample.report, to: directory)
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
      report.attachments[0].fileName = name
      #expect(throws: InputError.self) {
        try ReportWriter(gnuplot: nil, chartLibrary: nil).write(report, to: directory)
      }
      report = Sample.report
      report.figures[1].name = report.figures[0].name
      #expect(throws: InputError.self) {
        try ReportWriter(gnuplot: nil, chartLibrary: nil).write(report, to: directory)
      }
    }
  }
}
