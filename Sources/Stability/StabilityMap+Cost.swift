import Numerics

extension StabilityMap.Settings {
  /// Settings with as much simulation as a minute or so allows: up to 200 chains for Λ, fewer (16 at least) where
  /// they would take longer, and κ only where it is cheap. They depend on nothing but the problem.
  ///
  /// - Parameters:
  ///   - geometry: The minimum.
  ///   - dynamics: The batch sizes of the map.
  ///   - stepCount: How many step sizes it has.
  ///   - chains: How many chains to use whatever they cost; nil decides.
  ///   - hasTails: Whether κ is wanted whatever it costs.
  public init(
    affordableFor geometry: MinimumGeometry, dynamics: [Dynamics], stepCount: Int, chains: Int? = nil,
    hasTails: Bool = false
  ) {
    self.init()
    let chain = StabilityMap.operations(geometry, dynamics, stepCount, StabilityMap.oneChain)
    simulation.chains = chains ?? max(16, min(200, Int(Self.affordable / max(chain, 1))))
    if !hasTails, StabilityMap.tailOperations(geometry, dynamics, stepCount) > Self.affordable { tailSimulation = nil }
  }

  /// So many floating-point operations take a core about a minute.
  private static let affordable = 1e11
}

extension StabilityMap {
  fileprivate static let oneChain = MonteCarlo(chains: 1)

  /// About how many floating-point operations the simulation of a map takes.
  public static func estimatedOperations(
    _ geometry: MinimumGeometry, dynamics: [Dynamics], stepCount: Int, _ settings: Settings
  ) -> Double {
    operations(geometry, dynamics, stepCount, settings.simulation)
      + (settings.tailSimulation == nil ? 0 : tailOperations(geometry, dynamics, stepCount))
  }

  /// A threshold takes about 12 simulations, and half of the cells one.
  fileprivate static func operations(
    _ geometry: MinimumGeometry, _ dynamics: [Dynamics], _ stepCount: Int, _ simulation: MonteCarlo
  ) -> Double {
    let steps = Double(simulation.chains * simulation.steps) * 1.25
    return dynamics.reduce(0) {
      $0 + geometry.simulationCost(of: $1)
        * (steps * (12 + Double(stepCount) / 2)
          + geometry.populationSteps(of: $1, simulation) * (geometry.isEnumerable($1) ? 0 : 40))
    }
  }

  /// A third of the cells have a κ, from two populations with about eight simulations each.
  fileprivate static func tailOperations(
    _ geometry: MinimumGeometry, _ dynamics: [Dynamics], _ stepCount: Int
  ) -> Double {
    guard let simulation = Settings().tailSimulation else { return 0 }
    return dynamics.reduce(0) {
      $0 + geometry.simulationCost(of: $1) * geometry.populationSteps(of: $1, simulation) * 16 * Double(stepCount) / 3
    }
  }
}

extension MinimumGeometry {
  /// How many steps of chains a population makes: whole epochs, 10 at least, where they are reshuffled.
  fileprivate func populationSteps(of dynamics: Dynamics, _ simulation: MonteCarlo) -> Double {
    let least = dynamics.sampling == .reshuffle ? 10 * dynamics.epochLength(sampleCount: sampleCount) : 0
    return Double(simulation.chains) * max(1.25 * Double(simulation.steps), Double(least))
  }

  /// Whether η_meanSquare needs no simulation; it takes 4 populations with about 10 steps each where it does.
  fileprivate func isEnumerable(_ dynamics: Dynamics) -> Bool {
    dynamics.sampling != .reshuffle || (dynamics.momentum == 0 && canEnumerateEpoch(dynamics))
  }

  /// About how many floating-point operations a step of a simulated chain takes; 0 where nothing is simulated.
  fileprivate func simulationCost(of dynamics: Dynamics) -> Double {
    let noise = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount)
    guard noise != 0, commutingMultipliers(of: dynamics, limit: 500) == nil else { return 0 }
    let rows = Double(curvature.rowsPerSample * rank) * (curvature.outputCount == nil ? 2 : 4)
    // Large batches are multiplied all at once.
    let samples = min(Double(dynamics.batchSize), Double(sampleCount) / 8)
    return max(samples, 1) * rows + 20 * Double(rank) + 20 * Double(dynamics.batchSize) + 100
  }
}
