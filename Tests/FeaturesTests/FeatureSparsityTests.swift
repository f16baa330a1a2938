import Features
import Numerics
import Testing

/// The coefficient once more, from the definition: all pairs, entry by entry.
private func naive(_ rows: [[Double]], _ options: FeatureSparsity.Options) -> (coefficient: Double, kept: [Int]) {
  let scaled = rows.map { row in
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return options.normalisesRows && norm > 0 ? row.map { $0 / norm } : row
  }
  let (n, m) = (rows.count, rows[0].count)
  func count(_ unit: Int) -> Int { rows.count { abs($0[unit]) > options.zeroThreshold } }
  func correlation(_ a: Int, _ b: Int) -> Double {
    let (x, y) = (scaled.map { $0[a] }, scaled.map { $0[b] })
    let (meanX, meanY) = (x.reduce(0, +) / Double(n), y.reduce(0, +) / Double(n))
    let covariance = (0..<n).reduce(0) { $0 + (x[$1] - meanX) * (y[$1] - meanY) }
    let (varX, varY) = (
      x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }, y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
    )
    // What is constant up to rounding has no correlation.
    let squares = (x.reduce(0) { $0 + $1 * $1 }, y.reduce(0) { $0 + $1 * $1 })
    guard varX > 1e-24 * squares.0, varY > 1e-24 * squares.1 else { return 0 }
    return abs(covariance / (varX * varY).squareRoot())
  }
  let active = (0..<m).filter { count($0) > 0 }
  switch options.rule {
  case .greedy:
    var alive = active
    for unit in active where alive.contains(where: { $0 != unit && correlation(unit, $0) > options.threshold }) {
      alive.removeAll { $0 == unit }
    }
    return (Double(alive.reduce(0) { $0 + count($1) }) / Double(n * m), alive)
  case .components:
    var groups = active.map { [$0] }
    var merged = true
    while merged {
      merged = false
      search: for i in groups.indices {
        for j in groups.indices where j > i {
          if groups[i].contains(where: { a in groups[j].contains { correlation(a, $0) > options.threshold } }) {
            groups[i] += groups.remove(at: j)
            merged = true
            break search
          }
        }
      }
    }
    let entries = groups.reduce(0.0) { $0 + Double($1.reduce(0) { $0 + count($1) }) / Double($1.count) }
    return (entries / Double(n * m), groups.compactMap { $0.max() }.sorted())
  }
}

private func sparsity(
  _ rows: [[Double]], _ options: FeatureSparsity.Options = .init()
) throws -> FeatureSparsity {
  try .coefficient(of: ActivationMatrix(Matrix(rows)), options: options)
}

@Suite("The feature sparsity coefficient") struct FeatureSparsityTests {
  /// Two pairs of duplicates (one with opposite sign), a unit that nothing answers, one of its own.
  private let byHand: [[Double]] = [
    [1, 2, 0, 0, 3, 0],
    [2, 4, 0, 1, 0, 5],
    [3, 6, 0, 0, 3, 0],
    [0, 0, 0, 1, 0, 0],
  ]

  @Test("of a matrix worked out by hand") func hand() throws {
    let raw = FeatureSparsity.Options(normalisesRows: false)
    let found = try sparsity(byHand, raw)
    // Columns 0 and 1 are multiples; 3 and 4 are 1 and 3 times (0, 1, 0, 1) and (1, 0, 1, 0): correlation −1.
    #expect(found.representatives == [1, 4, 5])
    #expect(found.coefficient == Double(3 + 2 + 1) / 24)
    #expect(found.rawFraction == Double(3 + 3 + 2 + 2 + 1) / 24)
    #expect(found.activeUnits == 5 && found.distinctFeatures == 3 && !found.isCollapsed)
    let components = try sparsity(byHand, .init(rule: .components, normalisesRows: false))
    #expect(components.coefficient == found.coefficient && components.representatives == [1, 4, 5])
  }

