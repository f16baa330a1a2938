import Claims
import Formats

/// A study as a story: the question, the set-up, what was found, what differs from the publication, and how to do it again.
struct StudySection {
  let report: StudyReport
  let gallery: FigureGallery

  /// The study's part of a page.
  var section: PageContent.Section {
    let counts = VerdictCounts(report.claims)
    let anchor = HTML.anchor(report.name)
    func part(_ name: String, _ heading: String, _ body: String) -> PageContent.Section {
      .init("\(anchor)-\(name)", heading, body)
    }
    let chapters = report.chapters.enumerated().map { number, chapter in
      part("\(number + 1)", chapter.heading, body(of: chapter))
    }
    let title = HTML.anchor(report.name)
    return .init(
      title, report.title, counts.tallies.strip(counts.sentence),
      parts: [
        part("question", "The question", Self.prose(report.question)),
        part("setup", "The set-up", Self.prose(report.setup)),
      ] + chapters + [
        part("differences", "What differs from the publication", differences),
        part("again", "How to do it again", again), part("data", "The data", data),
      ])
  }

  private static func prose(_ text: String) -> String {
    text.isEmpty ? "" : "<div class=\"prose\">\(HTML.paragraphs(marked: text))</div>"
  }

  private func body(of chapter: StudyReport.Chapter) -> String {
    if chapter.findings.isEmpty { return "" }
    let figures = chapter.findings.flatMap(\.figures)
    return [
      Self.prose(chapter.text), figures.isEmpty ? "" : gallery.problem, gallery.html(figures),
      claims(chapter.findings.map(\.claim)),
    ].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var differences: String {
    let known = Set(report.claims.map(\.id))
    let items = report.corrections.map { correction in
      let links = correction.claims.map { id in
        known.contains(id) ? "<a href=\"#\(Claim.anchor(id))\">\(HTML.escaped(id))</a>" : HTML.escaped(id)
      }
      let measured = links.isEmpty ? "" : "<p class=\"measured\">Measured by \(links.joined(separator: ", "))</p>"
      return """
        <div class="correction">
        <div><p class="label">Often said</p>\(HTML.paragraphs(marked: correction.said))</div>
        <div><p class="label">What is true</p>\(HTML.paragraphs(marked: correction.instead))\(measured)</div>
        </div>
        """
    }
    return items.joined(separator: "\n")
  }

  private var again: String {
    let commands = HTML.facts([
      ("This study", "<code>\(HTML.escaped(report.provenance.command))</code>"),
      ("One claim", "the command that stands with it"),
    ])
    let experiments = report.experiments.map { experiment in
      let address = "\(HTML.address(report.name))/specs/\(HTML.address(experiment.fileName))"
      let store = experiment.fileName.replacing(".json", with: ".basin")
      let lines = [
        "basin run \(report.name)/specs/\(experiment.fileName)", "basin figure \(store) \(experiment.figure)",
      ]
      return """
        <article class="experiment">
        \(HTML.paragraphs(marked: experiment.question))
        <pre class="commands" tabindex="0" role="region" aria-label="Commands"><code>\
        \(HTML.escaped(lines.joined(separator: "\n")))</code></pre>
        <details><summary>\(HTML.escaped(experiment.fileName))</summary>
        <pre class="listing" tabindex="0" role="region" aria-label="Spec"><code>\(HTML.escaped(experiment.text))</code></pre>
        <p class="downloads"><a href="\(address)" download>\(HTML.escaped(experiment.fileName))</a></p>
        </details>
        </article>
        """
    }
    let heading =
      experiments.isEmpty ? "" : "<p>And experiments of this kind to change and to run, in this report’s folder:</p>"
    return ([commands, heading] + experiments).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var data: String {
    let attachments = report.attachments.map { attachment in
      let name = HTML.escaped(attachment.fileName)
      let address = "\(HTML.address(report.name))/data/\(HTML.address(attachment.fileName))"
      return ("<a href=\"\(address)\" download>\(name)</a>", HTML.escaped(attachment.explanation))
    }
    let tables = report.tables.map { table in
      """
      <details class="data"><summary>\(HTML.escaped(table.heading)) <small>\(table.rows.count) rows</small></summary>
      \(table.html(in: gallery.folder))
      </details>
      """
    }
    return ([attachments.isEmpty ? "" : HTML.facts(attachments)] + tables).filter { !$0.isEmpty }.joined(
      separator: "\n")
  }
}
