import Numerics

/// What a data file holds for learning: samples with features, and a label or target for each.
public struct LabelledSamples: Sendable, Equatable {
  /// The samples, dense or sparse as the file has them.
  public var features: FeatureRows
  /// The label or target of each sample.
  public var labels: [Double]
  /// The names of the features, if the file says them; otherwise empty.
  public var featureNames: [String] = []
  /// The name of the label, if the file says it.
  public var labelName: String?

  /// The largest number of stored entries, and of columns: 400 MB for the numbers alone.
  public static let largestEntryCount = 50_000_000

  /// Puts samples and labels together.
  ///
  /// - Precondition: as many labels as rows.
  public init(features: FeatureRows, labels: [Double]) {
    precondition(features.rowCount == labels.count, "each sample has a label")
    self.features = features
    self.labels = labels
  }

  /// The refusal of a file with too many entries.
  static func tooManyEntries(_ location: String) -> InputError {
    InputError(
      location, expected: "at most \(largestEntryCount) entries", found: "more",
      advice: "Take a part of the samples.")
  }
}
