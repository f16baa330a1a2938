import Numerics

extension SymmetricOperator {
  /// The density of the eigenvalues by stochastic Lanczos quadrature: from each of some random vectors a number of steps of
  /// Lanczos's process with full reorthogonalisation; the eigenvalues of its matrix are where masses are, the squared first
  /// entries of its eigenvectors how large.
  ///
  /// Vectors are uniform on the sphere, since then the law of what they measure is known for any operator
  /// (``SpectralDensity/samplingBound``); the quadrature's error follows from the inequalities of Chebyshev, Markov and
  /// Stieltjes (``SpectralDensity/quadratureBound``). Sources: Lin, Saad and Yang 2016, doi:10.1137/130934283; Ubaru, Chen and
  /// Saad 2017, doi:10.1137/16M1104974.
  ///
  /// Cost: `steps` products a probe and 2·steps²·d operations; memory of `steps` vectors. A process that has found all that
  /// its vector holds ends early.
  ///
  /// - Parameters:
  ///   - steps: How many steps a probe; at most d are made.
  ///   - probes: How many random vectors.
  ///   - confidence: Of the bound and the intervals.
  ///   - seeds: Seeds of the vectors; the measurement seed is used, under trial `trial`.
  ///   - trial: Which measurement it is.
  ///   - workers: How many threads share the work on the basis.
  /// - Throws: `InputError` where a product is not finite, or for numbers that make no sense.
  public func spectralDensity(
    steps: Int = 100, probes: Int = 10, confidence: Double = 0.95, seeds: Seeds = Seeds(master: 0), trial: Int = 0,
    workers: Int = 1
  ) throws(InputError) -> SpectralDensity {
    guard steps >= 2 || dimension == 1 && steps >= 1, probes >= 1, confidence > 0, confidence < 1 else {
      throw InputError(
        "spectral density", expected: "two or more steps, at least one probe, a confidence between 0 and 1",
        found: "\(steps), \(probes), \(confidence)")
    }
    let source = ProbeVectors(.density, .gaussian, seeds: seeds, trial: trial)
    var start = [Scalar](repeating: 0, count: dimension)
    var measures: [LanczosMeasure] = []
    for probe in 0..<probes {
      source.fill(&start, probe)
      var process = LanczosProcess(self, start: start, workers: workers)
      while process.count < steps, !process.isExhausted { try process.step() }
      measures.append(
        try LanczosMeasure(
          diagonal: process.diagonal, coupling: process.coupling,
          residual: process.isExhausted ? 0 : process.residualNorm))
    }
    return SpectralDensity(dimension: dimension, measures: measures, steps: steps, confidence: confidence)
  }
}
