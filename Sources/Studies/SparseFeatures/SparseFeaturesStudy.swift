import Claims
import Reporting

/// The study of large step sizes: loss that stabilises, and features that become sparse.
public enum SparseFeaturesStudy {
  /// The study: the thirteen rows of the table of checks and what goes beyond it, in the order in which they are told.
  public static let study = Study(
    name: "sparse-features", title: "Do large steps make features sparse?",
    question: question, setup: setup,
    citations: [
      .andriushchenko, .pillaudVivien, .blanc, .woodworth, .roy, .alpaydin, .he, .paszke, .david, .hyndman, .wilson,
      .salmon, .lemire, .matsumoto, .okabe,
    ],
    corrections: corrections, experiments: experiments, chapters: chapters)

  private static let question = """
    Networks that are trained with a large step often predict better than those that are trained with a small one, although \
    both fit their data. Blanc, Gupta, Valiant and Valiant (2020) showed that fresh noise on the labels drives SGD, among the \
    parameters that fit, towards those where the model's gradients at the data are small; Pillaud-Vivien, Reygner and Flammarion \
    (2022) that in a diagonal linear network these are sparse. Andriushchenko, Varre, Pillaud-Vivien and Flammarion (2023) ask \
    whether the noisy labels are needed. With a large step, they observe, the training loss does not fall: it stabilises at a \
    level at which the noise of drawing samples stays as well. They conjecture that this noise shrinks every column of the \
    Jacobian that the fit does not need, until the features are sparse, and that a sparse network remains when the step is lowered.

    Measured here on their small models, and on small images: yes, typically, and because of the noise. \
    But the step has to be found for each data set, in a narrow window between one that does nothing and one that diverges; and \
    too large a step for too long leaves a network that no longer fits, or a dead one, whose sparsity is no success.
    """

  private static let setup = """
    A model $h_θ$ with more parameters than there are samples learns $n$ samples $(x_i, y_i)$. For diagonal networks the loss is

    $$L(θ) = (1)⁄(2n) ∑_{i=1}^{n} (h_θ(x_i) − y_i)²$$

    and for ReLU networks, as in the authors' code, the mean of $(F(x_i) − y_i)²$ without the ½. A step of SGD draws one \
    sample $i_t$ with replacement; for $L$ it is

    $$θ_{t+1} = θ_t − η_t (h_{θ_t}(x_{i_t}) − y_{i_t}) ∇h_{θ_t}(x_{i_t})$$

    The step $η_t$ is either small throughout, or large until 10, 30 or 50 % of the run and then divided by a constant. $η^*$ is the \
    largest step on a grid of 0.005 that three index streams survive, for each data set its own. Starts and index streams are \
    the same under all schedules, so that what differs is the step.

    In the diagonal linear network $h(x) = ⟨u∘v, x⟩$, with $∘$ the entrywise product, $d = 200$ inputs of which 20 matter are \
    learnt from $n = 80$ samples, from $u = 0.1$ and $v = 0$; the columns of its Jacobian are $v_j x_j$ and $u_j x_j$. The ReLU \
    networks have 20 neurons on the circle, 100 on twelve points of a line, 10 and 10 below a teacher with 2 and 2, and 100 and 100 \
    on 8 × 8 digits; a-b-c stands for their widths.

    Three measures say how sparse a model is. $‖u∘v‖₀$ counts the entries of $u∘v$ above $10⁻⁶$. The rank of the Jacobian \
    $φ_θ$, with a row $∇h_θ(x)^T$ for each of as many fresh inputs $x$ as there are parameters, counts the singular values \
    above $10⁻⁴$ of the largest one. The sparsity coefficient of a hidden layer with $M$ units and activations $a_{i k}$ on \
    $N$ inputs is

    $$s = (1)⁄(N M) ∑_{k ∈ K} ∑_{i=1}^{N} [a_{i k} > 0]$$

    where $K$ has one unit of each group whose activations correlate above a threshold. Lower is sparser; 0 is a dead layer.

    What SGD does while its loss is stabilised is modelled by a diffusion with the noise of labels, $B$ a Brownian motion with \
    one component for each sample, $φ$ with a row for each of these, and $L_t$ the loss of SGD at the same time:

    $$dθ = −∇L(θ) dt + √(η c L_t) φ_θ^T dB$$
    """

