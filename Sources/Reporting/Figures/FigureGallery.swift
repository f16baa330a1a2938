import Formats

/// The figures of a page: interactive charts if there is a chart library, and static pictures for paper and for no JavaScript.
struct FigureGallery: Sendable {
  /// The static figures as SVG text, by figure name.
  var drawings: [String: String] = [:]
  /// Why static figures are missing, and what to do about it, in one or two sentences; nil if none is.
  var drawingProblem: String?
  /// Whether the page has the chart library.
  var isInteractive = false
  /// The folder of the report's files as the page's links name it: empty, or with a slash at its end.
  var folder = ""

  /// Says why static figures are missing; empty if none is.
  var problem: String {
    drawingProblem.map { "<p class=\"reason notApplicable\">\(HTML.escaped($0))</p>\n" } ?? ""
  }

  /// The figures, one below the other.
  func html(_ figures: [Figure]) -> String { figures.map(figure).joined(separator: "\n") }

  private func figure(_ figure: Figure) -> String {
    let anchor = "figure-" + HTML.anchor(folder + figure.name)
    let drawing = drawings[figure.name]
    // As an image and not as elements: the marks' names inside would collide between figures.
    let image = drawing.map { svg in
      "<img class=\"static\" alt=\"\(HTML.escaped(PlainText.of("\(figure.title). \(figure.caption)")))\" "
        + "src=\"data:image/svg+xml;charset=utf-8,\(HTML.inAddress(svg))\">"
    }
    return """
      <figure id="\(anchor)" class="\(drawing == nil ? "undrawn" : "drawn")" aria-labelledby="\(anchor)-title">
      <h4 id="\(anchor)-title">\(HTML.line(marked: figure.title))</h4>
      \(isInteractive ? charts(figure) : "")\(image ?? "")
      <figcaption>\(HTML.paragraphs(marked: figure.caption))<p class="downloads">\(links(figure, isDrawn: drawing != nil))</p>\
      </figcaption>
      </figure>
      """
  }

  private func links(_ figure: Figure, isDrawn: Bool) -> String {
    let address = "\(folder)figures/" + HTML.address(figure.name)
    func link(_ ending: String, _ word: String) -> String { "<a href=\"\(address)\(ending)\" download>\(word)</a>" }
    let widths = FigureWidth.allCases.map { width in
      "\(width == .single ? "One column" : "Two columns"): "
        + FigureFormat.allCases.map { link("\(width.suffix).\($0.rawValue)", $0.rawValue.uppercased()) }.joined(
          separator: " ")
    }
    return ((isDrawn ? widths : []) + ["Data: " + link(".csv", "CSV")]).joined(separator: " · ")
  }

  /// One chart a panel, so that panels can stack on a narrow screen, with the sliders that move all of them.
  private func charts(_ figure: Figure) -> String {
    let panels = figure.panels.enumerated().map { index, panel in
      let name = panel.title.isEmpty ? "panel \(index + 1)" : panel.title
      let switches = panel.switchableAxes.map { axis in
        "<button type=\"button\" data-axis=\"\(axis.name)\" aria-pressed=\"\(axis.isLogarithmic)\">log \(axis.name)</button>"
      }
      let tools = switches.isEmpty ? "" : "<p class=\"tools\">\(switches.joined(separator: " "))</p>"
      return "<div class=\"panel\"><div class=\"chart\" role=\"group\" aria-label=\"Interactive chart: "
        + "\(HTML.escaped(PlainText.of(figure.title))), \(HTML.escaped(name))\"><script type=\"application/json\">"
        + "\(panel.plotly.scriptText)</script></div>\(tools)</div>"
    }
    return "\(sliders(figure))<div class=\"charts\(figure.panels.count > 1 ? " several" : "")\">"
      + "\(panels.joined(separator: "\n"))</div>\n"
  }

  private func sliders(_ figure: Figure) -> String {
    if figure.sliders.isEmpty { return "" }
    let items = figure.sliders.map { slider in
      let texts = slider.values.map { NumberText.readable($0) }
      // Sliders of one study with the same name and values move together.
      let link = "\(folder)\(slider.name): \(texts.joined(separator: ", "))"
      return """
        <label>\(HTML.escaped(slider.name)) = <output>\(HTML.escaped(texts[slider.initial]))</output>\
        <input type="range" min="0" max="\(slider.values.count - 1)" step="1" value="\(slider.initial)" \
        data-link="\(HTML.escaped(link))" data-texts="\(HTML.escaped(texts.joined(separator: "|")))" \
        aria-valuetext="\(HTML.escaped(texts[slider.initial]))"></label>
        """
    }
    return "<div class=\"sliders\">\(items.joined(separator: "\n"))</div>"
  }

