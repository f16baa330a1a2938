import Numerics

extension LabelledSamples {
  /// Reads a file in LIBSVM's text format, plain or compressed with gzip: see ``init(parsingLIBSVM:location:)``.
  ///
  /// Memory: the text, at most 1 GiB, and 12 bytes a stored entry, of which there may be ``largestEntryCount``.
  ///
  /// - Throws: ``InputError`` naming the path, and line and column for what is wrong inside.
  public static func readLIBSVM(_ path: String) throws(InputError) -> LabelledSamples {
    try LabelledSamples(parsingLIBSVM: try DataText.read(path), location: path)
  }

  /// Parses lines `label index:value index:value …`, with indices from 1 that ascend in a line, as sparse rows.
  ///
  /// What a line leaves out is 0. `#` begins a comment; empty lines are skipped. There are as many columns as the largest index
  /// says.
  ///
  /// - Throws: ``InputError`` at `location` with line and column: no label or more than one, `qid:`, an index that is not whole,
  ///   0, too large or not ascending, a value that is not a finite decimal number; no sample, or no feature in any.
  public init(parsingLIBSVM bytes: [UInt8], location: String) throws(InputError) {
    self = try NumberScanner.scan(bytes, location: location) { (scanner) throws(InputError) in
      var parser = LIBSVMParser(scanner: scanner)
      return try parser.samples()
    }
  }
}

private struct LIBSVMParser {
  var scanner: NumberScanner
  var labels: [Double] = []
  var starts = [0]
  var columns: [Int32] = []
  var values: [Double] = []
  var columnCount = 0

  init(scanner: NumberScanner) { self.scanner = scanner }

  mutating func samples() throws(InputError) -> LabelledSamples {
    while true {
      skipBlanks()
      if scanner.current == UInt8(ascii: "#") { scanner.skipRestOfLine() }
      if scanner.isAtLineEnd {
        if scanner.isAtEnd { break }
        scanner.skipLineEnd()
      } else {
        labels.append(try label())
        try features()
        starts.append(values.count)
      }
    }
    guard !labels.isEmpty, columnCount > 0 else {
      throw InputError(
        scanner.location, expected: "lines \"label index:value …\"",
        found: scanner.end == 0 ? "an empty file" : labels.isEmpty ? "no sample" : "no feature in any")
    }
    return LabelledSamples(
      features: FeatureRows(columnCount: columnCount, starts: starts, columns: columns, values: values),
      labels: labels)
  }

  private mutating func label() throws(InputError) -> Double {
    let begin = scanner.place
    let value = scanner.number()
    guard let value, isAtTokenEnd, value.isFinite else {
      let token = token(from: begin)
      let text = scanner.quoted(token)
      if contains(":", token) {
        throw scanner.problem("a label, then features index:value", at: begin, found: "no label before \(text)")
      }
      throw scanner.problem(
        "a finite number as the label", at: begin, found: text,
        advice: contains(",", token) ? "Samples with several labels cannot be used: keep one." : "")
    }
    return value
  }

  /// The features of a line, up to its end.
  private mutating func features() throws(InputError) {
    var last = 0
    while true {
      skipBlanks()
      let begin = scanner.place
      guard let index = scanner.wholeNumber() else {
        if scanner.current == UInt8(ascii: "#") { scanner.skipRestOfLine() }
        if scanner.isAtLineEnd { return }
        throw strangeFeature(begin)
      }
      guard scanner.current == UInt8(ascii: ":") else { throw strangeFeature(begin) }
      guard index > last, index <= LabelledSamples.largestEntryCount else { throw strangeIndex(index, last, begin) }
      scanner.place += 1
      let valuePlace = scanner.place
      guard let value = scanner.number(), isAtTokenEnd, value.isFinite else {
        let token = token(from: valuePlace)
        throw scanner.problem(
          "a finite number as the value of feature \(index)", at: valuePlace,
          found: token.isEmpty ? "nothing" : scanner.quoted(token))
      }
      guard values.count < LabelledSamples.largestEntryCount else {
        throw LabelledSamples.tooManyEntries(scanner.location)
      }
      columns.append(Int32(index - 1))
      values.append(value)
      last = index
      columnCount = max(columnCount, index)
    }
  }

  private func strangeFeature(_ begin: Int) -> InputError {
    let token = token(from: begin)
    let text = scanner.quoted(token)
    if text.hasPrefix("\"qid:") {
      return scanner.problem(
        "features index:value", at: begin, found: "a query, \(text)",
        advice: "Rankings cannot be learned here: take the qid: entries away.")
    }
    return scanner.problem("a feature index:value, the index a whole number from 1", at: begin, found: text)
  }

  private func strangeIndex(_ index: Int, _ last: Int, _ begin: Int) -> InputError {
    if index == 0 {
      return scanner.problem(
        "indices from 1", at: begin, found: "0", advice: "If the file counts from 0, write it again counting from 1.")
    }
    guard index > last else {
      return scanner.problem("ascending indices, here above \(last)", at: begin, found: "\(index)")
    }
    return scanner.problem(
      "an index of at most \(LabelledSamples.largestEntryCount)", at: begin,
      found: index == .max ? scanner.quoted(begin..<scanner.place) : "\(index)")
  }

  @inline(__always) private mutating func skipBlanks() {
    while scanner.current == UInt8(ascii: " ") || scanner.current == UInt8(ascii: "\t") { scanner.place += 1 }
  }

  @inline(__always) private var isAtTokenEnd: Bool {
    switch scanner.current {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "#"): true
    default: scanner.isAtLineEnd
    }
  }

  /// The bytes from a place up to the next blank or the end of the line.
  private func token(from begin: Int) -> Range<Int> {
    var rest = self
    rest.scanner.place = begin
    while !rest.isAtTokenEnd { rest.scanner.place += 1 }
    return begin..<rest.scanner.place
  }

  private func contains(_ character: Unicode.Scalar, _ range: Range<Int>) -> Bool {
    range.contains { scanner.base[$0] == UInt8(ascii: character) }
  }
}
