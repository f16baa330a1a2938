import Diagnosis
import Formats
import Foundation
import Numerics
import Objectives

/// Readers of texts.
extension FuzzReader {
  /// All of them.
  public static let all = [
    safetensors, npy, npz, idx, gzip, csv, libsvm, json, network, layers, losses, weights, samples,
  ]

  /// Samples as comma-separated values.
  static let csv = FuzzReader(
    "csv",
    seeds: texts([
      "a,b,class\n1,2,0\n3.5,-4e-2,1\n", "1;2;3\r\n4;5;6\r\n", "\u{FEFF}1\t2\n\n 3 \t 4\n",
      "\"a, b\",\"c \"\"d\"\"\"\n\"1\", 2\n",
      "1,2\n3,4",
    ]), tokens: [",", ";", "\t", "\n", "\r\n", "\"", "nan", "inf", "1e999", "-", ".", "\u{0}", "é", " "]
  ) { bytes throws(InputError) in check(try LabelledSamples(parsingCSV: bytes, location: "a.csv")) }

  /// Samples in LIBSVM's format.
  static let libsvm = FuzzReader(
    "libsvm",
    seeds: texts(["+1 1:0.5 3:-2e-1 # c\n-1 2:1\r\n", "1 2:1e3 7:12345678901234567890.5\n\n0 1:1\n", "3 1:1"]),
    tokens: [":", " ", "\n", "#", "qid:3", "-1", "1:", "50000000:1", "50000001:1", "nan", "1e999", "\u{0}"]
  ) { bytes throws(InputError) in check(try LabelledSamples(parsingLIBSVM: bytes, location: "a.svm")) }

  private static func check(_ samples: LabelledSamples) -> String? {
    guard samples.features.rowCount == samples.labels.count, !samples.labels.isEmpty else {
      return "samples without labels"
    }
    return samples.labels.allSatisfy(\.isFinite) && samples.features.storedValues.allSatisfy(\.isFinite)
      ? nil : "numbers that are not finite"
  }

  /// JSON.
  static let json = FuzzReader(
    "json",
    seeds: texts([
      "{\"a\": [1, -2.5e3, true, false, null], \"é\\n\\u00e9\\ud83d\\ude00\": {\"b\": \"c\"}}",
      "[[[]], {}, \"\", 18446744073709551615]",
      " 0.5 ",
    ]),
    tokens: ["{", "}", "[", "]", ",", ":", "\"", "\\u", "\\ud800", "1e400", "-", "true", "nul", "\u{0}", "[[[[[[[["]
  ) { bytes throws(InputError) in
    let value = try JSON(parsing: bytes, location: "a.json")
    // A number such as 2.5e1 is written 25, and so read as a whole one.
    let again = try JSON(parsing: value.text, location: "written again")
    return again.text == withoutNegativeZeros(value).text ? nil : "other JSON when written"
  }

  /// −0.0 is written -0, and so read as the whole number 0.
  private static func withoutNegativeZeros(_ value: JSON) -> JSON {
    switch value {
    case .number(0): .integer(0)
    case .array(let values): .array(values.map(withoutNegativeZeros))
    case .object(let members): .object(members.mapValues(withoutNegativeZeros))
    default: value
    }
  }

  /// Networks in short form.
  static let network = FuzzReader(
    "network",
    seeds: texts([
      "mlp:784-512-512-10:relu", "mlp:2-1", "mlp:3-4-1:tanh:bias=false:kink=0.5", "mlp:1-1-1-1-1-1:gelu:bias=true",
    ]),
    tokens: [
      "mlp:", "-", ":", "relu", "sigmoid", "bias=", "kink=", "true", "nan", "9223372036854775807", "2147483647", "+1",
      "0",
    ]
  ) { bytes throws(InputError) in check(try Network(parsing: String(decoding: bytes, as: UTF8.self))) }

  /// Networks layer by layer.
  static let layers = FuzzReader(
    "layers",
    seeds: texts([
      "{\"layers\":[{\"kind\":\"affine\",\"inputs\":3,\"outputs\":4},{\"kind\":\"relu\"},"
        + "{\"kind\":\"affine\",\"outputs\":2,\"bias\":false}],"
        + "\"slopeAtKink\":0.5}", "{\"widths\":[3,4,2],\"activation\":\"tanh\",\"bias\":true,\"slopeAtKink\":1}",
      "{\"widths\":[1,1]}",
    ]),
    tokens: [
      "{", "}", "[", "]", ",", ":", "\"kind\"", "\"affine\"", "\"gelu\"", "\"widths\"", "\"layers\"", "true", "null",
      "1.5",
    ]
  ) { bytes throws(InputError) in
    let network = try Network(layerList: try JSON(parsing: bytes, location: "model"), location: "model")
    guard try Network(layerList: network.layerList, location: "again") == network else {
      return "another network when written"
    }
    return check(network)
  }

