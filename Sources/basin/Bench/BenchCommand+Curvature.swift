import Curvature
import Dispatch
import Formats
import Numerics
import Objectives

/// Products with curvature matrices of one network, and a whole diagnosis.
struct CurvatureWorkload {
  var name: String
  var explanation: String
  var widths: [Int]
  var activation: NetworkActivation
  var samples: Int
  var loss: NetworkLoss
  var isSingle: Bool

  static let all: [CurvatureWorkload] = [
    .init(
      name: "curvature-b1",
      explanation: "gradient, Hessian products and a diagnosis of 20-32-1 with tanh, 128 samples, squared loss",
      widths: [20, 32, 1], activation: .tanh, samples: 128, loss: .squared(half: false, mean: true), isSingle: false),
    .init(
      name: "curvature-b2", explanation: "the same of 10-100-100-1 with ReLU, 1,000 samples",
      widths: [10, 100, 100, 1],
      activation: .relu, samples: 1_000, loss: .squared(half: false, mean: true), isSingle: false),
    .init(
      name: "curvature-b3",
      explanation: "the same of 784-1024-512-256-128-64-10 with ReLU, 512 samples, cross-entropy, single precision",
      widths: [784, 1024, 512, 256, 128, 64, 10], activation: .relu, samples: 512, loss: .crossEntropy, isSingle: true),
    .init(
      name: "curvature-b4",
      explanation: "the same of 3072-200-200-10 with tanh, 5,000 samples, squared loss, single precision",
      widths: [3072, 200, 200, 10], activation: .tanh, samples: 5_000, loss: .squared(half: false, mean: true),
      isSingle: true),
  ]

  func time(repeats: Int, jobs: Int) throws(InputError) -> [BenchmarkResult] {
    isSingle
      ? try CurvatureTiming(self, Float.self).time(repeats: repeats, jobs: jobs)
      : try CurvatureTiming(self, Double.self).time(repeats: repeats, jobs: jobs)
  }

  func export(to folder: String) throws(InputError) {
    isSingle
      ? try CurvatureTiming(self, Float.self).export(to: folder)
      : try CurvatureTiming(self, Double.self).export(to: folder)
  }
}

/// A workload in its precision.
private struct CurvatureTiming<Scalar: NetworkScalar> {
  let workload: CurvatureWorkload
  let objective: NetworkObjective<Scalar>
  let parameters: [Scalar]
  let direction: [Scalar]
  let targets: [Double]

  init(_ workload: CurvatureWorkload, _ type: Scalar.Type) throws(InputError) {
    self.workload = workload
    let network = try Network(widths: workload.widths, activation: workload.activation)
    let seeds = Seeds(master: 6)
    var data = RandomStream(seeds.key(.data))
    let inputs = data.gaussian(count: workload.samples * network.inputCount).map { Scalar($0) }
    if workload.loss == .crossEntropy {
      let classes = (0..<workload.samples).map { _ in Int(Double(network.outputCount) * data.uniform()) }
      targets = classes.map(Double.init)
      objective = try NetworkObjective(network, inputs: inputs, targets: .classes(classes), loss: workload.loss)
    } else {
      let values = data.gaussian(count: workload.samples * network.outputCount).map { Scalar($0) }
      targets = values.map { Double($0) }
      objective = try NetworkObjective(network, inputs: inputs, targets: .values(values), loss: workload.loss)
    }
    var start = RandomStream(seeds.key(.initialization))
    parameters = objective.randomParameters(.pyTorch, stream: &start)
    var measurement = RandomStream(seeds.key(.measurement))
    direction = measurement.gaussian(count: network.parameterCount).map { Scalar($0) }
  }

  /// Seconds of each repeat, of so many calls that one takes about a tenth of a second.
  private func seconds(repeats: Int, _ call: () throws(InputError) -> Void) throws(InputError) -> (
    seconds: [Double], calls: Int
  ) {
    func clock(_ count: Int) throws(InputError) -> Double {
      let begin = DispatchTime.now().uptimeNanoseconds
      for _ in 0..<count { try call() }
      return Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9
    }
    _ = try clock(1)
    let count = max(1, min(1_000, Int(0.1 / max(try clock(1), 1e-9))))
    return (try (0..<repeats).map { _ throws(InputError) in try clock(count) }, count)
  }

