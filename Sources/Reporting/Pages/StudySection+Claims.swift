import Claims
import Formats

extension StudySection {
  /// Claims, one below the other: each a row with the numbers of its decisive check that opens to the claim in full.
  func claims(_ claims: [Claim]) -> String {
    if claims.isEmpty { return "" }
    return """
      <div class="claims">
      <div class="claims-head" aria-hidden="true"><span>Claim</span><span class="number wide">Predicted</span>\
      <span class="number wide">Measured</span><span class="number wide">Tolerance</span><span>Verdict</span></div>
      \(claims.map(details).joined(separator: "\n"))
      </div>
      """
  }

  private func details(_ claim: Claim) -> String {
    """
    <details class="claim \(claim.verdict.name)" id="\(claim.anchor)">
    \(summary(claim))
    <div class="claim-body">
    \(article(claim))
    </div>
    </details>
    """
  }

  private func summary(_ claim: Claim) -> String {
    let check = claim.decisiveCheck.map(CheckText.init)
    func number(_ text: String?, _ what: String) -> String {
      let words = text.map { "<span class=\"spoken\">\(what) </span>\(HTML.escaped($0))" } ?? ""
      return "<span class=\"number wide\">\(words)</span>"
    }
    return """
      <summary><span class="claim-title"><span class="id">\(HTML.escaped(claim.id))</span> \(HTML.line(marked: claim.title))\
      </span>\(number(check?.predicted, "predicted"))\(number(check?.measured, "measured"))\
      \(number(check?.tolerance, "tolerance"))<span>\(claim.verdict.badge)</span></summary>
      """
  }

  /// A claim in full.
  private func article(_ claim: Claim) -> String {
    var parts = [
      "<p class=\"badges\"><span class=\"scope \(claim.scope.rawValue)\" title=\"\(claim.scope.explanation)\">"
        + "\(claim.scope.word)</span> <span class=\"source\">\(sourceLine(claim.source))</span></p>",
      "<div class=\"statement\">\(HTML.paragraphs(marked: claim.statement))</div>",
    ]
    if let reason = claim.reason {
      let heading = claim.verdict == .fails ? "Why it fails:" : "Why it says nothing:"
      parts.append(
        "<p class=\"reason \(claim.verdict.name)\"><b>\(heading)</b> \(HTML.line(marked: reason))</p>")
    }
    if !claim.convention.isEmpty {
      parts.append("<p class=\"convention\"><b>Convention.</b> \(HTML.line(marked: claim.convention))</p>")
    }
    if !claim.hypotheses.isEmpty { parts.append(hypotheses(claim)) }
    if !claim.checks.isEmpty { parts.append(checks(claim)) }
    if let correction = claim.correction {
      parts.append(
        "<div class=\"box\"><p class=\"label\">Correction of the wording in circulation</p>"
          + "\(HTML.paragraphs(marked: correction))</div>")
    }
    if let remark = claim.remark { parts.append("<div class=\"remark\">\(HTML.paragraphs(marked: remark))</div>") }
    parts.append("<p class=\"rerun\"><b>Again.</b> <code>\(HTML.escaped(report.command(for: claim)))</code></p>")
    return parts.joined(separator: "\n")
  }

  private func hypotheses(_ claim: Claim) -> String {
    let items = claim.hypotheses.map { hypothesis in
      let found = hypothesis.found.isEmpty ? "" : " <span class=\"found\">\(HTML.line(marked: hypothesis.found))</span>"
      return "<li class=\"\(hypothesis.holds ? "met" : "unmet")\">"
        + "<span class=\"mark\" role=\"img\" aria-label=\"\(hypothesis.holds ? "holds" : "does not hold")\">"
        + "\(hypothesis.holds ? "✓" : "✗")</span> <span>\(HTML.line(marked: hypothesis.statement))\(found)</span></li>"
    }
    return "<h5>Hypotheses, tested in this run</h5>\n<ul class=\"hypotheses\">\(items.joined(separator: "\n"))</ul>"
  }

  private func checks(_ claim: Claim) -> String {
    let rows = claim.checks.map { check in
      let text = CheckText(check)
      return """
        <tr class="\(check.passes ? "holds" : "fails")"><th scope="row">\(HTML.line(marked: check.name))</th>\
        <td class="number">\(HTML.escaped(text.predicted))</td>\
        <td class="number">\(HTML.escaped(text.measured))\(Self.confidence(check.error))</td>\
        <td class="number">\(HTML.escaped(text.tolerance))</td><td class="number">\(HTML.escaped(text.count))</td>\
        <td class="pass"><span class="mark" role="img" aria-label="\(check.passes ? "passes" : "fails")">\
        \(check.passes ? "✓" : "✗")</span></td></tr>
        """
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Checks of \(HTML.escaped(claim.id))">
      <table class="checks"><thead><tr><th scope="col">Check</th><th scope="col" class="number">Predicted</th>\
      <th scope="col" class="number">Measured</th><th scope="col" class="number">Tolerance</th>\
      <th scope="col" class="number"><i>n</i></th><th scope="col">Passes</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      """
  }

  private func sourceLine(_ source: Source) -> String {
    guard case .publication(let citation, let place) = source else { return HTML.line(marked: source.description) }
    return "<a href=\"#\(citation.anchor)\">\(HTML.escaped(citation.shortName))</a>"
      + (place.map { ", \(HTML.line(marked: $0))" } ?? "")
  }

  private static func confidence(_ error: MeasurementError) -> String {
    guard case .interval(_, _, let confidence) = error else { return "" }
    return " <small>\(NumberText.readable(100 * confidence, digits: 3)) %</small>"
  }
}

extension StudyReport {
  /// The command that measures one claim again, to the same numbers.
  func command(for claim: Claim) -> String {
    let short = claim.id.hasPrefix("\(name).") ? String(claim.id.dropFirst(name.count + 1)) : claim.id
    let effort = provenance.effort.hasPrefix("full") ? " --full" : ""
    return "basin reproduce \(name)\(effort) --claims \(short) --seed \(provenance.masterSeed)"
  }
}

extension Claim {
  /// Where a page has the claim.
  var anchor: String { Self.anchor(id) }

  /// Where a page has the claim of this id.
  static func anchor(_ id: String) -> String { "claim-" + HTML.anchor(id) }
}

extension Verdict {
  /// The word for people.
  var word: String {
    switch self {
    case .holds: "holds"
    case .fails: "fails"
    case .notApplicable: "not applicable"
    }
  }

  /// A sign that does not need colour.
  var mark: String {
    switch self {
    case .holds: "✓"
    case .fails: "✗"
    case .notApplicable: "–"
    }
  }

  /// The word on its colour.
  var badge: String { "<span class=\"verdict \(name)\">\(word)</span>" }
}

extension Claim.Scope {
  /// The words for people.
  var word: String {
    switch self {
    case .paper: "the paper’s"
    case .supporting: "supporting"
    case .beyond: "beyond the paper"
    }
  }

  var explanation: String {
    switch self {
    case .paper: "The paper states it."
    case .supporting: "It explains or sharpens a statement of the paper."
    case .beyond: "It answers a question that the paper leaves open or does not ask."
    }
  }
}
