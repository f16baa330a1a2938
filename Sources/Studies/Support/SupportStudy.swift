import Claims
import Reporting

/// The study of support: does a network's first layer find out which inputs matter?
public enum SupportStudy {
  /// The study: the 16 rows of the table of checks, the controls, then images.
  public static let study = Study(
    name: "support", title: "Does SGD find the inputs that matter?",
    question: """
      Where a target depends on few of its inputs, SGD drives the first layer's weights on the other inputs to zero, and gradient \
      descent keeps them. The smaller the batch, the faster: the rate is η²/b times the squared residual. So the effect needs a residual \
      that does not vanish: noisy labels, a target that the network cannot express, or a step size at the edge of stability.

      Of the publication the abstract and the beginning could be read, and the authors' code; its theorems could not. The laws are derived \
      here, and they are held against runs in a regime where the residual is controlled (claims b1 to b7, b12, b13), against the published \
      settings (b8 to b11, b14, b15), against controls in which nothing may shrink (n1 to n5), and on images (r1 to r3).
      """,
    setup: "",
    citations: [
      .beneventano, .beneventanoTrajectories, .smith, .andreyev, .he, .roy, .digits, .mnist, .wilson, .salmon,
      .lemire,
    ],
    corrections: corrections,
    chapters: [
      .init(
        "Claims", "",
        entries: [
          .init("support.b1", regulariserFormula), .init("support.b2", imbalanceIdentity),
          .init("support.b3", diagonalRate), .init("support.b4", batchOrder), .init("support.b5", ratioDecides),
          .init("support.b6", quantitativeLaw), .init("support.b7", needsNoise), .init("support.b8", weightDecay),
          .init("support.b9", publishedLinear), .init("support.b10", publishedSingle),
          .init("support.b11", publishedDescent), .init("support.b12", rectifiedNetworks),
          .init("support.b13", interpretability), .init("support.b14", labelOscillation),
          .init("support.b15", landscape), .init("support.b16", edgeOrder), .init("support.n1", fullBatchControl),
          .init("support.n2", smallStep), .init("support.n3", edgeRegime), .init("support.n4", publishedSine),
          .init("support.n5", unlearntSine), .init("support.r1", noisyDigits), .init("support.r2", greyDigits),
          .init("support.r3", requirement: wholeMNIST, noisyMNIST),
        ])
    ])

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "The published runs show a regime of label noise.",
      instead: """
        They show the edge of stability. Their loss never converges, noise or not, and at a fifth of the step it converges and nothing \
        shrinks. The law in η/b is tested here under controlled residual noise.
        """,
      claims: ["support.b9", "support.n2", "support.n3"]),
    .init(
      said: "The effect comes from sampling without replacement.",
      instead: """
        The second-order drift does, and the shrinkage is there with replacement, too: each step contracts u² − v² by 1 − η²g², whatever \
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
