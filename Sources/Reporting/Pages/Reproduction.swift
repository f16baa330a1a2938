import Citations
import Claims
import Formats

/// Studies on one page: all claims at a glance, then each study as a story, then where everything comes from.
struct Reproduction {
  /// A study with the figures as far as they could be drawn.
  struct Part {
    var report: StudyReport
    var gallery: FigureGallery
  }

  var parts: [Part]
  /// The program's version.
  var version: String

  var citations: [Citation] {
    var keys: Set<String> = []
    return parts.flatMap(\.report.allCitations).filter { keys.insert($0.key).inserted }
  }

  /// The page.
  var content: PageContent {
    let claims = parts.flatMap(\.report.claims)
    let counts = VerdictCounts(claims)
    let single = parts.count == 1 ? parts.first?.report : nil
    let studies = parts.map { StudySection(report: $0.report, gallery: $0.gallery) }
    let title = single?.title ?? "What SGD’s batch size, step size and sampling order choose"
    let documents = parts.map { part in
      let address = HTML.address(part.report.name)
      return "<a href=\"\(address)/claims.json\">\(HTML.escaped(part.report.name))/claims.json</a>"
    }
    return PageContent(
      title: title,
      kicker: single.map { "study <code>\(HTML.escaped($0.name))</code>" } ?? "\(parts.count) studies",
      version: version, tallies: counts.tallies, talliesLabel: counts.sentence, lead: single == nil ? Self.lead : "",
      sections: [.init("overview", "All claims at a glance", overview)] + studies.map(\.section) + [
        .init("provenance", "How this was made", provenance), citations.references,
      ],
      footer: """
        Made by Basin \(HTML.escaped(version)). The same seed and version give the same numbers. For programs: \
        \(documents.joined(separator: ", ")), <a href="references.bib">references.bib</a>, and the CSV files of each \
        table and figure.
        """,
      hasFigures: parts.contains { !$0.report.figures.isEmpty })
  }

  private static let lead = """
    <p>SGD and gradient descent reach equally good minima that are not the same minimum. Each study here takes a line of
    research on how the batch size, the step size and the sampling order decide which one is reached, and holds its
    statements against measurement: hypotheses, a prediction, a measurement with its error, and the verdict that
    follows. Nobody can set a verdict.</p>
    """

  // MARK: - Overview

  private var overview: String {
    let rows = parts.map { part -> String in
      let claims = part.report.claims
      let scopes = [Claim.Scope.paper, .supporting, .beyond].map { scope in
        let counts = VerdictCounts(claims.filter { $0.scope == scope })
        return "<td class=\"number\">\(counts.total == 0 ? "–" : "\(counts.holds) of \(counts.total)")</td>"
      }
      let chips = claims.map(chip)
      return """
        <tr><th scope="row"><a href="#\(HTML.anchor(part.report.name))">\(HTML.escaped(part.report.title))</a></th>\
        \(scopes.joined())<td><ul class="chips" aria-label="Claims of \(HTML.escaped(part.report.name))">\
        \(chips.joined())</ul></td></tr>
        """
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="All claims">
      <table class="glance"><thead><tr><th scope="col">Study</th><th scope="col" class="number">The paper’s<br>hold</th>\
      <th scope="col" class="number">Supporting<br>hold</th><th scope="col" class="number">Beyond it<br>hold</th>\
      <th scope="col">Claims</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      <ul class="key"><li><span class="chip holds">✓</span> holds</li><li><span class="chip fails">✗</span> fails</li>\
      <li><span class="chip notApplicable">–</span> not applicable: a hypothesis did not hold</li>\
      <li><span class="chip holds beyond">✓</span> round: beyond the paper</li></ul>
      \(exceptions)
      """
  }

  private func chip(_ claim: Claim) -> String {
    let short = claim.id.split(separator: ".").last.map(String.init) ?? claim.id
    let label = "\(claim.id): \(PlainText.of(claim.title)). \(claim.verdict.word), \(claim.scope.word)"
    return """
      <li><a class="chip \(claim.verdict.name) \(claim.scope.rawValue)" href="#\(claim.anchor)" \
      title="\(HTML.escaped(label))" aria-label="\(HTML.escaped(label))"><span aria-hidden="true">\(claim.verdict.mark)\
      </span> \(HTML.escaped(short))</a></li>
      """
  }

  /// What does not hold, in words, so that nobody has to look for it.
  private var exceptions: String {
    let items = parts.flatMap(\.report.claims).compactMap { claim -> String? in
      guard let reason = claim.reason else { return nil }
      return "<li><a href=\"#\(claim.anchor)\">\(HTML.escaped(claim.id))</a> \(claim.verdict.badge) "
        + "\(HTML.line(marked: claim.title)): \(HTML.line(marked: reason))</li>"
    }
    return items.isEmpty ? "" : "<ul class=\"exceptions\">\(items.joined(separator: "\n"))</ul>"
  }

  // MARK: - Provenance

  private var provenance: String {
    let rows = parts.map { part -> String in
      let provenance = part.report.provenance
      return """
        <tr><th scope="row">\(HTML.escaped(part.report.name))</th><td><code>\(HTML.escaped(provenance.command))</code></td>\
        <td class="number">\(provenance.masterSeed)</td><td>\(HTML.escaped(provenance.effort))</td>\
        <td class="number">\(provenance.workers)</td>\
        <td class="number">\(NumberText.readable(provenance.seconds, digits: 3)) s</td></tr>
        """
    }
    return """
      <p>Basin \(HTML.escaped(version)). Random numbers are counted, not drawn one after the other: results do not depend on the \
      number of workers, and a claim’s seeds follow from the master seed and its id, so that it comes out the same alone.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Commands of the studies">
      <table class="axes"><thead><tr><th scope="col">Study</th><th scope="col">Command</th>\
      <th scope="col" class="number">Master seed</th><th scope="col">Effort</th><th scope="col" class="number">Workers</th>\
      <th scope="col" class="number">Time</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      """
  }
}

extension VerdictCounts {
  /// The counts for a page.
  var tallies: [PageContent.Tally] {
    [
      .init(.good, holds, holds == 1 ? "holds" : "hold"), .init(.bad, fails, fails == 1 ? "fails" : "fail"),
      .init(.open, notApplicable, "not applicable"),
    ]
  }

  var total: Int { holds + fails + notApplicable }
}
