import Formats
import Numerics

/// Holds a spec against its schema: collects every problem, and gives the spec back with all defaults filled in and every
/// number in its one way of writing.
///
/// The result has no shorthand left: what may be an object with a `kind` is one, a file is `{"file": path, "sha256": hash}`.
struct SpecResolver {
  /// What is wrong so far.
  var problems: SpecProblemList
  /// The files that specs name.
  let files: SpecFiles
  /// The parts of the spec as they were resolved last: from one grid point to the next most stay as they are.
  private var parts: [String: (written: JSON, resolved: JSON?)] = [:]

  init(problems: SpecProblemList, files: SpecFiles) {
    self.problems = problems
    self.files = files
  }

  /// The members of a spec, or of a point of its grid, as `resolveMembers`.
  mutating func resolve(spec members: [String: JSON], _ schema: SpecObject) -> [String: JSON] {
    resolveMembers(members, schema, at: "") { resolver, value, field in
      if let known = resolver.parts[field.name], known.written == value { return known.resolved }
      let resolved = resolver.resolve(value, field.schema, at: field.name)
      resolver.parts[field.name] = (value, resolved)
      return resolved
    }
  }

  /// The resolved value; nil if there is a problem with it.
  mutating func resolve(_ value: JSON, _ schema: SpecSchema, at path: String) -> JSON? {
    switch schema {
    case .integer(let range):
      if let number = Self.whole(value), range.contains(number) { return .integer(number) }
    case .seed:
      if case .unsigned = value { return value }
      if let number = Self.whole(value), number >= 0 { return .integer(number) }
      if case .number(let number) = value, let seed = UInt64(exactly: number) { return .unsigned(seed) }
    case .number(let bounds):
      if let number = value.double, bounds.contains(number) { return .number(number == 0 ? 0 : number) }
    case .flag:
      if case .bool = value { return value }
    case .text:
      if case .string = value { return value }
    case .choice(let words):
      guard case .string(let word) = value else { break }
      if words.contains(word) { return value }
      problems.note(
        path, expected: schema.expectation, found: value.summary, advice: Self.suggestion(for: word, among: words))
      return nil
    case .file:
      guard case .string(let name) = value else { break }
      return problems.noting(path) { () throws(InputError) in
        ["file": .string(name), "sha256": .string(try files.hash(name))]
      }
    case .list(let element):
      guard case .array(let entries) = value else { break }
      var resolved: [JSON] = []
      for (place, entry) in entries.enumerated() {
        if let entry = resolve(entry, element, at: "\(path)[\(place)]") { resolved.append(entry) }
      }
      return resolved.count == entries.count ? .array(resolved) : nil
    case .object(let object):
      guard case .object(let members) = value else { break }
      return resolve(members, object, at: path)
    case .named(let schema):
      guard case .object(let members) = value else { break }
      var resolved: [String: JSON] = [:]
      for (key, member) in members.sorted(by: { $0.key < $1.key }) {
        resolved[key] = resolve(member, schema, at: "\(path).\(key)")
      }
      return resolved.count == members.count ? .object(resolved) : nil
    case .variants(let objects):
      return resolve(value, variants: objects, expectation: schema.expectation, at: path)
    case .either(let simple, orObject: let object):
      guard case .object(let members) = value else {
        guard Self.isOfType(value, simple) else { break }
        return resolve(value, simple, at: path)
      }
      return resolve(members, object, at: path)
    }
    var advice = ""
    if case .object(let object) = schema {
      advice = "Its keys: \(object.fields.map(\.name).joined(separator: ", "))."
    }
    problems.note(path, expected: schema.expectation, found: value.summary, advice: advice)
    return nil
  }

  private mutating func resolve(
    _ value: JSON, variants objects: [SpecObject], expectation: String, at path: String
  ) -> JSON? {
    var members: [String: JSON]
    switch value {
    case .string(let word): members = ["kind": .string(word)]
    case .object(let written): members = written
    default:
      problems.note(path, expected: expectation, found: value.summary)
      return nil
    }
    let kinds = objects.map(\.kind)
    // Where there is one kind only, it goes without saying.
    if kinds.count == 1, members["kind"] == nil { members["kind"] = .string(kinds[0]) }
    guard case .string(let kind)? = members["kind"] else {
      problems.note(
        "\(path).kind", expected: SpecSchema.list(kinds), found: members["kind"]?.summary ?? "nothing")
      return nil
    }
    guard let object = objects.first(where: { $0.kind == kind }) else {
      problems.note(
        value == .string(kind) ? path : "\(path).kind", expected: SpecSchema.list(kinds), found: "\"\(kind)\"",
        advice: Self.suggestion(for: kind, among: kinds))
      return nil
    }
    guard case .object(var resolved)? = resolve(members, object, at: path) else { return nil }
    resolved["kind"] = .string(kind)
    return .object(resolved)
  }

  private mutating func resolve(_ members: [String: JSON], _ object: SpecObject, at path: String) -> JSON? {
    let resolved = resolveMembers(members, object, at: path) { resolver, value, field in
      resolver.resolve(value, field.schema, at: "\(path).\(field.name)")
    }
    let needed = object.fields.filter { field in
      if case .optional = field.presence { members[field.name] ?? .null != .null } else { true }
    }
    return needed.allSatisfy { resolved[$0.name] != nil } ? .object(resolved) : nil
  }

