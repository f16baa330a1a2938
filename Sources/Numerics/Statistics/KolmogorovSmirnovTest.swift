#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The Kolmogorov–Smirnov test: the largest distance between distribution functions.
public struct KolmogorovSmirnovTest: Equatable, Sendable {
  /// The largest distance D, from 0 to 1.
  public let statistic: Double
  /// The probability of at least this distance under the hypothesis.
  public let pValue: Double

  /// Tests a sample against a continuous distribution that was fixed before looking at the sample.
  ///
  /// The p-value is exact for n ≤ 1,000: up to n·D² = 7.24 with absolute error 1e-13 (Marsaglia, Tsang, Wang 2003,
  /// doi:10.18637/jss.v008.i18), beyond it, where p < 1.1e-6, twice the one-sided one with relative error 1e-10 (Smirnov; Birnbaum and Tingey 1951,
  /// doi:10.1214/aoms/1177729550). For n > 1,000 it is that of Kolmogorov's limit at λ + 1/(6√n) + (λ − 1)/(4n) with λ = √n·D
  /// (Vrbik 2018, "Small-sample corrections to Kolmogorov–Smirnov test statistic", Pioneer J. Theor. Appl. Stat. 15), with relative error 1e-4 for
  /// p > 0.01, and 2e-2 for p > 1e-6. Cost: one sort; for the exact p-value O(√n³·log n) more.
  ///
  /// - Parameters:
  ///   - sample: Independent values.
  ///   - cumulative: The distribution function.
  /// - Throws: ``InputError`` for an empty sample, values that are not finite, or a distribution function that leaves [0, 1] or decreases.
  public static func oneSample(
    _ sample: [Double], against cumulative: (Double) -> Double
  ) throws(InputError) -> KolmogorovSmirnovTest {
    try Sample.require(sample, "sample")
    let count = Double(sample.count)
    var statistic = 0.0
    var previous = 0.0
    for (index, value) in sample.sorted().enumerated() {
      let probability = cumulative(value)
      guard probability >= previous, probability <= 1 else {
        throw InputError(
          "distribution function", expected: "values that increase from 0 to 1",
          found: "\(probability) at \(value), after \(previous)")
      }
      previous = probability
      statistic = max(statistic, probability - Double(index) / count, Double(index + 1) / count - probability)
    }
    let pValue =
      if sample.count > 1000 {
        limit(vrbik(count, statistic))
      } else if count * statistic * statistic > 7.24 {
        min(1, 2 * exactOneSided(sample.count, statistic))
      } else {
        exactOneSample(sample.count, statistic)
      }
    return KolmogorovSmirnovTest(statistic: statistic, pValue: pValue)
  }

  /// Tests whether two samples come from one distribution.
  ///
  /// The p-value is exact (absolute error 1e-12; Hodges 1958, doi:10.1007/BF02589501) for n·m ≤ 100,000, and otherwise that of Kolmogorov's
  /// limit at λ = (√k + 0.12 + 0.11/√k)·D with k = n·m/(n + m), Stephens' correction (1970, doi:10.1111/j.2517-6161.1970.tb00821.x), which is within
  /// about 0.01 of the exact one. With ties it is conservative. Cost: two sorts; for the
  /// exact p-value n·m more.
  ///
  /// - Throws: ``InputError`` for an empty sample or values that are not finite.
  public static func twoSamples(_ first: [Double], _ second: [Double]) throws(InputError) -> KolmogorovSmirnovTest {
    try Sample.require(first, "first sample")
    try Sample.require(second, "second sample")
    let (x, y) = (first.sorted(), second.sorted())
    // The distance as a whole multiple of 1/(n·m), so that equal distances compare equal.
    var largest = 0
    var (i, j) = (0, 0)
    while i < x.count, j < y.count {
      let value = min(x[i], y[j])
      while i < x.count, x[i] == value { i += 1 }
      while j < y.count, y[j] == value { j += 1 }
      largest = max(largest, abs(i * y.count - j * x.count))
    }
    let product = x.count * y.count
    let statistic = Double(largest) / Double(product)
    let size = Double(product) / Double(x.count + y.count)
    let pValue =
      product <= 100_000 ? exactTwoSamples(x.count, y.count, largest) : limit(stephens(size, statistic))
    return KolmogorovSmirnovTest(statistic: statistic, pValue: pValue)
  }

  private static func vrbik(_ count: Double, _ statistic: Double) -> Double {
    let lambda = count.squareRoot() * statistic
    return lambda + 1 / (6 * count.squareRoot()) + (lambda - 1) / (4 * count)
  }

  private static func stephens(_ count: Double, _ statistic: Double) -> Double {
    (count.squareRoot() + 0.12 + 0.11 / count.squareRoot()) * statistic
  }

