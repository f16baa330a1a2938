extension Allotment {
  /// The numbers of one configuration's trials that a shard has, in ascending order, without a list of them.
  public struct Trials: Sendable, Hashable, RandomAccessCollection {
    /// The first of the even part, and the distance from one to the next.
    private let first: Int
    private let stride: Int
    /// How many the even part has.
    private let even: Int
    /// Those that were left over, all above the even part.
    internal(set) public var leftovers: Range<Int>

    /// The even part of `trials`.
    init(shard: Shard, trials: Int) {
      first = shard.number - 1
      stride = shard.count
      even = trials / shard.count
      leftovers = trials..<trials
    }

    /// 0: positions count from there.
    public var startIndex: Int { 0 }
    /// How many there are; O(1).
    public var endIndex: Int { even + leftovers.count }

    /// The trial at `position` of 0..<`count`; O(1).
    public subscript(position: Int) -> Int {
      precondition(indices.contains(position), "there is no such position")
      return position < even ? first + position * stride : leftovers.lowerBound + position - even
    }

    /// Whether `trial` is one of these; O(1).
    public func contains(_ trial: Int) -> Bool {
      if leftovers.contains(trial) { return true }
      let distance = trial - first
      return distance >= 0 && distance < even * stride && distance.isMultiple(of: stride)
    }
  }
}
