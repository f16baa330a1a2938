import Curvature
import Numerics
import Objectives
import Stability

/// The measurements of one network, with what several of them share.
struct DiagnosisRun<Scalar: NetworkScalar> {
  /// In double precision: losses, gradients, what is small.
  let objective: NetworkObjective<Double>
  let parameters: [Double]
  let data: DiagnosisData
  /// In the precision of products.
  let narrow: NetworkObjective<Scalar>
  let narrowParameters: [Scalar]
  let options: DiagnosisOptions
  let hessian: CurvatureOperator<NetworkObjective<Scalar>>
  let gaussNewton: CurvatureOperator<NetworkObjective<Scalar>>
  let gradient: [Double]
  let gradientNorm: Double
  /// The dense spectrum, where there are few parameters, or the ends of it.
  var matrix: Matrix?
  var spectrum: SymmetricEigendecomposition?
  var ends: Eigenpairs<Scalar>?
  var gaussNewtonEnds: Eigenpairs<Scalar>?
  var trace: TraceEstimate?
  var moments: SampleGradientMoments?

  var network: Network { objective.network }
  var dimension: Int { objective.parameterCount }
  var seeds: Seeds { Seeds(master: options.seed) }
  var isDense: Bool { dimension <= CurvatureOperator<NetworkObjective<Scalar>>.largestDenseDimension }

  init(
    _ objective: NetworkObjective<Double>, _ parameters: [Double], _ data: DiagnosisData,
    _ narrow: NetworkObjective<Scalar>, _ narrowParameters: [Scalar], _ options: DiagnosisOptions
  ) throws(InputError) {
    self.objective = objective
    self.parameters = parameters
    self.data = data
    self.narrow = narrow
    self.narrowParameters = narrowParameters
    self.options = options
    hessian = try .hessian(of: narrow, at: narrowParameters, workers: options.workers)
    gaussNewton = try .gaussNewton(of: narrow, at: narrowParameters, workers: options.workers)
    gradient = objective.gradient(at: parameters)
    gradientNorm = LinearAlgebra.norm(gradient)
    guard gradientNorm.isFinite else {
      throw InputError("gradient", expected: "finite numbers at these weights", found: "one that is not")
    }
  }

  /// The bytes of a product's passes, and of the vectors that are kept at most: of a dense matrix, of Lanczos's process, or for a
  /// trace.
  var memory: Int {
    let vectors = isDense ? dimension : min(dimension, max(200, 12 * options.eigenvalueCount))
    let bytes = vectors * dimension * MemoryLayout<Scalar>.stride
    let products = DiagnosisOptions.largestProductCount / 3 * dimension * MemoryLayout<Scalar>.stride
    return hessian.workspaceBytes + max(bytes, isDense ? 0 : min(products, DiagnosisOptions.largestBasisBytes))
  }

  /// The measures asked for, in the order in which they are listed: later ones use what earlier ones found.
  mutating func sections(
    _ progress: (DiagnosisMeasure?, Int, Int) -> Void
  ) throws(InputError) -> [DiagnosisSection] {
    let wanted = DiagnosisMeasure.allCases.filter(options.measures.contains)
    var sections: [DiagnosisSection] = []
    for (place, measure) in wanted.enumerated() {
      progress(measure, place, wanted.count)
      sections.append(try section(measure))
    }
    progress(nil, wanted.count, wanted.count)
    return sections
  }

  private mutating func section(_ measure: DiagnosisMeasure) throws(InputError) -> DiagnosisSection {
    switch measure {
    case .point: try measurePoint()
    case .eigenvalues: try measureEigenvalues()
    case .gaussNewton: try measureGaussNewton()
    case .trace: try measureTrace()
    case .layers: try measureLayers()
    case .density: try measureDensity()
    case .noise: try measureNoise()
    case .batchSharpness: try measureBatchSharpness()
    case .thresholds: try measureThresholds()
    case .features: try measureFeatures()
    case .jacobianRank: try measureJacobianRank()
    case .kinks: try measureKinks()
    case .sharpness: try measureSharpness()
    case .slices: try measureSlices()
    }
  }

  /// Options of an eigenvalue search; each measure has random numbers of its own.
  func eigenvalueOptions(_ measure: DiagnosisMeasure, findsMultiples: Bool = true) -> EigenvalueOptions {
    EigenvalueOptions(
      tolerance: max(options.eigenvalueTolerance, 30 * Double(Scalar.ulpOfOne)),
      largestProductCount: DiagnosisOptions.largestProductCount, findsMultiples: findsMultiples, seeds: seeds,
      trial: trial(measure), workers: options.workers)
  }

  /// The trial under which a measure draws its random numbers: adding a measure moves no other one's.
  func trial(_ measure: DiagnosisMeasure) -> Int {
    (DiagnosisMeasure.allCases.firstIndex(of: measure) ?? 0) << 20
  }

  /// The dense spectrum of the Hessian, computed once.
  mutating func denseSpectrum() throws(InputError) -> SymmetricEigendecomposition {
    if let spectrum { return spectrum }
    let dense = matrix ?? hessian.dense()
    let found = try LinearAlgebra.symmetricEigendecomposition(of: dense)
    (matrix, spectrum) = (dense, found)
    return found
  }

  /// The ends of the Hessian's spectrum, computed once.
  mutating func hessianEnds() throws(InputError) -> Eigenpairs<Scalar> {
    if let ends { return ends }
    let count = min(options.eigenvalueCount, max(1, dimension / 2))
    let found =
      isDense
      ? Eigenpairs(try denseSpectrum(), largest: count, smallest: min(count, dimension - count))
      : try hessian.eigenpairs(largest: count, smallest: count, options: eigenvalueOptions(.eigenvalues))
    ends = found
    return found
  }
}
