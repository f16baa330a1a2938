import Formats
import Numerics
import Objectives
import Reporting
import Stability

/// `basin stability`: can SGD with a step and a batch size stay at a minimum?
enum StabilityCommand {
  static let specification = CommandSpecification(
    name: "stability", abstract: "Say with which step and batch sizes SGD can stay at a minimum.", operands: "",
    options: [
      .init("--hessians", value: "H.npy", kind: .file(["npy"]), help: "The Hessian of every sample, n × d × d."),
      .init(
        "--jacobians", value: "J.npy", kind: .file(["npy"]),
        help: "Factors instead, Hᵢ = JᵢᵀAᵢJᵢ: n × d, or n × m × d for m outputs."),
      .init(
        "--weights", value: "A.npy", kind: .file(["npy"]),
        help: "Aᵢ of the factors, n × m × m, or n × m if diagonal (default: I)."),
      .init(
        "--gradients", value: "G.npy", kind: .file(["npy"]),
        help: "The gradient of every sample, n × d, weight decay included."),
      .init(
        "--problem", value: "NAME", kind: .choicesOrFile(ReferenceProblem.names, ["json"]),
        help: "A reference problem by its name below, or SPEC.json for the problem of a spec."),
      .init("--at", value: "POINT", help: "Which of its minima (default: the first), or parameters in a .npy file."),
      .init(
        "--order", value: "NAME", kind: .choices(Sampling.self),
        help: "How batches are drawn: iid, subset, reshuffle or full (default: iid)."),
      .init("--batch", value: "LIST", help: "Batch sizes (default: 1,2,4,… and n)."),
      .init("--step", value: "LIST", help: "Step sizes (default: 24 around the thresholds)."),
      .init("--momentum", value: "B", help: "β of the heavy ball x ← x − η∇f + β(x − x₋₁) (default: 0)."),
      .init("--weight-decay", value: "W", help: "w of a penalty (w/2)‖x‖², not yet in the curvature (default: 0)."),
      .init("--rank", value: "R", help: "Keep only the top R eigenvectors of the mean Hessian (default: all)."),
      .init("--radius", value: "R", help: "The basin's radius: farther away is gone (default: 1000 start radii)."),
      .init("--start-radius", value: "R0", help: "How far from the minimum a run starts (default: 1/1000 radius)."),
      .init("--tolerance", value: "T", help: "Gradients count as 0 up to T·λ₁ (default: 1e-6)."),
      .init("--chains", value: "N", help: "Chains simulated for Λ (default: up to 200, fewer where that takes long)."),
      .init("--tails", help: "Give κ even where it takes long."),
      .init("--confirm", help: "Run SGD itself at the cells of --step, or at three for each batch size."),
      .init("--trials", value: "N", help: "How many trials a cell has then (default: 400)."),
      .init("--steps", value: "T", help: "How many steps each (default: 1500)."),
      .init("--seed", value: "N", help: "The master seed (default: 1)."),
      .init("--jobs", value: "N", help: "Worker threads; results do not depend on them (default: one a core)."),
      .init("--out", value: "DIR", help: "Write a report: index.html, the map as figure, tables, map.json."),
      .init("--json", value: "FILE", help: "Write the result as JSON; \"-\" is standard output, instead of text."),
      .init("--quiet", help: "No progress on standard error."),
    ],
    discussion: """
      One of --hessians, --jacobians, --problem says which minimum. Problems and their minima:
      \(problems)

      VERDICTS
        S  stays      every batch contracts (η < η_all): safe for nonlinear runs too
        s  stays      the mean square is bounded (η < η_meanSquare); excursions have the power law κ > 2
        F  fragile    typical runs return, the mean square is unbounded: they get away with probability (r₀/R)^κ, κ < 2
        L  leaves     every run gets away (η > η_almostSure), in about ln(R/r₀)/Λ steps
        ?  undecided  within the error of the simulation, or inside a threshold's bracket

      Where the gradients say that the point is no minimum there is no verdict, but batch sharpness, gradient-noise
      interaction and noise scales. Keys of the JSON: Documentation/stability.md.

      EXIT STATUS
        0  the result is there, verdicts or not        2  the input is wrong
      """,
    examples: [
      "basin stability --problem styblinski-tang --at sharp --batch 1,2,4,8 --order subset --confirm",
      "basin stability --hessians H.npy --batch 1,2,4 --order subset",
      "basin stability --jacobians J.npy --gradients G.npy --step 0.1,0.2 --momentum 0.9 --out report",
    ])

  /// The reference problems for the help, each with its minima.
  private static var problems: String {
    let width = ReferenceProblem.names.map(\.count).max() ?? 0
    return ReferenceProblem.names.map { name in
      let minima = (try? ReferenceProblem(named: name).minima.map(\.name)) ?? []
      return "  \(name.padded(to: width))  \(minima.joined(separator: ", "))"
    }.joined(separator: "\n")
  }

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    guard command.operands.isEmpty else {
      throw InputError(
        "basin stability", expected: "options only", found: "\"\(command.operands[0])\"",
        advice: "Files go behind an option, such as --hessians.")
    }
    // The command line is wrong or right whatever is in the files.
    let request = try StabilityRequest(command)
    let output = try Output(command)
    let directory = command.values["--out"]
    if let directory { try Folder.makeWritable(directory) }
    let input = try StabilityInput(command)
    // What cannot be run is refused before the map is made.
    let sum = request.confirmation == nil ? nil : try input.geometry.quadraticSum()
    var analysis = try StabilityAnalysis(input, request, isQuiet: command.has("--quiet"))
    if let confirmation = request.confirmation, let sum, analysis.map != nil {
      var progress = ProgressLine(unit: "cells", isQuiet: command.has("--quiet"))
      analysis.confirmation = try StabilityConfirmation(
        analysis, linear: sum, trials: confirmation.trials, steps: confirmation.steps
      ) { progress.show($0, of: $1) }
      progress.end()
    }
    let json = analysis.json(hasFigures: directory != nil)
    if let directory {
      let written = try ReportWriter().write(analysis.report(json), to: directory)
      if let missing = written.missingFigures { Terminal.note("basin: \(missing)") }
      Terminal.note("basin: the report is \(written.page)")
    }
    try output.deliver(json: json, text: analysis.text)
    return 0
  }
}
