import Formats

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The figures of a page: interactive charts if there is a chart library, and static pictures for paper and for no JavaScript.
struct FigureGallery: Sendable {
  /// The static figures as SVG text, by figure name.
  var drawings: [String: String] = [:]
  /// Why static figures are missing, and what to do about it, in one or two sentences; nil if none is.
  var drawingProblem: String?
  /// Whether the page has the chart library.
  var isInteractive = false

  /// Says why static figures are missing; empty if none is.
  var problem: String {
    drawingProblem.map { "<p class=\"reason notApplicable\">\(HTML.escaped($0))</p>\n" } ?? ""
  }

  /// The figures, one below the other.
  func html(_ figures: [Figure]) -> String { figures.map(figure).joined(separator: "\n") }

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
      \(isInteractive ? charts(figure) : "")\(image ?? "")
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

  /// Draws a figure's charts when it comes near the screen, and recolours them with the page.
  static let drawingScript = """
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
