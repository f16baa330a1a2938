import Numerics
import Objectives

/// Gauss and Newton's method with the damping of Levenberg (doi:10.1090/qam/10666) and Marquardt
/// (doi:10.1137/0111030): takes a sum of squares down to rounding, to a minimum whose stability can be asked about.
public enum LevenbergMarquardt {
  /// Where it ended.
  public struct Fit: Sendable {
    /// The parameters.
    public let parameters: [Double]
    /// (1/n) Σ ½ ‖rᵢ‖².
    public let loss: Double
    /// ‖Jᵀr‖/n, the norm of the gradient.
    public let gradientNorm: Double
    /// How many linear systems were solved.
    public let iterations: Int
  }

  /// Minimises (1/n) Σ ½ ‖rᵢ(θ)‖² from a start.
  ///
  /// Each iteration solves (JᵀJ + μI) δ = Jᵀr, or JJᵀ of order n·m where that is smaller, and takes the step where the
  /// loss falls; μ then shrinks threefold, else it grows threefold. Ends when the loss is at most `tolerance`, when no
  /// step lowers it any more, or after `limit` iterations; `Fit` says how far that went.
  /// Cost of an iteration: n·m·d·min(n·m, d) operations.
  ///
  /// - Throws: `InputError` for a loss without residuals, a start of the wrong length, or one at which the loss is not finite.
  public static func fit<Objective: ResidualObjective<Double>>(
    _ objective: Objective, from start: [Double], tolerance: Double = 1e-28, limit: Int = 2_000
  ) throws(InputError) -> Fit {
    if let problem = objective.residualProblem { throw problem }
    guard start.count == objective.parameterCount else {
      throw InputError("start", expected: "\(objective.parameterCount) parameters", found: "\(start.count)")
    }
    let (n, d) = (objective.sampleCount, objective.parameterCount)
    let m = n * objective.outputCount
    var (parameters, loss) = (start, objective.loss(at: start))
    guard loss.isFinite else { throw InputError("start", expected: "a finite loss", found: "\(loss)") }
    var damping = 1.0
    var iterations = 0
    var stepped = true
    var (residuals, jacobian, gradient) = ([Double](), Matrix(rows: 0, columns: 0), [Double]())
    while iterations < limit, loss > tolerance {
      if stepped {
        residuals = objective.residuals(at: parameters)
        jacobian = Matrix(rows: m, columns: d, storage: objective.residualJacobian(at: parameters))
        gradient = jacobian.transposedMultiplied(by: residuals)
      }
      iterations += 1
      // Too little damping of a singular system is a step that fails.
      let change: [Double]?
      if m < d {
        let solved = try? LinearAlgebra.solvePositiveDefinite(damped(jacobian.gram(), damping), residuals)
        change = solved.map { jacobian.transposedMultiplied(by: $0) }
      } else {
        change = try? LinearAlgebra.solvePositiveDefinite(damped(jacobian.transposed().gram(), damping), gradient)
      }
      let candidate = change.map { zip(parameters, $0).map { $0 - $1 } } ?? parameters
      let next = objective.loss(at: candidate)
      stepped = next < loss
      if stepped {
        (parameters, loss) = (candidate, next)
        damping = max(damping / 3, 1e-15)
      } else {
        damping *= 3
        // Steps that small change nothing any more.
        if damping > 1e12 { break }
      }
    }
    return Fit(
      parameters: parameters, loss: loss, gradientNorm: LinearAlgebra.norm(objective.gradient(at: parameters)),
      iterations: iterations)
  }

  private static func damped(_ matrix: Matrix, _ damping: Double) -> Matrix {
    var result = matrix
    for index in 0..<matrix.rows { result[index, index] += damping }
    return result
  }
}
