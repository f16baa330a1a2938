import Formats
import Glibc

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

  /// The library compressed and in base 64, a third of its size, which a page unpacks; nil if the file cannot be read.
  func compressed() -> String? {
    (try? InputFile.read(path)).map { Data(Gzip.compressed($0)).base64EncodedString() }
  }
}
