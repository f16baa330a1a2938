import Formats
import Numerics

extension Results {
  /// Writes trials and series as one `.npz` file: each column of the trials is an array with an entry for each trial that came to an
  /// end, and the series of all trials stand one after another, those of trial k from `series.offsets[k]` to before
  /// `series.offsets[k + 1]`, in `series.step` and `series.NAME`.
  ///
  /// Settings that are numbers wherever they apply are doubles (not-a-number where they do not), others text. Memory: about a
  /// hundred bytes for each trial, however long its series are.
  ///
  /// - Throws: `InputError` of the file or the store.
  public func writeArrays(to path: String) throws(InputError) {
    var rows: [ArrayRow] = []
    for (place, configuration) in configurations.enumerated() {
      try store.forEachTrial(of: configuration) { trial in
        rows.append(ArrayRow(place: place, key: trial.key, state: trial.state, steps: trial.steps))
      }
    }
    var writer = try NPZWriter(path)
    try writer.write("configuration", rows.map { String(configurations[$0.place].hash.prefix(12)) })
    for (column, name) in settingNames.enumerated() {
      let values = settings.map { $0[column] }
      if values.allSatisfy({ $0 == nil || $0?.double != nil }) {
        try writer.write(name, rows.map { values[$0.place]?.double ?? .nan })
      } else {
        let texts = values.map { ResultCell($0).text }
        try writer.write(name, rows.map { texts[$0.place] })
      }
    }
    try writer.write("trial", rows.map(\.key.trial))
    try writer.write("state", rows.map(\.state.name))
    try writer.write("steps", rows.map(\.steps))
    for name in finalNames {
      try writeFinal(name, { $0.finals }, named: name, count: rows.count, to: &writer)
      if try store.hasErrors() {
        try writeFinal(name, { $0.errors }, named: "\(name).standardError", count: rows.count, to: &writer)
      }
    }
    try writeSeriesArrays(rows, to: &writer)
    try writer.finish()
  }

  /// A trial as its columns need it.
  private struct ArrayRow {
    var place: Int
    var key: TrialKey
    var state: TrialState
    var steps: Int
  }

  private func writeFinal(
    _ measure: String, _ numbers: (StoredTrial) -> [Double], named name: String, count: Int, to writer: inout NPZWriter
  ) throws(InputError) {
    var values: [Double] = []
    values.reserveCapacity(count)
    for configuration in configurations {
      let place = configuration.finalNames.firstIndex(of: measure) ?? .max
      try store.forEachTrial(of: configuration) { trial in
        let numbers = numbers(trial)
        values.append(place < numbers.count ? numbers[place] : .nan)
      }
    }
    try writer.write(name, values)
  }

  /// One pass over the store for each array: a series may be longer than memory.
  private func writeSeriesArrays(_ rows: [ArrayRow], to writer: inout NPZWriter) throws(InputError) {
    guard !seriesNames.isEmpty else { return }
    var offsets = [0]
    var lengths: [Int: Int] = [:]
    var lengthsPlace = -1
    for row in rows {
      if row.place != lengthsPlace {
        lengths = try store.seriesLengths(of: configurations[row.place])
        lengthsPlace = row.place
      }
      offsets.append(offsets[offsets.count - 1] + lengths[row.key.trial, default: 0])
    }
    let total = offsets[offsets.count - 1]
    try writer.write("series.offsets", offsets)
    try writer.begin("series.step", .int64, shape: [total])
    for configuration in configurations {
      try store.forEachChunk(of: configuration) { _, chunk throws(InputError) in try writer.append(chunk.steps) }
    }
    try writer.end()
    for name in seriesNames {
      try writer.begin("series.\(name)", .float64, shape: [total])
      for configuration in configurations {
        let place = configuration.seriesNames.firstIndex(of: name)
        try store.forEachChunk(of: configuration) { _, chunk throws(InputError) in
          try writer.append(place.map { chunk.values[$0] } ?? [Double](repeating: .nan, count: chunk.steps.count))
        }
      }
      try writer.end()
    }
  }
}

extension NPZWriter {
  /// Writes an array of one axis.
  fileprivate mutating func write(_ name: String, _ values: [Double]) throws(InputError) {
    try begin(name, .float64, shape: [values.count])
    try append(values)
    try end()
  }

  fileprivate mutating func write(_ name: String, _ values: [Int]) throws(InputError) {
    try begin(name, .int64, shape: [values.count])
    try append(values)
    try end()
  }

  fileprivate mutating func write(_ name: String, _ values: [String]) throws(InputError) {
    let width = values.map(\.unicodeScalars.count).max() ?? 0
    try begin(name, .text(width: width), shape: [values.count])
    try append(values)
    try end()
  }
}
