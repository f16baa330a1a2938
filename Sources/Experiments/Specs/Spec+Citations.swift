import Citations
import Formats

extension Spec {
  /// The publications of what its configurations use: problems, data, starts, updates, orders, and the measures that they record.
  public var citations: [Citation] { Self.citations(of: configurations.map(\.settings)) }

  /// The same of resolved settings, also those that an earlier version has kept.
  public static func citations(of settings: [JSON]) -> [Citation] {
    settings.flatMap { settings in
      schema.citations(in: settings) + measureCitations(in: settings)
        + (asksForMinimisers(settings) ? minimiserCitations(of: settings) : [])
    }.sortedByKey
  }

  /// The publications of the problem that resolved settings describe, and of its data; not of how it is minimised.
  ///
  /// - Parameter findsMinimiser: whether one of its minimisers is asked for.
  public static func problemCitations(of settings: JSON, findsMinimiser: Bool) -> [Citation] {
    let problem = schema.fields.first { $0.name == "problem" }?.schema.citations(in: settings["problem"] ?? .null) ?? []
    return (problem + (findsMinimiser ? minimiserCitations(of: settings) : [])).sortedByKey
  }

  /// Everything that a spec can name and that has publications, by its name; a name that means several things occurs several times.
  public static var citedMethods: [(name: String, citations: [Citation])] {
    let measures = problems.flatMap { $0.measures.map { ($0.name, $0.citations) } }
    let minimisers = problems.compactMap { $0.minimiser }.map { ($0.name, $0.citations) }
    return (schema.citedMethods + measures + minimisers).filter { !$0.1.isEmpty }.map { (name: $0.0, citations: $0.1) }
  }

  private static func problem(of settings: JSON) -> (any SpecProblem.Type)? {
    guard case .string(let kind)? = settings["problem"]?["kind"] else { return nil }
    return problems.first { $0.settings.kind == kind }
  }

  private static func recorded(_ settings: JSON) -> [String] {
    ["series", "final"].flatMap { key -> [String] in
      guard case .array(let names)? = settings["record"]?[key] else { return [] }
      return names.compactMap { if case .string(let name) = $0 { name } else { nil } }
    }
  }

  private static func measureCitations(in settings: JSON) -> [Citation] {
    let names = recorded(settings)
    return problem(of: settings)?.measures.filter { names.contains($0.name) }.flatMap(\.citations) ?? []
  }

  private static func asksForMinimisers(_ settings: JSON) -> Bool {
    settings["init"]?["kind"] == "near" || !Set(recorded(settings)).isDisjoint(with: PlainWorkload.minimumNames)
  }

  private static func minimiserCitations(of settings: JSON) -> [Citation] {
    problem(of: settings)?.minimiser?.citations ?? []
  }
}

extension SpecObject {
  /// The publications of what an object of a resolved spec uses.
  func citations(in value: JSON) -> [Citation] {
    citations + methods.filter { $0.isUsed(value) }.flatMap(\.citations)
      + fields.flatMap { field in value[field.name].map(field.schema.citations) ?? [] }
  }

  /// Its name and those of the methods in it, with their publications.
  var citedMethods: [(String, [Citation])] {
    [(kind, citations)] + methods.map { ($0.name, $0.citations) }
      + fields.flatMap { field in
        field.schema.objects.flatMap { object in
          // An object without a kind is known by its key.
          object.kind.isEmpty ? [(field.name, object.citations)] + object.citedMethods.dropFirst() : object.citedMethods
        }
      }
  }
}

extension SpecSchema {
  func citations(in value: JSON) -> [Citation] {
    guard case .object(let members) = value else { return [] }
    switch self {
    case .object(let object), .either(_, orObject: let object): return object.citations(in: value)
    case .variants(let objects):
      return objects.first { members["kind"] == .string($0.kind) }?.citations(in: value) ?? []
    case .list, .named, .integer, .seed, .number, .flag, .text, .choice, .file: return []
    }
  }

  /// The objects that a value may be.
  var objects: [SpecObject] {
    switch self {
    case .object(let object), .either(_, orObject: let object): [object]
    case .variants(let objects): objects
    case .list, .named, .integer, .seed, .number, .flag, .text, .choice, .file: []
    }
  }
}
