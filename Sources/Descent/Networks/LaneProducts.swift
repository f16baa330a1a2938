/// One number of each of eight replicas.
typealias Lanes = SIMD8<Double>

/// A matrix of lanes anywhere in memory: entry (r, c) stands `r · row + c · column` after the first.
struct LaneMatrix {
  var start: UnsafeMutablePointer<Lanes>
  var row: Int
  var column: Int

  /// Entries of rows of `width`, one after the other.
  @inline(__always)
  init(rows start: UnsafeMutablePointer<Lanes>, width: Int) {
    self.init(start: start, row: width, column: 1)
  }

  @inline(__always)
  init(start: UnsafeMutablePointer<Lanes>, row: Int, column: Int) {
    self.start = start
    self.row = row
    self.column = column
  }

  /// The same entries with rows and columns exchanged.
  @inline(__always)
  var transposed: LaneMatrix { LaneMatrix(start: start, row: column, column: row) }
}

/// The product that all passes through an affine layer are, for eight replicas at once, each with matrices of its own.
enum LaneProducts {
  /// C ← D + A Bᵀ, or A Bᵀ without D; A is `rows` × `inner`, B `columns` × `inner`. D may be C.
  ///
  /// In blocks of four by four sums, which stay in registers: eight loads for sixteen multiplications. Each sum adds its
  /// terms in ascending order, fused, wherever its block begins, so that its bits do not depend on the blocks.
  static func add(
    _ A: LaneMatrix, _ B: LaneMatrix, rows: Int, columns: Int, inner: Int, to D: LaneMatrix?, into C: LaneMatrix
  ) {
    var r = 0
    while r < rows {
      let height = min(4, rows &- r)
      var c = 0
      while c < columns {
        let width = min(4, columns &- c)
        let place = Block(A: A, B: B, C: C, D: D, row: r, column: c, inner: inner)
        switch height {
        case 4: place.addRows(of: InlineArray<4, Lanes>.self, width: width)
        case 3: place.addRows(of: InlineArray<3, Lanes>.self, width: width)
        case 2: place.addRows(of: InlineArray<2, Lanes>.self, width: width)
        default: place.addRows(of: InlineArray<1, Lanes>.self, width: width)
        }
        c &+= width
      }
      r &+= height
    }
  }

  private struct Block {
    var A: LaneMatrix
    var B: LaneMatrix
    var C: LaneMatrix
    var D: LaneMatrix?
    var row: Int
    var column: Int
    var inner: Int

    @inline(__always)
    func addRows<let height: Int>(of rows: InlineArray<height, Lanes>.Type, width: Int) {
      switch width {
      case 4: add(rows, InlineArray<4, Lanes>.self)
      case 3: add(rows, InlineArray<3, Lanes>.self)
      case 2: add(rows, InlineArray<2, Lanes>.self)
      default: add(rows, InlineArray<1, Lanes>.self)
      }
    }

    /// The sizes are types, so that each has code of its own in which every sum is a register.
    @inline(__always)
    private func add<let height: Int, let width: Int>(
      _ rows: InlineArray<height, Lanes>.Type, _ columns: InlineArray<width, Lanes>.Type
    ) {
      var sums = InlineArray<height, InlineArray<width, Lanes>>(repeating: InlineArray(repeating: .zero))
      if let D {
        let d = D.start + (row &* D.row &+ column &* D.column)
        for r in 0..<height { for c in 0..<width { sums[r][c] = d[r &* D.row &+ c &* D.column] } }
      }
      var a = A.start + row &* A.row
      var b = B.start + column &* B.row
      for _ in 0..<inner {
        for c in 0..<width {
          let y = b[c &* B.row]
          for r in 0..<height { sums[r][c].addProduct(a[r &* A.row], y) }
        }
        a += A.column
        b += B.column
      }
      let target = C.start + (row &* C.row &+ column &* C.column)
      for r in 0..<height { for c in 0..<width { target[r &* C.row &+ c &* C.column] = sums[r][c] } }
    }
  }
}
