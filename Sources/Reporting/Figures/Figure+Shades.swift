import Formats

extension Figure.Layer {
  /// Cells in ten shades from `range`'s lower end to its upper one, a layer for each shade that occurs, with the middle of its
  /// share of the range as its label. Values beyond the ends have the first or the last shade, those that are not finite none.
  ///
  /// - Parameter unit: what a share of the range, from 0 to 1, stands for; the range's own numbers if not given.
  public static func shaded(
    _ cells: [Figure.Cell], values: [Double], over range: ClosedRange<Double>, unit: ((Double) -> Double)? = nil
  ) -> [Figure.Layer] {
    let shades = Figure.Colour.shades
    let width = range.upperBound - range.lowerBound
    var groups = [[Figure.Cell]](repeating: [], count: shades.count)
    for (cell, value) in zip(cells, values) where value.isFinite {
      let share = width > 0 ? (value - range.lowerBound) / width : 0
      groups[min(max(Int(share * Double(shades.count)), 0), shades.count - 1)].append(cell)
    }
    return groups.enumerated().filter { !$0.element.isEmpty }.map { place, group in
      let share = (Double(place) + 0.5) / Double(shades.count)
      let middle = unit.map { $0(share) } ?? range.lowerBound + share * width
      return .cells(NumberText.readable(middle, digits: 2), shades[place], group)
    }
  }
}
