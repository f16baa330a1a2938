import Numerics
import Testing

@Suite struct PhiloxTests {
  /// The known answers for philox4x32 with 10 rounds in Random123's file kat_vectors.
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: 0xffff_ffff), SIMD2<UInt32>(repeating: 0xffff_ffff),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func publishedAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>) {
    #expect(Philox4x32.block(counter: counter, key: key) == answer)
  }

  @Test(arguments: [0, 1, 0xffff_fff0, 0x1_0000_0000, 0x0123_4567_89ab_cdef, .max - 5] as [UInt64])
  func fillEqualsBlocks(position: UInt64) {
    let key = SIMD2<UInt32>(0xdead_beef, 0x0bad_cafe)
    let upper = SIMD2<UInt32>(7, 0xffff_ff03)
    for count in 0...40 {
      // One block more than asked for, which must stay as it was.
      var words = [UInt32](repeating: 0x5555_5555, count: 4 * count + 4)
      words.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        Philox4x32.fill(start, blockCount: count, position: position, upper: upper, key: key)
      }
      var expected = [UInt32]()
      for index in 0..<count {
        let place = position &+ UInt64(index)
        let block = Philox4x32.block(
          counter: SIMD4(
            UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place >> 32), upper[0], upper[1]), key: key)
        expected += (0..<4).map { block[$0] }
      }
      #expect(words == expected + [UInt32](repeating: 0x5555_5555, count: 4), "\(count) blocks")
    }
  }
}
