import Foundation
import Numerics

extension SymmetricOperator {
  /// The largest and the smallest eigenvalues, as many of each as asked for, with their vectors and errors.
  ///
  /// Lanczos's process with full reorthogonalisation from a random vector, restarted with the best Ritz vectors when the basis
  /// is full, until every residual is below the tolerance. Pairs that are found are locked, and the process starts anew
  /// orthogonally to them until it finds nothing beyond them: so an eigenvalue that is there several times is counted so.
  ///
  /// The residual bounds the distance to *an* eigenvalue. That none lies beyond follows, with the stated confidence over the
  /// start, from Kuczyński and Woźniakowski 1992 (doi:10.1137/0613066): the largest Ritz value after k steps misses λ_max
  /// by more than ε(λ_max − λ_min) with probability 1.648 √d e^(−√ε (2k − 1)) at most.
  ///
  /// Cost: some tens of products for a few well separated eigenvalues, and one more a pair for its residual.
  ///
  /// - Parameters:
  ///   - largest: How many of the largest eigenvalues.
  ///   - smallest: How many of the smallest, the most negative ones; with the largest at least one and at most d.
  ///   - options: Tolerance, limits, seeds.
  ///   - start: Eigenvectors of an operator nearby, such as that of an earlier time of a run: they are where the process begins.
  /// - Throws: `InputError` where a product is not finite, or for a count or options that make no sense.
  public func eigenpairs(
    largest: Int = 1, smallest: Int = 0, options: EigenvalueOptions = EigenvalueOptions(),
    startingFrom start: Eigenpairs<Scalar>? = nil
  ) throws(InputError) -> Eigenpairs<Scalar> {
    var search = try EigenpairSearch(self, largest: largest, smallest: smallest, options)
    return try search.run(startingFrom: start)
  }
}

/// The search for eigenpairs of one operator.
private struct EigenpairSearch<Operator: SymmetricOperator> {
  typealias Scalar = Operator.Scalar

  let symmetric: Operator
  let options: EigenvalueOptions
  /// How many are wanted of each end.
  let wanted: (largest: Int, smallest: Int)
  private var locked: [Eigenpair<Scalar>] = []
  private var products = 0
  private var scale = 0.0
  /// The steps before the first restart, from a random vector, and the extreme Ritz values of that process at its end.
  private var first: (steps: Int, smallest: Double, largest: Double)?
  /// The extreme Ritz values of all processes.
  private var (lowest, highest) = (Double.infinity, -Double.infinity)

  init(
    _ symmetric: Operator, largest: Int, smallest: Int, _ options: EigenvalueOptions
  ) throws(InputError) {
    guard largest >= 0, smallest >= 0, largest + smallest >= 1, largest + smallest <= symmetric.dimension else {
      throw InputError(
        "number of eigenvalues", expected: "from 1 to the dimension, \(symmetric.dimension)",
        found: "\(largest) of the largest and \(smallest) of the smallest")
    }
    guard options.tolerance > 0, options.largestProductCount >= 1, options.confidence > 0, options.confidence < 1 else {
      throw InputError(
        "eigenvalue options", expected: "a positive tolerance, at least one product, a confidence between 0 and 1",
        found: "\(options.tolerance), \(options.largestProductCount), \(options.confidence)")
    }
    self.symmetric = symmetric
    self.options = options
    wanted = (largest, smallest)
  }

  mutating func run(startingFrom start: Eigenpairs<Scalar>?) throws(InputError) -> Eigenpairs<Scalar> {
    var sweep = 0
    while true {
      let warm = sweep == 0 ? start.flatMap(warmStart) : nil
      let isComplete = try runSweep(sweep, warm: warm)
      sweep += 1
      if isComplete || locked.count >= symmetric.dimension || products >= options.largestProductCount { break }
    }
    let largest = Array(locked.sorted { $0.value > $1.value }.prefix(wanted.largest))
    let smallest = Array(locked.sorted { $0.value < $1.value }.prefix(wanted.smallest))
    let bounds = bounds()
    return Eigenpairs(
      largest: largest, smallest: smallest, products: products, range: min(lowest, highest)...highest,
      upperBound: wanted.largest > 0 ? bounds?.upper : nil, lowerBound: wanted.smallest > 0 ? bounds?.lower : nil)
  }

