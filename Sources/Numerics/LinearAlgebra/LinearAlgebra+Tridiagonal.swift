import COpenBLAS

extension LinearAlgebra {
  /// The eigenvalues, ascending, and eigenvectors, as rows, of a symmetric tridiagonal matrix, by LAPACK's `dstevd`. Cost: at most
  /// some k³ operations; a third of a dense matrix's of that order.
  ///
  /// - Parameters:
  ///   - diagonal: k entries.
  ///   - offDiagonal: The k − 1 entries beside them.
  /// - Throws: ``InputError`` for another number of entries or ones that are not finite, or where the iteration does not converge.
  public static func tridiagonalEigendecomposition(
    diagonal: [Double], offDiagonal: [Double]
  ) throws(InputError) -> SymmetricEigendecomposition {
    let location = "tridiagonal eigenvalues"
    try requireTridiagonal(diagonal, offDiagonal, location)
    let order = diagonal.count
    var (values, beside) = (diagonal, offDiagonal)
    var vectors = [Double](repeating: 0, count: order * order)
    if order > 0 {
      let size = try lapackInteger(order, location)
      // LAPACK's columns are our rows.
      let status = LAPACKE_dstevd(LAPACK_COL_MAJOR, lapackFlag("V"), size, &values, &beside, &vectors, size)
      if status != 0 {
        throw failure("dstevd", status: status, location, meaning: "an iteration that does not converge")
      }
    }
    return SymmetricEigendecomposition(
      values: values, vectors: Matrix(rows: order, columns: order, storage: vectors))
  }

  /// The rule of Gauss's quadrature that a symmetric tridiagonal matrix stands for: nodes are its eigenvalues, ascending, and weights the
  /// squared first entries of its eigenvectors, which sum to 1.
  ///
  /// By the QL iteration with implicit shifts that carries the first row of the eigenvectors only: about 30k² operations, where whole
  /// vectors take k³. Nodes are within some k · 1.1e-16 · ‖T‖ of exact ones. Source: Golub and Welsch 1969,
  /// doi:10.1090/S0025-5718-69-99647-1.
  ///
  /// - Parameters:
  ///   - diagonal: k entries.
  ///   - offDiagonal: The k − 1 entries beside them.
  /// - Throws: ``InputError`` as ``tridiagonalEigendecomposition(diagonal:offDiagonal:)``.
  public static func gaussRule(
    diagonal: [Double], offDiagonal: [Double]
  ) throws(InputError) -> (nodes: [Double], weights: [Double]) {
    let location = "Gauss's quadrature"
    try requireTridiagonal(diagonal, offDiagonal, location)
    let order = diagonal.count
    var (d, e) = (diagonal, offDiagonal + [0])
    var first = [Double](repeating: 0, count: order)
    if order > 0 { first[0] = 1 }
    for start in 0..<order {
      var sweeps = 0
      while true {
        var end = start
        while end < order - 1, abs(e[end]) > Double.ulpOfOne / 2 * (abs(d[end]) + abs(d[end + 1])) { end += 1 }
        if end == start { break }
        guard sweeps < 60 else {
          throw failure("QL iteration", status: 1, location, meaning: "an iteration that does not converge")
        }
        sweeps += 1
        sweep(start, end, &d, &e, &first)
      }
    }
    let places = d.indices.sorted { d[$0] < d[$1] }
    return (places.map { d[$0] }, places.map { first[$0] * first[$0] })
  }

  /// One implicit QL step between `start` and `end`, with Wilkinson's shift.
  private static func sweep(
    _ start: Int, _ end: Int, _ d: inout [Double], _ e: inout [Double], _ first: inout [Double]
  ) {
    func length(_ x: Double, _ y: Double) -> Double {
      let largest = max(abs(x), abs(y))
      if largest == 0 { return 0 }
      let (a, b) = (x / largest, y / largest)
      return largest * (a * a + b * b).squareRoot()
    }
    let ratio = (d[start + 1] - d[start]) / (2 * e[start])
    let root = length(ratio, 1)
    var g = d[end] - d[start] + e[start] / (ratio + (ratio < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for place in stride(from: end - 1, through: start, by: -1) {
      let f = sine * e[place]
      let b = cosine * e[place]
      let r = length(f, g)
      e[place + 1] = r
      if r == 0 {
        // The matrix falls apart here: what is left is done by another sweep.
        d[place + 1] -= shift
        e[end] = 0
        return
      }
      (sine, cosine) = (f / r, g / r)
      g = d[place + 1] - shift
      let t = (d[place] - g) * sine + 2 * cosine * b
      shift = sine * t
      d[place + 1] = g + shift
      g = cosine * t - b
      let (lower, upper) = (first[place], first[place + 1])
      first[place + 1] = sine * lower + cosine * upper
      first[place] = cosine * lower - sine * upper
    }
    d[start] -= shift
    e[start] = g
    e[end] = 0
  }

  private static func requireTridiagonal(
    _ diagonal: [Double], _ offDiagonal: [Double], _ location: String
  ) throws(InputError) {
    guard offDiagonal.count == max(diagonal.count - 1, 0) else {
      throw InputError(
        location, expected: "\(max(diagonal.count - 1, 0)) entries beside a diagonal of \(diagonal.count)",
        found: "\(offDiagonal.count)")
    }
    try requireFinite(diagonal, location)
    try requireFinite(offDiagonal, location)
  }
}
