import Citations
import Curvature
import Formats
import Numerics
import Objectives
import Reporting
import Stability

extension DiagnosisRun {
  /// The covariance of the gradients and the noise scales.
  mutating func measureNoise() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.noise)
    let square = gradientNorm * gradientNorm
    let trace = max(0, try gradientMoments().meanSquare - square)
    let covariance = try CurvatureOperator.gradientCovariance(
      of: narrow, at: narrowParameters, workers: options.workers)
    let top = try covariance.eigenpairs(options: eigenvalueOptions(.noise)).largest[0]
    section.citations = EigenvalueOptions.citations
    section.json = [
      "gradientSquare": .number(square), "covarianceTrace": .number(trace), "covarianceLargest": json(top),
      "simpleScale": .number(orNull: square > 0 ? trace / square : nil),
    ]
    section.lines = [
      ("covariance", "tr Σ = \(NumberText.readable(trace)), λ_max(Σ) = \(text(top))")
    ]
    guard square > 0 else {
      section.statements.append("The mean gradient vanishes: noise scales, which divide by it, are not defined.")
      return section
    }
    section.citations += [.mccandlish, .hutchinson, .pearlmutter]
    let simple = trace / square
    let curvature = try curvatureNoise(covariance)
    let along = dot(gradient, hessian.product(gradient.map { Scalar($0) }))
    var members = section.json.members
    members["gradientCurvature"] = .number(along)
    members["curvatureTrace"] = json(curvature)
    section.lines.append(("simple noise scale", "\(NumberText.readable(simple)), tr Σ/‖∇f‖²"))
    // A ratio by a curvature that is negative, or whose numerator may be, says nothing.
    if along > 0, curvature.interval.low > 0 {
      let scale = (curvature.value / along, curvature.interval.low / along, curvature.interval.high / along)
      members["curvatureScale"] = [
        "value": .number(scale.0), "low": .number(scale.1), "high": .number(scale.2),
        "confidence": .number(curvature.interval.confidence),
      ]
      members["largestStep"] = .number(square / along)
      section.lines += [
        (
          "weighted by curvature",
          "\(NumberText.readable(scale.0, from: scale.1, to: scale.2)), tr(HΣ)/(∇fᵀH∇f)"
        ),
        ("best full-batch step", "\(NumberText.readable(square / along)), ‖∇f‖²/(∇fᵀH∇f)"),
      ]
    }
    section.json = .object(members)
    section.statements.append(
      "The simple gradient noise scale is \(NumberText.readable(simple, digits: 3)): with "
        + (simple < 1
          ? "a single sample the noise of the gradient is already smaller than the gradient."
          : "batches below about \(NumberText.readable(simple, digits: 2)) samples noise outweighs the gradient here."))
    section.caveats.append(
      "Noise scales are those of drawing samples independently from these data; Σ has the divisor n.")
    return section
  }

  /// tr(HΣ) as the mean of ⟨Σv, Hv⟩ over random signs v.
  private func curvatureNoise(
    _ covariance: CurvatureOperator<NetworkObjective<Scalar>>
  ) throws(InputError) -> MeasuredValue {
    let probes = 40
    var (first, second) = (hessian.makeWorkspace(), covariance.makeWorkspace())
    var values: [Double] = []
    for probe in 0..<probes {
      var stream = RandomStream(seeds.key(.measurement, trial: trial(.noise) + 1), step: probe)
      let vector = (0..<dimension).map { _ -> Scalar in stream.nextWord() & 1 == 0 ? 1 : -1 }
      values.append(
        dot(hessian.product(vector, using: &first).map { Double($0) }, covariance.product(vector, using: &second)))
    }
    return try .mean(of: values, confidence: 0.95)
  }

  private func dot(_ x: [Double], _ y: [Scalar]) -> Double { LinearAlgebra.dot(x, y.map { Double($0) }) }

  /// Batch sharpness and gradient–noise interaction for some batch sizes.
  mutating func measureBatchSharpness() throws(InputError) -> DiagnosisSection {
    guard try gradientMoments().largestNorm > 0 else {
      return .refused(.batchSharpness, "every sample's gradient vanishes: batches have no direction")
    }
    var section = DiagnosisSection(.batchSharpness)
    let n = objective.sampleCount
    let sizes = options.batches ?? [1, 8, 64].filter { $0 == 1 || $0 < n }
    let point = try ObjectivePoint(objective, at: parameters)
    let plan = MeasurementPlan(largestCount: 200, relativeError: 0.02, seeds: seeds, trial: trial(.batchSharpness))
    var table = Table(
      name: "batch-sharpness",
      caption:
        "The curvature of mini-batches along their own gradients, with 95 % intervals; sampling \(options.sampling).",
      columns: [
        .init("batch", "batch size b"), .init("meanOfRatios", "E[gᵀH_B g/‖g‖²]"), .init("low", "lower end"),
        .init("high", "upper end"), .init("ratioOfMeans", "E[gᵀH_B g]/E‖g‖²"),
        .init("ratioLow", "lower end"), .init("ratioHigh", "upper end"), .init("batches", "batches measured"),
      ])
    table.title = "Batch sharpness"
    table.shown = [
      .init("b", .plain("batch")),
      .init("mean of ratios", .estimate("meanOfRatios", error: nil, low: "low", high: "high")),
      .init("ratio of means", .estimate("ratioOfMeans", error: nil, low: "ratioLow", high: "ratioHigh")),
    ]
    let sampling = options.sampling
    let found = try parallelMap(sizes.count, workers: options.workers) { (place) throws(InputError) in
      var plan = plan
      plan.trial += place
      let dynamics = try Dynamics(batchSize: sizes[place], sampling: sampling, sampleCount: n)
      return try point.batchSharpness(of: dynamics, plan)
    }
    section.citations = [.andreyev, .pearlmutter]
    if found.contains(where: { !$0.meanOfRatios.isExact }) { section.citations += sampling.citations }
    var members: [JSON] = []
    for (size, value) in zip(sizes, found) {
      let (mean, ratio) = (value.meanOfRatios, value.ratioOfMeans)
      table.append([
        .integer(size), .number(mean.value), .number(mean.interval.low), .number(mean.interval.high),
        .number(ratio.value), .number(ratio.interval.low), .number(ratio.interval.high), .integer(mean.batches),
      ])
      members.append(["batch": .integer(size), "meanOfRatios": json(mean), "ratioOfMeans": json(ratio)])
      section.lines.append(("b = \(size)", "\(text(mean)); ratio of means \(text(ratio))"))
    }
    section.tables.append(table)
    section.json = ["sampling": .string(options.sampling.rawValue), "batches": .array(members)]
    if let size = sizes.first, let first = found.first {
      section.statements.append(
        "Batches of \(size) see a curvature of \(text(first.meanOfRatios)) along their own gradients, in the mean of "
          + "ratios: compare it with 2/η of the step that trained the network.")
    }
    return section
  }
}
