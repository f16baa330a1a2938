import Foundation
import Numerics
import Testing

@testable import Descent

@Suite struct StepScheduleTests {
  static let schedules: [(name: String, schedule: StepSchedule)] = [
    ("constant", .constant(0.3)),
    ("linear", StepSchedule(base: 0.3, warmUp: .power(factor: 4, exponent: 1, until: 0.5))),
    ("square root", StepSchedule(base: 0.3, warmUp: .power(factor: 4, exponent: 0.5, until: 1))),
    ("factor per percent", StepSchedule(base: 0.3, warmUp: .factorPerPercent(1.05, until: 0.25))),
    (
      "decays",
      StepSchedule(
        base: 0.3, decays: [.init(at: 0.1, divideBy: 2), .init(at: 0.3, divideBy: 5), .init(at: 0.5, divideBy: 100)])
    ),
    ("pieces", StepSchedule(base: 0.3, pieces: [.init(from: 3, value: 0.1), .init(from: 40, value: 0.7)])),
    (
      "all at once",
      StepSchedule(
        base: 0.3, warmUp: .power(factor: 4, exponent: 1, until: 0.5), decays: [.init(at: 0.25, divideBy: 10)],
        pieces: [.init(from: 8, value: 0.2)])
    ),
  ]

  /// The formulas by hand, for T = 200.
  static func expected(_ name: String, _ t: Int) -> Double {
    let fraction = Double(t) / 200
    switch name {
    case "linear": return 0.3 * (1 + 3 * min(fraction, 0.5))
    case "square root": return 0.3 * (1 + 3 * fraction.squareRoot())
    case "factor per percent": return 0.3 * pow(1.05, Double(min(t, 50)) / 2)
    case "decays": return t < 20 ? 0.3 : (t < 60 ? 0.15 : (t < 100 ? 0.06 : 0.003))
    case "pieces": return t < 3 ? 0.3 : (t < 40 ? 0.1 : 0.7)
    case "all at once":
      let piece = t < 8 ? 0.3 : 0.2
      let rising = piece * (1 + 3 * min(fraction, 0.5))
      return t < 50 ? rising : rising / 10
    default: return 0.3
    }
  }

  @Test(arguments: schedules.indices) func equalsTheFormula(_ which: Int) throws {
    let (name, schedule) = Self.schedules[which]
    try schedule.validate()
    var worst = 0.0
    for t in 0...200 {
      worst = max(worst, abs(schedule.value(at: t, of: 200) / Self.expected(name, t) - 1))
    }
    #expect(worst < 1e-14, "\(name)")
    #expect(schedule.isConstant == (name == "constant"))
  }

  @Test func keepsTheValueReached() {
    let rising = StepSchedule(base: 1, warmUp: .power(factor: 11, exponent: 1, until: 0.25))
    // ⌊0.25 · 10⌋ = 2, where the rise has come to 1 + 10 · 2/10.
    #expect((0..<10).map { rising.value(at: $0, of: 10) } == [1, 2, 3, 3, 3, 3, 3, 3, 3, 3])
    let never = StepSchedule(base: 1, warmUp: .factorPerPercent(2, until: 0))
    #expect((0..<10).allSatisfy { never.value(at: $0, of: 10) == 1 })
  }

  @Test func divisorsDoNotAccumulate() {
    let schedule = StepSchedule(base: 8, decays: [.init(at: 0, divideBy: 2), .init(at: 0.5, divideBy: 4)])
    #expect((0..<4).map { schedule.value(at: $0, of: 4) } == [4, 4, 2, 2])
  }

  /// Runs of no step and of one have a schedule too: finite, positive, with all decays at fraction 0 or ⌊fraction⌋ = 0 passed.
  @Test(arguments: schedules.indices, [0, 1]) func shortestRuns(_ which: Int, total: Int) {
    let schedule = Self.schedules[which].schedule
    let value = schedule.value(at: 0, of: total)
    #expect(value == (schedule.decays.last.map { 0.3 / $0.divisor } ?? 0.3))
  }

  @Test func aDecayAtTheEndIsNeverReached() {
    let schedule = StepSchedule(base: 1, decays: [.init(at: 1, divideBy: 10)])
    #expect((0..<7).allSatisfy { schedule.value(at: $0, of: 7) == 1 })
    #expect(schedule.value(at: 7, of: 7) == 0.1)
  }

  static let refused: [(schedule: StepSchedule, text: String)] = [
    (.constant(0), "step: expected a positive, finite step size, found 0.0."),
    (.constant(-0.1), "step: expected a positive, finite step size, found -0.1."),
    (.constant(.infinity), "step: expected a positive, finite step size, found inf."),
    (.constant(.nan), "step: expected a positive, finite step size, found nan."),
    (
      StepSchedule(base: 1, warmUp: .power(factor: 2, exponent: 1, until: 1.5)),
      "step.warmUp.until: expected a fraction from 0 to 1, found 1.5."
    ),
    (
      StepSchedule(base: 1, warmUp: .factorPerPercent(2, until: .nan)),
      "step.warmUp.until: expected a fraction from 0 to 1, found nan."
    ),
    (
      StepSchedule(base: 1, warmUp: .power(factor: 0, exponent: 1, until: 1)),
      "step.warmUp.factor: expected a positive, finite factor, found 0.0."
    ),
    (
      StepSchedule(base: 1, warmUp: .factorPerPercent(.infinity, until: 1)),
      "step.warmUp.factor: expected a positive, finite factor, found inf."
    ),
    (
      StepSchedule(base: 1, warmUp: .power(factor: 2, exponent: -1, until: 1)),
      "step.warmUp.exponent: expected a positive, finite exponent, found -1.0."
    ),
    (
      StepSchedule(base: 1, decays: [.init(at: 0.5, divideBy: 2), .init(at: 0.5, divideBy: 3)]),
      "step.decays[1].at: expected an ascending fraction from 0 to 1, found 0.5."
    ),
    (
      StepSchedule(base: 1, decays: [.init(at: -0.1, divideBy: 2)]),
      "step.decays[0].at: expected an ascending fraction from 0 to 1, found -0.1."
    ),
    (
      StepSchedule(base: 1, decays: [.init(at: 0.1, divideBy: 0)]),
      "step.decays[0].divideBy: expected a positive, finite divisor, found 0.0."
    ),
    (
      StepSchedule(base: 1, pieces: [.init(from: -1, value: 1)]),
      "step.pieces[0].from: expected an ascending step from 0, found -1."
    ),
    (
      StepSchedule(base: 1, pieces: [.init(from: 5, value: 1), .init(from: 5, value: 2)]),
      "step.pieces[1].from: expected an ascending step from 0, found 5."
    ),
    (
      StepSchedule(base: 1, pieces: [.init(from: 0, value: -1)]),
      "step.pieces[0].value: expected a positive, finite step size, found -1.0."
    ),
  ]

  @Test(arguments: refused.indices) func refusesWhatIsNoSchedule(_ which: Int) {
    let error = #expect(throws: InputError.self) { try Self.refused[which].schedule.validate() }
    #expect(error?.description == Self.refused[which].text)
  }

  @Test func errorsNameTheirPlace() {
    let error = #expect(throws: InputError.self) { try StepSchedule.constant(0).validate(location: "optimizer.step") }
    #expect(error?.location == "optimizer.step")
  }
}
