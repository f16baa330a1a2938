import Foundation
import Numerics
import Testing

@testable import Curvature

@Suite("Errors of spectral densities") struct DensityBoundTests {
  private static let spectra: [(name: String, values: [Double])] = [
    ("as networks have", networkLikeSpectrum(150)),
    ("one large eigenvalue", [10] + [Double](repeating: 0, count: 99)),
    ("uniform", (0..<120).map { k -> Double in Double(k) / 119 }),
    ("two clusters and a gap", (0..<100).map { k -> Double in (k < 70 ? 0 : 5) + 0.3 * sin(Double(k)) }),
    ("falling fast", (0..<90).map { k -> Double in exp(-Double(k) / 3) }),
  ]

  @Test("the quadrature of a probe is within its bound of that probe's measure") func quadrature() throws {
    for (name, values) in Self.spectra {
      let symmetric = try rotated(values)
      for steps in [2, 3, 5, 10, 25, 60] {
        for trial in 0..<10 {
          let coarse = try symmetric.spectralDensity(steps: steps, probes: 1, trial: trial)
          let complete = try symmetric.spectralDensity(steps: values.count, probes: 1, trial: trial)
          let distance = coarse.wasserstein1(to: complete)
          #expect(distance <= coarse.quadratureBound + 1e-12 * 10, "\(name), \(steps) steps: \(distance)")
          // Not vacuous: moving all mass across the range would be a bound too.
          let wide = 10.7 * (values.max() ?? 1) / Double(steps) + 1e-9
          #expect(coarse.quadratureBound < wide, "\(name), \(steps)")
          // The pointwise bounds hold everywhere, and they are no wider than the masses beside.
          for place in 0...20 {
            let x = -1.5 + 12 * Double(place) / 20
            let bounds = try coarse.measures[0].bounds(at: x)
            let mass = complete.cumulative(at: x)
            #expect(bounds.low <= mass + 1e-9 && mass <= bounds.high + 1e-9, "\(name), \(steps) steps at \(x)")
          }
        }
      }
    }
  }

  @Test("the mass beyond the outermost nodes is bounded where there is some") func tails() throws {
    // Two steps see little of a spectrum with far ends of small weight.
    let values = [50.0, -50] + (0..<398).map { sin(Double($0)) }
    let symmetric = try rotated(values)
    for trial in 0..<20 {
      let coarse = try symmetric.spectralDensity(steps: 3, probes: 1, trial: trial)
      let complete = try symmetric.spectralDensity(steps: 400, probes: 1, trial: trial)
      #expect(coarse.wasserstein1(to: complete) <= coarse.quadratureBound)
    }
  }

  @Test("the stated bound covers the distance to the spectrum", arguments: [1, 4])
  func total(probes: Int) throws {
    for (name, values) in Self.spectra {
      let symmetric = try rotated(values)
      let truth = try SpectralDensity(eigenvalues: values)
      for steps in [8, values.count] {
        let repetitions = 150
        var covered = 0
        for trial in 0..<repetitions {
          let density = try symmetric.spectralDensity(steps: steps, probes: probes, trial: trial)
          if density.wasserstein1(to: truth) <= density.bound + 1e-12 { covered += 1 }
        }
        let share = Double(covered) / Double(repetitions)
        let margin = 4 * (0.95 * 0.05 / Double(repetitions)).squareRoot()
        #expect(share > 0.95 - margin, "\(name), \(steps) steps, \(probes) probes: \(share)")
      }
    }
  }

  @Test("intervals of shares cover, and their standard error is the spread") func shares() throws {
    let values = networkLikeSpectrum(100)
    let symmetric = try rotated(values)
    let truth = try SpectralDensity(eigenvalues: values)
    let (repetitions, places) = (400, [-0.01, 0.05, 1, 2])
    var (complete, coarse) = ([0, 0, 0, 0], [0, 0, 0, 0])
    var (spread, stated) = ([RunningMoments](repeating: RunningMoments(), count: 4), [0.0, 0, 0, 0])
    for trial in 0..<repetitions {
      let all = try symmetric.spectralDensity(steps: 100, probes: 3, trial: trial)
      let few = try symmetric.spectralDensity(steps: 10, probes: 3, trial: trial)
      for (place, x) in places.enumerated() {
        let share = truth.cumulative(at: x)
        let found = try all.fraction(below: x)
        #expect(found.quadratureError < 1e-9)
        spread[place].add((found.value - share) * (found.value - share))
        stated[place] += found.standardError * found.standardError / Double(repetitions)
        if found.interval.contains(share) { complete[place] += 1 }
        if try few.fraction(below: x).interval.contains(share) { coarse[place] += 1 }
      }
    }
    let error = 4 * (0.95 * 0.05 / Double(repetitions)).squareRoot()
    for (place, x) in places.enumerated() {
      let first = Double(complete[place]) / Double(repetitions)
      let second = Double(coarse[place]) / Double(repetitions)
      #expect(abs(first - 0.95) < error + 0.015, "\(x): \(first)")
      #expect(second > 0.95 - error, "\(x): \(second)")
      let margin = 4 * (spread[place].standardError ?? 0) + 0.05 * stated[place]
      #expect(abs(stated[place] - spread[place].mean) < margin, "\(x): \(stated[place]), \(spread[place].mean)")
    }
  }
}
