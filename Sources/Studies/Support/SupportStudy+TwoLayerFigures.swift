import Descent
import Foundation
import Numerics
import Reporting

/// Figures of the two-layer linear network.
extension SupportStudy {
  /// One run for each noise and batch size, of which sliders choose; the last batch is the full one.
  static func noiseExplorer(_ seeds: Seeds, _ context: StudyContext) throws(InputError) -> Figure {
    let (noises, batches) = ([0, 0.25, 0.5, 1], [1, 2, 4, 8, 16, 1000])
    var trainings: [Training] = []
    for noise in noises {
      let data = controlledData(noise: noise, seeds)
      let moments = try momentRows(data.training)
      for b in batches {
        trainings.append(
          try twoLayer(data.training, moments: moments, batch: b == 1000 ? nil : b, span: 200, recordings: 40))
      }
    }
    let runs = try train(trainings, trials: 1, seeds: seeds, context)
    var (norms, losses): ([Figure.Layer], [Figure.Layer]) = ([], [])
    for (place, run) in runs.enumerated() {
      let (run, b) = (run[0], Double(batches[place % batches.count]))
      let x = run.times.map(Double.init)
      func layer(_ label: String, _ style: Figure.Style, _ colour: Figure.Colour, _ y: [Double], from first: Int = 0)
        -> Figure.Layer
      {
        var layer = Figure.Layer(label, style, colour, x: Array(x[first...]), y: y)
        layer.places = [place / batches.count, place % batches.count]
        return layer
      }
      // The law of claim b6, from a tenth of the run on.
      let first = x.count / 10
      let factor = 2 * 0.01 * 0.01 / b * (1000 - b) / 999
      var law = [run.irrelevant[first]]
      for now in x.indices.dropFirst(first + 1) {
        let sum = (x[now] - x[now - 1]) * (run.loss[now] + run.loss[now - 1]) / 2
        law.append((law.last ?? .nan) * exp(-factor * sum))
      }
      norms += [
        layer("relevant inputs", .line, .blue, run.relevant),
        layer("irrelevant inputs", .line, .vermilion, run.irrelevant),
        layer("the law", .dashed, .black, law, from: first),
      ]
      // What has been fitted to rounding would stretch the axis.
      losses.append(layer("mean squared error", .line, .green, run.loss.map { max($0, 1e-6) }))
    }
    var figure = Figure(
      name: "noise-explorer", title: "Irrelevant weights shrink by batch size and by noise, relevant ones stay",
      caption: """
        Set the noise to 0, or $b$ to 1,000, which is the full batch: the red curve is flat. Raise the noise or lower $b$: it falls, along the \
        law (dashed) that takes only $η$, $b$ and the mean squared error of the right panel. The weights on relevant inputs (blue) hold the \
        fit and stay. $‖W₁‖$ on five relevant and ten irrelevant inputs of a two-layer linear network, $η = 0.01$, 20,000 steps, one start for \
        all; the error is cut off at $10⁻⁶$.
        """,
      panels: [
        .init(horizontal: .init("step"), vertical: .init("‖W₁‖ on these inputs", logarithmic: true), layers: norms),
        .init(horizontal: .init("step"), vertical: .init("mean squared error", logarithmic: true), layers: losses),
      ])
    figure.sliders = [
      .init("noise of the labels", noises, initial: 2), .init("b", batches.map(Double.init), initial: 0),
    ]
    return figure
  }

  /// The norms along constant η/b, group by group.
  static func ratioFigure(_ table: Table, _ counts: [Int], _ trials: Int) -> Figure {
    let (ratios, steps) = (table.column("ratio"), table.column("step"))
    let (norms, errors) = (table.column("irrelevant"), table.column("standardError"))
    var layers: [Figure.Layer] = []
    var first = 0
    for (count, colour) in zip(counts, [Figure.Colour.vermilion, .blue]) {
      let places = Array(first..<first + count)
      let centre = mean(places.map { norms[$0] })
      layers += [
        .init("", .dashed, colour, x: places.map { steps[$0] }, y: places.map { _ in centre }),
        .init(
          "η/b = \(number(ratios[first]))", .points, colour, x: places.map { steps[$0] }, y: places.map { norms[$0] },
          low: places.map { norms[$0] - 2 * errors[$0] }, high: places.map { norms[$0] + 2 * errors[$0] }),
      ]
      first += count
    }
    return Figure(
      name: "ratio-decides", title: "Eight times the step with eight times the batch: the same weights are left",
      caption: """
        Each colour is one $η/b$: along it the step grows by a factor of eight and the points stay level, near their mean (dashed). A quarter of \
        $η/b$ leaves more. $‖W₁‖$ on irrelevant inputs after $ηT = 500$, two-layer linear network, noise 0.5, mean over \(trials) seeds with \
        two standard errors.
        """,
      panels: [
        .init(
          horizontal: .init("step size η", logarithmic: true), vertical: .init("‖W₁‖ on irrelevant inputs"),
          layers: layers)
      ])
  }
}
