import Formats
import Foundation
import Numerics
import TestSupport
import Testing

@Suite("Comma-separated values") struct CSVTests {
  static let fields: [(text: String, written: String)] = [
    ("", ""), ("a", "a"), ("0.1", "0.1"), ("a b", "a b"), ("η₀", "η₀"), ("a,b", "\"a,b\""),
    ("say \"no\"", "\"say \"\"no\"\"\""),
    ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""), (" a", "\" a\""), ("a ", "\"a \""), ("[0.1,0.2]", "\"[0.1,0.2]\""),
    ("\"", "\"\"\"\""), (",", "\",\""), ("\r", "\"\r\""), ("'a'", "'a'"), ("#a", "#a"), ("a;b\tc", "a;b\tc"),
  ]

  @Test("A field is quoted if it must be", arguments: fields.indices) func field(_ place: Int) {
    #expect(CSV.field(Self.fields[place].text) == Self.fields[place].written)
  }

  @Test("A line ends in a line feed") func line() {
    #expect(CSV.line(["a", "", "b,c"]) == "a,,\"b,c\"\n")
    #expect(CSV.line([]) == "\n")
  }

  /// Reads after RFC 4180, with lines that end in a line feed.
  private static func parse(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var scalars = text.unicodeScalars.makeIterator()
    var pending: Unicode.Scalar?
    while let scalar = pending.take() ?? scalars.next() {
      switch scalar {
      case "\"" where isQuoted:
        pending = scalars.next()
        if pending == "\"" {
          field.append("\"")
          pending = nil
        } else {
          isQuoted = false
        }
      case "\"" where field.isEmpty: isQuoted = true
      case "," where !isQuoted, "\n" where !isQuoted:
        row.append(String(field))
        field = String.UnicodeScalarView()
        if scalar == "\n" {
          rows.append(row)
          row = []
        }
      default: field.append(scalar)
      }
    }
    return rows
  }

  @Test("Random fields are read again") func roundTrip() {
    var stream = RandomStream(RandomKey(seed: 4, purpose: .measurement))
    let pool = Array("a,\"\n\r 0é\t;".unicodeScalars)
    let rows = (0..<2_000).map { _ in
      (0...stream.integer(below: 5)).map { _ in
        var text = ""
        for _ in 0..<stream.integer(below: 6) { text.unicodeScalars.append(pool[stream.integer(below: pool.count)]) }
        return text
      }
    }
    let read = Self.parse(rows.map(CSV.line).joined())
    #expect(read.map { $0.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } })
  }

  @Test("Python's reader agrees", .enabled(if: OtherProgram.succeeds(["python3", "-c", "import csv"]))) func python()
    throws
  {
    let scratch = ScratchFolder()
    let fields = Self.fields.map(\.text)
    try AtomicFile.write(CSV.line(fields), to: scratch.file("line.csv"))
    let program = try OtherProgram([
      "python3", "-c",
      """
      import csv, json, sys
      rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8")))
      print(json.dumps(rows))
      """, scratch.file("line.csv"),
    ])
    let rows = try JSON(parsing: program.rest(), location: "python")
    #expect(rows == [.array(fields.map { .string($0) })])
    #expect(program.status() == 0)
  }
}
