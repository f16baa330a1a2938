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

  /// The imbalance of neighbouring layers, which gradient flow keeps.
  public static let arora = Citation(
    key: "arora2018optimization", type: "inproceedings", shortName: "Arora, Cohen, Hazan 2018",
    fields: [
      "author": "Arora, Sanjeev and Cohen, Nadav and Hazan, Elad",
      "title": "On the Optimization of Deep Networks: Implicit Acceleration by Overparameterization",
      "booktitle": "International Conference on Machine Learning", "series": "Proceedings of Machine Learning Research",
      "volume": "80", "pages": "244--253", "year": "2018", "eprint": "1802.06509", "archivePrefix": "arXiv",
    ])
}
