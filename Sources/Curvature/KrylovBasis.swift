import Dispatch
import Numerics
import Synchronization

/// Orthonormal vectors of ℝᵈ that are added one by one, and the sums that orthogonalisation needs.
///
/// Vectors are cut into blocks of columns, and the pieces of one block stand together: both sums go through memory once, in
/// an order that does not depend on the number of workers.
struct KrylovBasis<Scalar: BLASScalar> {
  /// d.
  let dimension: Int
  /// How many vectors there are.
  private(set) var count = 0
  private let workers: Int
  private let width: Int
  private var blocks: [[Scalar]]

  init(dimension: Int, workers: Int) {
    self.dimension = dimension
    self.workers = workers
    width = min(dimension, 1 << 14)
    blocks = [[Scalar]](repeating: [], count: (dimension + width - 1) / width)
  }

  private func columns(_ block: Int) -> Range<Int> { block * width..<min((block + 1) * width, dimension) }

  /// Adds a vector, which is orthogonal to the others and of length 1.
  mutating func append(_ vector: [Scalar]) {
    for block in blocks.indices { blocks[block].append(contentsOf: vector[columns(block)]) }
    count += 1
  }

  /// ⟨vᵢ, x⟩ for every vector vᵢ.
  func coefficients(of x: [Scalar]) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    guard count > 0 else { return sums }
    var parts = [Scalar](repeating: 0, count: count * blocks.count)
    x.withUnsafeBufferPointer { x in
      parts.withUnsafeMutableBufferPointer { parts in
        guard let x = x.baseAddress, let parts = parts.baseAddress else { return }
        nonisolated(unsafe) let (vector, target) = (x, parts)
        forEachBlock { number, block in
          Scalar.multiply(
            block, vector: vector + number * width, transposed: false, rows: count, columns: columns(number).count,
            keeping: 0, into: target + number * count)
        }
      }
    }
    for (place, part) in parts.enumerated() { sums[place % count] += Double(part) }
    return sums
  }

  /// x ← x − Σ cᵢ vᵢ.
  func subtract(_ coefficients: [Double], from x: inout [Scalar]) {
    guard count > 0 else { return }
    let negative = coefficients.map { -Scalar($0) }
    x.withUnsafeMutableBufferPointer { x in
      negative.withUnsafeBufferPointer { negative in
        guard let x = x.baseAddress, let negative = negative.baseAddress else { return }
        nonisolated(unsafe) let (factors, target) = (negative, x)
        forEachBlock { number, block in
          Scalar.multiply(
            block, vector: factors, transposed: true, rows: count, columns: columns(number).count, keeping: 1,
            into: target + number * width)
        }
      }
    }
  }

  /// Σ cᵢ vᵢ.
  func combination(_ coefficients: [Double]) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: dimension)
    subtract(coefficients.map { -$0 }, from: &result)
    return result
  }

  /// Replaces the vectors from `start` on by combinations of them, one for each row of `rows`.
  mutating func replace(from start: Int, by rows: [[Double]]) {
    let (old, new) = (count - start, rows.count)
    let factors = rows.flatMap { $0.map { Scalar($0) } }
    for number in blocks.indices {
      let columns = columns(number).count
      var combined = [Scalar](repeating: 0, count: new * columns)
      if new > 0, old > 0 {
        factors.withUnsafeBufferPointer { a in
          blocks[number].withUnsafeBufferPointer { b in
            combined.withUnsafeMutableBufferPointer { c in
              guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
              Scalar.multiply(
                a, b + start * columns, firstTransposed: false, secondTransposed: false, rows: new, columns: columns,
                inner: old, scale: 1, keeping: 0, into: c)
            }
          }
        }
      }
      blocks[number].removeSubrange((start * columns)...)
      blocks[number].append(contentsOf: combined)
    }
    count = start + new
  }

  private func forEachBlock(_ body: @Sendable (_ number: Int, _ block: UnsafePointer<Scalar>) -> Void) {
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, blocks.count))) { _ in
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < blocks.count else { return }
        blocks[number].withUnsafeBufferPointer { block in
          if let block = block.baseAddress { body(number, block) }
        }
      }
    }
  }
}
