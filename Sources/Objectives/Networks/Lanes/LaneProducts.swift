import CVectors

/// Eight numbers that go through a network side by side: of eight replicas, or of eight samples.
package typealias Lanes = SIMD8<Double>

extension Lanes {
  /// Adds a · b, rounded once.
  @inline(__always)
  mutating func addFused(_ a: Lanes, _ b: Lanes) { self = basin_fused(a, b, self) }
}

extension LaneProducts {
  /// Puts the numbers of eight rows side by side.
  @inline(__always)
  static func gather(
    _ rows: InlineArray<8, UnsafePointer<Double>>, width: Int, into target: UnsafeMutablePointer<Lanes>
  ) {
    let numbers = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Double.self)
    for i in 0..<width {
      for lane in 0..<8 { numbers[8 &* i &+ lane] = rows[lane][i] }
    }
  }

  /// Puts rows of `data` side by side: for each eight of `samples`, one row of lanes of `width`.
  package static func gather(
    _ data: UnsafePointer<Double>, width: Int, at samples: UnsafePointer<SIMD8<Int32>>, count: Int,
    into target: UnsafeMutablePointer<Lanes>
  ) {
    var rows = InlineArray<8, UnsafePointer<Double>>(repeating: data)
    for s in 0..<count {
      for lane in 0..<8 { rows[lane] = data + Int(samples[s][lane]) &* width }
      gather(rows, width: width, into: target + s &* width)
    }
  }
}

/// A matrix of lanes anywhere in memory: entry (r, c) stands `r · row + c · column` after the first.
package struct LaneMatrix {
  package var start: UnsafeMutablePointer<Lanes>
  package var row: Int
  package var column: Int

  /// Entries of rows of `width`, one after the other.
  @inline(__always)
  package init(rows start: UnsafeMutablePointer<Lanes>, width: Int) {
    self.init(start: start, row: width, column: 1)
  }

  @inline(__always)
  package init(start: UnsafeMutablePointer<Lanes>, row: Int, column: Int) {
    self.start = start
    self.row = row
    self.column = column
  }

  /// The same entries with rows and columns exchanged.
  @inline(__always)
  package var transposed: LaneMatrix { LaneMatrix(start: start, row: column, column: row) }
}

/// The product that all passes through an affine layer are, lane by lane, each with matrices of its own.
package enum LaneProducts {
  /// C ← D + A Bᵀ, or A Bᵀ without D; A is `rows` × `inner`, B `columns` × `inner`. D may be C.
  ///
  /// In blocks of four by four sums, which stay in registers: eight loads for sixteen multiplications.
  @inline(__always)
  package static func add(
    _ A: LaneMatrix, _ B: LaneMatrix, rows: Int, columns: Int, inner: Int, to D: LaneMatrix?, into C: LaneMatrix
  ) {
    if rows < 4, columns > rows {
      addStrips(B, A, rows: columns, columns: rows, inner: inner, to: D?.transposed, into: C.transposed)
    } else {
      addStrips(A, B, rows: rows, columns: columns, inner: inner, to: D, into: C)
    }
  }

  @inline(never)
  private static func addStrips(
    _ A: LaneMatrix, _ B: LaneMatrix, rows: Int, columns: Int, inner: Int, to D: LaneMatrix?, into C: LaneMatrix
  ) {
    // Without D the sums begin with what is never looked at.
    let strip = Strip(A: A, B: B, C: C, D: D ?? C, hasD: D != nil, rows: rows, inner: inner)
    var c = 0
    while c &+ 4 <= columns {
      strip.add(from: c, InlineArray<4, Lanes>.self)
      c &+= 4
    }
    switch columns &- c {
    case 3: strip.add(from: c, InlineArray<3, Lanes>.self)
    case 2: strip.add(from: c, InlineArray<2, Lanes>.self)
    case 1: strip.add(from: c, InlineArray<1, Lanes>.self)
    default: break
    }
  }

  /// Some neighbouring columns of C. Sizes of blocks are types, so that each has code of its own in which every sum is a
  /// register.
  private struct Strip {
    var A: LaneMatrix
    var B: LaneMatrix
    var C: LaneMatrix
    var D: LaneMatrix
    var hasD: Bool
    var rows: Int
    var inner: Int

    @inline(__always)
    func add<let width: Int>(from column: Int, _ columns: InlineArray<width, Lanes>.Type) {
      let full = rows & ~3
      addBlocks(0, full, column, InlineArray<4, Lanes>.self, columns)
      switch rows &- full {
      case 3: addBlocks(full, rows, column, InlineArray<3, Lanes>.self, columns)
      case 2: addBlocks(full, rows, column, InlineArray<2, Lanes>.self, columns)
      case 1: addBlocks(full, rows, column, InlineArray<1, Lanes>.self, columns)
      default: break
      }
    }

    @inline(__always)
    private func addBlocks<let height: Int, let width: Int>(
      _ begin: Int, _ end: Int, _ column: Int, _ rows: InlineArray<height, Lanes>.Type,
      _ columns: InlineArray<width, Lanes>.Type
    ) {
      var row = begin
      while row < end {
        var sums = InlineArray<height, InlineArray<width, Lanes>>(repeating: InlineArray(repeating: .zero))
        if hasD {
          let d = D.start + (row &* D.row &+ column &* D.column)
          for r in 0..<height { for c in 0..<width { sums[r][c] = d[r &* D.row &+ c &* D.column] } }
        }
        var a = A.start + row &* A.row
        var b = B.start + column &* B.row
        for _ in 0..<inner {
          for c in 0..<width {
            let y = b[c &* B.row]
            for r in 0..<height { sums[r][c].addFused(a[r &* A.row], y) }
          }
          a += A.column
          b += B.column
        }
        let target = C.start + (row &* C.row &+ column &* C.column)
        for r in 0..<height { for c in 0..<width { target[r &* C.row &+ c &* C.column] = sums[r][c] } }
        row &+= height
      }
    }
  }
}
