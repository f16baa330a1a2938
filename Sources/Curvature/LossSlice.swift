import Numerics
import Objectives

/// The loss on a line or a plane through θ: f(θ + αv), or f(θ + αv + βw), on a grid.
public struct LossSlice: Sendable, Equatable {
  /// α, column by column.
  public let horizontal: [Double]
  /// β, row by row; empty for a line.
  public let vertical: [Double]
  /// The losses, row by row; those that are not finite stay as they are.
  public let losses: [Double]
  /// f(θ).
  public let centre: Double
  /// How many of the grid's losses are not finite.
  public let nonFiniteCount: Int
  /// The cost: how many losses were computed, the centre's included.
  public let evaluations: Int

  /// How many rows there are: 1 for a line.
  public var rowCount: Int { max(1, vertical.count) }

  /// The loss at a place of the grid.
  ///
  /// - Precondition: there is such a place.
  public subscript(row: Int, column: Int) -> Double {
    precondition((0..<rowCount).contains(row) && horizontal.indices.contains(column), "a place of the grid")
    return losses[row * horizontal.count + column]
  }

  /// The smallest and the largest finite loss of the grid; nil if there is none.
  public var range: ClosedRange<Double>? {
    let finite = losses.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    return low...high
  }
}

extension FiniteSumObjective where Scalar: BLASScalar {
  /// f(θ + αv) at the given α, v as it is: lengths are the caller's, as of an eigenvector, a gradient, or a direction of
  /// ``Network/filterNormalizedDirection(at:seeds:trial:number:)``.
  ///
  /// Each point is rounded to the objective's precision once. Cost: a loss for each α, and one. No bit depends on `workers`.
  ///
  /// - Throws: `InputError` for vectors that do not fit or are not finite, no coordinate or one that is not finite.
  public func lossSlice(
    at parameters: [Scalar], along direction: [Scalar], coordinates: [Double], over batch: Batch? = nil,
    workers: Int = 1
  ) throws(InputError) -> LossSlice {
    try slice(at: parameters, [direction], horizontal: coordinates, vertical: [], over: batch, workers: workers)
  }

  /// f(θ + αv + βw) at all pairs of the given α and β.
  ///
  /// Cost: a loss for each pair, and one. No bit depends on `workers`.
  ///
  /// - Throws: as the one along a line.
  public func lossSlice(
    at parameters: [Scalar], along first: [Scalar], and second: [Scalar], horizontal: [Double], vertical: [Double],
    over batch: Batch? = nil, workers: Int = 1
  ) throws(InputError) -> LossSlice {
    guard !vertical.isEmpty else {
      throw InputError("vertical coordinates", expected: "at least one", found: "none")
    }
    return try slice(
      at: parameters, [first, second], horizontal: horizontal, vertical: vertical, over: batch, workers: workers)
  }

  /// f((1 − t)θ + tθ′) at the given t, on the line through two points: θ at 0, θ′ at 1 but for rounding (Goodfellow, Vinyals,
  /// Saxe 2015, arXiv 1412.6544).
  ///
  /// - Throws: as the one along a line.
  public func lossSlice(
    from parameters: [Scalar], to other: [Scalar], coordinates: [Double], over batch: Batch? = nil, workers: Int = 1
  ) throws(InputError) -> LossSlice {
    try Vectors.require(other, count: parameterCount, "parameters at the end of a line")
    try requirePoint(self, parameters)
    let direction = zip(other, parameters).map { $0 - $1 }
    return try lossSlice(
      at: parameters, along: direction, coordinates: coordinates, over: batch, workers: workers)
  }

  private func slice(
    at parameters: [Scalar], _ directions: [[Scalar]], horizontal: [Double], vertical: [Double], over batch: Batch?,
    workers: Int
  ) throws(InputError) -> LossSlice {
    try requirePoint(self, parameters)
    for direction in directions { try Vectors.require(direction, count: parameterCount, "direction of a slice") }
    guard !horizontal.isEmpty, (horizontal + vertical).allSatisfy(\.isFinite) else {
      throw InputError(
        "coordinates of a slice", expected: "at least one, all finite",
        found: horizontal.isEmpty ? "none" : "one that is not")
    }
    let count = horizontal.count * max(1, vertical.count)
    let perBlock = 8
    // The centre is the point behind the last.
    let blocks = try parallelMap(count / perBlock + 1, workers: workers) { (block) throws(InputError) -> [Double] in
      var evaluation = LossEvaluation(self, over: batch)
      var step = [Double](repeating: 0, count: parameterCount)
      return (block * perBlock...min((block + 1) * perBlock - 1, count)).map { place in
        guard place < count else { return evaluation.loss(at: parameters) }
        for j in step.indices { step[j] = 0 }
        Vectors.accumulate(horizontal[place % horizontal.count], directions[0], into: &step)
        if directions.count > 1 { Vectors.accumulate(vertical[place / horizontal.count], directions[1], into: &step) }
        return evaluation.loss(at: Vectors.displaced(parameters, by: step))
      }
    }
    let losses = blocks.flatMap { $0 }
    return LossSlice(
      horizontal: horizontal, vertical: vertical, losses: Array(losses[..<count]), centre: losses[count],
      nonFiniteCount: losses[..<count].reduce(0) { $0 + ($1.isFinite ? 0 : 1) }, evaluations: count + 1)
  }
}

extension Network {
  /// A random direction on the network's own scale: Gaussian, each row of a weight, the weights of one unit, scaled to the norm of
  /// the same row of the network; 0 for biases.
  ///
  /// So slices of ReLU networks without biases that rescaling of whole layers makes of each other are the same. Source: Li, Xu,
  /// Taylor, Studer, Goldstein 2018, arXiv 1712.09913; that biases stay still is a choice, theirs too. The direction's length is
  /// the norm of all weights.
  ///
  /// - Parameters:
  ///   - seeds: the measurement seed is used, under trial `trial`.
  ///   - number: which direction of that trial; a plane takes two.
  /// - Throws: `InputError` for a wrong number of parameters, or ones that are not finite.
  public func filterNormalizedDirection<Scalar: NetworkScalar>(
    at parameters: [Scalar], seeds: Seeds = Seeds(master: 0), trial: Int = 0, number: Int = 0
  ) throws(InputError) -> [Scalar] {
    try Vectors.require(parameters, count: parameterCount, "parameters")
    var stream = RandomStream(seeds.key(.measurement, trial: trial), step: number)
    var direction = [Scalar](repeating: 0, count: parameterCount)
    for block in parameterBlocks where block.shape.count == 2 {
      let inputs = block.fan.inputs
      for row in 0..<block.fan.outputs {
        let start = block.range.lowerBound + row * inputs
        let norm = LinearAlgebra.norm(parameters[start..<start + inputs].map { Double($0) })
        let random = stream.sphere(count: inputs, radius: norm)
        for (place, value) in random.enumerated() { direction[start + place] = Scalar(value) }
      }
    }
    return direction
  }
}
