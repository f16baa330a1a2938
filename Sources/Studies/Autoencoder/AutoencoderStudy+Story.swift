import Reporting

/// What the study asks, with what, and how its claims are told.
extension AutoencoderStudy {
  static let question = """
    Full-batch gradient descent and mini-batch SGD can reach equally good minima that are different minima. What does the \
    batch size have to do with it? Ghosh, Frei, Ha and Yu (2025) asked this of the smallest model in which it has an exact \
    answer: one neuron that encodes and decodes $m$ orthonormal vectors. Its global minima form a sphere (for ReLU a part of \
    one) on which the loss is the same everywhere, so that the loss chooses nothing and the algorithm everything. Linear \
    stability (Wu, Ma and E 2018; Mulayoff and Michaeli 2024) says at which minima SGD can stay. At which of many equal minima \
    it ends, with a constant step and at its last iterate, is another question, and here the two even disagree.

    The answer: full-batch gradient descent keeps the direction of its start and ends in a mixture of data points. SGD with \
    any smaller batch, drawn without replacement, ends on exactly one data point, picked at random. The batch size sets how \
    long that takes, the sampling order which data point it is, and sharpness tells the two ends apart only by a convention \
    about the kink of ReLU.
    """

  static let setup = """
    One weight vector $w$ in $R^n$ encodes and decodes, $x ↦ w φ(⟨w, x⟩)$, with $φ(z) = z$ (linear) or $φ(z) = max(0, z)$ \
    (ReLU). The data are $m ≤ n$ orthonormal vectors $a_1, …, a_m$. The loss carries the factor $½$ and is a mean over samples:

    $$L(w) = (1)⁄(m) ∑_{i=1}^{m} ℓ_i(w) " with " ℓ_i(w) = ½‖a_i − w φ(⟨w, a_i⟩)‖² = ½ − ½ φ_i² (2 − s)$$

    Here $c_i = ⟨w, a_i⟩$ are the coefficients, $φ_i = φ(c_i)$ and $s = ‖w‖²$. A direction is active if it has a gradient: \
    $c_i ≠ 0$ for the linear neuron, $c_i > 0$ for ReLU, and $S⁺$ is the set of those that are active at the start. The least \
    loss is $(m−1)/(2m)$, which ReLU reaches at every $w = ∑ c_i a_i$ of norm 1 with all $c_i ≥ 0$. A step takes a batch $B$ of \
    $b$ indices and the mean of their gradients:

    $$w_{t+1} = w_t − (η)⁄(b) ∑_{i∈B} ∇ℓ_i(w_t)$$

    All of the theory follows from one identity. With $Φ_B = ∑_{i∈B} φ_i²$ a step multiplies the ratio $c_i/c_j$ of two active \
    coefficients by

    $$ρ = 1 + ((η/b)(2 − s))⁄(1 − (η/b) Φ_B) " if " i ∈ B " and " j ∉ B$$

    and leaves it alone if both or neither are in the batch. The full batch therefore moves no ratio; every smaller one does, \
    by chance. Two clocks run: the norm settles within some $m/η$ steps, and the ratios walk within some

    $$T_1 = (b m (m − 1))⁄((m − b) η²)$$

    steps. How near $w$ is to a data point is told by $1 − max cos$, one minus its largest cosine with any of them. What leads \
    is measured by $R_t = log(c_k / ∑_{j≠k} c_j)$, $k$ the index of the largest coefficient (our reconstruction of the paper's \
    log-ratio). The paper's hypotheses are $‖w₀‖ < 1$ and a constant $η ≤ 1/5$.

    Orders of sampling: `subset` draws $b$ different indices afresh for each step, `iid` draws with replacement, `reshuffle` \
    takes a new permutation for each epoch, `cyclic` goes through the indices in turn, `blocks` through fixed batches in turn, \
    and `full` takes all. Unless a claim says otherwise $η = 0.2$. Theorem numbers are those that could be read; a claim \
    without one rests on the abstract or was derived here, and says so.
    """

