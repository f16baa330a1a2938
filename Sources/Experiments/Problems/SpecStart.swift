import Citations
import Descent
import Formats
import Numerics
import Objectives

/// Where the trials of a spec begin.
enum SpecStart: Sendable {
  /// All parameters 0.
  case zeros
  /// Uniform on the sphere ‖w₀‖ = norm.
  case sphere(norm: Double)
  /// Independent entries of standard deviation norm/√d, so that E‖w₀‖² = norm².
  case gaussian(norm: Double)
  /// cᵢ = ⟨w₀, aᵢ⟩ for orthonormal data, and the norm of the rest.
  case coefficients([Double], orthogonalNorm: Double)
  /// Uniform on the sphere of a radius around a minimiser of the problem.
  case near(point: String, radius: Double)
  /// As the layers of a network want it.
  case layers(LayerStart)
  /// The two vectors of a diagonal network, each constant.
  case constants(u: Double, v: Double)
  /// Given parameters: one row for all trials, or a row for each.
  case given(Matrix)

  /// How the parameters of a network are drawn.
  enum LayerStart: Sendable {
    /// By a rule that knows the layers' sizes.
    case rule(NetworkInitialization)
    /// Normal weights with a standard deviation for each affine layer; biases uniform on ±1/√p, or 0.
    case normal([Double], drawsBiases: Bool)
  }

  /// The settings below `init`.
  static let settings: [SpecObject] = [
    .init(
      kind: "gaussian", explanation: "Independent Gaussian entries with E‖w₀‖² = norm², each trial its own.",
      fields: [norm], citations: [.salmon]),
    .init(
      kind: "sphere", explanation: "Uniform on the sphere ‖w₀‖ = norm, each trial its own.", fields: [norm],
      citations: [.salmon]),
    .init(kind: "zeros", explanation: "All parameters 0.", fields: []),
    .init(
      kind: "coefficients",
      explanation: "Coefficients ⟨w₀, aᵢ⟩ of orthonormal data (autoencoder), the same in every trial.",
      fields: [
        .init("values", .list(.number(.any)), .required, "One coefficient for each data vector."),
        .init(
          "orthogonalNorm", .number(.notNegative), .defaultsTo(0), "The norm of w₀ outside of the span of the data."),
      ]),
    .init(
      kind: "near",
      explanation:
        "Uniform on a sphere around a minimiser that the problem knows by name, each trial its own direction.",
      fields: [
        .init("point", .text, .required, "The minimiser's name, as the problem says."),
        .init("radius", .number(.notNegative), .required, "The distance from it."),
      ], citations: [.salmon]),
    .init(
      kind: "pyTorch",
      explanation:
        "A network's layers as PyTorch has them: weights and biases uniform on ±1/√p, p inputs of the layer.",
      fields: [], citations: [.paszke, .salmon]),
    .init(
      kind: "he", explanation: "A network's weights normal of variance 2/p, p inputs of the layer; biases 0.",
      fields: [], citations: [.he, .salmon]),
    .init(
      kind: "xavier",
      explanation: "A network's weights uniform on ±√(6/(p + q)), p inputs and q outputs of the layer; biases 0.",
      fields: [], citations: [.glorot, .salmon]),
    .init(
      kind: "layers", explanation: "A network's weights normal, each layer with its own standard deviation.",
      fields: [
        .init(
          "standardDeviations", .list(.number(.notNegative)), .required, "One for each affine layer, from the input on."
        ),
        .init("biases", .choice(["zero", "pyTorch"]), .defaultsTo("zero"), "0, or uniform on ±1/√p."),
      ], citations: [.salmon]),
    .init(
      kind: "constants", explanation: "The two vectors of a diagonal network, each the same in all entries.",
      fields: [
        .init("u", .number(.any), .required, "All entries of u."),
        .init("v", .number(.any), .required, "All entries of v."),
      ]),
    .init(
      kind: "parameters", explanation: "The parameters themselves, the same in every trial.",
      fields: [.init("values", .list(.number(.any)), .required, "All entries of w₀.")]),
    .init(
      kind: "file",
      explanation: "The parameters from a .npy file: one vector for all trials, or a matrix with a row for each.",
      fields: [.init("path", .file, .required, "The file.")]),
  ]

