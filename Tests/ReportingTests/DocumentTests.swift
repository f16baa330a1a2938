import Claims
import Formats
import Foundation
import Testing

@testable import Reporting

@Suite("claims.json and CSV")
struct DocumentTests {
  private func object(_ report: StudyReport) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: ClaimDocument(report).json())
    return try #require(value as? [String: Any])
  }

  @Test("The keys are those of the contract")
  func keys() throws {
    let document = try object(Sample.report)
    #expect(
      document.keys.sorted() == ["citations", "claims", "corrections", "provenance", "study", "summary", "title"])
    #expect((document["summary"] as? [String: Int]) == ["holds": 1, "fails": 1, "notApplicable": 1])
    let claims = try #require(document["claims"] as? [[String: Any]])
    #expect(
      claims[0].keys.sorted() == [
        "checks", "citationKey", "command", "convention", "correction", "decisiveCheck", "error", "hypotheses", "id",
        "measurement", "prediction", "remark", "scope", "source", "statement", "title", "tolerance", "verdict",
      ])
    #expect(claims[0]["measurement"] as? Double == 0.498612)
    #expect((claims[0]["error"] as? [String: Any])?["kind"] as? String == "standardError")
    #expect((claims[0]["tolerance"] as? [String: Any])?["value"] as? Double == 4)
    #expect(claims[2]["verdict"] as? String == "notApplicable")
    #expect(claims[2]["reason"] as? String == "a hypothesis did not hold: λ > 2/η (λ = 3.2)")
    #expect((document["citations"] as? [[String: Any]])?.map { $0["key"] as? String } == ["welford1962", "ghosh2025"])
    let check = try #require((claims[1]["checks"] as? [[String: Any]])?.first)
    #expect(check.keys.sorted() == ["error", "measurement", "name", "passes", "prediction", "tolerance"])
    #expect(check["passes"] as? Bool == false)
  }

  @Test("A number that JSON cannot write is null, not missing")
  func null() throws {
    let claims = try #require(object(Sample.report)["claims"] as? [[String: Any]])
    #expect(claims[1]["measurement"] is NSNull)
    #expect(claims[1]["prediction"] as? Double == 1)
    #expect((claims[1]["reason"] as? String)?.contains("measured nan") == true)
    var report = Sample.report
    report.provenance.seconds = .infinity
    #expect((try object(report)["provenance"] as? [String: Any])?["seconds"] is NSNull)
  }

  @Test("The same report gives the same bytes, which read back to the same document")
  func roundTrip() throws {
    let document = ClaimDocument(Sample.report)
    let data = try document.json()
    #expect(try ClaimDocument(Sample.report).json() == data)
    #expect(try JSONDecoder().decode(ClaimDocument.self, from: data) == document)
    #expect(document.provenance.masterSeed == .max)
  }

  @Test("CSV quotes what has to be quoted, and only that")
  func quoting() {
    var table = Table(name: "t", caption: "", columns: [.init("a", ""), .init("b,c", "")])
    table.append(["plain", "with, comma"])
    table.append(["a \"quote\"", "two\nlines"])
    table.append([" space", "carriage\r\nreturn"])
    table.append([.number(.nan), .number(-.infinity)])
    table.append([.number(0.1), .integer(-3)])
    table.append(["", "ë\u{301}\""])
    #expect(
      table.csv
        == "a,\"b,c\"\nplain,\"with, comma\"\n\"a \"\"quote\"\"\",\"two\nlines\"\n\" space\",\"carriage\r\nreturn\"\n"
        + "nan,-inf\n0.1,-3\n,\"ë\u{301}\"\"\"\n")
  }

  @Test("CSV numbers read back exactly")
  func csvNumbers() {
    var table = Table(name: "t", caption: "", columns: [.init("x", "")])
    var values: [Double] = [0, -0.0, .ulpOfOne, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity]
    var value = 1e-300
    while value < 1e300 {
      value *= -1234.567
      values.append(value)
    }
    for value in values { table.append([.number(value)]) }
    let read = table.csv.split(separator: "\n").dropFirst().map { Double($0) }
    #expect(read == values.map(Optional.some))
  }

  @Test("JSON for charts escapes what could end a script element")
  func chartJSON() throws {
    let hostile = "</script><!-- & \" \\ \u{2028}\n"
    let text = JSON.array([.string(hostile), .number(.nan), .object(["b": 1.5, "a": true])]).scriptText
    #expect(!text.contains("<") && !text.contains(">") && !text.contains("&"))
    let read = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any])
    #expect(read[0] as? String == hostile)
    #expect(read[1] is NSNull)
    #expect(text.hasSuffix("{\"a\":true,\"b\":1.5}]"))
  }
}
