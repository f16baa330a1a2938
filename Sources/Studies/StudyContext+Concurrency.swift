import Dispatch
import Numerics
import Synchronization

extension StudyContext {
  /// `work` for every index below `count`, spread over the workers; the results are in order, whoever made them.
  ///
  /// - Throws: the error of the smallest index that throws.
  func concurrentMap<Result: Sendable>(
    _ count: Int, _ work: @Sendable (Int) throws(InputError) -> Result
  ) throws(InputError) -> [Result] {
    let next = Atomic(0)
    let results = Mutex<[Swift.Result<Result, InputError>?]>(.init(repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, count))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result: Swift.Result<Result, InputError>
        do throws(InputError) { result = .success(try work(index)) } catch { result = .failure(error) }
        results.withLock { $0[index] = result }
      }
    }
    var values: [Result] = []
    for result in results.withLock({ $0 }) {
      if let result { values.append(try result.get()) }
    }
    return values
  }
}
