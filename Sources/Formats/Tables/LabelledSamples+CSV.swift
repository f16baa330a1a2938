import Numerics

extension LabelledSamples {
  /// Reads a CSV file of numbers, plain or compressed with gzip: see ``init(parsingCSV:options:location:)``.
  ///
  /// Memory: the text, at most 1 GiB, and 8 bytes a cell, of which there may be ``largestEntryCount``.
  ///
  /// - Throws: ``InputError`` naming the path, and line and column for what is wrong inside.
  public static func readCSV(
    _ path: String, options: CSVOptions = CSVOptions()
  ) throws(InputError) -> LabelledSamples {
    try LabelledSamples(parsingCSV: try DataText.read(path), options: options, location: path)
  }

  /// Parses lines of numbers as dense rows, one column of which holds the labels.
  ///
  /// Numbers may stand in double quotes, with blanks around them. Lines with nothing but blanks are skipped.
  ///
  /// - Throws: ``InputError`` at `location` with line and column: an empty cell, a cell that is not a finite decimal number, a
  ///   line that is longer or shorter than the first; a target column that is not there; a first line of which one cannot say
  ///   whether it holds names; fewer than two columns, or no sample.
  public init(
    parsingCSV bytes: [UInt8], options: CSVOptions = CSVOptions(), location: String
  ) throws(InputError) {
    self = try NumberScanner.scan(bytes, location: location) { (scanner) throws(InputError) in
      var parser = CSVParser(scanner: scanner, options: options)
      return try parser.samples()
    }
  }
}

private struct CSVParser {
  var scanner: NumberScanner
  let options: CSVOptions
  var separator = UInt8(ascii: ",")
  var names: [String] = []
  var columnCount = 0
  var values: [Double] = []
  var labels: [Double] = []

  /// A cell of the first line.
  private enum Cell {
    case number
    case text(String)
  }

  init(scanner: NumberScanner, options: CSVOptions) {
    self.scanner = scanner
    self.options = options
  }

  mutating func samples() throws(InputError) -> LabelledSamples {
    skipEmptyLines()
    guard !scanner.isAtEnd else {
      throw InputError(
        scanner.location, expected: "lines of numbers", found: scanner.end == 0 ? "an empty file" : "empty lines")
    }
    separator = (options.separator ?? detectedSeparator).byte
    let begin = scanner.place
    let cells = try firstLine()
    columnCount = cells.count
    guard columnCount >= 2 else {
      throw scanner.problem(
        "two columns or more, one of them the target", at: begin, found: "one",
        advice: "If there are more, say what separates them: a comma, a semicolon or a tab.")
    }
    if try isHeader(cells, at: begin) {
      names = cells.enumerated().map { if case .text(let name) = $1 { name } else { "column \($0 + 1)" } }
    } else {
      scanner.place = begin
    }
    let target = try target()
    skipEmptyLines()
    while !scanner.isAtEnd {
      try line(target: target)
      skipEmptyLines()
    }
    guard !labels.isEmpty else {
      throw InputError(scanner.location, expected: "lines of numbers", found: "a header alone")
    }
    var samples = LabelledSamples(
      features: FeatureRows(Matrix(rows: labels.count, columns: columnCount - 1, storage: values)), labels: labels)
    if !names.isEmpty {
      samples.labelName = names.remove(at: target)
      samples.featureNames = names
    }
    return samples
  }

  /// The numbers of a line; goes to its end.
  private mutating func line(target: Int) throws(InputError) {
    guard values.count <= LabelledSamples.largestEntryCount - columnCount else {
      throw LabelledSamples.tooManyEntries(scanner.location)
    }
    for column in 0..<columnCount {
      let value = try number(column)
      if column == target { labels.append(value) } else { values.append(value) }
      if column < columnCount - 1 {
        guard scanner.current == separator else { throw ragged("\(column + 1)") }
        scanner.place += 1
      }
    }
    guard scanner.isAtLineEnd else { throw ragged("more") }
  }

  /// The number in a cell; goes to the cell's end.
  private mutating func number(_ column: Int) throws(InputError) -> Double {
    let begin = scanner.place
    skipBlanks()
    let isQuoted = scanner.current == UInt8(ascii: "\"")
    if isQuoted {
      scanner.place += 1
      skipBlanks()
    }
    let value = scanner.number()
    if isQuoted {
      skipBlanks()
      // Without its closing quote the cell's end is not where it seems to be.
      if scanner.current == UInt8(ascii: "\"") { scanner.place += 1 } else { throw strangeCell(column, begin) }
    }
    skipBlanks()
    guard let value, isAtCellEnd, value.isFinite else { throw strangeCell(column, begin) }
    return value
  }

  // MARK: - The first line

  /// What the first line seems to be separated by, quoted text left aside.
  private var detectedSeparator: CSVOptions.Separator {
    var seen: Set<UInt8> = []
    var isQuoted = false
    var rest = scanner
    while !rest.isAtLineEnd {
      if rest.current == UInt8(ascii: "\"") { isQuoted.toggle() } else if !isQuoted { seen.insert(rest.current) }
      rest.place += 1
    }
    return [.tab, .semicolon].first { seen.contains($0.byte) } ?? .comma
  }

