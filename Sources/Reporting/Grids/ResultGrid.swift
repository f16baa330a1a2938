import Formats

/// The settings of groups of trials: what quantities are drawn over.
public struct ResultGrid: Sendable {
  /// The places of the settings that differ, such as `optimizer.batch`.
  public let axes: [String]
  /// For each group the values of `axes`.
  public let groups: [[Setting]]

  /// A value of a setting.
  public enum Setting: Sendable, Hashable {
    case number(Double)
    case text(String)
    /// The setting does not apply to the group.
    case none

    /// The value for people; empty where the setting does not apply.
    public var text: String {
      switch self {
      case .number(let value): NumberText.readable(value)
      case .text(let value): value
      case .none: ""
      }
    }

    var number: Double? { if case .number(let value) = self { value } else { nil } }
  }

  /// Describes the groups.
  ///
  /// - Precondition: each group has one value for each axis.
  public init(axes: [String], groups: [[Setting]]) {
    precondition(groups.allSatisfy { $0.count == axes.count }, "a group without a value for each axis")
    self.axes = axes
    self.groups = groups
  }

  /// The distinct values of an axis, in the order of the groups.
  func values(_ axis: Int) -> [Setting] { Self.distinct(groups.map { $0[axis] }) }

  /// Whether the value of `axis` follows from that of `other`, as for axes that advance together.
  func follows(_ axis: Int, from other: Int) -> Bool {
    var known: [Setting: Setting] = [:]
    return groups.allSatisfy { group in
      let value = known[group[other], default: group[axis]]
      known[group[other]] = value
      return value == group[axis]
    }
  }

  /// Whether an axis is a quantity: its values are numbers, and they differ. A seed is a name, not a quantity.
  public func isNumeric(_ axis: Int) -> Bool {
    let values = values(axis)
    return !axes[axis].hasPrefix("seeds.") && values.count { $0.number != nil } > 1
      && values.allSatisfy { $0.number != nil || $0 == .none }
  }

  /// The last word of an axis' place, or as many as tell it from the others.
  func shortName(_ axis: Int) -> String {
    let words = axes[axis].split(separator: ".")
    for count in 1...max(words.count, 1) {
      let name = words.suffix(count).joined(separator: ".")
      if axes.indices.allSatisfy({ $0 == axis || !".\(axes[$0])".hasSuffix(".\(name)") }) { return name }
    }
    return axes[axis]
  }

  /// What a position is called. Where the setting does not apply, those say what there is instead that follow from it.
  func name(of value: Setting, on axis: Int) -> String {
    guard value == .none, let group = groups.first(where: { $0[axis] == .none }) else { return value.text }
    let others = axes.indices.filter { $0 != axis && group[$0] != .none && follows($0, from: axis) }
    return others.isEmpty ? "–" : others.map { "\(shortName($0)) = \(group[$0].text)" }.joined(separator: ", ")
  }

  static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var known: Set<Value> = []
    return values.filter { known.insert($0).inserted }
  }
}
