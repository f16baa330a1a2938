import Formats
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
    for figure in figures {
      let layout = FigureLayout(figure)
      for place in layout.places {
        #expect(place.left > 0 && place.left < place.right && place.right < FigureLayout.width)
        #expect(place.legend.y < place.bottom && place.bottom < place.top && place.top < layout.height)
      }
      for (upper, lower) in zip(layout.places, layout.places.dropFirst(2)) {
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
        try gnuplot.draw(figures + [blank], into: first)
        try gnuplot.draw(figures + [blank], into: second)
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
        #expect(svg.contains("<desc>Gaps, no data, and odd characters: `x` $y$ {z}.</desc>"))
      }
    }
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
        try Gnuplot(path: "\(directory)/gnuplot").draw(figures, into: directory)
      }
      #expect(missing?.description.contains("could not be started: No such file or directory") == true)
      let failing = #expect(throws: Gnuplot.Failure.self) {
        try Gnuplot(path: "/bin/false").draw(figures, into: directory)
      }
      #expect(failing?.description.hasPrefix("/bin/false ended with status 1") == true)
      if let gnuplot = Self.gnuplot {
        let said = #expect(throws: Gnuplot.Failure.self) { try gnuplot.draw(figures, into: "\(directory)/absent") }
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

  @Test("The chart library is looked for in every directory above the program")
  func library() throws {
    try Scratch.withDirectory { directory in
      try Folder.make("\(directory)/share/basin")
      try AtomicFile.write("let a = '</script><!--'", to: "\(directory)/share/basin/plotly.min.js")
      let library = PlotlyLibrary.find(above: "\(directory)/a/b/bin/basin")
      #expect(library?.path == "\(directory)/share/basin/plotly.min.js")
      #expect(library?.script() == "let a = '<\\/script><\\!--'")
      #expect(PlotlyLibrary(path: "\(directory)/absent.js").script() == nil)
    }
  }
}
