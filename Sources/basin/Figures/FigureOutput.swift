import Formats
import Numerics
import Reporting

/// Where a figure goes: files of one name, in one or several formats, with the data beside them.
struct FigureOutput {
  /// The path without an extension.
  let path: String
  let formats: [FigureFormat]

  /// The last part of the path.
  var name: String { String(path.split(separator: "/").last ?? "figure") }

  /// The figure's files, then that of its data.
  var files: [String] { formats.map { "\(path).\($0.rawValue)" } + ["\(path).csv"] }

  /// Sorts the paths that were asked for by name; all formats for a path without an extension.
  ///
  /// - Throws: `InputError` for an extension that is no format, and for a path that ends in a slash.
  static func sorted(_ paths: [String]) throws(InputError) -> [FigureOutput] {
    var names: [String] = []
    var formats: [String: Set<FigureFormat>] = [:]
    for path in paths {
      let (name, format) = try parts(path)
      if formats[name] == nil { names.append(name) }
      formats[name, default: []].formUnion(format.map { [$0] } ?? FigureFormat.allCases)
    }
    return names.map { name in
      FigureOutput(path: name, formats: FigureFormat.allCases.filter { formats[name]?.contains($0) ?? false })
    }
  }

  private static func parts(_ path: String) throws(InputError) -> (name: String, format: FigureFormat?) {
    let file = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let known = FigureFormat.allCases.map(\.rawValue)
    let expected = "a file that ends in \(known.map { ".\($0)" }.joined(separator: ", ")), or a name without an ending"
    let dot = file.lastIndex(of: ".")
    let stem = file[..<(dot ?? file.endIndex)]
    guard !stem.isEmpty else { throw InputError("basin figure --out", expected: expected, found: "\"\(path)\"") }
    guard let dot else { return (path, nil) }
    let ending = String(file[file.index(after: dot)...])
    guard let format = FigureFormat(rawValue: ending) else {
      throw InputError(
        "basin figure --out", expected: expected, found: "\"\(path)\"",
        advice: Suggestion.closest(to: ending, among: known).map { "Did you mean \"\(stem).\($0)\"?" } ?? "")
    }
    return (String(path.dropLast(ending.count + 1)), format)
  }

  /// Finds out before the work whether the files can be written.
  func check() throws(InputError) {
    for file in files { try AtomicFile.check(file) }
  }
}
