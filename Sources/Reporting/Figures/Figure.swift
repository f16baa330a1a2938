/// A picture described as data: one description gives the vector figure of a paper, the interactive chart and the table behind it.
public struct Figure: Sendable {
  /// A file name without extension, unique in its report, such as `selection-law`.
  public var name: String
  /// A short title.
  public var title: String
  /// What is seen, with the settings that made it; ends in a full stop.
  public var caption: String
  /// One plot each, side by side when there is room.
  public var panels: [Panel]
  /// Whether a colour means the same in all panels, so that on paper one legend serves them all.
  public var sharesLegend = false
  /// Whether the printed figure shows its title above its panels; papers have captions instead.
  public var showsTitle = false
  /// Settings that a reader of the page can change; paper shows what is first seen.
  public var sliders: [Slider] = []

  /// Describes a picture.
  public init(name: String, title: String, caption: String, panels: [Panel]) {
    self.name = name
    self.title = title
    self.caption = caption
    self.panels = panels
  }

  /// A setting with a few values, one of which is looked at.
  public struct Slider: Sendable {
    /// What it is, such as `η`.
    public var name: String
    /// Its values, ascending; at least one.
    public var values: [Double]
    /// The place of the value that is first seen.
    public var initial: Int

    /// Describes a setting.
    ///
    /// - Precondition: `initial` is a place in `values`.
    public init(_ name: String, _ values: [Double], initial: Int = 0) {
      precondition(values.indices.contains(initial), "slider \(name) has no value at \(initial)")
      self.name = name
      self.values = values
      self.initial = initial
    }
  }

  /// One plot.
  public struct Panel: Sendable {
    /// A short title; may be empty.
    public var title: String
    /// The horizontal axis.
    public var horizontal: Axis
    /// The vertical axis.
    public var vertical: Axis
    /// What is drawn, later over earlier.
    public var layers: [Layer]
    /// Whether one unit is equally long on both axes, as in a phase plane.
    public var equalScales: Bool

    /// Describes a plot.
    public init(title: String = "", horizontal: Axis, vertical: Axis, layers: [Layer], equalScales: Bool = false) {
      self.title = title
      self.horizontal = horizontal
      self.vertical = vertical
      self.layers = layers
      self.equalScales = equalScales
    }
  }

  /// An axis.
  public struct Axis: Sendable {
    /// What it shows, with the unit.
    public var label: String
    /// Whether it is logarithmic; values that are not positive are then left out.
    public var isLogarithmic: Bool
    /// The range; nil takes it from the data.
    public var range: ClosedRange<Double>?
    /// Names for the positions 1, 2, …; empty for an axis of numbers.
    public var categories: [String]

    /// Describes an axis.
    public init(_ label: String, logarithmic: Bool = false, range: ClosedRange<Double>? = nil) {
      self.label = label
      isLogarithmic = logarithmic
      self.range = range
      categories = []
    }

    /// Describes an axis with a position for each name.
    public init(_ label: String, categories: [String]) {
      self.label = label
      isLogarithmic = false
      range = 0.5...(max(Double(categories.count), 1) + 0.5)
      self.categories = categories
    }
  }

  /// One set of points drawn one way.
  public struct Layer: Sendable {
    /// The legend's text; empty keeps it out of the legend.
    public var label: String
    /// How it is drawn.
    public var style: Style
    /// The colour, from a palette that colour-blind readers can tell apart (Okabe and Ito).
    public var colour: Colour
    /// Horizontal positions. Not-a-number breaks a line.
    public var x: [Double]
    /// Vertical positions, as many as `x`.
    public var y: [Double]
    /// Lower ends of error bars or of a band; empty for none, else as many as `x`.
    public var low: [Double]
    /// Upper ends of error bars or of a band; empty for none, else as many as `x`.
    public var high: [Double]
    /// Left sides of cells, whose lower and upper ones are `low` and `high`; empty for every other style.
    public var left: [Double] = []
    /// Right sides of cells.
    public var right: [Double] = []
    /// The place of each slider's value at which the layer is seen; empty for always.
    public var places: [Int] = []

    /// Describes a layer.
    public init(
      _ label: String, _ style: Style, _ colour: Colour, x: [Double], y: [Double], low: [Double] = [],
      high: [Double] = []
    ) {
      self.label = label
      self.style = style
      self.colour = colour
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }

