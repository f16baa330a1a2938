import Foundation
import Numerics
import Testing

@testable import Curvature

@Suite("Spectral densities") struct DensityTests {
  @Test("of a dense spectrum are that spectrum") func exact() throws {
    let eigenvalues = [3.0, -1, 2, 2, 0]
    let density = try SpectralDensity(eigenvalues: eigenvalues)
    #expect(density.nodes == [-1, 0, 2, 2, 3] && density.isExact && density.bound == 0 && density.dimension == 5)
    #expect(density.range == -1...3 && density.massDefect < 1e-15)
    for (x, share) in [(-2.0, 0.0), (-1, 0.2), (1.9, 0.4), (2, 0.8), (9, 1)] {
      #expect(abs(density.cumulative(at: x) - share) < 1e-15)
      #expect(try abs(density.fraction(below: x).value - share) < 1e-15)
    }
    #expect(try density.negativeFraction().value == 0.2)
    #expect(try abs(density.fraction(in: 0...2).value - 0.6) < 1e-15)
    #expect(try density.fraction(in: 0...2).interval.low == density.fraction(in: 0...2).interval.high)
    for power in 0...4 {
      let truth = eigenvalues.reduce(0) { $0 + pow($1, Double(power)) } / 5
      #expect(abs(density.moment(power).value - truth) < 1e-13 && density.moment(power).standardError == 0)
    }
    #expect(try density.wasserstein1(to: eigenvalues) == 0)
    #expect(throws: InputError.self) { try SpectralDensity(eigenvalues: []) }
    #expect(throws: InputError.self) { try SpectralDensity(eigenvalues: [1, .infinity]) }
  }

  @Test("Wasserstein distances by their definition") func wasserstein() throws {
    #expect(try SpectralDensity(eigenvalues: [0]).wasserstein1(to: [3]) == 3)
    #expect(try SpectralDensity(eigenvalues: [0, 1]).wasserstein1(to: [1, 2]) == 1)
    #expect(try SpectralDensity(eigenvalues: [0, 4]).wasserstein1(to: [1, 1]) == 2)
    // Equally many equal masses are moved in their order.
    var stream = RandomStream(Seeds(master: 6).key(.data))
    for count in [1, 5, 40] {
      let (first, second) = (stream.gaussian(count: count).sorted(), stream.gaussian(count: count).sorted())
      let truth = zip(first, second).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(count)
      let (one, other) = (try SpectralDensity(eigenvalues: first), try SpectralDensity(eigenvalues: second))
      #expect(abs(one.wasserstein1(to: other) - truth) < 1e-13)
      #expect(abs(other.wasserstein1(to: one) - truth) < 1e-13)
    }
    // A tie of unequal counts: each third of one mass goes to another place.
    #expect(abs(try SpectralDensity(eigenvalues: [1]).wasserstein1(to: [0, 1, 5]) - 5.0 / 3) < 1e-15)
  }

  @Test("Gaussians on a grid agree with the plain double sum") func smoothing() throws {
    var stream = RandomStream(Seeds(master: 7).key(.data))
    let density = try SpectralDensity(eigenvalues: stream.gaussian(count: 30) + [40, 40.001, -25])
    for (count, width) in [(2, 0.7), (1_000, 0.05), (1_000, 3), (50, 1e-3), (333, 100)] {
      let range = -10.0...50.0
      let values = try density.smoothed(over: range, count: count, width: width)
      let height = 1 / (width * (2 * Double.pi).squareRoot())
      for index in 0..<count {
        let x = -10 + 60 * Double(index) / Double(count - 1)
        let truth = zip(density.nodes, density.weights).reduce(0) { sum, mass in
          let distance = (x - mass.0) / width
          return sum + mass.1 * height * exp(-0.5 * distance * distance)
        }
        #expect(abs(values[index] - truth) < 1e-12 * height)
      }
    }
    // It is a density: the trapezoidal rule gives one.
    let values = try density.smoothed(over: -35...50, count: 10_000, width: 0.5)
    let mass = values.reduce(0, +) * 85 / 9_999
    #expect(abs(mass - 1) < 1e-12)
    for width in [0, -1, Double.nan, .infinity] {
      #expect(throws: InputError.self) { try density.smoothed(over: 0...1, count: 5, width: width) }
    }
    #expect(throws: InputError.self) { try density.smoothed(over: 0...1, count: 1, width: 1) }
    #expect(throws: InputError.self) { try density.smoothed(over: 1...1, count: 5, width: 1) }
  }

