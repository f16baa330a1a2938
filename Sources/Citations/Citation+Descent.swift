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

  /// Momentum: the heavy ball.
  public static let polyak = Citation(
    key: "polyak1964some", type: "article", shortName: "Polyak 1964",
    fields: [
      "author": "Polyak, Boris T.", "title": "Some Methods of Speeding up the Convergence of Iteration Methods",
      "journal": "USSR Computational Mathematics and Mathematical Physics", "volume": "4", "number": "5",
      "pages": "1--17", "year": "1964", "doi": "10.1016/0041-5553(64)90137-5",
    ])

  /// Nesterov's momentum in the form in which networks are trained with it.
  public static let sutskever = Citation(
    key: "sutskever2013importance", type: "inproceedings", shortName: "Sutskever, Martens, Dahl, Hinton 2013",
    fields: [
      "author": "Sutskever, Ilya and Martens, James and Dahl, George and Hinton, Geoffrey",
      "title": "On the Importance of Initialization and Momentum in Deep Learning",
      "booktitle": "International Conference on Machine Learning", "series": "Proceedings of Machine Learning Research",
      "volume": "28", "number": "3", "pages": "1139--1147", "year": "2013",
    ])

  /// Gradients whose norm is clipped.
  public static let pascanu = Citation(
    key: "pascanu2013difficulty", type: "inproceedings", shortName: "Pascanu, Mikolov, Bengio 2013",
    fields: [
      "author": "Pascanu, Razvan and Mikolov, Tomas and Bengio, Yoshua",
      "title": "On the Difficulty of Training Recurrent Neural Networks",
      "booktitle": "International Conference on Machine Learning", "series": "Proceedings of Machine Learning Research",
      "volume": "28", "number": "3", "pages": "1310--1318", "year": "2013", "eprint": "1211.5063",
      "archivePrefix": "arXiv",
    ])

  /// Weight decay that passes by the momentum.
  public static let loshchilov = Citation(
    key: "loshchilov2019decoupled", type: "inproceedings", shortName: "Loshchilov, Hutter 2019",
    fields: [
      "author": "Loshchilov, Ilya and Hutter, Frank", "title": "Decoupled Weight Decay Regularization",
      "booktitle": "International Conference on Learning Representations", "year": "2019", "eprint": "1711.05101",
      "archivePrefix": "arXiv",
    ])

  /// Starts of networks, uniform and scaled by inputs and outputs: the name is its author's, Xavier.
  public static let glorot = Citation(
    key: "glorot2010understanding", type: "inproceedings", shortName: "Glorot, Bengio 2010",
    fields: [
      "author": "Glorot, Xavier and Bengio, Yoshua",
      "title": "Understanding the Difficulty of Training Deep Feedforward Neural Networks",
      "booktitle": "International Conference on Artificial Intelligence and Statistics",
      "series": "Proceedings of Machine Learning Research", "volume": "9", "pages": "249--256", "year": "2010",
    ])

  /// PyTorch, whose starts of networks these are.
  public static let paszke = Citation(
    key: "paszke2019pytorch", type: "inproceedings", shortName: "Paszke et al. 2019",
    fields: [
      "author":
        "Paszke, Adam and Gross, Sam and Massa, Francisco and Lerer, Adam and Bradbury, James and Chanan, Gregory and Killeen, Trevor and Lin, Zeming and Gimelshein, Natalia and Antiga, Luca and others",
      "title": "{PyTorch}: An Imperative Style, High-Performance Deep Learning Library",
      "booktitle": "Advances in Neural Information Processing Systems", "volume": "32", "year": "2019",
      "eprint": "1912.01703", "archivePrefix": "arXiv",
    ])

  /// Support vector machines.
  public static let cortes = Citation(
    key: "cortes1995support", type: "article", shortName: "Cortes, Vapnik 1995",
    fields: [
      "author": "Cortes, Corinna and Vapnik, Vladimir", "title": "Support-Vector Networks",
      "journal": "Machine Learning", "volume": "20", "number": "3", "pages": "273--297", "year": "1995",
      "doi": "10.1007/BF00994018",
    ])

  /// The sum of quartic double wells.
  public static let styblinski = Citation(
    key: "styblinski1990experiments", type: "article", shortName: "Styblinski, Tang 1990",
    fields: [
      "author": "Styblinski, M. A. and Tang, T.-S.",
      "title":
        "Experiments in Nonconvex Optimization: Stochastic Approximation with Function Smoothing and Simulated Annealing",
      "journal": "Neural Networks", "volume": "3", "number": "4", "pages": "467--483", "year": "1990",
      "doi": "10.1016/0893-6080(90)90029-K",
    ])

  /// Newton's method with conjugate gradients, for the minima of convex sums.
  public static let dembo = Citation(
    key: "dembo1982inexact", type: "article", shortName: "Dembo, Eisenstat, Steihaug 1982",
    fields: [
      "author": "Dembo, Ron S. and Eisenstat, Stanley C. and Steihaug, Trond", "title": "Inexact {Newton} Methods",
      "journal": "SIAM Journal on Numerical Analysis", "volume": "19", "number": "2", "pages": "400--408",
      "year": "1982", "doi": "10.1137/0719025",
    ])

  /// The damping of Gauss and Newton's method, for the minima of small networks.
  public static let levenberg = Citation(
    key: "levenberg1944method", type: "article", shortName: "Levenberg 1944",
    fields: [
      "author": "Levenberg, Kenneth",
      "title": "A Method for the Solution of Certain Non-Linear Problems in Least Squares",
      "journal": "Quarterly of Applied Mathematics", "volume": "2", "number": "2", "pages": "164--168", "year": "1944",
      "doi": "10.1090/qam/10666",
    ])

  /// The same damping, and how it is steered.
  public static let marquardt = Citation(
    key: "marquardt1963algorithm", type: "article", shortName: "Marquardt 1963",
    fields: [
      "author": "Marquardt, Donald W.", "title": "An Algorithm for Least-Squares Estimation of Nonlinear Parameters",
      "journal": "Journal of the Society for Industrial and Applied Mathematics", "volume": "11", "number": "2",
      "pages": "431--441", "year": "1963", "doi": "10.1137/0111030",
    ])
}
