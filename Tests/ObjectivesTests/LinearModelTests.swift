import Foundation
import Numerics
import Objectives
import Testing

/// log(1/(1 + e^(−m))), the naive way.
func naturalLogarithm(ofLogistic margin: Double) -> Double { log(1 / (1 + exp(-margin))) }

/// Losses of a margin, and classifiers made of them.
@Suite struct MarginLossTests {
  @Test func valuesOfTheDefinition() {
    for margin in stride(from: -6.0, through: 6, by: 0.37) {
      #expect(abs(MarginLoss.logistic.value(margin) + naturalLogarithm(ofLogistic: margin)) < 1e-14)
      #expect(MarginLoss.hinge.value(margin) == max(0, 1 - margin))
      #expect(MarginLoss.squaredHinge.value(margin) == pow(max(0, 1 - margin), 2))
    }
    #expect(MarginLoss.logistic.value(0) == log(2.0))
    #expect(MarginLoss.logistic.derivative(0) == -0.5)
    #expect(MarginLoss.logistic.secondDerivative(0) == 0.25)
  }

  /// mpmath with 50 digits: log1p(exp(-m)) and 1/(1 + exp(m)).
  @Test func logisticKeepsItsDigitsOnBothSides() {
    let loss = MarginLoss.logistic
    for (margin, value, slope) in [
      (40.0, 4.248354255291589e-18, -4.248354255291589e-18), (-40.0, 40.0, -1.0),
      (700.0, 9.859676543759770e-305, -9.859676543759770e-305), (-700.0, 700.0, -1.0),
    ] {
      #expect(abs(loss.value(margin) / value - 1) < 1e-15)
      #expect(abs(loss.derivative(margin) / slope - 1) < 1e-15)
    }
    #expect(loss.value(1e6) == 0 && loss.derivative(1e6) == 0 && loss.secondDerivative(1e6) == 0)
    #expect(loss.value(-1e6) == 1e6 && loss.derivative(-1e6) == -1 && loss.secondDerivative(-1e6) == 0)
    #expect(loss.value(.infinity) == 0 && loss.value(-.infinity) == .infinity)
    #expect(loss.value(.nan).isNaN && loss.derivative(.nan).isNaN && loss.secondDerivative(.nan).isNaN)
  }

  @Test func kinksAreTakenAsStated() {
    #expect(MarginLoss.hinge.derivative(1) == 0)
    #expect(MarginLoss.hinge.derivative(1.0.nextDown) == -1)
    #expect([-3, 0.5, 1, 2].allSatisfy { MarginLoss.hinge.secondDerivative($0) == 0 })
    #expect(MarginLoss.squaredHinge.derivative(1) == 0)
    #expect(MarginLoss.squaredHinge.secondDerivative(1) == 0)
    #expect(MarginLoss.squaredHinge.secondDerivative(1.0.nextDown) == 2)
    #expect(MarginLoss.hinge.value(.nan).isNaN && MarginLoss.hinge.derivative(.nan).isNaN)
    #expect(MarginLoss.squaredHinge.value(.nan).isNaN && MarginLoss.squaredHinge.derivative(.nan).isNaN)
  }

  @Test(arguments: MarginLoss.allCases) func lossesAreConvex(_ loss: MarginLoss) {
    var stream = testStream(7)
    for _ in 0..<2_000 {
      let (pair, t) = (stream.gaussianPair(), stream.uniform())
      let (a, b) = (4 * pair.0, 4 * pair.1)
      let between = t * a + (1 - t) * b
      #expect(loss.value(between) <= t * loss.value(a) + (1 - t) * loss.value(b) + 1e-14)
      // The tangent lies below the graph, at kinks too.
      #expect(loss.value(b) >= loss.value(a) + loss.derivative(a) * (b - a) - 1e-14)
      #expect(loss.derivative(a) <= 0 && loss.secondDerivative(a) >= 0)
    }
  }

