import Citations
import Claims
import Glibc

@testable import Reporting

/// A report with one of everything, and with texts and numbers that are hard to show.
enum Sample {
  static let paper = Citation(
    key: "ghosh2025", type: "article", shortName: "Ghosh et al. 2025",
    fields: [
      "author": "Ghosh, Nikhil and Frei, Spencer and Ha, Wooseok and Yu, Bin",
      "title": "The Effect of {SGD} Batch Size on Autoencoder Learning", "journal": "JMLR", "year": "2025",
      "eprint": "2308.03215",
    ])

  static let method = Citation(
    key: "welford1962", type: "article", shortName: "Welford 1962",
    fields: [
      "author": "Welford, B. P.", "title": "Note on a Method for <Sums> & Products", "year": "1962",
      "doi": "10.2307/1266577",
    ])

  static let holding = Claim(
    id: "autoencoder.01", title: "SGD with b < m lands on one data point",
    statement: "For orthonormal data and any batch size b < m the neuron converges to ±xᵢ for exactly one i.\n\n"
      + "The limit satisfies ‖w‖ = 1.",
    source: .publication(paper, place: "Theorem 3"),
    convention: "mean over the batch, factor ½, sampling without replacement, ReLU′(0) = 0",
    hypotheses: [Hypothesis("‖w₀‖ < 1 for every start", holds: true, found: "largest ‖w₀‖ = 0.5")],
    checks: [
      Check("share of runs on one data point", prediction: 1, measurement: 1, tolerance: .exact, count: 1000),
      Check(
        "mean of c₁/c₂", prediction: 0.5, measurement: 0.498612, error: .standardError(0.00123),
        tolerance: .standardErrors(4), count: 1000),
      Check(
        "largest residual", prediction: 1e-8, measurement: 3.1e-14, tolerance: .atMost, count: 1000),
    ],
    correction: "Sharpness is said to decide between the two minima. It does not: Tr H is equal at both.",
    remark: "The residual is in double precision.")

  static let failing = Claim(
    id: "autoencoder.02", title: "A claim whose title is much longer than its column & needs <escaping>",
    statement: "The limit is 1/m.", source: .derivedHere(basis: "papers/autoencoder.md 4"), scope: .beyond,
    convention: "mean, no ½",
    checks: [
      Check("trace", prediction: 2, measurement: 2.31, error: .standardError(0.02), tolerance: .standardErrors(4)),
      Check("not a number", prediction: 1, measurement: .nan, tolerance: .absolute(1e-8), count: 3),
      Check(
        "passing", prediction: 1, measurement: 1.001, error: .interval(low: 0.99, high: 1.02, confidence: 0.95),
        tolerance: .relative(0.01), count: 50),
    ])

  static let inapplicable = Claim(
    id: "autoencoder.03", title: "Escape above 2/η", statement: "A minimum with λ > 2/η is left.",
    source: .program(name: "reference code", place: "train.py"), scope: .supporting, convention: "",
    hypotheses: [
      Hypothesis("η < 2", holds: true, found: "η = 0.1"),
      Hypothesis("λ > 2/η", holds: false, found: "λ = 3.2"),
    ],
    checks: [Check("share of runs", prediction: 0.9, measurement: 0.95, tolerance: .atLeast, count: 10)])

