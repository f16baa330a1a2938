import Foundation
import Studies
import Testing

/// What the Markdown files say about files is so: quoted sources are the sources, and links lead somewhere.
@Suite("The documentation") struct DocumentationTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// README.md and every Markdown file below the folders that have some, relative to the root.
  static let pages: [String] = {
    let found = ["Documentation", "Examples", "Benchmarks"].flatMap { folder in
      (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path))?.map {
        "\(folder)/\($0)"
      } ?? []
    }
    return ["README.md"] + found.filter { $0.hasSuffix(".md") }.sorted()
  }()

  /// The lines outside of fenced code.
  private static func prose(_ text: String) -> [Substring] {
    var isCode = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let isFence = line.hasPrefix("```")
      if isFence { isCode.toggle() }
      return !isCode && !isFence
    }
  }

  /// The names that headings have as anchors: lower case, without signs, hyphens for spaces.
  private static func anchors(_ text: String) -> Set<String> {
    Set(
      prose(text).filter { $0.hasPrefix("#") }.map { line in
        let words = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
        return String(
          words.map { $0 == " " ? "-" : $0 }.filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
      })
  }

  /// The targets of `[text](target)` and `![text](target)`, code spans left out.
  private static func links(_ text: String) -> [String] {
    prose(text).flatMap { line in
      let plain = line.replacing(/`[^`]*`/, with: "")
      return plain.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    }
  }

  @Test("has pages and links") func pagesAreFound() throws {
    #expect(Self.pages.count > 10)
    #expect(try Self.pages.contains { try Self.links(Self.text($0)).count > 5 })
    #expect(Self.links("a [b](c.md#d) `[e](f)` ![g](h)") == ["c.md#d", "h"])
    #expect(Self.anchors("# File formats: `npz`, too\n```\n# no\n```") == ["file-formats-npz-too"])
  }

  @Test("links to files and headings that exist", arguments: pages) func links(_ page: String) throws {
    let text = try Self.text(page)
    let folder = Self.root.appending(path: page).deletingLastPathComponent()
    for link in Self.links(text) where !link.contains("://") && !link.hasPrefix("mailto:") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let target = parts[0].isEmpty ? Self.root.appending(path: page) : folder.appending(path: parts[0])
      #expect(FileManager.default.fileExists(atPath: target.path), "\(page) links to \(link)")
      if parts.count == 2, target.pathExtension == "md", let other = try? String(contentsOf: target, encoding: .utf8) {
        #expect(Self.anchors(other).contains(parts[1]), "\(page) links to \(link): no such heading")
      }
    }
  }

  @Test("quotes the examples of extending word for word") func quotations() throws {
    let page = try Self.text("Documentation/extending.md")
    let folder = Self.root.appending(path: "Examples/extending").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }
    #expect(files.count == 5)
    for file in files.sorted() {
      let source = try Self.text("Examples/extending/\(file)")
      #expect(page.contains("```swift\n\(source)```\n"), "the page does not quote \(file) as it is")
    }
    // And no Swift that no file has: blocks in full are files, nothing else is fenced as Swift.
    #expect(page.components(separatedBy: "```swift\n").count - 1 == files.count)
  }

  @Test("names claims that are measured, and places each of them among the reconstructions") func claims() throws {
    let studies = [AutoencoderStudy.study, StabilityStudy.study, SparseFeaturesStudy.study, SupportStudy.study]
    let ids = Set(studies.flatMap { $0.entries.map(\.id) })
    #expect(ids.count > 100)
    var placed: Set<String> = []
    for page in Self.pages {
      for match in try Self.text(page).matches(of: /`((?:autoencoder|stability|sparse-features|support)\.[a-z]?\d+)`/) {
        let id = String(match.1)
        #expect(ids.contains(id), "\(page) names \(id)")
        if page == "Documentation/reconstructions.md" { placed.insert(id) }
      }
    }
    #expect(ids.subtracting(placed).sorted() == [])
  }

  @Test("names source files and tests that exist", arguments: pages) func paths(_ page: String) throws {
    for line in Self.prose(try Self.text(page)) {
      for match in line.matches(of: /`((?:Sources|Tests|Examples|Documentation|Benchmarks|Scripts)\/[^`\s]*)`/) {
        let path = String(match.1)
        guard !path.contains("*"), !path.contains("NAME"), !path.contains("…") else { continue }
        #expect(
          FileManager.default.fileExists(atPath: Self.root.appending(path: path).path), "\(page) names \(path)")
      }
    }
  }
}
