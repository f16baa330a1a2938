import Claims
import Reporting

/// The study of support: does a network's first layer find out which inputs matter?
public enum SupportStudy {
  /// The study: the 16 rows of the table of checks, the controls and the images, in the order in which they are told.
  public static let study = Study(
    name: "support", title: "Does SGD find the inputs that matter?",
    question: question, setup: setup,
    citations: [
      .beneventano, .beneventanoTrajectories, .smith, .andreyev, .he, .roy, .alpaydin, .lecun, .blanc,
      .pascanu, .wilson, .hyndman, .salmon, .lemire, .bentley, .okabe, .nunez,
    ],
    corrections: corrections, experiments: experiments, chapters: chapters)

  private static let question = """
    A target depends on few of its inputs. A network can fit it and still carry weights on the others, which cancel or die out in \
    later layers. Beneventano, Pinto and Poggio (2024) report that mini-batch SGD drives the first layer's weights on such inputs \
    to zero, that gradient descent keeps them unless it is regularised, and that the cause is an effect of second order, \
    proportional to $η/b$, step size over batch size. Smith et al. (2021) and Beneventano (2023) had derived such an effect for SGD \
    without replacement: on average an epoch descends a loss with a penalty on the gradients' variance. Which of a network's weights \
    that penalty removes, and whether it is the penalty that removes them, is the question.

    Measured here: SGD finds the support wherever a residual remains on which batches disagree, at the rate that a law without \
    constants to fit predicts, and gradient descent does not. The noise of the labels is one such residual, a target that the network \
    cannot express another, and in the published runs it is neither: their step is at the edge of stability. Where the residual \
    vanishes, nothing shrinks.
    """

  private static let setup = """
    The first $r$ of $d$ inputs matter: $y = ∑_{j=1}^{r} x_j$ (or the sine of that sum) of Gaussian inputs, typically 5 of 15. Each \
    input vector appears twice, with labels $y + ε$ and $y − ε$: this mirrored noise cancels in the full batch and remains in smaller \
    ones. The networks have no biases. The loss is

    $$L(θ) = (1)⁄(n) ∑_{i=1}^{n} (F_θ(x_i) − y_i)²$$

    without a ½, and its mean over the batch $B_t$ of $b$ samples, reshuffled each epoch unless said otherwise, gives the step

    $$θ_{t+1} = θ_t − (η)⁄(b) ∑_{i ∈ B_t} ∇(F_{θ_t}(x_i) − y_i)²$$

    A two-layer linear network is $F(x) = a^T W x$; $W₁$ is the first layer of any network, and its columns belong to inputs. \
    What is followed is $‖W_irr‖$, the norm of the columns of irrelevant inputs, beside the mean squared error (MSE) on all \
    samples: shrinkage that comes with a worse fit is a collapse. A run is compared at equal $η t$, whatever its batch size.

    Two laws are derived for it. In the two-factor model $f(x) = ∑ u_j v_j x_j$ with loss $½(f − y)²$ a step changes the imbalance of each \
    input by a factor, exactly, where $g_j$ is the batch's mean of $(f − y) x_j$:

    $$u_j² − v_j² ← (u_j² − v_j²)(1 − η² g_j²)$$

    In the two-layer linear network with white inputs, and residuals independent of them, this becomes

    $$‖W_irr(t)‖ = ‖W_irr(t_1)‖ exp(−(2η²)⁄(b) (n − b)⁄(n − 1) ∑_{s=t_1}^{t} MSE_s)$$

    The penalty of an epoch without replacement is, with $g_i$ the gradient of sample $i$,

    $$R(θ) = (η)⁄(4 b) (n − b)⁄(n − 1) tr S " where " tr S = (1)⁄(n) ∑_{i=1}^{n} ‖g_i − ∇L‖²$$

    Of the publication the abstract, the beginning and the authors' code could be read, its theorems could not: the laws are \
    derived here, and settings and numbers of its synthetic experiments are those of the code.
    """

