import Citations
import Claims
import Dispatch
import Foundation
import Numerics
import Reporting

/// A line of research whose claims are held against measurement.
public struct Study: Sendable {
  /// The name on the command line.
  public let name: String
  /// A title for people.
  public let title: String
  /// What is asked, and by whom, in marked text.
  public let question: String
  /// The model, the data, and the notation, in marked text.
  public let setup: String
  /// Its publications.
  public let citations: [Citation]
  /// Wordings in circulation that are put right.
  public let corrections: [StudyReport.Correction]
  /// Specs with which a reader goes on.
  public let experiments: [StudyReport.Experiment]
  /// What is measured, in the order in which it is told.
  public let chapters: [Chapter]

  /// What one measurement brings to the report.
  public typealias Finding = StudyReport.Finding

  /// Measurements that belong together.
  public struct Chapter: Sendable {
    /// The heading.
    public let heading: String
    /// What is found, in a paragraph or two of marked text.
    public let text: String
    /// The measurements, in the order of the report.
    public let entries: [Entry]

    /// Collects measurements.
    public init(_ heading: String, _ text: String, entries: [Entry]) {
      self.heading = heading
      self.text = text
      self.entries = entries
    }
  }

  /// One claim's measurement.
  public struct Entry: Sendable {
    /// The claim's id.
    public let id: String
    /// Throws if what the measurement would read is not there.
    public let requirement: @Sendable (StudyContext) throws(InputError) -> Void
    /// Makes the measurement.
    public let measure: @Sendable (StudyContext) throws(InputError) -> Finding

    /// Names a measurement.
    public init(
      _ id: String, requirement: @escaping @Sendable (StudyContext) throws(InputError) -> Void = { _ in },
      _ measure: @escaping @Sendable (StudyContext) throws(InputError) -> Finding
    ) {
      self.id = id
      self.requirement = requirement
      self.measure = measure
    }
  }

  /// Describes a study.
  public init(
    name: String, title: String, question: String, setup: String, citations: [Citation],
    corrections: [StudyReport.Correction], experiments: [StudyReport.Experiment] = [], chapters: [Chapter]
  ) {
    self.name = name
    self.title = title
    self.question = question
    self.setup = setup
    self.citations = citations
    self.corrections = corrections
    self.experiments = experiments
    self.chapters = chapters
  }

  /// The measurements of all chapters.
  public var entries: [Entry] { chapters.flatMap(\.entries) }

  /// The study with only those claims whose id is wanted.
  public func keeping(_ isWanted: (String) -> Bool) -> Study {
    Study(
      name: name, title: title, question: question, setup: setup, citations: citations, corrections: corrections,
      experiments: experiments,
      chapters: chapters.map { chapter in
        Chapter(chapter.heading, chapter.text, entries: chapter.entries.filter { isWanted($0.id) })
      })
  }

  /// Asks for what the measurements read, so that it is missed before an hour of them and not after.
  ///
  /// - Throws: `InputError` naming what is missing.
  public func checkRequirements(_ context: StudyContext) throws(InputError) {
    for entry in entries { try entry.requirement(context) }
  }

  /// Measures every claim, one after the other, each over all workers.
  ///
  /// - Parameters:
  ///   - command: the command that makes the report again.
  ///   - progress: called before each claim with how many are done and its id, and once at the end; if it returns false, the report is made of
  ///     the claims measured so far and says so.
  /// - Throws: `InputError` if a measurement cannot be set up.
  public func run(
    _ context: StudyContext, version: String, command: String, progress: (_ done: Int, _ id: String) -> Bool
  ) throws(InputError) -> StudyReport {
    let begin = DispatchTime.now().uptimeNanoseconds
    let count = entries.count
    var told: [StudyReport.Chapter] = []
    var done = 0
    measuring: for chapter in chapters {
      told.append(.init(heading: chapter.heading, text: chapter.text, findings: []))
      for entry in chapter.entries {
        guard progress(done, entry.id) else { break measuring }
        told[told.count - 1].findings.append(try entry.measure(context))
        done += 1
      }
    }
    if done == count { _ = progress(count, "") }
    let cut = done == count ? "" : ", interrupted after \(done) of \(count) claims"
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9
    return StudyReport(
      name: name, title: title, question: question, setup: setup, chapters: told.filter { !$0.findings.isEmpty },
      corrections: corrections, experiments: experiments, citations: citations,
      provenance: .init(
        version: version, command: command, masterSeed: context.masterSeed, effort: context.effort.rawValue + cut,
        workers: context.workers, seconds: seconds))
  }
}

extension StudyReport.Experiment {
  /// Describes the experiment of a file of `Examples`, whose bytes the program carries.
  init(_ name: String, _ bytes: [UInt8], question: String, figure: String) {
    self.init(
      fileName: "\(name).json", question: question, text: String(decoding: bytes, as: UTF8.self), figure: figure)
  }
}

/// What all measurements of a run share.
public struct StudyContext: Sendable {
  /// The seed from which every other is derived.
  public var masterSeed: UInt64
  /// Worker threads; no result depends on them.
  public var workers: Int
  /// How much is spent.
  public var effort: Effort
  /// A folder with the four files of MNIST; nil if there is none, and then what needs it is not applicable.
  public var mnistFolder: String?

  /// How much a study spends.
  public enum Effort: String, Sendable {
    /// About a minute on two cores.
    case standard = "default"
    /// Up to ten times the samples, intervals up to three times narrower, and the published sizes throughout.
    case full
  }

  /// Sets up a run.
  public init(masterSeed: UInt64, workers: Int, effort: Effort, mnistFolder: String? = nil) {
    self.masterSeed = masterSeed
    self.workers = workers
    self.effort = effort
    self.mnistFolder = mnistFolder
  }

  /// The seeds of one claim: its numbers do not depend on which other claims are measured.
  public func seeds(_ claim: String) -> Seeds { Seeds(master: masterSeed, part: claim) }

  /// A number of samples: `count`, or ten times as many at full effort.
  public func samples(_ count: Int) -> Int { effort == .full ? 10 * count : count }
}

extension Check {
  /// How often something happened, against a predicted probability; the error is the 95 % Wilson interval.
  static func frequency(
    _ name: String, prediction: Double, successes: Int, of count: Int, tolerance: Tolerance
  ) throws(InputError) -> Check {
    let proportion = try Proportion(successes: successes, trials: count)
    let interval = try proportion.interval(confidence: 0.95)
    return Check(
      name, prediction: prediction, measurement: proportion.estimate,
      error: .interval(low: interval.low, high: interval.high, confidence: 0.95), tolerance: tolerance, count: count)
  }

  /// A mean over independent samples with its standard error.
  static func mean(
    _ name: String, prediction: Double, of sample: [Double], tolerance: Tolerance
  ) throws(InputError) -> Check {
    let summary = try Summary(sample)
    return Check(
      name, prediction: prediction, measurement: summary.mean,
      error: .standardError(summary.standardError ?? .nan), tolerance: tolerance, count: sample.count)
  }

  /// The largest value over a sample, against the bound or the value that it should have.
  static func largest(_ name: String, of sample: [Double], prediction: Double = 0, tolerance: Tolerance) -> Check {
    Check(
      name, prediction: prediction, measurement: sample.max() ?? .nan, tolerance: tolerance, count: sample.count)
  }
}

/// A number in running text.
func number(_ value: Double) -> String { String(format: "%.4g", value) }
