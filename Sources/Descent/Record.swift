import Numerics

/// What an ensemble of runs left behind: its settings, seeds and time, and each replica's end, measurements and series.
public struct Record: Sendable {
  /// The settings that, with the seeds, determine every number below.
  public var settings: [Setting]
  /// The seeds.
  public var seeds: Seeds
  /// The names of `Replica.finals`, in their order.
  public var finalNames: [String]
  /// The names of `Replica.series`, in their order.
  public var seriesNames: [String]
  /// The replicas by ascending trial.
  public var replicas: [Replica]
  /// Wall-clock seconds of the ensemble.
  public var seconds: Double

  /// One setting by name, as text.
  public struct Setting: Sendable, Hashable, Codable {
    /// The name, such as `optimizer.batch`.
    public var name: String
    /// The value as a person would write it.
    public var value: String

    /// Names a setting.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// One run.
  public struct Replica: Sendable {
    /// The trial, which with the seeds determines the run.
    public var trial: Int
    /// How it ended.
    public var outcome: Outcome
    /// The number of updates made.
    public var steps: Int
    /// The measurements at the end.
    public var finals: [Double]
    /// The standard errors of `finals`, not a number where there is none; empty if no measure of the plan has one.
    public var errors: [Double]
    /// The measurements along the way; of a replica that was saved on the way, those after its last checkpoint. The
    /// desk has the others.
    public var series: [Series]
    /// Its share of its worker's wall-clock time, in seconds: replicas that are carried side by side share the time
    /// evenly, so that the shares of all add up to what was spent.
    public var wallSeconds: Double
    /// The same share of the processor time of the worker's thread, which is known to a millisecond; threads that an
    /// objective starts itself are not counted.
    public var processorSeconds: Double

    /// Puts a replica together from its parts.
    public init(
      trial: Int, outcome: Outcome, steps: Int, finals: [Double], errors: [Double] = [], series: [Series],
      wallSeconds: Double = 0, processorSeconds: Double = 0
    ) {
      self.trial = trial
      self.outcome = outcome
      self.steps = steps
      self.finals = finals
      self.errors = errors
      self.series = series
      self.wallSeconds = wallSeconds
      self.processorSeconds = processorSeconds
    }
  }

  /// A measurement along the way.
  public struct Series: Sendable, Equatable {
    /// The steps at which it was taken, ascending.
    public var steps: [Int] = []
    /// The values there.
    public var values: [Double] = []

    /// Puts a series together from its parts, equally many steps and values.
    public init(steps: [Int] = [], values: [Double] = []) {
      self.steps = steps
      self.values = values
    }
  }

  /// The final measurement `name` of every replica, by ascending trial; of those that ended in `outcome` if given.
  ///
  /// - Precondition: the plan of the run has a final measurement of this name.
  public func finals(_ name: String, where outcome: Outcome? = nil) -> [Double] {
    guard let place = finalNames.firstIndex(of: name) else { preconditionFailure("no final measurement \(name)") }
    return replicas.compactMap { outcome == nil || $0.outcome == outcome ? $0.finals[place] : nil }
  }

  /// The number of steps of every replica, by ascending trial; of those that ended in `outcome` if given.
  public func steps(where outcome: Outcome? = nil) -> [Double] {
    replicas.compactMap { outcome == nil || $0.outcome == outcome ? Double($0.steps) : nil }
  }

  /// The series `name` of one replica.
  ///
  /// - Precondition: the plan of the run has a probe of this name.
  public func series(_ name: String, of replica: Int) -> Series {
    guard let place = seriesNames.firstIndex(of: name) else { preconditionFailure("no series \(name)") }
    return replicas[replica].series[place]
  }

  /// The replicas that could move at all.
  public var alive: [Replica] { replicas.filter { $0.outcome != .dead } }

  /// How many replicas ended in `outcome`.
  public func count(_ outcome: Outcome) -> Int { replicas.count { $0.outcome == outcome } }
}
