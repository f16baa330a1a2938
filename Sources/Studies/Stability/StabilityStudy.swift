import Claims
import Reporting

/// The study of linear stability: at which step and batch sizes SGD can stay at a given minimum.
public enum StabilityStudy {
  /// The study: the 23 rows of the table of checks, then what goes beyond it.
  public static let study = Study(
    name: "stability", title: "Can SGD stay at this minimum?",
    question: """
      Linearised at a minimum, SGD multiplies its distance by I − ηH_B, a random matrix. Its mean square stays bounded up \
      to η_meanSquare, single runs settle up to η_almostSure, and in between a run escapes with a probability that is a \
      power of the distance. Each claim below states its hypotheses, the convention under which it is measured, a \
      prediction, a measurement with its error, and the verdict that follows.

      The line of research begins with Patel, whose paper's body could not be read: what is stated in its shape here is a \
      reconstruction, and the landscapes on which it is tested are substitutes for his. The exact threshold is that of \
      Mulayoff and Michaeli. Claims 1 to 23 hold closed forms and reference numbers against enumeration, bisection and \
      simulation; claims b1 and further go beyond them.
      """,
    setup: "",
    citations: [
      .patel, .mulayoff, .wuMaE, .maYing, .ziyin, .ziyinProbabilistic, .chemnitz, .andreyev, .andreyevMomentum,
      .mccandlish, .mulayoffStich, .dexter, .cohen, .wilson, .salmon, .lemire,
    ],
    corrections: corrections,
    chapters: [
      .init(
        "Claims", "",
        entries: [
          .init("stability.01", secondMomentOperator), .init("stability.02", oneDirection),
          .init("stability.03", thresholdThreeWays), .init("stability.04", certifiedBracket),
          .init("stability.05", monotoneInBatch), .init("stability.06", orderingOfBounds),
          .init("stability.07", exponentialRate), .init("stability.08", styblinskiTangSums),
          .init("stability.09", quadraticCircleSums), .init("stability.10", wuMaEToy),
          .init("stability.11", almostSure), .init("stability.12", stableSetIsNotAnInterval),
          .init("stability.13", tailExponents), .init("stability.14", ruinProbability),
          .init("stability.15", dimensionClosesTheGap), .init("stability.16", gaussianClosedForm),
          .init("stability.17", stationaryCovariance), .init("stability.18", reshuffledEpochs),
          .init("stability.19", momentumClosedForm), .init("stability.20", gradientNoiseIdentities),
          .init("stability.21", batchSharpnessOrder), .init("stability.22", smallNetworks),
          .init("stability.23", edgeOfStability),
          .init("stability.b1", escapeTime), .init("stability.b2", momentumPlateaus),
          .init("stability.b3", nullDiffusion),
          .init("stability.b4", nonlinearSpread),
        ])
    ])

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "The smaller the batch, the less stable.",
      instead: """
        In mean square. Single runs in few dimensions can do the opposite: their threshold falls with b and they survive \
        above gradient descent's 2/λ₁.
        """,
      claims: ["stability.05", "stability.11"]),
    .init(
      said: "A minimum is stable up to a largest step size.",
      instead: "The mean square is. The almost surely stable step sizes need not be an interval.",
      claims: ["stability.12"]),
    .init(
      said: "SGD is at the edge of stability where batch sharpness is 2/η.",
      instead: """
        On a quadratic 2/η_meanSquare lies between the two forms of batch sharpness; BS = 2/η is gradient descent's \
        condition in one direction.
        """,
      claims: ["stability.21"]),
    .init(
      said: "GNI = 2/η marks instability.",
      instead: "It marks that the full loss is stationary in expectation, which pure noise does too.",
      claims: ["stability.20"]),
    .init(
      said: "The non-uniformity that stability bounds by √b/η is the largest eigenvalue of Σ.",
      instead: "It is its square root; and the condition is sufficient in mean square, not necessary.",
      claims: ["stability.06"]),
    .init(
      said: "A long run shows the mean-square threshold by blowing up.",
      instead: """
        It blows up near η_almostSure. Averages over long runs are dominated by rare paths that nobody observes; the \
        second-moment recursion or enumeration shows η_meanSquare.
        """,
      claims: ["stability.11", "stability.13"]),
    .init(
      said: "A minimum has a probability of divergence.",
      instead: "It depends on r₀/R: the probability is a power (r₀/R)^κ, and on how long one looks.",
      claims: ["stability.14"]),
    .init(
      said: "Noise knocks the iterate over the barrier.",
      instead: """
        At an interpolating minimum there is no noise. A product of random factors grows, from however near, and escape \
        takes ln(R/r₀)/Λ steps.
        """,
      claims: ["stability.10", "stability.b1"]),
    .init(
      said: "Step and batch size trade off by their squares.",
      instead: "The mean-square threshold is linear in b while noise dominates, and saturates at 2/λ₁.",
      claims: ["stability.16"]),
    .init(
      said: "Batch noise falls as 1/b.",
      instead: "With replacement. For subsets the factor is (n−b)/(b(n−1)), and 0 at b = n.",
      claims: ["stability.01", "stability.02"]),
    .init(
      said: "Thresholds for fresh batches hold for training.",
      instead: "Training usually reshuffles, and then they can be less than half of the true ones.",
      claims: ["stability.18"]),
  ]
}
