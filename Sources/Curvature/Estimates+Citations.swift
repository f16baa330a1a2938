import Citations

extension TraceMethod {
  /// The publications of the method, and of the intervals around what it estimates.
  public var citations: [Citation] {
    switch self {
    case .exact: []
    case .hutchinson: [.hutchinson, .hall, .salmon]
    case .hutchPlusPlus: [.meyer, .hutchinson, .hall, .salmon]
    case .xTrace: [.epperly, .hall, .salmon]
    }
  }
}

extension TraceEstimate {
  /// The publications of what it was made with; none of an exact trace.
  public var citations: [Citation] { isExact ? [] : method.citations }
}

extension EigenvalueOptions {
  /// The publications of the search that these options steer: by Hessian-vector products, from a random vector.
  public static let citations: [Citation] = [.wuThickRestart, .kuczynski, .salmon]
}

extension SpectralDensity {
  /// The publications of densities by Lanczos's process and of their bounds.
  public static let estimationCitations: [Citation] = [.lin, .ubaru, .golub, .golubModified, .salmon]

  /// The publications of what it was made with; none of a dense spectrum.
  public var citations: [Citation] { isExact ? [] : Self.estimationCitations }
}