  @Test("the walk is no equivalence: a chain keeps two units, or one if its middle comes last; components keep one")
  func chain() throws {
    // Angles 0°, 20° and 40° between vectors of mean 0: cosines .94, .94 and .77.
    func column(_ degrees: Double) -> [Double] {
      let (c, s) = (cosine(degrees), cosine(90 - degrees))
      return [c + 9, -c + 9, s + 9, -s + 9]
    }
    func rows(_ degrees: [Double]) -> [[Double]] {
      let columns = degrees.map(column)
      return (0..<4).map { row in columns.map { $0[row] } }
    }
    let greedy = FeatureSparsity.Options(threshold: 0.9, normalisesRows: false)
    let components = FeatureSparsity.Options(threshold: 0.9, rule: .components, normalisesRows: false)
    #expect(try sparsity(rows([0, 20, 40]), greedy).representatives == [2])
    #expect(try sparsity(rows([20, 0, 40]), greedy).representatives == [1, 2])
    #expect(try sparsity(rows([0, 40, 20]), greedy).representatives == [2])
    for order in [[0.0, 20, 40], [20, 0, 40], [0, 40, 20]] {
      let found = try sparsity(rows(order), components)
      #expect(found.distinctFeatures == 1 && found.coefficient == 1.0 / 3)
    }
  }

  private func cosine(_ degrees: Double) -> Double {
    // cos 20° by its cubic 8c³ − 6c − 1 = 0; the others by addition.
    var c = 0.94
    for _ in 0..<20 { c -= (8 * c * c * c - 6 * c - 1) / (24 * c * c - 6) }
    switch degrees {
    case 0: return 1
    case 20: return c
    case 40: return 2 * c * c - 1
    case 50: return (1 - (2 * c * c - 1) * (2 * c * c - 1)).squareRoot()
    case 70: return (1 - c * c).squareRoot()
    default: return 0
    }
  }

  private func random(_ stream: inout RandomStream) -> [[Double]] {
    let (n, m, hidden) = (2 + stream.integer(below: 8), 1 + stream.integer(below: 9), 1 + stream.integer(below: 3))
    let codes = (0..<n).map { _ in stream.gaussian(count: hidden) }
    let weights = (0..<m).map { _ in stream.gaussian(count: hidden) }
    let isQuiet = stream.integer(below: 2) == 0
    return codes.map { code in
      weights.enumerated().map { unit, weight in
        if isQuiet, unit == 0 { return 0 }
        return max(0, zip(code, weight).reduce(0) { $0 + $1.0 * $1.1 })
      }
    }
  }

  @Test("equals its naive twin on random layers, with every option") func twin() throws {
    var stream = RandomStream(RandomKey(seed: 71, purpose: .measurement))
    var smaller = 0
    for _ in 0..<300 {
      let rows = random(&stream)
      for rule in FeatureSparsity.Rule.allCases {
        for threshold in [0.3, 0.8, 0.95, 0.99] {
          for normalises in [false, true] {
            let options = FeatureSparsity.Options(threshold: threshold, rule: rule, normalisesRows: normalises)
            let (found, expected) = (try sparsity(rows, options), naive(rows, options))
            #expect(found.representatives == expected.kept, "\(rows) \(options)")
            #expect(abs(found.coefficient - expected.coefficient) < 1e-12)
            #expect(found.coefficient <= found.rawFraction + 1e-12)
            smaller += found.coefficient < found.rawFraction ? 1 : 0
          }
        }
      }
    }
    #expect(smaller > 1000)
  }

  @Test("components do not depend on the order of units, and neither rule on their scales") func invariances() throws {
    var stream = RandomStream(RandomKey(seed: 72, purpose: .measurement))
    for _ in 0..<100 {
      let rows = random(&stream)
      let order = stream.permutation(count: rows[0].count)
      let permuted = rows.map { row in order.map { row[$0] } }
      let components = FeatureSparsity.Options(threshold: 0.8, rule: .components)
      let (a, b) = (try sparsity(rows, components), try sparsity(permuted, components))
      #expect(a.coefficient == b.coefficient && a.distinctFeatures == b.distinctFeatures)
      let greedy = FeatureSparsity.Options(threshold: 0.8, normalisesRows: false)
      let scaled = rows.map { row in row.enumerated().map { $1 * [0.5, 4, 1024][$0 % 3] } }
      #expect(try sparsity(rows, greedy) == sparsity(scaled, greedy))
      // Fewer features by components than by the walk, never more.
      #expect(try sparsity(rows, .init(threshold: 0.8)).distinctFeatures >= a.distinctFeatures)
    }
  }

