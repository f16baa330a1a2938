/// A part of a diagnosis that can be asked for.
public enum DiagnosisMeasure: String, Sendable, Hashable, CaseIterable {
  case point
  case eigenvalues
  case gaussNewton
  case trace
  case layers
  case density
  case noise
  case batchSharpness
  case thresholds
  case features
  case jacobianRank
  case kinks
  case sharpness
  case slices

  /// The heading in reports.
  public var title: String {
    switch self {
    case .point: "Where it stands"
    case .eigenvalues: "The ends of the Hessian's spectrum"
    case .gaussNewton: "Gauss and Newton's matrix"
    case .trace: "The Hessian's trace"
    case .layers: "Layer by layer"
    case .density: "The Hessian's spectral density"
    case .noise: "The gradients' noise"
    case .batchSharpness: "Batch sharpness"
    case .thresholds: "Which step and batch sizes could stay"
    case .features: "Features"
    case .jacobianRank: "The rank of the Jacobian"
    case .kinks: "Distance to the nearest kink"
    case .sharpness: "Other notions of sharpness"
    case .slices: "The loss around"
    }
  }

  /// What it says, in a sentence or two.
  public var explanation: String {
    switch self {
    case .point: "Loss, accuracy, and the norms of the gradient and of single samples' gradients."
    case .eigenvalues:
      "The largest eigenvalues (λ_max is the sharpness) and the smallest (negative: not a minimum), each with its residual: an "
        + "eigenvalue lies within it for certain. All of them are exact up to 2,000 parameters."
    case .gaussNewton:
      "λ_max and the trace of the Hessian without the curvature of the network itself; for these losses it is the Fisher "
        + "information, too."
    case .trace: "The sum of all eigenvalues: exact up to 2,000 parameters, and estimated with an interval beyond."
    case .layers: "λ_max and trace of each layer's own block of the Hessian."
    case .density: "How eigenvalues are distributed, with a bound of the error in Wasserstein-1 distance."
    case .noise:
      "The covariance of the samples' gradients: its trace, its largest eigenvalue, and the gradient noise scales, simple and "
        + "weighted by curvature."
    case .batchSharpness:
      "The curvature that mini-batches see along their own gradients, for some batch sizes, with 95 % intervals."
    case .thresholds:
      "The step sizes up to which SGD of each batch size could stay here if this were a minimum: of the linearised network, "
        + "in the directions of the largest curvature."
    case .features: "How many activations are not zero, how many features differ, and dead units, layer by layer."
    case .jacobianRank: "How many directions of the outputs the parameters can still move."
    case .kinks: "How near units of ReLU are to the point where they switch: derivatives mean little beyond it."
    case .sharpness: "Keskar's box sharpness, and worst-case, average and adaptive (ASAM) sharpness."
    case .slices:
      "The loss along the sharpest direction, and along random directions scaled as the filters, in one and two dimensions."
    }
  }

  /// What it costs, n samples and d parameters.
  public var cost: String {
    switch self {
    case .point: "a gradient, and n single ones"
    case .eigenvalues: "some tens to hundreds of Hessian-vector products; d up to 2,000 parameters"
    case .gaussNewton: "as eigenvalues and trace"
    case .trace: "30 Hessian-vector products and more, until the error is below --trace-error; d up to 2,000 parameters"
    case .layers: "some tens of Hessian-vector products a layer"
    case .density: "--probes times --lanczos-steps Hessian-vector products; nothing more up to 2,000 parameters"
    case .noise: "n single gradients, and some tens of products"
    case .batchSharpness: "up to 200 gradients and Hessian-vector products of a batch, for each batch size"
    case .thresholds: "some tens of products, --rank passes, and up to a minute of simulation"
    case .features: "a forward pass, and the correlations of all pairs of units"
    case .jacobianRank: "a backward pass an output and sample, and a singular value decomposition"
    case .kinks: "a forward pass"
    case .sharpness: "some hundreds of gradients"
    case .slices: "about 500 losses"
    }
  }
}
