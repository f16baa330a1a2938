/// The page of an experiment: what was asked, how trials ended, what was measured, and how to repeat it.
struct ExperimentPage {
  let report: ExperimentReport

  /// The page with its figures as far as they could be drawn.
  func content(_ gallery: FigureGallery) -> PageContent {
    let version = HTML.escaped(report.provenance.version)
    let notice = report.notice.map { "<p class=\"reason notApplicable\"><b>Not complete.</b> \(HTML.escaped($0))</p>" }
    let lead = [notice, HTML.paragraphs(report.summary), gallery.problem].compactMap(\.self).filter { !$0.isEmpty }
    return PageContent(
      title: report.name,
      kicker: "experiment · spec <code>\(HTML.escaped(String(report.provenance.specificationHash.prefix(12))))</code>",
      version: report.provenance.version,
      tallies: report.states.map { .init($0.tone.ofPage, $0.count, $0.name) },
      talliesLabel: "Trials: " + report.states.map { "\($0.count) \($0.name)" }.joined(separator: ", "),
      lead: lead.joined(separator: "\n"),
      sections: [.init("question", "The question", question)] + report.parts.map { $0.section(gallery) }
        + [.init("provenance", "How to repeat it", provenance), report.citations.references],
      footer: """
        Made by Basin \(version). The same spec and version give the same numbers. \
        For programs: <a href="spec.json">spec.json</a> and the CSV files of each table and figure.
        """,
      hasFigures: !report.figures.isEmpty)
  }

  private var question: String {
    let axes = report.axes.map { axis in
      "<tr><th scope=\"row\"><code>\(HTML.escaped(axis.place))</code></th>"
        + "<td class=\"number\">\(axis.values.count)</td><td>\(HTML.escaped(Self.text(axis.values)))"
        + "\(axis.isPooled ? " <small>(pooled)</small>" : "")</td></tr>"
    }
    let varied =
      axes.isEmpty
      ? "<p>Nothing: there is one configuration.</p>"
      : """
      <div class="scroll" tabindex="0" role="region" aria-label="Axes">
      <table class="axes"><thead><tr><th scope="col">Axis</th><th scope="col" class="number">Values</th>\
      <th scope="col"></th></tr></thead>
      <tbody>
      \(axes.joined(separator: "\n"))
      </tbody></table>
      </div>
      """
    let settings = report.settings.map { setting in
      "<tr><th scope=\"row\"><code>\(HTML.escaped(setting.place))</code></th>"
        + "<td><code>\(HTML.escaped(setting.value))</code></td></tr>"
    }
    let fixed =
      settings.isEmpty
      ? "<p>Nothing.</p>"
      : "<table class=\"axes\"><tbody>\n\(settings.joined(separator: "\n"))\n</tbody></table>"
    return """
      <h3>Varied</h3>
      \(varied)
      <h3>Fixed</h3>
      \(fixed)
      <details><summary>The spec as JSON</summary>
      <pre class="bibtex" tabindex="0" role="region" aria-label="Spec"><code>\(HTML.escaped(report.specification))</code></pre>
      <p class="downloads"><a href="spec.json" download>spec.json</a></p>
      </details>
      """
  }

  /// More values than this are shown by the first and the last.
  private static let listedValues = 24

  private static func text(_ values: [String]) -> String {
    if values.count <= listedValues { return values.joined(separator: ", ") }
    return values.prefix(listedValues / 2).joined(separator: ", ") + ", …, "
      + values.suffix(listedValues / 4).joined(separator: ", ")
  }

  private var provenance: String {
    let commands = report.commands.map { command in
      (HTML.escaped(command.purpose), "<code>\(HTML.escaped(command.line))</code>")
    }
    return HTML.facts(
      commands + [
        ("Spec", "<code>\(HTML.escaped(report.provenance.specificationHash))</code>"),
        ("Store", "<code>\(HTML.escaped(report.provenance.store))</code>"),
        ("Run by", "Basin \(HTML.escaped(report.provenance.runVersion))"),
        ("Report by", "Basin \(HTML.escaped(report.provenance.version))"),
      ])
  }
}

extension ExperimentReport.State.Tone {
  /// The same for a page.
  var ofPage: PageContent.Tone {
    switch self {
    case .good: .good
    case .bad: .bad
    case .open: .open
    case .neutral: .neutral
    }
  }
}

extension ExperimentReport.Part {
  /// The part as a section of a page: what is to be said, figures, tables.
  func section(_ gallery: FigureGallery) -> PageContent.Section {
    let body = [
      text.isEmpty ? "" : "<div class=\"prose\">\(HTML.paragraphs(marked: text))</div>",
      facts.isEmpty ? "" : HTML.facts(facts.map { (HTML.escaped($0.what), HTML.escaped($0.value)) }),
      gallery.html(figures),
      tables.map { $0.html(in: gallery.folder) }.joined(separator: "\n"),
    ]
    return .init("part-" + HTML.anchor(anchor), heading, body.filter { !$0.isEmpty }.joined(separator: "\n"))
  }
}
