import Foundation
import Numerics

/// The density of the eigenvalues of a symmetric operator, φ(x) = (1/d) Σ δ(x − λᵢ), as far as it is known: point masses.
///
/// For a density by Lanczos's process two errors are stated, both as bounds of the Wasserstein-1 distance ∫|F̂ − F| dx of
/// distribution functions: that of the probes, at the confidence stated, and that of the quadrature, which is rigorous.
public struct SpectralDensity: Sendable {
  /// Where the masses are, ascending.
  public let nodes: [Double]
  /// The masses, which sum to 1.
  public let weights: [Double]
  /// d.
  public let dimension: Int
  /// How many random vectors it is an average over; 0 of a dense spectrum.
  public let probes: Int
  /// The most steps of Lanczos's process from one of them; 0 of a dense spectrum.
  public let steps: Int
  /// How many products were made.
  public let products: Int
  /// Whether it is the spectrum itself, but for rounding.
  public let isExact: Bool
  /// The confidence of the bound and of intervals.
  public let confidence: Double
  /// A bound of the Wasserstein-1 distance to the density from infinitely many probes, at `confidence`.
  public let samplingBound: Double
  /// A bound of the Wasserstein-1 distance to the density from as many steps as there are eigenvalues.
  public let quadratureBound: Double
  let measures: [LanczosMeasure]
  /// Sums of the masses from the left.
  let sums: [Double]

  /// A bound of the Wasserstein-1 distance to the true density, at `confidence`.
  public var bound: Double { samplingBound + quadratureBound }
  /// |1 − Σ weights|, which is rounding.
  public var massDefect: Double { abs(1 - sums[sums.count - 1]) }
  /// From the smallest to the largest node.
  public var range: ClosedRange<Double> { nodes[0]...nodes[nodes.count - 1] }

  /// The density of all eigenvalues.
  ///
  /// - Parameters:
  ///   - eigenvalues: All d of them, in any order.
  ///   - products: How many products they took.
  /// - Throws: `InputError` if there is none or one that is not finite.
  public init(eigenvalues: [Double], products: Int = 0) throws(InputError) {
    guard !eigenvalues.isEmpty, eigenvalues.allSatisfy(\.isFinite) else {
      throw InputError(
        "eigenvalues", expected: "finite numbers, at least one",
        found: eigenvalues.isEmpty ? "none" : "one that is not finite")
    }
    let weights = [Double](repeating: 1 / Double(eigenvalues.count), count: eigenvalues.count)
    self.init(
      nodes: eigenvalues.sorted(), weights: weights, dimension: eigenvalues.count, measures: [], steps: 0,
      products: products, confidence: 1, isExact: true)
  }

  /// The average of the measures of probes.
  init(dimension: Int, measures: [LanczosMeasure], steps: Int, confidence: Double) {
    let share = 1 / Double(measures.count)
    let masses = measures.flatMap { zip($0.nodes, $0.weights.map { $0 * share }) }.sorted { $0.0 < $1.0 }
    self.init(
      nodes: masses.map(\.0), weights: masses.map(\.1), dimension: dimension, measures: measures, steps: steps,
      products: measures.reduce(0) { $0 + $1.nodes.count }, confidence: confidence, isExact: false)
  }

  private init(
    nodes: [Double], weights: [Double], dimension: Int, measures: [LanczosMeasure], steps: Int, products: Int,
    confidence: Double, isExact: Bool
  ) {
    self.nodes = nodes
    self.weights = weights
    self.dimension = dimension
    self.measures = measures
    self.steps = steps
    self.products = products
    self.confidence = confidence
    self.isExact = isExact
    probes = measures.count
    var sums = [0.0]
    for weight in weights { sums.append(sums[sums.count - 1] + weight) }
    self.sums = sums
    if measures.isEmpty {
      (samplingBound, quadratureBound) = (0, 0)
      return
    }
    quadratureBound = measures.reduce(0) { $0 + $1.wassersteinBound } / Double(measures.count)
    let law = ProbeLaw(dimension: dimension, probes: measures.count, confidence: confidence)
    samplingBound = (1..<nodes.count).reduce(0) { sum, place in
      sum + (nodes[place] - nodes[place - 1]) * law.reach(sums[place])
    }
    assert(massDefect < 1e-10, "the weights of Gauss's quadrature sum to one")
  }

  /// F̂(x) = the mass at x and below.
  public func cumulative(at x: Double) -> Double { sums[nodes.partitioningIndex { $0 > x }] }

  /// The standard deviation of F̂(x) over the probes, by its exact law: √(2F(1 − F)/(p(d + 2))) for p of them, at F̂.
  public func standardError(at x: Double) -> Double {
    if isExact { return 0 }
    let share = min(1, cumulative(at: x))
    return (2 * share * (1 - share) / (Double(probes) * Double(dimension + 2))).squareRoot()
  }

  /// ∫ xᵏ dφ = tr(Aᵏ)/d and its standard error by the spread over the probes, nil for a single one. A quadrature of s steps is
  /// exact up to k = 2s − 1: then nothing but the probes is in error.
  public func moment(_ power: Int) -> (value: Double, standardError: Double?) {
    precondition(power >= 0, "a moment of a whole order")
    func moment(_ nodes: [Double], _ weights: [Double]) -> Double {
      zip(nodes, weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(power)) }
    }
    let value = moment(nodes, weights)
    if isExact { return (value, 0) }
    var moments = RunningMoments()
    for measure in measures { moments.add(moment(measure.nodes, measure.weights)) }
    return (value, moments.standardError)
  }
}

extension Array {
  /// The first index whose element, and all behind it, satisfy a condition; the count if none does.
  func partitioningIndex(_ belongs: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
