/// A point of an objective that has a name, such as one of its minimisers.
public struct NamedPoint: Sendable, Equatable {
  /// The name in specs and on the command line.
  public var name: String
  /// The parameters.
  public var parameters: [Double]

  /// Names a point.
  public init(_ name: String, _ parameters: [Double]) {
    self.name = name
    self.parameters = parameters
  }
}
