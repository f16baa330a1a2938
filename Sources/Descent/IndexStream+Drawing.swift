import Numerics
import Objectives

extension IndexStream {
  /// The batch of `step`, written into `batch`.
  ///
  /// - Precondition: `step` is below `length`.
  public mutating func draw(_ step: Int, into batch: inout Batch) {
    let mayRepeat = hasDuplicates
    withCursor { cursor in
      let count = cursor.drawSamples(step)
      if count == 1 { return batch.replaceAll(with: Int(cursor.samples[0])) }
      batch.removeAll()
      for draw in 0..<count {
        let index = Int(cursor.samples[draw])
        let place = mayRepeat ? cursor.places[index] : -1
        if place >= 0 {
          batch.addAgain(at: Int(place))
        } else {
          cursor.places[index] = Int32(batch.indices.count)
          batch.append(index)
        }
      }
      for draw in 0..<count { cursor.places[Int(cursor.samples[draw])] = -1 }
    }
  }

  /// The batches of `count` steps from `first` on, for an engine that advances several replicas side by side.
  ///
  /// Step t's distinct indices go to `indices[(t·slots + k)·stride]` and their multiplicities, where `multiplicities`
  /// is given, to the same places; slots left over get index 0 with multiplicity 0. The batch's size b goes to
  /// `sizes[t·stride]`.
  mutating func fill(
    _ indices: UnsafeMutablePointer<Int32>, multiplicities: UnsafeMutablePointer<Double>?,
    sizes: UnsafeMutablePointer<Double>, slots: Int, stride: Int, from first: Int, count: Int
  ) {
    // A subset of one is an index with replacement, drawn from the same word.
    let isSingle = multiplicities == nil && batchSize == 1 && (order == .iid || order == .subset)
    withCursor { cursor in
      if isSingle {
        cursor.fillSingles(indices, sizes: sizes, stride: stride, from: first, count: count)
      } else {
        for t in 0..<count {
          let offset = t * slots * stride
          let drawn = cursor.drawSamples(first + t)
          sizes[t * stride] = Double(drawn)
          if let multiplicities {
            cursor.merge(drawn, into: indices + offset, multiplicities + offset, slots: slots, stride: stride)
          } else {
            for slot in 0..<drawn { indices[offset + slot * stride] = cursor.samples[slot] }
          }
        }
      }
    }
  }

  /// Lends the stream's memory to `body` without bounds checks.
  @inline(__always)
  private mutating func withCursor(_ body: (inout Cursor) -> Void) {
    let (order, key, n, b) = (order, key, sampleCount, batchSize)
    let (windowStart, epoch) = (windowStart, permutationEpoch)
    let moved = words.withUnsafeMutableBufferPointer { words in
      places.withUnsafeMutableBufferPointer { places in
        samples.withUnsafeMutableBufferPointer { samples in
          permutation.withUnsafeMutableBufferPointer { permutation in
            var cursor = Cursor(
              order: order, key: key, sampleCount: n, batchSize: b, words: words, places: places, samples: samples,
              permutation: permutation, windowStart: windowStart, permutationEpoch: epoch)
            body(&cursor)
            return (cursor.windowStart, cursor.permutationEpoch)
          }
        }
      }
    }
    (self.windowStart, permutationEpoch) = moved
  }
}

/// The drawing itself, over memory lent by an `IndexStream`.
private struct Cursor {
  let order: SamplingOrder
  let key: RandomKey
  let sampleCount: Int
  let batchSize: Int
  let words: UnsafeMutableBufferPointer<UInt32>
  let places: UnsafeMutableBufferPointer<Int32>
  let samples: UnsafeMutableBufferPointer<Int32>
  let permutation: UnsafeMutableBufferPointer<Int32>
  var windowStart: UInt64
  var permutationEpoch: Int

