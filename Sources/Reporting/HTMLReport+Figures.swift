import Formats

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension HTMLReport {
  /// Every figure: the interactive charts if there is a chart library, and the static picture for paper and for no JavaScript.
  var figures: String {
    if report.figures.isEmpty { return "" }
    let problem = drawingProblem.map { "<p class=\"reason notApplicable\">\(HTML.escaped($0))</p>\n" } ?? ""
    return problem + report.figures.map(figure).joined(separator: "\n")
  }

  private func figure(_ figure: Figure) -> String {
    let anchor = "figure-" + HTML.anchor(figure.name)
    let drawing = drawings[figure.name]
    let address = "figures/" + HTML.address(figure.name)
    let formats = drawing == nil ? [] : ["svg", "pdf", "png"]
    let links = (formats + ["csv"]).map { format in
      "<a href=\"\(address).\(format)\" download>\(format.uppercased())</a>"
    }
    // As an image and not as elements: the marks' names inside would collide between figures.
    let image = drawing.map { svg in
      "<img class=\"static\" alt=\"\(HTML.escaped(figure.title)). \(HTML.escaped(figure.caption))\" "
        + "src=\"data:image/svg+xml;base64,\(Data(svg.utf8).base64EncodedString())\">"
    }
    return """
      <figure id="\(anchor)" class="\(drawing == nil ? "undrawn" : "drawn")" aria-labelledby="\(anchor)-title">
      <h3 id="\(anchor)-title">\(HTML.escaped(figure.title))</h3>
      \(chartScript == nil ? "" : charts(figure))\(image ?? "")
      <figcaption>\(HTML.paragraphs(figure.caption))<p class="downloads">\(links.joined(separator: " · "))</p></figcaption>
      </figure>
      """
  }

  /// One chart a panel, so that panels can stack on a narrow screen.
  private func charts(_ figure: Figure) -> String {
    let panels = figure.panels.enumerated().map { index, panel in
      let name = panel.title.isEmpty ? "panel \(index + 1)" : panel.title
      return "<div class=\"chart\" role=\"group\" aria-label=\"Interactive chart: \(HTML.escaped(figure.title)), "
        + "\(HTML.escaped(name))\"><script type=\"application/json\">\(panel.plotly.scriptText)</script></div>"
    }
    return "<div class=\"charts\(figure.panels.count > 1 ? " several" : "")\">\(panels.joined(separator: "\n"))</div>\n"
  }

  /// A table's description, its first rows, and the link to the whole.
  func tableEntry(_ table: Table) -> String {
    let shown = table.rows.prefix(Self.previewRows)
    let header = table.columns.map { "<th scope=\"col\">\(HTML.escaped($0.name))</th>" }.joined()
    let rows = shown.map { row in "<tr>\(row.map(Self.cell).joined())</tr>" }
    let columns = table.columns.map {
      "<dt><code>\(HTML.escaped($0.name))</code></dt><dd>\(HTML.escaped($0.meaning))</dd>"
    }
    let count = table.rows.count
    let extent =
      shown.count < count ? "first \(shown.count) of \(count) rows" : "\(count) \(count == 1 ? "row" : "rows")"
    return """
      <article class="table" id="table-\(HTML.anchor(table.name))">
      <h3>\(HTML.escaped(table.name))</h3>
      \(HTML.paragraphs(table.caption))
      <p class="downloads"><a href="data/\(HTML.address(table.name)).csv" download>CSV</a> · \(extent)</p>
      <dl class="columns">\(columns.joined(separator: "\n"))</dl>
      <div class="scroll" tabindex="0" role="region" aria-label="Rows of \(HTML.escaped(table.name))">
      <table class="preview"><thead><tr>\(header)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      </article>
      """
  }

  /// Enough rows to see what a table holds.
  private static let previewRows = 6

  private static func cell(_ cell: Table.Cell) -> String {
    switch cell {
    case .number(let value): "<td class=\"number\">\(NumberText.readable(value))</td>"
    case .integer(let value): "<td class=\"number\">\(value)</td>"
    case .text(let value): "<td>\(HTML.escaped(value))</td>"
    }
  }

  /// The chart library and the lines that draw with it; nothing without a library.
  var scripts: String {
    guard let chartScript, !report.figures.isEmpty else { return "" }
    return "<script>\(chartScript)</script>\n<script>\n\(Self.drawingScript)</script>\n"
  }

  /// Draws a figure's charts when it comes near the screen, and recolours them with the page.
  private static let drawingScript = """
    (() => {
      'use strict';
      if (!window.Plotly) return;
      const scheme = window.matchMedia('(prefers-color-scheme: dark)');
      const narrow = window.matchMedia('(max-width: 46rem)');
      // Black and blue are too dark for a dark page.
      const lighter = { '#000000': '#e8e8e4', '#0072B2': '#4ba6e3' };
      const inColours = (value) => {
        if (typeof value === 'string') return scheme.matches ? lighter[value] ?? value : value;
        if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
        return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inColours(part)]));
      };
      const draw = async (figure) => {
        const ink = scheme.matches ? '#e8e8e4' : '#1c1e21';
        const rule = scheme.matches ? '#3a3f46' : '#dddddd';
        const font = getComputedStyle(document.body).fontFamily;
        figure.classList.add('interactive');
        try {
          for (const chart of figure.querySelectorAll('.chart')) {
            chart.specification ??= JSON.parse(chart.querySelector('script').textContent);
            const { data, layout } = chart.specification;
            const axis = (settings) => ({ ...settings, gridcolor: rule, linecolor: rule, tickcolor: rule });
            await Plotly.react(chart, data.map(inColours), {
              ...layout, font: { family: font, size: 12.5, color: ink },
              xaxis: axis(layout.xaxis), yaxis: axis(layout.yaxis),
            }, { responsive: true, displaylogo: false, displayModeBar: narrow.matches ? false : 'hover',
              modeBarButtonsToRemove: ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d'] });
          }
        } catch (problem) {
          figure.classList.remove('interactive');
          throw problem;
        }
      };
      const figures = [...document.querySelectorAll('figure')].filter((figure) => figure.querySelector('.chart'));
      const near = new IntersectionObserver((entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          near.unobserve(entry.target);
          draw(entry.target);
        }
      }, { rootMargin: '600px' });
      figures.forEach((figure) => near.observe(figure));
      scheme.addEventListener('change', () => figures.filter((f) => f.matches('.interactive')).forEach(draw));
      // Paper gets the static picture; where there is none, the chart has to be there in time.
      window.addEventListener('beforeprint', () => figures.filter((f) => f.matches('.undrawn')).forEach(draw));
    })();

    """
}

extension HTML {
  /// A file name as part of an address.
  static func address(_ name: String) -> String {
    name.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain = byte < 128 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      if isPlain || "-._~".unicodeScalars.contains(scalar) { return String(scalar) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
