import Formats
import Foundation
import Numerics
import Objectives
import Testing

@testable import Diagnosis

/// Networks at which something that others have is missing.
@Suite("Diagnosis of unusual networks") struct ExtremeNetworkTests {
  private static func diagnose(
    _ text: String, parameters: [Double], rows: [String], loss: NetworkLoss
  ) throws -> Diagnosis {
    let network = try Network(parsing: text)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (data, theta) = (folder.appending(path: "data.csv").path, folder.appending(path: "theta.npy").path)
    try rows.joined(separator: "\n").write(toFile: data, atomically: true, encoding: .utf8)
    try NPYFile(shape: [parameters.count], values: parameters).write(to: theta)
    var options = DiagnosisOptions()
    options.sliceSize = 5
    options.steps = [0.1, 1]
    return try Diagnosis(
      network, NetworkWeights.read(theta, for: network), DiagnosisData.read(data, for: network, loss: loss),
      options: options)
  }

  /// Whatever is missing, JSON can be written and read, and texts have no infinities.
  private static func check(_ diagnosis: Diagnosis) throws {
    #expect(diagnosis.sections.count == DiagnosisMeasure.allCases.count)
    for section in diagnosis.sections {
      let text = section.json.readableText
      #expect(throws: Never.self) { try JSON(parsing: text, location: "section") }
      let words = (section.lines.map(\.value) + section.statements).joined(separator: " ")
      #expect(!words.contains("nan") && !words.contains("inf"), "\(section.measure): \(words)")
    }
  }

  @Test("all weights 0: dead, and only the last bias has a gradient") func zero() throws {
    try Self.check(
      Self.diagnose(
        "mlp:2-3-1:relu", parameters: [Double](repeating: 0, count: 13), rows: ["1,2,1", "0,1,2", "2,0,3"],
        loss: .squared()))
  }

  @Test("an exact fit: every gradient vanishes") func fit() throws {
    let diagnosis = try Self.diagnose(
      "mlp:1-1", parameters: [2, 1], rows: ["1,3", "2,5", "0,1"], loss: .squared())
    try Self.check(diagnosis)
    #expect(diagnosis.sections.first { $0.measure == .batchSharpness }?.refusal != nil)
  }

  @Test("a single sample, and a single parameter") func single() throws {
    try Self.check(Self.diagnose("mlp:1-1:bias=false", parameters: [0.5], rows: ["1,3"], loss: .squared()))
  }

  @Test("inputs of 0: the Hessian without biases is 0") func flat() throws {
    try Self.check(
      Self.diagnose(
        "mlp:2-2-1:tanh:bias=false", parameters: [1, 2, 3, 4, 0, 0], rows: ["0,0,1", "0,0,2"], loss: .squared()))
  }

  @Test("saturated classes: the loss is 0 to rounding") func saturated() throws {
    try Self.check(
      Self.diagnose(
        "mlp:1-2", parameters: [400, -400, 0, 0], rows: ["1,0", "-1,1", "2,0"], loss: .crossEntropy))
  }
}
