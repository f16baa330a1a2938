/// Words inside of a PDF file, which viewers show as its properties (ISO 32000-1, 14.3.3).
public enum PDFInformation {
  /// The file with a document information dictionary, appended as the format's incremental update; nil if the bytes are no PDF file
  /// whose end can be read.
  ///
  /// - Parameter entries: names and what each says, in any script. The format names `Title`, `Subject`, `Keywords` and `Creator`, among
  ///   others; names of one's own are allowed.
  public static func adding(_ entries: KeyValuePairs<String, String>, to file: [UInt8]) -> [UInt8]? {
    guard file.starts(with: "%PDF-".utf8), let start = number(after: "startxref", in: file[...]),
      start < file.count
    else { return nil }
    let end = file[start...]
    let isTable = end.starts(with: "xref".utf8)
    // A cross-reference stream has the trailer's entries in its own dictionary.
    guard let root = reference(after: "/Root", in: end), let size = number(after: "/Size", in: end) else { return nil }
    var output = file
    if output.last != UInt8(ascii: "\n") { output.append(UInt8(ascii: "\n")) }
    let place = output.count
    let words = entries.map { "/\($0.key) \(string($0.value))" }
    output += "\(size) 0 obj\n<< \(words.joined(separator: "\n   "))\n>>\nendobj\n".utf8
    let table = output.count
    if isTable {
      output += "xref\n\(size) 1\n\(padded(place, 10)) 00000 n \ntrailer\n".utf8
      output += "<< /Size \(size + 1) /Root \(root) /Info \(size) 0 R /Prev \(start) >>\n".utf8
    } else {
      // One row for the dictionary, one for this stream itself: kind 1, place in four bytes, generation 0.
      let rows = [place, table].flatMap { offset -> [UInt8] in
        [1] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: offset >> $0) } + [0]
      }
      output += "\(size + 1) 0 obj\n<< /Type /XRef /Size \(size + 2) /Index [ \(size) 2 ] /W [ 1 4 1 ]".utf8
      output += " /Root \(root) /Info \(size) 0 R /Prev \(start) /Length \(rows.count) >>\nstream\n".utf8
      output += rows + Array("\nendstream\nendobj\n".utf8)
    }
    output += "startxref\n\(table)\n%%EOF\n".utf8
    return output
  }

  /// UTF-16 with a byte order mark, in hexadecimal digits: every character, and nothing to escape.
  private static func string(_ text: String) -> String {
    let digits = text.utf16.map { unit in
      let digits = String(unit, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "<FEFF\(digits.joined())>"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }

  /// The whole number after the last occurrence of a word.
  private static func number(after word: String, in bytes: ArraySlice<UInt8>) -> Int? {
    fields(after: word, in: bytes).first.flatMap { Int($0) }
  }

  /// The reference after the last occurrence of a word, such as `13 0 R`.
  private static func reference(after word: String, in bytes: ArraySlice<UInt8>) -> String? {
    let fields = fields(after: word, in: bytes)
    guard fields.count == 3, Int(fields[0]) != nil, Int(fields[1]) != nil, fields[2].first == "R" else { return nil }
    return "\(fields[0]) \(fields[1]) R"
  }

  /// The first three words after the last occurrence of a word.
  private static func fields(after word: String, in bytes: ArraySlice<UInt8>) -> [String] {
    let pattern = Array(word.utf8)
    var last: Int?
    var place = bytes.endIndex - pattern.count
    while place >= bytes.startIndex, last == nil {
      if bytes[place] == pattern[0], bytes[place...].starts(with: pattern) { last = place }
      place -= 1
    }
    guard let last else { return [] }
    let text = String(decoding: bytes[(last + pattern.count)...].prefix(64), as: UTF8.self)
    return text.split(maxSplits: 3, whereSeparator: \.isWhitespace).prefix(3).map(String.init)
  }
}
