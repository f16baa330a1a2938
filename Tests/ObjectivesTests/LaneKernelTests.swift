import Numerics
import Testing

@testable import Objectives

/// The kernels of small networks, shape by shape.
@Suite struct LaneKernelTests {
  static func random(_ count: Int, _ stream: inout RandomStream) -> [Lanes] {
    (0..<count).map { _ in Lanes(stream.gaussian(count: 8)) }
  }

  /// C = D + A Bᵀ over all sizes from 0 to 9, each matrix by rows or by columns, without D, onto itself, and onto a vector
  /// that is spread over the columns.
  @Test func products() {
    var stream = testStream(5)
    for rows in 0...9 {
      for columns in 0...9 {
        for inner in 0...9 {
          var A = Self.random(rows * inner + 1, &stream)
          var B = Self.random(columns * inner + 1, &stream)
          let before = Self.random(rows * columns + 1, &stream)
          var bias = Self.random(rows + 1, &stream)
          for layout in 0..<8 {
            for addend in 0..<3 {
              var C = before
              func matrix(_ start: UnsafeMutablePointer<Lanes>, _ height: Int, _ width: Int, _ bit: Int) -> LaneMatrix {
                layout & bit == 0
                  ? LaneMatrix(rows: start, width: width) : LaneMatrix(rows: start, width: height).transposed
              }
              A.withUnsafeMutableBufferPointer { a in
                B.withUnsafeMutableBufferPointer { b in
                  bias.withUnsafeMutableBufferPointer { bias in
                    C.withUnsafeMutableBufferPointer { c in
                      guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress,
                        let bias = bias.baseAddress
                      else { return }
                      let target = matrix(c, rows, columns, 4)
                      let addends: [LaneMatrix?] = [nil, target, LaneMatrix(start: bias, row: 1, column: 0)]
                      LaneProducts.add(
                        matrix(a, rows, inner, 1), matrix(b, columns, inner, 2), rows: rows, columns: columns,
                        inner: inner, to: addends[addend], into: target)
                    }
                  }
                }
              }
              func place(_ r: Int, _ c: Int, _ height: Int, _ width: Int, _ bit: Int) -> Int {
                layout & bit == 0 ? r * width + c : c * height + r
              }
              for r in 0..<rows {
                for c in 0..<columns {
                  let at = place(r, c, rows, columns, 4)
                  var sum = [Lanes.zero, before[at], bias[r]][addend]
                  for k in 0..<inner {
                    sum.addProduct(A[place(r, k, rows, inner, 1)], B[place(c, k, columns, inner, 2)])
                  }
                  #expect(C[at] == sum)
                }
              }
              #expect(C.last == before.last)
            }
          }
        }
      }
    }
  }

  /// Values and slopes of activations in all lanes, at the kink and where numbers end, over their input and beside it.
  @Test(arguments: NetworkActivation.allCases, [0, 0.5]) func activations(_ activation: NetworkActivation, kink: Double)
  {
    let points = [0, -0.0, 1, -1, 0.3, -40, 40, 800, -800, 1e-300, .infinity, -.infinity, .nan, 2.5, -2.5, 1e-9]
    var z = [Lanes(points[..<8]), Lanes(points[8...])]
    for isInPlace in [false, true] where !isInPlace || activation.isKnownFromItsValue(slopeAtKink: kink) {
      var (y, g) = (z, [Lanes(repeating: 2), Lanes(repeating: 2)])
      z.withUnsafeMutableBufferPointer { z in
        y.withUnsafeMutableBufferPointer { y in
          g.withUnsafeMutableBufferPointer { g in
            guard let z = isInPlace ? y.baseAddress : z.baseAddress, let y = y.baseAddress, let g = g.baseAddress
            else { return }
            activation.apply(z, count: 2, into: y)
            activation.scale(g, z: z, y: y, slopeAtKink: kink, count: 2)
          }
        }
      }
      for (place, point) in points.enumerated() {
        let value = y[place / 8][place % 8]
        let slope = g[place / 8][place % 8]
        let wanted = activation.value(at: point)
        #expect(value == wanted || value.isNaN && wanted.isNaN, "\(activation) at \(point)")
        let wantedSlope = 2 * activation.derivative(at: point, slopeAtKink: kink)
        #expect(abs(slope - wantedSlope) <= 1e-15 || slope.isNaN && wantedSlope.isNaN, "\(activation) at \(point)")
      }
    }
  }
}
