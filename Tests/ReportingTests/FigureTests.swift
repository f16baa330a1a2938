import Formats
import Foundation
import Testing

@testable import Reporting

@Suite("Figures")
struct FigureTests {
  static let gnuplot = Gnuplot.find()
  private let figures = [Sample.trajectories, Sample.laws, Sample.tricky]
  private let blank = Figure(name: "blank", title: "Blank", caption: "Nothing.", panels: [])

  @Test("Marks of logarithmic axes: powers of ten, or plain numbers over few decades")
  func logarithmicMarks() {
    func labels(_ range: ClosedRange<Double>) -> [AxisScale.Tick.Label] {
      AxisScale(.init("x", logarithmic: true, range: range), values: []).ticks.map(\.label).filter { $0 != .none }
    }
    #expect(labels(0.9...70) == ["1", "2", "5", "10", "20", "50"].map { .plain($0) })
    #expect(labels(0.5e-3...2) == [-3, -2, -1, 0].map { .powerOfTen($0) })
    #expect(labels(1e-12...1) == [-12, -9, -6, -3, 0].map { .powerOfTen($0) })
  }

  @Test("Marks of linear axes are round, and long ones share a power of ten")
  func linearMarks() {
    let plain = AxisScale(.init("x", range: -1...1), values: [])
    #expect(plain.ticks.map(\.label) == ["−1", "−0.5", "0", "0.5", "1"].map { .plain($0) })
    #expect(plain.labelled("x") == "x")
    let large = AxisScale(.init("step", range: 0...2e7), values: [])
    #expect(large.ticks.map(\.label) == ["0", "0.5", "1", "1.5", "2"].map { .plain($0) })
    #expect(large.labelled("step") == "step (×10⁷)")
  }

  @Test("Ranges ignore what an axis cannot show, and are never empty")
  func ranges() {
    let axis = AxisScale(.init("x", logarithmic: true), values: [-1, 0, .nan, .infinity, 10, 1000])
    #expect(axis.range.contains(10) && axis.range.contains(1000) && axis.range.lowerBound > 5)
    for values in [[], [.nan], [3], [0], [-7, -7]] as [[Double]] {
      let range = AxisScale(.init("x"), values: values).range
      #expect(range.lowerBound < range.upperBound)
      #expect(values.filter(\.isFinite).allSatisfy(range.contains))
      let logarithmic = AxisScale(.init("x", logarithmic: true), values: values).range
      #expect(logarithmic.lowerBound > 0 && logarithmic.lowerBound < logarithmic.upperBound)
    }
    #expect(AxisScale(.init("x", logarithmic: true, range: -1...10), values: [5]).range.lowerBound > 0)
  }

  @Test("Panels, legends and the page do not overlap")
  func layout() {
    for (figure, width) in figures.flatMap({ figure in FigureWidth.allCases.map { (figure, $0) } }) {
      let layout = FigureLayout(figure, width: width)
      for place in layout.places {
        #expect(place.left > 0 && place.left < place.right && place.right < width.inches)
        #expect(place.legend.y < place.bottom && place.bottom < place.top && place.top < layout.height)
      }
      for (upper, lower) in zip(layout.places, layout.places.dropFirst(width == .single ? 1 : 2)) {
        #expect(lower.top < upper.legend.y)
      }
    }
  }

  @Test("Text cannot leave its quotes in a gnuplot script")
  func quoting() {
    #expect(GnuplotScript.quoted("it's `x` \\n \"y\"\nz") == "'it''s `x` \\n \"y\" z'")
  }

  @Test("gnuplot draws every figure in every format, the same bytes again", .enabled(if: gnuplot != nil))
  func draw() throws {
    let gnuplot = try #require(Self.gnuplot)
    try Scratch.withDirectory { first in
      try Scratch.withDirectory { second in
        try gnuplot.draw(drawings(figures + [blank], into: first))
        try gnuplot.draw(drawings(figures + [blank], into: second))
        for name in figures.map(\.name) {
          let svg = try #require((try? InputFile.text("\(first)/\(name).svg")))
          #expect(svg.contains("<svg") && svg.contains("</svg>"))
          for format in ["svg", "pdf", "png"] {
            let drawn = try #require((try? InputFile.text("\(first)/\(name).\(format)")))
            #expect(drawn.utf8.count > 1000)
            #expect(drawn == (try? InputFile.text("\(second)/\(name).\(format)")), "\(name).\(format)")
          }
        }
        #expect((try? InputFile.text("\(first)/blank.svg"))?.contains("<desc>Nothing.</desc>") == true)
        let svg = try #require((try? InputFile.text("\(first)/tricky.svg")))
        #expect(svg.contains("gaps_and &#39;quotes&#39;") || svg.contains("gaps_and 'quotes' `echo` $(x) \\n {a}^2"))
        #expect(svg.contains("<desc>Gaps, no data, and odd characters: `x` y {z}.</desc>"))
        #expect(svg.contains("Made by Basin 0.1.0 with: basin &amp; &lt;more&gt;. Data: tricky.csv</metadata>"))
        let png = try InputFile.read("\(first)/tricky.png")
        #expect(png.firstRange(of: Array("Source\0\0\0\0\0basin & <more>".utf8)) != nil)
        let pdf = try InputFile.read("\(first)/tricky.pdf")
        // UTF-16 in hexadecimal digits: "basin".
        #expect(pdf.firstRange(of: Array("/Command <FEFF0062006100730069006E".utf8)) != nil)
      }
    }
  }