  private static let norm = SpecField(
    "norm", .number(.positive), .required, "‖w₀‖; for Gaussian entries the square root of E‖w₀‖².")

  /// Reads resolved settings.
  ///
  /// - Throws: `InputError` for a file that cannot be used.
  init(_ settings: SpecSettings, trials: Int, files: SpecFiles) throws(InputError) {
    switch settings.kind {
    case "sphere": self = .sphere(norm: settings.number("norm"))
    case "gaussian": self = .gaussian(norm: settings.number("norm"))
    case "zeros": self = .zeros
    case "pyTorch": self = .layers(.rule(.pyTorch))
    case "he": self = .layers(.rule(.he))
    case "xavier": self = .layers(.rule(.xavier))
    case "layers":
      self = .layers(
        .normal(settings.numbers("standardDeviations"), drawsBiases: settings.text("biases") == "pyTorch"))
    case "constants": self = .constants(u: settings.number("u"), v: settings.number("v"))
    case "near": self = .near(point: settings.text("point"), radius: settings.number("radius"))
    case "coefficients":
      self = .coefficients(settings.numbers("values"), orthogonalNorm: settings.number("orthogonalNorm"))
    case "parameters":
      let values = settings.numbers("values")
      self = .given(Matrix(rows: 1, columns: values.count, storage: values))
    default:
      let (file, path) = try files.array(settings.file("path"), place: "path")
      guard (1...2).contains(file.shape.count), file.values.allSatisfy(\.isFinite) else {
        throw InputError(
          path,
          expected: "a vector, or a matrix with a row for each trial, of finite numbers",
          found: file.values.allSatisfy(\.isFinite)
            ? "an array with \(file.shape.count) axes" : "values that are not finite")
      }
      let rows = file.shape.count == 2 ? file.shape[0] : 1
      guard file.shape.count == 1 || rows >= trials else {
        throw InputError(path, expected: "a row for each of the \(trials) trials", found: "\(rows) rows")
      }
      let columns = file.shape[file.shape.count - 1]
      self = .given(Matrix(rows: rows, columns: columns, storage: file.values))
    }
  }

  /// w₀ of a trial of a problem with d = `count` parameters; nil for starts that only some problems understand: coefficients,
  /// those near a minimiser, and those of networks.
  func parameters(count: Int, key: RandomKey, trial: Int) -> [Double]? {
    var stream = RandomStream(key)
    switch self {
    case .zeros: return [Double](repeating: 0, count: count)
    case .sphere(let norm): return stream.sphere(count: count, radius: norm)
    case .gaussian(let norm):
      let scale = norm / Double(count).squareRoot()
      return stream.gaussian(count: count).map { $0 * scale }
    case .given(let matrix):
      let row = matrix.rows == 1 ? 0 : trial
      return Array(matrix.storage[(row * matrix.columns)..<((row + 1) * matrix.columns)])
    case .coefficients, .near, .layers, .constants: return nil
    }
  }

  /// What does not fit a problem with d = `count` parameters, as the location below `init` and the problem; nil if all fits.
  func misfit(parameterCount count: Int) -> InputError? {
    if case .near(let point, _) = self {
      return InputError(
        "init.kind", expected: "a start that needs no minimiser by name, since this problem has none",
        found: "near \"\(point)\"")
    }
    switch self {
    case .layers, .constants:
      let (one, other) = if case .layers = self { ("layers", "network") } else { ("u and v", "diagonalNetwork") }
      return InputError(
        "init.kind", expected: "a start for any parameters", found: "one for \(one)",
        advice: "Only problems of kind \"\(other)\" have them.")
    default: break
    }
    guard case .given(let matrix) = self, matrix.columns != count else { return nil }
    return InputError("init", expected: "\(count) numbers, the parameters", found: "\(matrix.columns)")
  }
}
