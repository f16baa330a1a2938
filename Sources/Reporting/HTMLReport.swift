/// A report as one HTML page that needs no network: text, styles, figures and the chart library stand inside it.
///
/// It reads on a telephone, in dark mode and on paper; printing and browsers without JavaScript get the static figures.
struct HTMLReport {
  /// What the page shows.
  var report: any Report
  /// The static figures as SVG text, by figure name; the page says why where one is missing.
  var drawings: [String: String]
  /// Why static figures are missing, and what to do about it, in one or two sentences; nil if none is.
  var drawingProblem: String?
  /// The text of the chart library; nil leaves the page with static figures.
  var chartScript: String?

  /// Prepares a page.
  init(
    _ report: any Report, drawings: [String: String] = [:], drawingProblem: String? = nil, chartScript: String? = nil
  ) {
    self.report = report
    self.drawings = drawings
    self.drawingProblem = drawingProblem
    self.chartScript = chartScript
  }

  /// The page.
  var text: String {
    let content = report.content(
      FigureGallery(drawings: drawings, drawingProblem: drawingProblem, isInteractive: chartScript != nil))
    let sections = content.sections.filter { !$0.body.isEmpty }
    let contents = sections.map { "<li><a href=\"#\($0.anchor)\">\(HTML.escaped($0.heading))</a></li>" }
    let bodies = sections.map { section in
      """
      <section id="\(section.anchor)">
      <h2>\(HTML.escaped(section.heading))</h2>
      \(section.body)
      </section>
      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="Basin \(HTML.escaped(content.version))">
      <title>\(HTML.escaped(content.title)) – Basin</title>
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <header class="page">
      <p class="kicker">Basin · \(content.kicker)</p>
      <h1>\(HTML.escaped(content.title))</h1>
      \(content.strip)
      <div class="prose">
      \(content.lead)
      </div>
      <nav aria-label="Contents"><ul>\(contents.joined())</ul></nav>
      </header>
      <main>
      \(bodies.joined(separator: "\n"))
      </main>
      <footer><p>\(content.footer)</p></footer>
      \(scripts)</body>
      </html>

      """
  }

  /// The chart library and the lines that draw with it; nothing without a library.
  private var scripts: String {
    guard let chartScript, !report.figures.isEmpty else { return "" }
    return "<script>\(chartScript)</script>\n<script>\n\(FigureGallery.drawingScript)</script>\n"
  }
}
