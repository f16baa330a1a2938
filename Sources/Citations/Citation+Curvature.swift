/// Eigenvalues, traces and densities of matrices that are known by their products.
extension Citation {
  /// Hessian-vector products.
  public static let pearlmutter = Citation(
    key: "pearlmutter1994fast", type: "article", shortName: "Pearlmutter 1994",
    fields: [
      "author": "Pearlmutter, Barak A.", "title": "Fast Exact Multiplication by the {Hessian}",
      "journal": "Neural Computation", "volume": "6", "number": "1", "pages": "147--160", "year": "1994",
      "doi": "10.1162/neco.1994.6.1.147",
    ])

  /// Gauss and Newton's matrix, and its relation to the Fisher information.
  public static let martens = Citation(
    key: "martens2020new", type: "article", shortName: "Martens 2020",
    fields: [
      "author": "Martens, James", "title": "New Insights and Perspectives on the Natural Gradient Method",
      "journal": "Journal of Machine Learning Research", "volume": "21", "number": "146", "pages": "1--76",
      "year": "2020", "eprint": "1412.1193", "archivePrefix": "arXiv",
    ])

  /// Lanczos's process, restarted with the best Ritz vectors.
  public static let wuThickRestart = Citation(
    key: "wu2000thick", type: "article", shortName: "Wu, Simon 2000",
    fields: [
      "author": "Wu, Kesheng and Simon, Horst",
      "title": "Thick-Restart {Lanczos} Method for Large Symmetric Eigenvalue Problems",
      "journal": "SIAM Journal on Matrix Analysis and Applications", "volume": "22", "number": "2", "pages": "602--616",
      "year": "2000", "doi": "10.1137/S0895479898334605",
    ])

  /// How far beyond the Ritz values an eigenvalue can lie.
  public static let kuczynski = Citation(
    key: "kuczynski1992estimating", type: "article", shortName: "Kuczyński, Woźniakowski 1992",
    fields: [
      "author": "Kuczy{\\'n}ski, Jacek and Wo{\\'z}niakowski, Henryk",
      "title": "Estimating the Largest Eigenvalue by the Power and {Lanczos} Algorithms with a Random Start",
      "journal": "SIAM Journal on Matrix Analysis and Applications", "volume": "13", "number": "4",
      "pages": "1094--1122", "year": "1992", "doi": "10.1137/0613066",
    ])

  /// Locally optimal conjugate directions, for the threshold in mean square.
  public static let knyazev = Citation(
    key: "knyazev2001toward", type: "article", shortName: "Knyazev 2001",
    fields: [
      "author": "Knyazev, Andrew V.",
      "title":
        "Toward the Optimal Preconditioned Eigensolver: Locally Optimal Block Preconditioned Conjugate Gradient Method",
      "journal": "SIAM Journal on Scientific Computing", "volume": "23", "number": "2", "pages": "517--541",
      "year": "2001", "doi": "10.1137/S1064827500366124",
    ])

  /// Traces by random vectors.
  public static let hutchinson = Citation(
    key: "hutchinson1990stochastic", type: "article", shortName: "Hutchinson 1990",
    fields: [
      "author": "Hutchinson, Michael F.",
      "title": "A Stochastic Estimator of the Trace of the Influence Matrix for {Laplacian} Smoothing Splines",
      "journal": "Communications in Statistics -- Simulation and Computation", "volume": "19", "number": "2",
      "pages": "433--450", "year": "1990", "doi": "10.1080/03610919008812866",
    ])

  /// Hutch++: traces by random vectors and a subspace.
  public static let meyer = Citation(
    key: "meyer2021hutch", type: "inproceedings", shortName: "Meyer, Musco, Musco, Woodruff 2021",
    fields: [
      "author": "Meyer, Raphael A. and Musco, Cameron and Musco, Christopher and Woodruff, David P.",
      "title": "{Hutch++}: Optimal Stochastic Trace Estimation",
      "booktitle": "Symposium on Simplicity in Algorithms (SOSA)", "pages": "142--155", "year": "2021",
      "doi": "10.1137/1.9781611976496.16", "eprint": "2010.09649", "archivePrefix": "arXiv",
    ])

  /// XTrace: traces by random vectors, each left out once.
  public static let epperly = Citation(
    key: "epperly2024xtrace", type: "article", shortName: "Epperly, Tropp, Webber 2024",
    fields: [
      "author": "Epperly, Ethan N. and Tropp, Joel A. and Webber, Robert J.",
      "title": "{XTrace}: Making the Most of Every Sample in Stochastic Trace Estimation",
      "journal": "SIAM Journal on Matrix Analysis and Applications", "volume": "45", "number": "1", "pages": "1--23",
      "year": "2024", "doi": "10.1137/23M1548323", "eprint": "2301.07825", "archivePrefix": "arXiv",
    ])

  /// Spectral densities by Lanczos's process.
  public static let lin = Citation(
    key: "lin2016approximating", type: "article", shortName: "Lin, Saad, Yang 2016",
    fields: [
      "author": "Lin, Lin and Saad, Yousef and Yang, Chao",
      "title": "Approximating Spectral Densities of Large Matrices", "journal": "SIAM Review", "volume": "58",
      "number": "1", "pages": "34--65", "year": "2016", "doi": "10.1137/130934283",
    ])

  /// Stochastic Lanczos quadrature.
  public static let ubaru = Citation(
    key: "ubaru2017fast", type: "article", shortName: "Ubaru, Chen, Saad 2017",
    fields: [
      "author": "Ubaru, Shashanka and Chen, Jie and Saad, Yousef",
      "title": "Fast Estimation of {tr(f(A))} via Stochastic {Lanczos} Quadrature",
      "journal": "SIAM Journal on Matrix Analysis and Applications", "volume": "38", "number": "4",
      "pages": "1075--1099", "year": "2017", "doi": "10.1137/16M1104974",
    ])

  /// Nodes and weights of a quadrature from a tridiagonal matrix.
  public static let golub = Citation(
    key: "golub1969calculation", type: "article", shortName: "Golub, Welsch 1969",
    fields: [
      "author": "Golub, Gene H. and Welsch, John H.", "title": "Calculation of {Gauss} Quadrature Rules",
      "journal": "Mathematics of Computation", "volume": "23", "number": "106", "pages": "221--230", "year": "1969",
      "doi": "10.1090/S0025-5718-69-99647-1",
    ])

  /// Quadratures with a node at a given place, which bound the density's error.
  public static let golubModified = Citation(
    key: "golub1973some", type: "article", shortName: "Golub 1973",
    fields: [
      "author": "Golub, Gene H.", "title": "Some Modified Matrix Eigenvalue Problems", "journal": "SIAM Review",
      "volume": "15", "number": "2", "pages": "318--334", "year": "1973", "doi": "10.1137/1015032",
    ])
}
