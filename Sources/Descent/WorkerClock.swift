#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Wall-clock and processor seconds.
struct Seconds {
  var wall = 0.0
  var processor = 0.0

  static func + (a: Seconds, b: Seconds) -> Seconds {
    Seconds(wall: a.wall + b.wall, processor: a.processor + b.processor)
  }

  static func - (a: Seconds, b: Seconds) -> Seconds {
    Seconds(wall: a.wall - b.wall, processor: a.processor - b.processor)
  }
}

/// Shares a worker's time among the replicas that it carries, by virtual time V with dV = dt / (number of replicas): a
/// replica's share is V at its end less V at its beginning, and all shares together are the time in which there was at
/// least one.
///
/// The clocks are read when a replica leaves or is saved, not when one joins: what has passed since the last reading
/// then counts for the newcomer too.
struct WorkerClock {
  private let now: () -> Seconds
  private var last = Seconds()
  private var replicas = 0
  /// V at the last reading.
  private(set) var virtual = Seconds()

  /// A clock over `now`.
  init(now: @escaping () -> Seconds) { self.now = now }

  /// A clock over the time of the calling thread.
  init() {
    var thread = ThreadClock()
    self.init { thread.read() }
  }

  /// Counts one replica more; V at its beginning.
  mutating func join() -> Seconds {
    if replicas == 0 { last = now() }
    replicas += 1
    return virtual
  }

  /// Brings V up to now.
  mutating func read() {
    guard replicas > 0 else { return }
    let reading = now()
    virtual.wall += (reading.wall - last.wall) / Double(replicas)
    virtual.processor += (reading.processor - last.processor) / Double(replicas)
    last = reading
  }

  /// Brings V up to now and counts one replica less.
  mutating func leave() {
    read()
    replicas -= 1
  }
}

/// The wall clock and the processor time of the calling thread; neither ever goes back.
///
/// Asking for processor time is a system call, eight times as slow as the wall clock. So it is asked for once a
/// millisecond and taken to run along with the wall clock in between, which is out by a millisecond at most.
struct ThreadClock {
  private var lastAsked: UInt64?
  private var processorThen: UInt64 = 0
  private var processor: UInt64 = 0

  mutating func read() -> Seconds {
    let wall = Self.wallNanoseconds()
    var estimate = processorThen
    if let lastAsked, wall - lastAsked < 1_000_000 {
      estimate += wall - lastAsked
    } else {
      processorThen = Self.nanoseconds(of: CLOCK_THREAD_CPUTIME_ID)
      lastAsked = wall
      estimate = processorThen
    }
    processor = max(processor, estimate)
    return Seconds(wall: Double(wall) * 1e-9, processor: Double(processor) * 1e-9)
  }

  /// The wall clock, from some moment on.
  static func wallNanoseconds() -> UInt64 { nanoseconds(of: CLOCK_MONOTONIC) }

  private static func nanoseconds(of clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Cuts advances so that a worker looks up after some 20 milliseconds of work, whatever a step costs.
struct Pace {
  private static let target = 20_000_000.0
  private static let largest = 1 << 40
  private let now: () -> UInt64
  private var lastLook: UInt64
  private var period = 1
  /// The number of steps until the next look at the clock.
  private(set) var remaining = 1

  /// A pace by a clock that counts nanoseconds.
  init(now: @escaping () -> UInt64 = ThreadClock.wallNanoseconds) {
    self.now = now
    lastLook = now()
  }

  /// Counts `steps`, at most `remaining`.
  mutating func made(_ steps: Int) {
    remaining -= steps
    guard remaining == 0 else { return }
    let time = now()
    let elapsed = Double(time - lastLook)
    lastLook = time
    if elapsed < Self.target {
      period = min(2 * period, Self.largest)
    } else if elapsed > 2 * Self.target {
      period = max(1, Int(Double(period) * (Self.target / elapsed)))
    }
    remaining = period
  }
}
