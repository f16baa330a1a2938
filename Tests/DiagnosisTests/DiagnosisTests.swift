import Curvature
import Formats
import Foundation
import Numerics
import Objectives
import Testing

@testable import Diagnosis

@Suite("Diagnosis of a network") struct DiagnosisTests {
  /// 3-6-2 on 40 samples: everything can be computed whole.
  private static func small(
    _ network: String = "mlp:3-6-2:relu", samples: Int = 40, options: DiagnosisOptions = DiagnosisOptions()
  ) throws -> (Diagnosis, NetworkObjective<Double>, [Double]) {
    let network = try Network(parsing: network)
    var stream = RandomStream(RandomKey(seed: 5, purpose: .data))
    let inputs = stream.gaussian(count: samples * network.inputCount)
    let classes = (0..<samples).map { $0 % network.outputCount }
    let rows = (0..<samples).map { row in
      (inputs[row * network.inputCount..<(row + 1) * network.inputCount].map { "\($0)" } + ["\(classes[row])"])
        .joined(separator: ",")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "data.csv").path
    try rows.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let data = try DiagnosisData.read(file, for: network, loss: .crossEntropy)
    let parameters = network.randomParameters(.pyTorch, stream: &stream)
    let weightsFile = folder.appending(path: "theta.npy").path
    try NPYFile(shape: [parameters.count], values: parameters).write(to: weightsFile)
    let weights = try NetworkWeights.read(weightsFile, for: network)
    return (
      try Diagnosis(network, weights, data, options: options), try data.objective(network), parameters
    )
  }

  private static func quick() -> DiagnosisOptions {
    var options = DiagnosisOptions()
    options.measures = DiagnosisMeasure.allCases.filter { $0 != .thresholds }
    options.sliceSize = 5
    return options
  }

  @Test("numbers are those of the dense Hessian where there are few parameters") func dense() throws {
    let (diagnosis, objective, parameters) = try Self.small(options: Self.quick())
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters).spectrum().values
    let sections = Dictionary(uniqueKeysWithValues: diagnosis.sections.map { ($0.measure, $0.json) })
    func number(_ measure: DiagnosisMeasure, _ path: String...) throws -> Double {
      var value = try #require(sections[measure])
      for key in path {
        switch value {
        case .array(let items): value = try #require(items.first)
        default: break
        }
        value = try #require(value.members[key])
      }
      if case .array(let items) = value { value = try #require(items.first) }
      return try #require(value.double)
    }
    #expect(abs(try number(.point, "loss") - objective.loss(at: parameters)) < 1e-14)
    #expect(abs(try number(.eigenvalues, "largest", "value") - hessian[hessian.count - 1]) < 1e-12)
    #expect(abs(try number(.eigenvalues, "smallest", "value") - hessian[0]) < 1e-12)
    #expect(abs(try number(.trace, "value") - hessian.reduce(0, +)) < 1e-12)
    let gaussNewton = try CurvatureOperator.gaussNewton(of: objective, at: parameters).spectrum().values
    #expect(abs(try number(.gaussNewton, "largest", "value") - gaussNewton[gaussNewton.count - 1]) < 1e-12)
    let gradients = Matrix(objective.sampleGradients(at: parameters))
    let mean = objective.gradient(at: parameters)
    let square = LinearAlgebra.dot(mean, mean)
    let trace = (0..<40).reduce(0.0) { $0 + LinearAlgebra.dot(gradients.row($1), gradients.row($1)) } / 40 - square
    #expect(abs(try number(.noise, "covarianceTrace") - trace) < 1e-12)
    #expect(abs(try number(.noise, "simpleScale") / (trace / square) - 1) < 1e-12)
    let negative = Double(hessian.count { $0 < 0 }) / Double(hessian.count)
    #expect(abs(try number(.density, "negativeFraction", "value") - negative) < 1e-12)
    // The layers' traces make up the whole.
    let layers = try #require(sections[.layers]?.members["layers"])
    guard case .array(let items) = layers else { return }
    let sum = try items.reduce(0.0) { sum, item in
      try sum + #require(item.members["trace"]?.members["value"]?.double)
    }
    #expect(items.count == 2 && abs(sum - hessian.reduce(0, +)) < 1e-12)
  }

  @Test("no number depends on the number of workers") func workers() throws {
    var options = Self.quick()
    var found: [[JSON]] = []
    for workers in [1, 3] {
      options.workers = workers
      found.append(try Self.small(samples: 300, options: options).0.sections.map(\.json))
    }
    #expect(found[0] == found[1])
  }

