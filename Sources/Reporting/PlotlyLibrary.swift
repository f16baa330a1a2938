import Formats
import Glibc

/// The JavaScript library that draws interactive charts: a file found at run time, and put into every report page.
public struct PlotlyLibrary: Sendable, Equatable {
  /// The path of `plotly.min.js`.
  public var path: String

  /// Uses the file at `path`.
  public init(path: String) { self.path = path }

  /// Looks for `share/basin/plotly.min.js` in the directory of the running program and every one above it; nil if it is absent.
  ///
  /// This finds it both in an installation (`bin/basin` beside `share/`) and in a build folder.
  public static func find() -> PlotlyLibrary? {
    realpath("/proc/self/exe", nil).flatMap { resolved in
      defer { free(resolved) }
      return find(above: String(cString: resolved))
    }
  }

  /// Looks in the directories above the file at `path`, nearest first.
  public static func find(above path: String) -> PlotlyLibrary? {
    var directory = path[...]
    while let slash = directory.lastIndex(of: "/") {
      directory = directory[..<slash]
      let candidate = "\(directory)/share/basin/plotly.min.js"
      if access(candidate, R_OK) == 0 { return PlotlyLibrary(path: candidate) }
    }
    return nil
  }

  /// The library as text that can stand in a script element; nil if the file cannot be read.
  func script() -> String? {
    // Inside strings and expressions, the only places where these occur, the backslash changes nothing.
    (try? InputFile.text(path))?.replacing("</script", with: "<\\/script").replacing("<!--", with: "<\\!--")
  }
}
