import Foundation
import Testing

/// The report in a browser, as its readers have it: nothing fails, every chart is drawn, and the controls do what they say.
@Suite("The report's page", .enabled(if: Browser.path != nil)) struct ReportPageTests {
  /// Claims of all four studies that are quick to measure, with lines, bands, bars, maps and sliders.
  private static let claims =
    "autoencoder.04,autoencoder.17,autoencoder.20,stability.02,stability.13,sparse-features.a2,support.b3,support.r2"

  private func report(in directory: URL) throws -> URL {
    let outcome = try BuiltProgram.run(
      ["reproduce", "--claims", Self.claims, "--out", "report", "--quiet"], in: directory)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return directory.appending(path: "report/index.html")
  }

  private func check(_ visit: Browser.Visit) throws {
    #expect(visit.console.isEmpty, "\(visit.console)")
    let document = visit.document
    let figures = document.matches(of: /<figure [^>]*class="([^"]*)"/).map { String($0.output.1) }
    #expect(figures.count > 1 && figures.allSatisfy { $0.contains("interactive") }, "\(figures)")
    // Plotly draws each chart as a few SVG elements, of which one holds the data.
    let charts = document.matches(of: /<div class="chart[ "]/).count
    #expect(charts >= figures.count)
    #expect(document.matches(of: /<g class="cartesianlayer">/).count == charts)
    #expect(visit.picture.count > 100_000)
  }

  @Test("draws every chart without an error, in both themes and on a narrow screen") func draws() throws {
    try BuiltProgram.withDirectory { directory in
      let page = try report(in: directory)
      try check(Browser.visit(page))
      try check(Browser.visit(page, isDark: true))
      try check(Browser.visit(page, width: 520, height: 50_000))
    }
  }

  @Test("is one file below 10 MB that names nothing but files of its folder, its own places and publications")
  func links() throws {
    try BuiltProgram.withDirectory { directory in
      let page = try report(in: directory)
      let text = try String(contentsOf: page, encoding: .utf8)
      #expect(text.utf8.count < 10_000_000)
      let ids = Set(text.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) })
      for link in text.matches(of: /href="([^"]*)"/).map({ String($0.output.1) }) where link != "data:," {
        if link.hasPrefix("#") {
          #expect(ids.contains(String(link.dropFirst())), "\(link)")
        } else if !link.hasPrefix("https://") {
          let file = page.deletingLastPathComponent().appending(path: link.removingPercentEncoding ?? link)
          #expect(FileManager.default.fileExists(atPath: file.path), "\(link)")
        }
      }
      #expect(text.matches(of: /<(script|img|iframe|source)[^>]*\ssrc="(?!data:)/).isEmpty)
      // No formula is left as it is written.
      #expect(text.contains("<math") && text.matches(of: /<(p|li|span|td|th|h\d)[^>]*>[^<]*\$[^<]*</).isEmpty)
    }
  }

  @Test("answers to hands: sliders, switches of axes, the legend, and links into closed claims") func controls() throws
  {
    try BuiltProgram.withDirectory { directory in
      let page = try report(in: directory)
      let visit = try Browser.visit(
        page,
        script: """
          const seen = [];
          const wait = () => new Promise((done) => setTimeout(done, 300));
          const chart = (element) => element.querySelector('.chart');
          const figures = [...document.querySelectorAll('figure')];
          const sliding = figures.find((figure) => figure.querySelector('.sliders'));
          const shown = () => JSON.stringify(chart(sliding).data.map((trace) => [trace.y, trace.meta]));
          const before = shown();
          const slider = sliding.querySelector('.sliders input');
          slider.value = slider.value === slider.max ? slider.min : slider.max;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          await wait();
          const told = slider.dataset.texts.split('|')[slider.value];
          if (shown() !== before && slider.parentElement.querySelector('output').textContent === told) seen.push('slides');
          const button = document.querySelector('.tools button[data-axis=y][aria-pressed=false]');
          const panel = chart(button.closest('.panel'));
          button.click();
          await wait();
          if (panel.layout.yaxis.type === 'log' && button.getAttribute('aria-pressed') === 'true') seen.push('switches');
          button.click();
          await wait();
          if (panel.layout.yaxis.type !== 'log') seen.push('switches back');
          const legend = document.querySelector('.chart .legendtoggle');
          legend.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
          legend.dispatchEvent(new MouseEvent('mouseup', { bubbles: true }));
          await wait();
          await wait();
          if (legend.closest('.chart').data.some((trace) => trace.visible === 'legendonly')) seen.push('hides');
          location.hash = '#claim-autoencoder.04';
          await wait();
          if (document.getElementById('claim-autoencoder.04').open) seen.push('opens');
          if (document.querySelectorAll('math mfrac, math msub, math msup').length > 10) seen.push('typesets');
          document.title = seen.join(', ');
          """)
      #expect(visit.console.isEmpty, "\(visit.console)")
      let title = visit.document.firstMatch(of: /<title>([^<]*)</).map { String($0.output.1) }
      #expect(title == "slides, switches, switches back, hides, opens, typesets")
    }
  }

  @Test("prints every claim in full, on paper of any size") func prints() throws {
    try BuiltProgram.withDirectory { directory in
      let page = try report(in: directory)
      let file = directory.appending(path: "report.pdf")
      let process = Process()
      process.executableURL = URL(filePath: try #require(Browser.path))
      process.arguments = [
        "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--print-to-pdf=\(file.path)",
        "--user-data-dir=\(directory.appending(path: "profile").path)", page.absoluteString,
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      let pdf = try Data(contentsOf: file)
      #expect(pdf.starts(with: Data("%PDF".utf8)) && pdf.count > 100_000)
    }
  }
}
