import Formats

extension SpecSchema {
  /// The schema in the vocabulary of JSON Schema 2020-12, in which editors check and complete specs.
  ///
  /// - Parameters:
  ///   - canBeAxis: whether a list of values (or a range, or a logspace) is accepted in place of one.
  ///   - hasAxes: whether they are accepted at the places inside.
  func jsonSchema(canBeAxis: Bool, hasAxes: Bool) -> JSON {
    let one = single(hasAxes: hasAxes)
    guard canBeAxis else { return one }
    var choices: [JSON] = [one, ["type": "array", "minItems": 1, "items": one]]
    if isNumeric { choices.append(["$ref": "#/$defs/range"]) }
    return ["anyOf": .array(choices)]
  }

  private func single(hasAxes: Bool) -> JSON {
    switch self {
    case .integer(let range):
      return ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    case .seed: return ["type": "integer", "minimum": 0, "maximum": .unsigned(.max)]
    case .number(let bounds): return bounds.jsonSchema
    case .flag: return ["type": "boolean"]
    case .text, .file: return ["type": "string"]
    case .choice(let words): return ["enum": .array(words.map(JSON.string))]
    case .list(let element): return ["type": "array", "items": element.single(hasAxes: false)]
    case .object(let object): return object.jsonSchema(hasAxes: hasAxes)
    case .named(let value):
      return ["type": "object", "additionalProperties": value.jsonSchema(canBeAxis: hasAxes, hasAxes: hasAxes)]
    case .variants(let objects):
      // A kind without required members can be written as its bare word.
      let words = objects.filter { $0.fields.allSatisfy { !$0.isRequired } }.map { JSON.string($0.kind) }
      let shorthand: [JSON] = words.isEmpty ? [] : [["enum": .array(words)]]
      let isOnlyOne = objects.count == 1
      let schemas = objects.map { $0.jsonSchema(hasAxes: hasAxes, needsKind: !isOnlyOne) }
      return ["oneOf": .array(schemas + shorthand)]
    case .either(let value, orObject: let object):
      return ["oneOf": [value.single(hasAxes: hasAxes), object.jsonSchema(hasAxes: hasAxes)]]
    }
  }

  /// The definitions to which `jsonSchema` refers.
  static let definitions: JSON = [
    "range": [
      "description": """
      n values from a to b, evenly on a linear axis (range) or on a logarithmic one (logspace; a and b are the values \
      themselves, not exponents)
      """,
      "oneOf": [rangeSchema("range"), rangeSchema("logspace")],
    ]
  ]

  private static func rangeSchema(_ key: String) -> JSON {
    let numbers: JSON = ["type": "array", "minItems": 3, "maxItems": 3, "items": ["type": "number"]]
    return [
      "type": "object", "required": [.string(key)], "additionalProperties": false,
      "properties": .object([key: numbers]),
    ]
  }
}

extension SpecObject {
  /// The object in the vocabulary of JSON Schema.
  ///
  /// - Parameters:
  ///   - hasAxes: whether lists, ranges and logspaces are accepted where single values are wanted.
  ///   - needsKind: whether its kind has to be written, because there are others.
  func jsonSchema(hasAxes: Bool, needsKind: Bool = true) -> JSON {
    var properties: [String: JSON] = [:]
    for field in fields {
      var schema = field.schema.jsonSchema(canBeAxis: hasAxes && field.canBeAxis, hasAxes: hasAxes)
      if case .object(var members) = schema {
        members["description"] = .string(field.explanation)
        if case .defaultsTo(let value) = field.presence { members["default"] = value }
        schema = .object(members)
      }
      properties[field.name] = schema
    }
    var required = fields.filter(\.isRequired).map { JSON.string($0.name) }
    if !kind.isEmpty {
      properties["kind"] = ["const": .string(kind)]
      if needsKind { required.insert("kind", at: 0) }
    }
    return [
      "type": "object", "description": .string(explanation), "properties": .object(properties),
      "required": .array(required), "additionalProperties": false,
    ]
  }
}

extension SpecField {
  var isRequired: Bool { if case .required = presence { true } else { false } }
}

extension SpecBounds {
  fileprivate var jsonSchema: JSON {
    switch self {
    case .any: ["type": "number"]
    case .positive: ["type": "number", "exclusiveMinimum": 0]
    case .notNegative: ["type": "number", "minimum": 0]
    case .fraction: ["type": "number", "minimum": 0, "maximum": 1]
    case .belowOne: ["type": "number", "minimum": 0, "exclusiveMaximum": 1]
    }
  }
}
