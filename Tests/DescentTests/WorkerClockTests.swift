import TestSupport
import Testing

@testable import Descent

/// Shares of time, by clocks that the tests set.
@Suite struct WorkerClockTests {
  final class Hands {
    var seconds = Seconds()
    var nanoseconds: UInt64 = 0
  }

  @Test func sharesAreEvenAndAddUp() {
    let hands = Hands()
    var clock = WorkerClock { hands.seconds }
    func pass(_ wall: Double) { hands.seconds = hands.seconds + Seconds(wall: wall, processor: wall / 2) }
    pass(100)
    let first = clock.join()
    pass(4)
    clock.read()
    let second = clock.join()
    #expect(clock.virtual.wall - first.wall == 4)
    pass(6)
    clock.leave()
    let firstShare = clock.virtual - first
    #expect(firstShare.wall == 7)
    #expect(firstShare.processor == 3.5)
    pass(5)
    clock.leave()
    #expect((clock.virtual - second).wall == 8)
    // Nobody is there: nobody pays.
    pass(50)
    let third = clock.join()
    pass(1)
    clock.leave()
    #expect((clock.virtual - third).wall == 1)
  }

  @Test func randomComingsAndGoingsAddUp() {
    let hands = Hands()
    var clock = WorkerClock { hands.seconds }
    var random = testStream(2)
    var origins: [Seconds] = []
    var shares = Seconds()
    var busy = Seconds()
    for _ in 0..<2_000 {
      let passed = Seconds(wall: random.uniform(), processor: random.uniform())
      if !origins.isEmpty { busy = busy + passed }
      hands.seconds = hands.seconds + passed
      if origins.isEmpty || random.uniform() < 0.5 {
        origins.append(clock.join())
      } else {
        clock.leave()
        let share = clock.virtual - origins.remove(at: random.integer(below: origins.count))
        #expect(share.wall >= 0 && share.processor >= 0)
        shares = shares + share
      }
    }
    while let origin = origins.popLast() {
      clock.leave()
      shares = shares + (clock.virtual - origin)
    }
    #expect(abs(shares.wall - busy.wall) < 1e-9 * busy.wall)
    #expect(abs(shares.processor - busy.processor) < 1e-9 * busy.processor)
  }

  @Test func threadTimeNeverGoesBack() {
    var clock = ThreadClock()
    var last = clock.read()
    var spent = 0.0
    while spent < 0.01 {
      let now = clock.read()
      #expect(now.wall >= last.wall)
      #expect(now.processor >= last.processor)
      spent += now.wall - last.wall
      last = now
    }
    #expect(last.processor > 0)
  }

  /// Steps from a nanosecond to a second, also where the cost jumps on the way: between two looks at the clock there are at most 50 ms
  /// or a single step, but right after a step has become dearer.
  @Test(arguments: [1, 80, 5_000, 300_000, 30_000_000, 1_000_000_000] as [UInt64])
  func advancesAreShort(_ nanosecondsPerStep: UInt64) {
    let hands = Hands()
    var pace = Pace { hands.nanoseconds }
    for cost in [nanosecondsPerStep, 100 * nanosecondsPerStep, nanosecondsPerStep] {
      for look in 0..<100 {
        let steps = pace.remaining
        #expect(steps >= 1)
        let elapsed = UInt64(steps) * cost
        hands.nanoseconds += elapsed
        pace.made(steps)
        if look > 0 { #expect(elapsed <= 50_000_000 || steps == 1) }
      }
      // Nor are they needlessly short.
      #expect(UInt64(pace.remaining) * cost >= 10_000_000)
    }
  }

  @Test func severalAdvancesMakeOnePeriod() {
    let hands = Hands()
    var pace = Pace { hands.nanoseconds }
    for wanted in [1, 2, 4, 8] {
      #expect(pace.remaining == wanted)
      for made in 1...wanted {
        pace.made(1)
        if made < wanted { #expect(pace.remaining == wanted - made) }
      }
    }
  }
}
