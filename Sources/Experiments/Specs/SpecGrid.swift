import Formats
import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The grid of a spec: every list, range or logspace that stands where one value is wanted is an axis; axes multiply, unless
/// they are zipped.
struct SpecGrid {
  /// The spec as written.
  private let root: JSON
  /// The dimensions of the grid, the slowest first; the axes of one advance together.
  private let dimensions: [[Axis]]
  /// How many points there are.
  let count: Int

  /// A place at which a value is taken from a list.
  struct Axis {
    /// The keys that lead there.
    var keys: [String]
    /// The values.
    var values: [Value]

    var place: String { keys.joined(separator: ".") }
  }

  /// One value of an axis.
  struct Value {
    /// The value.
    var value: JSON
    /// Where it was written: the entry that was taken for each place, the innermost first.
    var entries: [Entry]
  }

  /// What was taken for a place: `optimizer.batch` stands in the entry `optimizer.batch[2]`.
  struct Entry: Equatable {
    /// The place in a spec without axes.
    var place: String
    /// The place as the person wrote it.
    var entry: String
  }

  /// One point.
  struct Point {
    /// The spec with one value at each axis.
    var spec: JSON
    /// The entries that were taken.
    var entries: [Entry]
  }

  /// More points than this are a typing error, or a question for a closer look at memory.
  static let largestCount = 1_000_000

  /// Finds the axes of `root`.
  ///
  /// - Parameter zipped: groups of places that advance together, as the spec's `zip` has them; nil where no text stands.
  init?(_ root: JSON, schema: SpecObject, zipped: [[String?]], problems: inout SpecProblemList) {
    var finder = AxisFinder(problems: problems)
    finder.find(in: root, .object(schema), canBeAxis: true, keys: [], place: "", written: "")
    problems = finder.problems
    self.root = root
    // Where zips are wrong, the points are looked at without them: all that is wrong is said at once.
    let dimensions =
      Self.dimensions(of: finder.axes, zipped: zipped, problems: &problems) ?? finder.axes.map { [$0] }
    self.dimensions = dimensions
    var count = 1
    for dimension in dimensions {
      let (product, overflows) = count.multipliedReportingOverflow(by: dimension.first?.values.count ?? 1)
      guard !overflows, product <= Self.largestCount else {
        let sizes = dimensions.map { "\($0.map(\.place).joined(separator: " with ")): \($0.first?.values.count ?? 1)" }
        problems.note(
          "grid", expected: "at most \(Self.largestCount) configurations", found: sizes.joined(separator: ", "),
          advice: "Axes multiply; \"zip\" lets some advance together.")
        return nil
      }
      count = product
    }
    self.count = count
  }

  /// Point number `index`, the last axis varying fastest.
  func point(_ index: Int) -> Point {
    var point = Point(spec: root, entries: [])
    var rest = index
    for dimension in dimensions.reversed() {
      let size = dimension.first?.values.count ?? 1
      for axis in dimension {
        let taken = axis.values[rest % size]
        point.spec = point.spec.setting(taken.value, at: axis.keys[...])
        point.entries += taken.entries
      }
      rest /= size
    }
    return point
  }

  private static func dimensions(
    of axes: [Axis], zipped: [[String?]], problems: inout SpecProblemList
  ) -> [[Axis]]? {
    var isSound = true
    var groupOfPlace: [String: Int] = [:]
    for (group, places) in zipped.enumerated() {
      for (number, place) in places.enumerated() {
        guard let place else { continue }
        let location = "zip[\(group)][\(number)]"
        guard axes.contains(where: { $0.place == place }) else {
          let known = axes.map(\.place)
          problems.note(
            location, expected: "the place of an axis", found: "\"\(place)\"",
            advice: known.isEmpty ? "The spec has no axes." : Suggestion.sentence(for: place, among: known))
          isSound = false
          continue
        }
        guard groupOfPlace.updateValue(group, forKey: place) == nil else {
          problems.note(location, expected: "each axis once", found: "\"\(place)\" again")
          isSound = false
          continue
        }
      }
      let members = axes.filter { places.contains($0.place) }
      let sizes = Set(members.map(\.values.count))
      if sizes.count > 1 {
        problems.note(
          "zip[\(group)]", expected: "axes of one length",
          found: members.map { "\($0.place) with \($0.values.count)" }.joined(separator: ", "))
        isSound = false
      }
    }
    guard isSound else { return nil }
    var dimensions: [[Axis]] = []
    var placeOfGroup: [Int: Int] = [:]
    for axis in axes {
      if let group = groupOfPlace[axis.place], let place = placeOfGroup[group] {
        dimensions[place].append(axis)
      } else {
        if let group = groupOfPlace[axis.place] { placeOfGroup[group] = dimensions.count }
        dimensions.append([axis])
      }
    }
    return dimensions
  }
}

/// Walks through a spec along its schema and notes every place where several values stand for one.
private struct AxisFinder {
  var problems: SpecProblemList
  var axes: [SpecGrid.Axis] = []

