import Formats
import Numerics
import Stability

extension StabilityAnalysis {
  /// What kind of point it is, in a word for programs.
  var kindName: String {
    switch kind {
    case .assumed: "assumed"
    case .interpolating: "interpolating"
    case .regular: "regular"
    case .notStationary: "notStationary"
    }
  }

  /// What kind of point it is, in a sentence.
  var kindSentence: String {
    switch kind {
    case .assumed: "taken for an interpolating minimum, as no gradients were given"
    case .interpolating: "an interpolating minimum: the gradient of every sample vanishes"
    case .regular: "a regular minimum: the mean gradient vanishes, those of the samples do not"
    case .notStationary(let norm, let samples):
      "not stationary: the full gradient is \(NumberText.readable(norm)), the samples' root mean square "
        + NumberText.readable(samples)
    }
  }

  /// How batches are drawn, in a sentence.
  var samplingSentence: String {
    let words =
      switch request.order {
      case .iid: "independent indices, with replacement"
      case .subset: "a fresh subset each step, without replacement"
      case .reshuffle: "epochs, each a fresh permutation cut into batches"
      case .full: "all samples each step"
      }
    let hint = request.isOrderGiven ? "" : " (by default; say with --order how yours are drawn)"
    return "\(request.order.rawValue): \(words)\(hint)"
  }

  /// How much of the curvature is in the basis, and which way that errs; nil where all is.
  var truncation: String? {
    let geometry = input.geometry
    guard geometry.isTruncated else { return nil }
    return
      "The top \(geometry.rank) of \(geometry.rangeRank) eigenvectors are kept: every threshold but η_divergence is "
      + "at or above the true one, and falls towards it as the rank grows."
  }

  /// What has to be known to read the numbers rightly, as far as it applies here.
  var caveats: [String] {
    let geometry = input.geometry
    var result = map == nil ? [] : ["Linear theory says when a minimum is left, not where the run goes."]
    if request.order == .iid, dynamics.contains(where: { $0.batchSize >= geometry.sampleCount }) {
      result.append("With iid batches b = n is not the full batch: samples are drawn twice and left out.")
    }
    if map?.columns.contains(where: { $0.stability.meanSquare.standardError > 0 }) == true {
      result.append(
        "The orders of a reshuffled epoch are too many to enumerate: η_meanSquare is estimated from simulated populations."
      )
    }
    if let map, fallsWithBatchSize(map.columns) {
      result.append(
        "Smaller batches are less stable in mean square; single runs are another matter: η_almostSure falls here where b "
          + "grows.")
    }
    if let map, map.columns.contains(where: isWithoutNoise),
      map.steps.contains(where: { $0 > map.columns[0].stability.fullBatch })
    {
      result.append("Just above its limit a full batch may stay in a bounded cycle of two points instead of leaving.")
    }
    if map != nil, !isRadiusKnown {
      result.append("Times and probabilities are those of a run that starts at a thousandth of the radius (--radius).")
    }
    if geometry.weightDecay > 0 { result.append("Weight decay adds the same w to every curvature of every sample.") }
    if let truncation { result.append(truncation) }
    if map != nil, !geometry.indefiniteSamples.isEmpty {
      let many = geometry.indefiniteSamples.count
      result.append(
        "\(many) of \(geometry.sampleCount) Hessians \(many == 1 ? "is" : "are") indefinite: thresholds are those of the "
          + "spectral-radius test"
          + (geometry.isUnstableInNullSpace
            ? "; some curve where the mean does not, so that no step size is stable in mean square."
            : ". At a fit Gauss–Newton factors JᵀAJ are exact and semidefinite."))
    }
    result.append("A loss that is scaled, or summed instead of averaged, has its steps scaled the other way.")
    result.append(
      "Losses that depend on the rest of the batch (batch normalisation) or on chance (dropout) are not covered.")
    return result
  }

  private func isWithoutNoise(_ column: StabilityMap.Column) -> Bool {
    let dynamics = column.stability.dynamics
    return dynamics.sampling.noiseFactor(
      batchSize: dynamics.batchSize, sampleCount: input.geometry.sampleCount) == 0
  }

  private func fallsWithBatchSize(_ columns: [StabilityMap.Column]) -> Bool {
    let sorted = columns.map(\.stability).sorted { $0.dynamics.batchSize < $1.dynamics.batchSize }.map(\.almostSure)
    return zip(sorted, sorted.dropFirst()).contains { first, second in
      second.value < first.value - 3 * (first.standardError + second.standardError)
    }
  }
}
