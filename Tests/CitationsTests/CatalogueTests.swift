import Citations
import Curvature
import Diagnosis
import Experiments
import Formats
import Foundation
import Reporting
import Stability
import Studies
import Testing

/// All publications: that they are sound, and that each of them belongs to something that can be used.
@Suite("The catalogue of publications") struct CatalogueTests {
  /// Whatever declares publications, with them.
  private static let declared: [(name: String, citations: [Citation])] = {
    let studies = [AutoencoderStudy.study, StabilityStudy.study, SparseFeaturesStudy.study, SupportStudy.study]
    var all: [(String, [Citation])] = studies.map { ($0.name, $0.citations) }
    all += Spec.citedMethods.map { ($0.name, $0.citations) }
    all += DiagnosisMeasure.allCases.map { ($0.rawValue, $0.citations) }
    all += TraceMethod.allCases.map { ($0.rawValue, $0.citations) }
    all += PublishedDataSet.all.map { ($0.name, $0.citations) }
    all.append(("statistics", MeasureStatistics.quantileCitations + MeasureStatistics.bootstrapCitations))
    all.append(("shares", TrialGroup.shareCitations))
    all.append(("map", StabilityMap.possibleCitations + PointMeasures.possibleCitations))
    all.append(("figures", figure(Figure.Colour.shades[3]).citations + figure(.blue).citations))
    return all.map { (name: $0.0, citations: $0.1) }
  }()

  private static func figure(_ colour: Figure.Colour) -> Figure {
    let layer = Figure.Layer("a", .line, colour, x: [0], y: [0])
    return Figure(
      name: "f", title: "f", caption: "",
      panels: [.init(horizontal: .init("x"), vertical: .init("y"), layers: [layer])])
  }

  private static let catalogue = declared.flatMap(\.citations).sortedByKey

  /// The keys in the sources of the catalogue.
  private static let written: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Citations")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.flatMap { file -> [String] in
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      // Basin itself, whose version is a parameter, is no publication that a method rests on.
      return text.matches(of: /public static let \w+ = Citation\(\s*key: "([^"]+)"/).map { String($0.1) }
    }
  }()

  @Test("no publication is without a method that rests on it, and none stands twice") func reachable() {
    #expect(Self.written.count > 60)
    #expect(Self.written.sorted() == Self.catalogue.map(\.key))
    // The same publication under two keys would have the same title or the same address.
    #expect(Set(Self.catalogue.compactMap { $0["title"]?.lowercased() }).count == Self.catalogue.count)
    let addresses = Self.catalogue.compactMap(\.address)
    #expect(Set(addresses).count == addresses.count)
  }

  @Test("has what a bibliography needs", arguments: catalogue) func isSound(_ citation: Citation) throws {
    for field in ["author", "title", "year"] { #expect(citation[field]?.isEmpty == false, "\(field)") }
    let year = try #require(citation["year"].flatMap { Int($0) })
    #expect((1900...2030).contains(year))
    #expect(citation.key.wholeMatch(of: /[a-z]+\d{4}[a-z]+|[a-z]+\d{4}/) != nil && citation.key.contains("\(year)"))
    #expect(citation.shortName.hasSuffix("\(year)"))
    #expect(Set(citation.fields.map(\.name)).count == citation.fields.count)
    if let doi = citation["doi"] { #expect(doi.wholeMatch(of: /10\.\d{4,9}\/\S+/) != nil, "\(doi)") }
    if let number = citation["eprint"] {
      #expect(number.wholeMatch(of: /\d{4}\.\d{4,5}/) != nil && citation["archivePrefix"] == "arXiv", "\(number)")
    }
    let venue: [String: String] = [
      "article": "journal", "inproceedings": "booktitle", "book": "publisher", "techreport": "institution",
    ]
    if citation.type == "misc" {
      #expect(citation["eprint"] != nil || citation["howpublished"] != nil)
    } else {
      #expect(citation[try #require(venue[citation.type])] != nil)
    }
    for field in citation.fields {
      var depth = 0
      for character in field.value {
        depth += character == "{" ? 1 : character == "}" ? -1 : 0
        #expect(depth >= 0)
      }
      #expect(depth == 0, "\(field.name)")
      // TeX's special characters need a backslash, and BibTeX reads bytes.
      #expect(!field.value.contains("&") && !field.value.contains("%") && !field.value.contains("#"))
      #expect(field.value.utf8.allSatisfy { $0 < 128 }, "\(field.value)")
    }
  }
}
