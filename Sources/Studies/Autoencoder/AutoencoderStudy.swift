import Citations
import Claims
import Reporting

/// The study of Ghosh, Frei, Ha and Yu: one neuron, orthonormal data, and what the batch size makes of it.
public enum AutoencoderStudy {
  /// The article of the study.
  static let paper = Citation.ghosh

  /// The study: the paper and the mathematics behind it in claims 01 to 25, what goes beyond it in b1 to b11.
  public static let study = Study(
    name: "autoencoder", title: "Batch size and the single-neuron autoencoder",
    question: question, setup: setup,
    citations: [.ghosh, .wu, .menshikov, .smith, .mulayoff, .wilson, .efron, .salmon, .lemire, .bentley],
    corrections: corrections,
    experiments: [
      .init(
        "batch-size", PackageResources.batch_size_json,
        question: """
          How long does SGD need to decide for one data point, and does the full batch ever? Change `optimizer.batch` and \
          `optimizer.step`.
          """,
        figure: "--x step --y series.maxCosine --group optimizer.batch"),
      .init(
        "orders", PackageResources.orders_json,
        question: """
          From one start, which of six data points does each sampling order select? The largest is number 0. For `blocks` no \
          run decides.
          """,
        figure: "--x optimizer.order --y final.selectedIndex,final.maxCosine"),
      .init(
        "selection", PackageResources.selection_json,
        question: """
          At which rate is the second of two data points selected, as the start turns from the one to the other? The law of \
          angles says 8/9, 2/3, 1/2, 1/3 and 1/9.
          """,
        figure: "--x init.values --y final.selectedIndex --statistic mean"),
    ],
    chapters: chapters)

  private static let corrections: [StudyReport.Correction] = [
    .init(
      said: "The cosine between the gradient-descent limit and its start is of order $m/n$.",
      instead: "It is $√(m/n)$ for the linear neuron and $√(m/2n)$ for ReLU; $m/n$ is its square.",
      claims: ["autoencoder.18"]
    ),
    .init(
      said: "Gradient descent converges to the normalised projection onto the span of the data.",
      instead: "For ReLU only the directions with $⟨w₀, aᵢ⟩ > 0$ count.", claims: ["autoencoder.01"]),
    .init(
      said: "Gradient descent ends in a roughly equal mixture of the data points.",
      instead: "The weights of the mixture are those of the start, $∝ cᵢ(0)$.",
      claims: ["autoencoder.01", "autoencoder.02"]),
    .init(
      said: "The log-ratio $R_t$ drifts upwards by $log(1/(1−η))$.",
      instead:
        """
        That is the gain in a step that samples the leader (with batch means $log(1/(1−η/b))$); losses are comparable \
        and the net drift is of second order in $η$.
        """,
      claims: ["autoencoder.16", "autoencoder.17"]),
    .init(
      said: "Gradient descent finds flatter minima than SGD.",
      instead:
        """
        Their largest eigenvalues agree; the traces differ for ReLU with $|S⁺| ≥ 2$ and $φ′(0) < 1$ only (the table in circulation has $φ′(0) = ½$), not for the \
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
      said: "Any batch size below $m$ leads to a sparse limit.",
      instead: "That presumes sampling without replacement; with replacement even $b = m$ does.",
      claims: ["autoencoder.04", "autoencoder.b7"]),
    .init(
      said: "A global minimum is always reached.",
      instead: "For ReLU only if $S⁺$ is not empty, which a Gaussian start misses with probability $2⁻ᵐ$.",
      claims: ["autoencoder.23"]),
  ]
}
