import Numerics
import Objectives

extension FiniteSumObjective where Scalar == Double {
  /// The dense Hessian of the batch mean of the loss, d × d, row-major, from d exact Hessian-vector products; over all
  /// samples if no batch is given. Symmetrised by averaging with its transpose.
  public func denseHessian(at parameters: [Double], over batch: Batch? = nil) -> [Double] {
    let d = parameterCount
    var hessian = [Double](repeating: 0, count: d * d)
    var direction = [Double](repeating: 0, count: d)
    for j in 0..<d {
      direction[j] = 1
      let column = hessianVectorProduct(at: parameters, times: direction, over: batch)
      direction[j] = 0
      for i in 0..<d {
        hessian[i * d + j] += 0.5 * column[i]
        hessian[j * d + i] += 0.5 * column[i]
      }
    }
    return hessian
  }

  /// The trace of the Hessian of the full loss, from d exact Hessian-vector products.
  public func hessianTrace(at parameters: [Double]) -> Double {
    var direction = [Double](repeating: 0, count: parameterCount)
    var trace = 0.0
    for j in 0..<parameterCount {
      direction[j] = 1
      trace += hessianVectorProduct(at: parameters, times: direction)[j]
      direction[j] = 0
    }
    return trace
  }

  /// The trace seen at the scale h: Σ_v [L(w + hv) − 2 L(w) + L(w − hv)] / h² over the orthonormal vectors v in `basis`
  /// (d rows of d), or the coordinate axes if none is given.
  ///
  /// It needs no derivative, so it exists at kinks, where it is the mean of the one-sided curvatures. Rounding adds an
  /// error of about 4 d ε L / h², truncation one of order h². Cost: 2d + 1 losses.
  public func secondDifferenceTrace(at parameters: [Double], scale h: Double, basis: [[Double]]? = nil) -> Double {
    let d = parameterCount
    let middle = loss(at: parameters)
    var trace = 0.0
    for k in 0..<d {
      var forward = parameters
      var backward = parameters
      if let basis {
        for j in 0..<d {
          forward[j] += h * basis[k][j]
          backward[j] -= h * basis[k][j]
        }
      } else {
        forward[k] += h
        backward[k] -= h
      }
      trace += (loss(at: forward) - 2 * middle + loss(at: backward)) / (h * h)
    }
    return trace
  }
}
