import Numerics

/// How the vectors are drawn that an operator is probed with.
public enum ProbeDistribution: String, Sendable, Hashable, CaseIterable {
  /// Independent signs ±1: of all independent entries those with the smallest variance, and exact for a diagonal matrix.
  case rademacher
  /// Independent standard normal entries: no direction is special.
  case gaussian
}

/// Random vectors by their numbers: each depends on the seed, the trial, its number and what it is for, and on nothing else.
struct ProbeVectors {
  /// What vectors are for. Those of different purposes share no number.
  enum Purpose: Int {
    /// Traces and diagonals: what is averaged over.
    case sample = 1
    /// The vectors whose images are taken out of the operator.
    case sketch = 2
    /// Where Lanczos's process begins for a density.
    case density = 3
  }

  private let key: RandomKey
  private let first: Int
  let distribution: ProbeDistribution

  init(_ purpose: Purpose, _ distribution: ProbeDistribution, seeds: Seeds, trial: Int) {
    key = seeds.key(.measurement, trial: trial)
    // Steps below are the random starts of eigenvalues. No more than 2²⁴ vectors are ever asked for.
    first = purpose.rawValue << 24
    self.distribution = distribution
  }

  /// Writes vector `number`.
  func fill<Scalar: BLASScalar>(_ vector: inout [Scalar], _ number: Int) {
    switch distribution {
    case .rademacher: fillSigns(&vector, number)
    case .gaussian:
      var stream = RandomStream(key, step: first + number)
      var place = 0
      while place < vector.count {
        let (one, two) = stream.gaussianPair()
        vector[place] = Scalar(one)
        if place + 1 < vector.count { vector[place + 1] = Scalar(two) }
        place += 2
      }
    }
  }

  /// A bit an entry: entry 32w + b is 1 or −1 as bit b of word w of the vector's stream is 0 or 1.
  private func fillSigns<Scalar: BLASScalar>(_ vector: inout [Scalar], _ number: Int) {
    let blockCount = 16
    let beginning = UInt64(first + number) << 30
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * blockCount) { words in
      vector.withUnsafeMutableBufferPointer { vector in
        guard let words = words.baseAddress else { return }
        for start in stride(from: 0, to: vector.count, by: 128 * blockCount) {
          let left = vector.count - start
          let blocks = min(blockCount, (left + 127) / 128)
          Philox4x32.fill(
            words, blockCount: blocks, position: beginning + UInt64(start / 128), upper: key.upperCounter(),
            key: key.philoxKey)
          for place in 0..<min(left, 128 * blocks) {
            let bit = words[place >> 5] >> UInt32(place & 31) & 1
            vector[start + place] = Scalar(1 - 2 * Int32(bit))
          }
        }
      }
    }
  }
}
