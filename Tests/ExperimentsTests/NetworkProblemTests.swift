import Curvature
import DataSets
import Descent
import Features
import Numerics
import Objectives
import Testing

@testable import Experiments
@testable import Formats

/// Networks from specs: that they are the networks which the library has, on the data which it has.
@Suite("Networks from specs") struct NetworkProblemTests {
  private let bench = SpecBench()
  private let seeds = Seeds(master: 7)

  static func network(
    _ network: String, loss: String = #""squared""#,
    data: String = #"{"kind":"gaussian","samples":12,"dimension":3,"noise":0.5}"#, more: String = ""
  ) -> String {
    "problem={\"kind\":\"network\",\"network\":\"\(network)\",\"loss\":\(loss),\"data\":\(data)\(more)}"
  }

  private static let descent = [
    "optimizer={\"step\":0.05,\"batch\":2,\"order\":\"iid\",\"steps\":50}", "seeds.trials=2",
    #"record={"every":25,"final":["loss","parameters"]}"#,
  ]

  private func finals(_ set: [String]) throws -> [[Double]] {
    let store = try Store.inMemory()
    let spec = try bench.read(set: set)
    _ = try Runner.forTest(jobs: 2).run(spec, in: store)
    return try store.plan().configurations.flatMap { configuration in
      var trials: [[Double]] = []
      try store.forEachTrial(of: configuration) { trials.append($0.finals) }
      return trials
    }
  }

  private func isNear(_ one: [Double], _ other: [Double], _ tolerance: Double = 1e-12) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  /// The plain loop by hand.
  private func reference(
    _ objective: NetworkObjective<Double>, _ initialization: NetworkInitialization, _ options: DescentOptions,
    trial: Int
  ) throws -> [Double] {
    var stream = RandomStream(options.seeds.key(.initialization, trial: trial))
    let plan = RunPlan<StochasticGradientDescent<NetworkObjective<Double>>.State>(
      budget: options.budget,
      finals: (0..<objective.parameterCount).map { j in Measure("p\(j)") { $0.parameters[j] } })
    let start = objective.randomParameters(initialization, stream: &stream)
    let record = try Ensemble.run(
      trials: trial..<trial + 1, workers: 1, plan: plan, seeds: options.seeds,
      makeEngine: { () throws(InputError) in try StochasticGradientDescent(objective, options: options) },
      start: { _ in start })
    return record.replicas[0].finals
  }

  @Test("A run is the library's run on the library's data", arguments: [false, true]) func supportRun(_ isWide: Bool)
    throws
  {
    let data = #"{"kind":"support","samples":6,"noise":{"kind":"mirrored","standardDeviation":0.5}}"#
    // The wide one goes through the plain loop.
    let widths = isWide ? [15, 300, 1] : [15, 4, 1]
    let name = "mlp:\(widths.map(String.init).joined(separator: "-")):tanh:bias=false"
    let loss = #"{"kind":"squared","half":false}"#
    // A wide network has a sharp loss.
    let step = isWide ? 0.001 : 0.05
    let found = try finals(
      [Self.network(name, loss: loss, data: data), "init=he"] + Self.descent + ["optimizer.step=\(step)"])
    let samples = SupportData(inputsDrawn: 6, noise: .mirrored(standardDeviation: 0.5), testCount: 1000)
      .drawn(seeds.key(.data)).training
    let objective = try NetworkObjective(
      Network(widths: widths, activation: .tanh, bias: false), inputs: samples.features,
      targets: .values(samples.targets), loss: .squared(half: false))
    for trial in 0..<2 {
      let parameters = try reference(
        objective, .he,
        DescentOptions(order: .iid, batchSize: 2, schedule: .constant(step), budget: 50, seeds: seeds), trial: trial)
      #expect(isNear(found[trial], [objective.loss(at: parameters)] + parameters))
    }
  }