  @Test("total variation of two Gaussians has a closed form") func totalVariation() throws {
    for (distance, width) in [(1.0, 0.5), (3, 1), (0.01, 1), (100, 0.3)] {
      let (first, second) = (try SpectralDensity(eigenvalues: [0]), try SpectralDensity(eigenvalues: [distance]))
      // P(|N| ≤ distance/2σ).
      let truth = 2 * Normal.cumulative(distance / (2 * width)) - 1
      #expect(abs(try first.totalVariation(to: second, width: width) - truth) < 2e-3 * truth)
      #expect(try first.totalVariation(to: first, width: width) == 0)
    }
    #expect(throws: InputError.self) {
      try SpectralDensity(eigenvalues: [0, 1]).totalVariation(to: SpectralDensity(eigenvalues: [0]), width: 1e-9)
    }
  }

  @Test("from Lanczos's process have mass one and integrate polynomials") func quadrature() throws {
    let symmetric = try rotated(networkLikeSpectrum(80))
    for (steps, probes) in [(2, 1), (7, 3), (30, 4), (80, 2), (500, 1)] {
      let density = try symmetric.spectralDensity(steps: steps, probes: probes, trial: steps)
      #expect(density.massDefect < 1e-13 && density.weights.allSatisfy { $0 >= 0 } && !density.isExact)
      #expect(density.probes == probes && density.steps == steps)
      #expect(density.products <= probes * min(steps, 80) && density.nodes == density.nodes.sorted())
      let source = ProbeVectors(.density, .gaussian, seeds: Seeds(master: 0), trial: steps)
      for power in 0..<min(2 * steps, 12) {
        var truth = 0.0
        for probe in 0..<probes {
          var vector = [Double](repeating: 0, count: 80)
          source.fill(&vector, probe)
          let start = vector
          for _ in 0..<power { vector = symmetric.product(vector) }
          let share = LinearAlgebra.dot(start, vector) / LinearAlgebra.dot(start, start)
          truth += share / Double(probes)
        }
        #expect(abs(density.moment(power).value - truth) < 1e-11 * pow(6, Double(power)))
      }
      #expect((density.moment(1).standardError == nil) == (probes == 1))
    }
  }

  @Test("after all steps a probe's measure is its masses of the eigenvectors") func complete() throws {
    let spectrum = (0..<12).map { Double($0 * $0) / 10 - 2 }
    let symmetric = try rotated(spectrum)
    let truth = try symmetric.spectrum()
    let density = try symmetric.spectralDensity(steps: 12, probes: 1)
    var vector = [Double](repeating: 0, count: 12)
    ProbeVectors(.density, .gaussian, seeds: Seeds(master: 0), trial: 0).fill(&vector, 0)
    let square = LinearAlgebra.dot(vector, vector)
    #expect(density.quadratureBound == 0 && density.nodes.count == 12)
    for place in 0..<12 {
      let part = LinearAlgebra.dot(truth.vectors.row(place), vector)
      #expect(abs(density.nodes[place] - truth.values[place]) < 1e-10)
      #expect(abs(density.weights[place] - part * part / square) < 1e-10)
    }
  }

  @Test("settings that make no sense are refused") func mistakes() throws {
    let symmetric = try rotated(networkLikeSpectrum(20))
    #expect(throws: InputError.self) { try symmetric.spectralDensity(steps: 1) }
    #expect(throws: InputError.self) { try symmetric.spectralDensity(probes: 0) }
    #expect(throws: InputError.self) { try symmetric.spectralDensity(confidence: 1) }
    let broken = ClosureOperator(dimension: 5) { (x: [Double]) in x.map { _ in .nan } }
    #expect(throws: InputError.self) { try broken.spectralDensity(steps: 3) }
    let single = ClosureOperator(dimension: 1) { (x: [Double]) in x.map { 4 * $0 } }
    let nodes = try single.spectralDensity(steps: 1).nodes
    #expect(nodes.count == 10 && nodes.allSatisfy { abs($0 - 4) < 1e-14 })
  }
}