  private static func check(_ network: Network) -> String? {
    let blocks = network.parameterBlocks
    let ends = blocks.map(\.range.upperBound)
    guard blocks.map(\.range.lowerBound) == [0] + ends.dropLast(), ends.last == network.parameterCount else {
      return "blocks that are not all parameters"
    }
    return network.description.isEmpty ? "no description" : nil
  }

  /// Losses, splits of data, and names of tensors.
  static let losses = FuzzReader(
    "options",
    seeds: texts([
      "squared:half=false:mean=true", "mse", "crossEntropy", "train:0:1000", "fc1=0,fc2=2", "0.1307,0.3081",
    ]),
    tokens: [":", "=", ",", "half", "true", "nan", "-1", "logistic"]
  ) { bytes throws(InputError) in
    let text = String(decoding: bytes, as: UTF8.self)
    var errors: [InputError] = []
    do throws(InputError) {
      let loss = try NetworkLoss(parsing: text)
      return try NetworkLoss(parsing: loss.text) == loss ? nil : "another loss"
    } catch { errors.append(error) }
    do throws(InputError) {
      _ = try DataSplit(parsing: text)
      return nil
    } catch { errors.append(error) }
    do throws(InputError) {
      _ = try TensorNames(parsing: text)
      return nil
    } catch { errors.append(error) }
    do throws(InputError) {
      return try InputNormalization(parsing: text).standardDeviation > 0 ? nil : "a deviation of 0"
    } catch { errors.append(error) }
    throw errors[text.utf8.count % errors.count]
  }

  /// Weights of a network, from files.
  static let weights = FuzzReader(
    "weights", seeds: Array(safetensorsSeeds.prefix(2)) + [weightArchive],
    tokens: ["0.weight", "2.bias", "F16", "model.", "[3,2]"],
    wrap: { bytes, choice in
      guard bytes.starts(with: [0x93, 0x4E]) else { return bytes }
      return ZipAssembly.archive([("0.weight.npy", bytes)], isDeflated: choice % 2 == 0)
    }
  ) { bytes throws(InputError) in
    let path = try TemporaryFile.write(bytes, name: "weights")
    defer { TemporaryFile.remove(path) }
    let network = try Network(parsing: "mlp:3-2-2:relu")
    do throws(InputError) {
      let weights = try NetworkWeights.read(path, for: network)
      return weights.parameters.count == 14 && weights.parameters.allSatisfy(\.isFinite) ? nil : "weights that are none"
    } catch {
      guard error.location.hasPrefix(path) else { return "an error elsewhere: \(error)" }
      throw error
    }
  }

  private static let weightArchive: [UInt8] = {
    let arrays: [(String, [Int])] = [("0.weight", [2, 3]), ("0.bias", [2]), ("2.weight", [2, 2]), ("2.bias", [2])]
    return ZipAssembly.archive(
      arrays.map { name, shape in
        let values = (0..<shape.reduce(1, *)).map(Double.init)
        return ("\(name).npy", (try? NPYFile(shape: shape, values: values).encoded()) ?? [])
      }, isDeflated: false)
  }()

  /// Samples for a network, from files.
  static let samples = FuzzReader(
    "samples", seeds: [sampleArray([3, 2], [1, 2, 3, 4, 5, 6])], tokens: npyTokens,
    wrap: { bytes, choice in
      let y = sampleArray([3], [0, 1, 2])
      let isTarget = choice % 2 == 0
      return ZipAssembly.archive(
        [("x.npy", isTarget ? sampleArray([3, 2], [1, 2, 3, 4, 5, 6]) : bytes), ("y.npy", isTarget ? bytes : y)],
        isDeflated: choice < 2)
    }
  ) { bytes throws(InputError) in
    let path = try TemporaryFile.write(bytes, name: "samples")
    defer { TemporaryFile.remove(path) }
    let network = try Network(parsing: "mlp:2-3")
    let data = try DiagnosisData.read(path, for: network, loss: bytes.count % 2 == 0 ? .crossEntropy : .squared())
    let objective = try data.objective(network)
    return objective.loss(at: [Double](repeating: 0.1, count: 9)).isNaN ? "a loss that is not a number" : nil
  }

  private static func sampleArray(_ shape: [Int], _ values: [Double]) -> [UInt8] {
    (try? NPYFile(shape: shape, values: values).encoded()) ?? []
  }

  private static func texts(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}