  static let report = StudyReport(
    name: "autoencoder", title: "One neuron: what the batch size chooses",
    question: "A single neuron learns orthonormal data.\n\nGD ends on a mixture, SGD on one data point.",
    setup: "The loss is $ℓ_i(w) = ½‖a_i − w φ(⟨w, a_i⟩)‖²$, and\n\n$$f(w) = (1)⁄(m) ∑_{i=1}^{m} ℓ_i(w)$$",
    chapters: [
      .init(
        heading: "Where it ends", text: "On one data point, where $b < m$.",
        findings: [
          .init(
            holding, figures: [trajectories, laws], tables: [table],
            attachments: [
              .init(fileName: "start.json", explanation: "A start that can be replayed.", text: "{\"w\": [0.1, 0.2]}\n")
            ])
        ]),
      .init(
        heading: "What is left", text: "",
        findings: [.init(failing, figures: [tricky, explorer]), .init(inapplicable)]),
    ],
    corrections: [
      .init(
        said: "SGD prefers flat minima, and that is why it lands on a data point.",
        instead: "All global minima here have the same trace; what differs is the noise on the way.",
        claims: ["autoencoder.01", "autoencoder.99"])
    ],
    experiments: [
      .init(
        fileName: "batch-size.json", question: "Where does it end, for each $b$?", text: "{\"name\": \"batch-size\"}\n",
        figure: "--x optimizer.batch --y final.maxCosine")
    ],
    citations: [method],
    provenance: .init(
      version: "0.1.0", command: "basin reproduce autoencoder --seed 1", masterSeed: 18_446_744_073_709_551_615,
      effort: "default", workers: 2, seconds: 3.14159))

  /// Runs for two step and batch sizes, of which sliders choose.
  static let explorer: Figure = {
    var figure = Figure(
      name: "explorer", title: "Runs by $η$ and b", caption: "One run at a time.",
      panels: [
        .init(
          horizontal: .init("step t"), vertical: .init("loss"),
          layers: [.init("target", .dashed, .black, x: [0, 2], y: [1, 1])]
            + [[0, 0], [0, 1], [1, 0], [1, 1]].map { places in
              let end = Double(1 + places[0] + 10 * places[1])
              var layer = Figure.Layer("run", .line, .blue, x: [0, 1, 2], y: [0, end / 2, end])
              layer.places = places
              return layer
            })
      ])
    figure.sliders = [.init("η", [0.1, 0.2]), .init("b", [1, 5], initial: 1)]
    return figure
  }()

  /// The page of a report.
  static func page(
    _ report: StudyReport = report, drawings: [String: String] = [:], problem: String? = nil, library: String? = nil
  ) -> String {
    let gallery = FigureGallery(
      drawings: drawings, drawingProblem: problem, isInteractive: library != nil, folder: "autoencoder/")
    let reproduction = Reproduction(parts: [.init(report: report, gallery: gallery)], version: "0.1.0")
    return HTMLReport(content: reproduction.content, chartLibrary: library).text
  }

  static let table: Table = {
    var table = Table(
      name: "limits", caption: "Where each run ended.",
      columns: [
        .init("order", "how samples are drawn"), .init("batchSize", "b"), .init("norm", "‖w‖ at the end"),
        .init("note", "a remark"),
      ])
    for index in 0..<9 {
      table.append([
        "subset", .integer(1 << index), .number(index == 3 ? .nan : 1 / Double(index + 1)), .text("a, \"b\"\nc & d"),
      ])
    }
    return table
  }()

  /// A phase plane with many thin lines, and a logarithmic decay with a band.
  static let trajectories: Figure = {
    let angles = (0..<40).map { Double($0) * .pi / 40 * 2 }
    let paths = angles.enumerated().map { index, angle in
      let times = (0...60).map { Double($0) / 60 }
      return Figure.Layer(
        index == 0 ? "SGD, b = 1" : "SGD, b = 1", .thinLine, index % 2 == 0 ? .blue : .blue,
        x: times.map { (0.2 + 0.8 * $0) * cos(angle * (1 - $0)) },
        y: times.map { (0.2 + 0.8 * $0) * sin(angle * (1 - $0)) })
    }
    let steps = (0...100).map { 1 + 10 * Double($0) }
    let loss = steps.map { exp(-$0 / 90) + 1e-9 }
    return Figure(
      name: "trajectories", title: "Where SGD and GD end",
      caption: "Left: coefficients c₁ and c₂ of 40 runs with η = 0.1. Right: the loss, with the range over runs.",
      panels: [
        Figure.Panel(
          title: "Coefficients", horizontal: .init("c₁"), vertical: .init("c₂"),
          layers: paths + [Figure.Layer("data points", .points, .vermilion, x: [1, 0, -1], y: [0, 1, 0])],
          equalScales: true),
        Figure.Panel(
          title: "Loss", horizontal: .init("step t"), vertical: .init("L(w_t) − L*", logarithmic: true),
          layers: [
            Figure.Layer(
              "full batch", .line, .black, x: steps, y: loss, low: loss.map { $0 / 3 }, high: loss.map { $0 * 3 }),
            Figure.Layer("b = 1, mean of 1000 runs", .line, .orange, x: steps, y: loss.map { $0 * $0 + 1e-9 }),
            Figure.Layer("prediction e^(−ηt)", .dashed, .vermilion, x: steps, y: steps.map { exp(-$0 / 80) }),
          ]),
      ])
  }()

