import Numerics

/// How sparse the features of a layer are: the fraction of its activations that is not zero once units which say the same
/// count as one.
///
///     coefficient = (non-zero entries in the columns that stand for a feature) / (N·M)
///
/// over N samples and all M units; 1 is dense, 0 is a layer that answers nothing. Lower is sparser. In words: rows are
/// divided by their norm if wanted; columns without a non-zero entry are set aside; of columns whose Pearson correlation
/// exceeds the threshold in absolute value, one stands for all (``Options/rule``).
///
/// Source: Andriushchenko, Varre, Pillaud-Vivien, Flammarion, "SGD with large step sizes learns sparse features", ICML
/// 2023, arXiv 2210.05337. The paper prints the threshold 0.95; its code takes 0.99 for networks with one or two hidden
/// layers, 0.999 for the one-dimensional task and 0.95 for deep ones.
public struct FeatureSparsity: Sendable, Equatable {
  /// The fraction of non-zero activations, each feature counted once.
  public let coefficient: Double
  /// The fraction of non-zero activations, every unit counted.
  public let rawFraction: Double
  /// The number of units with a non-zero activation.
  public let activeUnits: Int
  /// The units that stand for a feature, ascending.
  public let representatives: [Int]

  /// The number of features that are not duplicates of one another.
  public var distinctFeatures: Int { representatives.count }
  /// Whether every feature is zero on every sample. Such a layer is not sparse but dead: the network behind it is a
  /// constant, mostly because of too large a step.
  public var isCollapsed: Bool { activeUnits == 0 }

  /// How features are counted.
  public struct Options: Sendable, Hashable {
    /// Units are duplicates if the absolute value of their correlation is above this, from 0 to 1.
    public var threshold: Double
    /// Which unit stands for its duplicates.
    public var rule: Rule
    /// Whether each sample's activations are first divided by their Euclidean norm (rows of zeros stay): what the code
    /// of the paper does for its shallow networks and not for its deep ones.
    public var normalisesRows: Bool
    /// What is made of columns that do not vary, whose correlation is not defined.
    public var constantColumns: ConstantColumns
    /// An entry counts as non-zero if its absolute value is above this: 0 for ReLU, whose zeros are exact.
    public var zeroThreshold: Double

    /// Chooses; what is left out is the paper's way for shallow networks, with its code's threshold.
    public init(
      threshold: Double = 0.99, rule: Rule = .greedy, normalisesRows: Bool = true,
      constantColumns: ConstantColumns = .distinct, zeroThreshold: Double = 0
    ) {
      self.threshold = threshold
      self.rule = rule
      self.normalisesRows = normalisesRows
      self.constantColumns = constantColumns
      self.zeroThreshold = zeroThreshold
    }

    /// The paper's way for deep networks: threshold 0.95, rows as they are.
    public static let deep = Options(threshold: 0.95, normalisesRows: false)
  }

