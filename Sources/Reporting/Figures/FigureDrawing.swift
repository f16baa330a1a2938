import Formats

/// A format of printed figures.
public enum FigureFormat: String, Sendable, CaseIterable {
  case svg, pdf, png
}

/// Where a figure comes from, which its files say in their metadata.
public struct FigureOrigin: Sendable {
  /// The command that makes the figure again.
  public var command: String
  /// The version of the program.
  public var version: String

  /// Names an origin.
  public init(command: String, version: String) {
    self.command = command
    self.version = version
  }
}

/// A figure to be drawn at one width in some formats.
public struct FigureDrawing: Sendable {
  /// What is drawn.
  public var figure: Figure
  /// How wide.
  public var width: FigureWidth
  /// The formats.
  public var formats: [FigureFormat]
  /// The path of the files without their extensions.
  public var path: String
  /// What the files say of themselves.
  public var origin: FigureOrigin

  /// Describes a drawing.
  public init(_ figure: Figure, width: FigureWidth, formats: [FigureFormat], path: String, origin: FigureOrigin) {
    self.figure = figure
    self.width = width
    self.formats = formats
    self.path = path
    self.origin = origin
  }

  /// The path of the file in a format.
  func path(_ format: FigureFormat) -> String { "\(path).\(format.rawValue)" }

  /// A drawn file with what the figure is, the command that makes it and the name of its data; nil if the bytes are not of that format.
  func described(_ bytes: [UInt8], _ format: FigureFormat) -> [UInt8]? {
    let title = PlainText.of(figure.title)
    let caption = PlainText.of(figure.caption)
    let program = "Basin \(origin.version)"
    let data = "\(figure.name).csv"
    switch format {
    case .svg:
      let text = String(decoding: bytes, as: UTF8.self)
      guard let start = text.firstRange(of: "<title>")?.lowerBound, let end = text.firstRange(of: "</desc>")?.upperBound
      else { return nil }
      let head = """
        <title>\(HTML.escaped(title))</title>
        <desc>\(HTML.escaped(caption))</desc>
        <metadata>Made by \(HTML.escaped(program)) with: \(HTML.escaped(origin.command)). Data: \(HTML.escaped(data))</metadata>
        """
      // Fonts of like width, for machines without DejaVu Sans.
      let described = text.replacingCharacters(in: start..<end, with: head).replacing(
        "font-family=\"DejaVu Sans\"", with: "font-family=\"DejaVu Sans, Verdana, sans-serif\"")
      return Array(Self.withoutEmptyGroups(described).utf8)
    case .png:
      return PNGText.adding(
        ["Title": title, "Description": caption, "Software": program, "Source": origin.command, "Data": data], to: bytes
      )
    case .pdf:
      return PDFInformation.adding(
        [
          "Title": title, "Subject": caption, "Keywords": origin.command, "Creator": program, "Command": origin.command,
          "Data": data,
        ], to: Self.undated(bytes))
    }
  }

  /// An SVG text without the empty groups and lines that gnuplot writes between all that it draws: a map is a third shorter.
  private static func withoutEmptyGroups(_ text: String) -> String {
    var kept: [Substring] = []
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " || $0 == "\t" }
      if content.isEmpty { continue }
      if content == "</g>", let last = kept.last, last.hasPrefix("<g "), last.hasSuffix(">"), !last.contains("</") {
        kept.removeLast()
      } else {
        kept.append(content)
      }
    }
    return kept.joined(separator: "\n") + "\n"
  }

  /// A PDF file whose date of creation is a fixed one of the same length.
  private static func undated(_ file: [UInt8]) -> [UInt8] {
    let date = Array("19700101000000".utf8)
    guard let start = file.firstRange(of: Array("/CreationDate (D:".utf8))?.upperBound, start + date.count <= file.count
    else { return file }
    var bytes = file
    bytes.replaceSubrange(start..<start + date.count, with: date)
    return bytes
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
