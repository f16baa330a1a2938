import Foundation
import Numerics
import Testing

@testable import Experiments
@testable import Formats

/// Linear regression as specs describe it.
@Suite("Least squares from a spec") struct LeastSquaresProblemTests {
  private let bench = SpecBench()

  /// The finals of the first configuration, by trial, and the states.
  private func run(_ spec: Spec) throws -> (finals: [[Double]], states: [TrialState]) {
    let store = try Store.inMemory()
    _ = try Runner.forTest(jobs: 2).run(spec, in: store)
    var finals: [[Double]] = []
    var states: [TrialState] = []
    try store.forEachTrial(of: store.plan().configurations[0]) {
      finals.append($0.finals)
      states.append($0.state)
    }
    return (finals, states)
  }

  private static let gaussian =
    #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":12,"dimension":5,"noise":0.5}}"#
  private static let descent = [
    "optimizer.order=full", "optimizer.batch=null", "optimizer.step=0.1", "optimizer.steps=100000",
    "optimizer.stop={\"tolerance\":1e-13}",
    #"record={"final":["parameters","loss","gradientNorm","squaredNorm","steps"]}"#, "seeds.trials=3",
  ]

  @Test("Gradient descent ends at the solution of the normal equations") func normalEquations() throws {
    // Six samples of y = 1 + 2x − x² and errors, as a polynomial fit with columns 1, x, x².
    let xs = [-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]
    let errors = [0.1, -0.2, 0.05, 0.15, -0.1, 0.02]
    let targets = zip(xs, errors).map { 1 + 2 * $0 - $0 * $0 + $1 }
    try NPYFile(shape: [6, 3], values: xs.flatMap { [1, $0, $0 * $0] }).write(to: bench.scratch.file("x.npy"))
    try NPYFile(shape: [6], values: targets).write(to: bench.scratch.file("y.npy"))
    let spec = try bench.read(
      set: [#"problem={"kind":"leastSquares","data":{"kind":"file","inputs":"x.npy","targets":"y.npy"}}"#]
        + Self.descent)
    // numpy.linalg.lstsq of the same numbers.
    let solution = [0.9981249999999997, 2.0, -0.9888392857142851]
    let (finals, states) = try run(spec)
    #expect(states == [.converged, .converged, .converged])
    for final in finals {
      for (value, wanted) in zip(final, solution) { #expect(abs(value - wanted) < 1e-11) }
      let residuals = zip(xs, targets).map { final[0] + final[1] * $0 + final[2] * $0 * $0 - $1 }
      #expect(abs(final[3] - residuals.reduce(0) { $0 + $1 * $1 } / 12) < 1e-15)
      #expect(final[4] <= 1e-13)
      #expect(abs(final[5] - final[..<3].reduce(0) { $0 + $1 * $1 }) < 1e-14)
    }
    // A column of targets is as good as a vector.
    try NPYFile(shape: [6, 1], values: targets).write(to: bench.scratch.file("y.npy"))
    #expect(
      try run(
        bench.read(
          set: [
            #"problem={"kind":"leastSquares","data":{"kind":"file","inputs":"x.npy","targets":"y.npy"}}"#
          ] + Self.descent)
      ).finals == finals)
    try NPYFile(shape: [2, 3], values: targets).write(to: bench.scratch.file("y.npy"))
    #expect(
      try bench.problems(
        set: [
          #"problem={"kind":"leastSquares","data":{"kind":"file","inputs":"x.npy","targets":"y.npy"}}"#
        ] + Self.descent
      ).map(\.expected) == ["one target a row of inputs"])
    try NPYFile(shape: [5], values: Array(targets.dropLast())).write(to: bench.scratch.file("y.npy"))
    #expect(
      try bench.problems(
        set: [
          #"problem={"kind":"leastSquares","data":{"kind":"file","inputs":"x.npy","targets":"y.npy"}}"#
        ] + Self.descent
      ).map(\.description) == ["problem.data.targets: expected 6 values, one a row of inputs, found 5."])
  }

  @Test("Without noise the teacher is found, a unit vector") func teacher() throws {
    let spec = try bench.read(set: [Self.gaussian.replacingOccurrences(of: "0.5", with: "0")] + Self.descent)
    let (finals, states) = try run(spec)
    #expect(states == [.converged, .converged, .converged])
    for final in finals {
      #expect(final[5] < 1e-24)
      #expect(abs(final[7] - 1) < 1e-10)
      #expect(zip(final, finals[0]).prefix(5).allSatisfy { abs($0 - $1) < 1e-10 })
    }
    #expect(Set(finals.map { $0[8] }).count > 1, "starts differ")
  }

  @Test("The same seeds give the same, each seed what it is for") func seeds() throws {
    let common = [Self.gaussian, "optimizer.steps=20", #"record={"final":["parameters"]}"#]
    func finals(_ set: String...) throws -> [[Double]] { try run(bench.read(set: common + set)).finals }
    let base = try finals()
    #expect(try finals() == base)
    #expect(Set(base.map(\.description)).count == 3)
    for seed in ["data", "initialization", "order"] { #expect(try finals("seeds.\(seed)=5") != base, "\(seed)") }
    #expect(try finals("seeds.measurement=5") == base)
    // Trials do not depend on how many there are.
    #expect(try Array(finals("seeds.trials=5").prefix(3)) == base)
    // Starts from zero, one batch order: only data and order matter.
    #expect(try finals("init=zeros", "seeds.initialization=5") == finals("init=zeros"))
  }

  @Test("A step that is too large diverges, and says so") func diverges() throws {
    let (_, states) = try run(
      bench.read(set: [Self.gaussian, "optimizer.step=50", "optimizer.steps=1000", "record=null"]))
    #expect(states == [.diverged, .diverged, .diverged])
  }
}
