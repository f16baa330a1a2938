import Claims
import Reporting

/// The study of large step sizes: loss that stabilises, and features that become sparse.
public enum SparseFeaturesStudy {
  /// The study: the thirteen rows of the table of checks, then what goes beyond it.
  public static let study = Study(
    name: "sparse-features", title: "Do large steps make features sparse?",
    question: """
      With a large step size the training loss of SGD does not fall: it stabilises at a level at which the noise of \
      sampling stays. While it does so, columns of the Jacobian shrink that nothing needs, and the features of diagonal \
      and ReLU networks become sparse; once the step is lowered, the sparse network fits. Each claim below states its \
      hypotheses, the convention under which it is measured, a prediction, a measurement with its error, and the verdict \
      that follows.

      The publication is by Andriushchenko, Varre, Pillaud-Vivien and Flammarion. Its steps sit on a knife edge between \
      stabilising and diverging that is elsewhere for each data set, so the step is calibrated here: the largest of a \
      grid that runs survive. Claims a1 to a13 hold its statements, and controls that must not show the effect; claims \
      b1 and further look at what in the publication depends on a seed, a threshold or a tolerance.
      """,
    setup: "",
    citations: [
      .andriushchenko, .pillaudVivien, .blanc, .woodworth, .roy, .digits, .david, .wilson, .salmon, .lemire,
    ],
    corrections: corrections,
    chapters: [
      .init(
        "Claims", "",
        entries: [
          .init("sparse-features.a1", labelNoiseIdentity), .init("sparse-features.a2", bouncing),
          .init("sparse-features.a3", twoCycle), .init("sparse-features.a4", stabilisation),
          .init("sparse-features.a5", sparsePredictors), .init("sparse-features.a6", gradientDescentControl),
          .init("sparse-features.a7", labelNoiseSparsity), .init("sparse-features.a8", stochasticEquation),
          .init("sparse-features.a9", twoLayerTeacher), .init("sparse-features.a10", oneDimension),
          .init("sparse-features.a11", overRegularisation), .init("sparse-features.a12", threeLayerTeacher),
          .init("sparse-features.a13", digits), .init("sparse-features.b1", knifeEdge),
          .init("sparse-features.b2", measureConventions), .init("sparse-features.b3", deadNetworks),
        ])
    ])

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "SGD with step 0.282 stabilises on the published diagonal-network data.",
      instead: """
        For some index seeds; for others it overflows, and on fresh data sets of the same law it diverges nearly always. \
        Which seed survives depends on the order of floating-point summation: calibrate the step for each data set.
        """,
      claims: ["sparse-features.b1", "sparse-features.a4"]),
    .init(
      said: "Features count as one if their correlation is at least 0.95.",
      instead: """
        The published numbers of shallow networks are made with 0.99 and 0.999, 0.95 only serves deep ones. Values \
        depend on it, the order of schedules does not. And the rule depends on the order of the units; connected \
        components do not.
        """,
      claims: ["sparse-features.b2"]),
    .init(
      said: "The rank of the diagonal network's Jacobian counts singular values above 1e-15 of the largest.",
      instead: """
        That is below what a decomposition in double precision resolves, and counts what is still on its way to 0; 1e-4 \
        orders the schedules alike.
        """,
      claims: ["sparse-features.b2"]),
    .init(
      said: "The noise level of the stochastic differential equation is c times the loss, c tuned by hand.",
      instead: "c = 2(n − 1)/n² follows from the covariance of the label noise, taken as isotropic, and fits.",
      claims: ["sparse-features.a8"]),
    .init(
      said: "The three-layer experiment peaks at the steps 0.06, 0.10 and 0.14.",
      instead:
        "So its legend says, for a linear warm-up. With the square root of the code the peaks are 0.103, 0.150, 0.181.",
      claims: ["sparse-features.a12"]),
    .init(
      said: "A lower sparsity coefficient is a better network.",
      instead: """
        0 is a dead one. Where targets are large the published three-layer schedule leaves a constant, whose features are \
        all zero: that is over-regularisation.
        """,
      claims: ["sparse-features.b3", "sparse-features.a11"]),
    .init(
      said: "The longer the loss is stabilised, the better the test loss.",
      instead: """
        On average, and little in the two-layer experiment, where nearly half of the data sets test worse; and too long \
        or too large a step cannot be fitted any more.
        """,
      claims: ["sparse-features.a9", "sparse-features.a11"]),
  ]
}