  /// Which units stand for a feature.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// The paper's walk: unit by unit in their order, a unit goes if any other that is still there is its duplicate. So
    /// the last of a group of mutual duplicates stays. Correlation above a threshold is no equivalence, therefore the
    /// result can depend on the order of the units.
    case greedy
    /// The connected components of the graph of duplicates, which do not depend on the order of the units. Each counts
    /// once, with the mean number of non-zero entries of its members; the last member is named as its representative.
    /// Never more features than by the walk.
    case components
  }

  /// What is made of columns that do not vary.
  public enum ConstantColumns: String, Sendable, Hashable, CaseIterable {
    /// Their correlation with anything is 0: each is a feature of its own. So it comes out in the paper's code.
    case distinct
    /// They are multiples of one another: duplicates of each other, and of nothing else.
    case duplicates
  }

  /// A column counts as constant if the norm of its deviation from its mean is at most this fraction of its own norm:
  /// rounding alone makes correlations of what is left.
  public static let constancy = 1e-12

  /// Counts the features of a layer.
  ///
  /// Cost: N·M² operations for the correlations, by BLAS, and M² for the grouping.
  ///
  /// - Throws: `InputError` for a threshold that is not from 0 to 1 or a zero threshold that is negative.
  public static func coefficient(
    of activations: ActivationMatrix, options: Options = Options()
  ) throws(InputError) -> FeatureSparsity {
    guard (0...1).contains(options.threshold) else {
      throw InputError("threshold", expected: "a correlation from 0 to 1", found: "\(options.threshold)")
    }
    guard options.zeroThreshold >= 0, options.zeroThreshold.isFinite else {
      throw InputError("zero threshold", expected: "a number from 0", found: "\(options.zeroThreshold)")
    }
    let rows = options.normalisesRows ? unitRows(activations.matrix) : activations.matrix
    // Zeros are counted as the network gives them, whatever the rows are divided by.
    let counts = nonZeroCounts(of: activations.matrix, above: options.zeroThreshold)
    let active = counts.indices.filter { counts[$0] > 0 }
    let graph = DuplicateGraph(rows, columns: active, options: options)
    let (representatives, entries) =
      switch options.rule {
      case .greedy: greedy(graph, counts: active.map { counts[$0] })
      case .components: components(graph, counts: active.map { counts[$0] })
      }
    let total = Double(rows.rows * rows.columns)
    return FeatureSparsity(
      coefficient: entries / total, rawFraction: Double(counts.reduce(0, +)) / total, activeUnits: active.count,
      representatives: representatives.map { active[$0] })
  }

  private static func nonZeroCounts(of matrix: Matrix, above threshold: Double) -> [Int] {
    var counts = [Int](repeating: 0, count: matrix.columns)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns where abs(matrix[row, column]) > threshold { counts[column] += 1 }
    }
    return counts
  }

  private static func greedy(_ graph: DuplicateGraph, counts: [Int]) -> (representatives: [Int], entries: Double) {
    var isAlive = [Bool](repeating: true, count: counts.count)
    for unit in counts.indices {
      if counts.indices.contains(where: { $0 != unit && isAlive[$0] && graph.areDuplicates(unit, $0) }) {
        isAlive[unit] = false
      }
    }
    let alive = counts.indices.filter { isAlive[$0] }
    return (alive, Double(alive.reduce(0) { $0 + counts[$1] }))
  }

  private static func components(_ graph: DuplicateGraph, counts: [Int]) -> (representatives: [Int], entries: Double) {
    var component = [Int?](repeating: nil, count: counts.count)
    var representatives: [Int] = []
    // Exact sums first, so that no order of summation shows in the result.
    var sizes: [Int: (entries: Int, components: Int)] = [:]
    for first in counts.indices where component[first] == nil {
      var members = [first]
      var next = 0
      component[first] = first
      while next < members.count {
        for unit in counts.indices where component[unit] == nil && graph.areDuplicates(members[next], unit) {
          component[unit] = first
          members.append(unit)
        }
        next += 1
      }
      representatives.append(members.max() ?? first)
      sizes[members.count, default: (0, 0)].entries += members.reduce(0) { $0 + counts[$1] }
    }
    let entries = sizes.keys.sorted().reduce(0.0) { $0 + Double(sizes[$1]?.entries ?? 0) / Double($1) }
    return (representatives.sorted(), entries)
  }
}

/// Which of some columns are duplicates of each other.
private struct DuplicateGraph {
  private let correlations: Matrix
  private let isConstant: [Bool]
  private let threshold: Double
  private let joinsConstants: Bool

  /// Compares the given columns. Each becomes a vector of mean 0 and norm 1, constant ones the vector 0, and the
  /// correlations are the Gram matrix.
  init(_ rows: Matrix, columns: [Int], options: FeatureSparsity.Options) {
    threshold = options.threshold
    joinsConstants = options.constantColumns == .duplicates
    var standardised = Matrix(rows: columns.count, columns: rows.rows)
    var isConstant = [Bool](repeating: false, count: columns.count)
    for (place, column) in columns.enumerated() {
      let values = rows.column(column)
      // Scaled first: squares of tiny activations would underflow.
      let largest = values.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else {
        isConstant[place] = true
        continue
      }
      let scaled = values.map { $0 / largest }
      let mean = scaled.reduce(0, +) / Double(scaled.count)
      let centred = scaled.map { $0 - mean }
      let norm = LinearAlgebra.norm(centred)
      isConstant[place] = norm <= FeatureSparsity.constancy * LinearAlgebra.norm(scaled)
      guard !isConstant[place] else { continue }
      for row in 0..<rows.rows { standardised[place, row] = centred[row] / norm }
    }
    correlations = standardised.gram()
    self.isConstant = isConstant
  }

  func areDuplicates(_ a: Int, _ b: Int) -> Bool {
    if isConstant[a] || isConstant[b] { return joinsConstants && isConstant[a] && isConstant[b] }
    return min(abs(correlations[a, b]), 1) > threshold
  }
}
