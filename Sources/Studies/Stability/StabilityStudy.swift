import Claims
import Reporting

/// The study of linear stability: at which step and batch sizes SGD can stay at a given minimum.
public enum StabilityStudy {
  /// The study: closed forms and reference numbers in claims 01 to 23, what goes beyond them in b1 to b4.
  public static let study = Study(
    name: "stability", title: "Can SGD stay at this minimum?",
    question: question, setup: setup,
    citations: [
      .patel, .mulayoff, .wu, .ma, .ziyin, .ziyinProbabilistic, .chemnitz, .andreyev, .andreyevMomentum,
      .mccandlish, .mulayoffNonlinear, .dexter, .cohen, .kesten, .styblinski, .knyazev, .levenberg, .marquardt, .glorot,
      .polyak, .wilson, .hyndman, .salmon, .lemire, .bentley, .okabe,
    ],
    corrections: corrections,
    experiments: [
      .init(
        "escape", PackageResources.escape_json,
        question: """
          Which step and batch sizes leave the sharp minimum, and which the flat one? Runs that left count as diverged.
          """,
        figure: "--x optimizer.batch --y state.diverged --group optimizer.step --panels init.point --width double"),
      .init(
        "toy", PackageResources.toy_json,
        question: """
          How sharp is the border in the toy of Wu, Ma and E? Predicted are $η = 0.5595$ for $b = 1$ and 1 for $b = 2$; the \
          border softens if `optimizer.steps` is short.
          """,
        figure: "--x optimizer.step --y state.diverged --group optimizer.batch"),
    ],
    chapters: chapters)

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "The smaller the batch, the less stable.",
      instead: """
        In mean square. Single runs in few dimensions can do the opposite: their threshold falls with $b$ and they survive \
        above gradient descent's $2/λ₁$.
        """,
      claims: ["stability.05", "stability.11"]),
    .init(
      said: "A minimum is stable up to a largest step size.",
      instead: "The mean square is. The almost surely stable step sizes need not be an interval.",
      claims: ["stability.12"]),
    .init(
      said: "SGD is at the edge of stability where batch sharpness is $2/η$.",
      instead: """
        On a quadratic $2/η_meanSquare$ lies between the two forms of batch sharpness; BS $= 2/η$ is gradient descent's \
        condition in one direction.
        """,
      claims: ["stability.21"]),
    .init(
      said: "GNI $= 2/η$ marks instability.",
      instead: "It marks that the full loss is stationary in expectation, which pure noise does too.",
      claims: ["stability.20"]),
    .init(
      said: "The non-uniformity that stability bounds by $√b/η$ is the largest eigenvalue of $Σ$.",
      instead: "It is its square root; and the condition is sufficient in mean square, not necessary.",
      claims: ["stability.06"]),
    .init(
      said: "A long run shows the mean-square threshold by blowing up.",
      instead: """
        It blows up near $η_almostSure$. Averages over long runs are dominated by rare paths that nobody observes; the \
        second-moment recursion or enumeration shows $η_meanSquare$.
        """,
      claims: ["stability.11", "stability.13"]),
    .init(
      said: "A minimum has a probability of divergence.",
      instead: "It depends on $r₀/R$: the probability is a power $(r₀/R)^κ$, and on how long one looks.",
      claims: ["stability.14"]),
    .init(
      said: "Noise knocks the iterate over the barrier.",
      instead: """
        At an interpolating minimum there is no noise. A product of random factors grows, from however near, and escape \
        takes $ln(R/r₀)/Λ$ steps.
        """,
      claims: ["stability.10", "stability.b1"]),
    .init(
      said: "Step and batch size trade off by their squares.",
      instead: "The mean-square threshold is linear in $b$ while noise dominates, and saturates at $2/λ₁$.",
      claims: ["stability.16"]),
    .init(
      said: "Batch noise falls as $1/b$.",
      instead: "With replacement. For subsets the factor is $(n−b)/(b(n−1))$, and 0 at $b = n$.",
      claims: ["stability.01", "stability.02"]),
    .init(
      said: "Thresholds for fresh batches hold for training.",
      instead: "Training usually reshuffles, and then they can be less than half of the true ones.",
      claims: ["stability.18"]),
  ]
}
