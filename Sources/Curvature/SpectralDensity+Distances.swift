import Foundation
import Numerics

extension SpectralDensity {
  /// The Wasserstein-1 distance ∫|F − G| dx to another density: what moving the masses takes on average. Cost: one pass over the
  /// nodes of both.
  public func wasserstein1(to other: SpectralDensity) -> Double {
    var (i, j, distance) = (0, 0, 0.0)
    var last = min(nodes[0], other.nodes[0])
    while i < nodes.count || j < other.nodes.count {
      let takesFirst = j == other.nodes.count || (i < nodes.count && nodes[i] <= other.nodes[j])
      let next = takesFirst ? nodes[i] : other.nodes[j]
      distance += (next - last) * abs(sums[i] - other.sums[j])
      last = next
      if takesFirst { i += 1 } else { j += 1 }
    }
    return distance
  }

  /// The Wasserstein-1 distance to a spectrum.
  ///
  /// - Throws: `InputError` if there is no eigenvalue or one that is not finite.
  public func wasserstein1(to eigenvalues: [Double]) throws(InputError) -> Double {
    wasserstein1(to: try SpectralDensity(eigenvalues: eigenvalues))
  }

  /// The total variation ½ ∫|φ_σ − ψ_σ| dx of two densities, each spread by a Gaussian of standard deviation σ: the mass that differs,
  /// from 0 to 1. By the trapezoidal rule with eight points a σ.
  ///
  /// - Throws: `InputError` for a width that is not positive, or so small that it takes more than 2²⁴ points.
  public func totalVariation(to other: SpectralDensity, width: Double) throws(InputError) -> Double {
    try requireWidth(width)
    let low = min(range.lowerBound, other.range.lowerBound) - Self.reach * width
    let high = max(range.upperBound, other.range.upperBound) + Self.reach * width
    let intervals = 8 * (high - low) / width
    guard intervals < Double(1 << 24) else {
      throw InputError(
        "width of a density", expected: "at least \((high - low) / Double(1 << 21)), for this range", found: "\(width)")
    }
    let count = Int(intervals.rounded(.up)) + 1
    let (first, second) = (
      try smoothed(over: low...high, count: count, width: width),
      try other.smoothed(over: low...high, count: count, width: width)
    )
    let differences = zip(first, second).reduce(0) { $0 + abs($1.0 - $1.1) }
    return 0.5 * differences * (high - low) / Double(count - 1)
  }

  /// The density on a grid, each mass spread by a Gaussian of standard deviation `width`: Σ wᵢ exp(−(x − θᵢ)²/2σ²)/(σ√2π) at `count`
  /// equally spaced points from end to end of `range`.
  ///
  /// Gaussians are cut where they are below 1e-15 of their height. Cost: two multiplications for each node and each point within 8.4
  /// widths of it: a node's exponentials are those of its neighbouring point, times a ratio that is itself multiplied.
  ///
  /// - Throws: `InputError` for a width that is not positive, fewer than 2 points or an empty range.
  public func smoothed(over range: ClosedRange<Double>, count: Int, width: Double) throws(InputError) -> [Double] {
    try requireWidth(width)
    let step = (range.upperBound - range.lowerBound) / Double(count - 1)
    guard count >= 2, step > 0, step.isFinite else {
      throw InputError(
        "grid of a density", expected: "two or more points and a range with an extent",
        found: "\(count) from \(range.lowerBound) to \(range.upperBound)")
    }
    var values = [Double](repeating: 0, count: count)
    let (reach, ratio) = (Self.reach * width, step / width)
    let curvature = exp(-ratio * ratio)
    let height = 1 / (width * (2 * Double.pi).squareRoot())
    values.withUnsafeMutableBufferPointer { values in
      for (node, weight) in zip(nodes, weights) {
        let place = (node - range.lowerBound) / step
        let lowest = max(0, ((node - reach - range.lowerBound) / step).rounded(.up))
        let highest = min(Double(count - 1), ((node + reach - range.lowerBound) / step).rounded(.down))
        guard lowest <= highest else { continue }
        let (first, last) = (Int(lowest), Int(highest))
        let centre = Int(min(max(place.rounded(), lowest), highest))
        let distance = (Double(centre) - place) * ratio
        let middle = weight * height * exp(-0.5 * distance * distance)
        values[centre] += middle
        // exp(−(t + r)²/2) = exp(−t²/2) · exp(−tr − r²/2), and the factor falls by exp(−r²) a point.
        var (value, factor) = (middle, exp(-distance * ratio - 0.5 * ratio * ratio))
        for index in stride(from: centre + 1, through: last, by: 1) {
          value *= factor
          factor *= curvature
          values[index] += value
        }
        (value, factor) = (middle, exp(distance * ratio - 0.5 * ratio * ratio))
        for index in stride(from: centre - 1, through: first, by: -1) {
          value *= factor
          factor *= curvature
          values[index] += value
        }
      }
    }
    return values
  }

  /// In standard deviations, where a Gaussian is 5e-16 of its height.
  private static var reach: Double { 8.4 }

  private func requireWidth(_ width: Double) throws(InputError) {
    guard width > 0, width.isFinite else {
      throw InputError("width of a density", expected: "a positive number", found: "\(width)")
    }
  }
}
