import Citations

extension [Citation] {
  /// The publications as the section of a page: a list with links, and the BibTeX entries; empty without publications.
  var references: PageContent.Section {
    if isEmpty { return .init("references", "References", "") }
    let items = map { "<li id=\"\($0.anchor)\">\($0.reference)</li>" }
    return .init(
      "references", "References",
      """
      <ol class="references">\(items.joined(separator: "\n"))</ol>
      <details><summary>BibTeX</summary>
      <pre class="bibtex" tabindex="0" role="region" aria-label="BibTeX entries"><code>\
      \(HTML.escaped(bibTeX))</code></pre>
      <p class="downloads"><a href="references.bib" download>references.bib</a></p>
      </details>
      """)
  }

  /// The file of these publications beside a page; none without publications.
  var document: [(name: String, text: String)] { isEmpty ? [] : [("references.bib", bibTeX)] }
}

extension Citation {
  /// Where a page's list of references has it.
  var anchor: String { "ref-" + HTML.anchor(key) }

  /// Authors, title, journal, year, and a link to the publication.
  fileprivate var reference: String {
    func field(_ name: String) -> String? { self.text(name).map(HTML.escaped) }
    let authors = field("author").map { $0.replacing(" and ", with: "; ") } ?? HTML.escaped(shortName)
    let venue = field("journal") ?? field("booktitle") ?? field("publisher") ?? field("howpublished")
    let eprint = field("eprint").map { "arXiv:\($0)" }
    let parts: [String?] = [
      authors, field("title").map { "<cite>\($0)</cite>" },
      [venue, field("volume")].compactMap(\.self).joined(separator: " "), eprint, field("year"),
    ]
    let text = parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ". ") + "."
    guard let address else { return text }
    return "\(text) <a href=\"\(HTML.escaped(address))\">\(HTML.escaped(address))</a>"
  }
}
