import Foundation
import Numerics
import Testing

@testable import Experiments
@testable import Formats

/// What makes two configurations one, and what does not.
@Suite("Identity of configurations") struct SpecIdentityTests {
  private let bench = SpecBench()

  private func hash(_ set: String...) throws -> String {
    let spec = try bench.read(set: set)
    #expect(spec.configurations.count == 1)
    return spec.configurations[0].hash
  }

  @Test("It does not change with the program: a spec's hash is what it was") func golden() throws {
    let identity = """
      {"init":{"kind":"gaussian","norm":0.5},"optimizer":{"batch":2,"kind":"sgd","momentum":0,"order":{"kind":"subset"},"reduction":"mean",\
      "step":0.2,"steps":40,"stop":{"every":64,"tolerance":1e-06,"when":"converged"}},"problem":{"activation":"relu",\
      "data":{"kind":"orthonormal"},"dimension":6,"features":4,"kind":"autoencoder"},"record":{"every":10,\
      "final":["maxCosine","selectedIndex"],"series":["maxCosine"]},"seeds":{"data":3167958735670406544,\
      "initialization":15697273711854081881,"measurement":12809640667975843801,"order":2283391267787462361}}
      """
    #expect(try hash() == SHA256.hexDigest(of: Array(identity.utf8)))
  }

