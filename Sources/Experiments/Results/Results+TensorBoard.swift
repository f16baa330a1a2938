import Formats
import Numerics

extension Results {
  /// Writes event files as TensorBoard reads them: a run for each trial that came to an end, named by the settings that differ and
  /// the trial's number, `optimizer.batch=5,trial=0`, and by its state where its measurements do not count, `…,diverged`.
  ///
  /// A run has its series as scalars under their names, and at its last step its measurements as `final/NAME`, with
  /// `final/NAME.standardError` where there is one, and `final/steps`. The HParams dashboard gets the columns of the settings; the trials of a
  /// configuration are one group there, and those that died, diverged or failed are groups of their own. The same trials
  /// give the same bytes. Memory: the names of the runs, however long the series are.
  ///
  /// - Parameters:
  ///   - path: the folder; what an earlier export wrote there is replaced, whole, and a folder with anything else is refused.
  ///   - trials: trials with this number or a larger one are left out; none, if nil.
  /// - Throws: `InputError` of the folder, a file or the store.
  public func writeEvents(to path: String, trials: Int? = nil) throws(InputError) {
    let names = runNames
    var folder = try EventFolder(path)
    for (place, configuration) in configurations.enumerated() {
      let settings = zip(settingNames, settings[place]).compactMap { name, value in
        value.map { (name: name, value: $0) }
      }
      let group = String(configuration.hash.prefix(12))
      try store.forEachTrial(of: configuration) { trial throws(InputError) in
        guard trial.key.trial < trials ?? .max else { return }
        let state = trial.state.isSound ? "" : ",\(trial.state.name)"
        var run = try folder.begin("\(names[place])trial=\(trial.key.trial)\(state)")
        try run.beginSession(group: group + state, settings: settings)
        try store.forEachChunk(of: trial.key, configuration) { chunk throws(InputError) in
          for (point, step) in chunk.steps.enumerated() {
            try run.write(
              step: step, zip(configuration.seriesNames, chunk.values).map { (tag: $0, value: $1[point]) })
          }
        }
        let finals = Self.finals(of: trial, configuration)
        if !finals.isEmpty { try run.write(step: trial.steps, finals) }
        try run.endSession(step: trial.steps, succeeded: trial.state.isSound)
        try run.finish()
      }
    }
    try folder.finish()
  }

  /// The measurements at the end; none for a failed trial.
  private static func finals(
    of trial: StoredTrial, _ configuration: Store.StoredConfiguration
  ) -> [(tag: String, value: Double)] {
    guard trial.state != .failed else { return [] }
    var scalars = [(tag: "final/steps", value: Double(trial.steps))]
    for (name, value) in zip(configuration.finalNames, trial.finals) where name != "steps" {
      scalars.append((tag: "final/\(name)", value: value))
    }
    for (name, error) in zip(configuration.finalNames, trial.errors) where !error.isNaN {
      scalars.append((tag: "final/\(name).standardError", value: error))
    }
    return scalars
  }

  /// Longer names are cut: a file's name has at most 255 bytes.
  private static let longestName = 180

  /// What the names of a configuration's runs begin with: settings with a comma behind each. Where that was cut, or where characters that
  /// a file's name should not have made two of them equal, the configuration's hash follows.
  private var runNames: [String] {
    let columns = settingNames.indices.filter { column in Set(settings.map { $0[column] }).count > 1 }
    let names = settings.map { values in
      columns.map { column -> String in
        guard let value = values[column] else { return "" }
        return "\(settingNames[column])=\(ResultCell(value).text),".replacingUnsafeCharacters
      }.joined()
    }
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    return zip(names, configurations).map { name, configuration in
      guard name.count > Self.longestName || counts[name] != 1 else { return name }
      return "\(name.prefix(Self.longestName))\(configuration.hash.prefix(12)),"
    }
  }
}

extension String {
  /// With `_` for all that is not a letter or digit of ASCII or one of `.,=+-[]`.
  fileprivate var replacingUnsafeCharacters: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          let isPlain = scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          return isPlain || ".,=+-[]".unicodeScalars.contains(scalar) ? scalar : "_"
        }))
  }
}