  /// The tail of Kolmogorov's distribution, 2 Σ (−1)^(k−1) exp(−2 k² λ²), by the series that converges fast at λ.
  static func limit(_ lambda: Double) -> Double {
    if lambda <= 0 { return 1 }
    if lambda < 1.18 {
      let base = -Double.pi * Double.pi / (8 * lambda * lambda)
      let sum = exp(base) + exp(9 * base) + exp(25 * base) + exp(49 * base)
      return max(0, 1 - (2 * Double.pi).squareRoot() / lambda * sum)
    }
    let base = -2 * lambda * lambda
    return 2 * (exp(base) - exp(4 * base) + exp(9 * base) - exp(16 * base))
  }

  /// P(D ≥ d) for n values: the middle entry of the n-th power of Marsaglia, Tsang and Wang's matrix, times n!/nⁿ.
  private static func exactOneSample(_ count: Int, _ statistic: Double) -> Double {
    let scaled = Double(count) * statistic
    let k = Int(scaled) + 1
    let h = Double(k) - scaled
    let order = 2 * k - 1
    var step = Matrix(rows: order, columns: order)
    var inverseFactorials = [1.0]
    for index in 1...(order + 1) { inverseFactorials.append(inverseFactorials[index - 1] / Double(index)) }
    for row in 0..<order {
      for column in 0...min(row + 1, order - 1) {
        var entry = 1.0
        if column == 0 { entry -= pow(h, Double(row + 1)) }
        if row == order - 1 { entry -= pow(h, Double(order - column)) }
        if row == order - 1, column == 0, h > 0.5 { entry += pow(2 * h - 1, Double(order)) }
        step[row, column] = entry * inverseFactorials[row - column + 1]
      }
    }
    var (value, exponent) = power(step, count, entry: k - 1)
    for index in 1...count {
      value *= Double(index) / Double(count)
      if value < 0x1p-500 {
        value *= 0x1p500
        exponent -= 500
      }
    }
    return min(1, max(0, 1 - scalbn(value, exponent)))
  }

  /// P(D⁺ ≥ d) for n values: d · Σ over j ≤ n (1 − d) of C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j).
  ///
  /// Twice it counts samples that reach d on both sides twice; for n·d² > 7.24 these are less than 1e-18 of all.
  private static func exactOneSided(_ count: Int, _ statistic: Double) -> Double {
    let n = Double(count)
    var logBinomial = 0.0
    var sum = 0.0
    for index in 0..<count {
      let j = Double(index)
      let rest = 1 - statistic - j / n
      if rest <= 0 { break }
      sum += exp(logBinomial + (j - 1) * log(statistic + j / n) + (n - j) * log(rest))
      logBinomial += log((n - j) / (j + 1))
    }
    return statistic * sum
  }

  /// A diagonal entry of a matrix's power, as value · 2^exponent: the power itself may be far out of range.
  private static func power(_ base: Matrix, _ count: Int, entry: Int) -> (value: Double, exponent: Int) {
    var square = base
    var squareExponent = 0
    var result = Matrix.identity(base.rows)
    var resultExponent = 0
    var remaining = count
    while remaining > 0 {
      if remaining & 1 == 1 {
        result = result.multiplied(by: square)
        resultExponent += squareExponent + rescale(&result, entry)
      }
      remaining >>= 1
      if remaining > 0 {
        square = square.multiplied(by: square)
        squareExponent = 2 * squareExponent + rescale(&square, entry)
      }
    }
    return (result[entry, entry], resultExponent)
  }

  private static func rescale(_ matrix: inout Matrix, _ entry: Int) -> Int {
    guard matrix[entry, entry] > 0x1p400 else { return 0 }
    matrix.withUnsafeMutableStorage { entries in
      for index in entries.indices { entries[index] *= 0x1p-400 }
    }
    return 400
  }

  /// P(n·m·D ≥ distance): one minus the share of lattice paths from (0, 0) to (n, m) that stay closer to the diagonal.
  private static func exactTwoSamples(_ n: Int, _ m: Int, _ distance: Int) -> Double {
    if distance == 0 { return 1 }
    var share = (0...m).map { $0 * n < distance ? 1.0 : 0 }
    for i in 1...n {
      // Multiplying by i/(i + m) in each row turns the count of paths into their share without leaving the range.
      let weight = Double(i) / Double(i + m)
      share[0] = i * m < distance ? weight * share[0] : 0
      for j in 1...m {
        share[j] = abs(i * m - j * n) < distance ? weight * share[j] + share[j - 1] : 0
      }
    }
    return min(1, max(0, 1 - share[m]))
  }
}