  private static let chapters: [Study.Chapter] = [
    .init(
      "What batches disagree on shrinks, and nothing holds it",
      """
      Begin with a weight that one can follow by hand. In $f = a b x$ with labels that alternate between −1 and 1, gradient descent stops \
      as soon as the mean is fitted, while single samples go on to push and $a$ decays for ever. The reason is an identity: \
      each step multiplies the imbalance $u² − v²$ by $1 − η²g²$, which is below 1 as long as the batch has a gradient. From it \
      follows a rate that is the same for all batch sizes in units of $η²t/b$. A weight that is needed goes to balance the same way, \
      or, where batches disagree too much, to zero.
      """,
      entries: [
        .init("support.b14", labelOscillation), .init("support.b2", imbalanceIdentity),
        .init("support.b3", diagonalRate), .init("support.b15", landscape),
      ]),
    .init(
      "The smaller the batch, the sooner irrelevant weights are gone",
      """
      In a two-layer network with noisy labels the order of the curves is that of the batch sizes, on every seed: SGD shrinks what \
      does not matter, the full batch stays where the fit has left it. What decides is $η/b$, and the law above follows the measured \
      decay without a constant to fit. Set the noise to 0 with the slider, or the batch to all samples: nothing shrinks any more.
      """,
      entries: [
        .init("support.b4", batchOrder), .init("support.b5", ratioDecides), .init("support.b6", quantitativeLaw),
        .init("support.b7", needsNoise), .init("support.n1", fullBatchControl),
      ]),
    .init(
      "Without replacement an epoch also descends a penalty on the gradients' variance",
      """
      The publication's account is a drift of second order. It is there: averaged over all orders of six samples, an epoch differs from \
      gradient descent by the gradient of $R$, and by something of third order if batches are drawn with replacement. The \
      shrinkage of the chapters before does not need it, as it is there with replacement, too.
      """,
      entries: [.init("support.b1", regulariserFormula)]),
    .init(
      "ReLU networks find the support of what they learn",
      """
      With rectified units, two layers or four, the first layer is ordered by batch size as in the linear network, and small batches leave \
      a first layer in which the relevant columns can be seen with the naked eye. It takes a target that is learnt: a network that fits a \
      sine without learning it treats all inputs alike.
      """,
      entries: [
        .init("support.b12", rectifiedNetworks), .init("support.b13", interpretability),
        .init("support.n5", unlearntSine),
      ]),
    .init(
      "The published runs come out as printed",
      """
      Four linear layers, a step of 0.1, clipped gradients: after 200,000 steps of batch size 32 the weights on irrelevant inputs are a \
      hundredth of their start, gradient descent keeps most of its start, and weight decay removes them without noise. Single samples \
      are too noisy to go as far. One published number is that of one start, and starts differ.
      """,
      entries: [
        .init("support.b9", publishedLinear), .init("support.b10", publishedSingle),
        .init("support.b11", publishedDescent), .init("support.b8", weightDecay),
      ]),
    .init(
      "Their residual comes from the step size, not from the labels",
      """
      The loss of the published runs never converges. Take the noise from the labels, or draw with replacement, and nothing changes; \
      lower the step, and the loss converges and the weights stay. The runs are at the edge of stability, where SGD settles the \
      further below $2/η$ the smaller its batch is. In the published sine experiment the residual is what a linear network cannot express.
      """,
      entries: [
        .init("support.n2", smallStep), .init("support.n3", edgeRegime), .init("support.b16", edgeOrder),
        .init("support.n4", publishedSine),
      ]),
    .init(
      "On images the first layer looks at the digit",
      """
      Put a digit into a field of noise, and train a linear network: at a small batch size its first layer shows where the digit is, at the full \
      one it keeps looking everywhere. The residual here is what the linear network cannot express. If the field is one grey instead, no \
      batch size can clear it: what varies together is moved together. The settings are ours; those of the publication's images could not be read.
      """,
      entries: [
        .init("support.r1", noisyDigits), .init("support.r3", requirement: wholeMNIST, noisyMNIST),
        .init("support.r2", greyDigits),
      ]),
  ]

  private static let experiments: [StudyReport.Experiment] = [
    .init(
      "support", PackageResources.support_json,
      question: "How do the first layer's weights on relevant and on irrelevant inputs go, for each batch size $b$?",
      figure: "--x step --y series.irrelevantNorm,series.relevantNorm --group optimizer.batch,optimizer.order"),
    .init(
      "residual-noise", PackageResources.residual_noise_json,
      question:
        "How much is left of the irrelevant weights by batch size $b$ and noise of the labels? Does anything shrink without?",
      figure: "--x optimizer.batch --y final.irrelevantNorm --group problem.data.noise.standardDeviation"),
    .init(
      "label-oscillation", PackageResources.label_oscillation_json,
      question: "In $f = a b x$, do labels that oscillate shrink $a$, and do inputs that oscillate?",
      figure: "--x steps --y final.parameter0 --group problem.data.targets,optimizer.order"),
  ]

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "The published runs show a regime of label noise.",
      instead: """
        They show the edge of stability. Their loss never converges, noise or not, and at a fifth of the step it converges and nothing \
        shrinks. The law in $η/b$ is tested here under controlled residual noise.
        """,
      claims: ["support.b9", "support.n2", "support.n3"]),
    .init(
      said: "The effect comes from sampling without replacement.",
      instead: """
        The second-order drift does, and the shrinkage is there with replacement, too: each step contracts $u² − v²$ by $1 − η²g²$, whatever \
        the batches.
        """,
      claims: ["support.b1", "support.b2", "support.b3", "support.n3"]),
    .init(
      said: "The sine experiment shows a network that learns a sine and its support.",
      instead: """
        Its networks are linear and cannot express the sine; what they leave of its variance is the noise. A ReLU network that fits the \
        sine without learning it does not find the support.
        """,
      claims: ["support.n4", "support.n5"]),
    .init(
      said: "Mini-batch SGD finds the support.",
      instead:
        "Where a residual remains. With noiseless labels that are fitted exactly, at a stable step, nothing shrinks.",
      claims: ["support.b7", "support.b14", "support.n2"]),
    .init(
      said: "SGD ends at the balanced solution.",
      instead: "Or collapses to zero, where the batches disagree enough. Shrinkage and the loss must be read together.",
      claims: ["support.b15"]),
  ]
}
