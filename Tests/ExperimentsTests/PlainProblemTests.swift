import Numerics
import Objectives
import Testing

@testable import Experiments
@testable import Formats

/// Problems on the plain loop as specs describe them: landscapes with minima, quadratic sums, small networks.
@Suite("Plain problems from a spec") struct PlainProblemTests {
  private let bench = SpecBench()

  private func trials(_ spec: Spec) throws -> [(finals: [Double], state: TrialState)] {
    let store = try Store.inMemory()
    _ = try Runner.forTest(jobs: 2).run(spec, in: store)
    var trials: [(finals: [Double], state: TrialState)] = []
    try store.forEachTrial(of: store.plan().configurations[0]) { trials.append(($0.finals, $0.state)) }
    return trials
  }

  private static func near(_ point: String, _ radius: Double) -> String {
    "init={\"kind\":\"near\",\"point\":\"\(point)\",\"radius\":\(radius)}"
  }

  private static let wells = #"problem={"kind":"landscape","name":"styblinski-tang"}"#

  @Test("Trials begin on the sphere around the minimiser") func startsNear() throws {
    let spec = try bench.read(
      set: [
        Self.wells, Self.near("flat", 0.125), "optimizer.steps=0", "optimizer.stop=null", "seeds.trials=20",
        #"record={"final":["minimumDistance","nearestMinimum","parameters"]}"#,
      ])
    var directions: Set<Double> = []
    for trial in try trials(spec) {
      #expect(abs(trial.finals[0] - 0.125) < 1e-15 && trial.finals[1] == 1)
      directions.insert(trial.finals[2])
    }
    #expect(directions.count == 20)
  }

