import Objectives

/// A replica's lazily scaled form as it is: plain coefficients would round, and what follows would differ in its last
/// bits.
extension AutoencoderEngine {
  /// m + 3, and 2m + 1 more where logarithms are kept.
  public var snapshotSize: Int { count + 3 + (keepsLogarithms ? 2 * count + 1 : 0) }

  /// u₀, …, uₘ₋₁, α, U, v, and where logarithms are kept the gains, the logarithms and the logarithm of the folded
  /// scale.
  public func snapshot(lane: Int) -> LaneSnapshot {
    var values: [Double] = []
    values.reserveCapacity(snapshotSize)
    for i in 0..<count { values.append(u[8 * i + lane]) }
    values += [scale[lane], energy[lane], perpendicular[lane]]
    if keepsLogarithms {
      for i in 0..<count { values.append(gains[8 * i + lane]) }
      for i in 0..<count { values.append(logarithms[8 * i + lane]) }
      values.append(logScale[lane])
    }
    return LaneSnapshot(step: steps[lane], values: values)
  }

  /// Goes on from `snapshot` with the index stream of `trial`.
  public mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    precondition(snapshot.values.count == snapshotSize, "a snapshot has snapshotSize values")
    let values = snapshot.values
    steps[lane] = snapshot.step
    isLoaded[lane] = true
    streams[lane].restart(trial: trial)
    for i in 0..<count { u[8 * i + lane] = values[i] }
    scale[lane] = values[count]
    energy[lane] = values[count + 1]
    perpendicular[lane] = values[count + 2]
    guard keepsLogarithms else { return }
    for i in 0..<count {
      gains[8 * i + lane] = values[count + 3 + i]
      logarithms[8 * i + lane] = values[2 * count + 3 + i]
    }
    logScale[lane] = values[3 * count + 3]
  }
}
