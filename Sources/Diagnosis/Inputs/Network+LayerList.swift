import Formats
import Numerics
import Objectives

extension Network {
  /// The longest file of a layer list: 1 MiB.
  private static let largestListSize = 1 << 20
  /// The most layers of a list.
  private static let largestLayerCount = 1_000
  /// The widest layer of a list.
  private static let largestWidth = 10_000_000

  /// Reads what a user calls a model: the short form `mlp:784-512-10:relu`, a layer list as JSON, or the path of a file
  /// with one.
  ///
  /// - Throws: `InputError` as ``init(parsing:)`` and ``init(layerList:location:)``, or for a file that cannot be read.
  public init(model text: String) throws(InputError) {
    if text.first == "{" {
      try self.init(layerList: try JSON(parsing: text, location: "model"), location: "model")
    } else if text.hasPrefix("mlp:") || (text.contains(":") && !Folder.holds(text)) {
      try self.init(parsing: text)
    } else {
      let bytes = try InputFile.read(text, limit: Self.largestListSize)
      try self.init(layerList: try JSON(parsing: bytes, location: text), location: text)
    }
  }

  /// Reads a network from JSON, layer by layer or by its widths:
  ///
  ///     {"layers": [{"kind": "affine", "inputs": 784, "outputs": 512}, {"kind": "relu"},
  ///                 {"kind": "affine", "outputs": 10, "bias": false}], "slopeAtKink": 0}
  ///     {"widths": [784, 512, 10], "activation": "relu", "bias": true, "slopeAtKink": 0}
  ///
  /// A layer's `kind` is `affine` or the name of an activation. An affine layer has `outputs`, `inputs` (required of
  /// the first, otherwise the outputs before it) and `bias` (true if left out). `slopeAtKink`, the derivative of ReLU
  /// at 0, is 0 if left out. The second form is that of `problem.network` in specs; `activation` is `relu` if left out.
  ///
  /// - Throws: `InputError` that names the place in the list.
  public init(layerList value: JSON, location: String) throws(InputError) {
    let object = try LayerObject(value, "\(location)", keys: ["layers", "slopeAtKink", "widths", "activation", "bias"])
    let slope = try object.number("slopeAtKink") ?? 0
    do throws(InputError) {
      if object.members["layers"] != nil {
        for key in ["widths", "activation", "bias"] where object.members[key] != nil {
          throw InputError("layers", expected: "either layers or widths", found: "layers and \(key)")
        }
        try self.init(try Self.layers(object), slopeAtKink: slope)
      } else {
        let name = try object.text("activation") ?? NetworkActivation.relu.rawValue
        try self.init(
          widths: try Self.widths(object), activation: try Self.activation(name, "activation"),
          bias: try object.flag("bias") ?? true, slopeAtKink: slope)
      }
    } catch {
      let isPlaced = error.location.hasPrefix(location)
      throw isPlaced
        ? error
        : InputError(
          "\(location), \(error.location)", expected: error.expected, found: error.found, advice: error.advice)
    }
  }

  /// The JSON that ``init(layerList:location:)`` reads as this network, layer by layer.
  public var layerList: JSON {
    let layers = layers.map { layer -> JSON in
      switch layer {
      case .affine(let inputs, let outputs, let bias):
        ["kind": "affine", "inputs": .integer(inputs), "outputs": .integer(outputs), "bias": .bool(bias)]
      case .activation(let activation): ["kind": .string(activation.rawValue)]
      }
    }
    return ["layers": .array(layers), "slopeAtKink": .number(slopeAtKink)]
  }