  /// The sum of the vectors of an operator nearby, and a little of a random one for what they lack.
  private func warmStart(_ pairs: Eigenpairs<Scalar>) -> [Scalar]? {
    let known = (pairs.largest.prefix(wanted.largest) + pairs.smallest.prefix(wanted.smallest)).map(\.vector)
      .filter { $0.count == symmetric.dimension }
    if known.isEmpty { return nil }
    var result = randomVector(0)
    Vectors.scale(&result, by: 1e-3 / Vectors.norm(result))
    for vector in known { Vectors.add(1, vector, to: &result) }
    return result
  }

  private func randomVector(_ step: Int) -> [Scalar] {
    var stream = RandomStream(options.seeds.key(.measurement, trial: options.trial), step: step)
    return Vectors.rounded(stream.gaussian(count: symmetric.dimension))
  }

  /// One process in the complement of what is locked. Returns whether nothing more is to be found.
  private mutating func runSweep(_ number: Int, warm: [Scalar]?) throws(InputError) -> Bool {
    var process = LanczosProcess(
      symmetric, locked: locked.map(\.vector), start: warm ?? randomVector(number), scale: scale,
      workers: options.workers)
    let room = symmetric.dimension - locked.count
    let most = wanted.largest + wanted.smallest
    let bytes = symmetric.dimension * MemoryLayout<Scalar>.stride
    let capacity = min(room, max(2 * most + 6, min(max(200, 6 * most), options.basisBytes / bytes - locked.count)))
    var check = min(capacity, max(most + 1, 6))
    var (steps, hasRestarted) = (0, false)
    while true {
      try process.step()
      steps += 1
      let spent = products + process.products
      let isSpent = spent >= options.largestProductCount
      guard process.isExhausted || process.count >= min(check, capacity) || isSpent else { continue }
      let ritz = try process.ritz()
      scale = max(scale, process.scale)
      (lowest, highest) = (min(lowest, ritz.values[0]), max(highest, ritz.values[ritz.values.count - 1]))
      if number == 0, warm == nil, !hasRestarted {
        first = (steps, ritz.values[0], ritz.values[ritz.values.count - 1])
      }
      let places = wantedPlaces(ritz, process)
      let isConverged = places.allSatisfy { estimate(ritz, $0, process) <= options.tolerance * scale }
      if process.isExhausted || isConverged || isSpent {
        lock(places, of: ritz, of: &process)
        products += process.products
        return isComplete(after: number)
      }
      if number > 0, steps >= 20, isBeyondReach(ritz, process) {
        products += process.products
        return true
      }
      if process.count >= capacity {
        process.restart(keeping: keptPlaces(ritz, places, capacity: capacity), of: ritz)
        hasRestarted = true
        check = process.count + max(4, (capacity - process.count) / 3)
      } else {
        check = process.count + max(3, process.count / 8)
      }
    }
  }

  /// β|s|, the residual of a Ritz pair without a product.
  private func estimate(
    _ ritz: SymmetricEigendecomposition, _ place: Int, _ process: LanczosProcess<Operator>
  ) -> Double {
    process.isExhausted ? 0 : process.residualNorm * abs(ritz.vectors[place, ritz.vectors.columns - 1])
  }

  /// The Ritz values that this sweep should bring to an end: those beyond what is locked, as many as may be needed.
  private func wantedPlaces(_ ritz: SymmetricEigendecomposition, _ process: LanczosProcess<Operator>) -> [Int] {
    let count = ritz.values.count
    let needsAll = locked.isEmpty
    // Later sweeps look for further ones at the very ends: one at a time, or what is still missing.
    let missing = max(0, wanted.largest + wanted.smallest - locked.count)
    func share(_ wanted: Int) -> Int { wanted == 0 ? 0 : needsAll ? wanted : min(wanted, max(1, missing)) }
    let top = min(count, share(wanted.largest))
    let bottom = min(count - top, share(wanted.smallest))
    return Array(0..<bottom) + Array((count - top)..<count)
  }

