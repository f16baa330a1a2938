#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension NetworkObjective {
  /// Room for the passes of a mini-batch, grown when a larger one comes.
  public struct Workspace: Sendable {
    var storage: [Scalar] = []
    var lanes: [Lanes] = []
    /// How many bytes of passes may stay for the next product; 0 for none.
    var keepingUpTo = 0
    /// Whose passes stand in `storage`.
    var kept: KeptPasses?
  }

  /// The point and the batch whose forward passes, and perhaps backward ones, are still there.
  struct KeptPasses: Sendable {
    let parameters: [Scalar]
    let batch: Batch
    var adjoints: AdjointWeights
  }

  /// How samples are weighted in the adjoints of a pass.
  enum AdjointWeights: Sendable {
    /// There are none, or nobody may rely on them.
    case none
    /// As in the batch's mean.
    case mean
    /// Each by 1.
    case each
  }

  /// An empty workspace.
  public func makeWorkspace() -> Workspace { Workspace() }

  /// A workspace that keeps the passes of the last products, so that the next at the same point and over the same batch
  /// saves the forward pass and the first half of the backward one: about a quarter of the work, and the activations'
  /// exponentials.
  public func makeWorkspace(keepingUpTo bytes: Int) -> Workspace {
    var workspace = Workspace()
    workspace.keepingUpTo = bytes
    return workspace
  }

  /// The bytes of the passes of Hessian-vector products over `count` samples.
  public func workspaceBytes(sampleCount count: Int, keepingUpTo bytes: Int) -> Int {
    let kept = storageCount(total: count, tangents: true, keeps: true) * MemoryLayout<Scalar>.stride
    return kept <= bytes
      ? kept : storageCount(total: count, tangents: true, keeps: false) * MemoryLayout<Scalar>.stride
  }

  /// The numbers that passes of `total` samples need, chunk by chunk in the same place or all kept.
  private func storageCount(total: Int, tangents: Bool, keeps: Bool) -> Int {
    let most = min(total, tangents ? largestTangentChunk : largestChunk)
    let (p, units) = (network.inputCount, network.unitCount)
    if !keeps { return most * (p + units * (tangents ? 4 : 2)) }
    return most * (p + 2 * units * (1 + (total + most - 1) / max(1, most)))
  }

  /// Calls `body` with a pass, not made yet or kept from before, for each chunk of the batch's distinct samples, and the
  /// chunk.
  ///
  /// - Parameter weights: the adjoints that `body` leaves in the pass, or finds there if they were kept; `none` if it does
  ///   not touch them, or nothing is to be kept.
  @inline(__always)
  func forEachChunk(
    of batch: Batch, at parameters: Span<Scalar>, tangents: Bool, adjoints weights: AdjointWeights = .none,
    using workspace: inout Workspace, _ body: (NetworkPass<Scalar>, Range<Int>) -> Void
  ) {
    precondition(parameters.count == parameterCount, "parameters of this network")
    let (p, units, total) = (network.inputCount, network.unitCount, batch.indices.count)
    let most = min(total, tangents ? largestTangentChunk : largestChunk)
    let room = tangents && workspace.keepingUpTo > 0 ? storageCount(total: total, tangents: true, keeps: true) : .max
    let keeps = room <= workspace.keepingUpTo / MemoryLayout<Scalar>.stride
    let found = keeps ? kept(at: parameters, over: batch, in: workspace) : nil
    let needed = keeps ? room : storageCount(total: total, tangents: tangents, keeps: false)
    if workspace.storage.count < needed { workspace.storage = [Scalar](repeating: 0, count: needed) }
    workspace.kept = nil
    parameters.withUnsafeBufferPointer { parameters in
      inputs.withUnsafeBufferPointer { inputs in
        workspace.storage.withUnsafeMutableBufferPointer { storage in
          guard let parameters = parameters.baseAddress, let data = inputs.baseAddress, let memory = storage.baseAddress
          else { return }
          let section = most &* units
          let shared = memory + most &* p
          var values = tangents ? shared + 2 &* section : shared
          var start = 0
          while start < total {
            let chunk = start..<min(start &+ most, total)
            let pass = NetworkPass(
              stages: network.stages, slopeAtKink: slopeAtKink, count: chunk.count, parameters: parameters,
              inputs: rows(of: batch, chunk, data, gatheredIn: memory), values: values, adjoints: values + section,
              tangents: tangents ? shared : values, adjointTangents: tangents ? shared + section : values,
              hasValues: found != nil, hasAdjoints: weights != .none && found?.adjoints == weights)
            body(pass, chunk)
            start = chunk.upperBound
            if keeps { values += 2 &* section }
          }
        }
      }
    }
    if keeps { keep(found, at: parameters, over: batch, weights, in: &workspace) }
  }

  /// What the workspace has kept of this very point and batch.
  private func kept(at parameters: Span<Scalar>, over batch: Batch, in workspace: Workspace) -> KeptPasses? {
    guard let kept = workspace.kept, kept.parameters.count == parameters.count, kept.batch == batch else { return nil }
    let isSame = kept.parameters.withUnsafeBytes { old in
      parameters.withUnsafeBytes { new in
        guard let a = old.baseAddress, let b = new.baseAddress else { return false }
        return memcmp(a, b, old.count) == 0
      }
    }
    return isSame ? kept : nil
  }

  /// Notes whose passes the storage holds now.
  private func keep(
    _ found: KeptPasses?, at parameters: Span<Scalar>, over batch: Batch, _ weights: AdjointWeights,
    in workspace: inout Workspace
  ) {
    var kept =
      found
      ?? KeptPasses(
        parameters: parameters.withUnsafeBufferPointer { Array($0) }, batch: batch, adjoints: .none)
    if weights != .none { kept.adjoints = weights }
    workspace.kept = kept
  }
}
