import Claims

/// The claims of a study as plain text for a terminal: one row each, reasons of what does not hold, and the totals.
public struct ClaimTable: Sendable {
  /// The claims in order.
  public var claims: [Claim]
  /// The columns of the terminal. No line is longer; titles wrap.
  public var width: Int
  /// Whether verdicts carry ANSI colours.
  public var usesColour: Bool

  /// Prepares a table.
  public init(_ claims: [Claim], width: Int = 100, usesColour: Bool = false) {
    self.claims = claims.map(\.withoutMarks)
    self.width = max(width, 30)
    self.usesColour = usesColour
  }

  /// The table, ending in a line break.
  public var text: String {
    var lines = tableLines()
    for claim in claims {
      guard let reason = claim.reason else { continue }
      lines.append("")
      lines.append(marked("\(claim.id) \(verdictWord(claim.verdict))", as: claim.verdict))
      let parts = claim.verdict == .fails && !claim.checks.isEmpty ? failedChecks(of: claim) : [reason]
      for part in parts { lines += indented(part) }
    }
    if !claims.isEmpty { lines.append("") }
    lines += wrapped(VerdictCounts(claims).sentence, to: width)
    return lines.joined(separator: "\n") + "\n"
  }

  private func failedChecks(of claim: Claim) -> [String] {
    claim.checks.filter { !$0.passes }.map(CheckText.sentence)
  }

  /// One claim's cells; the title is the column that gives way.
  private struct Row {
    var before: [String]
    var title: String
    var after: [String]
    var verdict: Verdict?
  }

  private static let gap = "  "
  /// Below this a wrapped title is hard to read, and the stacked layout serves better.
  private static let narrowestTitle = 18

  private func rows() -> [Row] {
    claims.map { claim in
      let check = claim.decisiveCheck.map(CheckText.init)
      return Row(
        before: [claim.id], title: claim.title,
        after: [check?.predicted ?? "", check?.measured ?? "", check?.tolerance ?? "", check?.count ?? ""],
        verdict: claim.verdict)
    }
  }

  private func tableLines() -> [String] {
    guard !claims.isEmpty else { return [] }
    let header = Row(before: ["id"], title: "claim", after: ["predicted", "measured", "tolerance", "n"])
    let rows = rows()
    let all = [header] + rows
    let idWidth = all.map { $0.before[0].count }.max() ?? 0
    let widths = header.after.indices.map { column in all.map { $0.after[column].count }.max() ?? 0 }
    let verdictWidth = all.map { ($0.verdict.map(verdictWord) ?? "verdict").count }.max() ?? 0
    let others = idWidth + widths.reduce(0, +) + verdictWidth + Self.gap.count * (widths.count + 2)
    let titleWidth = min(width - others, all.map(\.title.count).max() ?? 0)
    guard titleWidth >= min(Self.narrowestTitle, all.map(\.title.count).max() ?? 0) else { return stackedLines() }

    func lines(of row: Row) -> [String] {
      wrapped(row.title, to: titleWidth).enumerated().map { index, title in
        guard index == 0 else { return padded("", idWidth) + Self.gap + title }
        let numbers = zip(row.after, widths).map { padded($0, $1, alignsRight: true) }
        let cells = [padded(row.before[0], idWidth), padded(title, titleWidth)] + numbers
        let verdict = row.verdict.map { marked(verdictWord($0), as: $0) } ?? "verdict"
        return (cells + [verdict]).joined(separator: Self.gap)
      }
    }
    let rule = String(repeating: "─", count: others + titleWidth)
    return lines(of: header) + [rule] + rows.flatMap(lines) + [rule]
  }

  private func stackedLines() -> [String] {
    rows().enumerated().flatMap { index, row -> [String] in
      let verdict = row.verdict.map { marked(verdictWord($0), as: $0) } ?? ""
      let labels = ["predicted", "measured", "tolerance", "n"]
      let numbers = zip(labels, row.after).filter { !$1.isEmpty }.map { "\($0) \($1)" }.joined(separator: ", ")
      let head = "\(row.before[0])\(Self.gap)\(verdict)"
      return (index > 0 ? [""] : []) + [head] + indented(row.title) + (numbers.isEmpty ? [] : indented(numbers))
    }
  }

  private func verdictWord(_ verdict: Verdict) -> String {
    switch verdict {
    case .holds: "holds"
    case .fails: "FAILS"
    case .notApplicable: "not applicable"
    }
  }

  private func marked(_ text: String, as verdict: Verdict) -> String {
    guard usesColour else { return text }
    let code =
      switch verdict {
      case .holds: "32"
      case .fails: "1;31"
      case .notApplicable: "33"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  private func indented(_ text: String) -> [String] { wrapped(text, to: width - 2).map { "  " + $0 } }

  private func padded(_ text: String, _ columns: Int, alignsRight: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(columns - text.count, 0))
    return alignsRight ? spaces + text : text + spaces
  }

  /// Breaks at spaces, and inside a word only if it is longer than a line.
  private func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      var rest = Substring(word)
      if !line.isEmpty, line.count + 1 + rest.count <= columns {
        line += " " + rest
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while rest.count > columns {
        lines.append(String(rest.prefix(columns)))
        rest = rest.dropFirst(columns)
      }
      line = String(rest)
    }
    return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
  }
}
