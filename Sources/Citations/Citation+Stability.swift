/// Where SGD can stay, and the noise of its gradients.
extension Citation {
  /// Thresholds of the step size that depend on the batch size, and the sums of quadratic and Styblinski–Tang terms.
  public static let patel = Citation(
    key: "patel2017impact", type: "misc", shortName: "Patel 2017",
    fields: [
      "author": "Patel, Vivak",
      "title":
        "The Impact of Local Geometry and Batch Size on Stochastic Gradient Descent for Nonconvex Problems",
      "year": "2017", "eprint": "1709.04718", "archivePrefix": "arXiv",
    ])

  /// Linear stability, non-uniformity, and the toy problem of two minima.
  public static let wu = Citation(
    key: "wu2018how", type: "inproceedings", shortName: "Wu, Ma, E 2018",
    fields: [
      "author": "Wu, Lei and Ma, Chao and E, Weinan",
      "title":
        "How {SGD} Selects the Global Minima in Over-parameterized Learning: A Dynamical Stability Perspective",
      "booktitle": "Advances in Neural Information Processing Systems", "volume": "31", "pages": "8279--8288",
      "year": "2018",
    ])

  /// Stability of higher moments.
  public static let ma = Citation(
    key: "ma2021linear", type: "inproceedings", shortName: "Ma, Ying 2021",
    fields: [
      "author": "Ma, Chao and Ying, Lexing",
      "title": "On Linear Stability of {SGD} and Input-Smoothness of Neural Networks",
      "booktitle": "Advances in Neural Information Processing Systems", "volume": "34", "year": "2021",
      "eprint": "2105.13462", "archivePrefix": "arXiv",
    ])

  /// The exact threshold in mean square and its bounds, and the stationary covariance.
  public static let mulayoff = Citation(
    key: "mulayoff2024exact", type: "inproceedings", shortName: "Mulayoff, Michaeli 2024",
    fields: [
      "author": "Mulayoff, Rotem and Michaeli, Tomer", "title": "Exact Mean Square Linear Stability Analysis for {SGD}",
      "booktitle": "Conference on Learning Theory", "year": "2024", "eprint": "2306.07850", "archivePrefix": "arXiv",
    ])

  /// Stability beyond the quadratic model.
  public static let mulayoffNonlinear = Citation(
    key: "mulayoff2026nonlinear", type: "inproceedings", shortName: "Mulayoff, Stich 2026",
    fields: [
      "author": "Mulayoff, Rotem and Stich, Sebastian U.",
      "title": "On the Stability of Nonlinear Dynamics in {GD} and {SGD}: Beyond Quadratic Potentials",
      "booktitle": "Conference on Learning Theory", "series": "Proceedings of Machine Learning Research",
      "volume": "336", "pages": "5210--5243", "year": "2026", "eprint": "2602.14789", "archivePrefix": "arXiv",
    ])

  /// The edge of stability of gradient descent.
  public static let cohen = Citation(
    key: "cohen2021gradient", type: "inproceedings", shortName: "Cohen et al. 2021",
    fields: [
      "author": "Cohen, Jeremy M. and Kaur, Simran and Li, Yuanzhi and Kolter, J. Zico and Talwalkar, Ameet",
      "title": "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability",
      "booktitle": "International Conference on Learning Representations", "year": "2021", "eprint": "2103.00065",
      "archivePrefix": "arXiv",
    ])

  /// Thresholds in mean square for Gaussian inputs.
  public static let ziyin = Citation(
    key: "ziyin2022strength", type: "inproceedings", shortName: "Ziyin, Liu, Mori, Ueda 2022",
    fields: [
      "author": "Ziyin, Liu and Liu, Kangqiao and Mori, Takashi and Ueda, Masahito",
      "title": "Strength of Minibatch Noise in {SGD}",
      "booktitle": "International Conference on Learning Representations", "year": "2022", "eprint": "2102.05375",
      "archivePrefix": "arXiv",
    ])

  /// Stability in probability.
  public static let ziyinProbabilistic = Citation(
    key: "ziyin2023probabilistic", type: "misc", shortName: "Ziyin, Li, Galanti, Ueda 2023",
    fields: [
      "author": "Ziyin, Liu and Li, Botao and Galanti, Tomer and Ueda, Masahito",
      "title": "The Probabilistic Stability of Stochastic Gradient Descent", "year": "2023", "eprint": "2303.13093",
      "archivePrefix": "arXiv",
    ])

  /// The almost sure threshold: the Lyapunov exponent of a product of random matrices.
  public static let chemnitz = Citation(
    key: "chemnitz2025characterizing", type: "article", shortName: "Chemnitz, Engel 2025",
    fields: [
      "author": "Chemnitz, Dennis and Engel, Maximilian",
      "title":
        "Characterizing Dynamical Stability of Stochastic Gradient Descent in Overparameterized Learning",
      "journal": "Journal of Machine Learning Research", "volume": "26", "year": "2025", "eprint": "2407.20209",
      "archivePrefix": "arXiv",
    ])

  /// Batch sharpness and the gradient-noise interaction.
  public static let andreyev = Citation(
    key: "andreyev2024edge", type: "misc", shortName: "Andreyev, Beneventano 2024",
    fields: [
      "author": "Andreyev, Arseniy and Beneventano, Pierfrancesco",
      "title": "Edge of Stochastic Stability: Revisiting the Edge of Stability for {SGD}", "year": "2024",
      "eprint": "2412.20553", "archivePrefix": "arXiv",
    ])

  /// Batch sharpness under momentum.
  public static let andreyevMomentum = Citation(
    key: "andreyev2026momentum", type: "misc", shortName: "Andreyev et al. 2026",
    fields: [
      "author":
        "Andreyev, Arseniy and Ananthkumar, Advikar and Walden, Marc and Poggio, Tomaso and Beneventano, Pierfrancesco",
      "title": "Momentum Further Constrains Sharpness at the Edge of Stochastic Stability", "year": "2026",
      "eprint": "2604.14108", "archivePrefix": "arXiv",
    ])

  /// Thresholds that rest on the coherence of Hessians.
  public static let dexter = Citation(
    key: "dexter2024precise", type: "inproceedings", shortName: "Dexter et al. 2024",
    fields: [
      "author":
        "Dexter, Gregory and Ocejo, Borja and Keerthi, Sathiya and Gupta, Aman and Acharya, Ayan and Khanna, Rajiv",
      "title": "A Precise Characterization of {SGD} Stability Using Loss Surface Geometry",
      "booktitle": "International Conference on Learning Representations", "year": "2024", "eprint": "2401.12332",
      "archivePrefix": "arXiv",
    ])

  /// The gradient noise scales, simple and weighted by curvature, and the step that they make best.
  public static let mccandlish = Citation(
    key: "mccandlish2018empirical", type: "misc", shortName: "McCandlish, Kaplan, Amodei 2018",
    fields: [
      "author": "McCandlish, Sam and Kaplan, Jared and Amodei, Dario and {OpenAI Dota Team}",
      "title": "An Empirical Model of Large-Batch Training", "year": "2018", "eprint": "1812.06162",
      "archivePrefix": "arXiv",
    ])
}