    /// Describes rectangles that are filled with a colour: fields of a map, given by what they stand for and by their
    /// sides.
    public static func cells(_ label: String, _ colour: Colour, _ cells: [Cell]) -> Layer {
      var layer = Layer(
        label, .cells, colour, x: cells.map(\.x), y: cells.map(\.y), low: cells.map(\.sides.bottom),
        high: cells.map(\.sides.top))
      layer.left = cells.map(\.sides.left)
      layer.right = cells.map(\.sides.right)
      return layer
    }
  }

  /// A field of a map.
  public struct Cell: Sendable {
    /// The point that it stands for.
    public var x, y: Double
    /// Its sides.
    public var sides: (left: Double, right: Double, bottom: Double, top: Double)

    /// The fields of a grid with these values on its axes, row by row: each reaches halfway to its neighbours (on a
    /// logarithmic axis in ratios), and as far to the outside.
    ///
    /// - Precondition: both lists ascend, and are positive where their axis is logarithmic.
    public static func grid(
      _ x: [Double], _ y: [Double], logarithmic: (x: Bool, y: Bool)
    ) -> [[Cell]] {
      let (columns, rows) = (edges(x, logarithmic.x), edges(y, logarithmic.y))
      return y.indices.map { row in
        x.indices.map { column in
          Cell(
            x: x[column], y: y[row],
            sides: (columns[column], columns[column + 1], rows[row], rows[row + 1]))
        }
      }
    }

    private static func edges(_ values: [Double], _ isLogarithmic: Bool) -> [Double] {
      func middle(_ a: Double, _ b: Double) -> Double { isLogarithmic ? (a * b).squareRoot() : (a + b) / 2 }
      /// The value as far from `b` as `a` is, on the other side.
      func mirrored(_ a: Double, at b: Double) -> Double { isLogarithmic ? b * (b / a) : 2 * b - a }
      guard let first = values.first, let last = values.last else { return [] }
      let inside = zip(values, values.dropFirst()).map(middle)
      guard let low = inside.first, let high = inside.last else {
        return isLogarithmic ? [first / 1.5, first * 1.5] : [first - 0.5, first + 0.5]
      }
      return [mirrored(low, at: first)] + inside + [mirrored(high, at: last)]
    }
  }

  /// How a layer is drawn.
  public enum Style: String, Sendable {
    /// A solid line, with a band where low and high are given.
    case line
    /// A thin, half transparent line: one of many trajectories.
    case thinLine
    /// A dashed line: a prediction.
    case dashed
    /// Points, with error bars where low and high are given.
    case points
    /// Bars from zero centred on x.
    case bars
    /// Filled rectangles with sides of their own, without a gap between neighbours.
    case cells
  }

  /// The palette of Okabe and Ito, with grey, and ten shades for maps of a quantity.
  public enum Colour: String, Sendable, CaseIterable {
    case black = "#000000"
    case orange = "#E69F00"
    case skyBlue = "#56B4E9"
    case green = "#009E73"
    case yellow = "#F0E442"
    case blue = "#0072B2"
    case vermilion = "#D55E00"
    case purple = "#CC79A7"
    case grey = "#888888"
    case shade0 = "#00224e"
    case shade1 = "#123570"
    case shade2 = "#3b496c"
    case shade3 = "#575d6d"
    case shade4 = "#707173"
    case shade5 = "#8a8678"
    case shade6 = "#a59c74"
    case shade7 = "#c3b369"
    case shade8 = "#e1cc55"
    case shade9 = "#fee838"

    /// The colours that mean nothing by themselves: for layers that only have to be told apart.
    public static let palette: [Colour] = [
      .blue, .vermilion, .green, .orange, .purple, .skyBlue, .black, .grey, .yellow,
    ]
    /// From dark, little, to light, much: the map "cividis" (Nuñez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239),
    /// which colour-blind readers see as others do.
    public static let shades: [Colour] = [
      .shade0, .shade1, .shade2, .shade3, .shade4, .shade5, .shade6, .shade7, .shade8, .shade9,
    ]
  }
}

extension Figure {
  /// The figure as it is first seen, in the ranges of all that it can show: what paper gets.
  var still: Figure {
    if sliders.isEmpty { return self }
    let initial = sliders.map(\.initial)
    var still = self
    still.panels = panels.map { panel in
      let scales = panel.scales
      var panel = panel
      panel.horizontal.range = scales.horizontal.range
      panel.vertical.range = scales.vertical.range
      panel.layers.removeAll { !$0.places.isEmpty && $0.places != initial }
      return panel
    }
    return still
  }
}
