import Citations

extension Sampling {
  /// The publications of how batches are drawn, where they are.
  public var citations: [Citation] {
    switch self {
    case .iid, .reshuffle: [.lemire, .salmon]
    case .subset: [.lemire, .bentley, .salmon]
    case .full: []
    }
  }
}

extension StabilityMap {
  /// The publications of all quantities that a map can have, but for how batches are drawn.
  public static let possibleCitations: [Citation] = [
    .mulayoff, .wu, .patel, .knyazev, .chemnitz, .kesten, .polyak, .salmon,
  ]

  /// The publications of the thresholds, exponents and verdicts that are in it.
  public var citations: [Citation] {
    columns.flatMap { $0.stability.citations + $0.cells.flatMap(\.citations) }.sortedByKey
  }
}

extension StabilityOfBatch {
  /// The publications of its thresholds.
  public var citations: [Citation] {
    var citations: [Citation] = [.mulayoff, .wu]
    if bounds != nil { citations.append(.patel) }
    if meanSquare.isAccelerated { citations.append(.knyazev) }
    if dynamics.sampling != .full { citations.append(.chemnitz) }
    if dynamics.momentum > 0 { citations.append(.polyak) }
    if almostSure.standardError > 0 || meanSquare.standardError > 0 { citations += dynamics.sampling.citations }
    return citations
  }
}

extension StabilityMap.Cell {
  /// The publications of what its verdict rests on.
  var citations: [Citation] {
    (verdict.exponent == nil ? [] : [.chemnitz]) + (tail == nil ? [] : [.kesten])
      + (spread == nil ? [] : [.mulayoff])
      + (verdict.exponent.map { $0.standardError > 0 } == true || tail.map { $0.standardError > 0 } == true
        ? [.salmon] : [])
  }
}

extension PointMeasures {
  /// The publications of all quantities that can be measured, but for how batches are drawn.
  public static let possibleCitations: [Citation] = [.mccandlish, .andreyev]

  /// The publications of what was measured.
  public var citations: [Citation] {
    var citations: [Citation] = noise == nil ? [] : [.mccandlish]
    for batch in batches {
      let values = [batch.sharpness?.meanOfRatios, batch.interaction].compactMap(\.self)
      if values.isEmpty { continue }
      citations.append(.andreyev)
      if batch.bestStep != nil { citations.append(.mccandlish) }
      if values.contains(where: { !$0.isExact }) { citations += batch.dynamics.sampling.citations }
    }
    return citations.sortedByKey
  }
}
