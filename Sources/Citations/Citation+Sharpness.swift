/// Notions of sharpness, and the loss around parameters.
extension Citation {
  /// Sharpness in a box around the parameters.
  public static let keskar = Citation(
    key: "keskar2017large", type: "inproceedings", shortName: "Keskar et al. 2017",
    fields: [
      "author":
        "Keskar, Nitish Shirish and Mudigere, Dheevatsa and Nocedal, Jorge and Smelyanskiy, Mikhail and Tang, Ping Tak Peter",
      "title": "On Large-Batch Training for Deep Learning: Generalization Gap and Sharp Minima",
      "booktitle": "International Conference on Learning Representations", "year": "2017", "eprint": "1609.04836",
      "archivePrefix": "arXiv",
    ])

  /// Worst-case sharpness in a ball.
  public static let foret = Citation(
    key: "foret2021sharpness", type: "inproceedings", shortName: "Foret, Kleiner, Mobahi, Neyshabur 2021",
    fields: [
      "author": "Foret, Pierre and Kleiner, Ariel and Mobahi, Hossein and Neyshabur, Behnam",
      "title": "Sharpness-Aware Minimization for Efficiently Improving Generalization",
      "booktitle": "International Conference on Learning Representations", "year": "2021", "eprint": "2010.01412",
      "archivePrefix": "arXiv",
    ])

  /// Adaptive sharpness, in units of the parameters.
  public static let kwon = Citation(
    key: "kwon2021asam", type: "inproceedings", shortName: "Kwon, Kim, Park, Choi 2021",
    fields: [
      "author": "Kwon, Jungmin and Kim, Jeongseop and Park, Hyunseo and Choi, In Kwon",
      "title": "{ASAM}: Adaptive Sharpness-Aware Minimization for Scale-Invariant Learning of Deep Neural Networks",
      "booktitle": "International Conference on Machine Learning", "series": "Proceedings of Machine Learning Research",
      "volume": "139", "pages": "5905--5914", "year": "2021", "eprint": "2102.11600", "archivePrefix": "arXiv",
    ])

  /// Average sharpness, and sharpness by the largest change of a parameter.
  public static let andriushchenkoModern = Citation(
    key: "andriushchenko2023modern", type: "inproceedings",
    shortName: "Andriushchenko, Croce, Müller, Hein, Flammarion 2023",
    fields: [
      "author":
        "Andriushchenko, Maksym and Croce, Francesco and M{\\\"u}ller, Maximilian and Hein, Matthias and Flammarion, Nicolas",
      "title": "A Modern Look at the Relationship between Sharpness and Generalization",
      "booktitle": "International Conference on Machine Learning", "series": "Proceedings of Machine Learning Research",
      "volume": "202", "pages": "840--902", "year": "2023", "eprint": "2302.07011", "archivePrefix": "arXiv",
    ])

  /// The loss along lines between parameters.
  public static let goodfellow = Citation(
    key: "goodfellow2015qualitatively", type: "inproceedings", shortName: "Goodfellow, Vinyals, Saxe 2015",
    fields: [
      "author": "Goodfellow, Ian J. and Vinyals, Oriol and Saxe, Andrew M.",
      "title": "Qualitatively Characterizing Neural Network Optimization Problems",
      "booktitle": "International Conference on Learning Representations", "year": "2015", "eprint": "1412.6544",
      "archivePrefix": "arXiv",
    ])

  /// Directions scaled as the filters, for slices of the loss.
  public static let li = Citation(
    key: "li2018visualizing", type: "inproceedings", shortName: "Li, Xu, Taylor, Studer, Goldstein 2018",
    fields: [
      "author": "Li, Hao and Xu, Zheng and Taylor, Gavin and Studer, Christoph and Goldstein, Tom",
      "title": "Visualizing the Loss Landscape of Neural Nets",
      "booktitle": "Advances in Neural Information Processing Systems", "volume": "31", "year": "2018",
      "eprint": "1712.09913", "archivePrefix": "arXiv",
    ])
}