  @Test func formulasSayTheFactor() throws {
    let objective = try LinearModelObjective(
      features: TinyProblem.sparse(TinyProblem.tinyRows), labels: TinyProblem.tinyLabels, loss: .squaredHinge)
    #expect(objective.lossFormula == "max(0, 1 − m)², m = yᵢ⟨xᵢ, θ⟩")
    #expect(
      try WeightDecayed(objective, weight: 0.5).lossFormula
        == "max(0, 1 − m)², m = yᵢ⟨xᵢ, θ⟩; + (w/2) ‖θ‖², w = 0.5")
  }
}

@Suite struct LinearModelTests {
  private static let ones = FeatureRows(Matrix(rows: 5, columns: 1, repeating: 1))

  /// With a constant feature alone the likelihood is largest at the logarithm of the odds.
  @Test func logOddsSolveTheConstantModel() throws {
    let objective = try LinearModelObjective(features: Self.ones, labels: [1, 1, 0, 1, 0], loss: .logistic)
    let solution = [log(1.5)]
    #expect(abs(objective.gradient(at: solution)[0]) < 1e-16)
    #expect(abs(objective.loss(at: solution) + (0.6 * log(0.6) + 0.4 * log(0.4))) < 1e-15)
    #expect(abs(objective.hessianVectorProduct(at: solution, times: [1])[0] - 0.24) < 1e-15)
  }

  /// min (w/2) θ² + p (1 − θ)² + q (1 + θ)² on θ in (−1, 1): θ = 2(p − q)/(w + 2).
  @Test func squaredHingeHasTheRidgeSolution() throws {
    let objective = try WeightDecayed(
      LinearModelObjective(features: Self.ones, labels: [1, 1, 0, 1, 1], loss: .squaredHinge), weight: 0.5)
    #expect(abs(objective.gradient(at: [2 * 0.6 / 2.5])[0]) < 1e-15)
    #expect(objective.hessianVectorProduct(at: [0.48], times: [2]) == [5])
  }

  /// Ridge regression: (XᵀX/n + wI) θ = Xᵀy/n.
  @Test func weightDecayedLeastSquaresSolveTheNormalEquations() throws {
    let rows = TinyProblem.tinyRows.map { Array($0.prefix(2)) }
    let targets = [0.3, -1, 2, 0.5, 0, -0.2]
    let w = 0.25
    let (a, b, c) = (
      rows.reduce(0) { $0 + $1[0] * $1[0] } / 6 + w, rows.reduce(0) { $0 + $1[0] * $1[1] } / 6,
      rows.reduce(0) { $0 + $1[1] * $1[1] } / 6 + w
    )
    let p = zip(rows, targets).reduce(0) { $0 + $1.0[0] * $1.1 } / 6
    let q = zip(rows, targets).reduce(0) { $0 + $1.0[1] * $1.1 } / 6
    let solution = [(c * p - b * q) / (a * c - b * b), (a * q - b * p) / (a * c - b * b)]
    let objective = try WeightDecayed(
      LeastSquaresObjective(features: TinyProblem.sparse(rows), targets: targets), weight: w)
    #expect(objective.gradient(at: solution).allSatisfy { abs($0) < 1e-15 })
  }

  @Test func classesAreMappedByOrder() throws {
    let objective = try LinearModelObjective(features: Self.ones, labels: [2, -1, 2, 2, -1], loss: .hinge)
    #expect(objective.labels == [1, -1, 1, 1, -1])
    #expect(objective.classes == (-1, 2))
    #expect(objective.accuracy(at: [0.5]) == 0.6)
    #expect(objective.accuracy(at: [-0.5]) == 0.4)
    #expect(objective.accuracy(at: [0]) == 0, "on the plane is not on the right side")
    #expect(objective.supportVectorFraction(at: [0.5]) == 1)
    #expect(objective.supportVectorFraction(at: [1]) == 1, "a margin of 1 supports")
    #expect(objective.supportVectorFraction(at: [1.5]) == 0.4)
  }