  @Test("a layer of zeros has collapsed") func collapsed() throws {
    for rule in FeatureSparsity.Rule.allCases {
      let found = try sparsity([[0, 0], [0, 0]], .init(rule: rule))
      #expect(found.isCollapsed && found.coefficient == 0 && found.rawFraction == 0 && found.representatives == [])
    }
  }

  @Test("one neuron, one sample") func smallest() throws {
    #expect(try sparsity([[2], [0]]).coefficient == 0.5)
    // One sample: nothing varies, so no two units are known to be duplicates.
    #expect(try sparsity([[2, 3, 0]]).coefficient == 2.0 / 3)
    #expect(try sparsity([[2, 3, 0]], .init(constantColumns: .duplicates)).coefficient == 1.0 / 3)
  }

  @Test("constant columns are features of their own, or one, as wished; also where rounding moves them")
  func constants() throws {
    let tenth = (0..<12).map { [0.1, 0.3, Double($0), 0.7] }
    for rule in FeatureSparsity.Rule.allCases {
      let kept = try sparsity(tenth, .init(rule: rule, normalisesRows: false))
      #expect(kept.distinctFeatures == 4)
      let joined = try sparsity(tenth, .init(rule: rule, normalisesRows: false, constantColumns: .duplicates))
      #expect(joined.representatives == [2, 3] && joined.coefficient == Double(11 + 12) / 48)
    }
  }

  @Test("zeros are those of the network, at a stated threshold") func zeros() throws {
    let rows = [[1e-9, 1, 0.5], [0, 0, 2]]
    #expect(try sparsity(rows, .init(normalisesRows: false)).rawFraction == 4.0 / 6)
    let found = try sparsity(rows, .init(normalisesRows: false, zeroThreshold: 1e-6))
    #expect(found.rawFraction == 3.0 / 6 && found.activeUnits == 2)
    // With two samples every pair of columns that vary is correlated by ±1.
    #expect(found.representatives == [2])
  }

  @Test("tiny and huge activations are compared all the same") func extremes() throws {
    let rows = [[1e-200, 1e200, 1], [2e-200, 2e200, 5], [3e-200, 3e200, 2]]
    #expect(try sparsity(rows, .init(normalisesRows: false)).representatives == [1, 2])
  }

  @Test("what makes no sense is refused") func errors() throws {
    let rows = try ActivationMatrix([1, 2, 3, 4], unitCount: 2)
    for threshold in [-0.1, 1.1, .nan] {
      #expect(throws: InputError.self) {
        try FeatureSparsity.coefficient(of: rows, options: .init(threshold: threshold))
      }
    }
    #expect(throws: InputError.self) { try FeatureSparsity.coefficient(of: rows, options: .init(zeroThreshold: -1)) }
    #expect(
      throws: InputError(
        "activations", expected: "one or more rows of one or more units", found: "3 numbers for 2 units")
    ) {
      try ActivationMatrix([1, 2, 3], unitCount: 2)
    }
    #expect(throws: InputError.self) { try ActivationMatrix([], unitCount: 2) }
    #expect(throws: InputError.self) { try ActivationMatrix([1], unitCount: 0) }
    #expect(throws: InputError.self) { try ActivationMatrix(Matrix(rows: 0, columns: 2)) }
    let error = #expect(throws: InputError.self) { try ActivationMatrix([1, 2, .nan, 4], unitCount: 2) }
    #expect(error?.found == "nan in row 1, column 0")
    #expect(throws: InputError.self) { try rows.keeping(units: [2]) }
    #expect(throws: InputError.self) { try rows.keeping(units: []) }
    #expect(try rows.keeping(units: [1]).matrix == Matrix([[2], [4]]))
  }
}
