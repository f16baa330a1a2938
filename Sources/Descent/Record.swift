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
    /// The measurements along the way.
    public var series: [Series]
  }

  /// A measurement along the way.
  public struct Series: Sendable, Equatable {
    /// The steps at which it was taken, ascending.
    public var steps: [Int] = []
    /// The values there.
    public var values: [Double] = []
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
