import Curvature
import Features
import Formats
import Numerics
import Objectives
import Reporting

extension DiagnosisRun {
  /// The most units of a layer of which all pairs are compared, and the most samples.
  private static var largestUnitCount: Int { 2_048 }
  private static var largestSampleCount: Int { 10_000 }

  /// Sparsity, distinct features, dead units, layer by layer.
  func measureFeatures() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.features)
    section.citations = DiagnosisMeasure.features.citations
    let layers = network.layers.indices.filter { layer in
      if case .activation = network.layers[layer] { return true }
      return false
    }
    guard !layers.isEmpty else { return .refused(.features, "the network has no activations: it is linear") }
    let count = min(objective.sampleCount, Self.largestSampleCount)
    let batch = count < objective.sampleCount ? Batch.full(count) : nil
    var table = Table(
      name: "features", caption: "What units answer to \(count) samples.",
      columns: [
        .init("layer", "its place in the network, activations counted"), .init("units", "how many it has"),
        .init("nonZero", "fraction of activations that are not 0"),
        .init("sparsity", "the same with duplicates counted once: the feature sparsity coefficient"),
        .init("distinct", "features that are not duplicates"), .init("dead", "units that are 0 on every sample"),
        .init("alwaysOn", "units that are not 0 on any sample"),
      ])
    table.title = "Features"
    table.shown = [
      .init("layer", .plain("layer")), .init("units", .plain("units")), .init("not zero", .plain("nonZero")),
      .init("sparsity", .plain("sparsity")), .init("distinct", .plain("distinct")), .init("dead", .plain("dead")),
      .init("always on", .plain("alwaysOn")),
    ]
    var members: [JSON] = []
    for layer in layers {
      let all = try ActivationMatrix(of: objective, at: parameters, layer: layer, over: batch)
      let onCounts = (0..<all.unitCount).map { unit in
        (0..<all.sampleCount).count { all.matrix[$0, unit] != 0 }
      }
      let dead = onCounts.indices.filter { onCounts[$0] == 0 }
      let on = onCounts.count { $0 == all.sampleCount }
      let isCut = all.unitCount > Self.largestUnitCount
      let compared = isCut ? try all.keeping(units: Array(0..<Self.largestUnitCount)) : all
      let sparsity = try FeatureSparsity.coefficient(of: compared)
      table.append([
        .integer(layer), .integer(all.unitCount), .number(sparsity.rawFraction), .number(sparsity.coefficient),
        .integer(sparsity.distinctFeatures), .integer(dead.count), .integer(on),
      ])
      members.append([
        "layer": .integer(layer), "activation": .string(activation(layer)), "units": .integer(all.unitCount),
        "comparedUnits": .integer(compared.unitCount), "samples": .integer(count),
        "nonZero": .number(sparsity.rawFraction), "sparsity": .number(sparsity.coefficient),
        "distinctFeatures": .integer(sparsity.distinctFeatures), "deadUnits": .array(dead.map(JSON.integer)),
        "alwaysOnUnits": .integer(on),
      ])
      section.lines.append(
        (
          "layer \(layer)",
          "\(all.unitCount) units, \(dead.count) dead, \(on) always on; \(NumberText.readable(sparsity.rawFraction, digits: 4)) of "
            + "activations are not 0, \(NumberText.readable(sparsity.coefficient, digits: 4)) with duplicates once, "
            + "\(sparsity.distinctFeatures) distinct"
        ))
      if isCut {
        section.caveats.append(
          "Layer \(layer): features are compared, and fractions counted, among its first \(Self.largestUnitCount) units."
        )
      }
    }
    if count < objective.sampleCount { section.caveats.append("Features are those on the first \(count) samples.") }
    section.json = ["layers": .array(members), "threshold": .number(FeatureSparsity.Options().threshold)]
    section.tables.append(table)
    let dead = table.column("dead").reduce(0, +)
    let units = table.column("units").reduce(0, +)
    section.statements.append(
      "Of \(Int(units)) hidden units \(dead == 0 ? "none is" : Int(dead) == 1 ? "1 is" : "\(Int(dead)) are") dead on these samples; "
        + "the last hidden layer has a feature sparsity coefficient of "
        + "\(NumberText.readable(table.column("sparsity").last ?? .nan, digits: 3)) (1 is dense).")
    section.caveats.append(
      "Units count as duplicates above a correlation of \(FeatureSparsity.Options().threshold) in size, greedily in their order, "
        + "rows being normalised first; a unit of another activation than ReLU is hardly ever exactly 0.")
    return section
  }

  private func activation(_ layer: Int) -> String {
    if case .activation(let activation) = network.layers[layer] { return activation.rawValue }
    return ""
  }

  /// The rank of the derivatives of the outputs.
  func measureJacobianRank() throws(InputError) -> DiagnosisSection {
    let (m, d) = (objective.outputCount, dimension)
    // Some seconds of a singular value decomposition, and 800 MB.
    let most = min(1e8 / Double(d), (1e10 / Double(d)).squareRoot(), 2e10 / Double(d) / Double(d) + 1_000)
    let count = min(objective.sampleCount, Int(most) / m)
    guard count >= 2 else {
      return .refused(
        .jacobianRank, "\(d) parameters make a Jacobian too large for its singular values, even that of two samples")
    }
    var section = DiagnosisSection(.jacobianRank)
    section.citations = DiagnosisMeasure.jacobianRank.citations
    let rows = objective.jacobian(at: parameters, over: .full(count))
    let found = try JacobianRank(of: Matrix(rows: count * m, columns: d, storage: rows))
    let most2 = min(count * m, d)
    section.json = [
      "samples": .integer(count), "rows": .integer(count * m), "columns": .integer(d), "rank": .integer(found.rank),
      "tolerance": .number(found.tolerance), "effectiveRank": .number(found.effectiveRank),
      "largestSingularValue": .number(found.singularValues[0]), "largestPossible": .integer(most2),
    ]
    section.lines = [
      (
        "rank",
        "\(found.rank) of \(most2) above \(NumberText.shortest(found.tolerance)) of the largest singular value, effective rank "
          + "\(NumberText.readable(found.effectiveRank, digits: 4)), from \(count) samples with \(m) outputs"
      )
    ]
    section.statements.append(
      "On \(count) samples the outputs' Jacobian has numerical rank \(found.rank) of at most \(most2), and an effective rank of "
        + "\(NumberText.readable(found.effectiveRank, digits: 3)).")
    if count < objective.sampleCount {
      section.caveats.append(
        "The Jacobian is that of the first \(count) samples: its rank can only grow with more of them.")
    }
    return section
  }

  /// How near ReLUs are to switching.
  func measureKinks() throws(InputError) -> DiagnosisSection {
    let hasKinks = zip(network.layers, network.layers.dropFirst()).contains { before, after in
      if case .affine = before { return after == .activation(.relu) }
      return false
    }
    guard hasKinks else { return .refused(.kinks, "no ReLU stands after an affine layer: the loss has no kinks") }
    var section = DiagnosisSection(.kinks)
    let found = try objective.kinkDistances(at: parameters)
    func place(_ place: KinkDistances.Place) -> JSON {
      [
        "sample": .integer(place.sample), "layer": .integer(place.layer), "unit": .integer(place.unit),
        "preactivation": .number(place.preactivation), "distance": .number(place.distance),
      ]
    }
    let radii = [1e-4, 1e-3, 1e-2, 1e-1]
    section.json = [
      "nearest": place(found.nearest), "smallestPreactivation": place(found.smallestPreactivation),
      "unitsAtKink": .integer(found.unitsAtKink), "units": .integer(found.unitCount),
      "unitsWithin": .array(
        radii.map { ["distance": .number($0), "units": .integer(found.unitCount(within: $0))] }),
      "layers": .array(
        found.layers.map { layer in
          [
            "layer": .integer(layer.layer), "nearest": .number(orNull: layer.distances.min()),
            "deadUnits": .integer(layer.deadUnits.count), "alwaysOnUnits": .integer(layer.alwaysOnUnits.count),
            "unitsAtKink": .integer(layer.unitsAtKink.count),
          ]
        }),
    ]
    let nearest = found.nearest
    section.lines = [
      (
        "nearest",
        "\(NumberText.readable(nearest.distance, digits: 3)) in the weights of unit \(nearest.unit) of layer \(nearest.layer), on sample "
          + "\(nearest.sample)"
      ),
      (
        "units within",
        radii.map { "\(NumberText.shortest($0)): \(found.unitCount(within: $0))" }.joined(separator: ", ")
          + " of \(found.unitCount)"
      ),
    ]
    section.statements.append(
      "The nearest kink is a step of \(NumberText.readable(nearest.distance, digits: 2)) in one unit's weights away: the quadratic model "
        + "of the loss is exact within one piece, and says less the more units a step carries across.")
    section.caveats.append(
      "A kink's distance is that of one unit's own weights; with all parameters moving it is at most as long.")
    return section
  }
}
