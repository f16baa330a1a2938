import Formats
import Numerics
import Objectives

/// A trained network on its data, measured: how good, how sharp, how noisy, how sparse, and which steps could stay there.
public struct Diagnosis: Sendable {
  /// The network.
  public let network: Network
  /// Its samples.
  public let data: DiagnosisData
  /// Its parameters.
  public let weights: NetworkWeights
  /// How it was measured.
  public let options: DiagnosisOptions
  /// The loss of a sample as a formula.
  public let lossFormula: String
  /// Whether products were made in single precision.
  public let isSingle: Bool
  /// The bytes that Hessian-vector products need for passes, and bases for vectors.
  public let memory: Int
  /// What was found, measure by measure.
  public let sections: [DiagnosisSection]

  /// Measures.
  ///
  /// - Parameter progress: called before each measure, with its number and their count, and once at the end.
  /// - Throws: `InputError` for data that do not fit, or a loss or gradient that is not finite at these weights.
  public init(
    _ network: Network, _ weights: NetworkWeights, _ data: DiagnosisData,
    options: DiagnosisOptions = DiagnosisOptions(),
    progress: (_ measure: DiagnosisMeasure?, _ finished: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws(InputError) {
    self.network = network
    self.data = data
    self.weights = weights
    self.options = options
    let objective = try data.objective(network)
    lossFormula = objective.lossFormula
    let loss = objective.loss(at: weights.parameters)
    guard loss.isFinite else {
      throw InputError(
        "loss", expected: "a finite number at these weights", found: "\(loss)",
        advice: "Are inputs scaled as in training, and weights those of this network?")
    }
    isSingle = options.precision.isSingle(parameterCount: network.parameterCount)
    if isSingle {
      var run = try DiagnosisRun(
        objective, weights.parameters, data, try objective.inSinglePrecision(), weights.parameters.map { Float($0) },
        options)
      (sections, memory) = (try run.sections(progress), run.memory)
    } else {
      var run = try DiagnosisRun(objective, weights.parameters, data, objective, weights.parameters, options)
      (sections, memory) = (try run.sections(progress), run.memory)
    }
  }
}
