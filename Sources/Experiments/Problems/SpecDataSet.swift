import DataSets
import Formats
import Numerics

/// Samples of a network: dense rows with one target or several, or with a class.
struct SpecSamples: Sendable {
  /// p.
  var inputCount: Int
  /// n × p numbers, row by row.
  var inputs: [Double]
  /// n × k numbers, row by row.
  var targets: [Double]
  /// k; 1 for classes.
  var targetCount = 1
  /// How many classes there are at least, where targets are known to be classes, from 0.
  var classCount: Int?

  /// n.
  var sampleCount: Int { inputs.count / inputCount }

  init(inputCount: Int, inputs: [Double], targets: [Double], targetCount: Int = 1, classCount: Int? = nil) {
    self.inputCount = inputCount
    self.inputs = inputs
    self.targets = targets
    self.targetCount = targetCount
    self.classCount = classCount
  }

  init(_ samples: RegressionSamples) {
    self.init(inputCount: samples.inputCount, inputs: samples.features, targets: samples.targets)
  }

  init(_ images: ImageSamples) {
    self.init(
      inputCount: images.pixelCount, inputs: images.pixels, targets: images.classes.map { Double($0) },
      classCount: images.classCount)
  }

  /// Dense rows of any labelled samples.
  init(_ samples: LabelledSamples) throws(InputError) {
    let rows = samples.features
    let (entries, overflow) = rows.rowCount.multipliedReportingOverflow(by: rows.columnCount)
    guard !overflow, entries <= LabelledSamples.largestEntryCount else {
      throw InputError(
        "data", expected: "at most \(LabelledSamples.largestEntryCount) numbers, samples times inputs, 0s counted",
        found: "\(rows.rowCount) samples of \(rows.columnCount)")
    }
    self.init(inputCount: rows.columnCount, inputs: rows.matrix.storage, targets: samples.labels)
  }
}

/// A data set of a network: what it learns from, what tests it, and what is known about its inputs.
struct SpecDataSet: Sendable {
  /// What is minimised.
  var training: SpecSamples
  /// Fresh samples of the same law.
  var test: SpecSamples?
  /// The inputs that the target depends on, where that is known.
  var relevantInputs: [Int]?
  /// The coefficients of a linear target, where they are known.
  var coefficients: [Double]?
  /// The directions among the inputs that made the targets, a row for each, where they are known.
  var dictionary: Matrix?

  init(training: SpecSamples, test: SpecSamples? = nil, relevantInputs: [Int]? = nil, coefficients: [Double]? = nil) {
    self.training = training
    self.test = test
    self.relevantInputs = relevantInputs
    self.coefficients = coefficients
  }

  private init(_ data: RegressionData, relevant: Int? = nil) {
    self.init(
      training: SpecSamples(data.training), test: data.test.sampleCount > 0 ? SpecSamples(data.test) : nil,
      relevantInputs: relevant.map { Array(0..<$0) }, coefficients: data.truth.isEmpty ? nil : data.truth)
  }

