import Reporting

/// What the study asks, with what, and how its claims are told.
extension StabilityStudy {
  static let question = """
    At a minimum the gradient vanishes, and yet SGD may be unable to stay there. Patel (2017, 2018) held that no luck is \
    involved: step size, batch size and the local geometry decide whether a minimum is left, by a deterministic relation and \
    not by noise that kicks the iterate over a barrier, which would explain why small batches end in flat minima while large \
    ones do not care. Wu, Ma and E (2018) gave a sufficient condition for staying in terms of sharpness and non-uniformity, Ma \
    and Ying (2021) the equation of the second moment, Mulayoff and Michaeli (2024) the exact threshold of the mean square, \
    and Chemnitz and Engel (2024) the exponent that decides for single runs.

    The answer has two thresholds. The mean square stays bounded up to $η_meanSquare$, which rises with the batch size to \
    gradient descent's $2/λ₁$. A typical single run settles up to $η_almostSure$, which may lie far above and may fall as the \
    batch grows. In between a run escapes with a probability that is a power of its distance from the minimum. In many \
    dimensions, and on the small networks tried here, the two nearly meet.

    The body of Patel's paper could not be read. What is stated in its shape is called a reconstruction, and the landscapes on \
    which it is tested are called substitutes for his.
    """

  static let setup = """
    The objective $f = (1/n) ∑ f_i$ has a minimum $x^*$ with per-sample gradients $g_i$ and Hessians $H_i$, whose mean $H$ has \
    the eigenvalues $λ₁ ≥ λ₂ ≥ …$. The minimum is interpolating if every $g_i = 0$, regular if only their mean is. A step of \
    size $η$ uses the mean gradient of a batch $B$ of $b$ samples. Linearised at an interpolating minimum it multiplies the \
    distance $δ = x − x^*$ by a random matrix:

    $$δ_{t+1} = (I − η H_B) δ_t " with " H_B = (1)⁄(b) ∑_{i∈B} H_i$$

    The second moment $Σ_t = E[δ_t δ_tᵀ]$ then obeys a linear equation, in which sampling is a single number $p$: \
    $(n−b)/(b(n−1))$ for a fresh subset each step, $1/b$ for draws with replacement, 0 for the full batch.

    $$Σ_{t+1} = (1 − p)(I − ηH) Σ_t (I − ηH) + (p)⁄(n) ∑_{i=1}^{n} (I − ηH_i) Σ_t (I − ηH_i)$$

    It stays bounded exactly up to the threshold of Mulayoff and Michaeli, $η_meanSquare = 2/λ_max(C^†D)$, where

    $$C = ½(H⊗I + I⊗H) " and " D = (1 − p) H⊗H + (p)⁄(n) ∑_{i=1}^{n} H_i⊗H_i$$

    What a single run does is ruled by the Lyapunov exponent, which is negative below $η_almostSure$, its first zero:

    $$Λ = lim_{t→∞} (1)⁄(t) log‖δ_t‖$$

    How far runs stray meanwhile is told by the exponent $κ$ of their tails. In one direction, with $q̄$ the mean curvature of a \
    batch, $Λ = E log|1 − ηq̄|$, and $κ$ solves

    $$E|1 − ηq̄|^κ = 1$$

    Further step sizes in the claims: below $η_all$ every single batch contracts; $η_lower$ and $η_upper$ are bounds that cost \
    Hessian-vector products only; $2/λ₁$ is the limit of gradient descent.

    Four small families serve as yardsticks. G1 is one direction with the curvatures 1, 2, 3 and 6. G2 and G4 are three samples \
    $H_i = g_i g_iᵀ$ in two directions, those of G4 of equal norm. G3 is four semidefinite $2 × 2$ matrices. Random families \
    beside them have 2 to 6 samples in 1 to 4 directions. Reference numbers come from an independent program.
    """

