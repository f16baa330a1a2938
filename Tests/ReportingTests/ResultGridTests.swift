import Testing

@testable import Reporting

@Suite("Grids of results in figures")
struct ResultGridTests {
  /// Every combination of the values, the last axis varying fastest.
  private func grid(_ axes: [(String, [ResultGrid.Setting])]) -> ResultGrid {
    var groups: [[ResultGrid.Setting]] = [[]]
    for axis in axes { groups = groups.flatMap { group in axis.1.map { group + [$0] } } }
    return ResultGrid(axes: axes.map(\.0), groups: groups)
  }

  private func numbers(_ values: Double...) -> [ResultGrid.Setting] { values.map { .number($0) } }

  private func quantity(_ grid: ResultGrid, _ value: (Int) -> Double) -> GridQuantity {
    GridQuantity(
      name: "q", title: "Q", label: "q", caption: "C.", spread: .band,
      points: grid.groups.indices.map { .init(value($0), low: value($0) - 0.5, high: value($0) + 0.5) })
  }

  @Test("The numeric axis with the most values lies down; the others make a line each")
  func horizontal() throws {
    let grid = grid([
      ("optimizer.batch", numbers(1, 2, 5)),
      ("optimizer.order", [.text("iid"), .text("cyclic"), .text("full"), .text("x")]),
      ("seeds.data", numbers(1, 2, 3, 4, 5)),
    ])
    let arrangement = GridArrangement(grid, isOverAxes: true)
    #expect(arrangement.horizontal == .numbers(axis: 0))
    #expect(arrangement.figures.count == 1)
    #expect(arrangement.figures[0].map(\.title) == ["order = iid", "order = cyclic", "order = full", "order = x"])
    #expect(arrangement.figures[0][0].lines.map(\.label) == (1...5).map { "data = \($0)" })
    #expect(arrangement.figures[0][1].lines[2].groups == [7, 27, 47])
  }

  @Test("Up to eight combinations share a panel, more do not")
  func panels() {
    let eight = grid([("a", numbers(1, 2, 3, 4, 5)), ("b", numbers(1, 2, 3, 4)), ("c", numbers(1, 2))])
    let arrangement = GridArrangement(eight, isOverAxes: true)
    #expect(arrangement.figures.map { $0.map(\.lines.count) } == [[8]])
    #expect(Set(arrangement.figures[0][0].lines.map(\.colour)).count == 8)
    let nine = grid([("a", numbers(1, 2, 3, 4, 5)), ("b", numbers(1, 2, 3)), ("c", numbers(1, 2, 3))])
    #expect(GridArrangement(nine, isOverAxes: true).figures.map { $0.map(\.lines.count) } == [[3, 3, 3]])
  }

