import Citations
import Curvature
import Stability

extension DiagnosisMeasure {
  /// The publications of every way in which it can be measured. A run used some of them: ``DiagnosisSection/citations``.
  public var citations: [Citation] {
    let search: [Citation] = [.pearlmutter] + EigenvalueOptions.citations
    // Those that a run chooses among.
    let traces = TraceMethod.hutchinson.citations + TraceMethod.hutchPlusPlus.citations
    let batches = Sampling.iid.citations + Sampling.subset.citations
    return switch self {
    case .point, .kinks: []
    case .eigenvalues: search
    case .gaussNewton: [.martens] + search + traces
    case .trace: [.pearlmutter] + traces
    case .layers: search + traces
    case .density: [.pearlmutter] + SpectralDensity.estimationCitations
    case .noise: [.mccandlish, .hutchinson] + search
    case .batchSharpness: [.andreyev, .pearlmutter] + batches
    case .thresholds: [.martens] + EigenvalueOptions.citations + StabilityMap.possibleCitations + batches
    case .features: [.andriushchenko]
    case .jacobianRank: [.andriushchenko, .roy]
    case .sharpness: [.foret, .kwon, .keskar, .andriushchenkoModern] + search
    case .slices: [.goodfellow, .li] + search
    }
  }
}