  /// What a restart keeps: the wanted ones and as many behind them, half of the basis at most.
  private func keptPlaces(_ ritz: SymmetricEigendecomposition, _ places: [Int], capacity: Int) -> [Int] {
    let count = ritz.values.count
    let bottom = wanted.smallest == 0 ? 0 : min(2 * wanted.smallest + 8, capacity / (wanted.largest == 0 ? 2 : 4))
    let top = wanted.largest == 0 ? 0 : min(2 * wanted.largest + 8, capacity / (wanted.smallest == 0 ? 2 : 4))
    let kept = Set(Array(0..<min(bottom, count)) + Array(max(0, count - top)..<count)).union(places)
    return kept.sorted().prefix(max(1, count - 1)).map { $0 }
  }

  /// Whether what this process may still find at its ends lies inside of what is locked.
  private func isBeyondReach(_ ritz: SymmetricEigendecomposition, _ process: LanczosProcess<Operator>) -> Bool {
    guard locked.count >= wanted.largest + wanted.smallest else { return false }
    let last = ritz.values.count - 1
    if wanted.largest > 0 {
      let limit = locked.map(\.value).sorted(by: >)[wanted.largest - 1]
      if ritz.values[last] + estimate(ritz, last, process) >= limit - options.tolerance * scale { return false }
    }
    if wanted.smallest > 0 {
      let limit = locked.map(\.value).sorted()[wanted.smallest - 1]
      if ritz.values[0] - estimate(ritz, 0, process) <= limit + options.tolerance * scale { return false }
    }
    return true
  }

  /// Makes pairs of the Ritz pairs at `places`, each with the residual of a product.
  private mutating func lock(
    _ places: [Int], of ritz: SymmetricEigendecomposition, of process: inout LanczosProcess<Operator>
  ) {
    var image = [Scalar](repeating: 0, count: symmetric.dimension)
    for place in places {
      var vector = process.vector(ritz.vectors.row(place))
      Vectors.scale(&vector, by: 1 / Vectors.norm(vector))
      process.multiply(vector, into: &image)
      let value = Vectors.dot(vector, image)
      Vectors.add(-value, vector, to: &image)
      let residual = Vectors.norm(image)
      locked.append(
        Eigenpair(
          value: value, residual: residual, isConverged: residual <= options.tolerance * max(scale, abs(value)),
          vector: vector))
    }
  }

  /// Whether a sweep that has locked what it wanted was the last.
  private func isComplete(after number: Int) -> Bool {
    let isFull = locked.count >= wanted.largest + wanted.smallest
    // One value at each end is what it is, however often.
    if isFull, max(wanted.largest, wanted.smallest) == 1 || !options.findsMultiples { return true }
    guard isFull, number > 0, let found = locked.last else { return false }
    // The last sweep has brought the ends of the complement: done if they change nothing.
    let latest = wanted.largest > 0 && wanted.smallest > 0 ? Array(locked.suffix(2)) : [found]
    let top = locked.map(\.value).sorted(by: >)
    let bottom = locked.map(\.value).sorted()
    return latest.allSatisfy { pair in
      (wanted.largest == 0 || pair.value <= top[wanted.largest - 1] + options.tolerance * scale)
        && (wanted.smallest == 0 || pair.value >= bottom[wanted.smallest - 1] - options.tolerance * scale)
        && !(wanted.largest > 0 && top.prefix(wanted.largest).contains(pair.value))
        && !(wanted.smallest > 0 && bottom.prefix(wanted.smallest).contains(pair.value))
    }
  }

  /// The bounds of Kuczyński and Woźniakowski, each end with half of the error.
  private func bounds() -> (upper: Double, lower: Double)? {
    guard let first, let top = locked.map(\.value).max(), let bottom = locked.map(\.value).min() else { return nil }
    if locked.count >= symmetric.dimension { return (top, bottom) }
    let risk = (1 - options.confidence) / 2
    let root = log(1.648 * Double(symmetric.dimension).squareRoot() / risk) / Double(2 * first.steps - 1)
    let share = root * root
    guard share < 0.5 else { return nil }
    let (high, low) = (max(top, first.largest), min(bottom, first.smallest))
    let miss = share / (1 - 2 * share) * (high - low)
    return (high + miss, low - miss)
  }
}
