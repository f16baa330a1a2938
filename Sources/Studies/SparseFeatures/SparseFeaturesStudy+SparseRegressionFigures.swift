import Descent
import Numerics
import Objectives
import Reporting

/// Figures of the diagonal linear networks.
extension SparseFeaturesStudy {
  /// The curves of one data set under the four schedules.
  static func mainFigure(_ run: MainRun, _ context: StudyContext) throws(InputError) -> Figure {
    let schedules = sparseSchedules(run.calibrated.step)
    let steps = timeline(mainSteps, points: context.effort == .full ? 100 : 25)
    let curves = try parallelMap(schedules.count, workers: context.workers) { (place) throws(InputError) in
      var options = run.options
      options.schedule = schedules[place].schedule
      var measures: [SparseMeasures] = []
      for θ in try parameters(of: run.problem.training, options, from: run.problem.start, at: steps) {
        measures.append(try run.problem.measures(at: θ))
      }
      return measures
    }
    let decays = zip(schedules, colours).compactMap { schedule, colour in
      schedule.decay.map { (step: $0 * Double(mainSteps), colour: colour) }
    }
    func panel(_ label: String, logarithmic: Bool = false, _ value: (SparseMeasures) -> Double) -> Figure.Panel {
      let values = curves.map { $0.map(value) }
      // What is below rounding would stretch the axis over what is to be seen.
      let shown = logarithmic ? values.map { $0.map { max($0, 1e-10) } } : values
      let lines = zip(zip(schedules, colours), shown).map { schedule, values in
        Figure.Layer(
          schedule.0.decay == nil ? "η*/4" : "η* until \(schedule.0.name)", .line, schedule.1,
          x: steps.map(Double.init),
          y: values)
      }
      return .init(
        horizontal: .init("step"), vertical: .init(label, logarithmic: logarithmic),
        layers: decayLines(decays, over: shown.flatMap { $0 }) + lines)
    }
    var figure = Figure(
      name: "sparse-regression", title: "While the loss stays up, the rank falls and inputs drop out",
      caption: """
        Compare the grey curve with the coloured ones. At a quarter of $η^*$ (grey) the loss is fitted away and nothing becomes sparse. \
        At $η^*$ the loss stays up until the step is divided by 4 (dashed lines, in the colour of the schedule); rank and support \
        fall meanwhile, and stay where the decay has found them, while training and test loss drop. One data set, \
        $η^* = \(number(run.calibrated.step))$, the same index stream under all four schedules; the training loss is cut off at $10⁻¹⁰$, the \
        Jacobian is taken on 400 fresh inputs, $‖u∘v‖₀$ counts entries above $10⁻⁶$ of 200, of which 20 are relevant.
        """,
      panels: [
        panel("training loss", logarithmic: true) { $0.train }, panel("test loss", logarithmic: true) { $0.test },
        panel("rank of the Jacobian") { Double($0.rank) }, panel("‖u∘v‖₀") { Double($0.support) },
      ])
    figure.sharesLegend = true
    return figure
  }

  /// Runs of one data set at fractions of its calibrated step, of which a slider chooses.
  static func stepExplorer(_ run: MainRun, _ context: StudyContext) throws(InputError) -> Figure {
    let fractions = [0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95, 1]
    let steps = timeline(mainSteps, points: 60)
    let curves = try parallelMap(fractions.count, workers: context.workers) { (place) throws(InputError) in
      var options = run.options
      options.schedule = decayed(fractions[place] * run.calibrated.step, at: 0.5, by: 4)
      let path = try parameters(of: run.problem.training, options, from: run.problem.start, at: steps)
      return path.map { θ in
        (
          train: max(run.problem.loss(at: θ), 1e-10), test: run.problem.test.loss(at: θ),
          support: Double(run.problem.training.coefficients(at: θ).count { abs($0) > 1e-6 })
        )
      }
    }
    typealias Point = (train: Double, test: Double, support: Double)
    func panel(_ label: String, logarithmic: Bool = false, _ value: (Point) -> Double) -> Figure.Panel {
      let values = curves.map { $0.map(value) }
      let lines = values.enumerated().map { place, values in
        var line = Figure.Layer("the chosen step", .line, .vermilion, x: steps.map(Double.init), y: values)
        line.places = [place]
        return line
      }
      return .init(
        horizontal: .init("step"), vertical: .init(label, logarithmic: logarithmic),
        layers: decayLines([(Double(mainSteps) / 2, .black)], over: values.flatMap { $0 })
          + [.init("η*/4", .line, .grey, x: steps.map(Double.init), y: values[0])] + lines)
    }
    var figure = Figure(
      name: "step-explorer", title: "The window between a step that does nothing and one that diverges is narrow",
      caption: """
        Move the slider from the left. Far below $η^*$ the loss (first panel) falls to rounding as at $η^*/4$ (grey), if more slowly, and \
        every input stays (last panel); only near $η^*$ it stays up until the step is lowered, and inputs drop out. The steps just above \
        $η^*$ diverge. The data set of the figure before, $η^* = \(number(run.calibrated.step))$, divided by 4 at half of the run \
        (dashed line), the same index stream for all steps; the training loss is cut off at $10⁻¹⁰$.
        """,
      panels: [
        panel("training loss", logarithmic: true) { $0.train }, panel("test loss", logarithmic: true) { $0.test },
        panel("‖u∘v‖₀") { $0.support },
      ])
    figure.sharesLegend = true
    figure.sliders = [.init("η/η*", fractions, initial: 5)]
    return figure
  }

  /// What is left on each data set after each schedule.
  static func predictorFigure(_ names: [String], _ ends: [[SparseMeasures]]) throws(InputError) -> Figure {
    func panel(
      _ label: String, logarithmic: Bool = false, _ value: (SparseMeasures) -> Double
    ) throws(InputError) -> Figure.Panel {
      try ladder(
        label, over: "η* until, % of the run", parts(names), ends.map { $0.map(value) }, each: "one data set",
        logarithmic: logarithmic)
    }
    var figure = Figure(
      name: "sparse-predictors",
      title: "On nearly every data set the large step leaves a sparser predictor, and a better one",
      caption: """
        Read each grey line from left to right: one data set under the four schedules. At the small step ($η^*/4$) all 200 inputs \
        are kept; after $η^*$ until 10, 30 and 50 % of the run fewer are, the Jacobian has a lower rank, and the test loss falls by \
        orders of magnitude. The lines that stay high are data sets on which $η^*$ hardly stabilises the loss. Ends of 100,000 steps; \
        the thick line is the median over \(ends.count) data sets.
        """,
      panels: [
        try panel("‖u∘v‖₀") { Double($0.support) }, try panel("rank of the Jacobian") { Double($0.rank) },
        try panel("test loss", logarithmic: true) { $0.test },
      ])
    figure.sharesLegend = true
    return figure
  }
}
