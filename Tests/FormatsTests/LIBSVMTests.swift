import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

@Suite("LIBSVM text") struct LIBSVMTests {
  private func parse(_ text: String) throws(InputError) -> LabelledSamples {
    try LabelledSamples(parsingLIBSVM: Array(text.utf8), location: "a.svm")
  }

  @Test("Lines become sparse rows") func reads() throws {
    let samples = try parse("+1 1:0.5 3:-2e-1\n-1\n1 2:1e3 # a comment\n")
    #expect(samples.labels == [1, -1, 1])
    #expect(samples.features.matrix == Matrix([[0.5, 0, -0.2], [0, 0, 0], [0, 1000, 0]]))
    #expect(samples.features.isSparse && samples.features.storedCount == 3)
    #expect(samples.featureNames.isEmpty && samples.labelName == nil)
  }

  @Test("What does not matter makes no difference") func spelling() throws {
    let plain = try parse("1 1:0.5 3:2\n-1 2:1\n")
    for text in [
      "1 1:0.5 3:2\n-1 2:1", "1 1:0.5 3:2\r\n-1 2:1\r\n", "\u{FEFF}1 1:0.5 3:2\n-1 2:1", "1 1:0.5 3:2 \n-1 2:1\t\n",
      "# first\n\n  1\t1:.5  3:2.\n   # only a comment\n\n-1 2:10e-1#\n\n", "1.0 1:5e-1 3:+2\r\n-1 2:1\r",
    ] { #expect(try parse(text) == plain, "\(text)") }
  }

  @Test("A column far away is not filled up") func wide() throws {
    let samples = try parse("1 50000000:1\n0 7:2\n")
    #expect(samples.features.columnCount == 50_000_000 && samples.features.storedCount == 2)
  }

  static let mistakes: [(text: String, error: String)] = [
    ("", "a.svm: expected lines \"label index:value …\", found an empty file."),
    ("# nothing\n\n", "a.svm: expected lines \"label index:value …\", found no sample."),
    ("1\n2\n", "a.svm: expected lines \"label index:value …\", found no feature in any."),
    (
      "1 1:2\n1:2 2:3\n",
      "a.svm, line 2, column 1: expected a label, then features index:value, found no label before \"1:2\"."
    ),
    (
      "1,2 1:2\n",
      "a.svm, line 1, column 1: expected a finite number as the label, found \"1,2\". Samples with several labels cannot be used: keep one."
    ),
    ("cat 1:2\n", "a.svm, line 1, column 1: expected a finite number as the label, found \"cat\"."),
    ("nan 1:2\n", "a.svm, line 1, column 1: expected a finite number as the label, found \"nan\"."),
    ("1e999 1:2\n", "a.svm, line 1, column 1: expected a finite number as the label, found \"1e999\"."),
    (
      "1 qid:3 1:2\n",
      "a.svm, line 1, column 3: expected features index:value, found a query, \"qid:3\". Rankings cannot be learned here: take the qid: entries away."
    ),
    (
      "1 0:2\n",
      "a.svm, line 1, column 3: expected indices from 1, found 0. If the file counts from 0, write it again counting from 1."
    ),
    ("1 3:2 2:1\n", "a.svm, line 1, column 7: expected ascending indices, here above 3, found 2."),
    ("1 3:2 3:1\n", "a.svm, line 1, column 7: expected ascending indices, here above 3, found 3."),
    ("1 50000001:1\n", "a.svm, line 1, column 3: expected an index of at most 50000000, found 50000001."),
    (
      "1 99999999999999999999:1\n",
      "a.svm, line 1, column 3: expected an index of at most 50000000, found \"99999999999999999999\"."
    ),
    (
      "1 x:1\n",
      "a.svm, line 1, column 3: expected a feature index:value, the index a whole number from 1, found \"x:1\"."
    ),
    (
      "1 -1:1\n",
      "a.svm, line 1, column 3: expected a feature index:value, the index a whole number from 1, found \"-1:1\"."
    ),
    (
      "1 2\n",
      "a.svm, line 1, column 3: expected a feature index:value, the index a whole number from 1, found \"2\"."
    ),
    ("1 2:\n", "a.svm, line 1, column 5: expected a finite number as the value of feature 2, found nothing."),
    ("1 2: 3\n", "a.svm, line 1, column 5: expected a finite number as the value of feature 2, found nothing."),
    (
      "1 2:inf\n", "a.svm, line 1, column 5: expected a finite number as the value of feature 2, found \"inf\"."
    ),
    (
      "1 2:0x1p3\n", "a.svm, line 1, column 5: expected a finite number as the value of feature 2, found \"0x1p3\"."
    ),
    (
      "1 2:1e\n", "a.svm, line 1, column 5: expected a finite number as the value of feature 2, found \"1e\"."
    ),
    (
      "1 1:1\n\u{FEFF}", "a.svm, line 2, column 1: expected a finite number as the label, found \"\u{FEFF}\"."
    ),
    (
      "1 1:1 é\n",
      "a.svm, line 1, column 7: expected a feature index:value, the index a whole number from 1, found \"é\"."
    ),
    (
      "1 1:1\0\n", "a.svm, line 1, column 5: expected a finite number as the value of feature 1, found \"1\\u0000\"."
    ),
  ]

  @Test("Each mistake is said at its place", arguments: mistakes.indices) func mistake(_ place: Int) {
    let (text, error) = Self.mistakes[place]
    #expect(refusal { () throws(InputError) in _ = try parse(text) }?.description == error)
  }

  @Test("Numbers are those of the C library", arguments: 0..<3) func numbers(_ seed: UInt64) throws {
    var stream = testStream(seed)
    var texts = [
      "0", "-0", "9007199254740993", "123456789012345678901234567890", "0.000000000000000000000000001", "5e-324",
      "2.2250738585072011e-308", "1.7976931348623157e308", "1e-400", "0e999999999", "1e22", "1e23", "123456789e-22",
      "0.1", "00000000000000000000000000.5", "9007199254740992e22", "9007199254740993e1", ".5", "5.",
    ]
    for _ in 0..<3_000 {
      let digits = (0...stream.integer(below: 22)).map { _ in String(stream.integer(below: 10)) }.joined()
      let point = stream.integer(below: digits.count + 1)
      texts.append(
        digits.prefix(point) + "." + digits.dropFirst(point) + "e" + String(stream.integer(below: 80) - 40))
    }
    let samples = try parse("1 " + texts.enumerated().map { "\($0 + 1):\($1)" }.joined(separator: " "))
    let wanted = try texts.map { try #require(strtod($0, nil)) }
    #expect(samples.features.storedValues.map(\.bitPattern) == wanted.map(\.bitPattern))
  }

  @Test("A line of a million features is as good as any") func longLine() throws {
    let samples = try parse("1 " + (1...1_000_000).map { "\($0):1" }.joined(separator: " "))
    #expect(samples.features.storedCount == 1_000_000)
    let long = "1 1:" + String(repeating: "1", count: 1_000_000)
    #expect(refusal { () throws(InputError) in _ = try parse(long) }?.location == "a.svm, line 1, column 5")
  }

  @Test("Damaged files are read or refused, never a stop", arguments: 0..<4) func damage(_ seed: UInt64) throws {
    let original = Array("+1 1:0.5 3:-2e-1 # c\n-1 2:1\r\n1 2:1e3 7:12345678901234567890.5\n\n0 1:1\n".utf8)
    var stream = testStream(seed)
    let pool = Array("0123456789:+-.eE #\n\r\tqid,nan".utf8) + [0, 0xEF, 0xBB, 0xBF, 0xFF, 0x1F, 0x8B]
    let (read, refused) = Damage.count(2_000, of: original, pool: pool, stream: &stream) { bytes throws(InputError) in
      try LabelledSamples(parsingLIBSVM: bytes, location: "d.svm")
    }
    #expect(read > 200 && refused > 200)
  }
}

/// Thousands of damaged texts, each read or refused as it should.
enum Damage {
  static func count(
    _ count: Int, of original: [UInt8], pool: [UInt8], stream: inout RandomStream,
    _ parse: ([UInt8]) throws(InputError) -> LabelledSamples
  ) -> (read: Int, refused: Int) {
    var (read, refused) = (0, 0)
    for _ in 0..<count {
      var bytes = original
      for _ in 0...stream.integer(below: 3) where !bytes.isEmpty {
        let place = stream.integer(below: bytes.count)
        switch stream.integer(below: 6) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(pool[stream.integer(below: pool.count)], at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + stream.integer(below: 12)))
        case 3: bytes.removeLast(stream.integer(below: bytes.count))
        case 4:
          let from = stream.integer(below: bytes.count)
          bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + stream.integer(below: 12))], at: place)
        default: bytes[place] = pool[stream.integer(below: pool.count)]
        }
      }
      do throws(InputError) {
        let samples = try parse(bytes)
        if samples.labels.isEmpty || samples.features.columnCount == 0
          || !(samples.labels + samples.features.storedValues).allSatisfy(\.isFinite)
        {
          Issue.record("\(samples)")
        }
        read += 1
      } catch {
        if error.location.isEmpty || error.expected.isEmpty || error.found.isEmpty { Issue.record("\(error)") }
        refused += 1
      }
    }
    return (read, refused)
  }
}
