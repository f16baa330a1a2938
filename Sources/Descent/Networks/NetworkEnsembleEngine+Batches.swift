import Numerics
import Objectives

extension NetworkEnsembleEngine {
  /// Writes the next `length` batches of a lane, with weights, rates and shifts of labels.
  mutating func drawBatches(_ lane: Int, count length: Int) {
    let first = steps[lane]
    let (places, stride) = (slots &* 8, 8)
    let index = UnsafeMutableRawPointer(indices).assumingMemoryBound(to: Int32.self) + lane
    let weight = UnsafeMutableRawPointer(weights).assumingMemoryBound(to: Double.self) + lane
    let rate = UnsafeMutableRawPointer(rates).assumingMemoryBound(to: Double.self) + lane
    streams[lane].fill(
      index, multiplicities: hasMultiplicities ? weight : nil, sizes: rate, slots: slots, stride: stride, from: first,
      count: length)
    if noise != nil { drawShifts(lane, count: length) }
    let isMean = options.reduction == .mean
    for t in 0..<length {
      let size = rate[8 &* t]
      if hasMultiplicities {
        for slot in 0..<slots {
          let place = t &* places &+ 8 &* slot
          // What is left over repeats a sample that is in the batch: one that is not could overflow before the others.
          if weight[place] == 0 { index[place] = index[t &* places] }
          weight[place] /= size
        }
      }
      let η =
        options.schedule.isConstant ? options.schedule.base : options.schedule.value(at: first &+ t, of: options.budget)
      rate[8 &* t] = isMean ? η : η * size
    }
  }

  /// Writes what is added to the labels of a lane, after its batches.
  private func drawShifts(_ lane: Int, count length: Int) {
    guard var noise else { return }
    noise.key = options.seeds.key(.labelNoise, trial: trials[lane])
    for t in 0..<length {
      let first = t * slots
      guard steps[lane] + t < noise.end else {
        for place in first..<(first + slots) { shifts[place][lane] = 0 }
        continue
      }
      var count = slots
      if hasMultiplicities { while weights[first + count - 1][lane] == 0 { count -= 1 } }
      noise.forEach(count, of: steps[lane] + t) { slot, number in
        let draws = hasMultiplicities ? weights[first + slot][lane] : 1
        shifts[first + slot][lane] = noise.standardDeviation * number / draws.squareRoot()
      }
      for place in (first + count)..<(first + slots) { shifts[place][lane] = 0 }
    }
  }

  /// Puts the inputs and the targets of `count` places of the batches, from `first` on, side by side.
  @inline(__always)
  func gather(from first: Int, count: Int, _ data: UnsafePointer<Double>, _ labels: UnsafePointer<Double>?) {
    LaneProducts.gather(data, width: objective.network.inputCount, at: indices + first, count: count, into: inputs)
    if let labels {
      LaneProducts.gather(labels, width: objective.outputCount, at: indices + first, count: count, into: targets)
    }
    guard noise != nil else { return }
    // There is one output.
    for s in 0..<count { targets[s] += shifts[first &+ s] }
  }
}
