import Experiments
import Numerics
import Reporting

/// What `basin figure` is asked to draw.
struct FigureRequest {
  /// What stands for the trials of a group.
  enum Statistic: String, CaseIterable {
    case median, mean, points
  }

  let horizontal: FigureQuantity
  let vertical: [FigureQuantity]
  /// The settings that tell lines apart, and those that have a panel for each value.
  let group: [String]
  let panels: [String]
  let restrictions: [FigureRestriction]
  let statistic: Statistic
  let chosen: AxisChoices
  let title: String?

  /// Reads a command line.
  ///
  /// - Throws: `InputError` for names that the store lacks, and for what does not fit together.
  init(_ command: ParsedCommand, _ names: FigureNames) throws(InputError) {
    guard let x = command.values["--x"], let y = command.items("--y") else {
      throw InputError(
        "basin figure", expected: "--x and --y: what lies on the axes",
        found: "no \(command.has("--x") ? "--y" : "--x")",
        advice: "Such as --x optimizer.batch --y final.steps; see \"basin figure --help\".")
    }
    let horizontal = try names.horizontal(x)
    var vertical: [FigureQuantity] = []
    for name in y { vertical.append(try names.vertical(name)) }
    var group: [String] = []
    for name in command.items("--group") ?? [] { group.append(try names.setting(name, "--group")) }
    var panels: [String] = []
    for name in command.items("--panels") ?? [] { panels.append(try names.setting(name, "--panels")) }
    var restrictions: [FigureRestriction] = []
    for text in command.lists["--where"] ?? [] { restrictions.append(try FigureRestriction(text, names)) }
    try Self.refuseRepeated(vertical.map(\.place), "--y")
    try Self.refuseRepeated([horizontal.place] + group + panels, "--x, --group and --panels")
    let isScatter = if case .final = horizontal { true } else { false }
    let statistic: Statistic = try command.choice("--statistic", default: isScatter ? .points : .median)
    for quantity in vertical { try Self.refuseMismatch(quantity, over: horizontal, statistic) }

    var chosen = AxisChoices()
    chosen.horizontal.label = command.values["--x-label"]
    chosen.vertical.label = command.values["--y-label"]
    (chosen.horizontal.low, chosen.horizontal.high) = try Self.range(command, "--range-x")
    (chosen.vertical.low, chosen.vertical.high) = try Self.range(command, "--range-y")
    let logarithmic = try command.list("--log", "x, y") { ["x", "y"].contains($0) ? $0 : nil } ?? []
    let linear = try command.list("--linear", "x, y") { ["x", "y"].contains($0) ? $0 : nil } ?? []
    if let both = logarithmic.first(where: linear.contains) {
      throw InputError("basin figure --log", expected: "an axis that is not in --linear", found: both)
    }
    func scale(_ axis: String) -> Bool? {
      logarithmic.contains(axis) ? true : linear.contains(axis) ? false : nil
    }
    chosen.horizontal.isLogarithmic = scale("x")
    chosen.vertical.isLogarithmic = scale("y")
    for (axis, choice) in [("x", chosen.horizontal), ("y", chosen.vertical)] where choice.isLogarithmic == true {
      guard choice.low ?? 1 > 0, choice.high ?? 1 > 0 else {
        throw InputError(
          "basin figure --range-\(axis)", expected: "positive ends, as the axis is logarithmic",
          found: "\"\(command.values["--range-\(axis)", default: ""])\"")
      }
    }
    (self.horizontal, self.vertical, self.group, self.panels) = (horizontal, vertical, group, panels)
    (self.restrictions, self.statistic, self.chosen, title) =
      (restrictions, statistic, chosen, command.values["--title"])
  }

  private static func refuseRepeated(_ places: [String], _ option: String) throws(InputError) {
    var known: Set<String> = []
    for place in places where !known.insert(place).inserted {
      throw InputError("basin figure \(option)", expected: "each place once", found: "\"\(place)\" twice")
    }
  }

  private static func refuseMismatch(
    _ vertical: FigureQuantity, over horizontal: FigureQuantity, _ statistic: Statistic
  ) throws(InputError) {
    func refusal(_ option: String, _ expected: String, _ found: String) -> InputError {
      InputError("basin figure \(option)", expected: expected, found: found)
    }
    switch (vertical, horizontal) {
    case (.series, .step):
      guard statistic != .points else {
        throw refusal("--statistic", "median or mean: \(vertical.place) is a series", "\"points\"")
      }
    case (.series, _): throw refusal("--x", "\"step\", as \(vertical.place) is a series", "\"\(horizontal.place)\"")
    case (_, .step):
      throw refusal("--y", "series, as they lie over the step of --x", "\"\(vertical.place)\"")
    case (.final, .final):
      guard statistic == .points else {
        throw refusal(
          "--statistic", "points: over another measure there is a point for each trial", "\"\(statistic.rawValue)\"")
      }
    case (.state, .final): throw refusal("--y", "measures at the end, as --x is one", "\"\(vertical.place)\"")
    case (.state, _) where statistic == .points:
      throw refusal("--statistic", "median or mean: \(vertical.place) is a share of trials", "\"points\"")
    default: break
    }
  }

  /// The ends of a range `low:high`, either of which may be missing.
  private static func range(_ command: ParsedCommand, _ option: String) throws(InputError) -> (Double?, Double?) {
    guard let text = command.values[option] else { return (nil, nil) }
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let numbers = ends.map { Double($0) }
    let isRead = zip(ends, numbers).allSatisfy { $0.isEmpty || $1?.isFinite == true }
    guard ends.count == 2, isRead, ends != ["", ""] else {
      throw InputError(
        "basin figure \(option)", expected: "numbers low:high, of which one may be missing", found: "\"\(text)\"")
    }
    if let low = numbers[0], let high = numbers[1], low >= high {
      throw InputError("basin figure \(option)", expected: "a lower end below the upper one", found: "\"\(text)\"")
    }
    return (numbers[0], numbers[1])
  }
}
