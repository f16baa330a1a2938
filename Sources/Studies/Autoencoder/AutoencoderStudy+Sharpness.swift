import Claims
import Curvature
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// How sharp the two limits are, and under which convention the question has an answer (claims 8 to 11 and b10).
extension AutoencoderStudy {
  /// The limits of gradient descent and of SGD from one start, as parameters in Rⁿ, with coefficients below 1e-3 set to
  /// 0 exactly.
  private struct SnappedLimits {
    var data: AutoencoderData
    var gradientDescent: [Double]
    var stochastic: [Double]

    /// The full objective at a snapped limit: |cᵢ| ≤ 1e-9 is the kink, since ⟨w, aᵢ⟩ is 0 only to rounding there.
    func objective(
      _ kink: KinkConvention, _ activation: AutoencoderObjective.Activation = .relu
    ) -> AutoencoderObjective {
      AutoencoderObjective(data: data, activation: activation, kink: kink, kinkWidth: 1e-9)
    }
  }

  static let sharpnessShapes = [(n: 30, m: 10, k: 4), (n: 50, m: 20, k: 6), (n: 12, m: 12, k: 6)]

  /// Runs both algorithms from a start with exactly k active directions, on orthonormal data in general position.
  private static func snappedLimits(
    _ shape: (n: Int, m: Int, k: Int), _ activation: AutoencoderObjective.Activation = .relu, seeds: Seeds
  ) throws(InputError) -> SnappedLimits {
    let (n, m, k) = shape
    var dataStream = RandomStream(seeds.key(.data))
    let data = try AutoencoderData.randomOrthonormal(count: m, dimension: n, stream: &dataStream)
    var startStream = RandomStream(seeds.key(.initialization))
    // Kept away from 0, so that snapping cannot take an active coefficient of the mixture for a loser.
    let offset = 0.5 / Double(m).squareRoot()
    let magnitudes = unit(startStream.sphere(count: m).map { abs($0) + offset }).map { 0.5 * $0 }
    let start = AutoencoderStart.coefficients(
      magnitudes.enumerated().map { $0.offset < k ? $0.element : -$0.element }, perpendicular: n > m ? 0.1 : 0)
    let limits = try [(SamplingOrder.full, m, 20_000), (.subset, 1, 400_000)].map {
      (order, batch, budget) throws(InputError) in
      let experiment = AutoencoderExperiment(
        dimension: n, count: m, activation: activation, start: start,
        options: options(order, batch: batch, budget: budget, seeds: seeds))
      let stopping = order == .full ? experiment.stopping(every: budget) : experiment.stopping(misalignment: 1e-26)
      let record = try experiment.run(
        trials: 0..<1, workers: 1, stopping: stopping, finals: Measure.coefficients(count: m))
      var parameters = [Double](repeating: 0, count: n)
      for (i, c) in record.replicas[0].finals.enumerated() where abs(c) >= 1e-3 {
        for j in 0..<n { parameters[j] += c * data.rows[i * n + j] }
      }
      return parameters
    }
    return SnappedLimits(data: data, gradientDescent: limits[0], stochastic: limits[1])
  }

  private static let snapConvention = """
    \(convention); Hessian at the limit with coefficients below 1e-3 set to 0, orthonormal data in general position
    """

  private static func kinkHypothesis(
    _ limits: SnappedLimits, _ activation: AutoencoderObjective.Activation = .relu
  ) -> Hypothesis {
    let objective = limits.objective(.half, activation)
    let worst =
      [limits.gradientDescent, limits.stochastic].map { parameters in
        AutoencoderState(of: objective, at: parameters).lossGap(activation)
      }.max() ?? .nan
    return Hypothesis(
      "both snapped limits are global minima", holds: worst < 1e-12, found: "largest loss gap \(number(worst))")
  }

  /// Claim 8: the largest eigenvalue does not tell the limits apart.
  static func largestEigenvalue(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.08")
    var checks: [Check] = []
    var hypotheses: [Hypothesis] = []
    for shape in sharpnessShapes {
      let limits = try snappedLimits(shape, seeds: seeds)
      hypotheses.append(kinkHypothesis(limits))
      let objective = limits.objective(.half)
      for (name, parameters, active) in [("GD", limits.gradientDescent, shape.k), ("SGD", limits.stochastic, 1)] {
        let hessian = objective.denseHessian(at: parameters)
        let eigenvalues = try LinearAlgebra.symmetricEigenvalues(
          of: Matrix(rows: shape.n, columns: shape.n, storage: hessian))
        checks.append(
          Check(
            "λ_max at the \(name) limit, n = \(shape.n), m = \(shape.m), |S⁺| = \(shape.k)",
            prediction: AutoencoderTheory.largestEigenvalue(count: shape.m), measurement: eigenvalues.last ?? .nan,
            tolerance: .absolute(1e-9)))
        let predicted = AutoencoderTheory.spectrum(dimension: shape.n, count: shape.m, active: active, kink: 0.5)
        checks.append(
          .largest(
            "largest error of the whole spectrum at the \(name) limit, n = \(shape.n), m = \(shape.m)",
            of: zip(predicted, eigenvalues).map { abs($0 - $1) }, tolerance: .absolute(1e-9)))
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.08", title: "The largest eigenvalue is 4/m at both limits",
        statement:
          """
          λ_max of the Hessian is 4/m at every global minimum; the largest eigenvalue does not separate gradient \
          descent from SGD.
          """,
        source: .publication(paper, place: "Theorem 13"), convention: "\(snapConvention); φ′(0) = ½",
        hypotheses: hypotheses,
        checks: checks))
  }

