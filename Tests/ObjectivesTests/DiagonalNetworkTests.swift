import Numerics
import Objectives
import Testing

/// What diagonal linear networks have beyond other finite sums, and labels that batches shift.
@Suite struct DiagonalNetworkTests {
  private static let features = [1.0, -2, 0.5, 0.25, 1, -1]
  private static let targets = [0.5, -1]
  private static let point = [0.3, -0.7, 1.1, 0.9, 0.4, -0.2]

  @Test func residualsAndJacobianAreThoseOfTheLoss() throws {
    for form in DiagonalNetworkObjective<Double>.Form.allCases {
      for half in [true, false] {
        let objective = try DiagonalNetworkObjective(form, features: Self.features, targets: Self.targets, half: half)
        let residuals = objective.residuals(at: Self.point)
        let loss = residuals.map { $0 * $0 / 2 }.reduce(0, +) / 2
        #expect(abs(objective.loss(at: Self.point) - loss) < 1e-15)
        let jacobian = objective.residualJacobian(at: Self.point)
        let gradient = (0..<6).map { j in (0..<2).map { residuals[$0] * jacobian[$0 * 6 + j] }.reduce(0, +) / 2 }
        #expect(largestDifference(objective.gradient(at: Self.point), gradient) < 1e-15)
      }
    }
  }

  @Test func singlePrecisionAgrees() throws {
    for form in DiagonalNetworkObjective<Double>.Form.allCases {
      let double = try DiagonalNetworkObjective(form, features: Self.features, targets: Self.targets)
      let single = try DiagonalNetworkObjective<Float>(
        .init(rawValue: form.rawValue)!, features: Self.features.map { Float($0) }, targets: [0.5, -1])
      let point = Self.point.map { Float($0) }
      #expect(abs(single.loss(at: point) - double.loss(at: Self.point)) < 1e-6)
      #expect(largestDifference(single.gradient(at: point).map(Double.init), double.gradient(at: Self.point)) < 1e-6)
      let product = single.hessianVectorProduct(at: point, times: point).map(Double.init)
      #expect(largestDifference(product, double.hessianVectorProduct(at: Self.point, times: Self.point)) < 2e-6)
    }
  }

  @Test func coefficientsAndStarts() throws {
    let product = try DiagonalNetworkObjective(.product, features: Self.features, targets: Self.targets)
    let squares = try DiagonalNetworkObjective(.squares, features: Self.features, targets: Self.targets)
    #expect(product.constantParameters(0.1, 0) == [0.1, 0.1, 0.1, 0, 0, 0])
    #expect(largestDifference(product.coefficients(at: Self.point), [0.27, -0.28, -0.22]) < 1e-15)
    #expect(largestDifference(squares.coefficients(at: Self.point), [0.09 - 0.81, 0.49 - 0.16, 1.21 - 0.04]) < 1e-15)
  }

  @Test func refusesWhatMakesNoSense() {
    for (features, targets) in [([1.0, 2, 3], [1.0, 2]), ([], [1]), ([1], []), ([.nan], [1]), ([1], [.infinity])] {
      #expect(throws: InputError.self) {
        try DiagonalNetworkObjective(.product, features: features, targets: targets)
      }
    }
  }

  /// A shifted label is another label: in the loss, the gradient, the Hessian product and the samples' gradients.
  @Test func shiftedLabelsAreOtherLabels() throws {
    let shifts = [0.75, -0.5]
    let moved = zip(Self.targets, shifts).map { $0 + $1 }
    func check<Objective: FiniteSumObjective<Double>>(_ plain: Objective, _ shifted: Objective) {
      #expect(plain.acceptsLabelShifts)
      var batch = Batch(samples: [1, 0, 1])
      batch.setLabelShift(shifts[1], at: 0)
      batch.setLabelShift(shifts[0], at: 1)
      let same = Batch(samples: [1, 0, 1])
      let point = (0..<plain.parameterCount).map { 0.3 * Double($0) - 0.7 }
      let direction = point.map { $0 * $0 - 0.2 }
      #expect(abs(plain.loss(at: point, over: batch) - shifted.loss(at: point, over: same)) < 1e-15)
      #expect(
        largestDifference(plain.gradient(at: point, over: batch), shifted.gradient(at: point, over: same)) < 1e-14)
      let products = [(plain, batch), (shifted, same)].map {
        $0.0.hessianVectorProduct(at: point, times: direction, over: $0.1)
      }
      #expect(largestDifference(products[0], products[1]) < 1e-14)
      for (one, other) in zip(
        plain.sampleGradients(at: point, over: batch), shifted.sampleGradients(at: point, over: same))
      { #expect(largestDifference(one, other) < 1e-14) }
      // What is left of a batch when it is drawn again has no shifts.
      batch.removeAll()
      #expect(batch.labelShifts.isEmpty)
    }
    let rows = [Array(Self.features[0..<3]), Array(Self.features[3..<6])]
    check(
      try LeastSquaresObjective(inputs: rows, targets: Self.targets),
      try LeastSquaresObjective(inputs: rows, targets: moved))
    for form in DiagonalNetworkObjective<Double>.Form.allCases {
      check(
        try DiagonalNetworkObjective(form, features: Self.features, targets: Self.targets),
        try DiagonalNetworkObjective(form, features: Self.features, targets: moved))
    }
    let network = try Network(widths: [3, 2, 1], activation: .tanh)
    for loss in [NetworkLoss.squared(), .squared(half: false, mean: true)] {
      check(
        try NetworkObjective(network, inputs: Self.features, targets: .values(Self.targets), loss: loss),
        try NetworkObjective(network, inputs: Self.features, targets: .values(moved), loss: loss))
    }
  }

  @Test func onlySquaredLossesOfOneOutputAcceptShifts() throws {
    let two = try NetworkObjective(
      Network(widths: [3, 2], activation: .identity), inputs: Self.features, targets: .values([1, 2, 3, 4]),
      loss: .squared())
    let logistic = try NetworkObjective(
      Network(widths: [3, 1], activation: .identity), inputs: Self.features, targets: .values([1, -1]), loss: .logistic)
    let landscape = try QuadraticSumObjective(hessians: [1], sampleCount: 1, dimension: 1)
    #expect(!landscape.acceptsLabelShifts)
    #expect(!two.acceptsLabelShifts && !logistic.acceptsLabelShifts)
  }
}
