import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// `basin run --schema`: what it says is what the program takes.
@Suite("The JSON Schema of specs") struct SpecSchemaTests {
  private static var schema: JSON {
    get throws { try JSON(parsing: Spec.schemaText, location: "schema") }
  }

  @Test("It is JSON, of one definition, and every property is explained") func explained() throws {
    let schema = try Self.schema
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    var count = 0
    func visit(_ value: JSON, _ place: String) {
      switch value {
      case .array(let entries): for (number, entry) in entries.enumerated() { visit(entry, "\(place)[\(number)]") }
      case .object(let members):
        if case .object(let properties)? = members["properties"] {
          for (key, property) in properties where !["kind", "range", "logspace"].contains(key) {
            count += 1
            guard case .string(let text)? = property["description"] else {
              Issue.record("\(place).\(key) is not explained")
              continue
            }
            #expect(text.count >= 2 && text.hasSuffix("."), "\(place).\(key): \(text)")
          }
          #expect(members["additionalProperties"] == false, "\(place)")
        }
        for (key, member) in members { visit(member, "\(place).\(key)") }
      default: break
      }
    }
    visit(schema, "")
    #expect(count > 50)
  }

  /// The part of JSON Schema that the program uses. What it does not know fails the test.
  private struct Validator {
    let root: JSON

    func isValid(_ value: JSON, _ schema: JSON) -> Bool {
      guard case .object(let keywords) = schema else { return schema == true }
      return keywords.allSatisfy { keyword, argument in holds(keyword, argument, value, keywords) }
    }

    private func holds(_ keyword: String, _ argument: JSON, _ value: JSON, _ keywords: [String: JSON]) -> Bool {
      switch (keyword, argument) {
      case ("$schema", _), ("$defs", _), ("description", _), ("default", _): return true
      case ("$ref", .string("#/$defs/range")): return root["$defs"]?["range"].map { isValid(value, $0) } ?? false
      case ("type", .string(let type)): return hasType(value, type)
      case ("enum", .array(let values)): return values.contains(value)
      case ("const", _): return value == argument
      case ("minimum", _): return number(value) >= number(argument)
      case ("maximum", _): return number(value) <= number(argument)
      case ("exclusiveMinimum", _): return number(value) > number(argument)
      case ("exclusiveMaximum", _): return number(value) < number(argument)
      case ("minItems", _): return Double(entries(value).count) >= number(argument)
      case ("maxItems", _): return Double(entries(value).count) <= number(argument)
      case ("items", _): return entries(value).allSatisfy { isValid($0, argument) }
      case ("anyOf", .array(let choices)): return choices.contains { isValid(value, $0) }
      case ("oneOf", .array(let choices)): return choices.count { isValid(value, $0) } == 1
      case ("required", .array(let keys)):
        return keys.allSatisfy { if case .string(let key) = $0 { value[key] != nil } else { false } }
      case ("properties", .object(let properties)):
        return properties.allSatisfy { key, property in value[key].map { isValid($0, property) } ?? true }
      case ("additionalProperties", false):
        guard case .object(let members) = value, case .object(let properties)? = keywords["properties"] else {
          return false
        }
        return members.keys.allSatisfy { properties[$0] != nil }
      default:
        Issue.record("the keyword \(keyword) with \(argument.text) is not known to the test")
        return false
      }
    }

    private func number(_ value: JSON) -> Double { value.double ?? .nan }

    private func entries(_ value: JSON) -> [JSON] { if case .array(let entries) = value { entries } else { [] } }