  static let chapters: [Study.Chapter] = [
    .init(
      "Gradient descent keeps the mixture that it starts with",
      """
      The full batch multiplies all active coefficients by one common factor. Their ratios never move, the norm grows to 1, and \
      what lies outside the span dies out: the limit is the start, projected and normalised, for ReLU onto its active \
      directions only. In the figure the coefficients of gradient descent rise side by side and stop; from the same start, \
      one of those of SGD takes all. Both ends have the same loss.
      """,
      entries: [
        .init("autoencoder.02", gradientDescentFreezesRatios), .init("autoencoder.01", gradientDescentLimit),
        .init("autoencoder.03", lossGapVanishes), .init("autoencoder.18", cosineWithStart),
      ]),
    .init(
      "SGD with any smaller batch ends on one data point",
      """
      Below $m$ the batch size does not change where SGD ends, only when: the largest cosine with a data point goes to 1 for \
      every $b < m$, after a time that grows as $b(m−1)/(m−b)$. Move the sliders to see both. The winner was active at the \
      start and keeps its sign, but it is often not the one that was largest. Two edges of the statement are measured as well: \
      a start without an active direction never moves, and $m$ draws with replacement are not the full batch.
      """,
      entries: [
        .init("autoencoder.04", sgdIsSparse), .init("autoencoder.05", batchDependence),
        .init("autoencoder.06", limitKeepsSign), .init("autoencoder.07", indexIsNotTheLargest),
        .init("autoencoder.b7", replacementSelects), .init("autoencoder.23", deadStart),
      ]),
    .init(
      "A random walk with a small upward drift decides",
      """
      A step multiplies ratios by a known factor, and an engine that uses it in $O(b)$ reproduces the plain gradient and the \
      printed digits of the first author's notebooks. The logarithm of the leader's share then is a random walk: a step that \
      samples the leader raises it by about $η$, the competitors together take nearly all of that back, and a drift of second \
      order in $η$ is left. It is enough: in the figure every walk of SGD leaves upwards while that of gradient descent stays \
      level. SGD can rest at a data point with a constant step because the gradient of every sample vanishes there, although \
      the mean-square test of linear stability calls each of these points unstable.
      """,
      entries: [
        .init("autoencoder.13", gainIdentity), .init("autoencoder.12", lazyEqualsDense),
        .init("autoencoder.14", authorsOutput), .init("autoencoder.17", logRatioDrift),
        .init("autoencoder.16", logRatioSlope), .init("autoencoder.19", noiseVanishesAtSparsePoints),
        .init("autoencoder.b9", almostSureVersusMeanSquare),
      ]),
    .init(
      "Which data point wins is a matter of angles, and the batch size only a clock",
      """
      The paper leaves the law of the winner open. For small steps the walk becomes a diffusion along the manifold of minima, \
      and for two data points its law is an angle: $a_1$ wins with the share that the angle of the start has of 90°, in proportion neither \
      to $c$ nor to $c²$. Three data points follow the same diffusion, for which no closed form is known; a small start adds \
      noise on its way to the manifold and evens out the chances. The batch size enters none of this. It stretches time, by \
      $b(m−1)/(m−b)$ for subsets and by $b$ with replacement.
      """,
      entries: [
        .init("autoencoder.20", angleLaw), .init("autoencoder.b1", angleLawLimit),
        .init("autoencoder.b2", diffusionLaw), .init("autoencoder.b6", smallStarts),
        .init("autoencoder.21", batchClock),
      ]),
    .init(
      "The sampling order changes who wins, and can undo the selection",
      """
      A permutation for each epoch cancels the noise to leading order and leaves a drift towards the largest coefficient: where \
      fresh draws spread over the data points, reshuffling takes the largest start. Visiting the indices in turn makes the \
      limit deterministic, with a head start for the first one visited; the paper's conjecture for more than two data points \
      survives our search, and the largest start wins unless it is nearly tied. Fixed blocks show what all of this needs. A \
      pair that always shares its batch keeps its ratio for ever, so that small batches alone do not select.
      """,
      entries: [
        .init("autoencoder.22", reshufflingSelectsTheLargest), .init("autoencoder.b3", reshufflingDrift),
        .init("autoencoder.15", cyclicPlane), .init("autoencoder.b4", headStart),
        .init("autoencoder.b5", cyclicConjecture), .init("autoencoder.25", fixedBlocks),
      ]),
    .init(
      "Sharpness tells the two ends apart by convention only",
      """
      The largest eigenvalue of the Hessian is $4/m$ at both ends. The trace differs for ReLU alone, by an amount proportional \
      to $1 − φ′(0)$, so that a choice about the kink decides whether gradient descent is “flatter”. The symmetric second \
      difference of the loss makes that choice by itself, and gives the paper's table. At any finite iterate the losing \
      coefficients are still positive and the difference is gone: the figure shows how the trace that one sees passes from one \
      value to the other as the scale of probing passes the losers.
      """,
      entries: [
        .init("autoencoder.08", largestEigenvalue), .init("autoencoder.09", traceFormulas),
        .init("autoencoder.10", traceWithoutConvention), .init("autoencoder.11", iterateTraceTrap),
        .init("autoencoder.b10", traceAgainstScale),
      ]),
    .init(
      "Large steps are harmless, correlation is not",
      """
      The hypotheses on the step are generous: the norm settles up to $η = b/2$, and even where it oscillates for ever the \
      direction is still a single data point. Starts of norm 2 can lose their active part, which two energies predict. What the \
      picture does not survive is correlation. As soon as the data overlap a little SGD no longer settles but changes its \
      leader again and again, and gradient descent forgets its start and turns to the mean direction.
      """,
      entries: [
        .init("autoencoder.24", normEdge), .init("autoencoder.b8", normBound),
        .init("autoencoder.b11", correlationFragility),
      ]),
  ]
}