  @Test("Rules and label noise of the optimiser are those of the library") func rules() throws {
    let options = [
      #""momentum":0.5,"nesterov":true,"weightDecay":{"kind":"coupled","weight":0.1},"clip":0.3"#,
      #""weightDecay":{"kind":"decoupled","weight":0.1},"labelNoise":{"standardDeviation":0.5,"until":0.5}"#,
    ]
    let rules = [
      UpdateRule(momentum: 0.5, isNesterov: true, weightDecay: 0.1, largestGradientNorm: 0.3),
      UpdateRule(weightDecay: 0.1, isDecayDecoupled: true),
    ]
    let data = #"{"kind":"values","inputs":[[1,2],[0,-1],[2,1]],"targets":[1,-1,3]}"#
    let objective = try NetworkObjective(
      Network(widths: [2, 3, 1], activation: .relu), inputs: [1, 2, 0, -1, 2, 1], targets: .values([1, -1, 3]),
      loss: .squared())
    for (place, rule) in rules.enumerated() {
      let set = [
        Self.network("mlp:2-3-1:relu", data: data), "init=pyTorch",
        "optimizer={\"step\":0.05,\"batch\":2,\"order\":\"reshuffle\",\"steps\":40,\(options[place])}",
        "seeds.trials=1",
        #"record={"final":["parameters"]}"#,
      ]
      let wanted = try reference(
        objective, .pyTorch,
        DescentOptions(
          order: .reshuffle, batchSize: 2, schedule: .constant(0.05), rule: rule,
          labelNoise: place == 1 ? LabelNoise(standardDeviation: 0.5, until: 0.5) : nil, budget: 40, seeds: seeds),
        trial: 0)
      #expect(isNear(try finals(set)[0], wanted))
    }
  }

