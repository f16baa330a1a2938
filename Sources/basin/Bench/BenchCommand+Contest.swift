import Formats
import Numerics

/// `basin bench contest`: not how fast estimators are but how wrong, at equal products, and whether their intervals say so.
extension BenchCommand {
  static var contestExplanation: String {
    """
    no times: errors of traces, eigenvalues and densities on Hessians of four networks and a matrix
    of order 2,000, and how often the stated intervals cover; --repeats counts repetitions
    (default: 2,000), --export writes the matrices to contest.npz
    """
  }

  static func runContest(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let repetitions = try command.integer("--repeats", in: 10...1_000_000, default: 2_000)
    let jobs = try command.integer("--jobs", in: 1...1024, default: 1)
    let output = try Output(command)
    if let folder = command.values["--export"] {
      try Folder.makeWritable(folder)
      try ContestProblem.export(to: folder)
    }
    let result = try Contest(repetitions: repetitions, jobs: jobs).run()
    try output.deliver(result, text: result.text)
    return 0
  }
}
