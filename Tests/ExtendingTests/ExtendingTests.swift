import Descent
import Foundation
import Numerics
import Objectives
import Reporting
import Stability
import Studies
import TestSupport
import Testing

@testable import ExtendingExamples

/// The examples of Documentation/extending.md do what the page says.
@Suite("The examples of extending") struct ExtendingTests {
  let runs = PhaseRetrievalRuns(samples: 60, dimension: 5, seeds: Seeds(master: 7))

  private func largestDifference(_ x: [Double], _ y: [Double]) -> Double {
    #expect(x.count == y.count && !x.isEmpty)
    return zip(x, y).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test("Derivatives by hand are those of the loss, on every kind of batch") func derivatives() {
    let hand = runs.objective
    let rows = hand.features.matrix
    let machine = DifferentiableObjective(
      PhaseRetrievalLoss(inputs: (0..<rows.rows).map { rows.row($0) }, targets: hand.targets))
    var stream = testStream(1)
    for batch in [nil, Batch(samples: [3]), Batch(samples: [59, 0, 0, 17, 0])] {
      let (point, direction) = (stream.gaussian(count: 5), stream.gaussian(count: 5))
      let scale = 1 + abs(machine.loss(at: point, over: batch))
      #expect(machine.loss(at: point, over: batch) > 1e-3)
      #expect(abs(hand.loss(at: point, over: batch) - machine.loss(at: point, over: batch)) < 1e-13 * scale)
      let gradients = (hand.gradient(at: point, over: batch), machine.gradient(at: point, over: batch))
      #expect(largestDifference(gradients.0, gradients.1) < 1e-12 * scale)
      let products = (
        hand.hessianVectorProduct(at: point, times: direction, over: batch),
        machine.hessianVectorProduct(at: point, times: direction, over: batch)
      )
      #expect(largestDifference(products.0, products.1) < 1e-12 * scale)
      let samples = (
        hand.sampleGradients(at: point, over: batch).flatMap { $0 },
        machine.sampleGradients(at: point, over: batch).flatMap { $0 }
      )
      #expect(largestDifference(samples.0, samples.1) < 1e-11 * scale)
    }
  }

  @Test("SGD finds the signal or its negative from every start") func descent() throws {
    let record = try runs.descend(
      step: 0.02, batch: 4, budget: 20_000, trials: 20, workers: 2,
      series: [.gradientSharpness(of: runs.objective, .perDecade(10))])
    #expect(record.count(.converged) == 20)
    #expect(record.finals("loss").allSatisfy { $0 < 1e-20 })
    let series = record.series("gradientSharpness", of: 0)
    #expect(series.steps.count > 20 && series.steps.first == 0 && series.values.count == series.steps.count)
  }

  @Test("The sharpness is the largest eigenvalue of (2/n) Σ yᵢ aᵢaᵢᵀ, within its residual") func sharpness() throws {
    let rows = runs.objective.features.matrix
    var hessian = Matrix(rows: 5, columns: 5, storage: [Double](repeating: 0, count: 25))
    for (sample, target) in runs.objective.targets.enumerated() {
      let row = rows.row(sample)
      for j in 0..<5 { for k in 0..<5 { hessian[j, k] += 2 * target * row[j] * row[k] / 60 } }
    }
    let exact = try #require(try LinearAlgebra.symmetricEigenvalues(of: hessian).last)
    let found = try runs.sharpness()
    #expect(abs(found.value - exact) <= found.residual + 1e-12 * exact)
    #expect(found.residual < 1e-6 * exact)
  }

  @Test("Thresholds ascend with the batch up to the full batch's 2/λ_max") func thresholds() throws {
    let all = try [1, 4, 60].map { try runs.thresholds(batch: $0) }
    for one in all {
      #expect(one.meanSquare.lower <= one.meanSquare.value && one.meanSquare.value <= one.meanSquare.upper)
      #expect(one.meanSquare.value <= one.almostSure.value * (1 + 1e-9))
    }
    #expect(all[0].meanSquare.upper < all[1].meanSquare.lower && all[1].meanSquare.upper < all[2].meanSquare.lower)
    let sharpness = try runs.sharpness().value
    #expect(abs(all[2].meanSquare.value - 2 / sharpness) < 1e-9 / sharpness)
  }

  @Test("The probe's values lie in the spectrum, at its cadence, and disturb nothing") func probe() throws {
    let seeds = Seeds(master: 3)
    let objective = try LeastSquaresObjective(inputs: [[1, 0], [0, 3]], targets: [1, 6])
    let options = DescentOptions(order: .full, schedule: .constant(0.1), budget: 100, seeds: seeds)
    typealias State = StochasticGradientDescent<LeastSquaresObjective>.State
    func run(_ series: [Probe<State>]) throws -> Record {
      try Ensemble.run(
        trials: 0..<1, workers: 1,
        plan: RunPlan<State>(
          budget: 100, series: series,
          finals: [Measure("first") { $0.parameters[0] }, Measure("second") { $0.parameters[1] }]), seeds: seeds,
        makeEngine: { () throws(InputError) in try StochasticGradientDescent(objective, options: options) },
        start: { _ in [0, 0] })
    }
    let watched = try run([.gradientSharpness(of: objective, .every(20))])
    let series = watched.series("gradientSharpness", of: 0)
    #expect(series.steps == [0, 20, 40, 60, 80, 100])
    // The Hessian is diag(½, 4½) and the first gradient (−½, −9): (½·¼ + 4½·81)/(¼ + 81).
    #expect(abs((series.values.first ?? 0) - 364.625 / 81.25) < 1e-12)
    // The stiff direction is forgotten first.
    #expect(abs((series.values.last ?? 0) - 0.5) < 1e-6)
    #expect(series.values.allSatisfy { $0 >= 0.5 - 1e-12 && $0 <= 4.5 + 1e-12 })
    let alone = try run([])
    #expect(watched.finals("first") == alone.finals("first") && watched.finals("second") == alone.finals("second"))
  }

  @Test("The study's claim holds, for seeds that nobody chose, and becomes a report") func study() throws {
    for seed: UInt64 in [1, 12] {
      let context = StudyContext(masterSeed: seed, workers: 2, effort: .standard)
      let report = try PhaseRetrievalStudy.study.run(context, version: "0", command: "none") { _, _ in true }
      let claim = try #require(report.claims.first)
      #expect(claim.verdict == .holds, "\(claim.checks) \(claim.hypotheses)")
      let scratch = ScratchFolder()
      var folder = ReproductionFolder(
        scratch.file("report"), version: "0", writer: ReportWriter(gnuplot: nil, chartLibrary: nil))
      let written = try folder.add(report)
      #expect(written.files == ["index.html", "phase-retrieval/claims.json"])
      let page = try String(contentsOfFile: written.page, encoding: .utf8)
      #expect(page.contains(claim.statement))
    }
  }
}
