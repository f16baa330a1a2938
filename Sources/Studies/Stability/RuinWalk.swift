import Foundation
import Numerics

/// SGD in one direction, a product of independent multipliers with equal probabilities, until it is far away or lost in
/// the minimum.
///
/// Walks are numbered; each has its own stream of random numbers, so that any split over workers gives the same result.
struct RuinWalk: Sendable {
  /// |1 − ηq̄| of each batch, each as probable as the others.
  var multipliers: [Double]
  var seeds: Seeds

  /// How walks ended.
  struct Count: Sendable {
    var walks = 0
    /// Walks whose distance exceeded the radius.
    var escaped = 0
    /// Walks that were neither out nor lost when the steps ran out.
    var undecided = 0
    /// Σ and Σ² of the steps of those that escaped.
    var steps = RunningMoments()
    /// The mean of `weight` over all walks.
    var weights = RunningMoments()
  }

  /// Walks from `start` until |δ| > 1, |δ| < start·`floor`, or `limit` steps.
  ///
  /// With `tilt` κ batches are drawn with probabilities |m|^κ/k: the walk then drifts outwards, and the mean of
  /// |δ|^(−κ)·start^κ over escapes is the probability of escape under the original law, by change of measure.
  func run(
    _ walks: Range<Int>, from start: Double, floor: Double = 1e-8, limit: Int = 1 << 20, tilt: Double = 0
  ) -> Count {
    var count = Count()
    let shares = multipliers.map { pow($0, tilt) }
    let total = shares.reduce(0, +)
    var edges: [Double] = []
    for share in shares { edges.append((edges.last ?? 0) + share / total) }
    // A power of two of words is asked for at once: more than a typical walk needs would be waste.
    let blocks = 32
    var words = [UInt32](repeating: 0, count: 4 * blocks)
    for walk in walks {
      let key = seeds.key(.measurement, trial: walk)
      var (distance, step, place, position) = (start, 0, words.count, UInt64(0))
      let lost = start * floor
      while step < limit, distance <= 1, distance >= lost {
        if place == words.count {
          words.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            Philox4x32.fill(
              base, blockCount: blocks, position: position, upper: key.upperCounter(), key: key.philoxKey)
          }
          position += UInt64(blocks)
          place = 0
        }
        let batch: Int
        if tilt == 0 {
          let index = (position - UInt64(blocks)) * 4 + UInt64(place)
          batch = Int(key.bounded(words[place], at: index, bound: UInt32(multipliers.count)))
        } else {
          let uniform = (Double(words[place]) + 0.5) * 0x1p-32
          batch = edges.firstIndex { uniform < $0 } ?? multipliers.count - 1
        }
        distance *= multipliers[batch]
        place += 1
        step += 1
      }
      count.walks += 1
      if distance > 1 {
        count.escaped += 1
        count.steps.add(Double(step))
        count.weights.add(pow(start / distance, tilt))
      } else {
        count.weights.add(0)
        if distance >= lost { count.undecided += 1 }
      }
    }
    return count
  }
}

extension StudyContext {
  /// Runs walks over all workers, in blocks whose results are joined in order.
  func walk(
    _ walk: RuinWalk, count: Int, from start: Double, floor: Double = 1e-8, limit: Int = 1 << 20, tilt: Double = 0
  ) throws(InputError) -> RuinWalk.Count {
    let size = 2_000
    let parts = try parallelMap((count + size - 1) / size, workers: workers) { (part) throws(InputError) in
      walk.run(
        part * size..<min((part + 1) * size, count), from: start, floor: floor, limit: limit, tilt: tilt)
    }
    return parts.reduce(into: RuinWalk.Count()) { sum, part in
      sum.walks += part.walks
      sum.escaped += part.escaped
      sum.undecided += part.undecided
      sum.steps.merge(part.steps)
      sum.weights.merge(part.weights)
    }
  }
}