  private func drawings(_ figures: [Figure], into directory: String) -> [FigureDrawing] {
    figures.map {
      FigureDrawing(
        $0, width: .double, formats: FigureFormat.allCases, path: "\(directory)/\($0.name)",
        origin: FigureOrigin(command: "basin & <more>", version: "0.1.0"))
    }
  }

  @Test("A printed figure is as wide as one column or two, in type of 8 to 9 points", .enabled(if: gnuplot != nil))
  func widths() throws {
    try Scratch.withDirectory { directory in
      for width in FigureWidth.allCases {
        try #require(Self.gnuplot).draw([
          FigureDrawing(
            Sample.laws, width: width, formats: [.pdf, .svg], path: "\(directory)/\(width.rawValue)",
            origin: FigureOrigin(command: "", version: ""))
        ])
        let pdf = String(decoding: try InputFile.read("\(directory)/\(width.rawValue).pdf"), as: UTF8.self)
        let box = try #require(pdf.firstMatch(of: /MediaBox \[ 0 0 ([0-9.]+)/))
        #expect(abs((Double(box.output.1) ?? 0) - 72 * width.inches) < 0.01)
        // 96 units an inch: 11 units are 8.25 points.
        let svg = try InputFile.text("\(directory)/\(width.rawValue).svg")
        #expect(svg.contains("width=\"\(Int(width.inches * 96))\"") && svg.contains("font-size=\"11"))
      }
    }
  }

  @Test("Sliders show one run at a time, and paper the one that is first seen, in the same ranges")
  func sliders() throws {
    let figure = Sample.explorer
    let still = figure.still
    #expect(still.panels[0].layers.map(\.places) == [[], [0, 1]])
    #expect(still.panels[0].vertical.range == figure.panels[0].scales.vertical.range)
    guard case .array(let traces) = figure.panels[0].plotly["data"] else {
      Issue.record("no traces")
      return
    }
    #expect(traces.map { $0["meta"]?.text } == [nil] + ["[0,0]", "[0,1]", "[1,0]", "[1,1]"].map { "{\"places\":\($0)}" })
    #expect(traces.allSatisfy { $0["showlegend"] == true })
    let table = figure.table
    #expect(table.columns.map(\.name).suffix(2) == ["η", "b"])
    #expect(Array(table.column("b").suffix(3)) == [5, 5, 5] && table.column("η")[0].isNaN)
    let page = Sample.page(library: "eA==")
    #expect(page.contains("<label>b = <output>5</output>") && page.contains("data-texts=\"0.1|0.2\""))
  }

  @Test("The pointer is told exact numbers and intervals, and axes of positive numbers can be switched")
  func pointer() {
    let text = Sample.laws.panels[0].plotly.scriptText
    #expect(text.contains("from %{customdata[2]:.7~g} to %{customdata[3]:.7~g}"))
    #expect(text.contains("[2,\(0.25 * (1 + 0.05 * sin(6.0)))"))
    #expect(Sample.laws.panels[0].switchableAxes.map(\.name) == ["x", "y"])
    #expect(Sample.trajectories.panels.map(\.switchableAxes.count) == [0, 2])
    #expect(Self.map.panels[0].switchableAxes.isEmpty)
  }

  @Test("Characters for a terminal fit it", .enabled(if: gnuplot != nil))
  func characters() throws {
    for figure in figures {
      let text = try #require(Self.gnuplot).characters(figure, columns: 70, rows: 20)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 70 })
      #expect(text.contains(figure.panels[0].horizontal.label))
    }
  }

  @Test("A missing or failing gnuplot is an outcome, not a crash")
  func failure() throws {
    #expect(Gnuplot.find(in: "/nonexistent:/etc") == nil)
    try Scratch.withDirectory { directory in
      let missing = #expect(throws: Gnuplot.Failure.self) {
        try Gnuplot(path: "\(directory)/gnuplot").draw(drawings(figures, into: directory))
      }
      #expect(missing?.description.contains("could not be started: No such file or directory") == true)
      let failing = #expect(throws: Gnuplot.Failure.self) {
        try Gnuplot(path: "/bin/false").draw(drawings(figures, into: directory))
      }
      #expect(failing?.description.hasPrefix("/bin/false ended with status 1") == true)
      if let gnuplot = Self.gnuplot {
        let said = #expect(throws: Gnuplot.Failure.self) { try gnuplot.draw(drawings(figures, into: "\(directory)/absent")) }
        #expect(said?.description.contains("absent") == true)
      }
    }
  }

  @Test("Charts leave out what cannot be shown, and carry one trace a drawn layer")
  func plotly() {
    let text = Sample.tricky.panels[3].plotly.scriptText
    #expect(text.contains("\"y\":[1]") && !text.contains("hidden"))
    let panel = Sample.tricky.panels[0].plotly.scriptText
    #expect(panel.contains("\"x\":[null,null,1,2,null,10,100],\"y\":[1,1,null,2,3,null,100000]"))
    #expect(panel.contains("x_1, x^2 \\u0026amp; \\u0026lt;y\\u0026gt;"))
    #expect(Sample.trajectories.panels[0].plotly.scriptText.contains("\"scaleanchor\":\"x\""))
    #expect(Sample.trajectories.panels[0].plotly.scriptText.split(separator: "\"showlegend\":true,\"type\"").count == 3)
  }

  @Test("Fields of a map reach halfway to their neighbours, in ratios on a logarithmic axis")
  func cells() {
    let grid = Figure.Cell.grid([1, 2, 4], [1, 100], logarithmic: (false, true))
    #expect(grid.count == 2 && grid.allSatisfy { $0.count == 3 })
    let sides = grid[0].map(\.sides)
    #expect(sides.map(\.left) == [0.5, 1.5, 3] && sides.map(\.right) == [1.5, 3, 5])
    #expect(sides[0].bottom == 0.1 && sides[0].top == 10 && grid[1][0].sides == (0.5, 1.5, 10, 1000))
    #expect(Figure.Cell.grid([3], [2], logarithmic: (false, true))[0][0].sides == (2.5, 3.5, 2 / 1.5, 3))
    #expect(Figure.Cell.grid([], [], logarithmic: (false, false)).isEmpty)
  }

  private static let map: Figure = {
    let grid = Figure.Cell.grid([1, 2], [0.1, 1], logarithmic: (false, true))
    let panel = Figure.Panel(
      horizontal: .init("b", categories: ["one", "two"]), vertical: .init("η", logarithmic: true),
      layers: [
        .cells("stays", .skyBlue, grid[0]), .cells("leaves", .vermilion, grid[1]),
        .init("limit", .line, .black, x: [1, 2], y: [0.2, 0.4]),
      ])
    return Figure(name: "map", title: "A map", caption: "Cells.", panels: [panel])
  }()

  @Test("A map fills its axes, has one outline a cell, and its sides in its table")
  func map() throws {
    let panel = Self.map.panels[0]
    let range = panel.scales.vertical.range
    #expect(
      abs(range.lowerBound - 0.1 / 10.0.squareRoot()) < 1e-12 && abs(range.upperBound - 10.0.squareRoot()) < 1e-12)
    #expect(panel.scales.horizontal.range == 0.5...2.5)
    #expect(panel.legendLabels == ["stays", "leaves", "limit"])
    guard case .array(let traces) = panel.plotly["data"] else {
      Issue.record("no traces")
      return
    }
    // An outline and what answers the pointer for each kind of cell, then the line.
    #expect(traces.map { $0["showlegend"] } == [true, false, true, false, true])
    #expect(traces[0]["x"]?.text == "[0.5,1.5,1.5,0.5,0.5,null,1.5,2.5,2.5,1.5,1.5]")
    #expect(traces[0]["fillcolor"] == "#56B4E9" && traces[1]["mode"] == "markers")
    let table = Self.map.table
    #expect(table.columns.map(\.name).suffix(2) == ["left", "right"])
    #expect(table.column("left").prefix(4) == [0.5, 1.5, 0.5, 1.5])
    #expect(!Sample.laws.table.columns.contains { $0.name == "left" })
  }

  @Test("gnuplot draws a map's cells in every format", .enabled(if: gnuplot != nil))
  func drawMap() throws {
    try Scratch.withDirectory { directory in
      try #require(Self.gnuplot).draw(drawings([Self.map], into: directory))
      let svg = try #require((try? InputFile.text("\(directory)/map.svg")))
      #expect(svg.contains("stays") && svg.contains("leaves") && svg.contains("one"))
    }
    let text = try #require(Self.gnuplot).characters(Self.map, columns: 60, rows: 20)
    #expect(text.contains("stays"))
  }

  @Test("The chart library is looked for in every directory above the program")
  func library() throws {
    try Scratch.withDirectory { directory in
      try Folder.make("\(directory)/share/basin")
      try AtomicFile.write("let a = '</script><!--'", to: "\(directory)/share/basin/plotly.min.js")
      let library = PlotlyLibrary.find(above: "\(directory)/a/b/bin/basin")
      #expect(library?.path == "\(directory)/share/basin/plotly.min.js")
      #expect(library?.compressed()?.hasPrefix("H4sI") == true)
      #expect(PlotlyLibrary(path: "\(directory)/absent.js").compressed() == nil)
    }
  }
}
