import CZlib
import Foundation
import Testing

@testable import Formats

@Suite("Words inside of pictures, and gzip")
struct PictureFileTests {
  /// The smallest picture: one grey pixel.
  private var png: [UInt8] {
    func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
      let body = Array(name.utf8) + content
      let checksum = UInt32(crc32_z(0, body, body.count))
      func bytes(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
      return bytes(UInt32(content.count)) + body + bytes(checksum)
    }
    let header = chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + header + chunk("IEND", [])
  }

  @Test("A text stands after the header, with its checksum, and leaves the rest as it was") func pngText() throws {
    let described = try #require(PNGText.adding(["Source": "basin figure η"], to: png))
    #expect(described.starts(with: png[..<33]) && described.suffix(12).elementsEqual(png.suffix(12)))
    let chunk = described[33..<(described.count - 12)]
    let text = Array("Source\0\0\0\0\0basin figure η".utf8)
    #expect(Array(chunk.prefix(8)) == [0, 0, 0, UInt8(text.count)] + Array("iTXt".utf8))
    #expect(Array(chunk.dropFirst(8).dropLast(4)) == text)
    let body = Array(chunk.dropFirst(4).dropLast(4))
    let checksum = chunk.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(checksum == UInt32(crc32_z(0, body, body.count)))
    #expect(PNGText.adding(["a": "b"], to: Array(png.prefix(20))) == nil)
    #expect(PNGText.adding(["a": "b"], to: Array("%PDF-1.5".utf8)) == nil)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("A PDF file with a table gets a dictionary and a table that names the earlier one") func pdfTable() throws {
    let head = "%PDF-1.5\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    let file =
      head + "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2\n   /Root 1 0 R\n>>\n"
      + "startxref\n\(head.utf8.count)\n%%EOF\n"
    let described = text(try #require(PDFInformation.adding(["Title": "A η"], to: Array(file.utf8))))
    #expect(described.hasPrefix(file))
    #expect(described.contains("2 0 obj\n<< /Title <FEFF0041002003B7>\n>>\nendobj\n"))
    #expect(described.contains("<< /Size 3 /Root 1 0 R /Info 2 0 R /Prev \(head.utf8.count) >>"))
    let offset = try #require(described.firstRange(of: "2 0 obj")).lowerBound
    let place = described.utf8.distance(from: described.startIndex, to: offset)
    let digits = String(place)
    #expect(described.contains("xref\n2 1\n\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n"))
  }

  @Test("A PDF file with a stream of references gets another stream") func pdfStream() throws {
    let head = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    let file =
      head + "2 0 obj\n<< /Type /XRef /Size 3 /W [ 1 2 1 ] /Root 1 0 R /Length 12 >>\nstream\n............\nendstream\n"
      + "endobj\nstartxref\n\(head.utf8.count)\n%%EOF\n"
    let bytes = try #require(PDFInformation.adding(["Title": "A"], to: Array(file.utf8)))
    let start = try #require(bytes.firstRange(of: Array("4 0 obj\n<< /Type /XRef /Size 5 /Index [ 3 2 ]".utf8)))
      .lowerBound
    #expect(text(bytes).hasSuffix("startxref\n\(start)\n%%EOF\n"))
    let stream = try #require(bytes.firstRange(of: Array("/Length 12 >>\nstream\n".utf8), after: start)).upperBound
    let rows = Array(bytes[stream..<(stream + 12)])
    let dictionary = try #require(bytes.firstRange(of: Array("3 0 obj\n".utf8))).lowerBound
    func row(_ place: Int) -> [UInt8] { [1] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: place >> $0) } + [0] }
    #expect(rows == row(dictionary) + row(start))
  }

  @Test(
    "What is no whole PDF file is refused", arguments: ["", "%PDF-1.5", "%PDF-1.5\nstartxref\n9999\n%%EOF", "<svg/>"])
  func noPDF(file: String) {
    #expect(PDFInformation.adding(["Title": "A"], to: Array(file.utf8)) == nil)
  }

  @Test("What gzip packs is unpacked by others, and is the same bytes again", arguments: [0, 1, 1_000, 300_000])
  func gzip(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
    let packed = Gzip.compressed(bytes)
    #expect(packed == Gzip.compressed(bytes) && packed.starts(with: [0x1F, 0x8B]))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/gzip")
    process.arguments = ["-dc"]
    let file = FileManager.default.temporaryDirectory.appending(path: "basin-\(UUID().uuidString).gz")
    try Data(packed).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let unpacked = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && Array(unpacked) == bytes)
  }
}

extension [UInt8] {
  /// The first place of a pattern at or after an index.
  fileprivate func firstRange(of pattern: [UInt8], after start: Int) -> Range<Int>? {
    self[start...].firstRange(of: pattern)
  }
}
