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
    vector.withUnsafeMutableBufferPointer { vector in
      switch distribution {
      case .rademacher: Self.fillSigns(vector, key: key, step: first + number)
      case .gaussian:
        var stream = RandomStream(key, step: first + number)
        Self.fillNormal(vector, &stream)
      }
    }
  }

  /// A bit an entry: entry 32w + b is 1 or −1 as bit b of word w of the vector's stream is 0 or 1.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private static func fillSigns<Scalar: BLASScalar>(
    _ vector: UnsafeMutableBufferPointer<Scalar>, key: RandomKey, step: Int
  ) {
    let blockCount = 16
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * blockCount) { words in
      guard let start = words.baseAddress else { return }
      for place in stride(from: 0, to: vector.count, by: 128 * blockCount) {
        let left = vector.count - place
        let blocks = min(blockCount, (left + 127) / 128)
        Philox4x32.fill(
          start, blockCount: blocks, position: UInt64(step) << 30 + UInt64(place / 128), upper: key.upperCounter(),
          key: key.philoxKey)
        for word in 0..<min(4 * blocks, (left + 31) / 32) {
          let bits = words[word]
          let beginning = place + 32 * word
          for bit in 0..<min(32, vector.count - beginning) {
            vector[beginning + bit] = bits >> UInt32(bit) & 1 == 0 ? 1 : -1
          }
        }
      }
    }
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private static func fillNormal<Scalar: BLASScalar>(
    _ vector: UnsafeMutableBufferPointer<Scalar>, _ stream: inout RandomStream
  ) {
    var place = 0
    while place < vector.count {
      let (one, two) = stream.gaussianPair()
      vector[place] = Scalar(one)
      if place + 1 < vector.count { vector[place + 1] = Scalar(two) }
      place += 2
    }
  }
}
