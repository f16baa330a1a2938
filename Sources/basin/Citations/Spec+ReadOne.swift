import Experiments
import Numerics

extension Spec {
  /// Reads a spec for a command that does not run it.
  ///
  /// - Throws: `InputError` with the first thing that is wrong, and how to see the others.
  static func readOne(_ path: String) throws(InputError) -> Spec {
    do throws(SpecProblems) {
      return try Spec.read(path)
    } catch {
      var first = error.problems[0]
      if first.location != path { first.location = "\(path), \(first.location)" }
      if error.problems.count > 1 {
        first.advice += "\(first.advice.isEmpty ? "" : " ")\"basin run \(path)\" says what else is wrong."
      }
      throw first
    }
  }
}
