import Foundation
import Numerics

/// XTrace's m estimates tᵢ, each with one vector ωᵢ left out of the others' space, and the unbiased variance of their mean.
///
/// Given all other vectors, tᵢ has mean tr A. Let tᵢ⁽ʲ⁾ be the same estimate when ωⱼ is missing altogether: also unbiased given the
/// others, and independent of ωⱼ. Then E[tᵢ⁽ʲ⁾(tⱼ − tr A)] = 0, since tᵢ⁽ʲ⁾ is a function of vectors given which tⱼ has mean
/// tr A; likewise with i and j exchanged; and given the m − 2 others tᵢ⁽ʲ⁾ and tⱼ⁽ⁱ⁾ are independent. So
///
///     Cov(tᵢ, tⱼ) = E[(tᵢ − tᵢ⁽ʲ⁾)(tⱼ − tⱼ⁽ⁱ⁾)],
///
/// and with s² the tᵢ's sample variance and ĉ the mean of these products over all pairs, E[s²/m + ĉ] = Var(t̄) exactly. It needs
/// no product more: all m² estimates with two vectors missing follow from m × m matrices. Where ĉ is negative by chance, 0
/// stands for it.
///
/// With sᵢ the direction of Q that goes when ωᵢ goes (a column of R⁻ᵀ, of length 1) and e the further one that goes with ωⱼ:
/// xᵢ = (I − sᵢsᵢᵀ)Qᵀωᵢ, tᵢ = tr T − sᵢᵀTsᵢ + ωᵢᵀAωᵢ − 2rᵢᵀxᵢ + xᵢᵀTxᵢ, R = (r₁, …), and tᵢ⁽ʲ⁾ has xᵢ − (eᵀxᵢ)e instead.
struct LeaveOneOut {
  /// tᵢ.
  let estimates: [Double]
  /// The variance of their mean.
  let variance: Double

  /// - Parameters:
  ///   - upper: R of AΩ = QR.
  ///   - projected: T = QᵀAQ.
  ///   - inside: W = QᵀΩ.
  ///   - forms: ωᵢᵀAωᵢ.
  ///   - squares: ‖ωᵢ‖².
  ///   - rescalesTo: d where the part of a vector outside of Q' is scaled to its expected length, which leaves the mean as it is
  ///     for vectors whose direction is uniform: Gaussian ones.
  init(
    upper: Matrix, projected: Matrix, inside: Matrix, forms: [Double], squares: [Double], rescalesTo dimension: Int?
  ) throws(InputError) {
    let count = forms.count
    var gone = try LinearAlgebra.solve(upper, .identity(count)).transposed()
    for i in 0..<count {
      let length = LinearAlgebra.norm(gone.column(i))
      for j in 0..<count { gone[j, i] /= length }
    }
    let transposed = gone.transposed()
    var left = inside
    let along = transposed.multiplied(by: inside)
    for i in 0..<count {
      for j in 0..<count { left[j, i] -= along[i, i] * gone[j, i] }
    }
    let image = projected.multiplied(by: left)
    var slope = upper
    for j in 0..<count { for i in 0..<count { slope[j, i] -= image[j, i] } }
    let pairs = Pairs(
      gone: gone, left: left, slope: slope, projected: projected, cosines: transposed.multiplied(by: gone),
      forms: transposed.multiplied(by: projected.multiplied(by: gone)), lefts: transposed.multiplied(by: left),
      slopes: transposed.multiplied(by: slope))

    var trace = 0.0
    for i in 0..<count { trace += projected[i, i] }
    var (estimates, remainders, outside) = ([Double](), [Double](), [Double]())
    func scale(_ outside: Double, missing: Int) -> Double {
      dimension.map { Double($0 - count + missing) / outside } ?? 1
    }
    for i in 0..<count {
      let (x, r, tx) = (left.column(i), upper.column(i), image.column(i))
      remainders.append(forms[i] - 2 * LinearAlgebra.dot(r, x) + LinearAlgebra.dot(x, tx))
      outside.append(squares[i] - LinearAlgebra.dot(x, x))
      estimates.append(trace - pairs.forms[i, i] + scale(outside[i], missing: 1) * remainders[i])
    }
    var changes = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count where j != i {
        let (form, part, slope) = pairs.further(i, j)
        let remainder = remainders[i] + 2 * part * slope + part * part * form
        changes[i, j] =
          form + scale(outside[i], missing: 1) * remainders[i]
          - scale(outside[i] + part * part, missing: 2) * remainder
      }
    }
    var covariance = 0.0
    for i in 0..<count { for j in 0..<i { covariance += changes[i, j] * changes[j, i] } }
    covariance /= Double(count * (count - 1)) / 2
    self.estimates = estimates
    variance = (try Summary(estimates).variance ?? 0) / Double(count) + max(0, covariance)
  }

  /// What goes from Q when a second vector goes.
  private struct Pairs {
    let gone: Matrix
    let left: Matrix
    let slope: Matrix
    let projected: Matrix
    /// SᵀS, SᵀTS, SᵀX and SᵀB with B = R − TX.
    let cosines: Matrix
    let forms: Matrix
    let lefts: Matrix
    let slopes: Matrix

    /// eᵀTe, eᵀxᵢ and eᵀbᵢ for e the part of sⱼ beyond sᵢ, of length 1.
    func further(_ i: Int, _ j: Int) -> (form: Double, left: Double, slope: Double) {
      let cosine = cosines[i, j]
      let square = 1 - cosine * cosine
      // Where the two are nearly parallel, the short cut has lost the digits that the difference has kept.
      guard square > 1e-4 else { return furtherByDifference(i, j) }
      let length = square.squareRoot()
      let form = (forms[j, j] - 2 * cosine * forms[i, j] + cosine * cosine * forms[i, i]) / square
      return (form, lefts[j, i] / length, (slopes[j, i] - cosine * slopes[i, i]) / length)
    }

    private func furtherByDifference(_ i: Int, _ j: Int) -> (form: Double, left: Double, slope: Double) {
      let first = gone.column(i)
      var rest = gone.column(j)
      for _ in 0..<2 {
        LinearAlgebra.axpy(-LinearAlgebra.dot(first, rest), first, into: &rest)
        let length = LinearAlgebra.norm(rest)
        if length == 0 { return (0, 0, 0) }
        for place in rest.indices { rest[place] /= length }
      }
      let image = projected.multiplied(by: rest)
      return (
        LinearAlgebra.dot(rest, image), LinearAlgebra.dot(rest, left.column(i)),
        LinearAlgebra.dot(rest, slope.column(i))
      )
    }
  }
}
