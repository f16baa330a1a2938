import Citations
import Curvature
import Formats
import Numerics
import Objectives

extension DiagnosisRun {
  /// The Hessian's trace.
  mutating func measureTrace() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.trace)
    let found = try hessianTrace()
    section.citations = found.isExact ? [] : [.pearlmutter] + found.citations
    section.json = json(found)
    section.lines = [
      ("trace", text(found)),
      (
        "how",
        found.isExact
          ? "all eigenvalues"
          : "\(found.method.rawValue), \(found.products) products\(found.isConverged ? "" : "; the error asked for was not reached")"
      ),
      ("mean eigenvalue", NumberText.readable(found.value / Double(dimension), digits: 3)),
    ]
    section.statements.append(
      "The Hessian's trace is \(text(found))\(found.isExact ? ", exactly" : " with 95 % confidence").")
    return section
  }

  /// Computed once, with the layers' shares.
  mutating func hessianTrace() throws(InputError) -> TraceEstimate {
    if let trace { return trace }
    let found = try traceEstimate(hessian, .trace, blocks: layerBlocks.map(\.range))
    trace = found
    return found
  }

  /// A trace to the error asked for, exact where there are few parameters.
  func traceEstimate(
    _ symmetric: CurvatureOperator<NetworkObjective<Scalar>>, _ measure: DiagnosisMeasure, blocks: [Range<Int>] = []
  ) throws(InputError) -> TraceEstimate {
    var traceOptions = TraceOptions()
    // Hutch++ keeps a vector for three products; where they would not fit, Hutchinson's probes keep none.
    let room = 3 * (DiagnosisOptions.largestBasisBytes / (dimension * MemoryLayout<Scalar>.stride))
    let keeps = room >= DiagnosisOptions.usualTraceProducts
    let most = DiagnosisOptions.largestProductCount
    traceOptions.method = isDense ? .exact : keeps ? .hutchPlusPlus : .hutchinson
    traceOptions.budget = .relativeError(options.traceError, atMost: keeps ? min(room, most) : most)
    traceOptions.blocks = blocks
    traceOptions.seeds = seeds
    traceOptions.trial = trial(measure)
    traceOptions.workers = options.workers
    return try symmetric.trace(traceOptions)
  }

  /// The parameters of each affine layer.
  var layerBlocks: [(layer: Int, range: Range<Int>)] {
    var result: [(layer: Int, range: Range<Int>)] = []
    for block in network.parameterBlocks {
      guard let layer = Int(block.name.prefix { $0 != "." }) else { continue }
      if result.last?.layer == layer {
        result[result.count - 1].range = result[result.count - 1].range.lowerBound..<block.range.upperBound
      } else {
        result.append((layer, block.range))
      }
    }
    return result
  }
}
