import Citations
import Formats
import Numerics
import Objectives

/// The settings below `problem.data` of the problems with labelled samples: drawn, or read from files.
enum SpecData {
  /// What the labels are, which decides how data are drawn.
  enum Labels {
    /// Real targets.
    case targets
    /// Two classes.
    case classes

    var gaussian: SpecObject {
      var gaussian = SpecObject(
        kind: "gaussian", explanation: "",
        fields: [
          .init("samples", .integer(1...10_000_000), .required, "n."),
          .init("dimension", .integer(1...100_000), .required, "d."),
        ], citations: [.salmon])
      switch self {
      case .targets:
        gaussian.explanation =
          "Standard Gaussian xᵢ and y = ⟨xᵢ, θ*⟩ + noise, θ* uniform on the unit sphere, drawn with the data seed."
        gaussian.fields.append(
          .init("noise", .number(.notNegative), .defaultsTo(0), "The standard deviation of the noise."))
      case .classes:
        gaussian.explanation = """
          Standard Gaussian xᵢ on both sides of a plane through 0, yᵢ = the sign of ⟨xᵢ, θ*⟩, θ* uniform on the unit sphere, \
          drawn with the data seed; xᵢ is then moved by margin · yᵢθ*, away from the plane, and some labels are turned round.
          """
        gaussian.fields += [
          .init(
            "margin", .number(.notNegative), .defaultsTo(0), "The distance of all samples from the plane, at least."),
          .init(
            "labelNoise", .number(.fraction), .defaultsTo(0), "The probability with which a label is turned round."),
        ]
      }
      return gaussian
    }

    fileprivate var words: (one: String, many: String) {
      switch self {
      case .targets: ("target", "targets")
      case .classes: ("label", "labels")
      }
    }
  }

  /// The member `data` of a problem's settings.
  ///
  /// - Parameter isRequired: whether there is no problem without data.
  static func field(_ labels: Labels, isRequired: Bool = true) -> SpecField {
    return .init(
      "data", .variants([labels.gaussian] + fileKinds(labels)), isRequired ? .required : .optional,
      labels == .targets
        ? "The samples." : "The samples; the smaller of their two labels stands for −1, the larger for +1.")
  }

  /// The kinds of data that are read, or written down in the spec itself.
  static func fileKinds(_ labels: Labels) -> [SpecObject] {
    let (one, many) = labels.words
    let csv: [SpecField] = [
      path("A file of numbers with a sample a line, plain or compressed with gzip."),
      .init("target", .text, .optional, "The name of the column with the \(many); the last one if left out."),
      .init("targetColumn", .integer(1...LabelledSamples.largestEntryCount), .optional, "Its number from 1, instead."),
      .init(
        "separator", .choice(CSVOptions.Separator.allCases.map(\.rawValue)), .optional,
        "What stands between cells; found out from the first line if left out."),
      .init(
        "header", .flag, .optional,
        "Whether the first line holds names; if left out, it does if no cell of it is a number."),
    ]
    return [
      .init(
        kind: "values", explanation: "Data in the spec itself.",
        fields: [
          .init("inputs", .list(.list(.number(.any))), .required, "A row for each sample."),
          .init("targets", .list(.number(.any)), .required, "n \(many)."),
        ]),
      .init(
        kind: "file", explanation: "Data from .npy files.",
        fields: [
          .init("inputs", .file, .required, "A matrix n × d with a sample a row."),
          .init("targets", .file, .required, "n \(many)."),
        ]),
      .init(
        kind: "npz", explanation: "Data from a .npz archive.",
        fields: [
          path("The archive."),
          .init("inputs", .text, .defaultsTo("inputs"), "The name of the array n × d in it."),
          .init("targets", .text, .defaultsTo("targets"), "The name of the n \(many)."),
        ]),
      .init(
        kind: "libsvm",
        explanation:
          "Sparse data in LIBSVM's text format, lines \"\(one) index:value …\" with ascending indices from 1.",
        fields: [path("The file, plain or compressed with gzip.")], citations: [.chang]),
      .init(kind: "csv", explanation: "Data from a CSV file, all cells numbers.", fields: csv),
    ]
  }

  /// The member `weightDecay` of a problem's settings.
  static let weightDecay = SpecField(
    "weightDecay", .number(.notNegative), .defaultsTo(0), "w, of the penalty (w/2) ‖θ‖² in every sample.")

  /// The member `intercept` of a problem's settings.
  static let intercept = SpecField(
    "intercept", .flag, .defaultsTo(false),
    "Whether a feature that is 1 in every sample is appended, the last; weight decay acts on its weight, too.")

  static func path(_ explanation: String) -> SpecField { .init("path", .file, .required, explanation) }

  /// Draws or reads what resolved settings describe.
  ///
  /// - Throws: `InputError` whose location is a key below `problem`.
  static func samples(
    _ data: SpecSettings, _ labels: Labels, seeds: Seeds, files: SpecFiles
  ) throws(InputError) -> LabelledSamples {
    switch data.kind {
    case "gaussian": return try gaussian(data, labels, seeds: seeds)
    case "values": return try values(data)
    case "file", "npz":
      let (inputs, targets) = try arrays(data, files: files)
      return try samples(inputs, targets, labels)
    default:
      let path = files.resolved(data.file("path"))
      let options = data.kind == "csv" ? try csvOptions(data) : nil
      do throws(InputError) {
        return try files.samples(.object(data.members)) { () throws(InputError) in
          if let options { try .readCSV(path, options: options) } else { try .readLIBSVM(path) }
        }
      } catch {
        throw error.prefixed("data.path: ")
      }
    }
  }