  private static func layers(_ object: LayerObject) throws(InputError) -> [Layer] {
    let values = try object.list("layers", most: largestLayerCount)
    let activations = NetworkActivation.allCases.map(\.rawValue)
    var layers: [Layer] = []
    var width: Int?
    for (index, value) in values.enumerated() {
      let place = "\(object.place), layer \(index)"
      let layer = try LayerObject(value, place, keys: ["kind", "inputs", "outputs", "bias"])
      guard let kind = try layer.text("kind") else {
        throw InputError(place, expected: "a kind: affine or an activation", found: "none")
      }
      guard kind == "affine" else {
        guard let activation = NetworkActivation(rawValue: kind) else {
          throw InputError(
            place, expected: "a kind of layer", found: JSON.quoted(kind),
            advice: Suggestion.sentence(for: kind, among: ["affine"] + activations))
        }
        guard layer.members.count == 1 else {
          throw InputError(place, expected: "nothing but the kind of an activation", found: "more")
        }
        layers.append(.activation(activation))
        continue
      }
      guard let inputs = try layer.integer("inputs", most: largestWidth) ?? width else {
        throw InputError(place, expected: "inputs, which the first affine layer must have", found: "none")
      }
      guard let outputs = try layer.integer("outputs", most: largestWidth) else {
        throw InputError(place, expected: "outputs of an affine layer", found: "none")
      }
      layers.append(.affine(inputs: inputs, outputs: outputs, bias: try layer.flag("bias") ?? true))
      width = outputs
    }
    return layers
  }

  private static func widths(_ object: LayerObject) throws(InputError) -> [Int] {
    var widths: [Int] = []
    for value in try object.list("widths", most: largestLayerCount + 1) {
      guard case .integer(let width) = value, (1...largestWidth).contains(width) else {
        throw InputError(
          "\(object.place), widths", expected: "whole numbers from 1 to \(largestWidth)", found: value.summary)
      }
      widths.append(width)
    }
    return widths
  }

  private static func activation(_ name: String, _ place: String) throws(InputError) -> NetworkActivation {
    if let activation = NetworkActivation(rawValue: name) { return activation }
    throw InputError(
      place, expected: "an activation", found: JSON.quoted(name),
      advice: Suggestion.sentence(for: name, among: NetworkActivation.allCases.map(\.rawValue)))
  }
}

/// An object of a layer list: members of known names, asked for by their type.
private struct LayerObject {
  let members: [String: JSON]
  let place: String

  init(_ value: JSON, _ place: String, keys: [String]) throws(InputError) {
    guard case .object(let members) = value else {
      throw InputError(place, expected: "an object", found: value.summary)
    }
    if let unknown = members.keys.filter({ !keys.contains($0) }).min() {
      throw InputError(
        place, expected: "known keys", found: JSON.quoted(unknown),
        advice: Suggestion.sentence(for: unknown, among: keys))
    }
    self.members = members
    self.place = place
  }

  func list(_ key: String, most: Int) throws(InputError) -> [JSON] {
    guard case .array(let values)? = members[key], !values.isEmpty, values.count <= most else {
      throw InputError(place, expected: "a list of 1 to \(most) entries as \(key)", found: summary(key))
    }
    return values
  }

  func text(_ key: String) throws(InputError) -> String? {
    guard let value = members[key] else { return nil }
    guard case .string(let text) = value else { throw wrong("a text", key) }
    return text
  }

  func flag(_ key: String) throws(InputError) -> Bool? {
    guard let value = members[key] else { return nil }
    guard case .bool(let flag) = value else { throw wrong("true or false", key) }
    return flag
  }

  func integer(_ key: String, most: Int) throws(InputError) -> Int? {
    guard let value = members[key] else { return nil }
    guard case .integer(let number) = value, (1...most).contains(number) else {
      throw wrong("a whole number from 1 to \(most)", key)
    }
    return number
  }

  func number(_ key: String) throws(InputError) -> Double? {
    guard let value = members[key] else { return nil }
    guard let number = value.double else { throw wrong("a number", key) }
    return number
  }

  private func wrong(_ expected: String, _ key: String) -> InputError {
    InputError(place, expected: "\(expected) as \(key)", found: summary(key))
  }

  private func summary(_ key: String) -> String { members[key]?.summary ?? "none" }
}
