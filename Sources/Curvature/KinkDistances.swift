import Numerics

/// How far a ReLU network is from where its loss has a kink: from the points at which a unit's z, which goes into ReLU, is 0 for
/// some sample.
///
/// Curvature at θ says nothing about the loss beyond the nearest kink.
public struct KinkDistances: Sendable, Equatable {
  /// A unit on a sample.
  public struct Place: Sendable, Equatable {
    /// The sample's number in the data set.
    public let sample: Int
    /// The place of ReLU in ``Network/layers``.
    public let layer: Int
    /// The unit's number in its layer.
    public let unit: Int
    /// z.
    public let preactivation: Double
    /// The distance, of the kind that is asked for.
    public let distance: Double
  }

  /// A layer of ReLU units.
  public struct Layer: Sendable, Equatable {
    /// The place of ReLU in ``Network/layers``.
    public let layer: Int
    /// The smallest |z| of each unit over the samples.
    public let margins: [Double]
    /// The smallest |z|/‖(h, 1)‖ of each unit over the samples.
    public let distances: [Double]
    /// The units with z ≤ 0 on all samples: they say 0, and no gradient reaches them, except through a slope at the kink.
    public let deadUnits: [Int]
    /// The units with z > 0 on all samples: they are linear.
    public let alwaysOnUnits: [Int]
    /// The units with z = 0 on some sample.
    public let unitsAtKink: [Int]
    /// The pairs of a unit and a sample with z = 0.
    public let pairsAtKink: Int
  }

  /// The layers with ReLU, in their order.
  public let layers: [Layer]
  /// Where |z| is smallest; the distance is |z|.
  public let smallestPreactivation: Place
  /// The nearest kink when only a unit's own weights and bias move: |z|/‖(h, 1)‖, h what goes into the unit, without the 1 for a
  /// unit without a bias. Exact, since z is affine in them, and so an upper bound of the distance when all parameters move.
  public let nearest: Place
  /// The nearest kink to first order when all parameters move: |z|/‖∇z‖, the gradient by all parameters. An estimate, neither a lower
  /// bound nor an upper one: layers before the unit's own do not move z on a straight line. nil if it was not asked for.
  public let nearestToFirstOrder: Place?

  /// How many units have a kink at most δ away when only their own weights and bias move.
  public func unitCount(within distance: Double) -> Int {
    layers.reduce(0) { $0 + $1.distances.reduce(0) { $0 + ($1 <= distance ? 1 : 0) } }
  }

  /// How many units have z = 0 on some sample.
  public var unitsAtKink: Int { layers.reduce(0) { $0 + $1.unitsAtKink.count } }

  /// How many units there are.
  public var unitCount: Int { layers.reduce(0) { $0 + $1.distances.count } }
}
