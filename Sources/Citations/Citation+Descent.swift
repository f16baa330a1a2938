/// What SGD learns, and how networks start.
extension Citation {
  /// The single-neuron autoencoder, and what the batch size makes of it.
  public static let ghosh = Citation(
    key: "ghosh2025effect", type: "article", shortName: "Ghosh, Frei, Ha, Yu 2025",
    fields: [
      "author": "Ghosh, Nikhil and Frei, Spencer and Ha, Wooseok and Yu, Bin",
      "title": "The Effect of {SGD} Batch Size on Autoencoder Learning: Sparsity, Sharpness, and Feature Learning",
      "journal": "Journal of Machine Learning Research", "volume": "26", "number": "49", "pages": "1--61",
      "year": "2025",
      "eprint": "2308.03215", "archivePrefix": "arXiv",
    ])

  /// Diagonal networks, teachers, feature sparsity and the rank of Jacobians, under large step sizes.
  public static let andriushchenko = Citation(
    key: "andriushchenko2023sgd", type: "inproceedings",
    shortName: "Andriushchenko, Varre, Pillaud-Vivien, Flammarion 2023",
    fields: [
      "author": "Andriushchenko, Maksym and Varre, Aditya and Pillaud-Vivien, Loucas and Flammarion, Nicolas",
      "title": "{SGD} with Large Step Sizes Learns Sparse Features",
      "booktitle": "International Conference on Machine Learning",
      "series": "Proceedings of Machine Learning Research", "volume": "202", "year": "2023", "eprint": "2210.05337",
      "archivePrefix": "arXiv",
    ])

  /// Label noise on quadratic parametrisations.
  public static let pillaudVivien = Citation(
    key: "pillaudvivien2022label", type: "inproceedings", shortName: "Pillaud-Vivien, Reygner, Flammarion 2022",
    fields: [
      "author": "Pillaud-Vivien, Loucas and Reygner, Julien and Flammarion, Nicolas",
      "title": "Label Noise (Stochastic) Gradient Descent Implicitly Solves the {Lasso} for Quadratic Parametrisation",
      "booktitle": "Conference on Learning Theory", "year": "2022", "eprint": "2206.09841", "archivePrefix": "arXiv",
    ])

  /// SGD with fresh noise on the labels, and its twelve points in one dimension.
  public static let blanc = Citation(
    key: "blanc2020implicit", type: "inproceedings", shortName: "Blanc, Gupta, Valiant, Valiant 2020",
    fields: [
      "author": "Blanc, Guy and Gupta, Neha and Valiant, Gregory and Valiant, Paul",
      "title":
        "Implicit Regularization for Deep Neural Networks Driven by an {Ornstein--Uhlenbeck} Like Process",
      "booktitle": "Conference on Learning Theory", "year": "2020", "eprint": "1904.09080", "archivePrefix": "arXiv",
    ])

  /// Diagonal linear networks, and how their scale decides what they find.
  public static let woodworth = Citation(
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

  /// How the first layer finds the inputs that matter, and its data.
  public static let beneventano = Citation(
    key: "beneventano2024support", type: "misc", shortName: "Beneventano, Pinto, Poggio 2024",
    fields: [
      "author": "Beneventano, Pierfrancesco and Pinto, Andrea and Poggio, Tomaso",
      "title": "How Neural Networks Learn the Support is an Implicit Regularization Effect of {SGD}", "year": "2024",
      "eprint": "2406.11110", "archivePrefix": "arXiv",
    ])

  /// The drift of SGD without replacement.
  public static let beneventanoTrajectories = Citation(
    key: "beneventano2023trajectories", type: "misc", shortName: "Beneventano 2023",
    fields: [
      "author": "Beneventano, Pierfrancesco", "title": "On the Trajectories of {SGD} Without Replacement",
      "year": "2023", "eprint": "2312.16143", "archivePrefix": "arXiv",
    ])

  /// The modified loss of reshuffled epochs.
  public static let smith = Citation(
    key: "smith2021origin", type: "inproceedings", shortName: "Smith, Dherin, Barrett, De 2021",
    fields: [
      "author": "Smith, Samuel L. and Dherin, Benoit and Barrett, David G. T. and De, Soham",
      "title": "On the Origin of Implicit Regularization in Stochastic Gradient Descent",
      "booktitle": "International Conference on Learning Representations", "year": "2021", "eprint": "2101.12176",
      "archivePrefix": "arXiv",
    ])

  /// Starts of networks of ReLU.
  public static let he = Citation(
    key: "he2015delving", type: "inproceedings", shortName: "He, Zhang, Ren, Sun 2015",
    fields: [
      "author": "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
      "title":
        "Delving Deep into Rectifiers: Surpassing Human-Level Performance on {ImageNet} Classification",
      "booktitle": "IEEE International Conference on Computer Vision", "pages": "1026--1034", "year": "2015",
      "doi": "10.1109/ICCV.2015.123",
    ])
}
