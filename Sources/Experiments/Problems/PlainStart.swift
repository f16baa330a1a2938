import Numerics
import Objectives

/// Where the trials of a problem on the plain loop begin: a spec's start, held against the problem.
struct PlainStart: Sendable {
  private let start: SpecStart
  private let parameterCount: Int
  private let layout: ParameterLayout
  /// The point of a start near a minimiser; empty for others.
  let centre: [Double]

  /// Holds a start against a problem.
  ///
  /// - Throws: `InputError` for coefficients, a wrong number of parameters or layers, a start for parameters of another kind, and a
  ///   minimiser that the problem does not know.
  init(
    _ start: SpecStart, parameterCount: Int, layout: ParameterLayout, minima: [NamedPoint]
  ) throws(InputError) {
    self.start = start
    self.parameterCount = parameterCount
    self.layout = layout
    switch start {
    case .coefficients:
      throw InputError(
        "init.kind", expected: "a start in terms of the parameters", found: "\"coefficients\"",
        advice: "To give the parameters themselves, use {\"kind\": \"parameters\", \"values\": […]}.")
    case .near(let name, _):
      guard let point = minima.first(where: { $0.name == name }) else {
        let names = minima.map(\.name)
        throw InputError(
          "init.point",
          expected: names.isEmpty ? "a problem that knows its minimisers" : "one of \(names.joined(separator: ", "))",
          found: "\"\(name)\"",
          advice: names.isEmpty
            ? "Give the parameters themselves, with {\"kind\": \"parameters\", \"values\": […]}." : "")
      }
      centre = point.parameters
    case .layers(.rule) where layout.network != nil: centre = []
    case .layers(.normal(let deviations, _)) where layout.network != nil:
      let layers = layout.network?.weightBlocks.count ?? 0
      guard deviations.count == layers else {
        throw InputError(
          "init.standardDeviations", expected: "\(layers) number\(layers == 1 ? "" : "s"), one for each affine layer",
          found: "\(deviations.count)")
      }
      centre = []
    case .constants where layout == .diagonal: centre = []
    default:
      if let misfit = start.misfit(parameterCount: parameterCount) { throw misfit }
      centre = []
    }
  }

  /// w₀ of a trial.
  func parameters(key: RandomKey, trial: Int) -> [Double] {
    var stream = RandomStream(key)
    switch (start, layout) {
    case (.near(_, let radius), _):
      return zip(centre, stream.sphere(count: parameterCount, radius: radius)).map { $0 + $1 }
    case (.layers(.rule(let rule)), .layers(let network)):
      return network.randomParameters(rule, stream: &stream)
    case (.layers(.normal(let deviations, let drawsBiases)), .layers(let network)):
      return network.normalParameters(deviations, drawsBiases: drawsBiases, stream: &stream)
    case (.constants(let u, let v), _):
      let count = parameterCount / 2
      return [Double](repeating: u, count: count) + [Double](repeating: v, count: count)
    default: return start.parameters(count: parameterCount, key: key, trial: trial) ?? []
    }
  }
}

/// What parameters are, for starts that ask for it.
enum ParameterLayout: Sendable, Equatable {
  /// Numbers without further structure.
  case plain
  /// The layers of a network.
  case layers(Network)
  /// Two vectors of equal length, u and v.
  case diagonal

  /// The network, if it is one.
  var network: Network? { if case .layers(let network) = self { network } else { nil } }
}

extension Network {
  /// The weights of the affine layers.
  var weightBlocks: [ParameterBlock] { parameterBlocks.filter { $0.shape.count == 2 } }

  /// Normal weights with a standard deviation for each affine layer; biases uniform on ±1/√p, or 0. A layer whose weights are 0 draws
  /// them all the same, so that the others do not depend on it.
  fileprivate func normalParameters(
    _ deviations: [Double], drawsBiases: Bool, stream: inout RandomStream
  ) -> [Double] {
    var parameters = [Double](repeating: 0, count: parameterCount)
    var layer = -1
    for block in parameterBlocks {
      if block.shape.count == 2 {
        layer += 1
        let deviation = deviations[layer]
        parameters.replaceSubrange(
          block.range, with: stream.gaussian(count: block.range.count).map { deviation * $0 })
      } else if drawsBiases {
        let bound = 1 / Double(block.fan.inputs).squareRoot()
        for j in block.range { parameters[j] = bound * (2 * stream.uniform() - 1) }
      }
    }
    return parameters
  }
}