  /// At step 0.04 batch 1 leaves the sharp well for certain and never the flat one: the mechanism in two configurations.
  @Test("Where a trial leaves the minimiser it ends", arguments: ["sharp", "flat"]) func leaving(_ point: String) throws
  {
    let spec = try bench.read(
      set: [
        Self.wells, Self.near(point, 0.001), "optimizer.steps=1500", "optimizer.step=0.04", "optimizer.batch=1",
        #"optimizer.stop={"when":"left","radius":0.5,"every":64}"#, "seeds.trials=40",
        #"record={"final":["minimumDistance","exitStep"]}"#,
      ])
    let found = try trials(spec)
    for trial in found {
      #expect(trial.state == (point == "sharp" ? .diverged : .exhausted))
      #expect(point == "sharp" ? trial.finals[0] > 0.5 && trial.finals[1] < 1_500 : trial.finals[0] < 1e-3)
      #expect(trial.finals[1].isNaN == (point == "flat"))
    }
    // The very step, not the next at which one looks.
    if point == "sharp" { #expect(found.contains { Int($0.finals[1]) % 64 != 0 }) }
  }

  @Test("Momentum is Polyak's") func momentum() throws {
    let spec = try bench.read(
      set: [
        #"problem={"kind":"landscape","name":"four-curvatures"}"#, #"init={"kind":"parameters","values":[1]}"#,
        "optimizer.order=full", "optimizer.batch=null", "optimizer.momentum=0.5", "optimizer.step=0.1",
        "optimizer.steps=30", "optimizer.stop=null", #"record={"final":["parameters"]}"#, "seeds.trials=1",
      ])
    var (x, previous) = (1.0, 1.0)
    for _ in 0..<30 { (x, previous) = (x - 0.3 * x + 0.5 * (x - previous), x) }
    #expect(try abs(trials(spec)[0].finals[0] - x) < 1e-15)
  }

  @Test("A fitted network stays where it is put") func fitted() throws {
    let spec = try bench.read(
      set: [
        #"problem={"kind":"tanhNetwork","hidden":8,"data":{"kind":"sine","samples":10}}"#, Self.near("fitted", 0),
        "optimizer.steps=50", "optimizer.stop=null", "seeds.trials=2", "optimizer.step=0.05",
        #"record={"final":["loss","minimumDistance"]}"#,
      ])
    for trial in try trials(spec) { #expect(trial.finals[0] < 1e-28 && trial.finals[1] < 1e-10) }
  }

  @Test("Quadratic sums come from files") func files() throws {
    try NPYFile(shape: [2, 2, 2], values: [1, 0, 0, 3, 3, 0, 0, 1]).write(to: bench.scratch.file("h.npy"))
    try NPYFile(shape: [2, 2], values: [1, 0, 0, 1]).write(to: bench.scratch.file("j.npy"))
    try NPYFile(shape: [2, 2], values: [1, -1, -1, 1]).write(to: bench.scratch.file("g.npy"))
    func problem(_ members: String) -> String {
      "problem={\"kind\":\"quadraticSum\",\"data\":{\"kind\":\"file\",\(members)}}"
    }
    let descent = [
      "optimizer.order=full", "optimizer.batch=null", "optimizer.step=0.5", "optimizer.steps=1", "optimizer.stop=null",
      #"init={"kind":"parameters","values":[1,2]}"#, #"record={"final":["loss","parameters"]}"#, "seeds.trials=1",
    ]
    let hessians = problem(#""hessians":"h.npy","gradients":"g.npy""#)
    // H = 2·1, g = 0 on average: everything vanishes in one step of ½.
    #expect(try trials(bench.read(set: [hessians] + descent))[0].finals == [0, 0, 0])
    let jacobians = try trials(bench.read(set: [problem(#""jacobians":"j.npy""#)] + descent))[0].finals
    #expect(jacobians == [0.5 * (0.75 * 0.75 + 1.5 * 1.5) / 2, 0.75, 1.5])
    func complaint(_ members: String) throws -> [String] {
      try bench.problems(set: [problem(members)] + descent).map { "\($0.expected), not \($0.found)" }
    }
    #expect(
      try complaint("\"jacobians\":\"j.npy\",\"hessians\":\"h.npy\"") == ["either hessians or jacobians, not both"])
    #expect(try complaint("\"gradients\":\"g.npy\"") == ["either hessians or jacobians, not neither"])
    #expect(try complaint("\"hessians\":\"j.npy\"") == ["an array n × d × d, not one of shape [2, 2]"])
    #expect(
      try complaint("\"hessians\":\"h.npy\",\"gradients\":\"h.npy\"")
        == ["an array 2 × 2, as the hessians, not one of shape [2, 2, 2]"])
    try NPYFile(shape: [1, 2, 2], values: [1, 0, 1, 3]).write(to: bench.scratch.file("h.npy"))
    #expect(
      try complaint("\"hessians\":\"h.npy\"") == [
        "a symmetric matrix, not Hessian of sample 0: 1.0 at row 1, column 0, and 0.0 opposite to it"
      ])
  }

  @Test("What does not fit is said") func mistakes() throws {
    func complaints(_ set: String...) throws -> [String] { try bench.problems(set: set).map(\.description) }
    #expect(
      try complaints(Self.wells, Self.near("steep", 0.1), "record=null") == [
        "init.point: expected one of sharp, flat, sharp-flat, flat-sharp, found \"steep\"."
      ])
    #expect(
      try complaints(Self.near("sharp", 0.1)) == [
        "init.kind: expected a start that needs no minimiser by name, since this problem has none, found near \"sharp\"."
      ])
    #expect(
      try complaints(
        #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":4,"dimension":6}}"#, Self.near("x", 0.1),
        "record=null") == ["init.point: expected one of minimum, found \"x\"."])
    let separable =
      #"problem={"kind":"logistic","data":{"kind":"file","inputs":"x.npy","targets":"y.npy"}}"#
    try NPYFile(shape: [2, 1], values: [1, -1]).write(to: bench.scratch.file("x.npy"))
    try NPYFile(shape: [2], values: [1, -1]).write(to: bench.scratch.file("y.npy"))
    let found = try complaints(separable, Self.near("minimum", 0.1), "record=null")
    #expect(found.count == 1 && found[0].hasPrefix("problem: expected a loss that has a minimiser, found a gradient"))
    #expect(
      try complaints(Self.wells, #"optimizer.stop={"when":"left","radius":1}"#, "record=null") == [
        "optimizer.stop.when: expected a start near a minimiser, if trials end where they leave it, found \"left\". Use \"init\": {\"kind\": \"near\", \"point\": …, \"radius\": …}."
      ])
    #expect(
      try complaints(#"optimizer.stop={"when":"left","radius":1}"#) == [
        "optimizer.stop.when: expected \"converged\": the autoencoder's minima are no points, found \"left\"."
      ])
    #expect(
      try complaints(#"optimizer.stop={"when":"left"}"#) == [
        "optimizer.stop.radius: expected the distance at which the minimiser is left, found nothing."
      ])
    #expect(
      try complaints(#"optimizer.stop={"radius":1}"#) == [
        "optimizer.stop.radius: expected no radius without \"left\", found one."
      ])
    #expect(
      try complaints("optimizer.momentum=0.5") == [
        "optimizer.momentum: expected 0, since the autoencoder's engine is plain SGD, found 0.5."
      ])
    #expect(
      try complaints("optimizer.momentum=1") == ["optimizer.momentum: expected a number from 0 to below 1, found 1."])
  }

  @Test("A configuration tells its objective and minima") func objective() throws {
    let spec = try bench.read(set: [Self.wells, "record=null"])
    let objective = try #require(spec.configurations[0].objective)
    #expect(objective.objective.parameterCount == 2 && objective.objective.sampleCount == 8)
    #expect(try objective.minima().map(\.name) == ["sharp", "flat", "sharp-flat", "flat-sharp"])
    #expect(try bench.read().configurations[0].objective?.minima().isEmpty == true)
  }
}
