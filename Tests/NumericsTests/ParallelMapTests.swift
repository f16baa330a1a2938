import Numerics
import Testing

/// Work over several threads.
@Suite struct ParallelMapTests {
  @Test("comes back in order, with the error of the smallest number", arguments: [1, 3, 8])
  func order(_ workers: Int) throws {
    #expect(try parallelMap(100, workers: workers) { $0 * $0 } == (0..<100).map { $0 * $0 })
    #expect(try parallelMap(0, workers: workers) { $0 } == [])
    let error = #expect(throws: InputError.self) {
      try parallelMap(50, workers: workers) { (index) throws(InputError) in
        if index % 7 == 3 { throw InputError("\(index)", expected: "", found: "") }
        return index
      }
    }
    #expect(error?.location == "3")
  }
}