  private static let chapters: [Study.Chapter] = [
    .init(
      "The noise of drawing samples lasts as long as the loss does",
      """
      A step of SGD on one sample is, exactly, a step of gradient descent on labels with noise, and the noise is as large as the \
      residuals: while the loss stays up, so does the noise. That a large step alone can keep the loss up for ever is seen on a \
      model with one parameter. Above $g = 1$ its minimum repels, and the parameter jumps from one side of it to the other, \
      within bounds that can be proved.
      """,
      entries: [
        .init("sparse-features.a1", labelNoiseIdentity), .init("sparse-features.a2", bouncing),
        .init("sparse-features.a3", twoCycle),
      ]),
    .init(
      "At the largest step that survives the loss stabilises, and inputs drop out",
      """
      In a diagonal network a quarter of $η^*$ fits to rounding and keeps every input. At $η^*$ the loss stays up until the step is \
      lowered; meanwhile inputs drop out for good, more of them the longer it lasts, and the sparse predictor that is left \
      tests better. Move the slider to see how close to divergence that begins. A few data sets are exceptions, mostly those \
      on which even $η^*$ hardly stabilises the loss.
      """,
      entries: [.init("sparse-features.a4", stabilisation), .init("sparse-features.a5", sparsePredictors)]),
    .init(
      "It is the noise that makes it sparse, not the length of the step",
      """
      Three controls separate the two. Full-batch gradient descent at the largest step that it survives has no noise, and \
      typically keeps many more inputs than SGD. Noise on the labels at a step far from divergence drops nearly all that do \
      not matter. And a diffusion of gradient and label noise alone ends near where SGD ends; without the noise it keeps all.
      """,
      entries: [
        .init("sparse-features.a6", gradientDescentControl), .init("sparse-features.a7", labelNoiseSparsity),
        .init("sparse-features.a8", stochasticEquation),
      ]),
    .init(
      "Neurons gather on few directions, and functions become simple",
      """
      In a ReLU network the columns that shrink belong to neurons. On the circle, twenty neurons gather on few directions after a \
      large step, and stay near their start after a small one. On the line, a hundred neurons first become a function with \
      few kinks, which does not fit yet, and then bend to the twelve points. Rank and sparsity coefficient fall with it; the \
      test loss gains less than they do.
      """,
      entries: [.init("sparse-features.a9", twoLayerTeacher), .init("sparse-features.a10", oneDimension)]),
    .init(
      "In deeper networks the second hidden layer becomes sparse",
      """
      With two hidden layers the picture is the same: the longer the step is large, the sparser the features of the second layer. \
      The test loss falls with it, against a teacher and on images. These images are small, a substitute for the deep \
      networks of the publication.
      """,
      entries: [.init("sparse-features.a12", threeLayerTeacher), .init("sparse-features.a13", digits)]),
    .init(
      "Too much of it leaves a network that does not fit, or a dead one",
      """
      The same noise can take what is needed. With a slightly larger step many starts of the one-dimensional task end with a loss that \
      lowering the step no longer repairs. With large targets the published three-layer schedule kills most networks: a layer \
      is zero everywhere, and the coefficient reports perfect sparsity. A low coefficient means something only beside a low loss.
      """,
      entries: [.init("sparse-features.a11", overRegularisation), .init("sparse-features.b3", deadNetworks)]),
    .init(
      "The published step sits on a knife edge; thresholds move values, not their order",
      """
      On the authors' own data the deterministic runs repeat to the printed digits. The published step of SGD does not: it \
      overflows for some index seeds and survives for others, and on fresh data it overflows nearly always. What is counted \
      as sparse depends on thresholds that the paper and its code set differently; which schedule is the sparser one does not.
      """,
      entries: [.init("sparse-features.b1", knifeEdge), .init("sparse-features.b2", measureConventions)]),
  ]

  private static let experiments: [StudyReport.Experiment] = [
    .init(
      "large-step", PackageResources.large_step_json,
      question: """
        From which step $η$ on does the loss of a diagonal network stabilise, and inputs drop out? Each step is divided by 4 at \
        half of the run.
        """, figure: "--x step --y series.loss,series.l0 --group optimizer.step.base"),
    .init(
      "diagonal-network", PackageResources.diagonal_network_json,
      question: "Does noise on the labels alone make a diagonal network sparse, at a step that is not large?",
      figure: "--x step --y series.l0 --group optimizer.labelNoise.standardDeviation"),
    .init(
      "teacher-student", PackageResources.teacher_student_json,
      question: "On one data set, do the runs whose features are sparser test better?",
      figure: "--x final.featureSparsity --y final.testLoss --group optimizer.step.decays"),
  ]

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
      said: "The rank of the diagonal network's Jacobian counts singular values above $10⁻¹⁵$ of the largest.",
      instead: """
        That is below what a decomposition in double precision resolves, and counts what is still on its way to 0; $10⁻⁴$ \
        orders the schedules alike.
        """,
      claims: ["sparse-features.b2"]),
    .init(
      said: "The noise level of the stochastic differential equation is $c$ times the loss, $c$ tuned by hand.",
      instead: "$c = 2(n − 1)/n²$ follows from the covariance of the label noise, taken as isotropic, and fits.",
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
