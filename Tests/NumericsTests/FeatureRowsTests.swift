import Numerics
import Testing

@Suite("Rows of features") struct FeatureRowsTests {
  private let dense = FeatureRows(Matrix([[0, 2, 0], [0, 0, 0], [1, 0, -3]]))
  private let sparse = FeatureRows(columnCount: 3, starts: [0, 1, 1, 3], columns: [1, 0, 2], values: [2, 1, -3])

  @Test("Dense and sparse rows say the same") func agree() {
    #expect(dense.matrix == sparse.matrix)
    #expect(dense.rowCount == 3 && dense.columnCount == 3 && dense.storedCount == 9 && !dense.isSparse)
    #expect(sparse.rowCount == 3 && sparse.columnCount == 3 && sparse.storedCount == 3 && sparse.isSparse)
    let vector = [0.5, -1, 2]
    for row in 0..<3 {
      #expect(dense.dot(row: row, vector.span) == [-2, 0, -5.5][row])
      #expect(sparse.dot(row: row, vector.span) == [-2, 0, -5.5][row])
      #expect(dense.squaredNorm(row: row) == [4, 0, 10][row])
      #expect(sparse.squaredNorm(row: row) == [4, 0, 10][row])
    }
    for rows in [dense, sparse] {
      var target = [Double](repeating: 1, count: 7)
      var span = target.mutableSpan
      rows.addScaled(row: 2, by: 2, into: &span, from: 3)
      rows.addScaled(row: 0, by: -1, into: &span)
      #expect(target == [1, -1, 1, 3, 1, -5, 1])
    }
    var entries: [String] = []
    sparse.forEachEntry(ofRow: 2) { entries.append("\($0): \($1)") }
    #expect(entries == ["0: 1.0", "2: -3.0"])
  }

  @Test("A constant feature is the last") func constant() {
    let wanted = Matrix([[0, 2, 0, 1], [0, 0, 0, 1], [1, 0, -3, 1]])
    #expect(dense.appendingConstant().matrix == wanted)
    #expect(sparse.appendingConstant().matrix == wanted)
    #expect(sparse.appendingConstant().storedCount == 6)
    #expect(sparse.appendingConstant().isSparse && !dense.appendingConstant().isSparse)
  }

  @Test("A million columns cost nothing") func wide() {
    let wide = FeatureRows(
      columnCount: 1_000_000, starts: [0, 2, 3], columns: [0, 999_999, 5], values: [1, 2, 3])
    #expect(wide.storedCount == 3)
    let ones = [Double](repeating: 1, count: 1_000_000)
    #expect(wide.dot(row: 0, ones.span) == 3)
  }
}
