import Experiments
import Numerics

/// `basin merge`: joins the stores of shards.
enum MergeCommand {
  static let specification = CommandSpecification(
    name: "merge", abstract: "Join the stores of shards into one.", operands: "OUT SHARD…",
    options: [.init("--quiet", help: "No progress on standard error.")],
    discussion: """
      OUT is made, or added to. Merging again adds only what is new, and a merge that was interrupted goes on: a trial is
      copied with all that belongs to it, or not at all. Stores of different specs, and two different results of one
      trial, are refused. OUT is a store like any other: "basin run SPEC.json --store OUT" runs what is missing.

      EXIT STATUS
        0  every trial is there        1  trials are missing (which shards, is said)        2  the input is wrong
        75  stopped by a signal: the same command goes on
      """,
    examples: ["basin merge autoencoder.basin autoencoder.*-of-4.basin"], operandKinds: [.file(["basin"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    guard let target = command.operands.first, command.operands.count > 1 else {
      throw InputError(
        "basin merge", expected: "OUT and at least one store to merge into it",
        found: command.operands.isEmpty ? "nothing" : "only \"\(command.operands[0])\"",
        advice: "See \"basin merge --help\".")
    }
    // A pattern such as *.basin also matches the result of the merge before.
    let sources = command.operands.dropFirst().filter { $0 != target }
    guard !sources.isEmpty else {
      throw InputError("basin merge", expected: "a store besides OUT", found: "only \"\(target)\"")
    }
    // Unreadable sources are found before OUT is made.
    for path in sources { _ = try Store.read(path).plan() }
    let store = try Store.write(target)
    Interruption.listen()
    var line = ProgressLine(unit: "stores", isQuiet: command.has("--quiet"), onlyOnTerminals: true)
    let merge = try Merge(of: sources, into: store) { done in
      line.show(done, of: sources.count)
      return !Interruption.isRequested
    }
    line.end()
    let left = merge.states[.pending] + merge.states[.interrupted]
    let wasStopped = left > 0 && Interruption.isRequested
    try Terminal.print(text(merge, target: target, wasStopped: wasStopped))
    if wasStopped {
      Terminal.note("basin: stopped; the same command goes on.")
      return RunCommand.stoppedStatus
    }
    return left > 0 ? 1 : 0
  }

  private static func text(_ merge: Merge, target: String, wasStopped: Bool) -> String {
    var text = "\(target): \(merge.copied) trials copied, \(merge.present) already there\n"
    let left = merge.states[.pending] + merge.states[.interrupted]
    guard left > 0 else { return text + "All \(merge.states.total) trials are there.\n" }
    text += "\(left) of \(merge.states.total) trials are missing.\n"
    // Why, cannot be said of a merge that did not come to its end.
    if wasStopped { return text }
    let names = merge.missingShards.map(\.description)
    if !names.isEmpty {
      text += "Not among the merged stores: shard \(names.joined(separator: ", shard ")).\n"
    } else {
      text += "The shards did not finish: run them again, then merge again.\n"
    }
    return text
  }
}
