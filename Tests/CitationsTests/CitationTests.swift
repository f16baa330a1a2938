import Testing

@testable import Citations

/// How publications are listed and printed.
@Suite("Citations") struct CitationTests {
  private let citation = Citation(
    key: "b", type: "article", shortName: "B 2000",
    fields: ["author": "N{\\'e}el, L. and M{\\\"u}ller, A.", "title": "{SGD} -- a Title", "year": "2000"])

  @Test("BibTeX has one field a line, in the order given, and aligned") func bibTeX() {
    #expect(
      citation.bibTeX == """
        @article{b,
          author = {N{\\'e}el, L. and M{\\\"u}ller, A.},
          title  = {{SGD} -- a Title},
          year   = {2000}
        }

        """)
  }

  @Test("a list has each publication once, by key") func lists() {
    var first = citation
    first.key = "a"
    let list = [citation, first, citation]
    #expect(list.sortedByKey.map(\.key) == ["a", "b"])
    #expect(list.bibTeX == first.bibTeX + "\n" + citation.bibTeX)
    #expect([Citation]().bibTeX.isEmpty)
  }

  @Test("running text has accents for TeX's commands, and no braces") func text() {
    #expect(citation.text("author") == "Ne\u{301}el, L. and Mu\u{308}ller, A.")
    #expect(citation.text("title") == "SGD – a Title")
    #expect(citation.text("pages") == nil)
  }

  @Test("the address is the DOI's, else arXiv's, else the URL") func address() {
    var citation = citation
    #expect(citation.address == nil)
    citation.fields.append(.init(name: "url", value: "https://example.org/"))
    #expect(citation.address == "https://example.org/")
    citation.fields.append(.init(name: "eprint", value: "2308.03215"))
    #expect(citation.address == "https://arxiv.org/abs/2308.03215")
    citation.fields.append(.init(name: "doi", value: "10.1000/1"))
    #expect(citation.address == "https://doi.org/10.1000/1")
  }
}
