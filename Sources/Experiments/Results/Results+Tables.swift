import Formats
import Numerics

/// A table of a store, written row by row, so that its length costs no memory.
public enum ResultTable: String, Sendable, CaseIterable {
  /// One row for each trial that came to an end.
  case trials
  /// One row for each step of a trial at which series were taken.
  case series
  /// One row for each group of trials and measure: statistics over the seeds.
  case groups
  /// One row for each group of trials and state: how many there are, and their share.
  case states
}

/// One field of a row.
public enum ResultCell: Sendable, Equatable {
  /// Nothing: the column does not apply.
  case empty
  /// A whole number.
  case integer(Int)
  /// A number; it may be infinite or not a number.
  case number(Double)
  /// A text.
  case text(String)

  fileprivate var isNotANumber: Bool { if case .number(let value) = self { value.isNaN } else { false } }

  init(_ value: JSON?) {
    switch value {
    case nil, .null?: self = .empty
    case .integer(let number)?: self = .integer(number)
    case .number(let number)?: self = .number(number)
    case .string(let text)?: self = .text(text)
    case .some(let other): self = .text(other.text)
    }
  }
}

extension Results {
  /// Writes a table: first its columns, then each row. Rows come in the order of the grid, then by trial, then by step.
  ///
  /// - Parameters:
  ///   - by: for groups and states, the settings to group by; all that vary, if nil.
  ///   - withTimes: whether trials have the columns `wallSeconds`, `processorSeconds` and `version`, which differ from run to run.
  public func write(
    _ table: ResultTable, by: [String]? = nil, withTimes: Bool = false,
    header: ([String]) throws(InputError) -> Void, row: ([ResultCell]) throws(InputError) -> Void
  ) throws(InputError) {
    switch table {
    case .trials: try writeTrials(withTimes: withTimes, header, row)
    case .series: try writeSeries(header, row)
    case .groups: try writeGroups(by: by, header, row)
    case .states: try writeStates(by: by, header, row)
    }
  }

  /// The columns that say which configuration a row belongs to.
  private var keyNames: [String] { ["configuration"] + settingNames }

  private func key(_ place: Int) -> [ResultCell] {
    [.text(String(configurations[place].hash.prefix(12)))] + settings[place].map { ResultCell($0) }
  }

  private func writeTrials(
    withTimes: Bool, _ header: ([String]) throws(InputError) -> Void, _ row: ([ResultCell]) throws(InputError) -> Void
  ) throws(InputError) {
    let times = withTimes ? ["wallSeconds", "processorSeconds", "version"] : []
    let withErrors = try store.hasErrors()
    let values = finalNames + (withErrors ? finalNames.map { "\($0).standardError" } : [])
    try header(keyNames + ["trial", "state", "steps"] + values + ["message"] + times)
    for (place, configuration) in configurations.enumerated() {
      let key = key(place)
      let finalPlaces = places(of: finalNames, in: configuration.finalNames)
      try store.forEachTrial(of: configuration) { (trial: StoredTrial) throws(InputError) in
        var line: [ResultCell] = key + [.integer(trial.key.trial), .text(trial.state.name), .integer(trial.steps)]
        line += Self.cells(trial.finals, at: finalPlaces)
        // A measurement without an error has an empty one.
        if withErrors {
          for cell in Self.cells(trial.errors, at: finalPlaces) { line.append(cell.isNotANumber ? .empty : cell) }
        }
        line.append(trial.message.map { .text($0) } ?? .empty)
        if withTimes { line += [.number(trial.wallSeconds), .number(trial.processorSeconds), .text(trial.version)] }
        try row(line)
      }
    }
  }

  /// The values at some places; empty where there is none.
  private static func cells(_ values: [Double], at places: [Int?]) -> [ResultCell] {
    places.map { place in
      guard let place, place < values.count else { return .empty }
      return .number(values[place])
    }
  }

  private func writeSeries(
    _ header: ([String]) throws(InputError) -> Void, _ row: ([ResultCell]) throws(InputError) -> Void
  ) throws(InputError) {
    try header(keyNames + ["trial", "step"] + seriesNames)
    for (place, configuration) in configurations.enumerated() where !configuration.seriesNames.isEmpty {
      let cells = key(place)
      let seriesPlaces = places(of: seriesNames, in: configuration.seriesNames)
      try store.forEachChunk(of: configuration) { key, chunk throws(InputError) in
        for (point, step) in chunk.steps.enumerated() {
          let values = seriesPlaces.map { place -> ResultCell in
            place.map { .number(chunk.values[$0][point]) } ?? .empty
          }
          try row(cells + [.integer(key.trial), .integer(step)] + values)
        }
      }
    }
  }

  private func writeGroups(
    by: [String]?, _ header: ([String]) throws(InputError) -> Void, _ row: ([ResultCell]) throws(InputError) -> Void
  ) throws(InputError) {
    let (names, groups) = try groups(by: by)
    try header(names + MeasureStatistics.fieldNames)
    for group in groups {
      for measure in group.measures {
        try row(group.settings.map { ResultCell($0) } + measure.fields.map { ResultCell($0) })
      }
    }
  }

  private func writeStates(
    by: [String]?, _ header: ([String]) throws(InputError) -> Void, _ row: ([ResultCell]) throws(InputError) -> Void
  ) throws(InputError) {
    let (names, groups) = try groups(by: by)
    try header(names + ["state", "count", "share", "shareLow", "shareHigh"])
    for group in groups {
      for state in TrialState.allCases {
        let share = state == .pending ? nil : group.share(of: state)
        func cell(_ value: Double?) -> ResultCell { value.map { .number($0) } ?? .empty }
        try row(
          group.settings.map { ResultCell($0) } + [
            .text(state.name), .integer(group.states[state]), cell(share?.value), cell(share?.interval.low),
            cell(share?.interval.high),
          ])
      }
    }
  }
}
