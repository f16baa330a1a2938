import Numerics

extension Network {
  /// Reads the short form `mlp:784-512-512-10:relu`, with options behind it: `:bias=false` (true by default) and
  /// `:kink=0.5`, the derivative of ReLU at 0 (0 by default). Without hidden layers, as in `mlp:784-10`, the activation
  /// is left out.
  ///
  /// - Throws: `InputError` that names the part which is not understood.
  public init(parsing text: String) throws(InputError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let form = "mlp:WIDTH-…-WIDTH:ACTIVATION, with :bias=false or :kink=0.5 behind it if wanted"
    guard parts.count >= 2, parts[0] == "mlp" else { throw InputError("network", expected: form, found: "\"\(text)\"") }
    var widths: [Int] = []
    for width in parts[1].split(separator: "-", omittingEmptySubsequences: false) {
      guard let value = Int(width), value > 0 else {
        throw InputError(
          "network", expected: "positive whole widths, as in 784-512-10", found: "\"\(parts[1])\"")
      }
      widths.append(value)
    }
    var options = parts.dropFirst(2)
    var activation: NetworkActivation?
    if let name = options.first, !name.contains("=") {
      let names = NetworkActivation.allCases.map(\.rawValue)
      guard let known = NetworkActivation(rawValue: name) else {
        throw InputError(
          "network", expected: "an activation", found: "\"\(name)\"",
          advice: Suggestion.sentence(for: name, among: names))
      }
      activation = known
      options = options.dropFirst()
    }
    guard activation != nil || widths.count <= 2 else {
      throw InputError("network", expected: form, found: "no activation in \"\(text)\"")
    }
    var (bias, slope): (Bool?, Double?) = (nil, nil)
    for option in options {
      let pair = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let value = pair.count == 2 ? pair[1] : ""
      switch pair[0] {
      case "bias" where bias == nil && Bool(value) != nil: bias = Bool(value)
      case "kink" where slope == nil && Double(value) != nil: slope = Double(value)
      default:
        throw InputError("network", expected: "bias=true, bias=false or kink=NUMBER, each once", found: "\"\(option)\"")
      }
    }
    try self.init(
      widths: widths, activation: activation ?? .identity, bias: bias ?? true, slopeAtKink: slope ?? 0)
  }
}
