import Numerics
import TestSupport
import Testing

@testable import Formats

@Suite("CSV data") struct CSVSamplesTests {
  private func parse(_ text: String, _ options: CSVOptions = CSVOptions()) throws(InputError) -> LabelledSamples {
    try LabelledSamples(parsingCSV: Array(text.utf8), options: options, location: "a.csv")
  }

  @Test("Columns become features and labels") func reads() throws {
    let samples = try parse("a,b,y\n1,2,3\n-4.5,5e1,6\n")
    #expect(samples.features.matrix == Matrix([[1, 2], [-4.5, 50]]))
    #expect(!samples.features.isSparse)
    #expect(samples.labels == [3, 6])
    #expect(samples.featureNames == ["a", "b"] && samples.labelName == "y")
  }

  @Test("What does not matter makes no difference") func spelling() throws {
    let plain = try parse("1,2,3\n4,5,6\n")
    #expect(plain.featureNames.isEmpty && plain.labelName == nil)
    for text in [
      "1,2,3\n4,5,6", "1,2,3\r\n4,5,6\r\n", "\u{FEFF}1,2,3\n4,5,6", "1;2;3\n4;5;6\n", "1\t2\t3\n4\t5\t6\n",
      " 1 , 2,3  \n\n4,\t5, 6\n  \n", "\"1\",\"2\",\"3\"\n4,\" 5 \",6", "\n\n1.0,2,30e-1\n4,5,+6\r",
      " \"1\" ;2;3\n4;5;6", "1\t 2\t3 \n4\t5\t6\n",
    ] { #expect(try parse(text) == plain, "\(text)") }
  }

  @Test("The target is chosen by name or number") func target() throws {
    let text = "y;x, z;\"say \"\"w\"\"\"\n1;2;3\n"
    for target in [.named("y"), .column(1)] as [CSVOptions.Target] {
      let samples = try parse(text, CSVOptions(target: target))
      #expect(samples.labels == [1] && samples.features.matrix == Matrix([[2, 3]]))
      #expect(samples.featureNames == ["x, z", "say \"w\""] && samples.labelName == "y")
    }
    #expect(try parse(text, CSVOptions(target: .named("x, z"))).labels == [2])
  }

  @Test("A header of numbers can be stated, and one that is none") func header() throws {
    let samples = try parse("1990,1991\n1,2\n", CSVOptions(hasHeader: true))
    #expect(samples.labels == [2] && samples.labelName == "column 2")
    #expect(
      refusal { () throws(InputError) in _ = try parse("a,b\n1,2\n", CSVOptions(hasHeader: false)) }?.found == "\"a\"")
    #expect(try parse(",a,y\n0,1,2\n").featureNames == ["", "a"])
    #expect(try parse("1,2\n3,4\n", CSVOptions(separator: .comma)).labels == [2, 4])
  }

