import Descent
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// What a spec describes: defaults, axes, zips, files.
@Suite("Specs and their grids") struct SpecGridTests {
  private let bench = SpecBench()

  /// The spec of `basin run --help`.
  static let documented = """
    {"name": "select", "problem": {"kind": "autoencoder", "activation": "relu", "dimension": 100, "features": 20},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"kind": "sgd", "step": 0.2, "batch": [1, 2, 5, 10], "order": "subset", "steps": 40000,
                   "stop": {"when": "converged", "tolerance": 1e-6}},
     "seeds": {"master": 7, "trials": 1000},
     "record": {"every": 100, "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]}}
    """

  @Test("The documented spec is read as it is meant") func documentedSpec() throws {
    let spec = try bench.read(Self.documented)
    #expect(spec.name == "select" && spec.trialCount == 4_000)
    #expect(spec.values("optimizer.batch") == [1, 2, 5, 10])
    let workload = spec.configurations[0].workload
    #expect(workload.finalNames == ["maxCosine", "selectedIndex"] && workload.seriesNames == ["maxCosine"])
    let seeds = Seeds(master: 7)
    #expect(
      spec.configurations[3].settings == [
        "problem": [
          "kind": "autoencoder", "activation": "relu", "dimension": 100, "features": 20,
          "data": ["kind": "orthonormal"],
        ],
        "init": ["kind": "gaussian", "norm": 0.5],
        "optimizer": [
          "kind": "sgd", "step": 0.2, "batch": 10, "order": ["kind": "subset"], "steps": 40_000, "reduction": "mean",
          "momentum": 0.0,
          "stop": ["when": "converged", "tolerance": 1e-6, "every": 64],
        ],
        "seeds": [
          "master": 7, "data": .unsigned(seeds.data), "initialization": .unsigned(seeds.initialization),
          "order": .unsigned(seeds.order), "measurement": .unsigned(seeds.measurement),
        ],
        "record": ["every": 100, "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]],
      ])
  }

  @Test("What is left out has its stated default") func defaults() throws {
    let spec = try bench.read(
      """
      {"problem": {"kind": "autoencoder", "features": 3}, "init": {"kind": "sphere", "norm": 2},
       "optimizer": {"step": 1, "batch": 1, "order": "iid", "steps": 10}}
      """)
    #expect(spec.name == "experiment" && spec.trialCount == 1)
    let places = Dictionary(uniqueKeysWithValues: spec.configurations[0].flatSettings.map { ($0.place, $0.value) })
    #expect(places["problem.activation"] == "relu" && places["problem.data"] == "orthonormal")
    #expect(places["problem.dimension"] == 3 && places["optimizer"] == "sgd" && places["optimizer.reduction"] == "mean")
    #expect(places["seeds.master"] == 1 && places["seeds.order"] == .unsigned(Seeds(master: 1).order))
    #expect(places["record.every"] == 1_000 && places["record.series"] == [])
    #expect(places["record.final"] == ["maxCosine", "selectedIndex"])
    #expect(places["optimizer.stop.tolerance"] == nil)
  }

  @Test(
    "The examples that come with the program are sound",
    arguments: [
      "autoencoder", "replay", "formula", "support", "diagonal-network", "teacher-student", "digits", "stabilisation",
      "label-oscillation", "valley", "orders", "batch-size", "escape", "selection", "toy", "large-step",
      "residual-noise",
    ])
  func examples(_ name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    #expect(try Spec.read(root.appending(path: "Examples/\(name).json").path).name == name)
  }

  @Test("Seeds reach from 0 to 2⁶⁴ − 1, however they are written, and each can be given") func seeds() throws {
    func seeds(_ set: String...) throws -> [String: JSON] {
      guard case .object(let members)? = try bench.read(set: set).configurations[0].settings["seeds"] else {
        return [:]
      }
      return members
    }
    #expect(try seeds("seeds.master=18446744073709551615")["order"] == .unsigned(Seeds(master: .max).order))
    #expect(try seeds("seeds.master=0")["data"] == .unsigned(Seeds(master: 0).data))
    #expect(try seeds("seeds.master=1e19")["data"] == .unsigned(Seeds(master: 10_000_000_000_000_000_000).data))
    #expect(try seeds("seeds.master=1e3")["data"] == .unsigned(Seeds(master: 1_000).data))
    let own = try seeds("seeds.order=11")
    #expect(own["order"] == .unsigned(11) && own["data"] == .unsigned(Seeds(master: 7).data))
  }