  @Test("Noise of 0 is none, and leaves the indices as they are") func noNoise() throws {
    let problem = [Self.network("mlp:3-2-1:tanh"), "init=pyTorch"] + Self.descent
    let without = try finals(problem)
    let zero = try finals(problem + [#"optimizer.labelNoise={"standardDeviation":0}"#])
    #expect(zero == without)
    #expect(try finals(problem + [#"optimizer.labelNoise={"standardDeviation":1,"until":0}"#]) == without)
    #expect(try finals(problem + [#"optimizer.labelNoise={"standardDeviation":1}"#]) != without)
  }

  @Test("Single precision is near double precision, and not the same") func precision() throws {
    let double = try finals([Self.network("mlp:3-5-1:tanh"), "init=xavier"] + Self.descent)
    let single = try finals(
      [Self.network("mlp:3-5-1:tanh", more: #","precision":"single""#), "init=xavier"] + Self.descent)
    for (one, other) in zip(single, double) { #expect(isNear(one, other, 1e-5) && one != other) }
  }

  @Test("Normal weights have a deviation a layer, biases are 0 or PyTorch's") func layers() throws {
    func start(_ more: String) throws -> [Double] {
      try finals([
        Self.network("mlp:3-400-1:relu"), "init={\"kind\":\"layers\",\"standardDeviations\":[0.5,0]\(more)}",
        "optimizer={\"step\":1,\"batch\":1,\"order\":\"iid\",\"steps\":0}", "seeds.trials=1",
        #"record={"final":["parameters"]}"#,
      ])[0]
    }
    let plain = try start("")
    let deviation = (plain[..<1200].reduce(0) { $0 + $1 * $1 } / 1200).squareRoot()
    // The standard error of the deviation of 1,200 normal numbers is 2 %.
    #expect(abs(deviation - 0.5) < 4 * 0.0102)
    #expect(plain[1200...].allSatisfy { $0 == 0 })
    let biased = try start(#","biases":"pyTorch""#)
    #expect(Array(biased[..<1200]) == Array(plain[..<1200]))
    let bound = 1 / 3.0.squareRoot()
    #expect(biased[1200..<1600].allSatisfy { abs($0) <= bound && $0 != 0 })
    #expect(biased[1600..<2000].allSatisfy { $0 == 0 } && abs(biased[2000]) <= 1 / 20)
  }

  @Test("Measures are those of the library") func measures() throws {
    let names = [
      "testLoss", "relevantNorm", "irrelevantNorm", "columnRatio", "firstLayerRank", "featureSparsity", "jacobianRank",
      "effectiveRank", "weightImbalance", "sharpness", "hessianTrace", "featureSparsities", "parameters",
    ]
    let data = #"{"kind":"support","samples":20,"dimension":4,"relevant":2,"testSamples":40}"#
    let found = try finals(
      [Self.network("mlp:4-3-2-1:relu", data: data), "init=pyTorch"] + Self.descent + [
        "record.final=\(JSON.array(names.map(JSON.string)).text)"
      ])[0]
    let drawn = SupportData(inputsDrawn: 20, inputCount: 4, relevantCount: 2, testCount: 40).drawn(seeds.key(.data))
    let network = try Network(widths: [4, 3, 2, 1], activation: .relu)
    let objective = try NetworkObjective(
      network, inputs: drawn.training.features, targets: .values(drawn.training.targets), loss: .squared())
    let test = try NetworkObjective(
      network, inputs: drawn.test.features, targets: .values(drawn.test.targets), loss: .squared())
    let parameters = Array(found.suffix(network.parameterCount))
    let firstLayer = try FirstLayer(of: network, at: parameters)
    let norms = try firstLayer.norms(relevant: [0, 1])
    // There are 26 parameters.
    let rank = try JacobianRank(
      of: Matrix(rows: 26, columns: 26, storage: Array(test.jacobian(at: parameters).prefix(26 * 26))))
    let sparsities = try [1, 3].map {
      try FeatureSparsity.coefficient(of: ActivationMatrix(of: objective, at: parameters, layer: $0)).coefficient
    }
    let (w1, w2, w3) = (
      try network.weights(ofLayer: 0, in: parameters), try network.weights(ofLayer: 2, in: parameters),
      try network.weights(ofLayer: 4, in: parameters)
    )
    let imbalance = LinearAlgebra.norm([try Balancedness.norm(w1, w2), try Balancedness.norm(w2, w3)])
    #expect(
      found.dropLast(network.parameterCount) == [
        test.loss(at: parameters), norms.relevant, norms.irrelevant, norms.columnRatio,
        try firstLayer.rank().effectiveRank, sparsities[1], Double(rank.rank), rank.effectiveRank, imbalance,
        try CurvatureOperator.hessian(of: objective, at: parameters).eigenpairs().largest[0].value,
        objective.hessianTrace(at: parameters),
        sparsities[0], sparsities[1],
      ])
  }

  @Test("Neurons are held against where they began, and against a dictionary", arguments: [false, true])
  func neurons(_ isSingle: Bool) throws {
    let names = ["neuronMovement", "neuronRotation", "neuronAlignment", "atomRecovery", "parameters"]
    let found = try finals(
      [
        Self.network(
          "mlp:3-4-1:relu", more: #","dictionary":[[1,0,2],[0,-1,0]]"# + (isSingle ? #","precision":"single""# : "")),
        "init=pyTorch",
      ] + Self.descent + ["record.final=\(JSON.array(names.map(JSON.string)).text)"])
    let network = try Network(widths: [3, 4, 1], activation: .relu)
    for trial in 0..<2 {
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      let start = network.randomParameters(.pyTorch, stream: &stream)
      let weights = try network.weights(ofLayer: 0, in: Array(found[trial][4...]))
      let movement = try NeuronMovement(from: network.weights(ofLayer: 0, in: start), to: weights)
      let alignment = try NeuronAlignment(
        of: weights, with: Matrix(rows: 2, columns: 3, storage: [1, 0, 2, 0, -1, 0]))
      #expect(movement.distances.contains { $0 > 0.01 })
      #expect(
        Array(found[trial][..<4]) == [
          movement.distances.reduce(0, +) / 4, movement.angles.reduce(0, +) / 4, alignment.best.reduce(0, +) / 4,
          Double(alignment.recoveredAtoms().count) / 2,
        ])
    }
  }

  @Test("What has diverged has no features, ranks or angles", arguments: [false, true])
  func divergence(_ isSingle: Bool) throws {
    let names = NetworkMeasures.numbers.map(\.name).filter { !$0.hasSuffix("ccuracy") }
    let data = #"{"kind":"support","samples":6,"dimension":3,"relevant":2,"testSamples":9}"#
    let found = try finals(
      [
        Self.network(
          "mlp:3-4-1:relu", data: data,
          more: #","dictionary":[[1,0,0]]"# + (isSingle ? #","precision":"single""# : "")), "init=he",
      ] + Self.descent + ["optimizer.step=1e6", "record.final=\(JSON.array(names.map(JSON.string)).text)"])
    for trial in found { #expect(trial.count == names.count && trial.allSatisfy(\.isNaN)) }
  }

  @Test("A teacher's neurons are the dictionary") func teacher() throws {
    let data = #"{"kind":"teacher","samples":5,"widths":[2,3],"weights":"unit"}"#
    let network = try Network(widths: [2, 3, 1], activation: .relu, bias: false)
    let truth = TeacherData(sampleCount: 5, widths: [2, 3], teacher: .unitNeurons).drawn(seeds.key(.data)).truth
    let start = JSON.array(truth.map(JSON.number)).text
    let found = try finals(
      [
        Self.network("mlp:2-3-1:relu:bias=false", data: data), "init={\"kind\":\"parameters\",\"values\":\(start)}",
      ] + Self.descent + ["seeds.trials=1", #"record.final=["loss","neuronAlignment","atomRecovery"]"#])[0]
    #expect(network.parameterCount == truth.count)
    // The student is the teacher from the start.
    #expect(found[0] == 0 && abs(found[1] - 1) < 1e-14 && found[2] == 1)
  }

  /// How the trials of a spec end, and after how many steps.
  private func ends(_ set: [String]) throws -> [String] {
    let store = try Store.inMemory()
    let spec = try bench.read(set: set)
    _ = try Runner.forTest(jobs: 1).run(spec, in: store)
    return try store.plan().configurations.flatMap { configuration in
      var trials: [String] = []
      try store.forEachTrial(of: configuration) { trials.append("\($0.state.name) \($0.steps)") }
      return trials
    }
  }

  @Test("A network whose hidden layer answers 0 to every sample is dead; one that may wake is so at the end only")
  func collapse() throws {
    let data = #"{"kind":"values","inputs":[[1,2],[2,1]],"targets":[1,3]}"#
    /// Hidden weights, hidden biases, the weights behind, the last bias.
    func end(_ network: String, _ start: String, _ more: String = "", stop: String = "") throws -> String {
      try ends([
        Self.network(network, data: data), "init={\"kind\":\"parameters\",\"values\":\(start)}",
        "optimizer={\"step\":0.01,\"order\":\"full\",\"steps\":200\(more)\(stop)}", "seeds.trials=1", "record=null",
      ])[0]
    }
    let asleep = "[-1,-1,0,-1,0,0,1,1,0]"
    let stop = #","stop":{"tolerance":0.5,"every":50}"#
    #expect(try end("mlp:2-2-1:relu", asleep) == "dead 0")
    // The last bias converges, which is no success.
    #expect(try end("mlp:2-2-1:relu", asleep, stop: stop) == "dead 0")
    #expect(try end("mlp:2-2-1:relu", asleep, #","momentum":0.9"#) == "dead 200")
    #expect(try end("mlp:2-2-1:relu", asleep, #","weightDecay":{"kind":"coupled","weight":0.1}"#) == "dead 200")
    #expect(try end("mlp:2-2-1:relu", "[1,1,0,-1,0,0,1,1,0]") == "exhausted 200")
    #expect(try end("mlp:2-2-1:tanh", asleep) == "exhausted 200")
    // At 0 itself it depends on the slope there.
    #expect(try end("mlp:2-2-1:relu", "[0,0,0,0,0,0,1,1,0]") == "dead 0")
    #expect(try end("mlp:2-2-1:relu:kink=0.5", "[0,0,0,0,0,0,1,1,0]") == "exhausted 200")
    // Of two layers one is enough.
    let two = "[1,1,0,1,0,0,-1,-1,-1,-1,0,0,1,1,0]"
    #expect(try end("mlp:2-2-2-1:relu", two) == "dead 0")
  }

  @Test("Many samples are looked at before a network counts as dead") func collapseOfMany() throws {
    // 40 samples without an answer, and a last one with it.
    let inputs = JSON.array((0...40).map { .array([.number($0 < 40 ? 1 : -1)]) }).text
    let targets = JSON.array((0...40).map { _ in .number(1) }).text
    let found = try ends([
      Self.network(
        "mlp:1-1-1:relu:bias=false", data: "{\"kind\":\"values\",\"inputs\":\(inputs),\"targets\":\(targets)}"),
      #"init={"kind":"parameters","values":[-1,0.5]}"#,
      #"optimizer={"step":0.01,"order":"full","steps":20,"stop":{"tolerance":0,"every":1}}"#, "seeds.trials=1",
      "record=null",
    ])
    #expect(found[0] == "exhausted 20")
  }

  @Test(
    "Classes count as indicators under a squared loss, and as classes under cross-entropy", arguments: [false, true])
  func classes(_ isCrossEntropy: Bool) throws {
    try bench.writeImages()
    let data = #"{"kind":"images","images":"images.idx","labels":"labels.idx"}"#
    let loss = isCrossEntropy ? #""crossEntropy""# : #"{"kind":"squared","half":false,"mean":true}"#
    let found = try finals(
      [Self.network("mlp:4-2", loss: loss, data: data, more: ",\"test\":\(data)"), "init=pyTorch"] + Self.descent + [
        #"record.final=["loss","testLoss","accuracy","testAccuracy","parameters"]"#
      ])[0]
    let inputs = [0, 51, 102, 153, 255, 0, 255, 0, 1, 2, 3, 4].map { Double($0) / 255 }
    let parameters = Array(found[4...])
    let objective = try NetworkObjective(
      Network(widths: [4, 2], activation: .identity), inputs: inputs,
      targets: isCrossEntropy ? .classes([1, 0, 1]) : .values([0, 1, 1, 0, 0, 1]),
      loss: isCrossEntropy ? .crossEntropy : .squared(half: false, mean: true))
    let outputs = objective.outputs(at: parameters)
    let right = [outputs[1] > outputs[0], outputs[2] >= outputs[3], outputs[5] > outputs[4]].count { $0 }
    #expect(found[0] == objective.loss(at: parameters) && found[1] == found[0])
    #expect(found[2] == Double(right) / 3 && found[3] == found[2])
  }

  @Test("A logistic loss takes the smaller of two labels for −1") func logistic() throws {
    let data = #"{"kind":"values","inputs":[[1],[2],[3]],"targets":[5,2,5]}"#
    let found = try finals(
      [Self.network("mlp:1-1", loss: #""logistic""#, data: data), "init=zeros"] + Self.descent + [
        #"record.final=["loss","accuracy","parameters"]"#
      ])[0]
    let objective = try NetworkObjective(
      Network(widths: [1, 1], activation: .identity), inputs: [1, 2, 3], targets: .values([1, -1, 1]), loss: .logistic)
    let parameters = Array(found[2...])
    #expect(found[0] == objective.loss(at: parameters) && found[1] == objective.accuracy(at: parameters))
  }

  @Test("Several targets come from arrays, also in an archive") func severalTargets() throws {
    let inputs = (shape: [3, 2], values: [1.0, 2, 3, 4, 5, 6])
    let targets = (shape: [3, 2], values: [1.0, 0, 0, 1, 1, 1])
    try bench.writeArchive("d.npz", ["x": inputs, "targets": targets])
    try NPYFile(shape: inputs.shape, values: inputs.values).write(to: bench.scratch.file("x.npy"))
    try NPYFile(shape: targets.shape, values: targets.values).write(to: bench.scratch.file("y.npy"))
    let rest = ["init=he"] + Self.descent + ["optimizer.step=0.001"]
    let archived = try finals(
      [Self.network("mlp:2-2", data: #"{"kind":"npz","path":"d.npz","inputs":"x"}"#)] + rest)
    let separate = try finals(
      [Self.network("mlp:2-2", data: #"{"kind":"file","inputs":"x.npy","targets":"y.npy"}"#)] + rest)
    #expect(archived == separate && archived[0].count == 7)
  }

  @Test("Arrays without samples, and numbers that are not finite, are refused") func unusableArrays() throws {
    try NPYFile(shape: [0, 3], values: []).write(to: bench.scratch.file("x0.npy"))
    try NPYFile(shape: [0], values: []).write(to: bench.scratch.file("y0.npy"))
    try NPYFile(shape: [2, 3], values: [1, 2, 3, 4, .nan, 6]).write(to: bench.scratch.file("x.npy"))
    try NPYFile(shape: [2], values: [1, .infinity]).write(to: bench.scratch.file("y.npy"))
    func said(_ inputs: String, _ targets: String) throws -> [String] {
      let data = "{\"kind\":\"file\",\"inputs\":\"\(inputs).npy\",\"targets\":\"\(targets).npy\"}"
      return try bench.problems(set: [Self.network("mlp:3-1", data: data), "init=zeros", "record=null"]).map {
        $0.description.replacing(bench.scratch.file(""), with: "")
      }
    }
    #expect(try said("x0", "y0") == ["problem.data: expected one or more rows of 3 numbers, found 0 numbers."])
    #expect(
      try said("x", "y") == [
        "problem.data.inputs: x.npy: expected finite numbers, found nan in row 1, column 1, counted from 0."
      ])
  }

  @Test("Digits that are not learnt from are the test samples") func digits() throws {
    let found = try finals(
      [Self.network("mlp:64-10", loss: #""crossEntropy""#, data: #"{"kind":"digits","samples":100}"#), "init=pyTorch"]
        + Self.descent + [#"record.final=["testLoss","testAccuracy","parameters"]"#])[0]
    let images = ImageSamples.digits.shuffled(seeds.key(.data)).taking(100..<1_797)
    let test = try NetworkObjective(
      Network(widths: [64, 10], activation: .identity), inputs: images.pixels, targets: .classes(images.classes),
      loss: .crossEntropy)
    let parameters = Array(found[2...])
    #expect(found[0] == test.loss(at: parameters) && found[1] == test.accuracy(at: parameters))
  }

  @Test("Padding around images is irrelevant, and noise comes last") func images() throws {
    try bench.writeImages()
    let data = #"""
      {"kind":"images","images":"images.idx","labels":"labels.idx","padding":{"kind":"noise","height":3,"width":4,"standardDeviation":0.5},"noise":0.25}
      """#
    let found = try finals(
      [Self.network("mlp:12-2", loss: #""crossEntropy""#, data: data), "init=pyTorch"] + Self.descent + [
        #"record.final=["loss","irrelevantNorm","parameters"]"#
      ])[0]
    let plain = ImageSamples(
      height: 2, width: 2, pixels: [0, 51, 102, 153, 255, 0, 255, 0, 1, 2, 3, 4].map { $0 / 255 }, classes: [1, 0, 1],
      classCount: 2)
    let images = plain.padded(
      height: 3, width: 4, with: .noise(standardDeviation: 0.5), key: seeds.key(.data, trial: 0)
    ).noisy(standardDeviation: 0.25, key: seeds.key(.data, trial: 1))
    let network = try Network(widths: [12, 2], activation: .identity)
    let objective = try NetworkObjective(
      network, inputs: images.pixels, targets: .classes(images.classes), loss: .crossEntropy)
    let parameters = Array(found[2...])
    let relevant = images.isRelevant.indices.filter { images.isRelevant[$0] }
    #expect(relevant.count == 4 && found[0] == objective.loss(at: parameters))
    #expect(found[1] == (try FirstLayer(of: network, at: parameters).norms(relevant: relevant).irrelevant))
  }

  /// Settings, and what is said of them.
  static let mistakes: [(set: [String], problems: [String])] = {
    let rest = ["init=zeros", "record=null"]
    return [
      (
        [network("mpl:3-1")] + rest,
        [
          "problem.network: expected mlp:WIDTH-…-WIDTH:ACTIVATION, with :bias=false or :kink=0.5 behind it if wanted, found \"mpl:3-1\"."
        ]
      ),
      (
        [network("mlp:4-2-1:relu")] + rest,
        ["problem.network: expected 3 inputs, as the samples of data have, found 4. The first width counts the inputs."]
      ),
      (
        [network("mlp:3-2-2:relu")] + rest,
        ["problem.network: expected 1 output, one a target of data, found 2. The last width counts the outputs."]
      ),
      (
        [
          network(
            "mlp:1-2-2:relu", loss: #""crossEntropy""#,
            data: #"{"kind":"values","inputs":[[1],[2]],"targets":[1,0.5]}"#)
        ] + rest,
        [
          "problem.data: expected a class from 0 to 1 a sample, for cross-entropy, found 0.5 as the target of sample 1. The loss \"squared\" is one of numbers."
        ]
      ),
      (
        [
          network(
            "mlp:1-2-2:relu", loss: #""crossEntropy""#,
            data: #"{"kind":"values","inputs":[[1],[2]],"targets":[2,0]}"#)
        ] + rest,
        [
          "problem.data: expected a class from 0 to 1 a sample, for cross-entropy, found 2 as the target of sample 0. The last width counts the classes."
        ]
      ),
      (
        [network("mlp:64-100000", data: #"{"kind":"digits","samples":1000}"#)] + rest,
        [
          "problem.network: expected at most 50000000 outputs on all samples of data together, found 100000 on each of 1000. The last width counts the outputs."
        ]
      ),
      (
        [network("mlp:3-1", data: #"{"kind":"teacher","samples":10,"widths":[3,10000,10000],"weights":"unit"}"#)]
          + rest,
        [
          "problem.data.widths: expected at most 10000000 weights, and 10000000000 times all samples, found 100040000 weights and 1010 samples. Choose a smaller teacher, or fewer samples."
        ]
      ),
      (
        [network("mlp:3-1000-30000-1:relu")] + rest,
        ["problem.network: expected at most 20000000 parameters, found 30064001."]
      ),
      (
        [network("mlp:3-1000000-1:relu")] + rest,
        ["problem.network: expected at most 1000000 units in at most 1000 layers, found 1000004 in 2."]
      ),
      (
        [network("mlp:3-\(String(repeating: "1-", count: 1_000))1:relu")] + rest,
        ["problem.network: expected at most 1000000 units in at most 1000 layers, found 1004 in 1001."]
      ),
      (
        [
          #"problem={"kind":"network","network":{"widths":[[3,1],[4,1]]},"loss":"squared","data":{"kind":"gaussian","samples":9,"dimension":3}}"#
        ] + rest,
        [
          "problem.network.widths[1]: expected 3 inputs, as the samples of data have, found 4. The first width counts the inputs."
        ]
      ),
      (
        [network("mlp:3:relu")] + rest,
        [
          "problem.network: expected two or more, from the inputs to the outputs, found 1, widths of \"mlp:3:relu\"."
        ]
      ),
      (
        [network("mlp:3-2-1:relu:kink=nan")] + rest,
        [
          "problem.network: expected a number from 0 to 1, found nan, slope at the kink of \"mlp:3-2-1:relu:kink=nan\"."
        ]
      ),
      (
        ["problem={\"kind\":\"network\",\"network\":7,\"loss\":\"squared\",\"data\":\"digits\"}"] + rest,
        ["problem.network: expected a text, or an object, found 7."]
      ),
      (
        [network("mlp:3-1", more: #","dictionary":[[1,2,3],[1,2]]"#)] + rest,
        ["problem.dictionary[1]: expected 3 numbers, one for each input, found 2."]
      ),
      (
        [network("mlp:3-1", more: #","dictionary":[[0,0,0]]"#)] + rest,
        ["problem.dictionary[0]: expected a direction, found zeros only."]
      ),
      (
        [network("mlp:3-5000-1:relu"), "init=zeros"] + [
          #"record.final=["weightImbalance","featureSparsities","neuronAlignment"]"#,
          #"record.series=["featureSparsity"]"#,
        ],
        [
          "record.series[0]: expected hidden layers of at most 4096 units, for a measure of all pairs of them, found \"featureSparsity\". One has 5000: leave this measure out.",
          "record.final[0]: expected hidden layers of at most 4096 units, for a measure of all pairs of them, found \"weightImbalance\". One has 5000: leave this measure out.",
          "record.final[1]: expected hidden layers of at most 4096 units, for a measure of all pairs of them, found \"featureSparsities\". One has 5000: leave this measure out.",
          "record.final[2]: expected a measure that needs no directions to find, since these data have none, found \"neuronAlignment\". Give some as the problem's \"dictionary\"; data of kind \"teacher\" have their own.",
        ]
      ),
      (
        [network("mlp:3-30000-1:relu"), "init=zeros", #"record={"final":["parameters"]}"#],
        [
          "record.final[0]: expected a problem of at most 100000 parameters, to list them all, found \"parameters\" of 150001. Leave this measure out."
        ]
      ),
      (
        [network("mlp:3-1", loss: #""logistic""#)] + rest,
        [
          "problem.data: expected two labels, for the logistic loss, found 12. The loss \"crossEntropy\" is one of more classes, \"squared\" one of numbers."
        ]
      ),
      (
        [network("mlp:64-9", loss: #""crossEntropy""#, data: #""digits""#)] + rest,
        ["problem.network: expected 10 outputs, one a class of data, found 9. The last width counts the outputs."]
      ),
      (
        [network("mlp:3-1", more: #","test":{"kind":"values","inputs":[[1,2]],"targets":[1]}"#)] + rest,
        ["problem.test: expected samples of 3 inputs, as those of data, found 2."]
      ),
      (
        [network("mlp:3-1", more: #","test":{"kind":"values","inputs":[[1,2,3]],"targets":[1,2]}"#)] + rest,
        ["problem.test.targets: expected 1 values, one a row of inputs, found 2."]
      ),
      (
        [network("mlp:3-1", data: #"{"kind":"values","inputs":[[1,2,3],[1,2]],"targets":[1,2]}"#)] + rest,
        ["problem.data.inputs[1]: expected 3 numbers, as in the first row, found 2."]
      ),
      (
        [network("mlp:3-1", more: #","relevant":[0,3]"#)] + rest,
        ["problem.relevant[1]: expected different numbers from 0 to 2, found 3."]
      ),
      (
        [network("mlp:3-1", data: #"{"kind":"support","samples":9,"dimension":3,"relevant":4}"#)] + rest,
        ["problem.data.relevant: expected at most d = 3, found 4."]
      ),
      (
        [
          network("mlp:3-1"), "init=zeros", #"record.series=["testLoss"]"#, #"record.final=["columnRatio","accuracy"]"#,
        ],
        [
          "record.series[0]: expected a measure that needs no test samples, since there are none, found \"testLoss\". Give some as the problem's \"test\".",
          "record.final[0]: expected a measure that needs no relevant inputs, since these data do not name any, found \"columnRatio\". Name them as the problem's \"relevant\".",
          "record.final[1]: expected a measure that needs no classes, since the targets are numbers, found \"accuracy\". The losses \"crossEntropy\" and \"logistic\" are those of classes.",
        ]
      ),
      (
        [network("mlp:3-900-1:relu"), "init=zeros", #"record={"final":["jacobianRank"]}"#],
        [
          "record.final[0]: expected a network of at most 2000 parameters for the Jacobian's rank, found \"jacobianRank\". It has 4501: leave this measure out."
        ]
      ),
      (
        [network("mlp:3-900-1:relu"), "init=zeros", #"record={"series":["sharpness","hessianTrace"]}"#],
        [
          "record.series[1]: expected a problem of at most 2000 parameters for the trace of its Hessian, found \"hessianTrace\". It has 4501: leave this measure out."
        ]
      ),
      (
        [network("mlp:3-1"), "record=null", #"init={"kind":"layers","standardDeviations":[1,2]}"#],
        ["init.standardDeviations: expected 1 number, one for each affine layer, found 2."]
      ),
      (
        ["init=he"],
        [
          "init.kind: expected a start for any parameters, found one for layers. Only problems of kind \"network\" have them."
        ]
      ),
      (
        [network("mlp:3-1"), "record=null", #"init={"kind":"constants","u":1,"v":0}"#],
        [
          "init.kind: expected a start for any parameters, found one for u and v. Only problems of kind \"diagonalNetwork\" have them."
        ]
      ),
      (
        [network("mlp:3-1"), "optimizer.nesterov=true"] + rest,
        ["optimizer.momentum: expected a positive number with Nesterov's form, found 0.0."]
      ),
      (["optimizer.clip=0"], ["optimizer.clip: expected a positive number, found 0."]),
      (
        ["optimizer.weightDecay=0.1"],
        ["optimizer.weightDecay: expected an object whose \"kind\" is \"coupled\" or \"decoupled\", found 0.1."]
      ),
      (
        ["optimizer.clip=1"],
        [
          "optimizer.clip: expected nothing, since the autoencoder's engine is plain SGD, found some. Leave it out."
        ]
      ),
      (
        [
          #"problem={"kind":"logistic","data":{"kind":"gaussian","samples":9,"dimension":2}}"#,
          #"optimizer.labelNoise={"standardDeviation":1}"#,
        ] + rest,
        [
          "optimizer.labelNoise: expected a problem with one real label a sample under a squared loss, found LOSS. Leave the label noise out."
        ]
      ),
    ]
  }()

  @Test("Mistakes are said where they are", arguments: mistakes.indices) func mistake(_ place: Int) throws {
    let (set, wanted) = Self.mistakes[place]
    let loss = try LinearModelObjective(
      features: FeatureRows(Matrix(rows: 2, columns: 1, storage: [1, 2])), labels: [0, 1], loss: .logistic
    ).lossFormula
    #expect(
      try bench.problems(set: set).map(\.description) == wanted.map { $0.replacing("LOSS", with: loss) })
  }
}
