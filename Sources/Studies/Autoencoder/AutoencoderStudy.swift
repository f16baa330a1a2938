import Citations
import Claims
import Reporting

/// The study of Ghosh, Frei, Ha and Yu: one neuron, orthonormal data, and what the batch size makes of it.
public enum AutoencoderStudy {
  /// The article of the study.
  static let paper = Citation.ghosh

  /// The study: the 25 rows of the paper's table of checks, then what goes beyond the paper.
  public static let study = Study(
    name: "autoencoder", title: "Batch size and the single-neuron autoencoder",
    question: """
      One weight vector w encodes and decodes m orthonormal vectors. Its global minima form a sphere, and gradient \
      descent and SGD reach different points of it: full-batch gradient descent lands on a dense mixture near its \
      start, SGD with any smaller batch on exactly one data point. Each claim below states its hypotheses, the \
      convention under which it is measured, a prediction, a measurement with its error, and the verdict that follows.

      Claims 1 to 25 hold the paper and the mathematics behind it against measurement. Claims b1 to b11 go beyond it: \
      which data point is selected and when, what the sampling order changes, and where the picture breaks.
      """,
    setup: "",
    citations: [.ghosh, .menshikov, .smith, .mulayoff, .wilson, .efron, .salmon, .lemire, .floyd],
    corrections: corrections,
    experiments: [
      .init(
        "batch-size", PackageResources.batch_size_json,
        question: "How does the batch size decide how fast, and whether, one data point is selected?",
        figure: "--x optimizer.batch --y final.maxCosine")
    ],
    chapters: [
      .init(
        "Claims", "",
        entries: [
          .init("autoencoder.01", gradientDescentLimit), .init("autoencoder.02", gradientDescentFreezesRatios),
          .init("autoencoder.03", lossGapVanishes), .init("autoencoder.04", sgdIsSparse),
          .init("autoencoder.05", batchDependence), .init("autoencoder.06", limitKeepsSign),
          .init("autoencoder.07", indexIsNotTheLargest), .init("autoencoder.08", largestEigenvalue),
          .init("autoencoder.09", traceFormulas), .init("autoencoder.10", traceWithoutConvention),
          .init("autoencoder.11", iterateTraceTrap), .init("autoencoder.12", lazyEqualsDense),
          .init("autoencoder.13", gainIdentity), .init("autoencoder.14", authorsOutput),
          .init("autoencoder.15", cyclicPlane), .init("autoencoder.16", logRatioSlope),
          .init("autoencoder.17", logRatioDrift), .init("autoencoder.18", cosineWithStart),
          .init("autoencoder.19", noiseVanishesAtSparsePoints), .init("autoencoder.20", angleLaw),
          .init("autoencoder.21", batchClock), .init("autoencoder.22", reshufflingSelectsTheLargest),
          .init("autoencoder.23", deadStart), .init("autoencoder.24", normEdge), .init("autoencoder.25", fixedBlocks),
          .init("autoencoder.b1", angleLawLimit), .init("autoencoder.b2", diffusionLaw),
          .init("autoencoder.b3", reshufflingDrift), .init("autoencoder.b4", headStart),
          .init("autoencoder.b5", cyclicConjecture), .init("autoencoder.b6", smallStarts),
          .init("autoencoder.b7", replacementSelects), .init("autoencoder.b8", normBound),
          .init("autoencoder.b9", almostSureVersusMeanSquare), .init("autoencoder.b10", traceAgainstScale),
          .init("autoencoder.b11", correlationFragility),
        ])
    ])

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "The cosine between the gradient-descent limit and its start is of order m/n.",
      instead: "It is √(m/n) for the linear neuron and √(m/2n) for ReLU; m/n is its square.", claims: ["autoencoder.18"]
    ),
    .init(
      said: "Gradient descent converges to the normalised projection onto the span of the data.",
      instead: "For ReLU only the directions with ⟨w₀, aᵢ⟩ > 0 count.", claims: ["autoencoder.01"]),
    .init(
      said: "Gradient descent ends in a roughly equal mixture of the data points.",
      instead: "The weights of the mixture are those of the start, ∝ cᵢ(0).",
      claims: ["autoencoder.01", "autoencoder.02"]),
    .init(
      said: "The log-ratio R_t drifts upwards by log(1/(1−η)).",
      instead:
        """
        That is the gain in a step that samples the leader (with batch means log(1/(1−η/b))); losses are comparable \
        and the net drift is of second order in η.
        """,
      claims: ["autoencoder.16", "autoencoder.17"]),
    .init(
      said: "Gradient descent finds flatter minima than SGD.",
      instead:
        """
        Their largest eigenvalues agree; the traces differ for ReLU with |S⁺| ≥ 2 and φ′(0) < 1 only (the table in circulation has φ′(0) = ½), not for the \
        linear neuron, and not for the plain Hessian at any finite iterate.
        """,
      claims: ["autoencoder.08", "autoencoder.09", "autoencoder.11", "autoencoder.b10"]),
    .init(
      said: "Cyclic SGD converges almost surely.", instead: "Nothing is random there: it converges deterministically.",
      claims: ["autoencoder.15"]),
    .init(
      said: "Small batch size, not randomness, is the cause of sparsity.",
      instead:
        """
        Only if batches keep separating every pair: fixed blocks do not. And which index is selected does depend on \
        randomness and order.
        """,
      claims: ["autoencoder.25", "autoencoder.22", "autoencoder.07"]),
    .init(
      said: "Any batch size below m leads to a sparse limit.",
      instead: "That presumes sampling without replacement; with replacement even b = m does.",
      claims: ["autoencoder.04", "autoencoder.b7"]),
    .init(
      said: "A global minimum is always reached.",
      instead: "For ReLU only if S⁺ is not empty, which a Gaussian start misses with probability 2⁻ᵐ.",
      claims: ["autoencoder.23"]),
  ]
}