  /// Unpacks the chart library, draws a figure's charts when it comes near the screen, and redraws them as sliders and buttons say and
  /// in the page's colours.
  static let drawingScript = """
    (async () => {
      'use strict';
      if (!window.DecompressionStream) return;
      const packed = document.getElementById('chart-library').textContent;
      const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
      const library = document.createElement('script');
      library.textContent = await new Response(stream).text();
      document.head.append(library);
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
      // An axis as the printed figure has it, or with the other scale and the library's own marks.
      const scaled = (settings, isSwitched) => {
        if (!isSwitched) return settings;
        const { tickmode, tickvals, ticktext, range, ...rest } = settings;
        return { ...rest, type: settings.type === 'log' ? 'linear' : 'log', autorange: true };
      };
      const draw = async (figure) => {
        const ink = scheme.matches ? '#e8e8e4' : '#1c1e21';
        const rule = scheme.matches ? '#3a3f46' : '#dddddd';
        const font = getComputedStyle(document.body).fontFamily;
        const places = [...figure.querySelectorAll('input[type=range]')].map((slider) => Number(slider.value));
        const isShown = (trace) => (trace.meta?.places ?? []).every((place, slider) => place === places[slider]);
        figure.classList.add('interactive');
        try {
          for (const chart of figure.querySelectorAll('.chart')) {
            chart.specification ??= JSON.parse(chart.querySelector('script').textContent);
            const { data, layout } = chart.specification;
            const axis = (settings, name) => ({ ...scaled(settings, chart.dataset[name] === 'switched'),
              gridcolor: rule, linecolor: rule, tickcolor: rule });
            await Plotly.react(chart, data.filter(isShown).map(inColours), {
              ...layout, font: { family: font, size: 12.5, color: ink },
              xaxis: axis(layout.xaxis, 'x'), yaxis: axis(layout.yaxis, 'y'),
              hoverlabel: { font: { family: font, size: 12.5 }, align: 'left' },
            }, { responsive: true, displaylogo: false, displayModeBar: narrow.matches ? false : 'hover',
              modeBarButtonsToRemove: ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d'] });
          }
        } catch (problem) {
          figure.classList.remove('interactive');
          throw problem;
        }
      };
      const figures = [...document.querySelectorAll('figure')].filter((figure) => figure.querySelector('.chart'));
      const redraw = () => figures.filter((figure) => figure.matches('.interactive')).forEach(draw);
      const near = new IntersectionObserver((entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          near.unobserve(entry.target);
          draw(entry.target);
        }
      }, { rootMargin: '600px' });
      figures.forEach((figure) => near.observe(figure));
      document.addEventListener('input', ({ target }) => {
        if (!target.matches('.sliders input')) return;
        for (const slider of document.querySelectorAll('.sliders input')) {
          if (slider.dataset.link !== target.dataset.link) continue;
          const text = slider.dataset.texts.split('|')[target.value];
          slider.value = target.value;
          slider.setAttribute('aria-valuetext', text);
          slider.parentElement.querySelector('output').textContent = text;
          const figure = slider.closest('figure');
          if (figure.matches('.interactive')) draw(figure);
        }
      });
      document.addEventListener('click', ({ target }) => {
        if (!target.matches('.tools button')) return;
        const chart = target.closest('.panel').querySelector('.chart');
        const { axis } = target.dataset;
        chart.dataset[axis] = chart.dataset[axis] === 'switched' ? '' : 'switched';
        target.setAttribute('aria-pressed', String(target.getAttribute('aria-pressed') !== 'true'));
        draw(chart.closest('figure'));
      });
      scheme.addEventListener('change', redraw);
      // Paper gets the static picture; where there is none, the chart has to be there in time.
      window.addEventListener('beforeprint', () => figures.filter((f) => f.matches('.undrawn')).forEach(draw));
    })();

    """
}
