import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Independent runs of the linearised dynamics, each kept at unit length, all making their steps together.
struct LinearizedWalks {
  /// How many.
  let count: Int
  private let geometry: MinimumGeometry
  private let step: Double
  private let momentum: Double
  private var samplers: [BatchSampler]
  /// One row of the basis's coordinates a walk.
  private var position: [Double]
  private var previous: [Double]
  private var change: [Double]
  private var spare: [Double] = []
  /// How many walks share a matrix product over all samples; 0 where each takes its own batch's samples.
  private let block: Int
  private var images: [Double]

  /// Walks with the random numbers of consecutive trials.
  init(_ geometry: MinimumGeometry, _ dynamics: Dynamics, step: Double, seeds: Seeds, trials: Range<Int>) {
    self.geometry = geometry
    self.step = step
    momentum = dynamics.momentum
    count = trials.count
    position = []
    samplers = []
    for trial in trials {
      var stream = RandomStream(seeds.key(.measurement, trial: trial))
      position += stream.sphere(count: geometry.rank)
      samplers.append(
        BatchSampler(
          dynamics, sampleCount: geometry.sampleCount,
          stream: RandomStream(seeds.key(.measurement, trial: trial), step: 1)))
    }
    previous = position
    change = position
    // A product of matrices is about ten times as quick, operation by operation, and has n/b times as many.
    let rows = geometry.curvature.rowsPerSample * geometry.sampleCount
    let fits = min(trials.count, (1 << 19) / max(rows, 1))
    block = geometry.rank >= 8 && 8 * dynamics.batchSize >= geometry.sampleCount && fits >= 8 ? fits : 0
    images = [Double](repeating: 0, count: block * rows)
  }

  /// Makes a step of every walk, and writes by how much its log‖(δₜ, δₜ₋₁)‖ (without momentum log‖δₜ‖) grew; −∞ from
  /// the step on that annihilates it.
  mutating func advance(_ growth: inout [Double]) {
    for walk in 0..<count { samplers[walk].advance() }
    multiply()
    let rank = geometry.rank
    let (step, momentum) = (step, momentum)
    position.withUnsafeMutableBufferPointer { position in
      previous.withUnsafeMutableBufferPointer { previous in
        change.withUnsafeBufferPointer { change in
          for walk in 0..<count {
            let place = walk * rank
            var (before, after, size) = (0.0, 0.0, 0.0)
            for index in place..<place + rank {
              let (here, last) = (position[index], previous[index])
              let moved = step * change[index]
              let next = here - moved + (momentum == 0 ? 0 : momentum * (here - last))
              before += here * here + (momentum == 0 ? 0 : last * last)
              after += next * next + (momentum == 0 ? 0 : here * here)
              size += moved * moved
              previous[index] = here
              position[index] = next
            }
            // What is left is nothing but the rounding of 1 − ηq: the batch jumped exactly onto the minimum.
            guard after > 1e-28 * (before + size) else {
              for index in place..<place + rank { (position[index], previous[index]) = (0, 0) }
              growth[walk] = -.infinity
              continue
            }
            let scale = 1 / after.squareRoot()
            for index in place..<place + rank {
              position[index] *= scale
              previous[index] *= scale
            }
            growth[walk] = 0.5 * log(after / before)
          }
        }
      }
    }
  }

  /// Moves every walk to where another stands, by number; each keeps its own random numbers.
  mutating func rearrange(_ sources: [Int]) {
    let rank = geometry.rank
    for side in 0..<(momentum == 0 ? 1 : 2) {
      spare.removeAll(keepingCapacity: true)
      for source in sources {
        spare.append(contentsOf: (side == 0 ? position : previous)[source * rank..<(source + 1) * rank])
      }
      if side == 0 { swap(&spare, &position) } else { swap(&spare, &previous) }
    }
  }

  /// change ← (H_B + w)·position of every walk.
  private mutating func multiply() {
    let decay = geometry.weightDecay
    for index in change.indices { change[index] = decay * position[index] }
    if block > 0 { return multiplyTogether() }
    let (rank, curvature) = (geometry.rank, geometry.curvature)
    position.withUnsafeBufferPointer { position in
      change.withUnsafeMutableBufferPointer { change in
        guard let x = position.baseAddress, let y = change.baseAddress else { return }
        for walk in 0..<count {
          let scale = 1 / Double(samplers[walk].current.count)
          for sample in samplers[walk].current {
            curvature.addProduct(sample: sample, scale: scale, x + walk * rank, into: y + walk * rank)
          }
        }
      }
    }
  }

  /// The same with products over all samples, of which those outside of a batch have the weight 0.
  private mutating func multiplyTogether() {
    let (rank, curvature, samples) = (geometry.rank, geometry.curvature, geometry.sampleCount)
    let m = curvature.rowsPerSample
    let rows = samples * m
    var weights = [Double](repeating: 0, count: samples)
    curvature.entries.withUnsafeBufferPointer { entries in
      position.withUnsafeBufferPointer { position in
        change.withUnsafeMutableBufferPointer { change in
          images.withUnsafeMutableBufferPointer { images in
            guard let entries = entries.baseAddress, let x = position.baseAddress, let y = change.baseAddress,
              let images = images.baseAddress
            else { return }
            for first in stride(from: 0, to: count, by: block) {
              let size = min(block, count - first)
              Double.multiply(
                x + first * rank, entries, secondTransposed: true, rows: size, columns: rows, inner: rank, into: images)
              for walk in 0..<size {
                let batch = samplers[first + walk].current
                for sample in batch { weights[sample] += 1 / Double(batch.count) }
                let image = images + walk * rows
                if curvature.outputCount == nil {
                  let target = y + (first + walk) * rank
                  for sample in 0..<samples where weights[sample] != 0 {
                    BLAS.axpy(rank, weights[sample], image + sample * m, into: target)
                  }
                } else {
                  for sample in 0..<samples {
                    for row in sample * m..<(sample + 1) * m {
                      image[row] *= weights[sample] * (curvature.signs?[row] ?? 1)
                    }
                  }
                }
                for sample in batch { weights[sample] = 0 }
              }
              guard curvature.outputCount != nil else { continue }
              Double.multiply(
                images, entries, rows: size, columns: rank, inner: rows, keeping: 1, into: y + first * rank)
            }
          }
        }
      }
    }
  }
}