  /// Error bars against a prediction over batch sizes on a logarithmic axis.
  static let laws: Figure = {
    let batches = (0...6).map { Double(1 << $0) }
    let measured = batches.map { 0.5 / $0 * (1 + 0.05 * sin(3 * $0)) }
    return Figure(
      name: "selection-law", title: "Selection law",
      caption: "Measured (4 standard errors) and predicted drift against the batch size.",
      panels: [
        Figure.Panel(
          horizontal: .init("batch size b", logarithmic: true), vertical: .init("drift η⟨‖w‖²⟩", logarithmic: true),
          layers: [
            Figure.Layer("prediction η/2b", .dashed, .black, x: batches, y: batches.map { 0.5 / $0 }),
            Figure.Layer(
              "without replacement", .points, .blue, x: batches, y: measured, low: measured.map { $0 * 0.8 },
              high: measured.map { $0 * 1.25 }),
            Figure.Layer(
              "with replacement", .points, .vermilion, x: batches, y: measured.map { 1.6 * $0 },
              low: measured.map { $0 * 1.3 }, high: measured.map { $0 * 1.9 }),
          ])
      ])
  }()

  /// Everything that a plotting program can trip over.
  static let tricky = Figure(
    name: "tricky", title: "It's \"tricky\" </script><b>&", caption: "Gaps, no data, and odd characters: `x` $y$ {z}.",
    panels: [
      Figure.Panel(
        title: "gaps_and 'quotes' `echo` $(x) \\n {a}^2", horizontal: .init("x_1, x^2 & <y>", logarithmic: true),
        vertical: .init("‖w‖₁ η", logarithmic: true),
        layers: [
          Figure.Layer(
            "not positive", .line, .green, x: [-1, 0, 1, 2, .nan, 10, 100], y: [1, 1, 0, 2, 3, .infinity, 1e5],
            low: [0, 0, -1, -1, 1, 1, 1e4], high: [2, 2, 2, 3, 4, 5, 1e6]),
          Figure.Layer("points", .points, .purple, x: [3, 30], y: [1e3, -5], low: [-1, -9], high: [1e4, 1]),
        ]),
      Figure.Panel(
        title: "histogram", horizontal: .init("value"), vertical: .init("share"),
        layers: [
          Figure.Layer("runs", .bars, .skyBlue, x: (0..<10).map(Double.init), y: (0..<10).map { Double($0 % 4) / 4 }),
          Figure.Layer(
            "others", .bars, .orange, x: (0..<10).map(Double.init), y: (0..<10).map { Double($0 % 3) / 4 },
            low: .init(repeating: 0, count: 10), high: .init(repeating: 1, count: 10)),
        ]),
      Figure.Panel(title: "empty", horizontal: .init("x", logarithmic: true), vertical: .init("y"), layers: []),
      Figure.Panel(
        title: "one value", horizontal: .init("x"), vertical: .init("y", range: 0...2),
        layers: [
          Figure.Layer("", .points, .grey, x: [3], y: [1]), Figure.Layer("none", .line, .yellow, x: [], y: []),
          Figure.Layer("hidden", .line, .yellow, x: [.nan], y: [.nan]),
        ]),
      Figure.Panel(
        horizontal: .init("large", range: 0...2e7), vertical: .init("small"),
        layers: [Figure.Layer("line", .line, .blue, x: [0, 1e7, 2e7], y: [1e-7, 3e-7, 2e-7])]),
    ])
}