  @Test func sparseAndDenseRowsAgreeToTheBit() throws {
    var stream = testStream(8)
    let rows = (0..<40).map { _ in stream.gaussian(count: 30).map { abs($0) < 1 ? 0 : $0 } }
    let labels = (0..<40).map { $0 % 3 == 0 ? 1.0 : 0.0 }
    for loss in MarginLoss.allCases {
      for intercept in [false, true] {
        let dense = try LinearModelObjective(
          features: FeatureRows(Matrix(rows)), labels: labels, loss: loss, intercept: intercept)
        let sparse = try LinearModelObjective(
          features: TinyProblem.sparse(rows), labels: labels, loss: loss, intercept: intercept)
        for _ in 0..<5 {
          let θ = stream.gaussian(count: dense.parameterCount)
          let v = stream.gaussian(count: dense.parameterCount)
          let batch = Batch(samples: (0..<7).map { _ in stream.integer(below: 40) })
          #expect(dense.loss(at: θ, over: batch) == sparse.loss(at: θ, over: batch))
          #expect(dense.gradient(at: θ, over: batch) == sparse.gradient(at: θ, over: batch))
          #expect(
            dense.hessianVectorProduct(at: θ, times: v, over: batch)
              == sparse.hessianVectorProduct(at: θ, times: v, over: batch))
          #expect(dense.sampleGradients(at: θ, over: batch) == sparse.sampleGradients(at: θ, over: batch))
        }
      }
    }
  }

  /// Dense least squares as first written, one loop: stored results must not change.
  @Test func leastSquaresKeepTheirBits() throws {
    var stream = testStream(9)
    let inputs = (0..<20).map { _ in stream.gaussian(count: 33) }
    let targets = stream.gaussian(count: 20)
    let objective = try LeastSquaresObjective(inputs: inputs, targets: targets)
    for _ in 0..<20 {
      let θ = stream.gaussian(count: 33)
      let batch = Batch(samples: (0..<6).map { _ in stream.integer(below: 20) })
      var gradient = [Double](repeating: 0, count: 33)
      var loss = 0.0
      for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
        var sum = 0.0
        for j in 0..<33 { sum += inputs[sample][j] * θ[j] }
        let residual = sum - targets[sample]
        loss += Double(multiplicity) * residual * residual
        let scale = Double(multiplicity) * residual / 6
        for j in 0..<33 { gradient[j] += scale * inputs[sample][j] }
      }
      #expect(objective.gradient(at: θ, over: batch) == gradient)
      #expect(objective.loss(at: θ, over: batch) == loss / 12)
    }
  }

  static let refused: [(labels: [Double], found: String)] = [
    ([1, 1, 1, 1, 1], "1.0 alone"), ([1, 2, 3, 1, 2], "1.0, 2.0, 3.0"), ([1, 2, 3, 4, 5], "1.0, 2.0, 3.0, 4.0, 5.0"),
    ([1, 2], "2"), ([1, 2, 1, .nan, 2], "a value that is infinite or not a number"),
  ]

  @Test(arguments: refused.indices) func refusesWhatIsNoClassification(_ which: Int) {
    let error = #expect(throws: InputError.self) {
      try LinearModelObjective(features: Self.ones, labels: Self.refused[which].labels, loss: .logistic)
    }
    #expect(error?.found == Self.refused[which].found)
  }

  @Test func refusesOtherNonsense() throws {
    #expect(throws: InputError.self) {
      try LinearModelObjective(features: FeatureRows(Matrix([])), labels: [], loss: .hinge)
    }
    #expect(throws: InputError.self) {
      try LinearModelObjective(
        features: FeatureRows(Matrix([[1], [.infinity]])), labels: [0, 1], loss: .hinge)
    }
    let many = FeatureRows(Matrix(rows: 9, columns: 1, repeating: 1))
    let error = #expect(throws: InputError.self) {
      try LinearModelObjective(features: many, labels: (0..<9).map(Double.init), loss: .hinge)
    }
    #expect(error?.found == "0.0, 1.0, 2.0, 3.0, 4.0 and more")
    let base = try LinearModelObjective(features: Self.ones, labels: [0, 0, 1, 0, 1], loss: .hinge)
    for weight in [-1, .nan, .infinity] {
      #expect(throws: InputError.self) { try WeightDecayed(base, weight: weight) }
    }
  }
}
