import Citations
import Curvature
import Formats
import Numerics
import Objectives
import Reporting

extension DiagnosisRun {
  /// Both ends of the Hessian's spectrum.
  mutating func measureEigenvalues() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.eigenvalues)
    let found = try hessianEnds()
    section.citations = searchCitations
    section.json = ends(found, hessian.formula)
    section.lines = lines(found)
    section.tables.append(table(found, name: "eigenvalues"))
    let top = found.largest[0]
    section.statements.append("The sharpness λ_max is \(text(top))\(isDense ? ", exactly" : "").")
    if let bottom = found.smallest.first {
      let reach = bottom.value + bottom.residual
      let share =
        top.value > 0 ? ", \(NumberText.readable(100 * abs(bottom.value) / top.value, digits: 2)) % of λ_max" : ""
      section.statements.append(
        reach < -Double(Scalar.ulpOfOne) * Double(dimension).squareRoot() * abs(top.value)
          ? "There are directions of negative curvature, down to \(text(bottom))\(share): this is no minimum to "
            + "second order."
          : "No negative curvature was found beyond what the errors allow.")
    }
    if !found.isConverged {
      section.caveats.append(
        "Not every eigenvalue reached the residual asked for; the intervals hold an eigenvalue all the same.")
    }
    section.caveats.append(
      isDense
        ? "All \(dimension) eigenvalues were computed: exact but for rounding."
        : "An interval is value ± ‖Hx − λx‖: some eigenvalue lies in it for certain. That none lies beyond λ_max holds with "
          + "the stated confidence over the random start, up to the bound given.")
    return section
  }

  /// λ_max, the other end and the trace of the Gauss–Newton matrix.
  mutating func measureGaussNewton() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.gaussNewton)
    let all = try gaussNewtonPairs()
    // The thresholds want more of them.
    let found = Eigenpairs(
      largest: Array(all.largest.prefix(options.eigenvalueCount)), smallest: [], products: all.products,
      range: all.range, upperBound: all.upperBound, lowerBound: nil)
    let trace = try traceEstimate(gaussNewton, .gaussNewton)
    let top = found.largest[0]
    let sharpness = try hessianEnds().largest[0]
    section.citations = [.martens] + searchCitations + trace.citations
    var members = ends(found, gaussNewton.formula).members
    members["trace"] = json(trace)
    let ratio = top.value > 0 ? sharpness.value / top.value : nil
    members["hessianOverGaussNewton"] = .number(orNull: ratio)
    section.json = .object(members)
    section.lines = lines(found) + [("trace", text(trace))]
    section.tables.append(table(found, name: "gauss-newton"))
    section.statements.append(
      "Gauss and Newton's matrix, the Hessian of the linearised network, has λ_max = \(text(top))"
        + (ratio.map { "; the Hessian's is \(NumberText.readable($0, digits: 4)) times that." } ?? "."))
    return section
  }

  /// Eigenvectors of the largest eigenvalues of the Gauss–Newton matrix, for the thresholds too.
  mutating func gaussNewtonPairs() throws(InputError) -> Eigenpairs<Scalar> {
    if let gaussNewtonEnds { return gaussNewtonEnds }
    let wanted = options.measures.contains(.thresholds) ? max(options.rank, 1) : 1
    let count = min(max(wanted, options.eigenvalueCount), dimension)
    let found: Eigenpairs<Scalar>
    if isDense {
      found = Eigenpairs(try gaussNewton.spectrum(), largest: count)
    } else {
      found = try gaussNewton.eigenpairs(largest: count, options: eigenvalueOptions(.gaussNewton))
    }
    gaussNewtonEnds = found
    return found
  }

  /// λ_max and trace of each layer's block.
  mutating func measureLayers() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.layers)
    let blocks = layerBlocks
    var table = Table(
      name: "layers", caption: "The diagonal blocks of the Hessian, a layer's weights and biases each.",
      columns: [
        .init("layer", "its place in the network, activations counted"), .init("parameters", "how many it has"),
        .init("largest", "λ_max of its block"), .init("largestResidual", "an eigenvalue is within this of it"),
        .init("trace", "trace of its block"), .init("traceLow", "lower end of the 95 % interval"),
        .init("traceHigh", "upper end"),
      ])
    table.title = "Layer by layer"
    table.shown = [
      .init("layer", .plain("layer")), .init("parameters", .plain("parameters")),
      .init("λ_max", .plain("largest")),
      .init("trace", .estimate("trace", error: nil, low: "traceLow", high: "traceHigh")),
    ]
    let whole = try hessianTrace()
    let traces = whole.blocks
    section.citations = searchCitations + whole.citations
    var members: [JSON] = []
    for (block, trace) in zip(blocks, traces) {
      let top: Eigenpair<Scalar>
      if isDense {
        let block = denseBlock(block.range)
        top = Eigenpairs<Scalar>(try LinearAlgebra.symmetricEigendecomposition(of: block)).largest[0]
      } else {
        let part = try RestrictedOperator(hessian, to: [block.range])
        top = try part.eigenpairs(options: eigenvalueOptions(.layers)).largest[0]
      }
      table.append([
        .integer(block.layer), .integer(block.range.count), .number(top.value), .number(top.residual),
        .number(trace.value), .number(trace.interval.low), .number(trace.interval.high),
      ])
      members.append([
        "layer": .integer(block.layer), "parameters": .integer(block.range.count), "largest": json(top),
        "trace": [
          "value": .number(trace.value), "low": .number(orNull: trace.interval.low),
          "high": .number(orNull: trace.interval.high), "confidence": .number(trace.interval.confidence),
        ],
      ])
      let share = NumberText.readable(trace.value, from: trace.interval.low, to: trace.interval.high)
      section.lines.append(("layer \(block.layer)", "λ_max = \(text(top)), trace \(share)"))
    }
    section.tables.append(table)
    section.json = ["layers": .array(members)]
    if let sharpest = table.column("largest").enumerated().max(by: { $0.element < $1.element })?.offset {
      section.statements.append(
        "The sharpest layer by itself is layer \(blocks[sharpest].layer), with "
          + "λ_max = \(NumberText.readable(table.column("largest")[sharpest], digits: 4)).")
    }
    return section
  }

  /// A diagonal block of the dense Hessian.
  private mutating func denseBlock(_ range: Range<Int>) -> Matrix {
    let matrix = matrix ?? hessian.dense()
    self.matrix = matrix
    return Matrix(range.map { row in range.map { matrix[row, $0] } })
  }

  /// The publications of a search for eigenvalues of the Hessian; a dense spectrum needs none.
  var searchCitations: [Citation] { isDense ? [] : [.pearlmutter] + EigenvalueOptions.citations }

  // MARK: - Words and numbers

  private func ends(_ found: Eigenpairs<Scalar>, _ formula: String) -> JSON {
    [
      "formula": .string(formula), "dimension": .integer(dimension), "isExact": .bool(isDense),
      "precision": .string(Scalar.self == Float.self ? "single" : "double"),
      "largest": .array(found.largest.map(json)), "smallest": .array(found.smallest.map(json)),
      "upperBound": .number(orNull: found.upperBound), "lowerBound": .number(orNull: found.lowerBound),
      "boundConfidence": .number(isDense ? 1 : 0.95), "products": .integer(found.products),
      "isConverged": .bool(found.isConverged),
    ]
  }

  private func lines(_ found: Eigenpairs<Scalar>) -> [(what: String, value: String)] {
    var result = [("largest", found.largest.map(text).joined(separator: ", "))]
    if !found.smallest.isEmpty { result.append(("smallest", found.smallest.map(text).joined(separator: ", "))) }
    if let upper = found.upperBound, !isDense {
      result.append(("none beyond", "\(NumberText.readable(upper)) with 95 % confidence"))
    }
    result.append(("products", "\(found.products)\(found.isConverged ? "" : ", not all converged")"))
    return result
  }

  private func table(_ found: Eigenpairs<Scalar>, name: String) -> Table {
    var table = Table(
      name: name, caption: "Eigenvalues at the ends, with the residuals that bound their errors.",
      columns: [
        .init("end", "largest or smallest"), .init("rank", "1 is the outermost"), .init("value", "the eigenvalue"),
        .init("residual", "‖Ax − λx‖: an eigenvalue is within this of it"),
        .init("isConverged", "whether the residual is as small as asked for"),
      ])
    for (end, pairs) in [("largest", found.largest), ("smallest", found.smallest)] {
      for (place, pair) in pairs.enumerated() {
        table.append([
          .text(end), .integer(place + 1), .number(pair.value), .number(pair.residual),
          .text(pair.isConverged ? "yes" : "no"),
        ])
      }
    }
    table.title = name == "eigenvalues" ? "Eigenvalues of the Hessian" : "Eigenvalues of Gauss and Newton's matrix"
    table.shown = [
      .init("end", .plain("end")), .init("rank", .plain("rank")), .init("eigenvalue", .plain("value")),
      .init("residual", .plain("residual")), .init("converged", .plain("isConverged")),
    ]
    return table
  }
}
