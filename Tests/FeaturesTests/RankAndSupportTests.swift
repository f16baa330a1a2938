import Features
import Foundation
import Numerics
import Objectives
import Testing

@Suite("Ranks and supports") struct RankAndSupportTests {
  @Test("of diagonal matrices: the rank counts, the effective rank is e to the entropy") func diagonal() throws {
    let rank = try JacobianRank(of: .diagonal([4, 2, 2, 1e-5]), tolerance: 1e-4)
    #expect(rank.rank == 3)
    #expect(zip(rank.singularValues, [4, 2, 2, 1e-5]).allSatisfy { abs($0 - $1) < 1e-12 })
    let finer = try JacobianRank(of: .diagonal([4, 2, 2, 1e-5]), tolerance: 1e-6)
    #expect(finer.rank == 4)
    let three = try JacobianRank(of: .diagonal([4, 2, 2]))
    #expect(abs(three.entropy - 1.5 * log(2)) < 1e-12)
    #expect(abs(three.effectiveRank - pow(2, 1.5)) < 1e-12)
    for order in 1...5 {
      let identity = try JacobianRank(of: .identity(order))
      #expect(identity.rank == order && abs(identity.effectiveRank - Double(order)) < 1e-12)
    }
  }

  @Test("does not depend on the scale, huge and tiny ones included") func scale() throws {
    var stream = RandomStream(RandomKey(seed: 73, purpose: .measurement))
    let matrix = Matrix(rows: 5, columns: 3, storage: stream.gaussian(count: 15))
    let reference = try JacobianRank(of: matrix)
    for factor in [1e-160, 3, 1e300] {
      let scaled = try JacobianRank(of: Matrix(rows: 5, columns: 3, storage: matrix.storage.map { factor * $0 }))
      #expect(scaled.rank == 3 && abs(scaled.effectiveRank / reference.effectiveRank - 1) < 1e-12)
    }
    let turned = try JacobianRank(of: matrix.transposed())
    #expect(abs(turned.effectiveRank - reference.effectiveRank) < 1e-12)
  }

  @Test("a matrix of zeros has no rank; rank one has effective rank 1") func degenerate() throws {
    let zeros = try JacobianRank(of: Matrix(rows: 3, columns: 2))
    #expect(zeros.rank == 0 && zeros.effectiveRank == 0 && zeros.entropy == -.infinity)
    let one = try JacobianRank(of: Matrix([[1, 2], [2, 4], [-3, -6]]))
    #expect(one.rank == 1 && abs(one.effectiveRank - 1) < 1e-12)
  }

  @Test("a network's rank is that of its Jacobian: of a linear one the rank of the data") func network() throws {
    let network = try Network(widths: [3, 1], activation: .identity, bias: false)
    let inputs: [Double] = [1, 0, 0, 0, 1, 0, 1, 1, 0, 2, 0, 0]
    let objective = try NetworkObjective(
      network, inputs: inputs, targets: .values([0, 0, 0, 0]), loss: .squared(half: true))
    #expect(try JacobianRank(of: objective, at: [0.3, 1, 2]).rank == 2)
    // Two neurons with the same weights give twice the same columns.
    let twins = try NetworkObjective(
      Network(widths: [3, 2, 1], activation: .tanh, bias: false), inputs: inputs, targets: .values([0, 0, 0, 0]),
      loss: .squared(half: true))
    let rank = try JacobianRank(of: twins, at: [0.5, 0.2, 0, 0.5, 0.2, 0, 0.7, 0.7])
    let single = try JacobianRank(
      of: try NetworkObjective(
        Network(widths: [3, 1, 1], activation: .tanh, bias: false), inputs: inputs, targets: .values([0, 0, 0, 0]),
        loss: .squared(half: true)), at: [0.5, 0.2, 0, 0.7])
    #expect(rank.rank == single.rank && rank.rank == 3)
  }

  @Test("a diagonal network's rank: the features that u or v let through, at most as many as there are samples")
  func diagonalNetwork() throws {
    let features: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 10]
    let objective = try DiagonalNetworkObjective(.product, features: features, targets: [0, 0, 0])
    #expect(try JacobianRank(of: objective, at: [1, 1, 1, 0, 0, 0]).rank == 3)
    #expect(try JacobianRank(of: objective, at: [1, 0, 0, 1, 0, 0]).rank == 1)
    #expect(try JacobianRank(of: objective, at: [1, 0, 0, 0, 1, 0]).rank == 2)
    #expect(try JacobianRank(of: objective, at: [0, 0, 0, 0, 0, 0]).rank == 0)
  }

  @Test("refuses what has no rank") func rankErrors() {
    #expect(throws: InputError.self) { try JacobianRank(of: Matrix(rows: 0, columns: 3)) }
    #expect(throws: InputError.self) { try JacobianRank(of: .identity(2), tolerance: 1) }
    #expect(throws: InputError.self) { try JacobianRank(of: .identity(2), tolerance: .nan) }
    #expect(throws: InputError.self) { try JacobianRank(of: Matrix([[1, .infinity]])) }
  }

  @Test("a support is what exceeds its threshold, strictly") func support() throws {
    let beta = [0, 1e-60, -1e-7, 2e-6, -3, 1e-6]
    #expect(try numericalSupport(of: beta, threshold: 1e-50) == [2, 3, 4, 5])
    #expect(try numericalSupport(of: beta, threshold: 1e-6) == [3, 4])
    #expect(try numericalSupport(of: beta, threshold: 0) == [1, 2, 3, 4, 5])
    #expect(try numericalSupport(of: [], threshold: 0) == [])
    #expect(throws: InputError.self) { try numericalSupport(of: beta, threshold: -1) }
    let error = #expect(throws: InputError.self) { try numericalSupport(of: [1, .nan], threshold: 0) }
    #expect(error?.found == "nan at index 1")
  }

  @Test("precision, recall and F1") func recovery() {
    let partly = SupportRecovery(found: [1, 2, 3, 3], true: [2, 3, 4, 5, 6])
    #expect(partly.truePositives == 2 && partly.falsePositives == 1 && partly.falseNegatives == 3)
    #expect(partly.precision == 2.0 / 3 && partly.recall == 0.4 && partly.f1 == 0.5 && !partly.isExact)
    let exact = SupportRecovery(found: 0..<4, true: [3, 2, 1, 0])
    #expect(exact.precision == 1 && exact.recall == 1 && exact.f1 == 1 && exact.isExact)
    let nothing = SupportRecovery(found: [Int](), true: [1])
    #expect(nothing.precision == 1 && nothing.recall == 0 && nothing.f1 == 0)
    let noTruth = SupportRecovery(found: [1], true: [Int]())
    #expect(noTruth.precision == 0 && noTruth.recall == 1 && noTruth.f1 == 0)
    #expect(SupportRecovery(found: [Int](), true: [Int]()).f1 == 1)
  }
}
