import Foundation
import Testing

/// A headless browser in which tests open pages: what is drawn, what the console says, what a reader's hands do.
enum Browser {
  /// The program; nil if there is none.
  static let path = BuiltProgram.command("chromium", "chromium-browser", "google-chrome")

  /// What became of a page.
  struct Visit {
    /// The document after its scripts have run.
    var document: String
    /// Lines on the console: errors and warnings, also of scripts that failed.
    var console: [String]
    /// The picture of it, as a PNG file.
    var picture: Data
  }

  /// The browser's clock runs ahead whenever the page waits, also for what other threads unpack; this keeps it busy for a few seconds of
  /// work, however slow the machine is.
  private static let pacing = """
    <script>
    for (let turn = 1; turn <= 80; turn++) {
      setTimeout(() => { let sum = 0; for (let k = 0; k < 4e7; k++) sum += k % 7; window.spent = sum; }, 50 * turn);
    }
    </script>

    """

  /// Opens a page, whole: the window is as high as `height`, so that all of it counts as seen.
  ///
  /// - Parameters:
  ///   - isDark: whether the reader prefers dark pages.
  ///   - script: runs after the page's own scripts have drawn; what it writes to `document.title` is in the document.
  static func visit(
    _ page: URL, width: Int = 1400, height: Int = 30_000, isDark: Bool = false, script: String? = nil
  ) throws -> Visit {
    let path = try #require(path)
    let folder = page.deletingLastPathComponent()
    let opened = folder.appending(path: "visited.html")
    let text = try String(contentsOf: page, encoding: .utf8)
    let acting = script.map { "<script>window.setTimeout(async () => { \($0) }, 5000);</script>\n" } ?? ""
    try text.replacing("</body>", with: "\(pacing)\(acting)</body>").write(
      to: opened, atomically: true, encoding: .utf8)
    let picture = folder.appending(path: "visited.png")
    let output = folder.appending(path: "visited.txt")
    let errors = folder.appending(path: "visited.log")
    for file in [output, errors] { try Data().write(to: file) }
    defer {
      for file in [opened, output, errors, picture] {
        try? FileManager.default.removeItem(at: file)
      }
    }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=\(width),\(height)",
      "--virtual-time-budget=9000", "--enable-logging=stderr", "--dump-dom", "--screenshot=\(picture.path)",
      // 0 is dark.
      "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
      "--user-data-dir=\(folder.appending(path: "profile").path)", opened.absoluteString,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let console = try String(contentsOf: errors, encoding: .utf8).split(separator: "\n").filter {
      $0.contains(":CONSOLE")
    }
    return Visit(
      document: try String(contentsOf: output, encoding: .utf8), console: console.map(String.init),
      picture: (try? Data(contentsOf: picture)) ?? Data())
  }
}