extension Citation {
  static let ghosh = Citation(
    key: "ghosh2025effect", type: "article", shortName: "Ghosh, Frei, Ha, Yu 2025",
    fields: [
      "author": "Ghosh, Nikhil and Frei, Spencer and Ha, Wooseok and Yu, Bin",
      "title": "The Effect of {SGD} Batch Size on Autoencoder Learning: Sparsity, Sharpness, and Feature Learning",
      "journal": "Journal of Machine Learning Research", "volume": "26", "number": "49", "pages": "1--61",
      "year": "2025",
      "eprint": "2308.03215", "archivePrefix": "arXiv",
    ])
  static let menshikov = Citation(
    key: "menshikov2010rate", type: "article", shortName: "Menshikov, Wade 2010",
    fields: [
      "author": "Menshikov, Mikhail V. and Wade, Andrew R.",
      "title": "Rate of escape and central limit theorem for the supercritical {Lamperti} problem",
      "journal": "Stochastic Processes and their Applications", "volume": "120", "number": "10", "pages": "2078--2099",
      "year": "2010",
      "doi": "10.1016/j.spa.2010.06.004",
    ])
  static let smith = Citation(
    key: "smith2021origin", type: "inproceedings", shortName: "Smith, Dherin, Barrett, De 2021",
    fields: [
      "author": "Smith, Samuel L. and Dherin, Benoit and Barrett, David G. T. and De, Soham",
      "title": "On the Origin of Implicit Regularization in Stochastic Gradient Descent",
      "booktitle": "International Conference on Learning Representations", "year": "2021", "eprint": "2101.12176",
      "archivePrefix": "arXiv",
    ])
  static let mulayoff = Citation(
    key: "mulayoff2024exact", type: "inproceedings", shortName: "Mulayoff, Michaeli 2024",
    fields: [
      "author": "Mulayoff, Rotem and Michaeli, Tomer", "title": "Exact Mean Square Linear Stability Analysis for {SGD}",
      "booktitle": "Conference on Learning Theory", "year": "2024", "eprint": "2306.07850", "archivePrefix": "arXiv",
    ])
  static let wilson = Citation(
    key: "wilson1927probable", type: "article", shortName: "Wilson 1927",
    fields: [
      "author": "Wilson, Edwin B.", "title": "Probable Inference, the Law of Succession, and Statistical Inference",
      "journal": "Journal of the American Statistical Association", "volume": "22", "number": "158",
      "pages": "209--212", "year": "1927",
      "doi": "10.1080/01621459.1927.10502953",
    ])
  static let efron = Citation(
    key: "efron1979bootstrap", type: "article", shortName: "Efron 1979",
    fields: [
      "author": "Efron, Bradley", "title": "Bootstrap Methods: Another Look at the Jackknife",
      "journal": "The Annals of Statistics",
      "volume": "7", "number": "1", "pages": "1--26", "year": "1979", "doi": "10.1214/aos/1176344552",
    ])
  static let salmon = Citation(
    key: "salmon2011parallel", type: "inproceedings", shortName: "Salmon, Moraes, Dror, Shaw 2011",
    fields: [
      "author": "Salmon, John K. and Moraes, Mark A. and Dror, Ron O. and Shaw, David E.",
      "title": "Parallel Random Numbers: As Easy as 1, 2, 3",
      "booktitle": "International Conference for High Performance Computing, Networking, Storage and Analysis (SC)",
      "year": "2011",
      "doi": "10.1145/2063384.2063405",
    ])
  static let lemire = Citation(
    key: "lemire2019fast", type: "article", shortName: "Lemire 2019",
    fields: [
      "author": "Lemire, Daniel", "title": "Fast Random Integer Generation in an Interval",
      "journal": "ACM Transactions on Modeling and Computer Simulation", "volume": "29", "number": "1", "year": "2019",
      "eprint": "1805.10941",
      "archivePrefix": "arXiv",
    ])
  static let floyd = Citation(
    key: "bentley1987sample", type: "article", shortName: "Bentley, Floyd 1987",
    fields: [
      "author": "Bentley, Jon and Floyd, Bob", "title": "Programming Pearls: A Sample of Brilliance",
      "journal": "Communications of the ACM",
      "volume": "30", "number": "9", "pages": "754--757", "year": "1987", "doi": "10.1145/30401.315746",
    ])
}
