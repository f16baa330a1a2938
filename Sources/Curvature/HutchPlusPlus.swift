import Numerics

/// Hutch++ (Meyer, Musco, Musco and Woodruff 2021, arXiv 2010.09649): tr A = tr(QᵀAQ) + tr(PAP), where Q spans the images of k
/// random vectors and P = I − QQᵀ. The first is known; the second is the mean of gᵀPAPg over random g.
///
/// Given Q the samples are independent, so the interval is that of a mean. With Q the largest eigenvalues have left them: what
/// remains is less skewed than Hutchinson's samples.
struct HutchPlusPlus<Operator: SymmetricOperator> {
  typealias Scalar = Operator.Scalar

  private let symmetric: Operator
  private let options: TraceOptions
  private let sketch: ProbeVectors
  private let probes: ProbeVectors
  private var workspace: Operator.Workspace
  private var basis: KrylovBasis<Scalar>
  private var (vector, image): ([Scalar], [Scalar])
  private var samples: TraceSamples
  private var products = 0
  private var sketched = 0
  private var drawn = 0
  /// QᵀAQ, by columns above the diagonal; only where blocks are asked for.
  private var projected: [[Double]] = []
  /// Σ of q·Aq over all entries and those of each block.
  private var shares: [Double]

  init(_ symmetric: Operator, _ options: TraceOptions) {
    self.symmetric = symmetric
    self.options = options
    sketch = ProbeVectors(.sketch, options.probes, seeds: options.seeds, trial: options.trial)
    probes = ProbeVectors(.sample, options.probes, seeds: options.seeds, trial: options.trial)
    workspace = symmetric.makeWorkspace()
    basis = KrylovBasis(dimension: symmetric.dimension, workers: options.workers)
    let zeros = [Scalar](repeating: 0, count: symmetric.dimension)
    (vector, image) = (zeros, zeros)
    samples = TraceSamples(blockCount: options.blocks.count)
    shares = [Double](repeating: 0, count: options.blocks.count + 1)
  }

  mutating func run() throws(InputError) -> TraceEstimate {
    let most = options.mostProducts
    switch options.budget {
    case .products:
      try extend(to: most / 3)
      try sample(to: most - 2 * (most / 3))
      return try samples.trace(products: products, options)
    case .relativeError:
      let pilot = min(most, TraceOptions.pilotProducts)
      try extend(to: pilot / 3)
      try sample(to: pilot - 2 * (pilot / 3))
      return try refine(atMost: most)
    }
  }

  /// Goes on until the error is small enough.
  ///
  /// The pilot's n samples would have to be n' at the same k. With theory's variance of the remainder, 1/k (arXiv 2010.09649,
  /// lemma 7), k vectors and n'k₀/k samples do too, and 2k + n'k₀/k products are fewest at k = √(n'k₀/2). A larger Q means
  /// other samples: those of the pilot are dropped, so their number does not depend on them.
  private mutating func refine(atMost most: Int) throws(InputError) -> TraceEstimate {
    var isPilot = true
    while true {
      let (value, error, interval) = try samples.estimate(0, options.confidence)
      let room = most - products
      if room < 1 || options.isEnough(value, interval) { return try samples.trace(products: products, options) }
      let excess = options.excess(value, error)
      var count = TraceOptions.nextCount(
        after: samples.count, excess: excess, power: 0.5, atMost: samples.count + room)
      if isPilot {
        let wanted = min(1.15 * Double(samples.count) * excess * excess, Double(most))
        let size = min(Int((wanted * Double(sketched) / 2).squareRoot()), room / 3 + sketched)
        if size > sketched {
          count = max(Int((wanted * Double(sketched) / Double(size)).rounded(.up)), samples.count)
          samples.removeAll()
          try extend(to: size)
          count = min(count, most - products)
        }
        isPilot = false
      }
      try sample(to: count)
    }
  }

  /// Q for the images of `count` random vectors, and AQ's part in it.
  private mutating func extend(to count: Int) throws(InputError) {
    while sketched < count {
      sketch.fill(&vector, sketched)
      sketched += 1
      try multiply()
      swap(&vector, &image)
      guard basis.grow(by: &vector).isAdded else { continue }
      try multiply()
      shares[0] += Vectors.dot(vector, image)
      for (place, block) in options.blocks.enumerated() {
        shares[place + 1] += 2 * Vectors.dot(vector, image, over: block)
      }
      if !options.blocks.isEmpty { projected.append(basis.coefficients(of: image)) }
    }
    samples.known = shares
    guard !options.blocks.isEmpty else { return }
    // A block's share is that of QQᵀA + AQQᵀ − QTQᵀ: the last was counted twice.
    for k in 0..<basis.count {
      let row = (0..<basis.count).map { $0 <= k ? projected[k][$0] : projected[$0][k] }
      let combined = basis.combination(row)
      let axis = basis.combination((0..<basis.count).map { $0 == k ? 1 : 0 })
      for (place, block) in options.blocks.enumerated() {
        samples.known[place + 1] -= Vectors.dot(combined, axis, over: block)
      }
    }
  }

  private mutating func sample(to count: Int) throws(InputError) {
    var probe = vector
    while samples.count < count {
      probes.fill(&probe, drawn)
      drawn += 1
      vector = probe
      _ = basis.orthogonalise(&vector)
      try multiply()
      basis.subtract(basis.coefficients(of: image), from: &image)
      samples.add(probe, image, blocks: options.blocks)
    }
  }

  private mutating func multiply() throws(InputError) {
    symmetric.multiply(vector, into: &image, using: &workspace)
    products += 1
    try requireFiniteProduct(Vectors.norm(image))
  }
}
