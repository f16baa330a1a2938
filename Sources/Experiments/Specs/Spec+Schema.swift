import Citations
import Descent
import Formats

extension Spec {
  /// The schema of specs as JSON Schema (2020-12): what `basin run --schema` prints.
  public static var schemaText: String {
    guard case .object(var members) = schema.jsonSchema(hasAxes: true) else { return "" }
    members["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    members["$defs"] = SpecSchema.definitions
    return JSON.object(members).readableText
  }

  /// The kinds of problems. A new one is a conformance to `SpecProblem`, named here.
  static let problems: [any SpecProblem.Type] = [
    AutoencoderProblem.self, LeastSquaresProblem.self, LogisticProblem.self, SupportVectorProblem.self,
    QuadraticSumProblem.self, LandscapeProblem.self, TanhNetworkProblem.self, FormulaProblem.self,
    NetworkProblem.self, DiagonalNetworkProblem.self,
  ]

  /// What a spec consists of.
  static let schema = SpecObject(
    explanation: """
      An experiment: one problem, one optimiser, many seeds. A list where one value is wanted, a range or a logspace makes an \
      axis; axes multiply.
      """,
    fields: [
      .init("name", .text, .defaultsTo("experiment"), "What the experiment is called.", canBeAxis: false),
      .init(
        "problem", .variants(problems.map { $0.settings }), .required, "What is minimised: a finite sum over n samples."
      ),
      .init("init", .variants(SpecStart.settings), .required, "Where trials begin."),
      .init("optimizer", .variants([optimizer]), .required, "How trials descend."),
      .init("seeds", .object(seeds), .defaultsTo([:]), "Where randomness comes from, and how many trials are made."),
      .init("record", .object(record), .defaultsTo([:]), "What is measured.", canBeAxis: false),
      .init(
        "zip", .list(.list(.text)), .defaultsTo([]),
        "Groups of axes, by place, that advance together instead of multiplying: [[\"optimizer.batch\", \"optimizer.step\"]].",
        canBeAxis: false),
    ])

  private static let positiveStep = SpecSchema.number(.positive)

  private static let optimizer = SpecObject(
    kind: "sgd",
    explanation:
      "Stochastic gradient descent: w ← w − η(t) · mean (or sum) over the batch of ∇fᵢ(w), with momentum if wanted.",
    fields: [
      .init("step", .either(positiveStep, orObject: schedule), .required, "The step size η, or a schedule."),
      .init(
        "batch", .integer(1...Int(Int32.max)), .optional,
        "The batch size b, at most n. Required unless the order is full or replay."),
      .init("order", .variants(orders), .required, "How batches are drawn."),
      .init(
        "momentum", .number(.belowOne), .defaultsTo(0),
        "β of the heavy ball: v ← βv − η(t) · gradient, w ← w + v. The autoencoder's engine is plain SGD."),
      .init(
        "nesterov", .flag, .optional, "Whether the velocity is Nesterov's: w ← w + βv − η(t) · gradient instead."),
      .init(
        "weightDecay", .variants(weightDecay), .optional,
        "How weights shrink towards 0. A penalty in the loss itself is the problem's weightDecay."),
      .init(
        "clip", .number(.positive), .optional,
        "c: the batch gradient g over all parameters is multiplied by min(1, c/(‖g‖ + 10⁻⁶)), before weight decay."),
      .init(
        "labelNoise", .object(labelNoise), .optional,
        "Fresh noise on the labels, of squared losses. Noise that is made once belongs to the data."),
      .init("steps", .integer(0...Int(UInt32.max)), .required, "T, the largest number of updates."),
      .init(
        "reduction", .choice(DescentOptions.Reduction.allCases.map(\.rawValue)), .defaultsTo("mean"),
        "Whether the batch gradient is a mean or a sum."),
      .init(
        "stop", .object(stop), .optional,
        "A goal that ends a trial before its budget. Dead and diverged trials end in any case."),
    ],
    methods: [
      SpecMethod("heavyBall", [.polyak]) { ($0["momentum"]?.double ?? 0) > 0 && $0["nesterov"] != true },
      SpecMethod("nesterov", [.sutskever]) { $0["nesterov"] == true },
      SpecMethod("clip", [.pascanu]) { $0["clip"] != nil },
    ])

  private static let weightDecay: [SpecObject] = [
    .init(
      kind: "coupled", explanation: "Added to the gradient, w · θ: momentum carries it on.",
      fields: [.init("weight", .number(.notNegative), .required, "w.")]),
    .init(
      kind: "decoupled", explanation: "Past the momentum: θ ← (1 − η(t) w) θ before the step.",
      fields: [.init("weight", .number(.notNegative), .required, "w.")], citations: [.loshchilov]),
  ]

  private static let labelNoise = SpecObject(
    explanation: """
      Each time that a sample is drawn its label counts as y + σZ, Z standard normal from a stream of the order seed. Runs \
      with noise and without draw the same indices.
      """,
    fields: [
      .init("standardDeviation", .number(.notNegative), .required, "σ."),
      .init("until", .number(.fraction), .defaultsTo(1), "Where the noise ends, as a fraction of the steps."),
    ], citations: [.blanc, .salmon])

  private static let schedule = SpecObject(
    explanation: "A step size that changes; fractions are of the number of steps.",
    fields: [
      .init("base", positiveStep, .required, "η before warm-up and decay."),
      .init("warmUp", .object(warmUp), .optional, "How η rises at first."),
      .init("decays", .list(.object(decay)), .defaultsTo([]), "Where η falls, ascending; divisors do not accumulate."),
      .init(
        "pieces", .list(.object(piece)), .defaultsTo([]), "Values from given steps on, ascending, which replace base."),
    ])

  private static let warmUp = SpecObject(
    explanation: "A rise of η from base.",
    fields: [
      .init(
        "kind", .choice(["linear", "squareRoot", "factorPerPercent"]), .required,
        "1 + (factor − 1) t/T, the same with √(t/T), or factor^(100 t/T)."),
      .init(
        "factor", positiveStep, .required,
        "The multiple that T steps would reach, or that each percent of T multiplies by."),
      .init("until", .number(.fraction), .required, "Where the rise ends; η keeps the value reached there."),
    ])

  private static let decay = SpecObject(
    explanation: "A fall of η.",
    fields: [
      .init("at", .number(.fraction), .required, "Where."),
      .init(
        "divideBy", positiveStep, .required, "By what η, with the warm-up if there is one, is divided from there on."),
    ])

  private static let piece = SpecObject(
    explanation: "A value of η from a step on.",
    fields: [
      .init("from", .integer(0...Int(UInt32.max)), .required, "The first step."),
      .init("value", positiveStep, .required, "η from there on."),
    ])

  private static let orders: [SpecObject] = [
    .init(
      kind: "iid", explanation: "b indices with replacement, fresh each step.", fields: [],
      citations: [.lemire, .salmon]),
    .init(
      kind: "subset", explanation: "A fresh uniform subset of b distinct indices each step.", fields: [],
      citations: [.bentley, .lemire, .salmon]),
    .init(
      kind: "reshuffle", explanation: "A fresh permutation each epoch, cut into batches.", fields: [],
      citations: [.lemire, .salmon]),
    .init(kind: "cyclic", explanation: "b consecutive indices, wrapping around.", fields: []),
    .init(kind: "blocks", explanation: "Fixed blocks of b indices in turn.", fields: []),
    .init(kind: "full", explanation: "All n indices each step.", fields: []),
    .init(
      kind: "replay", explanation: "Batches written down beforehand; as many as there are steps, or more.",
      fields: [
        .init(
          "batches", .list(.list(.integer(0...Int(Int32.max)))), .optional,
          "The batches, each a list of indices from 0."),
        .init("file", .file, .optional, "A JSON file with such a list, instead of batches."),
      ]),
  ]

  private static let stop = SpecObject(
    explanation: "A goal. What it means is said with the problem.",
    fields: [
      .init(
        "when", .choice(["converged", "left"]), .defaultsTo("converged"),
        "What ends a trial: the goal, or that it has left the minimiser near which it began; it then counts as diverged."
      ),
      .init(
        "radius", .number(.positive), .optional, "Where a minimiser is left: the distance from it. With left only."),
      .init("tolerance", .number(.belowOne), .defaultsTo(1e-6), "When the goal counts as reached."),
      .init(
        "every", .integer(1...Int(Int32.max)), .defaultsTo(64),
        "How often one looks, in steps; every 1,024 where there is no goal."),
    ])

  private static let seeds = SpecObject(
    explanation: "The master seed derives four; each can be given on its own. Trial numbers count from 0.",
    fields: [
      .init("master", .seed, .defaultsTo(1), "Derives the seeds that are not given."),
      .init("data", .seed, .optional, "Seeds data sets."),
      .init("initialization", .seed, .optional, "Seeds starting points."),
      .init("order", .seed, .optional, "Seeds index streams."),
      .init("measurement", .seed, .optional, "Seeds measurements."),
      .init(
        "trials", .integer(1...100_000_000), .defaultsTo(1), "How many trials each configuration has.",
        canBeAxis: false),
    ])

  /// The names of all measures of all problems, each once.
  private static var measureNames: [String] {
    var names: [String] = []
    for problem in problems {
      for measure in problem.measures where !names.contains(measure.name) { names.append(measure.name) }
    }
    return names
  }

  private static let record = SpecObject(
    explanation: "What is measured along the way and at the end.",
    fields: [
      .init("every", .integer(1...Int(Int32.max)), .defaultsTo(1_000), "How often series are taken, in steps."),
      .init("series", .list(.choice(measureNames)), .defaultsTo([]), "What is measured along the way, and at the end."),
      .init(
        "final", .list(.choice(measureNames)), .optional,
        "What is measured at the end; what is left out has the problem's own list."),
    ])
}
