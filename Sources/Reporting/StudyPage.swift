import Citations
import Claims
import Formats

/// The page of a study: verdicts, corrections, figures, claims, tables and how all of it was made.
struct StudyPage {
  let report: StudyReport

  /// The page with its figures as far as they could be drawn.
  func content(_ gallery: FigureGallery) -> PageContent {
    let counts = VerdictCounts(report.claims)
    let version = HTML.escaped(report.provenance.version)
    return PageContent(
      title: report.title, kicker: "study <code>\(HTML.escaped(report.name))</code>",
      version: report.provenance.version,
      tallies: [
        .init(.good, counts.holds, counts.holds == 1 ? "holds" : "hold"),
        .init(.bad, counts.fails, counts.fails == 1 ? "fails" : "fail"),
        .init(.open, counts.notApplicable, "not applicable"),
      ],
      talliesLabel: counts.sentence, lead: HTML.paragraphs(report.summary),
      sections: [
        .init("overview", "Verdicts", overview),
        .init("corrections", "What is often said, and what is true", corrections),
        .init("figures", "Figures", report.figures.isEmpty ? "" : gallery.problem + gallery.html(report.figures)),
        .init("claims", "Claims", report.claims.map(article).joined(separator: "\n")),
        .init("tables", "Tables", report.tables.map(\.html).joined(separator: "\n")),
        .init("attachments", "Further files", attachments),
        .init("provenance", "How this was made", provenance),
        report.allCitations.references,
      ],
      footer: """
        Made by Basin \(version). The same seed and version give the same \
        numbers. For programs: <a href="claims.json">claims.json</a>, <a href="references.bib">references.bib</a>.
        """)
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
    return HTML.facts(
      report.attachments.map { attachment in
        let name = HTML.escaped(attachment.fileName)
        let link = "<a href=\"data/\(HTML.address(attachment.fileName))\" download>\(name)</a>"
        return (link, HTML.escaped(attachment.explanation))
      })
  }

  private var provenance: String {
    let provenance = report.provenance
    return HTML.facts([
      ("Command", "<code>\(HTML.escaped(provenance.command))</code>"),
      ("Version", HTML.escaped(provenance.version)),
      ("Master seed", "\(provenance.masterSeed)"),
      ("Effort", HTML.escaped(provenance.effort)),
      ("Workers", "\(provenance.workers) (results do not depend on them)"),
      ("Measuring time", "\(NumberText.readable(provenance.seconds, digits: 3)) s"),
    ])
  }

  static func claimAnchor(_ id: String) -> String { "claim-" + HTML.anchor(id) }
}
