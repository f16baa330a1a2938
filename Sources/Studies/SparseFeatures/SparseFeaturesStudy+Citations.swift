import Citations
import Claims

/// The publications of this study.
extension Citation {
  static let andriushchenko = Citation(
    key: "andriushchenko2023sgd", type: "inproceedings",
    shortName: "Andriushchenko, Varre, Pillaud-Vivien, Flammarion 2023",
    fields: [
      "author": "Andriushchenko, Maksym and Varre, Aditya and Pillaud-Vivien, Loucas and Flammarion, Nicolas",
      "title": "{SGD} with Large Step Sizes Learns Sparse Features",
      "booktitle": "International Conference on Machine Learning",
      "series": "Proceedings of Machine Learning Research", "volume": "202", "year": "2023", "eprint": "2210.05337",
      "archivePrefix": "arXiv",
    ])
  static let pillaudVivien = Citation(
    key: "pillaudvivien2022label", type: "inproceedings", shortName: "Pillaud-Vivien, Reygner, Flammarion 2022",
    fields: [
      "author": "Pillaud-Vivien, Loucas and Reygner, Julien and Flammarion, Nicolas",
      "title": "Label Noise (Stochastic) Gradient Descent Implicitly Solves the {Lasso} for Quadratic Parametrisation",
      "booktitle": "Conference on Learning Theory", "year": "2022", "eprint": "2206.09841", "archivePrefix": "arXiv",
    ])
  static let blanc = Citation(
    key: "blanc2020implicit", type: "inproceedings", shortName: "Blanc, Gupta, Valiant, Valiant 2020",
    fields: [
      "author": "Blanc, Guy and Gupta, Neha and Valiant, Gregory and Valiant, Paul",
      "title":
        "Implicit Regularization for Deep Neural Networks Driven by an {Ornstein--Uhlenbeck} Like Process",
      "booktitle": "Conference on Learning Theory", "year": "2020", "eprint": "1904.09080", "archivePrefix": "arXiv",
    ])
  static let woodworth = Citation(
    key: "woodworth2020kernel", type: "inproceedings", shortName: "Woodworth et al. 2020",
    fields: [
      "author":
        """
      Woodworth, Blake and Gunasekar, Suriya and Lee, Jason D. and Moroshko, Edward and Savarese, Pedro and \
      Golan, Itay and Soudry, Daniel and Srebro, Nathan
      """,
      "title": "Kernel and Rich Regimes in Overparametrized Models", "booktitle": "Conference on Learning Theory",
      "year": "2020", "eprint": "2002.09277", "archivePrefix": "arXiv",
    ])
  static let david = Citation(
    key: "david2003order", type: "book", shortName: "David, Nagaraja 2003",
    fields: [
      "author": "David, H. A. and Nagaraja, H. N.", "title": "Order Statistics", "publisher": "Wiley", "edition": "3",
      "year": "2003", "doi": "10.1002/0471722162",
    ])
}
