import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// A run to play with: where six coefficients go for each batch and step size, shown with claim 4.
extension AutoencoderStudy {
  /// The coefficients and the alignment of one run for each pair of b and η, from one start.
  static func explorer(_ context: StudyContext) throws(InputError) -> Figure {
    let seeds = context.seeds("autoencoder.05")
    let (batches, steps) = ([1, 2, 3, 5, 6], [0.05, 0.1, 0.2])
    let m = sixCoefficients.count
    let start = sixCoefficients.map { 0.5 * $0 }
    let end = 1_000_000
    let colours: [Figure.Colour] = [.blue, .orange, .green, .vermilion, .purple, .skyBlue]
    var coefficients: [Figure.Layer] = []
    let mixture = sixCoefficients.max() ?? .nan
    var alignments = [
      Figure.Layer("limit of gradient descent", .dashed, .grey, x: [1, Double(end)], y: [mixture, mixture])
    ]
    for (row, batch) in batches.enumerated() {
      for (column, η) in steps.enumerated() {
        let isFull = batch == m
        let experiment = AutoencoderExperiment(
          dimension: m, count: m, start: .coefficients(start, perpendicular: 0),
          options: options(
            isFull ? .full : .subset, batch: batch, step: η, budget: isFull ? 10_000 : end, seeds: seeds))
        let record = try experiment.run(
          trials: 0..<1, workers: 1, stopping: experiment.stopping(misalignment: 1e-7),
          series: (0..<m).map { i in Probe("coefficient\(i)", .perDecade(8)) { $0.coefficients[i] } }
            + [Probe("cosine", .perDecade(8)) { $0.maximumCosine(.relu) }])
        let replica = record.replicas[0]
        // A run that has ended stays where it is.
        let x = replica.series[0].steps.map { Double($0) + 1 } + [Double(end)]
        func layer(_ label: String, _ colour: Figure.Colour, _ place: Int) -> Figure.Layer {
          let values = replica.series[place].values.map { rounded($0) }
          var layer = Figure.Layer(label, .line, colour, x: x, y: values + [values.last ?? .nan])
          layer.places = [row, column]
          return layer
        }
        for i in 0..<m { coefficients.append(layer("c\(subscripts[i])", colours[i], i)) }
        alignments.append(layer("this run", .blue, m))
      }
    }
    var figure = Figure(
      name: "explorer", title: "Whatever the step, only the full batch keeps the mixture",
      caption: """
        Choose $b$ and $η$. Left, the six coefficients of one run: for $b = 6$, the full batch, they stop side by side; for \
        every smaller batch one of them goes to 1 and the others to 0, the later the larger $b$ and the smaller $η$. Right, the \
        largest cosine with a data point, which leaves the value of gradient descent (dashed) for 1. ReLU, $n = m = 6$, fresh \
        subsets, from $c ∝ (0.9, 0.7, 0.6, 0.5, 0.3, 0.2)$ with $‖w₀‖ = ½$; on paper $b = 1$, $η = 0.2$.
        """,
      panels: [
        .init(
          title: "coefficients", horizontal: .init("step + 1", logarithmic: true, range: 1...Double(end)),
          vertical: .init("coefficient cᵢ", range: 0...1.05), layers: coefficients),
        .init(
          title: "alignment", horizontal: .init("step + 1", logarithmic: true, range: 1...Double(end)),
          vertical: .init("max cos(w, aᵢ)", range: 0...1.05), layers: alignments),
      ])
    figure.sliders = [.init("b", batches.map(Double.init)), .init("η", steps, initial: 2)]
    return figure
  }

  static let subscripts = ["₁", "₂", "₃", "₄", "₅", "₆"]

  /// To four decimals: the eye sees no more, and the page is smaller.
  private static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}