  func time(repeats: Int, jobs: Int) throws(InputError) -> [BenchmarkResult] {
    LinearAlgebra.useThreads(1)
    var results: [BenchmarkResult] = []
    func add(
      _ operation: String, _ variant: String, threads: Int, _ outcome: String = "",
      _ call: () throws(InputError) -> Void
    ) throws(InputError) {
      let timing = try seconds(repeats: repeats, call)
      results.append(
        BenchmarkResult(
          workload: workload.name, operation: operation, variant: variant, jobs: threads, updates: timing.calls,
          seconds: timing.seconds, outcome: outcome))
    }
    if jobs == 1 {
      var scratch = objective.makeWorkspace()
      var gradient = [Scalar](repeating: 0, count: parameters.count)
      let batch = Batch.full(objective.sampleCount)
      try add("gradient", "one pass", threads: 1) {
        parameters.withUnsafeBufferPointer { parameters in
          gradient.withUnsafeMutableBufferPointer {
            var span = $0.mutableSpan
            objective.gradient(at: parameters.span, over: batch, into: &span, using: &scratch)
          }
        }
      }
    }
    for (variant, kept) in [
      ("all passes anew", 0), ("passes kept", CurvatureOperator<NetworkObjective<Scalar>>.defaultKeptBytes),
    ] {
      let hessian = try CurvatureOperator.hessian(of: objective, at: parameters, workers: jobs, keptBytes: kept)
      var workspace = hessian.makeWorkspace()
      try add("product", variant, threads: jobs) { _ = hessian.product(direction, using: &workspace) }
    }
    if workload.name == "curvature-b1", jobs == 1 {
      let variance = try HessianVarianceOperator(of: objective, at: parameters)
      var workspace = variance.makeWorkspace()
      try add("varianceProduct", "two passes over all samples", threads: 1) {
        _ = variance.product(direction, using: &workspace)
      }
    }
    var words = ""
    let begin = DispatchTime.now().uptimeNanoseconds
    words = try diagnose(jobs: jobs)
    let once = Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9
    let diagnoses = try (0..<(once > 2 ? 1 : repeats)).map { _ throws(InputError) in
      let begin = DispatchTime.now().uptimeNanoseconds
      _ = try diagnose(jobs: jobs)
      return Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9
    }
    results.append(
      BenchmarkResult(
        workload: workload.name, operation: "diagnosis", variant: "eigenvalue, trace, density, with errors", jobs: jobs,
        updates: 1, seconds: diagnoses, outcome: words))
    if workload.name == "curvature-b1" {
      let exact = try seconds(repeats: repeats) { () throws(InputError) in
        _ = try CurvatureOperator.hessian(of: objective, at: parameters, workers: jobs).spectrum()
      }
      results.append(
        BenchmarkResult(
          workload: workload.name, operation: "diagnosis", variant: "all eigenvalues and vectors, exactly", jobs: jobs,
          updates: exact.calls, seconds: exact.seconds, outcome: ""))
    }
    return results
  }

  /// PyHessian's shape: the top eigenvalue to 1e-3, 100 probes of the trace, a density by 100 Lanczos steps of one probe at 10,000
  /// points.
  private func diagnose(jobs: Int) throws(InputError) -> String {
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters, workers: jobs)
    let options = EigenvalueOptions(tolerance: 1e-3, largestProductCount: 100, findsMultiples: false, workers: jobs)
    let top = try hessian.eigenpairs(options: options)
    let trace = try hessian.trace(TraceOptions(method: .hutchinson, budget: .products(100), workers: jobs))
    let density = try hessian.spectralDensity(steps: 100, probes: 1, workers: jobs)
    let span = density.range.upperBound - density.range.lowerBound
    let curve = try density.smoothed(over: density.range, count: 10_000, width: span / 200)
    return
      "λ_max \(top.largest[0].value) ± \(top.largest[0].residual) (\(top.products) products), trace \(trace.value) ± "
      + "\(trace.standardError), density at \(curve.count) points"
  }

  /// `workload.json` and `curvature.npz`: data, parameters, a direction, and what Basin makes of them.
  func export(to folder: String) throws(InputError) {
    let (n, d) = (objective.sampleCount, parameters.count)
    var loss: JSON = "crossEntropy"
    if case .squared(let half, let mean) = workload.loss {
      loss = ["kind": "squared", "half": .bool(half), "mean": .bool(mean)]
    }
    let description: JSON = [
      "workload": .string(workload.name), "widths": .array(workload.widths.map(JSON.integer)), "bias": true,
      "activation": .string(workload.activation.rawValue), "loss": loss,
      "precision": .string(Scalar.self == Float.self ? "float32" : "float64"),
    ]
    try AtomicFile.write(description.readableText, to: "\(folder)/workload.json")
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters)
    var arrays: [(String, [Int], [Double])] = [
      ("x", [n, workload.widths[0]], objective.inputs.map { Double($0) }),
      ("y", workload.loss == .crossEntropy ? [n] : [n, objective.outputCount], targets),
      ("parameters", [d], parameters.map { Double($0) }), ("direction", [d], direction.map { Double($0) }),
      ("gradient", [d], objective.gradient(at: parameters).map { Double($0) }),
      ("product", [d], hessian.product(direction).map { Double($0) }),
    ]
    if workload.name == "curvature-b1" {
      let variance = try HessianVarianceOperator(of: objective, at: parameters)
      arrays.append(("varianceProduct", [d], variance.product(direction).map { Double($0) }))
    }
    var writer = try NPZWriter("\(folder)/curvature.npz")
    for (name, shape, values) in arrays {
      try writer.begin(name, .float64, shape: shape)
      try writer.append(values)
      try writer.end()
    }
    try writer.finish()
  }
}