  /// An error of an objective about its samples, said of the settings that they come from.
  static func located(_ error: InputError, _ data: SpecSettings) -> InputError {
    guard ["file", "npz", "values"].contains(data.kind) else {
      return InputError("data", expected: error.expected, found: error.found, advice: error.advice)
    }
    var error = error
    if error.location == "labels" { error.location = "targets" }
    return error.prefixed("data.")
  }

  private static func csvOptions(_ data: SpecSettings) throws(InputError) -> CSVOptions {
    var options = CSVOptions()
    if data.has("target"), data.has("targetColumn") {
      throw InputError("data", expected: "either target or targetColumn", found: "both")
    }
    if data.has("target") { options.target = .named(data.text("target")) }
    if data.has("targetColumn") { options.target = .column(data.integer("targetColumn")) }
    if data.has("separator") { options.separator = .init(rawValue: data.text("separator")) }
    if data.has("header") { options.hasHeader = data.flag("header") }
    return options
  }

  /// An array of a data set, and the key that named it, for errors.
  typealias Placed = (array: NPYFile, place: String)

  /// The inputs and targets of the kinds `file` and `npz`.
  static func arrays(
    _ data: SpecSettings, files: SpecFiles
  ) throws(InputError) -> (inputs: Placed, targets: Placed) {
    guard data.kind == "npz" else {
      return (
        try files.array(data.file("inputs"), place: "data.inputs"),
        try files.array(data.file("targets"), place: "data.targets")
      )
    }
    let path = files.resolved(data.file("path"))
    let archive: NPZFile
    do throws(InputError) {
      archive = try NPZFile.read(path)
    } catch {
      throw error.prefixed("data.path: ")
    }
    func placed(_ key: String) throws(InputError) -> Placed {
      let name = data.text(key)
      guard archive.names.contains(name) else {
        throw InputError(
          "data.\(key)", expected: "the name of an array in \(path)", found: "\"\(name)\"",
          advice: Suggestion.sentence(for: name, among: archive.names))
      }
      do throws(InputError) {
        return (try archive.array(name), "data.\(key)")
      } catch {
        throw error.prefixed("data.\(key): ")
      }
    }
    return (try placed("inputs"), try placed("targets"))
  }

  private static func samples(
    _ inputs: Placed, _ targets: Placed, _ labels: Labels
  ) throws(InputError) -> LabelledSamples {
    let matrix = try inputs.array.matrix(location: inputs.place)
    let column = targets.array
    guard column.shape.count == 1 || (column.shape.count == 2 && column.shape[1] == 1) else {
      throw InputError(
        targets.place, expected: "one \(labels.words.one) a row of inputs", found: "an array of shape \(column.shape)")
    }
    guard matrix.columns > 0 else {
      throw InputError("data.inputs", expected: "rows with one number or more", found: "empty ones")
    }
    guard column.values.count == matrix.rows else {
      throw InputError(
        "data.targets", expected: "\(matrix.rows) values, one a row of inputs", found: "\(column.values.count)")
    }
    return LabelledSamples(features: FeatureRows(matrix), labels: column.values)
  }

  private static func values(_ data: SpecSettings) throws(InputError) -> LabelledSamples {
    let rows = data.rows("inputs")
    let targets = data.numbers("targets")
    guard let width = rows.first?.count, width > 0 else {
      throw InputError("data.inputs", expected: "one row or more, each with one number or more", found: "none")
    }
    if let row = rows.firstIndex(where: { $0.count != width }) {
      throw InputError(
        "data.inputs[\(row)]", expected: "\(width) numbers, as in the first row", found: "\(rows[row].count)")
    }
    guard targets.count == rows.count else {
      throw InputError(
        "data.targets", expected: "\(rows.count) values, one a row of inputs", found: "\(targets.count)")
    }
    let matrix = Matrix(rows: rows.count, columns: width, storage: rows.flatMap { $0 })
    return LabelledSamples(features: FeatureRows(matrix), labels: targets)
  }

  private static func gaussian(
    _ data: SpecSettings, _ labels: Labels, seeds: Seeds
  ) throws(InputError) -> LabelledSamples {
    let (n, d) = (data.integer("samples"), data.integer("dimension"))
    guard n * d <= LabelledSamples.largestEntryCount else {
      throw InputError(
        "data.samples", expected: "at most \(LabelledSamples.largestEntryCount) entries, samples times dimension",
        found: "\(n * d)")
    }
    var stream = RandomStream(seeds.key(.data))
    var inputs = Matrix(rows: n, columns: d, storage: stream.gaussian(count: n * d))
    let teacher = stream.sphere(count: d, radius: 1)
    let scores = inputs.multiplied(by: teacher)
    switch labels {
    case .targets:
      let scale = data.number("noise")
      let targets = zip(scores, stream.gaussian(count: n)).map { $0 + scale * $1 }
      return LabelledSamples(features: FeatureRows(inputs), labels: targets)
    case .classes:
      let (margin, probability) = (data.number("margin"), data.number("labelNoise"))
      var classes = scores.map { $0 < 0 ? -1.0 : 1 }
      if margin > 0 {
        inputs.withUnsafeMutableStorage { entries in
          for i in 0..<n { for j in 0..<d { entries[i * d + j] += margin * classes[i] * teacher[j] } }
        }
      }
      for i in 0..<n where stream.uniform() <= probability { classes[i] = -classes[i] }
      return LabelledSamples(features: FeatureRows(inputs), labels: classes)
    }
  }
}

extension InputError {
  /// The same with a place before its location.
  func prefixed(_ place: String) -> InputError {
    InputError(place + location, expected: expected, found: found, advice: advice)
  }
}
