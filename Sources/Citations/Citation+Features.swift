/// What networks have learnt.
extension Citation {
  /// The effective rank.
  public static let roy = Citation(
    key: "roy2007effective", type: "inproceedings", shortName: "Roy, Vetterli 2007",
    fields: [
      "author": "Roy, Olivier and Vetterli, Martin",
      "title": "The Effective Rank: A Measure of Effective Dimensionality",
      "booktitle": "15th European Signal Processing Conference", "pages": "606--610", "year": "2007",
    ])
}
