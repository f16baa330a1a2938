import Formats
import Numerics

extension DataCommand {
  /// The data sets that can be fetched, for the help.
  static var dataSets: String {
    let width = PublishedDataSet.all.map(\.name.count).max() ?? 0
    return PublishedDataSet.all.map { "  \($0.name.padded(to: width))  \($0.title)" }.joined(separator: "\n")
  }

  /// `basin data fetch`.
  static func fetch(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let names = PublishedDataSet.all.map(\.name)
    guard command.operands.count == 2 else {
      throw InputError(
        "basin data fetch", expected: "one data set: \(names.joined(separator: " or "))",
        found: command.operands.count == 1 ? "none" : "\(command.operands.count - 1)")
    }
    let name = command.operands[1]
    guard let dataSet = PublishedDataSet.all.first(where: { $0.name == name }) else {
      throw InputError(
        "basin data fetch", expected: "a data set", found: "\"\(name)\"",
        advice: Suggestion.sentence(for: name, among: names))
    }
    let mirrors = try command.values["--from"].map { url throws(InputError) in [try checked(url)] } ?? dataSet.mirrors
    let output = try Output(command)
    let folder = command.values["--out"] ?? dataSet.name
    try Folder.makeWritable(folder)
    Interruption.listen()
    var summary = FetchSummary(dataSet: dataSet.name, folder: folder)
    for (place, file) in dataSet.files.enumerated() {
      var line = ProgressLine(unit: "kB", isQuiet: command.values["--quiet"] != nil)
      var fetch = FileFetch(file, mirrors: mirrors, folder: folder)
      var begun: Int?
      let outcome: FileFetch.Outcome
      do throws(InputError) {
        outcome = try fetch.run { bytes in
          begun = begun ?? bytes
          let note = "\(file.name) (\(place + 1) of \(dataSet.files.count))"
          // A copy that was compressed again may be larger than what was published.
          line.show(
            min(bytes, file.byteCount) / 1_000, of: file.byteCount / 1_000, note: note,
            done: (bytes - (begun ?? 0)) / 1_000)
          return !Interruption.isRequested
        }
      } catch {
        line.end()
        throw error
      }
      line.end()
      if case .interrupted(let kept) = outcome {
        Terminal.note("basin: stopped; \(kept) bytes of \(file.name) are kept: the same command goes on.")
        return RunCommand.stoppedStatus
      }
      summary.add(file, outcome)
    }
    try output.deliver(summary, text: summary.text)
    return 0
  }

  private static func checked(_ url: String) throws(InputError) -> String {
    guard ["http://", "https://", "file:///"].contains(where: url.lowercased().hasPrefix) else {
      throw InputError(
        "basin data fetch --from", expected: "a URL that begins with https://, http:// or file:///",
        found: "\"\(url)\"", advice: "It names the folder that holds the files.")
    }
    return url
  }
}

/// What `basin data fetch` did; its JSON contract.
private struct FetchSummary: Encodable {
  var dataSet: String
  var folder: String
  var files: [File] = []

  struct File: Encodable {
    var name: String
    var path: String
    /// SHA-256 as published, against which the file, or what it inflates to, was held.
    var sha256: String
    /// Whether it was there already.
    var wasPresent: Bool
    var url: String?
    var resumedFrom: Int?
  }

  init(dataSet: String, folder: String) {
    self.dataSet = dataSet
    self.folder = folder
  }

  mutating func add(_ file: PublishedFile, _ outcome: FileFetch.Outcome) {
    var entry = File(
      name: file.name, path: "\(folder)/\(file.name)", sha256: file.checksum, wasPresent: outcome == .present)
    if case .fetched(let url, let resumedFrom) = outcome {
      entry.url = url
      entry.resumedFrom = resumedFrom
    }
    files.append(entry)
  }

  var text: String {
    let width = files.map(\.path.count).max() ?? 0
    return files.map { file in
      let resumption = file.resumedFrom.map { $0 > 0 ? ", from byte \($0) on" : "" } ?? ""
      let origin = file.url.map { "from \($0)\(resumption)" } ?? "was there already"
      return "\(file.path.padded(to: width))  as published, \(origin)\n"
    }.joined()
  }
}
