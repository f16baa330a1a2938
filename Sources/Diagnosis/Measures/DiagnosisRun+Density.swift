import Citations
import Curvature
import Formats
import Numerics
import Objectives
import Reporting

extension DiagnosisRun {
  /// How the Hessian's eigenvalues are distributed.
  mutating func measureDensity() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.density)
    let found =
      isDense
      ? try SpectralDensity(eigenvalues: try denseSpectrum().values, products: dimension)
      : try hessian.spectralDensity(
        steps: options.lanczosSteps, probes: options.probes, seeds: seeds, trial: trial(.density),
        workers: options.workers)
    section.citations = found.isExact ? [] : [.pearlmutter] + found.citations
    let span = found.range.upperBound - found.range.lowerBound
    let width = max(span / 200, .leastNormalMagnitude)
    let negative = try found.negativeFraction()
    let tiny = 1e-3 * max(abs(found.range.lowerBound), abs(found.range.upperBound))
    let near = try found.fraction(in: -tiny...tiny)
    section.json = [
      "isExact": .bool(found.isExact), "probes": .integer(found.probes), "steps": .integer(found.steps),
      "products": .integer(found.products), "nodes": .array(found.nodes.map(JSON.number)),
      "weights": .array(found.weights.map(JSON.number)), "massDefect": .number(found.massDefect),
      "wassersteinBound": .number(found.bound), "samplingBound": .number(found.samplingBound),
      "quadratureBound": .number(found.quadratureBound), "confidence": .number(found.confidence),
      "negativeFraction": json(negative), "fractionNearZero": json(near), "nearZero": .number(tiny),
    ]
    section.lines = [
      (
        "range", "from \(NumberText.readable(found.range.lowerBound)) to \(NumberText.readable(found.range.upperBound))"
      ),
      ("negative", "\(text(negative)) of the eigenvalues"),
      ("near zero", "\(text(near)) of them within \(NumberText.readable(tiny, digits: 2))"),
      (
        "error",
        found.isExact
          ? "none but rounding: all eigenvalues"
          : "at most \(NumberText.readable(found.bound, digits: 2)) in Wasserstein-1 distance with 95 % confidence "
            + "(\(NumberText.readable(found.samplingBound, digits: 2)) by \(found.probes) probes, "
            + "\(NumberText.readable(found.quadratureBound, digits: 2)) by \(found.steps) steps)"
      ),
    ]
    if span > 0 { section.figures = [try figure(found, width: width)] }
    section.statements.append(
      "\(text(near, asPercent: true)) of the Hessian's eigenvalues are within a thousandth of the largest in size of zero, and "
        + "\(text(negative, asPercent: true)) are negative.")
    section.caveats.append(
      "The density's curve is smoothed by a Gaussian of standard deviation \(NumberText.readable(width, digits: 2)), a 200th of its range; "
        + "nodes and weights are in the JSON.")
    return section
  }

  private func json(_ fraction: SpectralFraction) -> JSON {
    [
      "value": .number(fraction.value), "low": .number(fraction.interval.low), "high": .number(fraction.interval.high),
      "standardError": .number(fraction.standardError), "confidence": .number(fraction.interval.confidence),
    ]
  }

  private func text(_ fraction: SpectralFraction, asPercent: Bool = false) -> String {
    let scale = asPercent ? 100.0 : 1
    let (low, high) = (scale * fraction.interval.low, scale * fraction.interval.high)
    let words =
      low == high
      ? NumberText.readable(scale * fraction.value, digits: 4)
      : NumberText.readable(scale * fraction.value, from: low, to: high)
    return words + (asPercent ? " %" : "")
  }

  /// The smoothed density on a logarithmic axis, and the ends of the spectrum.
  private func figure(_ density: SpectralDensity, width: Double) throws(InputError) -> Figure {
    let (low, high) = (density.range.lowerBound - 4 * width, density.range.upperBound + 4 * width)
    let count = 801
    let x = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    let y = try density.smoothed(over: low...high, count: count, width: width)
    // Below a thousandth of one eigenvalue there is nothing.
    let floor = 1e-3 / (Double(dimension) * width)
    var layers = [
      Figure.Layer("density", .line, .blue, x: x, y: y.map { $0 > floor ? $0 : .nan })
    ]
    if let ends {
      let values = (ends.largest + ends.smallest).map(\.value)
      layers.append(
        .init("eigenvalues at the ends", .points, .vermilion, x: values, y: values.map { _ in 2 * floor }))
    }
    return Figure(
      name: "density", title: "The Hessian's spectral density",
      caption: "The density of the \(dimension) eigenvalues, smoothed by a Gaussian of standard deviation "
        + "\(NumberText.readable(width, digits: 2))"
        + (density.isExact
          ? "; from all of them."
          : "; \(density.probes) probes with \(density.steps) Lanczos steps each, within "
            + "\(NumberText.readable(density.bound, digits: 2)) of the truth in Wasserstein-1 distance with 95 % confidence."),
      panels: [
        .init(
          horizontal: .init("eigenvalue λ"), vertical: .init("density", logarithmic: true), layers: layers)
      ])
  }
}
