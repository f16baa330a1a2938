import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// The picture of the plane of two data points, shown with claim 20.
extension AutoencoderStudy {
  /// The plane of (c₁, c₂): SGD walks along the circle of minima until it reaches an axis; gradient descent stops where
  /// it meets the circle.
  static func phasePlane(_ context: StudyContext, seeds: Seeds) throws(InputError) -> Figure {
    let start = [0.25, 0.2]
    func path(_ order: SamplingOrder, trial: Int, steps: Int) throws(InputError) -> ([Double], [Double]) {
      let experiment = AutoencoderExperiment(
        dimension: 2, count: 2, start: .coefficients(start, perpendicular: 0),
        options: options(order, batch: 1, budget: steps, seeds: seeds))
      let record = try experiment.run(
        trials: trial..<(trial + 1), workers: 1, stopping: experiment.stopping(misalignment: 1e-6, every: 1),
        series: [Probe("c1", .every(1)) { $0.coefficients[0] }, Probe("c2", .every(1)) { $0.coefficients[1] }])
      return (record.replicas[0].series[0].values, record.replicas[0].series[1].values)
    }
    let arc = (0...90).map { Double($0) * .pi / 180 }
    var layers: [Figure.Layer] = [
      .init("minima", .line, .grey, x: arc.map(cos), y: arc.map(sin))
    ]
    // Two orders that end at either data point, so that both fates are seen.
    var colours: [[Figure.Colour]] = [[.blue, .skyBlue], [.purple, .green]]
    for trial in 0..<200 {
      let (x, y) = try path(.iid, trial: trial, steps: 4_000)
      let fate = (x.last ?? 0) > (y.last ?? 0) ? 0 : 1
      guard let colour = colours[fate].popLast() else { continue }
      layers.append(
        .init(layers.count == 1 ? "SGD, b = 1, two orders for either end" : "", .thinLine, colour, x: x, y: y))
      if colours.allSatisfy(\.isEmpty) { break }
    }
    let (cx, cy) = try path(.cyclic, trial: 0, steps: 4_000)
    layers.append(.init("cyclic", .line, .orange, x: cx, y: cy))
    let (gx, gy) = try path(.full, trial: 0, steps: 400)
    layers.append(.init("gradient descent", .line, .vermilion, x: gx, y: gy))
    return Figure(
      name: "phase-plane", title: "On the circle of minima SGD walks on, to an axis",
      caption:
        """
        All paths begin at $(0.25, 0.2)$ and grow to the circle of minima (grey). Gradient descent (red) goes there straight and \
        stops. SGD goes on along the circle until one coefficient is 0, for two orders of the samples at the one data point and \
        for two at the other; the cyclic order (orange) drifts to the larger coefficient. ReLU, $m = n = 2$, $b = 1$, \
        $η = 0.2$.
        """,
      panels: [
        .init(
          horizontal: .init("c₁", range: 0...1.15), vertical: .init("c₂", range: 0...1.15), layers: layers,
          equalScales: true)
      ])
  }
}
