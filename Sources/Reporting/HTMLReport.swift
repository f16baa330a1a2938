import Claims
import Formats

/// A study's report as one HTML page that needs no network: text, styles, figures and the chart library stand inside it.
///
/// It reads on a telephone, in dark mode and on paper; printing and browsers without JavaScript get the static figures.
public struct HTMLReport: Sendable {
  /// What the page shows.
  public var report: StudyReport
  /// The static figures as SVG text, by figure name; the page says why where one is missing.
  public var drawings: [String: String]
  /// Why static figures are missing, and what to do about it, in one or two sentences; nil if none is.
  public var drawingProblem: String?
  /// The text of the chart library; nil leaves the page with static figures.
  public var chartScript: String?

  /// Prepares a page.
  public init(
    _ report: StudyReport, drawings: [String: String] = [:], drawingProblem: String? = nil, chartScript: String? = nil
  ) {
    self.report = report
    self.drawings = drawings
    self.drawingProblem = drawingProblem
    self.chartScript = chartScript
  }

  /// The page.
  public var text: String {
    let sections = self.sections.filter { !$0.body.isEmpty }
    let contents = sections.map { "<li><a href=\"#\($0.anchor)\">\(HTML.escaped($0.heading))</a></li>" }
    let bodies = sections.map { section in
      """
      <section id="\(section.anchor)">
      <h2>\(HTML.escaped(section.heading))</h2>
      \(section.body)
      </section>
      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="Basin \(HTML.escaped(report.provenance.version))">
      <title>\(HTML.escaped(report.title)) – Basin</title>
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <header class="page">
      <p class="kicker">Basin · study <code>\(HTML.escaped(report.name))</code></p>
      <h1>\(HTML.escaped(report.title))</h1>
      \(countsStrip)
      <div class="prose">
      \(HTML.paragraphs(report.summary))
      </div>
      <nav aria-label="Contents"><ul>\(contents.joined())</ul></nav>
      </header>
      <main>
      \(bodies.joined(separator: "\n"))
      </main>
      <footer><p>Made by Basin \(HTML.escaped(report.provenance.version)). The same seed and version give the same \
      numbers. For programs: <a href="claims.json">claims.json</a>, <a href="references.bib">references.bib</a>.</p></footer>
      \(scripts)</body>
      </html>

      """
  }

  private struct Section {
    var anchor: String
    var heading: String
    var body: String
  }

  private var sections: [Section] {
    [
      Section(anchor: "overview", heading: "Verdicts", body: overview),
      Section(anchor: "corrections", heading: "What is often said, and what is true", body: corrections),
      Section(anchor: "figures", heading: "Figures", body: figures),
      Section(
        anchor: "claims", heading: "Claims", body: report.claims.map(article).joined(separator: "\n")),
      Section(anchor: "tables", heading: "Tables", body: report.tables.map(tableEntry).joined(separator: "\n")),
      Section(anchor: "attachments", heading: "Further files", body: attachments),
      Section(anchor: "provenance", heading: "How this was made", body: provenance),
      Section(anchor: "references", heading: "References", body: references),
    ]
  }

  private var countsStrip: String {
    let counts = VerdictCounts(report.claims)
    func item(_ kind: String, _ count: Int, _ word: String) -> String {
      "<li class=\"\(count == 0 ? "none" : kind)\"><b>\(count)</b> \(word)</li>"
    }
    return """
      <ul class="counts" aria-label="\(HTML.escaped(counts.sentence))">\
      \(item("holds", counts.holds, counts.holds == 1 ? "holds" : "hold"))\
      \(item("fails", counts.fails, counts.fails == 1 ? "fails" : "fail"))\
      \(item("notApplicable", counts.notApplicable, "not applicable"))</ul>
      """
  }

  private var corrections: String {
    let known = Set(report.claims.map(\.id))
    let items = report.corrections.map { correction in
      let links = correction.claims.map { id in
        known.contains(id) ? "<a href=\"#\(Self.claimAnchor(id))\">\(HTML.escaped(id))</a>" : HTML.escaped(id)
      }
      let measured = links.isEmpty ? "" : "<p class=\"measured\">Measured by \(links.joined(separator: ", "))</p>"
      return """
        <div class="correction">
        <div><p class="label">Often said</p>\(HTML.paragraphs(correction.said))</div>
        <div><p class="label">What is true</p>\(HTML.paragraphs(correction.instead))\(measured)</div>
        </div>
        """
    }
    return items.joined(separator: "\n")
  }

  private var attachments: String {
    if report.attachments.isEmpty { return "" }
    let items = report.attachments.map { attachment in
      let name = HTML.escaped(attachment.fileName)
      return "<dt><a href=\"data/\(HTML.address(attachment.fileName))\" download>\(name)</a></dt>"
        + "<dd>\(HTML.escaped(attachment.explanation))</dd>"
    }
    return "<dl class=\"facts\">\(items.joined(separator: "\n"))</dl>"
  }

  private var provenance: String {
    let provenance = report.provenance
    let rows = [
      ("Command", "<code>\(HTML.escaped(provenance.command))</code>"),
      ("Version", HTML.escaped(provenance.version)),
      ("Master seed", "\(provenance.masterSeed)"),
      ("Effort", HTML.escaped(provenance.effort)),
      ("Workers", "\(provenance.workers) (results do not depend on them)"),
      ("Measuring time", "\(NumberText.readable(provenance.seconds, digits: 3)) s"),
    ]
    return "<dl class=\"facts\">\(rows.map { "<dt>\($0)</dt><dd>\($1)</dd>" }.joined(separator: "\n"))</dl>"
  }

  private var references: String {
    let citations = report.allCitations
    if citations.isEmpty { return "" }
    let items = citations.map { "<li id=\"\(Self.referenceAnchor($0))\">\(Self.reference($0))</li>" }
    return """
      <ol class="references">\(items.joined(separator: "\n"))</ol>
      <h3>BibTeX</h3>
      <pre class="bibtex" tabindex="0" role="region" aria-label="BibTeX entries"><code>\
      \(HTML.escaped(citations.map(\.bibTeX).joined(separator: "\n")))</code></pre>
      """
  }

  /// Authors, title, journal, year, and a link to the publication.
  private static func reference(_ citation: Citation) -> String {
    func field(_ name: String) -> String? {
      citation[name].map { HTML.escaped($0.filter { $0 != "{" && $0 != "}" }) }
    }
    let authors = field("author").map { $0.replacing(" and ", with: "; ") } ?? HTML.escaped(citation.shortName)
    let venue = field("journal") ?? field("booktitle") ?? field("publisher") ?? field("howpublished")
    let eprint = field("eprint").map { "arXiv:\($0)" }
    let parts: [String?] = [
      authors, field("title").map { "<cite>\($0)</cite>" },
      [venue, field("volume")].compactMap(\.self).joined(separator: " "), eprint, field("year"),
    ]
    let text = parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ". ") + "."
    guard let address = citation.address else { return text }
    return "\(text) <a href=\"\(HTML.escaped(address))\">\(HTML.escaped(address))</a>"
  }

  static func claimAnchor(_ id: String) -> String { "claim-" + HTML.anchor(id) }

  static func referenceAnchor(_ citation: Citation) -> String { "ref-" + HTML.anchor(citation.key) }
}

extension StudyReport {
  /// The report's publications, then those that only claims name, each once.
  var allCitations: [Citation] {
    let sources = claims.compactMap { claim -> Citation? in
      guard case .publication(let citation, _) = claim.source else { return nil }
      return citation
    }
    var keys: Set<String> = []
    return (citations + sources).filter { keys.insert($0.key).inserted }
  }
}
