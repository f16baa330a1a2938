import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// Snapshots of single lanes, to the bit of the engine's own numbers: finer than what a state shows.
@Suite struct SnapshotTests {
  typealias Activation = AutoencoderObjective.Activation

  static func bits(_ snapshot: LaneSnapshot) -> [UInt64] {
    [UInt64(snapshot.step)] + snapshot.values.map(\.bitPattern)
  }

  static func engine(
    _ activation: Activation, _ order: SamplingOrder, _ batch: Int?, keepsLogarithms: Bool
  ) throws(InputError) -> AutoencoderEngine {
    let options = ResumptionTests.options(order, batch, .constant(0.4), budget: 6_000)
    return try AutoencoderEngine(
      count: 5, activation: activation, options: options, keepsLogarithms: keepsLogarithms)
  }

  /// Through 6,000 steps, with foldings of the scale, a replica moves at random steps to a random lane of another engine, among
  /// neighbours that are hostile: not a number, huge, dead, or just other.
  @Test(arguments: Activation.allCases, [false, true])
  func movingDoesNotMatter(_ activation: Activation, _ keepsLogarithms: Bool) throws {
    for (which, (order, batch)) in try ResumptionTests.orders(budget: 6_000).enumerated() {
      let start = AutoencoderState(coefficients: [0.3, 0.4, -0.2, 0.35, 0.1], perpendicular: 0.2)
      var undisturbed = try Self.engine(activation, order, batch, keepsLogarithms: keepsLogarithms)
      undisturbed.load(start, trial: 3, lane: 0)
      undisturbed.advance(by: 6_000)
      let wanted = undisturbed.snapshot(lane: 0)
      #expect(wanted.values.count == undisturbed.snapshotSize)

      var random = testStream(50 + UInt64(which))
      var first = try Self.engine(activation, order, batch, keepsLogarithms: keepsLogarithms)
      first.load(start, trial: 3, lane: 2)
      var snapshot = first.snapshot(lane: 2)
      while snapshot.step < 6_000 {
        let lane = random.integer(below: 8)
        var engine = try Self.engine(activation, order, batch, keepsLogarithms: keepsLogarithms)
        let neighbours: [[Double]] = [
          [.nan, 1, 2, -1, 0], [1e200, 1, 2, -1, 0], [-1, 0, 0, -1, -0.0], [3, 1, 2, -1, 0], [0.1, 0.2, 0.1, 0.3, 0.2],
        ]
        for (place, neighbour) in neighbours.enumerated() where random.uniform() < 0.7 {
          engine.load(AutoencoderState(coefficients: neighbour), trial: place, lane: (lane + 1 + place) % 8)
        }
        engine.restore(snapshot, trial: 3, lane: lane)
        #expect(Self.bits(engine.snapshot(lane: lane)) == Self.bits(snapshot))
        let steps = min(6_000 - snapshot.step, 1 + random.integer(below: 700))
        engine.advance(by: steps / 3)
        engine.advance(by: steps - steps / 3)
        snapshot = engine.snapshot(lane: lane)
      }
      #expect(Self.bits(snapshot) == Self.bits(wanted), "\(order.name) \(batch ?? 0)")
    }
  }

  /// A restored lane shows the same state, and what was in the lane before leaves no trace.
  @Test(arguments: [false, true]) func aRestoredLaneShowsTheSameState(_ keepsLogarithms: Bool) throws {
    var engine = try Self.engine(.relu, .iid, 1, keepsLogarithms: keepsLogarithms)
    engine.load(AutoencoderState(coefficients: [0.3, 0.4, -0.2, 0.35, 0.1], perpendicular: 0.2), trial: 3, lane: 0)
    engine.load(AutoencoderState(coefficients: [2, -3, 1, 1, 1], perpendicular: 4), trial: 1, lane: 5)
    engine.advance(by: 333)
    engine.restore(engine.snapshot(lane: 0), trial: 3, lane: 5)
    engine.advance(by: 1_001)
    var (one, other) = (engine.makeState(), engine.makeState())
    engine.read(lane: 0, into: &one)
    engine.read(lane: 5, into: &other)
    #expect(one.step == 1_334)
    #expect(one == other)
    #expect(Self.bits(engine.snapshot(lane: 0)) == Self.bits(engine.snapshot(lane: 5)))
  }

  /// What the engine keeps is not what it shows: the test above would be empty if the lazy form were never far from the plain one.
  @Test func snapshotsAreLazilyScaled() throws {
    var engine = try Self.engine(.relu, .iid, 1, keepsLogarithms: true)
    engine.load(AutoencoderState(coefficients: [0.3, 0.4, -0.2, 0.35, 0.1], perpendicular: 0.2), trial: 3, lane: 0)
    engine.advance(by: 1_000)
    let scale = engine.snapshot(lane: 0).values[5]
    #expect(scale < 1e-20)
    engine.advance(by: 5_000)
    // Folded in the meantime: the logarithm of what was folded is kept.
    #expect((engine.snapshot(lane: 0).values.last ?? 0) < -138)
  }
}
