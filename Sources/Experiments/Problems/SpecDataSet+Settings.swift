import Citations
import DataSets
import Formats

extension SpecDataSet {
  /// The members `data` and `test` of a network's settings.
  ///
  /// - Parameter hasImages: whether there can be classes.
  static func fields(hasImages: Bool) -> [SpecField] {
    let files = SpecData.fileKinds(.targets) + (hasImages ? [images] : [])
    let drawn = [SpecData.Labels.targets.gaussian] + synthetic + (hasImages ? [digits] : [])
    return [
      .init("data", .variants(drawn + files), .required, "The samples."),
      .init(
        "test", .variants(files), .optional,
        "Fresh samples for the measures of generalisation, in place of those that the data have themselves."),
    ]
  }

  private static let testSamples = SpecField(
    "testSamples", .integer(0...10_000_000), .defaultsTo(1_000), "The number of test samples.")

  private static let synthetic: [SpecObject] = [
    .init(
      kind: "sparseLinear",
      explanation: """
        y = ⟨x, β⟩, x standard Gaussian, β the absolute values of r standard normal numbers, divided by their norm, then zeros \
        (arXiv 2210.05337).
        """,
      fields: [
        .init("samples", .integer(1...10_000_000), .defaultsTo(80), "n."),
        .init("dimension", .integer(1...100_000), .defaultsTo(200), "d."),
        .init("sparsity", .integer(1...100_000), .defaultsTo(20), "r."),
        testSamples,
        .init(
          "numpySeed", .integer(0...Int(UInt32.max)), .optional,
          "Draw with NumPy's generator from this seed, as published with 0, instead of from the data seed."),
      ], citations: [.andriushchenko],
      methods: [
        SpecMethod("numpySeed", [.matsumoto]) { $0["numpySeed"] != nil },
        SpecMethod("dataSeed", [.salmon]) { $0["numpySeed"] == nil },
      ]),
    .init(
      kind: "teacher",
      explanation: """
        The targets are those of a random ReLU network, on inputs uniform on the unit sphere, without noise (arXiv 2210.05337).
        """,
      fields: [
        .init("samples", .integer(1...10_000_000), .required, "n."),
        .init(
          "widths", .list(.integer(1...10_000)), .required,
          "The inputs and hidden layers of the teacher; it has one output."
        ),
        .init(
          "weights", .choice(["unit", "gaussian"]), .required,
          "Those into a neuron uniform on the unit sphere, those out of it ±1, no biases; or standard normal, biases uniform on ±1/√p."
        ),
        testSamples,
      ], citations: [.andriushchenko, .salmon]),
    .init(
      kind: "blanc", explanation: "Twelve points in one dimension (arXiv 1904.09080).", fields: [], citations: [.blanc]),
    .init(
      kind: "support",
      explanation: """
        Targets that depend on the first r of d inputs x, standard Gaussian, the other columns centred (arXiv 2406.11110). Test \
        samples have no noise.
        """,
      fields: [
        .init("samples", .integer(1...10_000_000), .required, "n, the number of distinct x."),
        .init("dimension", .integer(1...100_000), .defaultsTo(15), "d."),
        .init("relevant", .integer(1...100_000), .defaultsTo(5), "r."),
        .init(
          "target", .choice(SupportData.Target.allCases.map(\.rawValue)), .defaultsTo("linear"),
          "Σ xⱼ, sin Σ xⱼ, or Σ xⱼ^(j + 1) with j from 0, over the relevant j."),
        .init(
          "noise", .variants(noises), .defaultsTo("none"), "Noise on the labels, made once with the data."),
        testSamples,
      ], citations: [.beneventano, .salmon]),
  ]

  private static let deviation = SpecField("standardDeviation", .number(.notNegative), .required, "σ.")

  private static let noises: [SpecObject] = [
    .init(kind: "none", explanation: "None.", fields: []),
    .init(kind: "fixed", explanation: "y = f(x) + σZ.", fields: [deviation]),
    .init(
      kind: "mirrored",
      explanation: "Each x twice, with y = f(x) + σZ and with y = f(x) − σZ, so that there are 2n samples.",
      fields: [deviation]),
  ]

  private static let digits = SpecObject(
    kind: "digits",
    explanation: """
      1,797 handwritten digits of 8 × 8 pixels from 0 to 1, ten classes (UCI, doi:10.24432/C50P49, CC BY 4.0), in an order \
      of the data seed; those that are not learnt from are the test samples.
      """,
    fields: [.init("samples", .integer(1...1_797), .defaultsTo(1_500), "n.")], citations: [.alpaydin, .salmon])

  private static let images = SpecObject(
    kind: "images",
    explanation: """
      Images with classes from IDX files, plain or compressed with gzip; 255 becomes 1. "basin data fetch mnist" brings MNIST.
      """,
    fields: [
      .init("images", .file, .required, "A file of bytes with three axes: n × height × width."),
      .init("labels", .file, .required, "n classes, from 0."),
      .init("limit", .integer(1...10_000_000), .optional, "Take only so many, the first."),
      .init("shrink", .flag, .defaultsTo(false), "Whether 2 × 2 pixels become one, their mean."),
      .init(
        "padding", .variants(paddings), .optional, "A larger field with the images in its middle, after shrinking."),
      .init(
        "noise", .number(.notNegative), .defaultsTo(0),
        "The standard deviation of Gaussian noise on every pixel, the last that is done."),
    ],
    methods: [
      // Known by its content, wherever it lies.
      SpecMethod("mnist", PublishedDataSet.mnist.citations) { members in
        guard case .string(let checksum)? = members["images"]?["sha256"] else { return false }
        return PublishedDataSet.mnist.contains(checksum: checksum)
      },
      SpecMethod("pixelNoise", [.salmon]) { ($0["noise"]?.double ?? 0) > 0 || $0["padding"] != nil },
    ])

  private static let paddings: [SpecObject] = [
    .init(
      kind: "noise", explanation: "Each pixel around an image normal with mean 0, drawn with the data seed.",
      fields: side + [deviation]),
    .init(
      kind: "grey", explanation: "One grey for each image, uniform from 0 to 1, which is also behind it.", fields: side),
  ]

  private static let side = [
    SpecField("height", .integer(1...10_000), .defaultsTo(28), "The field's rows."),
    SpecField("width", .integer(1...10_000), .defaultsTo(28), "Its columns."),
  ]
}
