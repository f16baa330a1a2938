import Numerics

extension NetworkLoss {
  /// The names that ``init(parsing:)`` knows.
  public static let names = ["squared", "mse", "crossEntropy", "logistic"]

  /// Reads `squared`, with options behind it: `:half=false` (true by default) and `:mean=true` (false by default);
  /// `mse`, PyTorch's `MSELoss`, which is `squared:half=false:mean=true`; `crossEntropy`; or `logistic`.
  ///
  /// - Throws: `InputError` that names the part which is not understood.
  public init(parsing text: String) throws(InputError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let options = parts.dropFirst()
    switch parts[0] {
    case "mse" where options.isEmpty: self = .squared(half: false, mean: true)
    case "crossEntropy" where options.isEmpty: self = .crossEntropy
    case "logistic" where options.isEmpty: self = .logistic
    case "squared":
      var (half, mean): (Bool?, Bool?) = (nil, nil)
      for option in options {
        let pair = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = pair.count == 2 ? Bool(pair[1]) : nil
        switch pair[0] {
        case "half" where half == nil && value != nil: half = value
        case "mean" where mean == nil && value != nil: mean = value
        default:
          throw InputError(
            "loss", expected: "half=true, half=false, mean=true or mean=false, each key once", found: "\"\(option)\"")
        }
      }
      self = .squared(half: half ?? true, mean: mean ?? false)
    default:
      let isKnown = Self.names.contains(parts[0])
      throw InputError(
        "loss", expected: isKnown ? "\(parts[0]) without options" : "a loss", found: "\"\(text)\"",
        advice: isKnown ? "" : Suggestion.sentence(for: parts[0], among: Self.names))
    }
  }

  /// The text that ``init(parsing:)`` reads as this loss.
  public var text: String {
    switch self {
    case .squared(let half, let mean): "squared\(half ? "" : ":half=false")\(mean ? ":mean=true" : "")"
    case .crossEntropy: "crossEntropy"
    case .logistic: "logistic"
    }
  }
}