  /// Claim 9: the trace does, for ReLU with φ′(0) = ½, and for nothing else.
  static func traceFormulas(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.09")
    var checks: [Check] = []
    var hypotheses: [Hypothesis] = []
    for shape in sharpnessShapes {
      let limits = try snappedLimits(shape, seeds: seeds)
      hypotheses.append(kinkHypothesis(limits))
      let size = "n = \(shape.n), m = \(shape.m), |S⁺| = \(shape.k)"
      for (name, parameters, active) in [("GD", limits.gradientDescent, shape.k), ("SGD", limits.stochastic, 1)] {
        checks.append(
          Check(
            "Tr H at the \(name) limit, \(size)",
            prediction: AutoencoderTheory.kinkAveragedTrace(dimension: shape.n, count: shape.m, active: active),
            measurement: limits.objective(.half).hessianTrace(at: parameters), tolerance: .absolute(1e-9)))
      }
      // The controls: the gap is (1 − κ)(|S⁺| − 1)/m, so it doubles or vanishes with the convention.
      for kink in [KinkConvention.zero, .one] {
        let objective = limits.objective(kink)
        let gap =
          objective.hessianTrace(at: limits.stochastic) - objective.hessianTrace(at: limits.gradientDescent)
        checks.append(
          Check(
            "gap of the traces with φ′(0) = \(Int(kink.slope)), \(size)",
            prediction: (1 - kink.slope) * Double(shape.k - 1) / Double(shape.m), measurement: gap,
            tolerance: .absolute(1e-9)))
      }
    }
    let linear = try snappedLimits((30, 10, 4), .linear, seeds: seeds)
    hypotheses.append(kinkHypothesis(linear, .linear))
    for (name, parameters) in [("GD", linear.gradientDescent), ("SGD", linear.stochastic)] {
      checks.append(
        Check(
          "Tr H at the \(name) limit of the linear neuron, n = 30, m = 10",
          prediction: AutoencoderTheory.trace(dimension: 30, count: 10, slopes: 10),
          measurement: linear.objective(.half, .linear).hessianTrace(at: parameters), tolerance: .absolute(1e-9)))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.09", title: "The trace separates the limits, by convention",
        statement: """
          For ReLU with φ′(0) = ½, Tr H = (2n+8−m−|S⁺|)/(2m) at the limit of gradient descent and (2n+7−m)/(2m) at \
          that of SGD. The gap is (1−φ′(0))(|S⁺|−1)/m in general, and 0 for the linear neuron.
          """,
        source: .publication(paper, place: "Theorem 13"), convention: "\(snapConvention); φ′(0) = ½ unless stated",
        hypotheses: hypotheses, checks: checks,
        correction:
          "“Gradient descent is flatter” needs ReLU, |S⁺| ≥ 2 and φ′(0) < 1; nothing differs for the linear neuron."))
  }

  /// Claim 10: the same traces from the loss alone.
  static func traceWithoutConvention(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.10")
    var checks: [Check] = []
    var hypotheses: [Hypothesis] = []
    for shape in sharpnessShapes {
      let limits = try snappedLimits(shape, seeds: seeds)
      hypotheses.append(kinkHypothesis(limits))
      var stream = RandomStream(seeds.key(.measurement))
      let random = try LinearAlgebra.orthonormalRows(count: shape.n, dimension: shape.n, stream: &stream)
      let dataBasis = try completed(limits.data, stream: &stream)
      let bases = [("data basis", dataBasis), ("random basis", (0..<shape.n).map { random.row($0) })]
      for (name, parameters, active) in [("GD", limits.gradientDescent, shape.k), ("SGD", limits.stochastic, 1)] {
        for (basisName, basis) in bases {
          checks.append(
            Check(
              "second difference at h = 1e-3, \(name) limit, \(basisName), n = \(shape.n), m = \(shape.m)",
              prediction: AutoencoderTheory.kinkAveragedTrace(dimension: shape.n, count: shape.m, active: active),
              measurement: limits.objective(.zero).secondDifferenceTrace(at: parameters, scale: 1e-3, basis: basis),
              tolerance: .absolute(1e-4)))
        }
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.10", title: "The symmetric second difference needs no convention",
        statement:
          """
          Σ_v [L(w+hv) − 2L(w) + L(w−hv)]/h² over any orthonormal basis gives the traces of claim 9: the mean of the \
          one-sided curvatures.
          """,
        source: .derivedHere(basis: "averaging two one-sided Hessians is a quadratic form"), scope: .supporting,
        convention: "\(snapConvention); no derivative is used", hypotheses: hypotheses, checks: checks))
  }

  /// The data vectors completed to an orthonormal basis of Rⁿ, by Gram and Schmidt on random vectors.
  private static func completed(_ data: AutoencoderData, stream: inout RandomStream) throws(InputError) -> [[Double]] {
    let n = data.dimension
    var basis = (0..<data.count).map { Array(data.rows[($0 * n)..<(($0 + 1) * n)]) }
    while basis.count < n {
      var vector = stream.gaussian(count: n)
      // Twice is enough for orthogonality to rounding.
      for _ in 0..<2 {
        for other in basis {
          let along = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for j in 0..<n { vector[j] -= along * other[j] }
        }
      }
      basis.append(unit(vector))
    }
    return basis
  }

  /// Claim 11: at a finite iterate the difference of claim 9 does not exist.
  static func iterateTraceTrap(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.11")
    let (n, m, k) = (30, 10, 5)
    var checks: [Check] = []
    let prediction = AutoencoderTheory.trace(dimension: n, count: m, slopes: Double(k))
    var smallest = Double.infinity
    for tolerance in [1e-12, 1e-30, 1e-60] {
      let states = try iterates(n: n, m: m, active: k, misalignment: tolerance, trials: 16, seeds: seeds, context)
      let objective = AutoencoderObjective(
        data: try .standardBasis(count: m, dimension: n), activation: .relu, kink: .half)
      for state in states { smallest = min(smallest, state.prefix(m).map(abs).min() ?? 0) }
      let traces = states.map { objective.hessianTrace(at: $0) }
      let worst = traces.max { abs($0 - prediction) < abs($1 - prediction) } ?? .nan
      checks.append(
        Check(
          "worst Tr H at 16 SGD iterates with 1 − max cos ≤ \(tolerance)", prediction: prediction, measurement: worst,
          tolerance: .absolute(1e-6), count: states.count))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.11", title: "At a finite iterate there is no difference",
        statement: """
          The losing coefficients of SGD are positive as long as it runs, never 0, so the plain Hessian at the iterate \
          has Tr H = (n+4−|S⁺|)/m, the value of gradient descent. Snap them to 0, or probe at a scale above them \
          (claim b10).
          """,
        source: .derivedHere(basis: "closed-form Hessian"), scope: .supporting,
        convention: "\(convention); n = 30, m = 10, |S⁺| = 5, b = 1, η = 0.2, order subset; iterates not snapped",
        hypotheses: [
          Hypothesis(
            "no coefficient has underflowed to 0", holds: smallest > 0, found: "smallest |cᵢ| = \(number(smallest))")
        ], checks: checks))
  }

  /// Parameters in Rⁿ of runs at their first look with 1 − max cos at most `misalignment`, in the basis of the data,
  /// where tiny coefficients keep their value.
  private static func iterates(
    n: Int, m: Int, active k: Int, misalignment: Double, trials: Int, seeds: Seeds, _ context: StudyContext
  ) throws(InputError) -> [[Double]] {
    var startStream = RandomStream(seeds.key(.initialization))
    let magnitudes = startStream.sphere(count: m, radius: 0.5).map(abs)
    let experiment = AutoencoderExperiment(
      dimension: n, count: m,
      start: .coefficients(
        magnitudes.enumerated().map { $0.offset < k ? $0.element : -$0.element }, perpendicular: 0.1),
      options: options(.subset, batch: 1, budget: 200_000, seeds: seeds))
    let record = try experiment.run(
      trials: 0..<trials, workers: context.workers,
      stopping: experiment.stopping(misalignment: misalignment, every: 16),
      finals: Measure.coefficients(count: m) + [Measure("perpendicular") { $0.perpendicular }])
    return record.replicas.map { replica in
      var parameters = [Double](repeating: 0, count: n)
      for (j, value) in replica.finals.enumerated() { parameters[j] = value }
      return parameters
    }
  }

  /// Claim b10: the trace that one sees depends on the scale at which one looks.
  static func traceAgainstScale(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.b10")
    let (n, m) = (30, 10)
    let objective = AutoencoderObjective(data: try .standardBasis(count: m, dimension: n), activation: .relu)
    var table = Table(
      name: "trace-against-scale",
      caption:
        """
        Trace of the Hessian seen by second differences of scale h at SGD iterates: ReLU, n = 30, m = 10, all \
        directions active at the start.
        """,
      columns: [
        .init("misalignment", "1 − max cos of the iterate"), .init("scale", "h"),
        .init("trace", "Σ_v [L(w+hv) − 2L(w) + L(w−hv)]/h²"),
        .init("prediction", "(n + 4 − Σκ(cᵢ/h))/m"),
      ])
    var layers: [Figure.Layer] = []
    var errors: [Double] = []
    var isActive = true
    var iterateTrace = Double.nan
    var ends: [Double] = []
    let colours: [Figure.Colour] = [.blue, .orange, .green]
    for (misalignment, colour) in zip([1e-3, 1e-5, 1e-7], colours) {
      let parameters = try iterates(
        n: n, m: m, active: m, misalignment: misalignment, trials: 1, seeds: seeds, context)[0]
      isActive = isActive && parameters.prefix(m).allSatisfy { $0 > 0 }
      let scales = (0...40).map { pow(10, -5.5 + 0.1 * Double($0)) }
      var traces: [Double] = []
      var predictions: [Double] = []
      for h in scales {
        let trace = objective.secondDifferenceTrace(at: parameters, scale: h)
        let prediction = AutoencoderTheory.trace(
          atScale: h, coefficients: Array(parameters[..<m]), dimension: n)
        traces.append(trace)
        predictions.append(prediction)
        errors.append(abs(trace - prediction))
        table.append([.number(misalignment), .number(h), .number(trace), .number(prediction)])
      }
      // The last iterate is the one nearest to its limit.
      iterateTrace = objective.hessianTrace(at: parameters)
      ends.append(traces.last ?? .nan)
      let label = "1 − max cos ≤ \(misalignment)"
      layers.append(.init("", .dashed, colour, x: scales, y: predictions))
      layers.append(.init(label, .points, colour, x: scales, y: traces))
    }
    let iterate = AutoencoderTheory.trace(dimension: n, count: m, slopes: Double(m))
    let limit = AutoencoderTheory.kinkAveragedTrace(dimension: n, count: m, active: 1)
    return Study.Finding(
      Claim(
        id: "autoencoder.b10", title: "The trace depends on the probing scale",
        statement: """
          Probed at scale h, a coefficient c counts as active with weight κ(c/h): 1 above h, ½(1 + 2x − x²) for 0 ≤ x \
          < 1, ½(1 + x)² for −1 < x < 0, and 0 below −h. With all directions active at the start the trace passes from \
          (n+4−m)/m, the value of gradient descent, to (2n+7−m)/(2m), that of the SGD limit, where h passes the losing \
          coefficients.
          """,
        source: .derivedHere(basis: "second difference of φ²"), scope: .beyond,
        convention:
          "\(convention); n = 30, m = |S⁺| = 10, b = 1, η = 0.2; second differences along the axes of the data",
        hypotheses: [
          Hypothesis(
            "every direction is active at the start and at the iterates", holds: isActive,
            found: "smallest cᵢ > 0: \(isActive)")
        ],
        checks: [
          .largest(
            "largest error of the predicted trace, h from 3e-6 to 3e-2, three iterates", of: errors,
            tolerance: .absolute(0.01)),
          .largest(
            "distance of the plain Hessian (h → 0) from (n+4−m)/m, 1 − max cos ≤ 1e-7",
            of: [abs(iterateTrace - iterate)], tolerance: .absolute(1e-5)),
          .largest(
            "distance from (2n+7−m)/(2m) at h = 3e-2, 1 − max cos ≤ 1e-7", of: [abs((ends.last ?? .nan) - limit)],
            tolerance: .absolute(0.01)),
        ],
        remark: """
          Coefficients that start negative decay faster than the losers; once they are below h they count with weight \
          ½, so that with |S⁺| < m the trace seen in between is lower than both ends.
          """),
      figures: [
        Figure(
          name: "trace-against-scale", title: "How sharp the minimum is depends on how closely one looks",
          caption: """
            Trace of the Hessian by second differences of scale h at iterates of SGD (ReLU, n = 30, m = |S⁺| = 10, b = \
            1, η = 0.2). Points: measured; dashed: predicted. Below the losing coefficients one sees 2.4, the value of \
            gradient descent; above them 2.85, that of the SGD limit.
            """,
          panels: [
            .init(
              horizontal: .init("probing scale h", logarithmic: true), vertical: .init("trace of the Hessian"),
              layers: layers)
          ])
      ], tables: [table])
  }
}