  @Test("The way of writing does not matter") func writing() throws {
    let wanted = try hash()
    #expect(try hash("name=other", "seeds.trials=99") == wanted)
    #expect(try hash("optimizer.steps=4e1", "init.norm=5e-1", "optimizer.batch=2.0") == wanted)
    #expect(try hash(#"optimizer.order={"kind":"subset"}"#, #"problem.data="orthonormal""#) == wanted)
    #expect(
      try hash(#"problem.data={"kind":"orthonormal"}"#, "optimizer.reduction=mean", "optimizer.stop.every=64") == wanted
    )
    #expect(
      try hash("optimizer.kind=null", "optimizer.stop.when=null", "optimizer.stop.tolerance=null", "zip=[]") == wanted)
    #expect(
      try hash("problem.activation=null", "optimizer.step=[0.2]", "init=[{\"norm\":0.5,\"kind\":\"gaussian\"}]")
        == wanted)
    let seeds = Seeds(master: 7)
    #expect(
      try hash(
        "seeds.master=1234", "seeds.data=\(seeds.data)", "seeds.order=\(seeds.order)",
        "seeds.initialization=\(seeds.initialization)", "seeds.measurement=\(seeds.measurement)") == wanted)
    let turned = """
      {"record": {"final": ["maxCosine", "selectedIndex"], "series": ["maxCosine"], "every": 1e1}, "seeds": {"trials": 3, "master": 7},
       "optimizer": {"stop": {"tolerance": 0.000001}, "steps": 40, "order": "subset", "batch": 2, "step": 2e-1},
       "init": {"norm": 0.5, "kind": "gaussian"}, "problem": {"features": 4, "dimension": 6, "kind": "autoencoder"}}
      """
    #expect(try bench.read(turned).configurations[0].hash == wanted)
    #expect(try hash("problem.dimension=4") == hash("problem.dimension=null"))
    #expect(try hash("record.final=null") == wanted)
    #expect(
      try hash("optimizer.order=full", "optimizer.batch=null", "init.norm=-0.0e0", "init=zeros")
        == hash("init=zeros", "optimizer.order=full", "optimizer.batch=null"))
  }

  /// Every setting of the base spec and beyond, another value for each.
  static let changes: [String] = [
    "problem.activation=linear", "problem.dimension=7", "problem.features=3",
    #"problem.data={"kind":"equicorrelated","correlation":0.5}"#,
    #"problem.data={"kind":"equicorrelated","correlation":0.25}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":4,"dimension":6}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":5,"dimension":6}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":4,"dimension":7}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":4,"dimension":6,"noise":1}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":4,"dimension":6},"weightDecay":1}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":4,"dimension":6},"intercept":true}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"csv","path":"data.csv"}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"csv","path":"data.csv","target":"b"}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"csv","path":"data.csv","targetColumn":1}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"csv","path":"data.csv","separator":"comma"}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"csv","path":"data.csv","header":true}}"#,
    #"problem={"kind":"logistic","data":{"kind":"gaussian","samples":40,"dimension":6}}"#,
    #"problem={"kind":"logistic","data":{"kind":"gaussian","samples":40,"dimension":6,"margin":1}}"#,
    #"problem={"kind":"logistic","data":{"kind":"gaussian","samples":40,"dimension":6,"labelNoise":0.2}}"#,
    #"problem={"kind":"supportVector","data":{"kind":"gaussian","samples":40,"dimension":6}}"#,
    #"problem={"kind":"supportVector","loss":"squaredHinge","data":{"kind":"gaussian","samples":40,"dimension":6}}"#,
    "init.norm=0.25", "init.kind=sphere", "init=zeros", #"init={"kind":"coefficients","values":[1,2,3,4]}"#,
    #"init={"kind":"coefficients","values":[1,2,3,5]}"#,
    #"init={"kind":"coefficients","values":[1,2,3,4],"orthogonalNorm":1}"#,
    #"init={"kind":"parameters","values":[1,2,3,4,5,6]}"#, #"init={"kind":"file","path":"start.npy"}"#,
    "optimizer.step=0.3", #"optimizer.step={"base":0.2,"decays":[{"at":0.5,"divideBy":2}]}"#,
    #"optimizer.step={"base":0.2,"decays":[{"at":0.25,"divideBy":2}]}"#,
    #"optimizer.step={"base":0.2,"decays":[{"at":0.5,"divideBy":3}]}"#,
    #"optimizer.step={"base":0.3,"decays":[{"at":0.5,"divideBy":2}]}"#,
    #"optimizer.step={"base":0.2,"pieces":[{"from":5,"value":2}]}"#,
    #"optimizer.step={"base":0.2,"pieces":[{"from":6,"value":2}]}"#,
    #"optimizer.step={"base":0.2,"pieces":[{"from":5,"value":3}]}"#,
    #"optimizer.step={"base":0.2,"warmUp":{"kind":"linear","factor":2,"until":0.5}}"#,
    #"optimizer.step={"base":0.2,"warmUp":{"kind":"squareRoot","factor":2,"until":0.5}}"#,
    #"optimizer.step={"base":0.2,"warmUp":{"kind":"linear","factor":3,"until":0.5}}"#,
    #"optimizer.step={"base":0.2,"warmUp":{"kind":"linear","factor":2,"until":0.25}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"values","inputs":[[1],[2]],"targets":[3,4]}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"values","inputs":[[1],[3]],"targets":[3,4]}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"values","inputs":[[1],[2]],"targets":[3,5]}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"npz","path":"data.npz"}}"#,
    #"problem={"kind":"leastSquares","data":{"kind":"npz","path":"data.npz","inputs":"targets"}}"#,
    "optimizer.batch=1", "optimizer.order=iid", "optimizer.order=reshuffle", "optimizer.order=cyclic",
    "optimizer.order=blocks",
    "optimizer.steps=41", "optimizer.reduction=sum", "optimizer.stop=null", "optimizer.stop.tolerance=1e-5",
    "optimizer.stop.every=32",
    "seeds.master=8", "seeds.data=1", "seeds.initialization=1", "seeds.order=1", "seeds.measurement=1",
    "record.every=11",
    #"record.series=["loss"]"#, "record.series=[]", #"record.series=["maxCosine","loss"]"#,
    #"record.final=["maxCosine"]"#,
    #"record.final=["selectedIndex","maxCosine"]"#,
  ]

  /// Settings that only make sense together, each list another configuration: the problems with minima.
  static let changesTogether: [[String]] = {
    func family(_ kind: String, _ more: String = "") -> String {
      "problem={\"kind\":\"quadraticSum\",\"data\":{\"kind\":\"\(kind)\",\"samples\":5,\"dimension\":2\(more)}}"
    }
    func landscape(_ name: String) -> String { "problem={\"kind\":\"landscape\",\"name\":\"\(name)\"}" }
    func formula(_ loss: String, _ more: String = "") -> String {
      "problem={\"kind\":\"formula\",\"loss\":\"\(loss)\",\"data\":\(samples)\(more)}"
    }
    let samples = #"{"kind":"gaussian","samples":5,"dimension":2}"#
    func near(_ point: String, _ radius: String) -> String {
      "init={\"kind\":\"near\",\"point\":\"\(point)\",\"radius\":\(radius)}"
    }
    let toy = landscape("quadratic-circle")
    let left = #"optimizer.stop={"when":"left","radius":0.5}"#
    let kinds = ["random", "sharedEigenvectors", "rankOne", "gaussian"]
    let more = [",\"sharpness\":2", ",\"decay\":1", ",\"rank\":3", ",\"noise\":1"]
    func network(_ more: String = "", _ data: String = samples, _ loss: String = #""squared""#) -> String {
      "problem={\"kind\":\"network\",\"network\":\"mlp:2-3-1:relu\",\"loss\":\(loss),\"data\":\(data)\(more)}"
    }
    func shaped(_ shape: String) -> String {
      "problem={\"kind\":\"network\",\"network\":{\(shape)},\"loss\":\"squared\",\"data\":\(samples)}"
    }
    func pictures(_ more: String = "") -> String {
      "problem={\"kind\":\"network\",\"network\":\"mlp:4-2:relu\",\"loss\":\"crossEntropy\",\"data\":{\"kind\":\"images\","
        + "\"images\":\"images.idx\",\"labels\":\"labels.idx\"\(more)}}"
    }
    func larger(_ field: String) -> String {
      pictures(",\"padding\":{\(field)}").replacing(
        "mlp:4-2", with: field.contains("\"width\":3") ? "mlp:9-2" : "mlp:12-2")
    }
    func diagonal(_ more: String = "", _ data: String = samples) -> String {
      "problem={\"kind\":\"diagonalNetwork\",\"data\":\(data)\(more)}"
    }
    func sparse(_ more: String) -> String {
      diagonal("", "{\"kind\":\"sparseLinear\",\"samples\":5,\"dimension\":6,\"sparsity\":2\(more)}")
    }
    func teacher(_ widths: String, _ weights: String, _ more: String = "") -> String {
      network("", "{\"kind\":\"teacher\",\"samples\":5,\"widths\":\(widths),\"weights\":\"\(weights)\"\(more)}")
    }
    func support(_ more: String) -> String {
      network("", "{\"kind\":\"support\",\"samples\":5,\"dimension\":2,\"relevant\":1\(more)}")
    }
    let noise = #"{"standardDeviation":0.5}"#
    let optimizers: [[String]] = [
      [#"optimizer.weightDecay={"kind":"coupled","weight":0.1}"#],
      [#"optimizer.weightDecay={"kind":"coupled","weight":0.2}"#],
      [#"optimizer.weightDecay={"kind":"decoupled","weight":0.1}"#], ["optimizer.clip=1"], ["optimizer.clip=2"],
      ["optimizer.momentum=0.5"], ["optimizer.momentum=0.5", "optimizer.nesterov=true"],
      ["optimizer.labelNoise=\(noise)"], [#"optimizer.labelNoise={"standardDeviation":0.25}"#],
      [#"optimizer.labelNoise={"standardDeviation":0.5,"until":0.5}"#],
    ]
    let networks: [[String]] = [
      [network()], [network("", samples, #"{"kind":"squared","half":false}"#)],
      [network("", samples, #"{"kind":"squared","mean":true}"#)], [network(#","precision":"single""#)],
      [network(#","dictionary":[[1,0]]"#)], [network(#","dictionary":[[1,1]]"#)], [network(#","relevant":[0]"#)],
      [network(#","relevant":[1]"#)], [network(#","sparsity":{"threshold":0.5}"#)],
      [network(#","sparsity":{"rule":"components"}"#)], [network(#","sparsity":{"normalisesRows":false}"#)],
      [network(#","test":{"kind":"values","inputs":[[1,2]],"targets":[3]}"#)],
      [network(#","test":{"kind":"values","inputs":[[1,2]],"targets":[4]}"#)],
      [shaped(#""widths":[2,4,1]"#)], [shaped(#""widths":[2,3,1],"activation":"tanh""#)],
      [shaped(#""widths":[2,3,1],"bias":false"#)], [shaped(#""widths":[2,3,1],"slopeAtKink":0.5"#)],
      [network(), "init=pyTorch"], [network(), "init=he"], [network(), "init=xavier"],
      [network(), #"init={"kind":"layers","standardDeviations":[1,0]}"#],
      [network(), #"init={"kind":"layers","standardDeviations":[1,1]}"#],
      [network(), #"init={"kind":"layers","standardDeviations":[1,0],"biases":"pyTorch"}"#],
      [teacher("[2,3]", "unit")], [teacher("[2,2]", "unit")], [teacher("[2,3]", "gaussian")],
      [teacher("[2,3]", "unit", #","testSamples":7"#)],
      [network("", #""blanc""#).replacing("mlp:2", with: "mlp:1")], [support("")], [support(#","target":"sine""#)],
      [support(#","testSamples":7"#)], [support(#","noise":{"kind":"fixed","standardDeviation":0.5}"#)],
      [support(#","noise":{"kind":"mirrored","standardDeviation":0.5}"#)],
      [support(#","noise":{"kind":"mirrored","standardDeviation":0.25}"#)],
      [network("", #"{"kind":"digits","samples":10}"#).replacing("mlp:2", with: "mlp:64")], [pictures()],
      [pictures(#","limit":2"#)], [pictures(#","noise":1"#)],
      [pictures(#","shrink":true"#).replacing("mlp:4", with: "mlp:1")],
      [larger(#""kind":"grey","height":3,"width":3"#)], [larger(#""kind":"grey","height":3,"width":4"#)],
      [larger(#""kind":"noise","height":3,"width":3,"standardDeviation":1"#)],
      [larger(#""kind":"noise","height":3,"width":3,"standardDeviation":2"#)],
      [diagonal()], [diagonal(#","form":"squares""#)], [diagonal(#","half":false"#)],
      [diagonal(#","supportThreshold":0.5"#)], [sparse("")], [sparse(#","numpySeed":0"#)], [sparse(#","numpySeed":1"#)],
      [sparse(#","testSamples":7"#)], [diagonal(), #"init={"kind":"constants","u":0.1,"v":0}"#],
      [diagonal(), #"init={"kind":"constants","u":0.1,"v":1}"#],
    ]
    return optimizers.map { [network()] + $0 } + networks + kinds.map { [family($0)] }
      + more.map { [family("random", $0)] } + [
        [toy], [landscape("styblinski-tang")], [toy, near("sharp", "0.1")], [toy, near("circle", "0.1")],
        [toy, near("sharp", "0.2")], [toy, near("sharp", "0.1"), left],
        [toy, near("sharp", "0.1"), #"optimizer.stop={"when":"left","radius":0.4}"#], [toy, "optimizer.momentum=0.5"],
        [formula("theta[0]^2")], [formula("theta[0]^4")], [formula("theta[0]^2", #","parameters":2"#)],
        [formula("c*theta[0]^2", #","constants":{"c":2}"#)], [formula("c*theta[0]^2", #","constants":{"c":3}"#)],
        [#"problem={"kind":"tanhNetwork","hidden":3,"data":{"kind":"sine","samples":5}}"#],
        [#"problem={"kind":"tanhNetwork","hidden":2,"data":{"kind":"sine","samples":5}}"#],
        [#"problem={"kind":"tanhNetwork","hidden":3,"data":{"kind":"sine","samples":6}}"#],
      ]
  }()

  @Test("Every single setting matters") func settings() throws {
    try NPYFile(shape: [6], values: [1, 2, 3, 4, 5, 6]).write(to: bench.scratch.file("start.npy"))
    try AtomicFile.write("a,b,c\n1,2,3\n4,5,7\n3,1,0\n", to: bench.scratch.file("data.csv"))
    try bench.writeArchive("data.npz", ["inputs": ([2, 1], [1, 2]), "targets": ([2, 1], [3, 4])])
    try bench.writeImages()
    var hashes: [String: String] = [try hash(): "the base"]
    for change in Self.changes {
      // Other problems have measures of their own.
      let spec = try bench.read(set: change.contains("problem={") ? [change, "record=null"] : [change])
      let other = hashes.updateValue(change, forKey: spec.configurations[0].hash)
      #expect(other == nil, "\(change) is the same as \(other ?? "")")
    }
    for changes in Self.changesTogether {
      let spec = try bench.read(set: changes + ["record=null"])
      let other = hashes.updateValue("\(changes)", forKey: spec.configurations[0].hash)
      #expect(other == nil, "\(changes) is the same as \(other ?? "")")
    }
    #expect(hashes.count == Self.changes.count + Self.changesTogether.count + 1)
  }

  @Test("Each setting that the schema knows has been changed above") func allSettings() {
    func names(_ object: SpecObject, _ prefix: String) -> [String] {
      object.fields.flatMap { names($0.schema, prefix + $0.name) }
    }
    func names(_ schema: SpecSchema, _ place: String) -> [String] {
      switch schema {
      case .object(let object): names(object, place + ".")
      case .variants(let objects): objects.flatMap { names($0, place + ".") } + [place]
      case .either(_, let object): [place] + names(object, place + ".")
      case .list(.object(let object)): names(object, place + ".")
      default: [place]
      }
    }
    let changed = (Self.changes + Self.changesTogether.flatMap { $0 }).joined(separator: "\n")
    // Files and batches have tests of their own; these two, and where a file lies, enter no result.
    let apart = [
      "name", "zip", "seeds.trials", "problem.data.path", "problem.data.inputs", "problem.data.targets",
      "problem.data.hessians", "problem.data.jacobians", "problem.data.gradients", "problem.data.images",
      "problem.data.labels", "problem.test.images", "problem.test.labels", "problem.test.path",
      "optimizer.order.batches", "optimizer.order.file", "optimizer", "problem", "optimizer.stop.when",
    ]
    for name in names(Spec.schema, "") where !apart.contains(name) {
      let last = name.split(separator: ".").last ?? ""
      #expect(changed.contains("\(name)=") || changed.contains("\"\(last)\":"), "\(name)")
    }
  }

  @Test("A network is its layers, however they are written, and a switch that is off is none") func shorthand() throws {
    func problem(_ network: String) -> String {
      "problem={\"kind\":\"network\",\"network\":\(network),\"loss\":\"squared\",\"data\":{\"kind\":\"gaussian\",\"samples\":5,\"dimension\":2}}"
    }
    let wanted = try hash(problem(#""mlp:2-3-1:tanh:bias=false""#), "record=null")
    let object = problem(#"{"widths":[2,3,1],"activation":"tanh","bias":false}"#)
    #expect(try hash(object, "record=null") == wanted)
    #expect(try hash(object, "record=null", "optimizer.nesterov=false") == wanted)
    #expect(try hash("optimizer.nesterov=false") == hash())
  }

  @Test("A file counts by its content, not by its name") func files() throws {
    let start = #"init={"kind":"file","path":"start.npy"}"#
    try NPYFile(shape: [6], values: [1, 2, 3, 4, 5, 6]).write(to: bench.scratch.file("start.npy"))
    let wanted = try hash(start)
    try FileManager.default.copyItem(atPath: bench.scratch.file("start.npy"), toPath: bench.scratch.file("copy.npy"))
    #expect(try hash(#"init={"kind":"file","path":"copy.npy"}"#) == wanted)
    let both = try bench.problems(set: [#"init={"kind":"file","path":["start.npy","copy.npy"]}"#])
    #expect(both.map(\.location) == ["grid"])
    try NPYFile(shape: [6], values: [1, 2, 3, 4, 5, 6.5]).write(to: bench.scratch.file("start.npy"))
    #expect(try hash(start) != wanted)
    #expect(try bench.read(set: [#"init={"kind":"file","path":["start.npy","copy.npy"]}"#]).configurations.count == 2)

    let replay = #"optimizer.order={"kind":"replay","file":"batches.json"}"#
    try AtomicFile.write("[[0],[1]]", to: bench.scratch.file("batches.json"))
    let batches = try hash(replay, "optimizer.batch=null", "optimizer.steps=2")
    try AtomicFile.write("[[0],[2]]", to: bench.scratch.file("batches.json"))
    #expect(try hash(replay, "optimizer.batch=null", "optimizer.steps=2") != batches)
    let written = try hash(
      #"optimizer.order={"kind":"replay","batches":[[0],[1]]}"#, "optimizer.batch=null", "optimizer.steps=2")
    #expect(
      try hash(#"optimizer.order={"kind":"replay","batches":[[0],[2]]}"#, "optimizer.batch=null", "optimizer.steps=2")
        != written)
  }

  @Test("A spec is its trials in their order") func specHash() throws {
    let wanted = try bench.read(set: ["optimizer.batch=1,2"]).hash
    #expect(try bench.read(set: ["optimizer.batch=[1,2.0]", "name=x"]).hash == wanted)
    #expect(try bench.read(set: [#"optimizer.batch={"range":[1,2,2]}"#]).hash == wanted)
    #expect(try bench.read(set: ["optimizer.batch=2,1"]).hash != wanted)
    #expect(try bench.read(set: ["optimizer.batch=1,2", "seeds.trials=4"]).hash != wanted)
    #expect(try bench.read(set: ["optimizer.batch=1,2,3"]).hash != wanted)
  }
}
