import Citations
import Experiments
import Formats
import Numerics
import Reporting

extension ReportBuilder {
  /// The series, if there are any.
  func along() throws(InputError) -> [ExperimentReport.Part] {
    guard !series.isEmpty else { return [] }
    let read = try SeriesReader.read(series, of: groups, places: grid.groupsWithSeries, in: results)
    let figures = zip(series, read.curves).flatMap { name, curves in
      grid.figures(
        of: ResultSeries(
          name: "series-\(name)", label: name,
          caption: ([
            "Median and 10–90 % band of \(name) over trials at each step."
          ] + read.remarks + [total.leftOut].compactMap(\.self)).joined(separator: " "),
          curves: curves),
        hasLogarithmicSteps: read.isLogarithmic)
    }
    return [.init(anchor: "series", heading: "Along the way", figures: figures)]
  }

  /// The publication of the quantiles.
  static let seriesCitations: [Citation] = [.hyndman]
}