  // MARK: - Axes

  @Test("Axes multiply in the order of the schema, the last one fastest, however they are written") func order() throws
  {
    let text = """
      {"record": {"every": [1, 2]}, "seeds": {"order": [5, 6], "trials": 2}, "init": {"norm": [0.5, 1], "kind": "sphere"},
       "optimizer": {"steps": [10, 20], "order": ["iid", "subset"], "batch": [1, 2], "step": [0.1, 0.2]},
       "problem": {"features": [3, 4], "kind": "autoencoder", "activation": ["relu", "linear"]}}
      """
    // record.every is no part of what distinguishes results without series, but of what is recorded.
    let spec = try bench.read(text)
    #expect(spec.configurations.count == 512)
    let places = [
      "problem.activation", "problem.features", "init.norm", "optimizer.step", "optimizer.batch", "optimizer.order",
      "optimizer.steps", "seeds.order", "record.every",
    ]
    for (index, place) in places.enumerated() {
      let values = spec.values(place)
      let run = 1 << (places.count - 1 - index)
      for (number, value) in values.enumerated() {
        #expect(value == values[number / run % 2 * run], "\(place) \(number)")
      }
      #expect(values[0] != values[run], "\(place)")
    }
    #expect(Set(spec.configurations.map(\.hash)).count == 512)
  }