  /// Writes the indices drawn for `step`, duplicates included, to the front of `samples` and returns how many there
  /// are.
  @inline(__always)
  mutating func drawSamples(_ step: Int) -> Int {
    let first = UInt64(step) &* UInt64(batchSize)
    switch order {
    case .iid:
      for draw in 0..<batchSize { samples[draw] = bounded(at: first &+ UInt64(draw), sampleCount) }
    case .subset:
      // Floyd's method: a candidate that is already in gives way to the newest possible index.
      for draw in 0..<batchSize {
        let last = sampleCount &- batchSize &+ draw
        let candidate = bounded(at: first &+ UInt64(draw), last &+ 1)
        let chosen = places[Int(candidate)] < 0 ? candidate : Int32(truncatingIfNeeded: last)
        places[Int(chosen)] = 0
        samples[draw] = chosen
      }
      for draw in 0..<batchSize { places[Int(samples[draw])] = -1 }
    case .reshuffle, .blocks:
      let perEpoch = (sampleCount + batchSize - 1) / batchSize
      let (epoch, turn) = step.quotientAndRemainder(dividingBy: perEpoch)
      let start = turn * batchSize
      let end = min(start + batchSize, sampleCount)
      if order == .reshuffle {
        if epoch != permutationEpoch { shuffle(epoch: epoch) }
        for place in start..<end { samples[place &- start] = permutation[place] }
      } else {
        for place in start..<end { samples[place &- start] = Int32(truncatingIfNeeded: place) }
      }
      return end - start
    case .cyclic:
      let start = Int(first % UInt64(sampleCount))
      for draw in 0..<batchSize {
        let index = start &+ draw
        samples[draw] = Int32(truncatingIfNeeded: index < sampleCount ? index : index &- sampleCount)
      }
    case .full:
      for index in 0..<sampleCount { samples[index] = Int32(truncatingIfNeeded: index) }
    case .replay(let replay):
      let batch = replay.batches[step]
      for (draw, index) in batch.enumerated() { samples[draw] = Int32(truncatingIfNeeded: index) }
      return batch.count
    }
    return batchSize
  }

  /// Merges the `drawn` samples into distinct indices with multiplicities, padded to `slots`.
  @inline(__always)
  func merge(
    _ drawn: Int, into indices: UnsafeMutablePointer<Int32>, _ multiplicities: UnsafeMutablePointer<Double>, slots: Int,
    stride: Int
  ) {
    var used = 0
    for draw in 0..<drawn {
      let index = Int(samples[draw])
      let place = Int(places[index])
      if place >= 0 {
        multiplicities[place &* stride] += 1
      } else {
        places[index] = Int32(truncatingIfNeeded: used)
        indices[used &* stride] = Int32(truncatingIfNeeded: index)
        multiplicities[used &* stride] = 1
        used &+= 1
      }
    }
    for draw in 0..<drawn { places[Int(samples[draw])] = -1 }
    for slot in used..<slots {
      indices[slot &* stride] = 0
      multiplicities[slot &* stride] = 0
    }
  }

  /// One index a step, uniform with replacement: the case that most ensembles run, straight from the random words.
  mutating func fillSingles(
    _ indices: UnsafeMutablePointer<Int32>, sizes: UnsafeMutablePointer<Double>, stride: Int, from first: Int,
    count: Int
  ) {
    let bound = UInt32(sampleCount)
    var done = 0
    while done < count {
      let place = UInt64(first + done)
      if place &- windowStart >= UInt64(words.count) { fillWindow(from: place) }
      let offset = Int(place &- windowStart)
      let run = min(count - done, words.count - offset)
      for t in 0..<run {
        let index = key.bounded(words[offset &+ t], at: place &+ UInt64(t), bound: bound)
        indices[(done &+ t) &* stride] = Int32(truncatingIfNeeded: index)
        sizes[(done &+ t) &* stride] = 1
      }
      done += run
    }
  }

  /// An integer in `0..<bound` from the word at `place` of the stream.
  @inline(__always)
  private mutating func bounded(at place: UInt64, _ bound: Int) -> Int32 {
    if place &- windowStart >= UInt64(words.count) { fillWindow(from: place) }
    let word = words[Int(truncatingIfNeeded: place &- windowStart)]
    return Int32(truncatingIfNeeded: key.bounded(word, at: place, bound: UInt32(truncatingIfNeeded: bound)))
  }

  @inline(never)
  private mutating func fillWindow(from place: UInt64) {
    windowStart = place & ~3
    guard let base = words.baseAddress else { return }
    Philox4x32.fill(
      base, blockCount: words.count / 4, position: windowStart >> 2, upper: key.upperCounter(), key: key.philoxKey)
  }

  @inline(never)
  private mutating func shuffle(epoch: Int) {
    permutationEpoch = epoch
    for index in 0..<sampleCount { permutation[index] = Int32(truncatingIfNeeded: index) }
    let first = UInt64(epoch) &* UInt64(sampleCount)
    for last in stride(from: sampleCount - 1, to: 0, by: -1) {
      let place = first &+ UInt64(last)
      // Places descend here: a window that ends at this one serves the next 500 draws, one that began at it would serve four.
      if place &- windowStart >= UInt64(words.count) { fillWindow(from: max(first, place &- min(place, 508))) }
      let other = Int(bounded(at: place, last &+ 1))
      (permutation[last], permutation[other]) = (permutation[other], permutation[last])
    }
  }
}
