import Foundation
import Numerics
import Testing

@testable import Experiments
@testable import Formats

/// Files that specs name: starts, data, batches.
@Suite("Files of specs") struct SpecFileTests {
  private let bench = SpecBench()

  private func array(_ name: String, _ shape: [Int], _ values: [Double]) throws {
    try NPYFile(shape: shape, values: values).write(to: bench.scratch.file(name))
  }

  private func finals(_ spec: Spec) throws -> [[Double]] {
    let store = try Store.inMemory()
    _ = try Runner.forTest().run(spec, in: store)
    var finals: [[Double]] = []
    try store.forEachTrial(of: store.plan().configurations[0]) { finals.append($0.finals) }
    return finals
  }

  @Test("A vector is the start of all trials, a matrix has a row for each") func starts() throws {
    let rows = [[0.1, 0.2, 0.3, 0.4, 0, 0.5], [0.4, 0.3, 0.2, 0.1, 1, 0], [1, 0, 0, 0, 0, 0]]
    try array("one.npy", [6], rows[0])
    try array("each.npy", [3, 6], rows.flatMap { $0 })
    let common = [#"record={"final":["coefficients","squaredNorm"]}"#, "optimizer.steps=0"]
    func start(_ name: String) -> String { #"init={"kind":"file","path":"\#(name)"}"# }
    let one = try finals(bench.read(set: common + [start("one.npy")]))
    let each = try finals(bench.read(set: common + [start("each.npy")]))
    #expect(each.map { Array($0.prefix(4)) } == rows.map { Array($0.prefix(4)) })
    #expect(one == [each[0], each[0], each[0]])
    #expect(abs(each[1][4] - 1.3) < 1e-15)
    // The same numbers in the spec.
    #expect(
      try finals(bench.read(set: common + [#"init={"kind":"parameters","values":[1,0,0,0,0,0]}"#])).last == each[2])
    // More rows than trials are no harm, fewer are.
    #expect(try bench.problems(set: [start("each.npy"), "seeds.trials=2"]) == [])
    let tooFew = try bench.problems(set: [start("each.npy"), "seeds.trials=4"])
    let path = bench.scratch.file("each.npy")
    #expect(tooFew.map(\.description) == ["init.path: \(path): expected a row for each of the 4 trials, found 3 rows."])
  }

  @Test("Data decide the sizes; those that are given have to agree") func data() throws {
    try array("data.npy", [3, 5], (0..<15).map { sin(Double($0)) })
    let data = #"problem={"kind":"autoencoder","data":{"kind":"file","path":"data.npy"}}"#
    let spec = try bench.read(set: [data])
    #expect(spec.values("problem.features") == [3] && spec.values("problem.dimension") == [5])
    #expect(spec.values("problem.data.path") == ["data.npy"])
    #expect(try bench.read(set: [data, "problem.features=3", "problem.dimension=5"]).hash == spec.hash)
    #expect(
      try bench.problems(set: [data, "problem.features=4"]).map(\.description) == [
        "problem.features: expected 3, the number of rows of the data, found 4."
      ])
    #expect(try bench.problems(set: [data, "problem.dimension=6"]).map(\.location) == ["problem.dimension"])
    #expect(try bench.problems(set: [data, "optimizer.batch=3,4"]).map(\.location) == ["optimizer.batch[1]"])
  }

  @Test("Batches from a file are those in the spec") func replay() throws {
    try AtomicFile.write("[[0],[3,1],[2,2,2]]", to: bench.scratch.file("batches.json"))
    let common = ["optimizer.steps=3", "optimizer.batch=null", #"record={"final":["coefficients"]}"#]
    let file = try bench.read(set: common + [#"optimizer.order={"kind":"replay","file":"batches.json"}"#])
    let written = try bench.read(set: common + [#"optimizer.order={"kind":"replay","batches":[[0],[3,1],[2,2,2]]}"#])
    #expect(try finals(file) == finals(written))
    for (text, problem) in [
      ("[[0],[4]]", "optimizer.order.file[1][0]: expected an index from 0 to 3, found 4. Indices count from 0."),
      ("[[0],3]", "optimizer.order.file: PATH: expected a list of batches, each a list of indices, found a list of 2."),
      ("[[0.5]]", "optimizer.order.file: PATH: expected a list of batches, each a list of indices, found a list of 1."),
      (
        "[[0]",
        "optimizer.order.file: PATH, line 1, column 5: expected JSON, here \",\" or \"]\", found the end of the text."
      ),
    ] {
      try AtomicFile.write(text, to: bench.scratch.file("batches.json"))
      let problems = try bench.problems(set: common + [#"optimizer.order={"kind":"replay","file":"batches.json"}"#])
      #expect(
        problems.map(\.description) == [
          problem.replacingOccurrences(of: "PATH", with: bench.scratch.file("batches.json"))
        ])
    }
  }

  static let places: [(place: String, set: String)] = [
    ("init.path", #"init={"kind":"file","path":"NAME"}"#),
    ("problem.data.path", #"problem={"kind":"autoencoder","data":{"kind":"file","path":"NAME"}}"#),
    (
      "problem.data.inputs",
      #"problem={"kind":"leastSquares","data":{"kind":"file","inputs":"NAME","targets":"good.npy"}}"#
    ),
    (
      "problem.data.targets",
      #"problem={"kind":"leastSquares","data":{"kind":"file","inputs":"good.npy","targets":"NAME"}}"#
    ),
  ]

  @Test("A file that is missing, or no array, is named with its key", arguments: places.indices) func unusable(
    _ which: Int
  ) throws {
    let (place, set) = Self.places[which]
    try array("good.npy", [6], [1, 2, 3, 4, 5, 6])
    try array("cube.npy", [1, 1, 1], [1])
    try array("empty.npy", [0], [])
    try array("flat.npy", [1 << 40, 0], [])
    try array("nan.npy", [6, 6], [Double](repeating: .nan, count: 36))
    try AtomicFile.write("x,y\n1,2\n", to: bench.scratch.file("text.npy"))
    let whole = try InputFile.read(bench.scratch.file("good.npy"))
    try AtomicFile.write(Array(whole.dropLast(3)), to: bench.scratch.file("short.npy"))
    for name in ["missing.npy", "", ".", "cube.npy", "empty.npy", "flat.npy", "nan.npy", "text.npy", "short.npy"] {
      let problems = try bench.problems(set: [set.replacingOccurrences(of: "NAME", with: name), "record=null"])
      #expect(!problems.isEmpty, "\(name)")
      // What does not fit is said of a part, what cannot be read of the file.
      let part = place.prefix { $0 != "." }
      for problem in problems { #expect(problem.location.hasPrefix(part), "\(name): \(problem)") }
      if ["missing.npy", "text.npy", "short.npy"].contains(name) {
        #expect(problems.map(\.location) == ["\(place): \(bench.scratch.file(name))"], "\(name)")
      }
    }
  }

  @Test("Paths are relative to the spec's folder, or absolute") func paths() throws {
    try FileManager.default.createDirectory(atPath: bench.scratch.file("below"), withIntermediateDirectories: false)
    try array("below/start.npy", [6], [1, 2, 3, 4, 5, 6])
    let relative = try bench.read(set: [#"init={"kind":"file","path":"below/start.npy"}"#])
    let absolute = try bench.read(set: [#"init={"kind":"file","path":"\#(bench.scratch.file("below/start.npy"))"}"#])
    #expect(relative.hash == absolute.hash)
    #expect(relative.values("init.path") == ["below/start.npy"])
  }
}
