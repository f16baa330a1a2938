import Dispatch
import Synchronization

/// The values of `body` at 0, 1, …, count − 1, computed by several threads that take the next number from a shared
/// counter. Nothing in the result depends on `workers`.
///
/// - Parameter finished: Called after each value, by one thread at a time.
/// - Throws: The error of the smallest number whose `body` throws.
public func parallelMap<Value: Sendable>(
  _ count: Int, workers: Int, finished: @Sendable () -> Void = {},
  _ body: @Sendable (Int) throws(InputError) -> Value
) throws(InputError) -> [Value] {
  let next = Atomic(0)
  let outcomes = Mutex<(values: [Int: Value], failure: (number: Int, error: InputError)?)>(([:], nil))
  DispatchQueue.concurrentPerform(iterations: max(1, min(workers, count))) { _ in
    while true {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      // Numbers are handed out in order, so those before a failure are all computed.
      guard number < count, outcomes.withLock({ $0.failure == nil }) else { return }
      do throws(InputError) {
        let value = try body(number)
        outcomes.withLock {
          $0.values[number] = value
          finished()
        }
      } catch {
        outcomes.withLock { outcomes in
          if outcomes.failure.map({ number < $0.number }) ?? true { outcomes.failure = (number, error) }
        }
      }
    }
  }
  return try outcomes.withLock { (outcomes) throws(InputError) -> [Value] in
    if let failure = outcomes.failure { throw failure.error }
    return (0..<count).compactMap { outcomes.values[$0] }
  }
}
