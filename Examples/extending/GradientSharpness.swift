import Descent
import Numerics
import Objectives

extension Probe {
  /// The curvature that the full gradient meets, gᵀHg/‖g‖² with g = ∇f and H = ∇²f, along the runs of any objective. At
  /// least λ_min, at most λ_max; not a number where g = 0.
  ///
  /// Cost of a value: a gradient and a Hessian-vector product over all samples.
  static func gradientSharpness<Objective: FiniteSumObjective<Double>>(
    of objective: Objective, _ cadence: Cadence
  ) -> Probe where State == StochasticGradientDescent<Objective>.State {
    Probe("gradientSharpness", cadence) { state in
      let gradient = objective.gradient(at: state.parameters)
      let product = objective.hessianVectorProduct(at: state.parameters, times: gradient)
      return LinearAlgebra.dot(gradient, product) / LinearAlgebra.dot(gradient, gradient)
    }
  }
}