  /// - Parameters:
  ///   - keys: what leads there from where this finder began.
  ///   - place: the place in a spec without axes.
  ///   - written: the place as the person wrote it, which differs inside of an axis' entries.
  mutating func find(
    in value: JSON, _ schema: SpecSchema, canBeAxis: Bool, keys: [String], place: String, written: String
  ) {
    if canBeAxis, let entries = list(value, schema, written: written) {
      var values: [SpecGrid.Value] = []
      for (number, entry) in entries.enumerated() {
        let taken = SpecGrid.Entry(place: place, entry: "\(written)[\(number)]")
        // An entry that is an object may have axes of its own: all their combinations are values of this axis.
        var inner = AxisFinder(problems: problems)
        inner.find(in: entry, schema, canBeAxis: false, keys: [], place: place, written: taken.entry)
        problems = inner.problems
        guard let count = inner.count, values.count + count <= SpecGrid.largestCount else {
          problems.refuse(
            written, expected: "at most \(SpecGrid.largestCount) values", found: "more, with the axes inside of them")
          values = []
          break
        }
        values += inner.combinations(of: entry).map { .init(value: $0.value, entries: $0.entries + [taken]) }
      }
      if entries.isEmpty { problems.refuse(written, expected: "at least one value", found: "an empty list") }
      if values.isEmpty { values = [.init(value: .null, entries: [.init(place: place, entry: written)])] }
      axes.append(.init(keys: keys, values: values))
      return
    }
    guard case .object(let members) = value else { return }
    for field in schema.fields(for: value) {
      guard let member = members[field.name] else { continue }
      func below(_ place: String) -> String { place.isEmpty ? field.name : "\(place).\(field.name)" }
      find(
        in: member, field.schema, canBeAxis: field.canBeAxis, keys: keys + [field.name], place: below(place),
        written: below(written))
    }
  }

  /// The values of an axis written as a list, a range or a logspace; nil if `value` is no axis.
  private mutating func list(_ value: JSON, _ schema: SpecSchema, written: String) -> [JSON]? {
    switch value {
    case .array(let entries):
      return value.depth > schema.depth ? entries : nil
    case .object(let members) where schema.isNumeric && members.count == 1:
      guard let key = members.keys.first, key == "range" || key == "logspace", let bounds = members[key] else {
        return nil
      }
      return series(bounds, isLogarithmic: key == "logspace", schema, written: written)
    default: return nil
    }
  }

  /// n values from a to b. Both ends are exactly as written.
  private mutating func series(
    _ bounds: JSON, isLogarithmic: Bool, _ schema: SpecSchema, written: String
  ) -> [JSON] {
    guard case .array(let entries) = bounds, entries.count == 3, let a = entries[0].double, let b = entries[1].double,
      let n = entries[2].double.flatMap(Int.init(exactly:)), (1...SpecGrid.largestCount).contains(n), n > 1 || a == b,
      !isLogarithmic || (a > 0 && b > 0)
    else {
      problems.refuse(
        written, expected: "[a, b, n], n values from a to b\(isLogarithmic ? ", both positive" : "")",
        found: bounds.text, key: isLogarithmic ? "logspace" : "range")
      return [.null]
    }
    return (0..<n).map { k in
      if k == 0 { return entries[0] }
      if k == n - 1 { return entries[1] }
      if isLogarithmic {
        let value = a * pow(b / a, Double(k) / Double(n - 1))
        return .number(schema.isWhole ? value.rounded() : value)
      }
      // The division comes last, which keeps whole numbers whole. A range that misses them is a mistake that is said.
      return .number(a + (b - a) * Double(k) / Double(n - 1))
    }
  }

  /// How many combinations there are of the values at the axes; nil if more than can be counted.
  private var count: Int? {
    axes.reduce(1) { count, axis in
      guard let (product, overflows) = count?.multipliedReportingOverflow(by: axis.values.count) else { return nil }
      return overflows ? nil : product
    }
  }

  /// Every combination of the values at the axes found in `value`.
  private func combinations(of value: JSON) -> [SpecGrid.Value] {
    axes.reduce([.init(value: value, entries: [])]) { partial, axis in
      partial.flatMap { one in
        axis.values.map {
          .init(value: one.value.setting($0.value, at: axis.keys[...]), entries: one.entries + $0.entries)
        }
      }
    }
  }
}

extension SpecSchema {
  /// What describes the members of `value`.
  fileprivate func fields(for value: JSON) -> [SpecField] {
    guard case .named(let schema) = self, case .object(let members) = value else {
      return object(for: value)?.fields ?? []
    }
    return members.keys.sorted().map { SpecField($0, schema, .optional, "") }
  }

  /// The object that describes the members of `value`, if there is one.
  private func object(for value: JSON) -> SpecObject? {
    switch self {
    case .object(let object), .either(_, orObject: let object): object
    case .variants(let objects):
      if case .string(let kind)? = value["kind"] {
        objects.first { $0.kind == kind }
      } else {
        objects.count == 1 ? objects.first : nil
      }
    default: nil
    }
  }
}

extension JSON {
  /// How many lists are inside each other, judged by first entries.
  fileprivate var depth: Int {
    if case .array(let entries) = self { 1 + (entries.first?.depth ?? 0) } else { 0 }
  }

  /// The value with `member` at the place that `keys` lead to.
  fileprivate func setting(_ member: JSON, at keys: ArraySlice<String>) -> JSON {
    guard let key = keys.first else { return member }
    guard case .object(var members) = self else { return self }
    members[key] = (members[key] ?? .object([:])).setting(member, at: keys.dropFirst())
    return .object(members)
  }
}
