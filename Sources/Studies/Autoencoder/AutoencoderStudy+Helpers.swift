import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// What the measurements of this study share.
extension AutoencoderStudy {
  /// The conventions of every claim that does not say otherwise.
  static let convention =
    "$ℓᵢ = ½‖aᵢ − w φ(⟨w, aᵢ⟩)‖²$, $L$ the mean over samples, batch gradients are means, double precision"

  /// A run with the mean reduction and a constant step.
  static func options(
    _ order: SamplingOrder, batch: Int? = nil, step: Double = 0.2, budget: Int, seeds: Seeds
  ) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: order == .full ? nil : batch, schedule: .constant(step), budget: budget, seeds: seeds)
  }

  static func stepHypothesis(_ step: Double) -> Hypothesis {
    Hypothesis("$η ≤ 1/5$, constant", holds: step <= 0.2, found: "largest $η = \(number(step))$")
  }

  /// Starts without an active coefficient cannot move; the statement is about the others.
  static func activityHypothesis(dead: Int, of count: Int) -> Hypothesis {
    Hypothesis(
      "some direction is active at the start", holds: dead < count,
      found: dead == 0 ? "in all \(count) runs" : "\(dead) of \(count) starts are dead and set aside")
  }

  static func normHypothesis(_ norm: Double) -> Hypothesis {
    Hypothesis("$‖w₀‖ < 1$", holds: norm < 1, found: "largest $‖w₀‖ = \(number(norm))$")
  }

  static func batchHypothesis(_ batches: [Int], below m: Int) -> Hypothesis {
    let found = batches.map(String.init).joined(separator: ", ")
    return Hypothesis(
      "$b < m$, fresh subsets without replacement", holds: batches.allSatisfy { $0 < m },
      found: "$b = \(found)$; $m = \(m)$")
  }

  static func distinctHypothesis(_ orders: [SamplingOrder], seeds: Seeds) throws(InputError) -> Hypothesis {
    var mayRepeat: [String] = []
    for order in orders {
      let stream = try options(order, batch: 2, budget: 1, seeds: seeds).indexStream(sampleCount: 3, trial: 0)
      if stream.hasDuplicates { mayRepeat.append(order.name) }
    }
    return Hypothesis(
      "batches hold distinct indices", holds: mayRepeat.isEmpty,
      found: mayRepeat.isEmpty
        ? "orders \(orders.map(\.name).joined(separator: ", "))" : "\(mayRepeat.joined(separator: ", ")) may repeat")
  }

  /// A given start on the manifold of minima with every coefficient active: where the laws of selection are stated.
  static func manifoldHypothesis(_ start: [Double]) -> Hypothesis {
    let norm = start.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let smallest = start.min() ?? 0
    return Hypothesis(
      "the start is a global minimum with all $cᵢ > 0$", holds: abs(norm - 1) < 1e-12 && smallest > 0,
      found: "$‖w₀‖ = \(number(norm))$, smallest $cᵢ = \(number(smallest))$")
  }

  static func orthonormalHypothesis(_ data: AutoencoderData) -> Hypothesis {
    let defect = data.orthonormalityDefect
    return Hypothesis(
      "the data is orthonormal", holds: defect < 1e-12, found: "largest $|⟨aᵢ, aⱼ⟩ − δᵢⱼ| = \(number(defect))$")
  }

  /// ‖x − y‖.
  static func distance(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// ⟨x, y⟩ / (‖x‖ ‖y‖).
  static func cosine(_ x: [Double], _ y: [Double]) -> Double {
    let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    let norms = x.reduce(0) { $0 + $1 * $1 } * y.reduce(0) { $0 + $1 * $1 }
    return product / norms.squareRoot()
  }

  /// `values` scaled to unit length: a start on the manifold of minima.
  static func unit(_ values: [Double]) -> [Double] {
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / norm }
  }

  /// The index of the final coefficient that is largest (in absolute value: linear states keep their sign).
  static func selected(_ coefficients: ArraySlice<Double>) -> Int {
    var best = coefficients.startIndex
    for place in coefficients.indices where abs(coefficients[place]) > abs(coefficients[best]) { best = place }
    return best - coefficients.startIndex
  }
}

extension Measure where State == AutoencoderState {
  /// The index of the largest coefficient.
  static func selectedIndex(_ activation: AutoencoderObjective.Activation = .relu) -> Measure {
    Measure("selectedIndex") { Double($0.leader(activation)) }
  }
}