  static let mistakes: [(text: String, options: CSVOptions, error: String)] = [
    ("", CSVOptions(), "a.csv: expected lines of numbers, found an empty file."),
    (" \n\n", CSVOptions(), "a.csv: expected lines of numbers, found empty lines."),
    ("a,b\n", CSVOptions(), "a.csv: expected lines of numbers, found a header alone."),
    (
      "1\n2\n", CSVOptions(),
      "a.csv, line 1, column 1: expected two columns or more, one of them the target, found one. If there are more, say what separates them: a comma, a semicolon or a tab."
    ),
    (
      "1,2\n3,\n", CSVOptions(),
      "a.csv, line 2, column 3: expected a finite number in each cell, here of column 2, found an empty cell."
    ),
    (
      "a,b\n1,2\n,3\n", CSVOptions(),
      "a.csv, line 3, column 1: expected a finite number in each cell, here of \"a\", found an empty cell."
    ),
    (
      "a,b\n1,\"\"\n", CSVOptions(),
      "a.csv, line 2, column 3: expected a finite number in each cell, here of \"b\", found an empty cell."
    ),
    (
      "a,b\n1, red one\n", CSVOptions(),
      "a.csv, line 2, column 4: expected a finite number in each cell, here of \"b\", found \"red one\"."
    ),
    (
      "1,2\nNaN,2\n", CSVOptions(),
      "a.csv, line 2, column 1: expected a finite number in each cell, here of column 1, found \"NaN\"."
    ),
    (
      "1,2\n1e400,2\n", CSVOptions(),
      "a.csv, line 2, column 1: expected a finite number in each cell, here of column 1, found \"1e400\"."
    ),
    (
      "1,2\n\"3,4\n", CSVOptions(),
      "a.csv, line 2, column 1: expected a finite number in each cell, here of column 1, found \"\\\"3,4\"."
    ),
    (
      "a;b\n1,5;2\n", CSVOptions(),
      "a.csv, line 2, column 1: expected a finite number in each cell, here of \"a\", found \"1,5\". Write decimal points, not commas."
    ),
    ("1,2,3\n4,5\n", CSVOptions(), "a.csv, line 2, column 4: expected 3 cells, as in the first line, found 2."),
    (
      "1,2,3\n4,5,6,7\n", CSVOptions(), "a.csv, line 2, column 6: expected 3 cells, as in the first line, found more."
    ),
    (
      "1,NA\n1,2\n", CSVOptions(),
      "a.csv, line 1, column 1: expected names alone or numbers alone in the first line, found both, such as \"NA\". If it is a header, say so; if it is not, only numbers can be used."
    ),
    (
      "\"a,b\n1,2\n", CSVOptions(), "a.csv, line 1, column 1: expected a closing quote on the line, found none."
    ),
    (
      "\"a\"x,b\n1,2\n", CSVOptions(),
      "a.csv, line 1, column 4: expected the end of the cell, found more text behind its closing quote."
    ),
    (
      "ab,y\n1,2\n", CSVOptions(target: .named("ba")),
      "a.csv: expected one column with the target's name, found no \"ba\". Did you mean \"ab\"?"
    ),
    (
      "y,y\n1,2\n", CSVOptions(target: .named("y")),
      "a.csv: expected one column with the target's name, found 2 of them. Say the number of the column."
    ),
    (
      "1,2\n", CSVOptions(target: .named("y")),
      "a.csv: expected one column with the target's name, found no header. Say the number of the column."
    ),
    ("1,2\n", CSVOptions(target: .column(3)), "a.csv: expected a target column from 1 to 2, found 3."),
    ("1,2\n", CSVOptions(target: .column(0)), "a.csv: expected a target column from 1 to 2, found 0."),
  ]

  @Test("Each mistake is said at its place", arguments: mistakes.indices) func mistake(_ place: Int) {
    let (text, options, error) = Self.mistakes[place]
    #expect(refusal { () throws(InputError) in _ = try parse(text, options) }?.description == error)
  }

  @Test("A line of a million cells is as good as any") func longLine() throws {
    let line = String(repeating: "1,", count: 1_000_000) + "2"
    #expect(try parse("\(line)\n\(line)\n").features.columnCount == 1_000_000)
    let name = String(repeating: "x", count: 1_000_000)
    #expect(refusal { () throws(InputError) in _ = try parse("1,2\n1,\(name)\n") }?.found.count == 43)
  }

  @Test("Damaged files are read or refused, never a stop", arguments: 0..<4) func damage(_ seed: UInt64) throws {
    let original = Array("a,\"b \"\"c\"\"\",y\n1,2.5,-3e2\n\"4\", 5 ,6\r\n\n7,8,12345678901234567890.5\n".utf8)
    var stream = testStream(seed)
    let pool = Array("0123456789,;\t+-.eE \"\n\r\tab".utf8) + [0, 0xEF, 0xBB, 0xBF, 0xFF, 0x1F, 0x8B]
    let (read, refused) = Damage.count(2_000, of: original, pool: pool, stream: &stream) { bytes throws(InputError) in
      try LabelledSamples(parsingCSV: bytes, location: "d.csv")
    }
    #expect(read > 200 && refused > 200)
  }
}