  static let chapters: [Study.Chapter] = [
    .init(
      "Small batches leave the sharp minimum, and no kick is needed",
      """
      On two landscapes with a sharp and a flat minimum SGD with one sample a step leaves the sharp one and keeps to the flat \
      one, at a step size at which larger batches stay at both. Nothing else was put in: every sample has its gradient zero at \
      these minima, so that no noise is there to push. The third landscape, the toy of Wu, Ma and E, makes the point with two \
      minima of the same mean curvature. Runs leave the one at which the samples disagree, from however near they start, \
      because a product of random factors grows.
      """,
      entries: [
        .init("stability.08", styblinskiTangSums), .init("stability.09", quadraticCircleSums),
        .init("stability.10", wuMaEToy),
      ]),
    .init(
      "For the mean square one eigenvalue decides",
      """
      In one direction with curvatures of mean $m$ and variance $v$ the threshold is $2m/(m² + p v)$: gradient descent's $2/m$, \
      reduced by the scatter of the batches. In general it is $2/λ_max(C^†D)$, found here in three ways that agree. Every step \
      of the power iteration comes with a bracket that holds for certain, as the figure shows, and bounds that need \
      Hessian-vector products only are usually within a few percent. Gaussian samples have closed forms.
      """,
      entries: [
        .init("stability.02", oneDirection), .init("stability.01", secondMomentOperator),
        .init("stability.03", thresholdThreeWays), .init("stability.07", exponentialRate),
        .init("stability.04", certifiedBracket), .init("stability.06", orderingOfBounds),
        .init("stability.16", gaussianClosedForm),
      ]),
    .init(
      "Single runs hold out longer, and may like small batches",
      """
      The mean square is made by rare, huge excursions. A typical run does not see them: it settles as long as its \
      Lyapunov exponent is negative, beyond $η_meanSquare$. Move the sliders to find step sizes at which the mean square grows \
      while every run in sight dies out. The two thresholds even disagree about the batch size, the one rising and the other \
      falling with $b$ in one direction, and the set of step sizes at which single runs settle need not be an interval.
      """,
      entries: [
        .init("stability.11", almostSure), .init("stability.05", monotoneInBatch),
        .init("stability.12", stableSetIsNotAnInterval),
      ]),
    .init(
      "Between the thresholds escape is a gamble with known odds",
      """
      One exponent joins the two thresholds. $κ$ goes from infinity, where every batch contracts, through exactly 2 at \
      $η_meanSquare$ to 0 at $η_almostSure$. In between a run that starts at distance $r₀$ leaves a basin of radius $R$ with a \
      probability that goes as $(r₀/R)^κ$, the ruin problem of a gambler; above, every run leaves, in about $ln(R/r₀)/Λ$ steps. An observed “probability of divergence” is therefore a statement about the start and \
      the patience of the observer, too.
      """,
      entries: [
        .init("stability.13", tailExponents), .init("stability.14", ruinProbability), .init("stability.b1", escapeTime),
      ]),
    .init(
      "In many dimensions and on networks the two thresholds nearly meet",
      """
      A run in many directions averages over them at every step and so comes to feel the mean square. For isotropic Gaussian \
      samples the gap between the thresholds closes with the dimension. Small networks at an interpolating minimum lie in \
      between: SGD itself, not linearised, leaves them at $η_almostSure$, a little above $η_meanSquare$ and well below gradient \
      descent's limit.
      """,
      entries: [.init("stability.15", dimensionClosesTheGap), .init("stability.22", smallNetworks)]),
    .init(
      "Reshuffling, momentum and gradients at the minimum move the picture",
      """
      Training usually reshuffles, and then the mean-square threshold lies a long way above that of fresh batches; in one \
      direction with one sample a step it is $η_almostSure$ itself. Momentum helps large batches and hurts small ones, by \
      factors between $1 − β$ and $1 + β$. Gradients that do not vanish at the minimum leave the threshold where it is. They \
      set how far the iterates spread, which the linear theory predicts in a nonlinear landscape up to half of the threshold, \
      and they make null directions diffuse at every step size.
      """,
      entries: [
        .init("stability.18", reshuffledEpochs), .init("stability.19", momentumClosedForm),
        .init("stability.b2", momentumPlateaus), .init("stability.17", stationaryCovariance),
        .init("stability.b4", nonlinearSpread), .init("stability.b3", nullDiffusion),
      ]),
    .init(
      "What sharpness measured during training says, and what not",
      """
      Full-batch gradient descent trains at the edge of stability: its largest eigenvalue climbs to $2/η$ and hovers there. For \
      SGD two substitutes are in use, batch sharpness and the gradient-noise interaction. On a quadratic both can be computed, \
      and neither marks the mean-square threshold. That lies between two forms of batch sharpness, and $GNI = 2/η$ only says \
      that the loss is stationary in expectation.
      """,
      entries: [
        .init("stability.23", edgeOfStability), .init("stability.21", batchSharpnessOrder),
        .init("stability.20", gradientNoiseIdentities),
      ]),
  ]
}
