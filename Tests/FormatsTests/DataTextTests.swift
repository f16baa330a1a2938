import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

@Suite("Compressed data files") struct DataTextTests {
  private let scratch = ScratchFolder()
  private let text = "1 1:0.5\n-1 2:3\n"
  /// `printf '1 1:0.5\n-1 2:3\n' | gzip -n`.
  private let small: [UInt8] = Array(
    Data(base64Encoded: "H4sIAAAAAAAAAzNUMLQy0DPl0jVUMLIy5gIA8XVvAA8AAAA=") ?? Data())

  @Test("A gzip file is its text, whatever it is called") func transparent() throws {
    for name in ["a.svm.gz", "a.svm"] {
      let path = scratch.file(name)
      try AtomicFile.write(small, to: path)
      #expect(try LabelledSamples.readLIBSVM(path).labels == [1, -1])
    }
    try AtomicFile.write(Array(text.utf8), to: scratch.file("plain.gz"))
    #expect(try LabelledSamples.readLIBSVM(scratch.file("plain.gz")).labels == [1, -1])
    // Several members, as `cat a.gz b.gz` makes them.
    #expect(try DataText.inflated(small + small, location: "a") == Array((text + text).utf8))
  }

  @Test("Every truncation is an error, and no flipped bit of the data gives another text") func damage() throws {
    #expect(try DataText.inflated(small, location: "a") == Array(text.utf8))
    for length in 2..<small.count {
      #expect(
        refusal { () throws(InputError) in
          _ = try DataText.inflated(Array(small[..<length]), location: "a")
        }?.found == "one that is cut off", "\(length)")
    }
    var refused = 0
    for place in 10..<small.count {
      for bit in 0..<8 {
        var bytes = small
        bytes[place] ^= 1 << bit
        // A few bits between the data and the checksum mean nothing.
        do throws(InputError) {
          #expect(try DataText.inflated(bytes, location: "a") == Array(text.utf8))
        } catch { refused += 1 }
      }
    }
    #expect(refused >= 8 * (small.count - 10) - 7)
    #expect(
      refusal { () throws(InputError) in _ = try DataText.inflated(small + [1, 2, 3], location: "a") }?.expected
        == "a sound gzip file")
  }

  @Test("A small file that inflates beyond all bounds is refused") func bomb() throws {
    #expect(
      refusal { () throws(InputError) in _ = try DataText.inflated(small, location: "a", limit: 14) }
        == InputError(
          "a", expected: "at most 14 bytes of text, inflated", found: "more", advice: "Take a part of the samples."))
    #expect(try DataText.inflated(small, location: "a", limit: 15).count == 15)
    let path = scratch.file("plain")
    try AtomicFile.write(Array(text.utf8), to: path)
    #expect(refusal { () throws(InputError) in _ = try DataText.read(path, limit: 14) }?.location == path)
    #expect(try DataText.read(path, limit: 15).count == 15)
    #expect(refusal { () throws(InputError) in _ = try DataText.read(scratch.file("none")) } != nil)
  }
}
