import Numerics
import Objectives
import Testing

@testable import Curvature

struct LossSliceTests {
  @Test func isTheLossOnALineAndOnAPlane() throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1, -1], seed: 1)
    let start = problem.centre.map { $0 + 0.2 }
    let (v, w) = ([1.0, 0, -2, 0.5], [0.0, 3, 1, 1])
    let (horizontal, vertical) = ([-1.0, 0, 0.5, 2, 3], [-0.5, 0, 0.25, 1])
    let line = try problem.objective.lossSlice(at: start, along: v, coordinates: horizontal)
    let plane = try problem.objective.lossSlice(
      at: start, along: v, and: w, horizontal: horizontal, vertical: vertical, workers: 3)
    #expect(line.rowCount == 1 && line.evaluations == 6 && plane.evaluations == 21 && plane.rowCount == 4)
    #expect(line.centre == problem.objective.loss(at: start) && plane.centre == line.centre)
    for (column, α) in horizontal.enumerated() {
      #expect(line[0, column] == plane[1, column])
      for (row, β) in vertical.enumerated() {
        let away = (0..<4).map { 0.2 + α * v[$0] + β * w[$0] }
        let exact = 0.5 * LinearAlgebra.dot(away, problem.hessian.multiplied(by: away))
        #expect(abs(plane[row, column] - exact) < 1e-10 * (1 + abs(exact)))
      }
    }
    #expect(plane.range == (plane.losses.min() ?? 0)...(plane.losses.max() ?? 0) && plane.nonFiniteCount == 0)
  }

  @Test func goesFromOnePointToAnother() throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1], seed: 1)
    let (from, to) = ([0.0, 1, 2], [3.0, -1, 0.5])
    let line = try problem.objective.lossSlice(from: from, to: to, coordinates: [0, 0.5, 1])
    #expect(line.losses[0] == problem.objective.loss(at: from))
    #expect(abs(line.losses[2] - problem.objective.loss(at: to)) < 1e-12)
    #expect(abs(line.losses[1] - problem.objective.loss(at: [1.5, 0, 1.25])) < 1e-12)
  }

  @Test func keepsLossesThatAreNotFinite() throws {
    for beyond in [Double.infinity, .nan] {
      let line = try Cliff(parameterCount: 1, beyond: beyond).lossSlice(
        at: [0], along: [1], coordinates: [-2, -0.5, 0.5, 1.5, 2])
      #expect(line.nonFiniteCount == 3 && line.range == 0.125...0.125)
      #expect(!line.losses[0].isFinite && line.losses[1] == 0.125)
    }
  }

  @Test func doesNotDependOnWorkers() throws {
    let problem = try ReLUProblem<Float>([3, 8, 2])
    let direction = try problem.network.filterNormalizedDirection(at: problem.parameters)
    let other = try problem.network.filterNormalizedDirection(at: problem.parameters, number: 1)
    let grid = stride(from: -1.0, through: 1, by: 0.1).map { $0 }
    let slices = try [1, 2, 5].map { workers in
      try problem.objective.lossSlice(
        at: problem.parameters, along: direction, and: other, horizontal: grid, vertical: grid, workers: workers)
    }
    #expect(slices[0] == slices[1] && slices[0] == slices[2])
    // 0 of a stride of tenths is not quite 0.
    #expect(abs(slices[0][10, 10] - slices[0].centre) < 1e-6)
  }

  @Test func directionsHaveTheRowsOfTheNetwork() throws {
    let problem = try ReLUProblem<Double>([5, 7, 4, 2])
    let (network, θ) = (problem.network, problem.parameters)
    var zeroed = θ
    for j in 0..<5 { zeroed[j] = 0 }
    let direction = try network.filterNormalizedDirection(at: zeroed, seeds: Seeds(master: 2), trial: 3)
    let again = try network.filterNormalizedDirection(at: θ, seeds: Seeds(master: 2), trial: 3)
    for block in network.parameterBlocks {
      let row = block.shape.count == 2 ? block.shape[1] : block.shape[0]
      for start in stride(from: block.range.lowerBound, to: block.range.upperBound, by: row) {
        let (mine, theirs) = (Array(direction[start..<start + row]), Array(zeroed[start..<start + row]))
        if block.shape.count == 1 {
          #expect(mine.allSatisfy { $0 == 0 })
        } else {
          #expect(abs(LinearAlgebra.norm(mine) - LinearAlgebra.norm(theirs)) < 1e-12)
          if start >= 5 { #expect(mine == Array(again[start..<start + row]), "a row does not depend on the others") }
        }
      }
    }
    let further = try network.filterNormalizedDirection(at: θ, seeds: Seeds(master: 2), trial: 3, number: 1)
    let cosine = LinearAlgebra.dot(again, further) / LinearAlgebra.norm(again) / LinearAlgebra.norm(further)
    #expect(abs(cosine) < 0.9 && further != again)
  }

  @Test func slicesStayWhenLayersAreRescaled() throws {
    let problem = try ReLUProblem<Double>([3, 6, 2], bias: false)
    let other = problem.rescaled(layer: 0, by: [Double](repeating: 8, count: 6))
    func slice(_ θ: [Double]) throws -> LossSlice {
      let direction = try problem.network.filterNormalizedDirection(at: θ)
      return try problem.objective.lossSlice(at: θ, along: direction, coordinates: [-1, -0.3, 0.2, 1])
    }
    let (before, after) = (try slice(problem.parameters), try slice(other))
    #expect(Set(before.losses).count == 4)
    for (a, b) in zip(before.losses, after.losses) { #expect(abs(a - b) < 1e-9 * a) }
  }

  @Test func refusesWhatMakesNoSense() {
    let objective = Cliff(parameterCount: 2)
    #expect(throws: InputError.self) { try objective.lossSlice(at: [0, 0], along: [1], coordinates: [1]) }
    #expect(throws: InputError.self) { try objective.lossSlice(at: [0, 0], along: [1, .nan], coordinates: [1]) }
    #expect(throws: InputError.self) { try objective.lossSlice(at: [0, 0], along: [1, 0], coordinates: []) }
    #expect(throws: InputError.self) { try objective.lossSlice(at: [0, 0], along: [1, 0], coordinates: [.infinity]) }
    #expect(throws: InputError.self) { try objective.lossSlice(from: [0, 0], to: [1], coordinates: [1]) }
    #expect(throws: InputError.self) {
      try objective.lossSlice(at: [0, 0], along: [1, 0], and: [0, 1], horizontal: [1], vertical: [])
    }
  }
}