    private func hasType(_ value: JSON, _ type: String) -> Bool {
      switch (type, value) {
      case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool): true
      case ("number", _): value.double != nil
      case ("integer", _): value.double.map { $0 == $0.rounded() } ?? false
      default: false
      }
    }
  }

  private static var examples: [String] {
    get throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let folder = root.appending(path: "Examples")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
      return try names.sorted().map { try InputFile.text(folder.appending(path: $0).path) }
    }
  }

  /// Sound specs of every kind.
  static let sound: [[String]] = [
    [], ["optimizer.kind=null"], ["optimizer=[{\"step\":1,\"order\":\"full\",\"steps\":5}]"],
    ["problem.data=orthonormal"],
    [#"optimizer.batch={"range":[1,4,4]}"#], [#"optimizer.step={"logspace":[0.1,1,3]}"#], ["optimizer.step=0.1,0.2"],
    [#"optimizer.step=[0.1,{"base":0.2,"warmUp":{"kind":"linear","factor":2,"until":0.5}}]"#],
    [
      #"problem=[{"kind":"autoencoder","features":[3,4]},{"kind":"autoencoder","features":{"range":[5,7,3]},"data":{"kind":"equicorrelated","correlation":[0.1,0.2]}}]"#
    ],
    [#"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":[9,10],"dimension":3}}"#, "record=null"],
    ["init=zeros"], [#"init=["zeros",{"kind":"sphere","norm":[1,2]}]"#],
    [#"init={"kind":"parameters","values":[[1,2,3,4,5,6],[0,0,0,0,0,1]]}"#],
    ["seeds=[{\"master\":1},{\"master\":18446744073709551615}]"], [#"record.series=[["loss"],[]]"#],
    [#"zip=[["optimizer.batch","init.norm"]]"#, "optimizer.batch=1,2", "init.norm=1,2"],
    [#"optimizer.order={"kind":"replay","batches":[[0],[1,2]]}"#, "optimizer.batch=null", "optimizer.steps=1,2"],
    ["optimizer.steps=1e2"],
  ]

  /// Specs whose shape is wrong, so that an editor can tell.
  static let wrong: [String] = [
    "optimizer.batch=0", "optimizer.batch=two", "optimizer.batch=[]", "optimizer.bach=1", "optimizer.step=0",
    "optimizer.order=randm",
    "optimizer.steps=null", "problem=autoencodr", "problem.activation=rely", "init.norm=null", "init=gaussian",
    "name=1", "zip=3",
    "seeds.trials=1,2", "seeds.master=-1", "record.series=3", "record=[{}]", #"optimizer.step={"range":[1,2]}"#,
    #"optimizer.step={"range":[1,2,"3"]}"#,
    "optimizer.stop.tolerance=1", #"optimizer.step={"base":1,"decays":[{"at":2,"divideBy":1}]}"#,
    #"optimizer.order={"kind":"iid","batches":[]}"#,
  ]

  private static func spec(_ set: [String]) throws -> JSON {
    let base = try JSON(parsing: SpecBench.base, location: "base")
    return try set.reduce(base) { try SpecOverride(parsing: $1).applied(to: $0) }
  }

  @Test("It takes what the program takes, and refuses what has a wrong shape") func agrees() throws {
    let validator = Validator(root: try Self.schema)
    let bench = SpecBench()
    #expect(try Self.examples.count >= 2)
    for text in try Self.examples + [SpecGridTests.documented, SpecBench.base] {
      #expect(validator.isValid(try JSON(parsing: text, location: ""), validator.root), "\(text)")
    }
    for set in Self.sound {
      #expect(try bench.problems(set: set) == [], "\(set)")
      #expect(validator.isValid(try Self.spec(set), validator.root), "\(set)")
    }
    for set in Self.wrong {
      #expect(try bench.problems(set: [set]) != [], "\(set)")
      #expect(!validator.isValid(try Self.spec([set]), validator.root), "\(set)")
    }
  }

  @Test(
    "Python's jsonschema agrees", .enabled(if: Python.has("jsonschema")))
  func python() throws {
    let scratch = ScratchFolder()
    let specs = try Self.examples.map { try JSON(parsing: $0, location: "") } + Self.sound.map(Self.spec)
    try AtomicFile.write(Spec.schemaText, to: scratch.file("schema.json"))
    try AtomicFile.write(JSON.array(specs).text, to: scratch.file("sound.json"))
    try AtomicFile.write(JSON.array(try Self.wrong.map { try Self.spec([$0]) }).text, to: scratch.file("wrong.json"))
    let answer = try Python.run(
      """
      import json, sys
      from jsonschema import Draft202012Validator
      schema, sound, wrong = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
      Draft202012Validator.check_schema(schema)
      validator = Draft202012Validator(schema)
      print(all(map(validator.is_valid, sound)), not any(map(validator.is_valid, wrong)), len(sound), len(wrong))
      """, [scratch.file("schema.json"), scratch.file("sound.json"), scratch.file("wrong.json")])
    #expect(answer == "True True \(specs.count) \(Self.wrong.count)\n")
  }
}

/// A Python that may be there, to compare with.
enum Python {
  /// Whether it is there with a module.
  static func has(_ module: String) -> Bool { (try? run("import \(module)", [])) != nil }

  /// What a script prints.
  static func run(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw InputError("python3", expected: "status 0", found: "\(process.terminationStatus)")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
