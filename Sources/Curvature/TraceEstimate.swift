import Numerics

/// The trace of a symmetric operator as far as it is known.
public struct TraceEstimate: Sendable {
  /// tr A: unbiased, whatever the operator.
  public let value: Double
  /// The standard deviation of `value` over the probes, estimated from their spread; 0 of an exact trace.
  public let standardError: Double
  /// Covers tr A with its confidence.
  public let interval: ConfidenceInterval
  /// How many products were made.
  public let products: Int
  /// How.
  public let method: TraceMethod
  /// Whether the error is rounding alone.
  public let isExact: Bool
  /// Whether the relative error asked for was reached; true where none was.
  public let isConverged: Bool
  /// The shares of the blocks asked for.
  public let blocks: [Block]

  /// Σ aⱼⱼ over the parameters j of a block.
  public struct Block: Sendable {
    /// The parameters.
    public let range: Range<Int>
    /// Their share.
    public let value: Double
    /// The standard deviation of `value`.
    public let standardError: Double
    /// Covers the share with its confidence: each for itself.
    public let interval: ConfidenceInterval
  }
}

extension TraceEstimate {
  /// A trace from all diagonal entries.
  init(diagonal: [Double], products: Int, _ options: TraceOptions) {
    func exactly(_ value: Double) -> ConfidenceInterval {
      ConfidenceInterval(low: value, high: value, confidence: options.confidence)
    }
    value = diagonal.reduce(0, +)
    standardError = 0
    interval = exactly(value)
    self.products = products
    method = .exact
    isExact = true
    isConverged = true
    blocks = options.blocks.map { range in
      let value = diagonal[range].reduce(0, +)
      return Block(range: range, value: value, standardError: 0, interval: exactly(value))
    }
  }
}

/// Independent samples of what remains of a trace, and of its blocks' shares.
struct TraceSamples {
  /// What is known for certain: of the whole and of each block.
  var known: [Double]
  /// The samples: of the whole and of each block.
  private(set) var values: [[Double]]

  init(blockCount: Int) {
    known = [Double](repeating: 0, count: blockCount + 1)
    values = [[Double]](repeating: [], count: blockCount + 1)
  }

  var count: Int { values[0].count }

  /// Adds vᵀw, and its parts over the blocks.
  mutating func add<Scalar: BLASScalar>(_ vector: [Scalar], _ image: [Scalar], blocks: [Range<Int>]) {
    values[0].append(Vectors.dot(vector, image))
    for (place, block) in blocks.enumerated() {
      values[place + 1].append(Vectors.dot(vector, image, over: block))
    }
  }

  /// Adds vᵀAv where no blocks are asked for.
  mutating func add(_ form: Double) { values[0].append(form) }

  mutating func removeAll() {
    for place in values.indices { values[place].removeAll(keepingCapacity: true) }
  }

  /// Value, standard error and interval of the whole (0) or a block.
  func estimate(
    _ place: Int, _ confidence: Double
  ) throws(InputError) -> (value: Double, standardError: Double, interval: ConfidenceInterval) {
    let summary = try Summary(values[place])
    let interval = try ConfidenceInterval.ofMean(values[place], confidence: confidence)
    let shift = known[place]
    return (
      shift + summary.mean, summary.standardError ?? 0,
      ConfidenceInterval(low: shift + interval.low, high: shift + interval.high, confidence: confidence)
    )
  }

  func trace(products: Int, _ options: TraceOptions) throws(InputError) -> TraceEstimate {
    let whole = try estimate(0, options.confidence)
    let blocks = try options.blocks.indices.map { (place) throws(InputError) in
      let part = try estimate(place + 1, options.confidence)
      return TraceEstimate.Block(
        range: options.blocks[place], value: part.value, standardError: part.standardError, interval: part.interval)
    }
    return TraceEstimate(
      value: whole.value, standardError: whole.standardError, interval: whole.interval, products: products,
      method: options.method, isExact: false, isConverged: options.isEnough(whole.value, whole.interval), blocks: blocks
    )
  }
}
