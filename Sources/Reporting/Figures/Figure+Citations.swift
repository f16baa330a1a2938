import Citations

extension Figure {
  /// Where its colours come from: those of its lines and points, and the shades of its maps.
  public var citations: [Citation] {
    let colours = Set(panels.flatMap { $0.layers.map(\.colour) })
    var citations: [Citation] = []
    if !colours.isDisjoint(with: Colour.shades) { citations.append(.nunez) }
    if !colours.isDisjoint(with: Set(Colour.palette).subtracting([.black, .grey])) { citations.append(.okabe) }
    return citations
  }
}
