/// A report as one HTML page that needs no network: text, styles, figures and the chart library stand inside it.
///
/// It reads on a telephone, in dark mode and on paper; printing and browsers without JavaScript get the static figures.
struct HTMLReport {
  /// What the page says.
  var content: PageContent
  /// The chart library, compressed and in base 64; nil leaves the page with static figures.
  var chartLibrary: String?

  /// The page.
  var text: String {
    let sections = content.sections.filter { !$0.isEmpty }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="Basin \(HTML.escaped(content.version))">
      <title>\(HTML.escaped(content.title)) – Basin</title>
      <link rel="icon" href="data:,">
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <nav class="contents" aria-label="Contents">\(Self.contents(sections))</nav>
      <div class="page">
      <header>
      <p class="kicker">Basin · \(content.kicker)</p>
      <h1>\(HTML.escaped(content.title))</h1>
      \(content.tallies.strip(content.talliesLabel))
      <div class="prose">
      \(content.lead)
      </div>
      </header>
      <main id="content">
      \(sections.map { Self.section($0, level: 2) }.joined(separator: "\n"))
      </main>
      <footer><p>\(content.footer)</p></footer>
      </div>
      \(scripts)</body>
      </html>

      """
  }

  private static func contents(_ sections: [PageContent.Section]) -> String {
    let items = sections.map { section in
      let parts = section.parts.isEmpty ? "" : contents(section.parts)
      return "<li><a href=\"#\(section.anchor)\">\(HTML.escaped(section.heading))</a>\(parts)</li>"
    }
    return "<ul>\(items.joined())</ul>"
  }

  private static func section(_ section: PageContent.Section, level: Int) -> String {
    """
    <section id="\(section.anchor)" aria-labelledby="\(section.anchor)-heading">
    <h\(level) id="\(section.anchor)-heading">\(HTML.escaped(section.heading))</h\(level)>
    \(section.body)
    \(section.parts.map { self.section($0, level: level + 1) }.joined(separator: "\n"))
    </section>
    """
  }

  /// What the page does by itself, and the chart library with the lines that draw with it, where there are charts.
  private var scripts: String {
    var scripts = "<script>\n\(Self.readingScript)</script>\n"
    if let chartLibrary, content.hasFigures {
      scripts +=
        "<script type=\"application/gzip\" id=\"chart-library\">\(chartLibrary)</script>\n"
        + "<script>\n\(FigureGallery.drawingScript)</script>\n"
    }
    return scripts
  }

  /// Opens what a link leads into and what is printed, and marks in the contents where the reader is.
  private static let readingScript = """
    (() => {
      'use strict';
      const reveal = () => {
        const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        for (let place = target; place; place = place.parentElement) {
          if (place.matches('details')) place.open = true;
        }
        target?.scrollIntoView();
      };
      window.addEventListener('hashchange', reveal);
      if (location.hash) reveal();
      let opened = [];
      window.addEventListener('beforeprint', () => {
        opened = [...document.querySelectorAll('details.claim:not([open])')];
        opened.forEach((claim) => { claim.open = true; });
      });
      window.addEventListener('afterprint', () => opened.forEach((claim) => { claim.open = false; }));
      const links = new Map([...document.querySelectorAll('nav.contents a')].map((link) => [link.hash.slice(1), link]));
      const visible = new Set();
      const watch = new IntersectionObserver((entries) => {
        for (const entry of entries) visible[entry.isIntersecting ? 'add' : 'delete'](entry.target);
        const sections = [...document.querySelectorAll('section[id]')].filter((section) => visible.has(section));
        const innermost = sections.filter((section) => !sections.some((other) => other !== section && section.contains(other)));
        for (const link of links.values()) link.removeAttribute('aria-current');
        const current = innermost[0] && links.get(innermost[0].id);
        current?.setAttribute('aria-current', 'true');
      }, { rootMargin: '-10% 0px -70% 0px' });
      document.querySelectorAll('section[id]').forEach((section) => watch.observe(section));
    })();

    """
}
