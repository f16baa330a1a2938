import Foundation
import Fuzzing

/// All cases of some readers, by processes side by side, and what came of them.
struct FuzzCampaign {
  let readers: [FuzzReader]
  /// MiB a process.
  let memory: Int

  /// Cases that a process is given.
  private struct Work {
    var reader: Int
    var cases: Range<Int>
  }

  /// What is known of a reader.
  private struct Tally {
    var accepted = 0
    var refused = 0
    var wrong = 0
    var crashes: [String] = []
    var seconds = 0.0
  }

  /// A process at work.
  private struct Running {
    var process: Process
    var work: Work
    var progress: String
    var start: Date
  }

  /// Cases of one process: enough to make its start cheap.
  private static let portion = 100_000
  /// A reader that crashes so often needs no more cases.
  private static let mostCrashes = 20

  private var tallies: [Tally]

  init(readers: [FuzzReader], memory: Int) {
    self.readers = readers
    self.memory = memory
    tallies = readers.map { _ in Tally() }
  }

  /// Runs the cases of each reader; whether none crashed or read what it should not.
  mutating func run(_ cases: Range<Int>, jobs: Int) -> Bool {
    var waiting = readers.indices.flatMap { reader in
      stride(from: cases.lowerBound, to: cases.upperBound, by: Self.portion).map {
        Work(reader: reader, cases: $0..<min($0 + Self.portion, cases.upperBound))
      }
    }[...]
    let ended = DispatchSemaphore(value: 0)
    var running: [Running] = []
    var open = readers.indices.map { reader in waiting.count { $0.reader == reader } }
    while !waiting.isEmpty || !running.isEmpty {
      while running.count < jobs, let work = waiting.popFirst() {
        if let process = start(work, ended) { running.append(process) } else { open[work.reader] -= 1 }
      }
      if running.isEmpty { continue }
      ended.wait()
      let finished = running.filter { !$0.process.isRunning }
      running.removeAll { entry in finished.contains { $0.process === entry.process } }
      for done in finished {
        if let rest = finish(done) { waiting = [rest] + waiting } else { open[done.work.reader] -= 1 }
        if open[done.work.reader] == 0 { report(done.work.reader) }
      }
    }
    return tallies.allSatisfy { $0.crashes.isEmpty && $0.wrong == 0 }
  }

  private mutating func start(_ work: Work, _ ended: DispatchSemaphore) -> Running? {
    let name = readers[work.reader].name
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let progress = "\(folder)/basin-fuzz-\(getpid())-\(name)-\(work.cases.lowerBound)"
    FuzzWorker.makeState(progress)
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      name, "--from", "\(work.cases.lowerBound)", "--count", "\(work.cases.count)", "--memory", "\(memory)",
      "--progress", progress,
    ]
    // A backtrace needs more memory than a process may use, and hides the signal; so do the threads of OpenBLAS.
    process.environment = ProcessInfo.processInfo.environment.merging([
      "SWIFT_BACKTRACE": "enable=no", "OPENBLAS_NUM_THREADS": "1",
    ]) { $1 }
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      tallies[work.reader].crashes.append("no process for it: \(error)")
      return nil
    }
    return Running(process: process, work: work, progress: progress, start: Date())
  }

  /// Adds up what a process found; the cases that it left behind.
  private mutating func finish(_ done: Running) -> Work? {
    let state = FuzzWorker.state(done.progress)
    try? FileManager.default.removeItem(atPath: done.progress)
    let reader = done.work.reader
    tallies[reader].accepted += state.accepted
    tallies[reader].refused += state.refused
    tallies[reader].wrong += state.wrong
    tallies[reader].seconds += Date().timeIntervalSince(done.start)
    if done.process.terminationReason == .exit, done.process.terminationStatus == 0 { return nil }
    let name = readers[reader].name
    let crash =
      "\(name), case \(state.number): signal \(done.process.terminationStatus); "
      + "again: fuzz \(name) --case \(state.number)"
    FuzzWorker.say(crash)
    tallies[reader].crashes.append(crash)
    let rest = (state.number + 1)..<max(state.number + 1, done.work.cases.upperBound)
    return rest.isEmpty || tallies[reader].crashes.count > Self.mostCrashes ? nil : Work(reader: reader, cases: rest)
  }

  private func report(_ reader: Int) {
    let tally = tallies[reader]
    let name = readers[reader].name.padding(toLength: 12, withPad: " ", startingAt: 0)
    FuzzWorker.say(
      "\(name) \(tally.accepted) accepted, \(tally.refused) refused, \(tally.wrong) wrong, "
        + "\(tally.crashes.count) crashed, " + String(format: "%.1f s of one core", tally.seconds))
  }
}
