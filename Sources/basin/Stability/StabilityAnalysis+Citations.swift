import Citations
import Diagnosis
import Reporting
import Stability

extension StabilityAnalysis {
  /// The publications of what was used: of the problem, of each quantity that is there, and of the runs that confirm them.
  ///
  /// - Parameter hasFigures: also those of the figures' colours.
  func citations(hasFigures: Bool) -> [Citation] {
    // The non-uniformity is Wu's.
    var citations = input.citations + [.wu] + (map?.citations ?? []) + (measures?.citations ?? [])
    if confirmation != nil { citations += [.wilson] + request.order.citations }
    if hasFigures, let map { citations += map.figure().citations }
    return citations.sortedByKey
  }
}
