import Numerics
import Objectives
import Testing

@testable import Descent

/// What is refused before a run begins, in whole sentences.
@Suite struct IndexStreamErrorTests {
  struct Refusal: Sendable {
    var text: String
    var attempt: @Sendable () throws -> IndexStream
  }

  static func stream(_ order: SamplingOrder, n: Int, b: Int?) throws -> IndexStream {
    try IndexStream(order: order, sampleCount: n, batchSize: b, key: orderKey())
  }

  static func run(_ order: SamplingOrder, b: Int?, step: Double = 0.1, budget: Int) throws -> IndexStream {
    try DescentOptions(
      order: order, batchSize: b, schedule: .constant(step), budget: budget, seeds: Seeds(master: 1)
    ).indexStream(sampleCount: 4, trial: 0)
  }

  static func replay(_ batches: [[Int]], n: Int = 4) throws -> SamplingOrder {
    .replay(try IndexReplay(batches: batches, sampleCount: n))
  }

  static let refusals: [Refusal] = [
    Refusal(text: "batch: expected a batch size from 1 to 4, the number of samples, found 0.") {
      try stream(.iid, n: 4, b: 0)
    },
    Refusal(text: "batch: expected a batch size from 1 to 4, the number of samples, found -3.") {
      try stream(.cyclic, n: 4, b: -3)
    },
    Refusal(text: "batch: expected a batch size from 1 to 4, the number of samples, found 5.") {
      try stream(.subset, n: 4, b: 5)
    },
    Refusal(text: "batch: expected a batch size from 1 to 4, the number of samples, found 5.") {
      try stream(.iid, n: 4, b: 5)
    },
    Refusal(text: "batch: expected a batch size from 1 to 4, the number of samples, found none.") {
      try stream(.reshuffle, n: 4, b: nil)
    },
    Refusal(
      text: "batch: expected 4, the number of samples, for the order \"full\", found 2. "
        + "Leave the batch size out, or choose another order."
    ) { try stream(.full, n: 4, b: 2) },
    Refusal(text: "samples: expected a number from 1 to 2147483647, found 0.") { try stream(.iid, n: 0, b: 1) },
    Refusal(text: "samples: expected a number from 1 to 2147483647, found 2147483648.") {
      try stream(.iid, n: 1 << 31, b: 1)
    },
    Refusal(text: "order.batches: expected at least one batch, found none.") { try stream(replay([]), n: 4, b: nil) },
    Refusal(text: "order.batches[1]: expected at least one index, found an empty batch.") {
      try stream(replay([[0], []]), n: 4, b: nil)
    },
    Refusal(text: "order.batches[2][1]: expected an index from 0 to 3, found 4. Indices count from 0.") {
      try stream(replay([[0], [1, 2], [3, 4]]), n: 4, b: nil)
    },
    Refusal(text: "order.batches[0][0]: expected an index from 0 to 3, found -1. Indices count from 0.") {
      try stream(replay([[-1]]), n: 4, b: nil)
    },
    Refusal(
      text: "order.batches: expected indices from 0 to 3, found 6. "
        + "The batches were written for more samples than there are."
    ) { try stream(replay([[5, 6], [1]], n: 7), n: 4, b: nil) },
    Refusal(
      text: "steps: expected at most 2, the number of replayed batches, found 3. "
        + "Lower the number of steps, or write more batches."
    ) { try run(replay([[0], [1]]), b: nil, budget: 3) },
    Refusal(text: "steps: expected a number of steps from 0, found -1.") { try run(.iid, b: 1, budget: -1) },
    Refusal(text: "step: expected a positive, finite step size, found 0.0.") {
      try run(.iid, b: 1, step: 0, budget: 1)
    },
  ]

  @Test(arguments: refusals.indices) func refusesWhatIsNoStream(_ which: Int) {
    let refusal = Self.refusals[which]
    let error = #expect(throws: InputError.self) { try refusal.attempt() }
    #expect(error?.description == refusal.text)
  }

  /// At the edges of what is refused.
  @Test func acceptsTheLargest() throws {
    var stream = try Self.run(Self.replay([[0], [3, 3]]), b: nil, budget: 2)
    #expect(stream.batch(1) == Batch(samples: [3, 3]))
    #expect(try Self.run(.full, b: 4, budget: 0).batchSize == 4)
    #expect(try Self.stream(.subset, n: 4, b: 4).batchSize == 4)
    #expect(try Self.stream(.iid, n: 1, b: 1).length == nil)
    // Batches written for more samples serve fewer, if none of them asks for more.
    #expect(try Self.stream(Self.replay([[2], [0]], n: 9), n: 3, b: nil).length == 2)
  }
}
