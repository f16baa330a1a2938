import Citations
import Curvature
import Formats
import Numerics
import Objectives
import Reporting
import Stability

extension DiagnosisRun {
  /// Thresholds and the map over step and batch size, of the linearised network in its sharpest directions.
  ///
  /// Every sample's Hessian is that of the linearised network, JᵢᵀAᵢJᵢ, and the dynamics are projected on the top eigenvectors of their
  /// mean: n·m·r numbers, whatever the number of parameters.
  mutating func measureThresholds() throws(InputError) -> DiagnosisSection {
    let pairs = try gaussNewtonPairs()
    guard let first = pairs.largest.first, first.value > 0 else {
      return .refused(.thresholds, "the Gauss–Newton matrix is 0: no step size is too large for it")
    }
    let kept = pairs.largest.prefix(options.rank).filter { $0.value > 1e-10 * first.value }
    let (n, m) = (objective.sampleCount, objective.outputCount)
    let curvature = try projectedCurvature(kept.map(\.vector))
    let geometry = try MinimumGeometry(curvature)
    let sizes = options.batches ?? Self.batchSizes(upTo: n)
    let dynamics = try sizes.map { size throws(InputError) in
      try Dynamics(batchSize: size, sampling: options.sampling, sampleCount: n)
    }
    let count = options.steps?.count ?? StabilityMap.defaultStepCount
    var settings = StabilityMap.Settings(affordableFor: geometry, dynamics: dynamics, stepCount: count)
    settings.simulation.chains = min(settings.simulation.chains, Self.mostChains)
    settings.simulation.seeds = seeds
    settings.tailSimulation = nil
    let map = try StabilityMap(
      geometry, dynamics: dynamics, steps: options.steps, settings: settings, workers: options.workers)
    var section = DiagnosisSection(.thresholds)
    section.citations = [.martens] + (isDense ? [] : EigenvalueOptions.citations) + map.citations
    section.json = json(map, rank: kept.count, first.value)
    section.figures = [map.figure()]
    section.tables = [map.thresholdTable()]
    for column in map.columns {
      let stability = column.stability
      section.lines.append(
        (
          "b = \(stability.dynamics.batchSize)",
          "η up to \(NumberText.readable(stability.meanSquare.value, digits: 4)) in mean square, "
            + "\(NumberText.readable(stability.almostSure.value, digits: 4)) in typical runs"
        ))
    }
    section.lines.append(
      ("full batch", "η up to \(NumberText.readable(map.columns[0].stability.fullBatch, digits: 4))"))
    if let small = map.columns.first?.stability {
      section.statements.append(
        "If this were a minimum, plain SGD with b = \(small.dynamics.batchSize) (\(options.sampling.rawValue)) could stay in the linearised "
          + "network for steps up to at most \(NumberText.readable(small.meanSquare.value, digits: 3)) in mean square, and the full batch up to "
          + "\(NumberText.readable(small.fullBatch, digits: 3)).")
    }
    section.caveats += [
      "Thresholds are those of the network linearised here, as if its gradient vanished"
        + (gradientNorm > 0 ? ", which it does not" : "")
        + ": Gauss and Newton's matrix of every sample stands for its Hessian.",
      kept.count < min(dimension, n * m)
        ? "They are computed in the \(kept.count) sharpest directions (--rank): with all directions each of them is at most as large."
        : "All directions of the linearised network take part.",
    ]
    return section
  }

  /// Enough for standard errors of some percent of a threshold.
  private static var mostChains: Int { 16 }

  /// Powers of 4.
  private static func batchSizes(upTo n: Int) -> [Int] {
    var sizes: [Int] = []
    var size = 1
    while size < n, size <= 64 {
      sizes.append(size)
      size *= 4
    }
    return sizes.isEmpty ? [n] : sizes
  }

  /// The factors JᵢV and Aᵢ of every sample, for orthonormal columns V.
  private func projectedCurvature(_ vectors: [[Scalar]]) throws(InputError) -> SampleCurvature {
    let (n, m, r) = (objective.sampleCount, objective.outputCount, vectors.count)
    var jacobians = [Double](repeating: 0, count: n * m * r)
    for (column, vector) in vectors.enumerated() {
      let image = narrow.jacobianVectorProduct(at: narrowParameters, times: vector)
      for row in 0..<n * m { jacobians[row * r + column] = Double(image[row]) }
    }
    return try SampleCurvature(
      jacobians: jacobians, sampleCount: n, outputCount: m, dimension: r,
      weights: objective.outputHessians(at: parameters))
  }

  private func json(_ map: StabilityMap, rank: Int, _ largest: Double) -> JSON {
    let batches = map.columns.map { column -> JSON in
      let stability = column.stability
      return [
        "batch": .integer(stability.dynamics.batchSize),
        "etaAll": .number(orNull: stability.allBatches?.lower),
        "etaMeanSquare": .number(stability.meanSquare.value), "etaMeanSquareLow": .number(stability.meanSquare.lower),
        "etaMeanSquareHigh": .number(stability.meanSquare.upper),
        "etaAlmostSure": .number(orNull: stability.almostSure.value),
        "etaAlmostSureStandardError": .number(orNull: stability.almostSure.standardError),
        "etaFullBatch": .number(stability.fullBatch),
        "verdicts": .array(
          column.cells.map { ["step": .number($0.step), "verdict": .string($0.verdict.verdict.rawValue)] }),
      ]
    }
    return [
      "model": "linearised network: JᵢᵀAᵢJᵢ of every sample, projected on the top eigenvectors of their mean",
      "rank": .integer(rank), "largest": .number(largest), "sampling": .string(options.sampling.rawValue),
      "chains": .integer(map.settings.simulation.chains), "batches": .array(batches),
    ]
  }
}
