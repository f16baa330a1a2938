import Numerics

/// Random families of per-sample Hessians with E Hᵢ = Λ = diag(λ).
public enum QuadraticFamily: String, Sendable, CaseIterable {
  /// Hᵢ = Λ^{½} W Λ^{½}, W the mean of `rank` matrices zzᵀ, z standard Gaussian: eigenvectors of their own.
  case random
  /// Hᵢ = diag(λⱼ χᵢⱼ), χᵢⱼ the mean of `rank` squared standard Gaussians: all commute.
  case sharedEigenvectors
  /// Hᵢ = xᵢxᵢᵀ, xᵢ = Λ^{½}√d u, u uniform on the unit sphere.
  case rankOne
  /// Hᵢ = xᵢxᵢᵀ, xᵢ ~ N(0, Λ).
  case gaussian
}

extension QuadraticSumObjective {
  /// The largest number of stored entries of a random family: 400 MB.
  public static let largestFamily = 50_000_000

  /// n samples of a random family.
  ///
  /// - Parameters:
  ///   - family: how the Hessians vary.
  ///   - eigenvalues: λ, all positive.
  ///   - rank: of each Hessian, 1 or more; only families without a rank of their own ask.
  ///   - noise: σ; gᵢ = σ(zᵢ − mean z), standard Gaussian z, so that 0 stays stationary. 0 is the homogeneous sum.
  /// - Throws: `InputError` for no sample, eigenvalues that are not positive, a rank below 1, too many entries.
  public static func sampled(
    _ family: QuadraticFamily, samples: Int, eigenvalues: [Double], rank: Int, noise: Double,
    stream: inout RandomStream
  ) throws(InputError) -> QuadraticSumObjective {
    let d = eigenvalues.count
    guard samples > 0, d > 0, rank > 0, eigenvalues.allSatisfy({ $0 > 0 && $0.isFinite }), noise >= 0 else {
      throw InputError(
        "quadratic family", expected: "samples, positive eigenvalues, a rank from 1 and noise from 0",
        found: "\(samples) samples, eigenvalues \(eigenvalues.prefix(5)), rank \(rank), noise \(noise)")
    }
    let rows = family == .sharedEigenvectors ? d : family == .random ? rank : 1
    let (entries, overflow) = samples.multipliedReportingOverflow(by: rows)
    guard !overflow, !entries.multipliedReportingOverflow(by: d).overflow, entries * d <= largestFamily else {
      throw InputError(
        "quadratic family", expected: "at most \(largestFamily) entries, samples × rank × dimension",
        found: "\(samples) × \(rows) × \(d)")
    }
    let roots = eigenvalues.map { $0.squareRoot() }
    var jacobians: [Double] = []
    jacobians.reserveCapacity(entries * d)
    for _ in 0..<samples {
      switch family {
      case .random:
        for _ in 0..<rank {
          jacobians += zip(stream.gaussian(count: d), roots).map { $0 * $1 / Double(rank).squareRoot() }
        }
      case .sharedEigenvectors:
        for j in 0..<d {
          let square = stream.gaussian(count: rank).reduce(0) { $0 + $1 * $1 } / Double(rank)
          jacobians += (0..<d).map { $0 == j ? (eigenvalues[j] * square).squareRoot() : 0 }
        }
      case .rankOne:
        jacobians += zip(stream.sphere(count: d, radius: Double(d).squareRoot()), roots).map { $0 * $1 }
      case .gaussian:
        jacobians += zip(stream.gaussian(count: d), roots).map { $0 * $1 }
      }
    }
    var gradients: [Double]?
    if noise > 0 {
      var values = stream.gaussian(count: samples * d).map { $0 * noise }
      for j in 0..<d {
        let mean = (0..<samples).reduce(0) { $0 + values[$1 * d + j] } / Double(samples)
        for sample in 0..<samples { values[sample * d + j] -= mean }
      }
      gradients = values
    }
    return try QuadraticSumObjective(
      jacobians: jacobians, sampleCount: samples, outputCount: rows, dimension: d, gradients: gradients)
  }
}