  /// Draws or reads what resolved settings describe.
  ///
  /// - Throws: `InputError` whose location is a key below `problem`.
  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let data = settings.object("data")
    if let drawn = try Self.drawn(data, seeds: seeds) {
      self = drawn
    } else {
      self = try Self.read(data, seeds, files)
    }
    guard settings.has("test") else { return }
    do throws(InputError) {
      test = try Self.read(settings.object("test"), seeds, files, isTest: true).training
    } catch {
      // The places are those of data read from files.
      guard error.location.hasPrefix("data") else { throw error }
      throw InputError(
        "test" + error.location.dropFirst("data".count), expected: error.expected, found: error.found,
        advice: error.advice)
    }
    if let test, test.inputCount != training.inputCount {
      throw InputError(
        "test", expected: "samples of \(training.inputCount) inputs, as those of data", found: "\(test.inputCount)")
    }
  }

  private static func drawn(_ data: SpecSettings, seeds: Seeds) throws(InputError) -> SpecDataSet? {
    let key = seeds.key(.data)
    switch data.kind {
    case "sparseLinear":
      let (d, r) = (data.integer("dimension"), data.integer("sparsity"))
      try check(data, "samples", data.integer("samples") + data.integer("testSamples"), d)
      guard r <= d else { throw InputError("data.sparsity", expected: "at most d = \(d)", found: "\(r)") }
      let description = SparseLinearData(
        sampleCount: data.integer("samples"), inputCount: d, sparsity: r, testCount: data.integer("testSamples"))
      let drawn =
        data.has("numpySeed")
        ? description.published(seed: UInt32(data.integer("numpySeed"))) : description.drawn(key)
      return SpecDataSet(drawn, relevant: r)
    case "teacher":
      let widths = data.list("widths").compactMap(\.double).map { Int($0) }
      guard widths.count >= 2 else {
        throw InputError(
          "data.widths", expected: "two or more: the inputs, and the hidden layers", found: "\(widths.count)")
      }
      try check(data, "samples", data.integer("samples") + data.integer("testSamples"), widths[0])
      let weights = zip(widths, widths.dropFirst() + [1]).reduce(0) { $0 + $1.0 * $1.1 }
      let samples = data.integer("samples") + data.integer("testSamples")
      guard weights <= largestTeacherCount, weights * samples <= largestTeacherWork else {
        throw InputError(
          "data.widths",
          expected: "at most \(largestTeacherCount) weights, and \(largestTeacherWork) times all samples",
          found: "\(weights) weights and \(samples) samples", advice: "Choose a smaller teacher, or fewer samples.")
      }
      let description = TeacherData(
        sampleCount: data.integer("samples"), widths: widths,
        teacher: data.text("weights") == "unit" ? .unitNeurons : .gaussian, testCount: data.integer("testSamples"))
      let drawn = description.drawn(key)
      var set = SpecDataSet(drawn)
      // The teacher's weights are no coefficients of inputs; the first of them are its neurons.
      set.coefficients = nil
      set.dictionary = Matrix(
        rows: widths[1], columns: widths[0], storage: Array(drawn.truth.prefix(widths[0] * widths[1])))
      return set
    case "blanc": return SpecDataSet(training: SpecSamples(.blanc))
    case "support":
      let (d, r) = (data.integer("dimension"), data.integer("relevant"))
      guard r <= d else { throw InputError("data.relevant", expected: "at most d = \(d)", found: "\(r)") }
      try check(data, "samples", 2 * data.integer("samples") + data.integer("testSamples"), d)
      let noise = data.object("noise")
      let description = SupportData(
        inputsDrawn: data.integer("samples"), inputCount: d, relevantCount: r,
        target: SupportData.Target(rawValue: data.text("target")) ?? .linear,
        noise: noise.kind == "none"
          ? .none
          : noise.kind == "fixed"
            ? .fixed(standardDeviation: noise.number("standardDeviation"))
            : .mirrored(standardDeviation: noise.number("standardDeviation")),
        testCount: data.integer("testSamples"))
      return SpecDataSet(description.drawn(key), relevant: r)
    case "digits":
      let images = ImageSamples.digits.shuffled(key)
      let count = data.integer("samples")
      return SpecDataSet(
        training: SpecSamples(images.taking(0..<count)),
        test: count < images.sampleCount ? SpecSamples(images.taking(count..<images.sampleCount)) : nil)
    default: return nil
    }
  }

  /// The most weights of a teacher: 80 MB.
  private static let largestTeacherCount = 10_000_000
  /// The most products that its targets take: a minute.
  private static let largestTeacherWork = 10_000_000_000

  private static func check(_ data: SpecSettings, _ key: String, _ rows: Int, _ columns: Int) throws(InputError) {
    guard rows * columns <= LabelledSamples.largestEntryCount else {
      throw InputError(
        "data.\(key)", expected: "at most \(LabelledSamples.largestEntryCount) numbers, all samples times inputs",
        found: "\(rows * columns)")
    }
  }

  /// Reads data, or draws the kind that all problems know.
  private static func read(
    _ data: SpecSettings, _ seeds: Seeds, _ files: SpecFiles, isTest: Bool = false
  ) throws(InputError) -> SpecDataSet {
    switch data.kind {
    case "images": return try images(data, seeds, files, isTest: isTest)
    case "file", "npz":
      let (inputs, targets) = try SpecData.arrays(data, files: files)
      for (array, place) in [inputs, targets] {
        guard let wrong = array.values.firstIndex(where: { !$0.isFinite }) else { continue }
        let columns = array.shape.dropFirst().reduce(1, *)
        throw InputError(
          place, expected: "finite numbers",
          found: "\(array.values[wrong]) in row \(wrong / columns), column \(wrong % columns), counted from 0")
      }
      if targets.array.shape.count == 2, targets.array.shape[1] > 1 {
        return SpecDataSet(training: try several(inputs, targets))
      }
    default: break
    }
    return SpecDataSet(training: try SpecSamples(SpecData.samples(data, .targets, seeds: seeds, files: files)))
  }

  /// Samples with several targets each.
  private static func several(
    _ inputs: SpecData.Placed, _ targets: SpecData.Placed
  ) throws(InputError) -> SpecSamples {
    let matrix = try inputs.array.matrix(location: inputs.place)
    guard matrix.columns > 0, targets.array.shape[0] == matrix.rows else {
      throw InputError(
        "data.targets", expected: "\(matrix.rows) rows, as many as inputs have", found: "\(targets.array.shape[0])")
    }
    return SpecSamples(
      inputCount: matrix.columns, inputs: matrix.storage, targets: targets.array.values,
      targetCount: targets.array.shape[1])
  }

  private static func images(
    _ data: SpecSettings, _ seeds: Seeds, _ files: SpecFiles, isTest: Bool
  ) throws(InputError) -> SpecDataSet {
    let (path, labels) = (files.resolved(data.file("images")), files.resolved(data.file("labels")))
    var images: ImageSamples
    do throws(InputError) {
      images = try ImageSamples(
        images: try IDXFile.read(path), labels: try IDXFile.read(labels),
        limit: data.has("limit") ? data.integer("limit") : nil, location: path, labelLocation: labels)
    } catch {
      throw error.prefixed(error.location == labels ? "data.labels: " : "data.images: ")
    }
    if data.flag("shrink") { images = images.shrunk() }
    // Streams of their own, so that what is done to the test images is independent of the others.
    let place = isTest ? 2 : 0
    if data.has("padding") {
      let padding = data.object("padding")
      let (height, width) = (padding.integer("height"), padding.integer("width"))
      guard height >= images.height, width >= images.width else {
        throw InputError(
          "data.padding", expected: "a field of at least \(images.height) × \(images.width) pixels, as the images",
          found: "\(height) × \(width)")
      }
      try check(data, "padding", images.sampleCount, height * width)
      images = images.padded(
        height: height, width: width,
        with: padding.kind == "grey" ? .grey : .noise(standardDeviation: padding.number("standardDeviation")),
        key: seeds.key(.data, trial: place))
    }
    if data.number("noise") > 0 {
      images = images.noisy(standardDeviation: data.number("noise"), key: seeds.key(.data, trial: place + 1))
    }
    let relevant = images.isRelevant.indices.filter { images.isRelevant[$0] }
    return SpecDataSet(
      training: SpecSamples(images), relevantInputs: relevant.count < images.pixelCount ? relevant : nil)
  }
}
