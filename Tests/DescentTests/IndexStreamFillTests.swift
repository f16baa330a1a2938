import Numerics
import Objectives
import Testing

@testable import Descent

/// `fill`, which engines use, against `draw`, which everyone uses: the same batches, for every order and across every boundary.
@Suite struct IndexStreamFillTests {
  /// What memory holds that no one may touch.
  static let untouched: Int32 = -77

  /// The batches that `fill` writes into one lane of `stride`, checking that no other lane is touched and padding is as promised.
  static func filled(
    _ stream: inout IndexStream, from first: Int, count: Int, stride: Int, lane: Int, withMultiplicities: Bool
  ) -> [Batch] {
    let slots = stream.slotCount
    var indices = [Int32](repeating: untouched, count: count * slots * stride)
    var multiplicities = [Double](repeating: -77, count: count * slots * stride)
    var sizes = [Double](repeating: -77, count: count * stride)
    indices.withUnsafeMutableBufferPointer { indices in
      multiplicities.withUnsafeMutableBufferPointer { multiplicities in
        sizes.withUnsafeMutableBufferPointer { sizes in
          guard let i = indices.baseAddress, let k = multiplicities.baseAddress, let s = sizes.baseAddress else {
            return
          }
          stream.fill(
            i + lane, multiplicities: withMultiplicities ? k + lane : nil, sizes: s + lane, slots: slots,
            stride: stride,
            from: first, count: count)
        }
      }
    }
    let others = indices.indices.lazy.filter { $0 % stride != lane }
    #expect(others.allSatisfy { indices[$0] == untouched && multiplicities[$0] == -77 })
    #expect(sizes.indices.lazy.filter { $0 % stride != lane }.allSatisfy { sizes[$0] == -77 })
    return (0..<count).map { t in
      var samples: [Int] = []
      for slot in 0..<slots {
        let place = (t * slots + slot) * stride + lane
        let multiplicity = withMultiplicities ? Int(multiplicities[place]) : 1
        if multiplicity == 0, indices[place] != 0 { Issue.record("padding is not index 0") }
        samples += [Int](repeating: Int(indices[place]), count: multiplicity)
      }
      #expect(Int(sizes[t * stride + lane]) == samples.count)
      return Batch(samples: samples)
    }
  }

  @Test(arguments: IndexStreamTests.settings) func equalsDraw(_ setting: IndexStreamTests.Setting) throws {
    var plain = try setting.stream()
    var filling = try setting.stream()
    let needsMultiplicities = filling.hasDuplicates || filling.isRagged
    let count = setting.n > 100 ? 6 : 150
    // 511 and 505 straddle the window of 512 words for b = 1; the others end in mid-epoch and go far, then back.
    for first in [0, 505, 511, 512, 3, 1_000_000_000_000, 0] {
      let wanted = plain.batches(first..<(first + count))
      for (stride, lane) in [(1, 0), (8, 5)] {
        let got = Self.filled(
          &filling, from: first, count: count, stride: stride, lane: lane, withMultiplicities: needsMultiplicities)
        #expect(got == wanted, "from \(first)")
      }
    }
    // Multiplicities may be asked for where all are 1.
    let got = Self.filled(&filling, from: 7, count: 30, stride: 8, lane: 7, withMultiplicities: true)
    #expect(got == plain.batches(7..<37))
  }

  /// Chunks of every size up to beyond the window, as an engine that stops for its probes asks for them.
  @Test(arguments: [SamplingOrder.iid, .subset, .reshuffle], [1, 3])
  func anyChunksGiveTheSame(_ order: SamplingOrder, b: Int) throws {
    let setting = IndexStreamTests.Setting(order: order, n: 6, b: b)
    var plain = try setting.stream()
    let wanted = plain.batches(0..<3_000)
    for chunk in [1, 2, 7, 127, 128, 511, 513, 1_400] {
      var filling = try setting.stream()
      var first = 0
      while first < 3_000 {
        let count = min(chunk, 3_000 - first)
        let got = Self.filled(&filling, from: first, count: count, stride: 8, lane: 0, withMultiplicities: b > 1)
        #expect(got == Array(wanted[first..<(first + count)]), "chunk \(chunk) from \(first)")
        first += count
      }
    }
  }

  @Test func replayWithDuplicatesAndShortBatches() throws {
    let written = [[2, 2, 0], [1], [0, 1, 2, 0, 1, 2, 0], [2], [1, 0]]
    var stream = try IndexStreamTests.replay(written, 3)
    #expect(stream.slotCount == 3)
    let got = Self.filled(&stream, from: 0, count: 5, stride: 8, lane: 2, withMultiplicities: true)
    #expect(got == written.map { Batch(samples: $0) })
  }
}