  static let series: [(set: String, place: String, values: [JSON])] = [
    (#"optimizer.steps={"range":[1,10,4]}"#, "optimizer.steps", [1, 4, 7, 10]),
    (#"optimizer.steps={"range":[0,49,50]}"#, "optimizer.steps", (0...49).map { .integer($0) }),
    (#"optimizer.steps={"range":[3000000,0,4]}"#, "optimizer.steps", [3_000_000, 2_000_000, 1_000_000, 0]),
    (#"optimizer.steps={"range":[7,7,1]}"#, "optimizer.steps", [7]),
    (#"optimizer.steps={"logspace":[1,1000,4]}"#, "optimizer.steps", [1, 10, 100, 1_000]),
    (#"optimizer.steps={"logspace":[1,10,3]}"#, "optimizer.steps", [1, 3, 10]),
    (#"optimizer.step={"range":[0,1,5]}"#, "", []),
    (#"optimizer.step={"range":[0.25,1.25,5]}"#, "optimizer.step", [0.25, 0.5, 0.75, 1, 1.25]),
    (#"optimizer.step={"range":[0.3,0.1,2]}"#, "optimizer.step", [0.3, 0.1]),
    (#"optimizer.step={"logspace":[0.1,0.7,2]}"#, "optimizer.step", [0.1, 0.7]),
    (#"optimizer.step={"logspace":[0.015625,4,5]}"#, "optimizer.step", [0.015625, 0.0625, 0.25, 1, 4]),
    (#"seeds.master={"logspace":[1,10,3]}"#, "seeds.master", [1, 3, 10]),
    (#"seeds.order={"range":[0,18446744073709551615,2]}"#, "seeds.order", [0, .unsigned(.max)]),
    ("optimizer.step=1e-1,0.2", "optimizer.step", [0.1, 0.2]), ("optimizer.steps=1e2,5", "optimizer.steps", [100, 5]),
    ("optimizer.order=iid,subset", "optimizer.order", ["iid", "subset"]),
    ("optimizer.batch=[3]", "optimizer.batch", [3]),
    ("optimizer.stop=[null,{}]", "optimizer.stop.tolerance", [.null, 1e-6]),
  ]

  @Test("Lists, ranges and logspaces have the values they say, their ends exactly", arguments: series.indices)
  func values(_ place: Int) throws {
    let (set, place, values) = Self.series[place]
    guard !values.isEmpty else {
      #expect(try bench.problems(set: [set]).map(\.location) == ["optimizer.step[0]"])
      return
    }
    #expect(try bench.read(set: [set]).values(place).map { $0 ?? .null } == values)
  }

  @Test("Ranges between whole numbers hit the whole numbers between them, for all lengths") func wholeRanges() throws {
    for n in Array(2...99) + [500, 1_001] {
      let spec = try bench.read(set: [#"optimizer.steps={"range":[3,\#(3 + 7 * (n - 1)),\#(n)]}"#, "seeds.trials=1"])
      #expect(spec.values("optimizer.steps") == (0..<n).map { .integer(3 + 7 * $0) })
    }
  }

  @Test("Zipped axes advance together, at the place of the first") func zips() throws {
    let spec = try bench.read(
      set: [
        #"zip=[["optimizer.steps","optimizer.step"],["init.norm","seeds.master"]]"#, "optimizer.step=0.1,0.2,0.3",
        "optimizer.steps=10,20,30", "init.norm=1,2", "seeds.master=8,9", "optimizer.batch=1,2",
      ])
    #expect(spec.configurations.count == 12)
    #expect(spec.values("init.norm") == [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    #expect(spec.values("seeds.master") == [8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9])
    #expect(spec.values("optimizer.step") == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3])
    #expect(spec.values("optimizer.steps") == [10, 10, 20, 20, 30, 30, 10, 10, 20, 20, 30, 30])
    #expect(spec.values("optimizer.batch") == [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2])
    let ranges = try bench.read(
      set: [
        #"zip=[["optimizer.batch","optimizer.step"]]"#, #"optimizer.batch={"range":[1,4,4]}"#,
        #"optimizer.step={"logspace":[0.1,0.8,4]}"#,
      ])
    #expect(ranges.values("optimizer.batch") == [1, 2, 3, 4])
  }

  @Test("Entries that are objects have axes of their own") func nestedAxes() throws {
    let spec = try bench.read(
      set: [
        #"problem=[{"kind":"autoencoder","features":[4,5],"activation":["relu","linear"]},{"kind":"autoencoder","features":6,"data":[{"kind":"equicorrelated","correlation":{"range":[0.25,0.75,3]}},"orthonormal"]}]"#,
        "optimizer.batch=1,2", "seeds.trials=1",
      ])
    #expect(spec.configurations.count == 16)
    #expect(spec.values("problem.features").map { $0?.double } == [4, 4, 5, 5, 4, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6])
    #expect(
      spec.values("problem.data.correlation")[8...].map { $0 ?? .null } == [
        0.25, 0.25, 0.5, 0.5, 0.75, 0.75, .null, .null,
      ])
    #expect(spec.values("optimizer.batch") == (0..<16).map { .integer(1 + $0 % 2) })
    let schedules = try bench.read(
      set: [#"optimizer.step=[0.1,{"base":[0.2,0.3],"decays":[{"at":0.5,"divideBy":2}]}]"#])
    #expect(schedules.values("optimizer.step.base") == [nil, 0.2, 0.3])
  }

  @Test("A list as a value is no axis, a list of them is") func listValues() throws {
    func count(_ set: String...) throws -> Int { try bench.read(set: set).configurations.count }
    #expect(try count(#"init={"kind":"coefficients","values":[0.1,0.2,0.3,0.4]}"#) == 1)
    #expect(try count(#"init={"kind":"coefficients","values":[[0.1,0.2,0.3,0.4],[0.2,0.2,0.2,0.2]]}"#) == 2)
    #expect(try count(#"record.series=["loss","squaredNorm"]"#) == 1)
    #expect(try count(#"record.series=[["loss"],["loss","squaredNorm"],[]]"#) == 3)
    #expect(try count(#"record.final=[["loss"],["coefficients"]]"#) == 2)
    let replay = #"optimizer.order={"kind":"replay","batches":[[0],[1,2]]}"#
    #expect(try count(replay, "optimizer.batch=null", "optimizer.steps=2") == 1)
    let replays = #"optimizer.order={"kind":"replay","batches":[[[0],[1,2]],[[3],[3]]]}"#
    #expect(try count(replays, "optimizer.batch=null", "optimizer.steps=2") == 2)
    #expect(try count(#"optimizer.step={"base":0.1,"decays":[{"at":0.5,"divideBy":2},{"at":0.6,"divideBy":3}]}"#) == 1)
    #expect(try count(#"optimizer.step={"base":0.1,"decays":[[{"at":0.5,"divideBy":2}],[]]}"#) == 2)
    #expect(try count(#"optimizer.step={"base":0.1,"pieces":[{"from":0,"value":0.2}]}"#) == 1)
  }

  @Test("A hundred thousand configurations are read, all different") func largeGrid() throws {
    let spec = try bench.read(
      set: [#"optimizer.steps={"range":[1,25000,25000]}"#, "optimizer.batch=1,2,3,4", "seeds.trials=1"])
    #expect(spec.configurations.count == 100_000)
    #expect(spec.configurations.last?.settings["optimizer"]?["steps"] == 25_000)
    #expect(Set(spec.configurations.map(\.hash)).count == 100_000)
  }

  // MARK: - Overrides

  static let overrides: [(text: String, keys: [String], value: JSON)] = [
    ("a.b=1", ["a", "b"], 1), ("a=1e3", ["a"], .number(1_000)), ("a=relu", ["a"], "relu"), ("a=true", ["a"], true),
    ("a=1,2,5", ["a"], [1, 2, 5]), ("a=1, 2", ["a"], [1, 2]), ("a=iid,subset", ["a"], ["iid", "subset"]),
    ("a=1,x,0.5", ["a"], [1, "x", 0.5]), ("a=[1,[2]]", ["a"], [1, [2]]), (#"a={"b":[1]}"#, ["a"], ["b": [1]]),
    (#"a="1,2""#, ["a"], "1,2"), ("a=b=c", ["a"], "b=c"), ("a=null", ["a"], .null), ("a= x", ["a"], " x"),
    ("a=1,", ["a"], [1, ""]), ("a=data/x.npy", ["a"], "data/x.npy"), ("a=-1", ["a"], -1),
    ("a=null,1", ["a"], [.null, 1]),
  ]

  @Test("What --set takes", arguments: overrides.indices) func override(_ place: Int) throws {
    let (text, keys, value) = Self.overrides[place]
    let override = try SpecOverride(parsing: text)
    #expect(override.keys == keys && override.value == value)
  }

  @Test(
    "What --set refuses", arguments: ["", "a", "=1", "a=", ".a=1", "a.=1", "a..b=1", "a=[1", #"a={"b"}"#, #"a="x"#])
  func refusedOverride(_ text: String) throws {
    let error = try #require(refusal { () throws(InputError) in _ = try SpecOverride(parsing: text) })
    #expect(error.location.hasPrefix("--set"))
    #expect(!error.expected.isEmpty && !error.found.isEmpty)
  }

  @Test("Keys beyond any spec are refused, not followed") func deepOverride() {
    let keys = [String](repeating: "a", count: 100_000).joined(separator: ".")
    #expect(refusal { () throws(InputError) in _ = try SpecOverride(parsing: "\(keys)=1") }?.location == "--set")
  }

  @Test("Overrides make, replace and take away, in their order") func applied() throws {
    func after(_ set: String...) throws -> JSON {
      try set.reduce(["a": ["b": 1], "c": 2]) { try SpecOverride(parsing: $1).applied(to: $0) }
    }
    #expect(try after("a.b=5") == ["a": ["b": 5], "c": 2])
    #expect(try after("d.e.f=5") == ["a": ["b": 1], "c": 2, "d": ["e": ["f": 5]]])
    #expect(try after("a=null") == ["c": 2])
    #expect(try after("a.b=null") == ["a": [:], "c": 2])
    #expect(try after("d.e=null", "a.x.y=null", "x=null") == ["a": ["b": 1], "c": 2])
    #expect(try after("c=3", "c=4", "c=null", "c=5") == ["a": ["b": 1], "c": 5])
    let error = try #require(
      refusal { () throws(InputError) in _ = try SpecOverride(parsing: "c.x.y=1").applied(to: ["c": 2]) })
    #expect(error == InputError("--set c.x.y", expected: "an object at c", found: "2", advice: "Set c as a whole."))
  }

  @Test("Taking away a goal that was not set does not set one") func takenAway() throws {
    let without = try bench.read(set: ["optimizer.stop=null"])
    #expect(try bench.read(set: ["optimizer.stop=null", "optimizer.stop.tolerance=null"]).hash == without.hash)
  }
}
