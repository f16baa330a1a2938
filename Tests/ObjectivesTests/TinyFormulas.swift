import Foundation
import Numerics
import Objectives

/// Formulas that together hold every operation, each beside what it says in Swift.
extension TinyProblem {
  static func formulas() throws -> [TinyProblem] {
    let x = [0.4, 1.3, -0.7]
    let y = [0.8, -0.2, 1.1]
    let columns = [FormulaColumn("x", x), FormulaColumn("y", y)]
    let points = [[1.3, 1.4], [0.9, 0.95], [1.2, 0.5]]
    func problem(
      _ formula: String, constants: [String: Double] = [:], _ loss: @escaping @Sendable (Int, [Double]) -> Double
    ) throws -> TinyProblem {
      let objective = try FormulaObjective(loss: formula, columns: columns, constants: constants, parameterCount: 2)
      return TinyProblem("formula \(formula)", objective, points: points, sampleLoss: loss)
    }
    return [
      try problem("0.25*(y - x*theta[0]^2)^2") { i, θ in
        let residual = y[i] - x[i] * θ[0] * θ[0]
        return 0.25 * residual * residual
      },
      // Parts of every kind: of data alone, of parameters alone, of both, and a parameter that does not occur in a sample's part.
      try problem("exp(x)*sin(theta[0])*y + c*theta[1]^2/theta[0] - log(theta[1])", constants: ["c": 2]) { i, θ in
        exp(x[i]) * sin(θ[0]) * y[i] + 2 * θ[1] * θ[1] / θ[0] - log(θ[1])
      },
      try problem("theta[1]^theta[0] + (1 + x^2*theta[0])^-1.5 + pow(theta[0], 3) / theta[1]^-2 + theta[0]^0.5") {
        i, θ in
        pow(θ[1], θ[0]) + pow(1 + x[i] * x[i] * θ[0], -1.5) + pow(θ[0], 3) * pow(θ[1], 2) + sqrt(θ[0])
      },
      try problem("tanh(x*theta[0]) * sigmoid(y - theta[1]) + softplus(theta[0]*x) / (2 + cos(theta[1]*y))") { i, θ in
        tanh(x[i] * θ[0]) / (1 + exp(θ[1] - y[i])) + log(1 + exp(θ[0] * x[i])) / (2 + cos(θ[1] * y[i]))
      },
      try problem("max(x*theta[0], theta[1]^2)*min(theta[0], y) + abs(theta[0]*x)^3 + relu(theta[1] - y)^2") { i, θ in
        let relu = max(θ[1] - y[i], 0)
        return max(x[i] * θ[0], θ[1] * θ[1]) * min(θ[0], y[i]) + pow(abs(θ[0] * x[i]), 3) + relu * relu
      },
      try problem("-theta[0]^2 + sum(k, 0, 1, (k + 1)*theta[k]*theta[1 - k]) - -x*theta[1]*sqrt(1 + theta[0]^2)") {
        i, θ in
        3 * θ[0] * θ[1] - θ[0] * θ[0] + x[i] * θ[1] * sqrt(1 + θ[0] * θ[0])
      },
      try problem("theta[0]^2*theta[1]") { _, θ in θ[0] * θ[0] * θ[1] },
      TinyProblem(
        "formula without data",
        try FormulaObjective(loss: "(theta[0]*theta[2] - 1)^2/2 + theta[0]"), points: [[0.5, 7, 1], [1, 0, -1]]
      ) { _, θ in (θ[0] * θ[2] - 1) * (θ[0] * θ[2] - 1) / 2 + θ[0] },
    ]
  }
}