  /// The cells of the first line, names or numbers; goes to its end.
  private mutating func firstLine() throws(InputError) -> [Cell] {
    var cells: [Cell] = []
    while true {
      skipBlanks()
      cells.append(try cell())
      skipBlanks()
      if scanner.isAtLineEnd { return cells }
      guard scanner.current == separator else {
        throw scanner.problem(
          "the end of the cell", at: scanner.place, found: "more text behind its closing quote")
      }
      scanner.place += 1
    }
  }

  /// A name or a number, which may be quoted.
  private mutating func cell() throws(InputError) -> Cell {
    let begin = scanner.place
    guard scanner.current == UInt8(ascii: "\"") else {
      while !isAtCellEnd { scanner.place += 1 }
      let range = begin..<scanner.place
      return holdsNumber(range) ? .number : .text(trimmed(range))
    }
    scanner.place += 1
    var bytes: [UInt8] = []
    while true {
      guard !scanner.isAtLineEnd else {
        throw scanner.problem("a closing quote on the line", at: begin, found: "none")
      }
      if scanner.current == UInt8(ascii: "\"") {
        scanner.place += 1
        // A doubled quote is a quote.
        guard scanner.current == UInt8(ascii: "\"") else { break }
      }
      bytes.append(scanner.current)
      scanner.place += 1
    }
    if holdsNumber((begin + 1)..<(scanner.place - 1)) { return .number }
    return .text(String(decoding: bytes, as: UTF8.self))
  }

  private func isHeader(_ cells: [Cell], at begin: Int) throws(InputError) -> Bool {
    if let stated = options.hasHeader { return stated }
    let texts = cells.compactMap { if case .text(let text) = $0 { text } else { nil } }
    guard let text = texts.first else { return false }
    guard texts.count < cells.count else { return true }
    throw scanner.problem(
      "names alone or numbers alone in the first line", at: begin,
      found: "both, such as \(text.isEmpty ? "an empty cell" : JSON.string(String(text.prefix(40))).text)",
      advice: "If it is a header, say so; if it is not, only numbers can be used.")
  }

  /// The target's place among the columns.
  private func target() throws(InputError) -> Int {
    switch options.target {
    case .last: return columnCount - 1
    case .column(let number):
      guard (1...columnCount).contains(number) else {
        throw InputError(
          scanner.location, expected: "a target column from 1 to \(columnCount)", found: "\(number)")
      }
      return number - 1
    case .named(let name):
      let places = names.indices.filter { names[$0] == name }
      guard let place = places.first, places.count == 1 else {
        throw InputError(
          scanner.location, expected: "one column with the target's name",
          found: places.isEmpty
            ? names.isEmpty ? "no header" : "no \(JSON.string(name).text)" : "\(places.count) of them",
          advice: names.isEmpty || !places.isEmpty
            ? "Say the number of the column." : Suggestion.sentence(for: name, among: names))
      }
      return place
    }
  }

  // MARK: - What is wrong

  private func strangeCell(_ column: Int, _ begin: Int) -> InputError {
    var rest = self
    rest.scanner.place = begin
    rest.skipBlanks()
    let start = rest.scanner.place
    var isQuoted = false
    while !rest.scanner.isAtLineEnd, isQuoted || !rest.isAtCellEnd {
      if rest.scanner.current == UInt8(ascii: "\"") { isQuoted.toggle() }
      rest.scanner.place += 1
    }
    let range = start..<rest.scanner.place
    let name = names.isEmpty ? "column \(column + 1)" : "\(JSON.string(names[column]).text)"
    let text = trimmed(range)
    let isDecimalComma = separator != UInt8(ascii: ",") && text.contains(",")
    return scanner.problem(
      "a finite number in each cell, here of \(name)", at: start,
      found: text.isEmpty || text == "\"\"" ? "an empty cell" : scanner.quoted(range),
      advice: isDecimalComma ? "Write decimal points, not commas." : "")
  }

  private func ragged(_ found: String) -> InputError {
    scanner.problem("\(columnCount) cells, as in the first line", at: scanner.place, found: found)
  }

  // MARK: - Blanks

  private mutating func skipEmptyLines() {
    while true {
      let begin = scanner.place
      skipBlanks()
      guard scanner.isAtLineEnd else {
        scanner.place = begin
        return
      }
      if scanner.isAtEnd { return }
      scanner.skipLineEnd()
    }
  }

  @inline(__always) private mutating func skipBlanks() {
    while isBlank(scanner.current) { scanner.place += 1 }
  }

  /// A tab is no blank where it separates.
  @inline(__always) private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && separator != byte)
  }

  @inline(__always) private var isAtCellEnd: Bool { scanner.current == separator || scanner.isAtLineEnd }

  private func holdsNumber(_ range: Range<Int>) -> Bool {
    var inside = scanner
    inside.place = range.lowerBound
    while inside.place < range.upperBound, isBlank(inside.current) { inside.place += 1 }
    guard inside.number() != nil, inside.place <= range.upperBound else { return false }
    return (inside.place..<range.upperBound).allSatisfy { isBlank(scanner.base[$0]) }
  }

  private func trimmed(_ range: Range<Int>) -> String {
    var range = range
    while let last = range.last, isBlank(scanner.base[last]) { range.removeLast() }
    return String(
      decoding: UnsafeBufferPointer(start: scanner.base + range.lowerBound, count: range.count), as: UTF8.self)
  }
}
