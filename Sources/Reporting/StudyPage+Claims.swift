import Claims
import Formats

extension StudyPage {
  /// One row a claim, with the numbers of its decisive check, linking to the claim.
  var overview: String {
    if report.claims.isEmpty { return "" }
    let rows = report.claims.map { claim in
      let check = claim.decisiveCheck.map(CheckText.init)
      return """
        <tr class="\(claim.verdict.name)"><th scope="row"><a href="#\(Self.claimAnchor(claim.id))">\
        \(HTML.escaped(claim.id))</a></th><td>\(HTML.escaped(claim.title))</td>\
        <td class="number wide">\(HTML.escaped(check?.predicted ?? ""))</td>\
        <td class="number wide">\(HTML.escaped(check?.measured ?? ""))</td>\
        <td class="number wide">\(HTML.escaped(check?.tolerance ?? ""))</td>\
        <td>\(Self.badge(claim.verdict))</td></tr>
        """
    }
    return """
      <p class="note wide">Predicted and measured are those of the check that comes nearest to failing; a claim holds only \
      if every check passes.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Verdicts">
      <table class="overview"><thead><tr><th scope="col">Id</th><th scope="col">Claim</th>\
      <th scope="col" class="number wide">Predicted</th><th scope="col" class="number wide">Measured</th>\
      <th scope="col" class="number wide">Tolerance</th><th scope="col">Verdict</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      """
  }

  /// A claim in full.
  func article(_ claim: Claim) -> String {
    let anchor = Self.claimAnchor(claim.id)
    var parts = [
      "<h3 id=\"\(anchor)-title\"><a class=\"id\" href=\"#\(anchor)\">\(HTML.escaped(claim.id))</a> "
        + "\(HTML.escaped(claim.title))</h3>",
      "<p class=\"badges\">\(Self.badge(claim.verdict)) <span class=\"scope \(claim.scope.rawValue)\" "
        + "title=\"\(Self.explanation(claim.scope))\">\(Self.word(claim.scope))</span> "
        + "<span class=\"source\">\(sourceLine(claim.source))</span></p>",
      "<div class=\"statement\">\(HTML.paragraphs(claim.statement))</div>",
    ]
    if let reason = claim.reason {
      parts.append(
        "<p class=\"reason \(claim.verdict.name)\"><b>\(Self.reasonHeading(claim.verdict))</b> "
          + "\(HTML.escaped(reason))</p>")
    }
    if !claim.convention.isEmpty {
      parts.append("<p class=\"convention\"><b>Convention.</b> \(HTML.escaped(claim.convention))</p>")
    }
    if !claim.hypotheses.isEmpty { parts.append(hypotheses(claim)) }
    if !claim.checks.isEmpty { parts.append(checks(claim)) }
    if let correction = claim.correction {
      parts.append(
        "<div class=\"box\"><p class=\"label\">Correction of the wording in circulation</p>"
          + "\(HTML.paragraphs(correction))</div>")
    }
    if let remark = claim.remark { parts.append("<div class=\"remark\">\(HTML.paragraphs(remark))</div>") }
    return """
      <article class="claim \(claim.verdict.name)" id="\(anchor)" aria-labelledby="\(anchor)-title">
      \(parts.joined(separator: "\n"))
      </article>
      """
  }

  private func hypotheses(_ claim: Claim) -> String {
    let items = claim.hypotheses.map { hypothesis in
      let found = hypothesis.found.isEmpty ? "" : " <span class=\"found\">\(HTML.escaped(hypothesis.found))</span>"
      return "<li class=\"\(hypothesis.holds ? "met" : "unmet")\">"
        + "<span class=\"mark\" role=\"img\" aria-label=\"\(hypothesis.holds ? "holds" : "does not hold")\">"
        + "\(hypothesis.holds ? "✓" : "✗")</span> <span>\(HTML.escaped(hypothesis.statement))\(found)</span></li>"
    }
    return "<h4>Hypotheses, tested in this run</h4>\n<ul class=\"hypotheses\">\(items.joined(separator: "\n"))</ul>"
  }

  private func checks(_ claim: Claim) -> String {
    let rows = claim.checks.map { check in
      let text = CheckText(check)
      return """
        <tr class="\(check.passes ? "holds" : "fails")"><th scope="row">\(HTML.escaped(check.name))</th>\
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
    guard case .publication(let citation, let place) = source else { return HTML.escaped(source.description) }
    let name = HTML.escaped(citation.shortName)
    let target = citation.address.map(HTML.escaped) ?? "#\(citation.anchor)"
    return "<a href=\"\(target)\">\(name)</a>" + (place.map { ", \(HTML.escaped($0))" } ?? "")
  }

  private static func badge(_ verdict: Verdict) -> String {
    "<span class=\"verdict \(verdict.name)\">\(word(verdict))</span>"
  }

  private static func confidence(_ error: MeasurementError) -> String {
    guard case .interval(_, _, let confidence) = error else { return "" }
    return " <small>\(NumberText.readable(100 * confidence, digits: 3)) %</small>"
  }

  private static func word(_ verdict: Verdict) -> String {
    switch verdict {
    case .holds: "holds"
    case .fails: "fails"
    case .notApplicable: "not applicable"
    }
  }

  private static func reasonHeading(_ verdict: Verdict) -> String {
    verdict == .fails ? "Why it fails:" : "Why it says nothing:"
  }

  private static func word(_ scope: Claim.Scope) -> String {
    switch scope {
    case .paper: "paper"
    case .supporting: "supporting"
    case .beyond: "beyond the paper"
    }
  }

  private static func explanation(_ scope: Claim.Scope) -> String {
    switch scope {
    case .paper: "The paper states it."
    case .supporting: "It explains or sharpens a statement of the paper."
    case .beyond: "It answers a question that the paper leaves open or does not ask."
    }
  }
}