  /// The members without a problem, with defaults for those that are left out; a member of `null` counts as left out. A key
  /// that nobody knows is a problem, and no member.
  ///
  /// - Parameter resolve: resolves a member that is there.
  private mutating func resolveMembers(
    _ members: [String: JSON], _ object: SpecObject, at path: String,
    resolve: (inout SpecResolver, JSON, SpecField) -> JSON?
  ) -> [String: JSON] {
    let prefix = path.isEmpty ? "" : "\(path)."
    var resolved: [String: JSON] = [:]
    for field in object.fields {
      if let value = members[field.name], value != .null {
        resolved[field.name] = resolve(&self, value, field)
        continue
      }
      switch field.presence {
      case .optional: break
      case .required: problems.note(prefix + field.name, expected: field.schema.expectation, found: "nothing")
      case .defaultsTo(let value): resolved[field.name] = resolve(&self, value, field)
      }
    }
    let known = object.fields.map(\.name) + (object.kind.isEmpty ? [] : ["kind"])
    for key in members.keys.sorted() where !known.contains(key) {
      problems.note(
        prefix + (key.isEmpty ? "\"\"" : key), expected: "a known key", found: "\"\(key)\"",
        advice: Suggestion.sentence(for: key, among: known))
    }
    return resolved
  }

  /// The value as a whole number, also if it was written like 1e5.
  private static func whole(_ value: JSON) -> Int? {
    switch value {
    case .integer(let number): number
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// Whether a value was meant as one of the simple kind, be it a wrong one.
  private static func isOfType(_ value: JSON, _ schema: SpecSchema) -> Bool {
    switch (value, schema) {
    case (.string, .text), (.string, .choice), (.string, .file), (.bool, .flag): true
    case (_, .integer), (_, .seed), (_, .number): value.double != nil
    default: false
    }
  }

  private static func suggestion(for word: String, among words: [String]) -> String {
    Suggestion.closest(to: word, among: words).map { "Did you mean \"\($0)\"?" } ?? ""
  }
}

/// The problems found with a spec, each once, at the places where a person wrote what is wrong.
struct SpecProblemList {
  /// The problems in the order in which they were found.
  private(set) var found: [InputError] = []
  private var known: Set<String> = []
  /// Places whose value is refused as a whole: nothing more is said of them.
  private var refused: [String] = []
  /// For the grid point under examination, what was taken at the axes.
  var entries: [SpecGrid.Entry] = []

  mutating func note(_ path: String, expected: String, found: String, advice: String = "") {
    note(InputError(path, expected: expected, found: found, advice: advice))
  }

  mutating func note(_ error: InputError) {
    var error = error
    // "optimizer.batch" is an axis and the third of its values was taken: the person wrote "optimizer.batch[2]".
    for taken in entries where Self.begins(error.location, with: taken.place) {
      error.location = taken.entry + error.location.dropFirst(taken.place.count)
      break
    }
    if refused.contains(where: { Self.begins(error.location, with: $0) }) { return }
    if known.insert(error.description).inserted { self.found.append(error) }
  }

  /// Notes a problem with the value at `path` (in its member `key`, if given), about which nothing else is said then.
  mutating func refuse(_ path: String, expected: String, found: String, key: String = "") {
    note(key.isEmpty ? path : "\(path).\(key)", expected: expected, found: found)
    refused.append(path)
  }

  /// What `body` makes, or nil after noting what it threw; a place that it names is a place below `path`.
  mutating func noting<Value>(_ path: String, _ body: () throws(InputError) -> Value) -> Value? {
    do throws(InputError) {
      return try body()
    } catch {
      var error = error
      // An entry of a list stands at "path[1]", a place in a file at "path: file".
      let isEntry = error.location.isEmpty || error.location.hasPrefix("[")
      error.location = isEntry ? path + error.location : "\(path): \(error.location)"
      note(error)
      return nil
    }
  }

  private static func begins(_ location: String, with place: String) -> Bool {
    guard location.hasPrefix(place) else { return false }
    let next = location.dropFirst(place.count).first
    return next == nil || next == "." || next == "[" || next == ":"
  }
}

/// The files that a spec names: found beside it, read once.
final class SpecFiles {
  private let folder: String
  private var hashes: [String: String] = [:]
  private var samples: [JSON: LabelledSamples] = [:]

  init(folder: String) { self.folder = folder }

  /// Where a path of the spec leads.
  func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

  /// The array in a file, and the file's place for errors about it.
  ///
  /// - Parameter place: the key that names the file.
  func array(_ path: String, place: String) throws(InputError) -> (NPYFile, place: String) {
    let path = resolved(path)
    let place = "\(place): \(path)"
    return (try NPYFile(parsing: try InputFile.read(path), location: place), place)
  }

  /// Labelled samples, read once for all problems whose settings describe the same.
  func samples(
    _ description: JSON, read: () throws(InputError) -> LabelledSamples
  ) throws(InputError) -> LabelledSamples {
    if let known = samples[description] { return known }
    let new = try read()
    samples[description] = new
    return new
  }

  /// SHA-256 of the content.
  func hash(_ path: String) throws(InputError) -> String {
    if let known = hashes[path] { return known }
    let hash = try SHA256.hexDigest(ofFile: resolved(path))
    hashes[path] = hash
    return hash
  }
}
