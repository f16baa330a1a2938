import Foundation
import Numerics
import Reporting
import Stability

/// Runs to play with: what the mean square and single runs do in one direction at each b and η, shown with claim 11.
extension StabilityStudy {
  /// Six runs, the root mean square and the typical decay for each pair of b and η, beside the map of the thresholds.
  static func explorer(_ context: StudyContext) throws(InputError) -> Figure {
    let seeds = context.seeds("stability.11")
    let (batches, steps) = ([1, 2, 3, 4], [0.3, 0.45, 0.52, 0.57, 0.62, 0.7, 0.85, 1.15])
    let times = Array(stride(from: 0, through: 120, by: 3))
    let (lowest, highest) = (1e-12, 1e6)
    var runs: [Figure.Layer] = []
    var places: [Figure.Layer] = []
    for (row, b) in batches.enumerated() {
      let curvatures = batchCurvatures(g1Curvatures, b, .subset)
      for (column, η) in steps.enumerated() {
        func add(_ layer: Figure.Layer, to layers: inout [Figure.Layer]) {
          var layer = layer
          layer.places = [row, column]
          layers.append(layer)
        }
        for run in 0..<6 {
          var stream = RandomStream(seeds.key(.measurement, trial: run), step: 1 + 16 * column + row)
          var (distance, values) = (1.0, [Double]())
          for time in 0...120 {
            if time % 3 == 0 { values.append(distance) }
            distance *= abs(1 - η * curvatures[stream.integer(below: curvatures.count)])
          }
          // Beyond the panel nothing is drawn.
          let shown = values.map { $0 < lowest || $0 > highest ? Double.nan : significant($0) }
          add(.init("six runs", .thinLine, .grey, x: times.map(Double.init), y: shown), to: &runs)
        }
        let meanSquare = mean(curvatures) { (1 - η * $0) * (1 - η * $0) }
        let exponent = mean(curvatures) { log(abs(1 - η * $0)) }
        for (label, colour, rate) in [
          ("root mean square", Figure.Colour.blue, 0.5 * log(meanSquare)),
          ("typical run, exp(Λt)", .vermilion, exponent),
        ] {
          // As far as the panel reaches.
          let edge = rate == 0 ? 120 : min(120, log(rate > 0 ? highest : lowest) / rate)
          add(.init(label, .line, colour, x: [0, edge], y: [1, significant(exp(rate * edge))]), to: &runs)
        }
        add(.init("here", .points, .black, x: [Double(b)], y: [η]), to: &places)
      }
    }
    let family = try g1()
    var (meanSquare, almostSure) = ([Double](), [Double]())
    for b in batches {
      meanSquare.append(try family.geometry.meanSquareThreshold(of: family.dynamics(b)).value)
      almostSure.append(try family.geometry.almostSureThreshold(of: family.dynamics(b)).value)
    }
    let x = batches.map(Double.init)
    var figure = Figure(
      name: "explorer", title: "Between the thresholds the mean square grows while runs die out",
      caption: """
        Choose $b$ and $η$. Left, the distance from the minimum over that of the start: six runs (grey), the exact root mean \
        square (blue), and $e^{Λt}$, at which a typical run goes (red). Right, where that choice lies (black) between the \
        thresholds. Below both lines everything decays, above both everything grows; between them the blue line rises while \
        the runs fall, because the mean is made by runs that are too rare to be seen. At $b = 4$ there is no noise, and all \
        lines are one. G1, curvatures 1, 2, 3, 6, fresh subsets; on paper $b = 1$, $η = 0.62$.
        """,
      panels: [
        .init(
          title: "distance from the minimum", horizontal: .init("step t", range: 0...120),
          vertical: .init("|δₜ|/|δ₀|", logarithmic: true, range: lowest...highest), layers: runs),
        .init(
          title: "this choice", horizontal: .init("batch size b", range: 0.7...4.3),
          vertical: .init("step size η", range: 0...1.25),
          layers: [
            .init("η_almostSure", .line, .vermilion, x: x, y: almostSure),
            .init("η_meanSquare", .line, .blue, x: x, y: meanSquare),
          ] + places),
      ])
    figure.sliders = [.init("b", x), .init("η", steps, initial: 4)]
    return figure
  }

  /// To four digits: the eye sees no more, and the page is smaller.
  private static func significant(_ value: Double) -> Double {
    guard value > 0 else { return value }
    let scale = pow(10, 3 - floor(log10(value)))
    return (value * scale).rounded() / scale
  }
}
