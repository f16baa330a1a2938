/// Single trials, to be drawn as points, group by group.
public struct TrialPoints: Sendable {
  /// What the horizontal axis shows where that is nothing of the grid.
  public var horizontalLabel: String
  /// What the vertical axis shows.
  public var label: String
  /// For each group of the grid its trials. Where an axis of the grid lies on the horizontal one, `x` is not used.
  public var points: [[(x: Double, y: Double)]]

  /// Describes points.
  public init(horizontalLabel: String = "", label: String, points: [[(x: Double, y: Double)]]) {
    self.horizontalLabel = horizontalLabel
    self.label = label
    self.points = points
  }
}

extension ResultGrid {
  /// The points with the axes where a person put them. Axes are logarithmic where that was chosen, or where what they show is positive
  /// and spans a factor of 100 (of 20 for settings).
  ///
  /// - Precondition: there is a list of points for each group.
  public func panels(of trials: TrialPoints, roles: GridRoles, chosen: AxisChoices) -> [Figure.Panel] {
    precondition(trials.points.count == groups.count, "\(trials.label) without points for each group")
    let arrangement = GridArrangement(self, roles: roles)
    let all = trials.points.joined()
    let horizontal =
      roles.horizontal == nil
      ? Figure.Axis(
        trials.horizontalLabel, fitting: all.map(\.x), logarithmicFrom: 100, chosen: chosen.horizontal)
      : arrangement.horizontalAxis(of: self, chosen: chosen.horizontal)
    let vertical = Figure.Axis(trials.label, fitting: all.map(\.y), logarithmicFrom: 100, chosen: chosen.vertical)
    return arrangement.figures.joined().map { panel in
      let layers = panel.lines.enumerated().map { lane, line -> Figure.Layer in
        let positions = arrangement.positions(of: line.groups, in: self, lane: lane, of: panel.lines.count)
        let points = zip(line.groups, positions).flatMap { group, position in
          trials.points[group].map { (x: roles.horizontal == nil ? $0.x : position, y: $0.y) }
        }
        return Figure.Layer(line.label, .points, line.colour, x: points.map(\.x), y: points.map(\.y))
      }
      return Figure.Panel(title: panel.title, horizontal: horizontal, vertical: vertical, layers: layers)
    }
  }
}
