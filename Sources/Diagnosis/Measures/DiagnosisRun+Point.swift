import Formats
import Numerics
import Objectives

extension DiagnosisRun {
  /// Loss, accuracy, norms.
  mutating func measurePoint() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.point)
    let loss = objective.loss(at: parameters)
    let moments = try gradientMoments()
    let parameterNorm = LinearAlgebra.norm(parameters)
    let typical = moments.meanSquare.squareRoot()
    let accuracy = accuracy
    section.json = [
      "loss": .number(loss), "lossFormula": .string("(1/n) Σ fᵢ, fᵢ = \(objective.lossFormula)"),
      "accuracy": .number(orNull: accuracy), "gradientNorm": .number(gradientNorm),
      "sampleGradientNorm": .number(typical), "largestSampleGradientNorm": .number(moments.largestNorm),
      "parameterNorm": .number(parameterNorm),
    ]
    section.lines = [("loss", NumberText.readable(loss, digits: 7))]
    if let accuracy {
      section.lines.append(("accuracy", "\(NumberText.readable(accuracy)) of \(objective.sampleCount) samples"))
    }
    section.lines += [
      ("gradient", "‖∇f‖ = \(NumberText.readable(gradientNorm))"),
      (
        "single gradients",
        "\(NumberText.readable(typical)) in root mean square, at most \(NumberText.readable(moments.largestNorm))"
      ),
      ("parameters", "‖θ‖ = \(NumberText.readable(parameterNorm))"),
    ]
    let share = typical > 0 ? gradientNorm / typical : 0
    section.statements.append(
      "On these \(objective.sampleCount) samples the loss is \(NumberText.readable(loss))"
        + (accuracy.map { " and \(NumberText.readable(100 * $0, digits: 4)) % are classified right" } ?? "")
        + "; the mean gradient is \(NumberText.readable(100 * share, digits: 2)) % as long as a typical sample's"
        + (gradientNorm > 0 ? ", and not zero: this is no exact minimum." : "."))
    return section
  }

  /// Also for the squared loss with classes as targets.
  private var accuracy: Double? {
    if let accuracy = objective.accuracy(at: parameters) { return accuracy }
    guard let classes = data.classes, objective.outputCount > 1 else { return nil }
    let (m, outputs) = (objective.outputCount, objective.outputs(at: parameters))
    let right = classes.indices.count { row in
      let scores = outputs[(row * m)..<((row + 1) * m)]
      return scores.max().flatMap(scores.firstIndex) == scores.startIndex + classes[row]
    }
    return Double(right) / Double(classes.count)
  }
}
