/// A ball around a point, outside of which a run is over.
public struct Region: Sendable, Equatable {
  /// The point.
  public var centre: [Double]
  /// R.
  public var radius: Double

  /// The ball ‖θ − centre‖ ≤ radius.
  public init(centre: [Double], radius: Double) {
    self.centre = centre
    self.radius = radius
  }

  /// Whether the parameters are inside. Not a number is outside.
  @inlinable
  public func contains<Scalar: BinaryFloatingPoint>(_ parameters: [Scalar]) -> Bool {
    var square = 0.0
    for j in parameters.indices {
      let difference = Double(parameters[j]) - centre[j]
      square += difference * difference
    }
    return square <= radius * radius
  }
}

/// What plain descent keeps of one run.
public struct DescentMemory<Scalar: BinaryFloatingPoint & Sendable, Workspace> {
  /// θ.
  public var parameters: [Scalar]
  /// The last change of θ; empty without momentum.
  public var velocity: [Scalar]
  /// Room for a gradient.
  public var gradient: [Scalar]
  /// Room for a batch.
  public var batch = Batch()
  /// The objective's own room.
  public var workspace: Workspace

  /// Memory for `count` parameters, all 0.
  public init(count: Int, hasMomentum: Bool, workspace: Workspace) {
    parameters = [Scalar](repeating: 0, count: count)
    velocity = hasMomentum ? parameters : []
    gradient = parameters
    self.workspace = workspace
  }
}

extension FiniteSumObjective {
  /// The loop behind ``descend(_:steps:rule:region:nextBatch:)``, compiled for each objective by itself.
  @inlinable
  public func descend(
    _ memory: inout DescentMemory<Scalar, Workspace>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int {
    plainDescent(&memory, steps: steps, rule: rule, region: region, nextBatch: nextBatch)
  }

  @inlinable
  @inline(__always)
  func plainDescent(
    _ memory: inout DescentMemory<Scalar, Workspace>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int {
    for step in steps {
      let rate = Scalar(nextBatch(step, &memory.batch))
      Self.fill(&memory.gradient, memory.parameters, memory.batch, &memory.workspace, self)
      rule.apply(rate: rate, to: &memory)
      if let region, !region.contains(memory.parameters) { return step + 1 - steps.lowerBound }
    }
    return steps.count
  }

  @inlinable
  static func fill(
    _ gradient: inout [Scalar], _ parameters: [Scalar], _ batch: Batch, _ workspace: inout Workspace, _ objective: Self
  ) {
    var target = gradient.mutableSpan
    objective.gradient(at: parameters.span, over: batch, into: &target, using: &workspace)
  }
}

extension FiniteSumObjective where Scalar == Double {
  /// The loop in doubles. An objective that is itself generic, such as `WeightDecayed`, is compiled once for all its
  /// types: its loop is as fast as others only if there is nothing to look up about its numbers.
  @inlinable
  public func descend(
    _ memory: inout DescentMemory<Double, Workspace>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int {
    plainDescent(&memory, steps: steps, rule: rule, region: region, nextBatch: nextBatch)
  }
}