  @Test("the curvature noise is tr(HΣ), within its interval") func curvatureNoise() throws {
    let (diagnosis, objective, parameters) = try Self.small(options: Self.quick())
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters).dense()
    let covariance = try CurvatureOperator.gradientCovariance(of: objective, at: parameters).dense()
    let truth = (0..<hessian.rows).reduce(0.0) { $0 + LinearAlgebra.dot(hessian.row($1), covariance.row($1)) }
    let json = try #require(diagnosis.sections.first { $0.measure == .noise }?.json.members["curvatureTrace"])
    let value = try #require(json.members["value"]?.double)
    let error = try #require(json.members["standardError"]?.double)
    #expect(abs(value - truth) < 5 * error && error > 0)
  }

  @Test("thresholds of all directions are those of the Gauss–Newton factors") func thresholds() throws {
    var options = DiagnosisOptions()
    options.measures = [.thresholds]
    options.rank = 200
    options.batches = [1, 4]
    options.steps = [0.1, 1]
    let (diagnosis, objective, parameters) = try Self.small(samples: 12, options: options)
    let (n, m, d) = (12, 2, parameters.count)
    let factors = objective.jacobian(at: parameters)
    let weights = objective.outputHessians(at: parameters)
    var mean = Matrix(rows: d, columns: d)
    for sample in 0..<n {
      for a in 0..<m {
        for b in 0..<m {
          let weight = weights[(sample * m + a) * m + b] / Double(n)
          for i in 0..<d {
            for j in 0..<d {
              mean[i, j] += weight * factors[(sample * m + a) * d + i] * factors[(sample * m + b) * d + j]
            }
          }
        }
      }
    }
    let largest = try #require(try LinearAlgebra.symmetricEigenvalues(of: mean).last)
    let json = try #require(diagnosis.sections.first?.json)
    guard case .array(let batches) = try #require(json.members["batches"]) else { return }
    #expect(batches.count == 2)
    let full = try #require(batches[0].members["etaFullBatch"]?.double)
    #expect(abs(full * largest / 2 - 1) < 1e-9)
    let steps = try batches.map { try #require($0.members["etaMeanSquare"]?.double) }
    #expect(steps[0] < steps[1] && steps[1] <= full * (1 + 1e-9))
  }

  @Test("a linear network has no features, and one without ReLU no kinks") func refusals() throws {
    var options = DiagnosisOptions()
    options.measures = [.features, .kinks]
    let (diagnosis, _, _) = try Self.small("mlp:3-2", options: options)
    #expect(diagnosis.sections.allSatisfy { $0.refusal != nil })
    let (smooth, _, _) = try Self.small("mlp:3-4-2:tanh", options: options)
    #expect(smooth.sections.map { $0.refusal == nil } == [true, false])
  }

  @Test("every measure has a title, an explanation and a cost, each its own") func measures() {
    let texts = DiagnosisMeasure.allCases.flatMap { [$0.title, $0.explanation] }
    #expect(Set(texts).count == texts.count && texts.allSatisfy { !$0.isEmpty })
    #expect(DiagnosisMeasure.allCases.allSatisfy { !$0.cost.isEmpty })
  }

  @Test("a section cites what it used: of a dense spectrum nothing, and never more than its measure can")
  func citations() throws {
    let (dense, _, _) = try Self.small(options: Self.quick())
    var options = Self.quick()
    options.measures = [.eigenvalues, .gaussNewton, .trace, .layers, .density, .noise, .sharpness]
    let (iterative, _, _) = try Self.small("mlp:3-200-10:relu", options: options)
    #expect(iterative.network.parameterCount > 2_000)
    for section in dense.sections + iterative.sections {
      #expect(Set(section.citations).isSubset(of: section.measure.citations), "\(section.measure)")
    }
    func keys(_ diagnosis: Diagnosis, _ measure: DiagnosisMeasure) -> Set<String> {
      Set(diagnosis.sections.first { $0.measure == measure }?.citations.map(\.key) ?? [])
    }
    for measure in [DiagnosisMeasure.eigenvalues, .trace, .density, .point, .kinks] {
      #expect(keys(dense, measure).isEmpty, "\(measure)")
    }
    #expect(keys(iterative, .eigenvalues).contains("wu2000thick"))
    #expect(keys(iterative, .trace).isSuperset(of: ["meyer2021hutch", "hutchinson1990stochastic"]))
    #expect(keys(iterative, .density).contains("ubaru2017fast"))
    #expect(keys(dense, .sharpness).isSuperset(of: ["foret2021sharpness", "keskar2017large"]))
  }
}
