import Citations
import Curvature
import Numerics
import Objectives

/// Measures of the Hessian of the loss over all samples, in double precision and without the optimiser's weight decay.
///
/// Each is a function of the parameters alone: it begins anew at every record, so that a run that is taken up again records the
/// same numbers.
enum CurvatureMeasures {
  /// The measures.
  static let measures: [SpecMeasure] = [
    SpecMeasure("sharpness", [.pearlmutter] + EigenvalueOptions.citations), "hessianTrace",
  ]

  /// What they are.
  static let explanation =
    "sharpness (λ_max of the Hessian of the loss over all samples; some tens of Hessian-vector products) and hessianTrace (its trace, "
    + "exact, up to \(largestTracedParameterCount) parameters; a product each)"

  /// The most parameters for a trace, which takes as many products.
  static let largestTracedParameterCount = 2_000

  /// The most bytes that a measurement holds beside a Hessian-vector product: all workers measure at once.
  private static let bytes = 1 << 28

  /// What a measure would need that is not there.
  static func obstacle(to name: String, parameterCount: Int) -> (expected: String, advice: String)? {
    guard name == "hessianTrace", parameterCount > largestTracedParameterCount else { return nil }
    return (
      "a problem of at most \(largestTracedParameterCount) parameters for the trace of its Hessian",
      "It has \(parameterCount): leave this measure out."
    )
  }

  /// Not a number where the parameters, the Hessian or the search for the eigenvalue have diverged.
  static func all<Objective: FiniteSumObjective<Double>>(of objective: Objective) -> [PlainMeasure] {
    let sharpness = PlainMeasure("sharpness") { parameters in
      let options = EigenvalueOptions(basisBytes: bytes)
      guard let hessian = try? CurvatureOperator.hessian(of: objective, at: parameters, keptBytes: bytes),
        let pair = try? hessian.eigenpairs(options: options).largest.first, pair.isConverged
      else { return .nan }
      return pair.value
    }
    guard objective.parameterCount <= largestTracedParameterCount else { return [sharpness] }
    return [
      sharpness,
      PlainMeasure("hessianTrace") { parameters in
        guard parameters.allSatisfy(\.isFinite) else { return .nan }
        let trace = objective.hessianTrace(at: parameters)
        return trace.isFinite ? trace : .nan
      },
    ]
  }
}
