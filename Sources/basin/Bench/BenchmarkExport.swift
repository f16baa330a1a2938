import Descent
import Formats
import Numerics
import Objectives

/// A workload for other programs to repeat: data, starts, every sample that is drawn, and where Basin's own runs get.
struct BenchmarkExport {
  /// The name of a number or text of `workload.json` and its value.
  typealias Detail = (name: String, value: JSON)

  var name: String
  var options: DescentOptions
  var members: Int
  /// The number of steps whose samples are written, and after which `final` is taken.
  var steps: Int
  /// The number of steps after which `early` is taken: so few that rounding has not grown, where the map amplifies it.
  var earlySteps = 1_000
  var details: [Detail] = []
  /// The inputs row by row.
  var inputs: Matrix
  /// The targets row by row, or the classes; nil where there are none.
  var targets: Matrix?
  /// The parameters at the beginning, one row a member.
  var starts: [Double]
  /// What is compared, after a number of steps: one row a member.
  var results: (_ steps: Int) throws(InputError) -> [Double]

  /// Rows of an array.
  typealias Matrix = (columns: Int, values: [Double])

  /// Writes `workload.json`, `inputs.npy`, `targets.npy`, `starts.npy`, `indices.npy`, `early.npy` and `final.npy`. A run
  /// that ends early has no `final`, and one on all samples no `indices`.
  func write(to folder: String) throws(InputError) {
    func save(_ file: String, columns: Int, _ values: [Double]) throws(InputError) {
      try NPYFile(shape: [values.count / columns, columns], values: values).write(to: "\(folder)/\(file).npy")
    }
    func save(_ file: String, _ values: [Double]) throws(InputError) {
      try save(file, columns: values.count / members, values)
    }
    var description: [String: JSON] = [
      "workload": .string(name), "step": .number(options.schedule.base), "steps": .integer(steps),
      "earlySteps": .integer(earlySteps), "members": .integer(members),
    ]
    for (name, value) in details { description[name] = value }
    try AtomicFile.write(JSON.object(description).readableText, to: "\(folder)/workload.json")
    try save("inputs", columns: inputs.columns, inputs.values)
    if let targets { try save("targets", columns: targets.columns, targets.values) }
    try save("starts", starts)
    if options.order != .full { try save("indices", draws(of: inputs.values.count / inputs.columns)) }
    try save("early", results(earlySteps))
    if steps > earlySteps { try save("final", results(steps)) }
  }

  /// The samples of every member and step, as often as they are drawn.
  private func draws(of sampleCount: Int) throws(InputError) -> [Double] {
    var stream = try options.indexStream(sampleCount: sampleCount, trial: 0)
    var batch = Batch()
    var samples: [Double] = []
    samples.reserveCapacity(members * steps * (options.batchSize ?? 1))
    for trial in 0..<members {
      stream.restart(trial: trial)
      for step in 0..<steps {
        stream.draw(step, into: &batch)
        for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
          for _ in 0..<multiplicity { samples.append(Double(sample)) }
        }
      }
    }
    return samples
  }
}
