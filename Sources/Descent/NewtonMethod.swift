import Numerics
import Objectives

/// Newton's method with conjugate gradients (Dembo, Eisenstat, Steihaug, doi:10.1137/0719025): takes a convex finite sum to
/// its minimiser, at which stability can be asked about.
public enum NewtonMethod {
  /// Where it ended.
  public struct Minimum: Sendable {
    /// The parameters.
    public let parameters: [Double]
    /// The mean loss.
    public let loss: Double
    /// ‖∇f‖.
    public let gradientNorm: Double
    /// The length of the Newton step that would come next: how far the minimiser still is, and no smaller than about 1 for a
    /// loss that only falls towards infinity, however small the gradient is there.
    public let distance: Double
    /// How many Newton steps were made.
    public let iterations: Int
  }

  /// Minimises a finite sum from a start, by products with its Hessian over all samples.
  ///
  /// Each step solves H p = −∇f by conjugate gradients to min(½, √‖∇f‖) of the gradient and is halved until the loss falls
  /// enough. Ends when ‖∇f‖ ≤ `tolerance`·max(1, ‖∇f(start)‖), when no step lowers the loss any more, or after `limit` steps;
  /// `Minimum` says how far that went. Where H is not definite (a loss without a minimiser, a saddle) directions of curvature
  /// ≤ 0 are followed downhill. Cost: up to d Hessian-vector products a step.
  ///
  /// - Throws: `InputError` for a start of the wrong length, or one at which the loss is not finite.
  public static func minimise(
    _ objective: some FiniteSumObjective<Double>, from start: [Double], tolerance: Double = 1e-12, limit: Int = 200
  ) throws(InputError) -> Minimum {
    guard start.count == objective.parameterCount else {
      throw InputError("start", expected: "\(objective.parameterCount) parameters", found: "\(start.count)")
    }
    var (parameters, loss) = (start, objective.loss(at: start))
    guard loss.isFinite else { throw InputError("start", expected: "a finite loss", found: "\(loss)") }
    var gradient = objective.gradient(at: parameters)
    let goal = tolerance * max(1, LinearAlgebra.norm(gradient))
    var iterations = 0
    while iterations < limit, LinearAlgebra.norm(gradient) > goal {
      iterations += 1
      let direction = direction(objective, parameters, gradient)
      let slope = LinearAlgebra.dot(gradient, direction)
      var length = 1.0
      var next: (parameters: [Double], loss: Double, gradient: [Double])?
      while next == nil, length > 1e-10 {
        let candidate = zip(parameters, direction).map { $0 + length * $1 }
        let value = objective.loss(at: candidate)
        let slopeThere = objective.gradient(at: candidate)
        // Near the minimum losses differ by rounding alone, and gradients still tell.
        let isNearer = LinearAlgebra.norm(slopeThere) < LinearAlgebra.norm(gradient)
        if value <= loss + 1e-4 * length * slope || (isNearer && value <= loss + 1e-14 * abs(loss)) {
          next = (candidate, value, slopeThere)
        }
        length /= 2
      }
      guard let next else { break }
      (parameters, loss, gradient) = next
    }
    return Minimum(
      parameters: parameters, loss: loss, gradientNorm: LinearAlgebra.norm(gradient),
      distance: LinearAlgebra.norm(direction(objective, parameters, gradient)), iterations: iterations)
  }

  /// p with H p ≈ −g; downhill in any case.
  private static func direction(
    _ objective: some FiniteSumObjective<Double>, _ parameters: [Double], _ gradient: [Double]
  ) -> [Double] {
    let norm = LinearAlgebra.norm(gradient)
    let goal = min(0.5, norm.squareRoot()) * norm
    var solution = [Double](repeating: 0, count: gradient.count)
    var residual = gradient.map { -$0 }
    var direction = residual
    var square = LinearAlgebra.dot(residual, residual)
    for iteration in 0..<2 * gradient.count {
      let image = objective.hessianVectorProduct(at: parameters, times: direction)
      let curvature = LinearAlgebra.dot(direction, image)
      guard curvature > 1e-14 * LinearAlgebra.dot(direction, direction) * (1 + norm) else {
        return iteration == 0 ? direction : solution
      }
      let length = square / curvature
      LinearAlgebra.axpy(length, direction, into: &solution)
      LinearAlgebra.axpy(-length, image, into: &residual)
      let next = LinearAlgebra.dot(residual, residual)
      if next.squareRoot() <= goal { break }
      direction = zip(residual, direction).map { $0 + next / square * $1 }
      square = next
    }
    return solution
  }
}