  @Test("What is left out of large grids is said, and the ends are kept")
  func large() {
    let values = (1...30).map { ResultGrid.Setting.number(Double($0)) }
    let arrangement = GridArrangement(grid([("a", values), ("b", values), ("c", values)]), isOverAxes: true)
    #expect(arrangement.figures.map(\.count) == [6, 6, 6])
    #expect(arrangement.figures.joined().allSatisfy { $0.lines.count == 8 })
    #expect(
      arrangement.remarks == ["Of the 30 values of b, 8 are shown.", "Of the 30 combinations of c, 18 are shown."])
    #expect(arrangement.figures[0][0].title == "c = 1" && arrangement.figures[2][5].title == "c = 30")
    #expect(arrangement.figures[0][0].lines.map(\.label).first == "b = 1")
    #expect(arrangement.figures[0][0].lines.map(\.label).last == "b = 30")
  }

  @Test("Axes that advance together are one")
  func together() {
    let zipped = ResultGrid(
      axes: ["batch", "step"],
      groups: [[.number(1), .number(0.1)], [.number(2), .number(0.2)], [.number(5), .number(0.5)]])
    let arrangement = GridArrangement(zipped, isOverAxes: true)
    #expect(arrangement.figures.map { $0.map { $0.lines.map(\.groups) } } == [[[[0, 1, 2]]]])
    #expect(arrangement.remarks == ["step goes with batch."])
  }

  @Test("Names are as short as they can be")
  func names() {
    let grid = grid([("init.norm", numbers(1, 2)), ("data.norm", numbers(1, 2)), ("optimizer.batch", numbers(1, 2))])
    #expect(grid.axes.indices.map(grid.shortName) == ["init.norm", "data.norm", "batch"])
  }

  @Test("Axes become logarithmic where values span factors of 20 and 100")
  func logarithms() {
    for (last, value, expected) in [(19.0, 99.0, false), (20.0, 101.0, true)] {
      let grid = grid([("a", numbers(1, last))])
      var quantity = quantity(grid) { _ in 0 }
      quantity.points = [.init(1, low: 1, high: 1), .init(2, low: 1, high: value)]
      let panel = grid.figures(of: quantity)[0].panels[0]
      #expect(panel.horizontal.isLogarithmic == expected)
      #expect(panel.vertical.isLogarithmic == expected)
    }
    let negative = grid([("a", numbers(-1, 1, 1000))])
    let panel = negative.figures(of: quantity(negative) { Double($0) - 1 })[0].panels[0]
    #expect(!panel.horizontal.isLogarithmic && !panel.vertical.isLogarithmic)
  }

  @Test("Lines are sorted, break at groups without a value, and panels share their range")
  func lines() throws {
    let grid = grid([("a", numbers(5, 1, 3)), ("b", (1...9).map { .text("\($0)") })])
    var quantity = quantity(grid) { Double($0) }
    quantity.points[9] = nil
    let figure = try #require(grid.figures(of: quantity).first)
    #expect(figure.panels.count == 1)
    let layer = figure.panels[0].layers[0]
    #expect(layer.style == .line && layer.x == [1, 3, 5])
    #expect(layer.y[0].isNaN && layer.y[1] == 18 && layer.y[2] == 0)
    #expect(layer.high[1] == 18.5)
    #expect(figure.panels[0].layers[1].style == .points && figure.panels[0].layers[1].low.isEmpty)
    #expect(figure.caption == "C. Of the 9 values of b, 8 are shown.")
  }

  @Test("A group without the setting of the horizontal axis is a dashed line, and the caption says so")
  func inapplicable() throws {
    let grid = ResultGrid(axes: ["batch"], groups: [[.number(1)], [.number(2)], [.none]])
    let figure = try #require(grid.figures(of: quantity(grid) { Double($0) }).first)
    let layer = try #require(figure.panels[0].layers.last)
    #expect(layer.style == .dashed && layer.y == [2, 2])
    #expect(figure.caption == "C. Dashed: where batch does not apply.")
  }

  @Test("Lines that lie on others are named")
  func hidden() throws {
    let grid = grid([("a", numbers(1, 2, 3)), ("b", [.text("x"), .text("y")])])
    let figure = try #require(grid.figures(of: quantity(grid) { Double($0 / 2) }).first)
    #expect(figure.caption == "C. b = y lies on b = x.")
    #expect(try #require(grid.figures(of: quantity(grid) { Double($0) }).first).caption == "C.")
  }

  @Test("Categories have a position each, side by side and not over each other")
  func categories() throws {
    let grid = grid([("order", [.text("iid"), .text("cyclic"), .none]), ("kind", [.text("p"), .text("q")])])
    let panel = try #require(grid.figures(of: quantity(grid) { Double($0) }).first?.panels.first)
    #expect(panel.horizontal.categories == ["iid", "cyclic", "–"])
    #expect(panel.layers.map(\.style) == [.points, .points])
    #expect(Set(panel.layers.flatMap(\.x)).count == 6)
    #expect(panel.layers[0].x.map { $0.rounded() } == [1, 2, 3])
    #expect(panel.scales.horizontal.ticks.map(\.value) == [1, 2, 3])
    let script = panel.plotly.scriptText
    #expect(script.contains("\"ticktext\":[\"iid\",\"cyclic\",\"–\"]") && script.contains("\"tickvals\":[1,2,3]"))
  }

  @Test("A position without a value is named by what there is instead")
  func instead() throws {
    let grid = ResultGrid(
      axes: ["init", "init.norm", "init.values"],
      groups: [
        [.text("parameters"), .none, .text("[1,2]")], [.text("parameters"), .none, .text("[3,4]")],
        [.text("sphere"), .number(1), .none],
      ])
    let figure = try #require(grid.figures(of: quantity(grid) { Double($0) }).first)
    #expect(figure.panels[0].horizontal.categories == ["[1,2]", "[3,4]", "init = sphere, norm = 1"])
    #expect(figure.caption == "C. init goes with init.values. init.norm goes with init.values.")
  }

  @Test("Long names of categories are turned and have room, short ones stand")
  func turned() {
    func layout(_ names: [String]) -> FigureLayout {
      FigureLayout(
        Figure(
          name: "f", title: "", caption: "",
          panels: [
            .init(
              horizontal: .init("x", categories: names), vertical: .init("y"),
              layers: [.init("", .points, .blue, x: [1], y: [1])])
          ]), width: .double)
    }
    func depth(_ layout: FigureLayout) -> Double { layout.places[0].bottom - layout.places[0].horizontalLabel[0].y }
    let (short, long) = (layout(["iid", "full"]), layout((0..<12).map { "a long name \($0)" }))
    #expect(short.places[0].turnedNames == nil && long.places[0].turnedNames != nil)
    #expect(depth(long) > depth(short) + 0.3)
    #expect(long.places[0].bottom > depth(long))
  }

  @Test("A series is solid while half of the trials are under way, dashed beyond")
  func series() throws {
    let grid = ResultGrid(axes: [], groups: [[]])
    let steps = [0.0, 10, 20, 30]
    let curve = ResultSeries.Curve(steps: steps, middle: steps, low: steps, high: steps, lastOfHalf: 15)
    let figure = try #require(
      grid.figures(of: ResultSeries(name: "s", label: "s", caption: "C.", curves: [curve]), hasLogarithmicSteps: false)
        .first)
    #expect(figure.panels[0].layers.map(\.style) == [.line, .dashed])
    #expect(figure.panels[0].layers.map(\.x) == [[0, 10], [10, 20, 30]])
    #expect(figure.caption == "C. Dashed: more than half of the trials have ended.")
  }

  @Test("Few whole numbers are bars, all else is a distribution function from 0 to 1")
  func distributions() throws {
    let bars = try #require(ResultDistribution(label: "k", values: [1, 1, 2, 4, .nan]).figure(name: "k", caption: ""))
    #expect(bars.panels[0].layers[0].style == .bars)
    #expect(bars.panels[0].layers[0].x == [1, 2, 4] && bars.panels[0].layers[0].y == [0.5, 0.25, 0.25])
    let few = try #require(ResultDistribution(label: "x", values: [0.5, 0.1]).figure(name: "x", caption: ""))
    #expect(
      few.panels[0].layers[0].x == [0.1, 0.1, 0.1, 0.5, 0.5] && few.panels[0].layers[0].y == [0, 0, 0.5, 0.5, 1])
    let values = (0..<10_000).map { Double($0) + 0.5 }
    let layer = try #require(ResultDistribution(label: "x", values: values).figure(name: "x", caption: "")).panels[0]
      .layers[0]
    #expect(layer.x.count <= 401 && layer.x.last == 9999.5 && layer.y.last == 1)
    #expect(ResultDistribution(label: "x", values: [2, 2]).figure(name: "x", caption: "") == nil)
  }

  @Test("One legend serves all panels where colours mean the same")
  func sharedLegend() throws {
    let grid = grid([("a", numbers(1, 2, 3, 4, 5)), ("b", numbers(1, 2, 3)), ("c", numbers(1, 2, 3))])
    let figure = try #require(grid.figures(of: quantity(grid) { Double($0) }).first)
    let layout = FigureLayout(figure, width: .double)
    let legend = try #require(layout.sharedLegend)
    #expect(legend.columns == 3 && layout.places.allSatisfy { $0.horizontalLabel[0].y > legend.y })
    let script = GnuplotScript(figure).text(for: [.file(.svg, path: "x.svg")])
    #expect(script.split(separator: "title 'b = 1'").count == 2)
    #expect(FigureLayout(Sample.trajectories, width: .double).sharedLegend == nil)
  }

  @Test("Axes go where a person puts them, and nothing is left out")
  func roles() {
    let grid = grid([
      ("batch", numbers(1, 2, 5)), ("order", [.text("iid"), .text("full")]), ("step", numbers(3, 1, 2)),
    ])
    let roles = GridRoles(horizontal: 1, lines: [2], panels: [0])
    let arrangement = GridArrangement(grid, roles: roles)
    #expect(arrangement.horizontal == .categories(axis: 1))
    #expect(arrangement.figures.map { $0.map(\.title) } == [["batch = 1", "batch = 2", "batch = 5"]])
    #expect(arrangement.figures[0][1].lines.map(\.label) == ["step = 1", "step = 2", "step = 3"])
    #expect(arrangement.figures[0][1].lines[0].groups == [7, 10])
    #expect(roles.lineCount(of: grid) == (3, 9) && roles.panelCount(of: grid) == 3)
    #expect(GridRoles(horizontal: 0, lines: [1], panels: [2]).lineCount(of: grid) == (2, 8))
    #expect(
      GridArrangement(grid, roles: GridRoles(horizontal: nil, lines: [0, 1, 2], panels: [])).horizontal == .other)
  }

  @Test("Nine lines in the order of numbers have nine shades, from dark to light")
  func shades() {
    let grid = grid([("a", numbers(1, 2)), ("b", numbers(9, 1, 2, 3, 4, 5, 6, 7, 8))])
    let lines = GridArrangement(grid, roles: GridRoles(horizontal: 0, lines: [1], panels: [])).figures[0][0].lines
    #expect(lines.map(\.label) == (1...9).map { "b = \($0)" })
    #expect(lines.map(\.colour) == Array(Figure.Colour.shades.prefix(9)))
  }

  @Test("What a person decided about an axis holds, and the data decide the rest")
  func choices() throws {
    func axis(_ values: [Double], _ change: (inout AxisChoice) -> Void) -> Figure.Axis {
      var choice = AxisChoice()
      change(&choice)
      return Figure.Axis("x", fitting: values, logarithmicFrom: 100, chosen: choice)
    }
    #expect(axis([1, 1000]) { _ in }.isLogarithmic && !axis([1, 1000]) { $0.isLogarithmic = false }.isLogarithmic)
    #expect(!axis([1, 1000]) { $0.low = 0 }.isLogarithmic && axis([1, 2]) { $0.isLogarithmic = true }.isLogarithmic)
    #expect(axis([1, 2]) { $0.label = "y" }.label == "y")
    let half = try #require(axis([1, 2]) { $0.low = 0 }.range)
    #expect(half.lowerBound == 0 && half.upperBound > 2 && half.upperBound < 2.2)
    #expect(axis([1, 2]) { ($0.low, $0.high) = (3, 4) }.range == 3...4)
    // Beyond all that is drawn.
    let beyond = try #require(axis([1, 2]) { $0.low = 7 }.range)
    #expect(beyond.lowerBound == 7 && beyond.upperBound > 7)
    let below = try #require(axis([1, 2]) { ($0.high, $0.isLogarithmic) = (0.5, true) }.range)
    #expect(below.upperBound == 0.5 && below.lowerBound > 0 && below.lowerBound < 0.5)
  }

  @Test("Trials are points at the value of their setting, side by side where it is a name")
  func trialPoints() throws {
    let grid = grid([("a", numbers(1, 10)), ("b", [.text("p"), .text("q")])])
    let points = TrialPoints(label: "y", points: [[(0, 1), (0, 2)], [], [(0, 3)], [(0, -4)]])
    let numeric = grid.panels(
      of: points, roles: GridRoles(horizontal: 0, lines: [1], panels: []), chosen: AxisChoices())
    #expect(numeric.map { $0.layers.map(\.x) } == [[[1, 1, 10], [10]]])
    #expect(numeric.map { $0.layers.map(\.y) } == [[[1, 2, 3], [-4]]])
    let named = grid.panels(of: points, roles: GridRoles(horizontal: 1, lines: [0], panels: []), chosen: AxisChoices())
    #expect(named[0].layers.map(\.x) == [[0.875, 0.875], [1.125, 2.125]])
    let scatter = TrialPoints(horizontalLabel: "z", label: "y", points: [[(5, 1)], [(6, 2)], [(7, 3)], [(.nan, 4)]])
    let free = grid.panels(
      of: scatter, roles: GridRoles(horizontal: nil, lines: [], panels: [0, 1]), chosen: AxisChoices())
    #expect(free.map(\.title) == ["a = 1, b = p", "a = 1, b = q", "a = 10, b = p", "a = 10, b = q"])
    #expect(free[1].layers[0].x == [6] && free[0].horizontal.label == "z")
    #expect(free.allSatisfy { $0.horizontal.range == free[0].horizontal.range })
  }

  @Test("Long texts are broken into lines, assignments kept whole where they fit, long names shortened in the middle")
  func longTexts() {
    #expect(FigureLayout.wrapped("order = iid, batch = 128", to: 13) == ["order = iid,", "batch = 128"])
    #expect(
      FigureLayout.wrapped("values = [0.1,0.2,0.3], batch = 1", to: 15) == ["values =", "[0.1,0.2,0.3],", "batch = 1"])
    #expect(FigureLayout.wrapped("abcdefgh", to: 3) == ["abc", "def", "gh"])
    #expect(FigureLayout.wrapped("", to: 3) == [] && FigureLayout.wrapped("a b", to: 0) == ["a", "b"])
    #expect("abcdefghij".shortened(to: 10) == "abcdefghij" && "abcdefghijk".shortened(to: 10) == "abcde…hijk")
    #expect("abcdefghijk".shortened(to: 0) == "…jk")
  }

  @Test("No text of a narrow figure leaves its page", arguments: FigureWidth.allCases)
  func longLabels(_ width: FigureWidth) {
    let sentence = "a label that is far too long for one line of a column and has to be broken into several"
    let panel = Figure.Panel(
      title: sentence, horizontal: .init(sentence), vertical: .init(sentence),
      layers: (0..<3).map { .init("\(sentence) \($0)", .points, .blue, x: [1], y: [1]) })
    var figure = Figure(name: "f", title: sentence, caption: "", panels: [panel, panel])
    figure.showsTitle = true
    for shares in [true, false] {
      figure.sharesLegend = shares
      let layout = FigureLayout(figure, width: width)
      for place in layout.places {
        for line in layout.heading + place.title + place.horizontalLabel {
          let half = Double(line.text.count) * 0.07 / 2
          #expect(line.x - half > -0.01 && line.x + half < layout.width + 0.01 && line.y > 0 && line.y < layout.height)
        }
        #expect(place.title.allSatisfy { $0.y > place.top } && place.horizontalLabel.allSatisfy { $0.y < place.bottom })
        #expect(place.verticalLabel.allSatisfy { $0.x < place.left - 0.3 })
        #expect(place.verticalLabel.allSatisfy { Double($0.text.count) * 0.07 < place.top - place.bottom + 0.3 })
        let legend = layout.sharedLegend ?? place.legend
        #expect(legend.columns == 1 && Double(legend.room) * 0.07 + 0.6 < layout.width)
        let lines = 3 * FigureLayout.wrapped("\(sentence) 0", to: legend.room).count
        #expect(legend.y - Double(lines) * 0.13 > 0)
      }
    }
  }
}
