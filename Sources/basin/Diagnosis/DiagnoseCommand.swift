import Diagnosis
import Formats
import Foundation
import Numerics
import Objectives
import Reporting
import Stability

/// `basin diagnose`: what can be measured of a trained network.
enum DiagnoseCommand {
  static let specification = CommandSpecification(
    name: "diagnose", abstract: "Say how sharp, noisy and sparse a trained network is.", operands: "",
    options: [
      .init(
        "--model", value: "M", kind: .file(["json"]),
        help: "The network: mlp:784-512-512-10:relu, or a JSON file with its layers (see below)."
      ),
      .init(
        "--weights", value: "W", kind: .file(["safetensors", "npz", "npy"]),
        help: "Its weights: .safetensors or .npz with PyTorch's names, or a .npy of all."),
      .init(
        "--data", value: "D", kind: .file([]),
        help: "Samples: .npz (x, y), IMAGES,LABELS as IDX or .npy files, CSV, LIBSVM."),
      .init(
        "--loss", value: "L", kind: .choices(["crossEntropy", "logistic", "squared", "mse"]),
        help: "crossEntropy, logistic, squared, squared:half=false:mean=true, or mse."),
      .init("--split", value: "S", help: "Which samples: train, test, 0:1000, or train:0:1000 (default: all)."),
      .init(
        "--normalize", value: "M,S", help: "Inputs become (x − M)/S, as 0.1307,0.3081 for MNIST (default: as read)."),
      .init("--map", value: "LIST", help: "Names in the file that stand for others: fc1=0,fc2=2."),
      .init(
        "--measure", value: "LIST", kind: .list(DiagnosisMeasure.allCases.map(\.rawValue) + ["all", "list"]),
        help: "What is measured, commas between (default: all); \"list\" explains each."),
      .init("--eigenvalues", value: "K", help: "How many eigenvalues of each end (default: 3)."),
      .init("--tolerance", value: "T", help: "Residual of an eigenvalue, as a fraction of ‖H‖ (default: 1e-4)."),
      .init("--trace-error", value: "E", help: "Relative half width of a trace's 95 % interval (default: 0.05)."),
      .init("--probes", value: "P", help: "Random vectors of the spectral density (default: 5)."),
      .init("--lanczos-steps", value: "K", help: "Lanczos steps of each of them (default: 60)."),
      .init("--batch", value: "LIST", help: "Batch sizes (default: 1,8,64 for sharpness, 1,4,16,64 for thresholds)."),
      .init("--step", value: "LIST", help: "Step sizes of the map (default: 24 around the thresholds)."),
      .init(
        "--order", value: "NAME", kind: .choices(["iid", "subset"]),
        help: "How batches are drawn: iid or subset (default: iid)."),
      .init("--rank", value: "R", help: "Sharpest directions that thresholds are computed in (default: 10)."),
      .init(
        "--precision", value: "P", kind: .choices(DiagnosisOptions.Precision.self),
        help: "double or single numbers in products (default: double up to 100,000 parameters)."),
      .init("--seed", value: "N", help: "The master seed (default: 1)."),
      .init("--jobs", value: "N", help: "Worker threads; no number depends on them (default: one a core)."),
      .init("--out", value: "DIR", help: "Write a report: index.html, figures, tables, diagnosis.json."),
      .init("--json", value: "FILE", help: "Write the result as JSON; \"-\" is standard output, instead of text."),
      .init("--quiet", help: "No progress on standard error."),
    ],
    discussion: """
      Weights have PyTorch's names and layouts: "0.weight" [outputs, inputs] and "0.bias" of a torch.nn.Sequential, in which activations
      count, too. A model in JSON: {"layers": [{"kind": "affine", "inputs": 784, "outputs": 512}, {"kind": "relu"},
      {"kind": "affine", "outputs": 10}]}. The loss is the mean over the samples that are given. Every number comes with its error: an
      interval, a residual, or "exact". Keys of the JSON: Documentation/diagnose.md.

      EXIT STATUS
        0  the result is there        2  the input is wrong
      """,
    examples: [
      "basin diagnose --model mlp:64-32-10:relu --weights weights.safetensors --data data.npz --loss crossEntropy",
      "basin diagnose --model net.json --weights w.npz --data d.npz --loss mse --measure eigenvalues,trace --json -",
      "basin diagnose --measure list",
    ])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    guard command.operands.isEmpty else {
      throw InputError(
        "basin diagnose", expected: "options only", found: "\"\(command.operands[0])\"",
        advice: "Files go behind an option, such as --weights.")
    }
    if command.values["--measure"] == "list" {
      try Terminal.print(explanation)
      return 0
    }
    let options = try options(command)
    let missing = ["--model", "--weights", "--data", "--loss"].filter { !command.has($0) }
    guard missing.isEmpty else {
      throw InputError(
        "basin diagnose", expected: "--model, --weights, --data and --loss",
        found: "no \(missing.joined(separator: ", no "))",
        advice: "See \"basin diagnose --help\".")
    }
    let network = try Network(model: command.values["--model"] ?? "")
    let loss = try NetworkLoss(parsing: command.values["--loss"] ?? "")
    let split = try command.values["--split"].map { text throws(InputError) in try DataSplit(parsing: text) }
    let normalization = try command.values["--normalize"].map { text throws(InputError) in
      try InputNormalization(parsing: text)
    }
    let names = try command.values["--map"].map { text throws(InputError) in try TensorNames(parsing: text) }
    let output = try Output(command)
    let directory = command.values["--out"]
    if let directory { try Folder.makeWritable(directory) }
    let weights = try NetworkWeights.read(
      command.values["--weights"] ?? "", for: network, names: names ?? TensorNames())
    let data = try DiagnosisData.read(
      command.values["--data"] ?? "", for: network, loss: loss, split: split ?? DataSplit(),
      normalization: normalization)
    LinearAlgebra.useThreads(1)
    var progress = ProgressLine(unit: "measures", isQuiet: command.has("--quiet"))
    let diagnosis = try Diagnosis(network, weights, data, options: options) { progress.show($1, of: $2) }
    progress.end()
    let page = DiagnosisPage(
      diagnosis, command: line(command), model: command.values["--model"] ?? "",
      files: [
        command.values["--weights"] ?? "", command.values["--data"] ?? "",
      ])
    let json = page.json(hasFigures: directory != nil)
    if let directory {
      let written = try ReportWriter().write(page.report(json), to: directory)
      if let missing = written.missingFigures { Terminal.note("basin: \(missing)") }
      Terminal.note("basin: the report is \(written.page)")
    }
    try output.deliver(json: json, text: page.text)
    return 0
  }

  private static func options(_ command: ParsedCommand) throws(InputError) -> DiagnosisOptions {
    var options = DiagnosisOptions()
    let names = DiagnosisMeasure.allCases.map(\.rawValue)
    if let text = command.values["--measure"], text != "all" {
      options.measures = []
      for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
        guard let measure = DiagnosisMeasure(rawValue: name) else {
          throw InputError(
            "basin diagnose --measure", expected: "names of measures, commas between", found: "\"\(name)\"",
            advice: Suggestion.sentence(for: name, among: names))
        }
        options.measures.append(measure)
      }
    }
    options.eigenvalueCount = try command.integer("--eigenvalues", in: 1...1_000, default: options.eigenvalueCount)
    options.eigenvalueTolerance = try command.number(
      "--tolerance", "a number above 0, below 1", default: options.eigenvalueTolerance
    ) { $0 > 0 && $0 < 1 }
    options.traceError = try command.number(
      "--trace-error", "a number above 0, below 1", default: options.traceError
    ) { $0 > 0 && $0 < 1 }
    options.probes = try command.integer("--probes", in: 2...10_000, default: options.probes)
    options.lanczosSteps = try command.integer("--lanczos-steps", in: 2...10_000, default: options.lanczosSteps)
    options.batches = try command.list("--batch", "whole numbers from 1") { Int($0).flatMap { $0 >= 1 ? $0 : nil } }
    options.steps = try command.list("--step", "positive numbers") {
      Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }
    options.sampling = try command.choice("--order", default: options.sampling)
    guard options.sampling == .iid || options.sampling == .subset else {
      throw InputError(
        "basin diagnose --order", expected: "iid or subset", found: "\"\(options.sampling.rawValue)\"",
        advice: "\"basin stability\" knows the others.")
    }
    options.rank = try command.integer("--rank", in: 1...200, default: options.rank)
    options.precision = try command.choice("--precision", default: options.precision)
    options.seed = try command.seed("--seed", default: options.seed)
    options.workers = try command.integer("--jobs", in: 1...1024, default: ProcessInfo.processInfo.activeProcessorCount)
    return options
  }

  /// What each measure is and costs.
  private static var explanation: String {
    let parts = DiagnosisMeasure.allCases.map { measure in
      "\(measure.rawValue)\n  \(measure.explanation)\n  Cost: \(measure.cost)."
    }
    return "n samples, d parameters. A Hessian-vector product costs about two gradients over all samples.\n\n"
      + parts.joined(separator: "\n\n") + "\n"
  }

  /// The command line without what changes no number.
  private static func line(_ command: ParsedCommand) -> String {
    let words = specification.options.flatMap { option -> [String] in
      guard let value = command.values[option.name], !["--jobs", "--out", "--json", "--quiet"].contains(option.name)
      else { return [] }
      return value.isEmpty ? [option.name] : [option.name, value]
    }
    return (["basin", "diagnose"] + words).joined(separator: " ")
  }
}
