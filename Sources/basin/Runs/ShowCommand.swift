import Experiments
import Foundation
import Numerics

/// `basin show`: says what a store holds and what is left to run.
enum ShowCommand {
  static let specification = CommandSpecification(
    name: "show", abstract: "Say what a store holds and what is left to run.", operands: "STORE",
    options: [
      .init("--jobs", value: "N", help: "For the time that is left: the number of workers (default: one a core)."),
      .init("--json", value: "FILE", help: "Write it as JSON; \"-\" is standard output, instead of text."),
    ],
    discussion: """
      One line for each configuration: its settings that vary, and how many of its trials are in each state. The time left is
      that of the trials which are there, configuration by configuration. A store can be looked at while it is written.
      """,
    examples: ["basin show autoencoder.basin", "basin show autoencoder.basin --json -"],
    operandKinds: [.file(["basin"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let path = try command.operand("store")
    let jobs = try command.integer("--jobs", in: 1...1024, default: ProcessInfo.processInfo.activeProcessorCount)
    let output = try Output(command)
    let summary = try RunSummary(try Results(try Store.read(path)), jobs: jobs)
    try output.deliver(json: summary.json, text: summary.overview())
    return 0
  }
}
