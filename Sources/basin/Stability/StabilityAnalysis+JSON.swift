import Formats
import Numerics
import Stability

extension StabilityAnalysis {
  /// The result for programs; the keys are in Documentation/stability.md.
  ///
  /// - Parameter hasFigures: whether figures are drawn of it.
  func json(hasFigures: Bool) -> JSON {
    let geometry = input.geometry
    var result: [String: JSON] = [
      "version": .string(Program.version), "command": .string(request.line), "source": .string(input.source),
      "order": .string(request.order.rawValue), "n": .integer(geometry.sampleCount),
      "dimension": .integer(geometry.dimension), "rank": .integer(geometry.rank),
      "rangeRank": .integer(geometry.rangeRank), "isTruncated": .bool(geometry.isTruncated),
      "truncation": truncation.map(JSON.string) ?? .null, "momentum": .number(request.momentum),
      "weightDecay": .number(geometry.weightDecay), "isMinimum": .bool(refusal == nil),
      "refusal": refusal.map(JSON.string) ?? .null, "point": point,
      "eigenvalues": [
        "largest": .number(geometry.decayedEigenvalues[0]),
        "smallestNonzero": .number(geometry.decayedEigenvalues[geometry.rank - 1]),
        "smallest": .number(geometry.smallestEigenvalue + geometry.weightDecay),
      ],
      "indefiniteSamples": .array(geometry.indefiniteSamples.map(JSON.integer)),
      "nonUniformity": .number(nonUniformity), "isNonUniformityPartial": .bool(isNonUniformityPartial),
      "b90": map?.leastBatchSize.map(JSON.integer) ?? .null,
      "startRadius": .number(startRadius), "radius": .number(radius), "isRadiusKnown": .bool(isRadiusKnown),
      "seed": .unsigned(request.seed), "caveats": .array(caveats.map(JSON.string)),
      "citations": citations(hasFigures: hasFigures).json,
    ]
    if let settings = map?.settings {
      result["chains"] = .integer(settings.simulation.chains)
      result["chainSteps"] = .integer(settings.simulation.steps)
    }
    if let confirmation { result["confirmation"] = confirmation.json }
    if let noise = measures?.noise {
      result["gradientNoise"] = [
        "simpleScale": .number(noise.simpleScale), "curvatureScale": .number(noise.curvatureScale),
        "largestStep": .number(noise.largestStep),
      ]
    }
    result["batches"] = .array(dynamics.indices.map(batch))
    return .object(result)
  }

  private var point: JSON {
    var norms: (JSON, JSON) = (.null, .null)
    if let gradients = input.geometry.gradients {
      norms = (.number(LinearAlgebra.norm(gradients.mean)), .number(gradients.meanSquare.squareRoot()))
    }
    return [
      "kind": .string(kindName), "description": .string(kindSentence), "gradientNorm": norms.0,
      "sampleGradientNorm": norms.1,
    ]
  }

  private func batch(_ place: Int) -> JSON {
    let dynamics = dynamics[place]
    let column = map?.columns[place]
    let stability = column?.stability
    func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
    let noise = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: input.geometry.sampleCount)
    let bracket = (stability?.meanSquare).map { JSON.array([.number($0.lower), .number($0.upper)]) }
    var result: [String: JSON] = [
      "batch": .integer(dynamics.batchSize), "noiseFactor": number(noise),
      "etaAll": number(stability?.allBatches?.lower), "etaAllUpper": number(stability?.allBatches?.upper),
      "etaLower": number(stability?.bounds?.lower), "etaMeanSquare": number(stability?.meanSquare.value),
      "etaMeanSquareStandardError": number(stability?.meanSquare.standardError),
      "etaMeanSquareBracket": bracket ?? .null, "etaUpper": number(stability?.bounds?.upper),
      "etaTopEigenvector": number(stability?.bounds?.topEigenvector), "etaTrace": number(stability?.bounds?.trace),
      "etaFullBatch": number(stability?.fullBatch), "etaSufficient": number(stability?.bounds?.sufficient),
      "etaDivergence": number(stability?.bounds?.divergence), "etaAlmostSure": number(stability?.almostSure.value),
      "etaAlmostSureStandardError": number(stability?.almostSure.standardError),
      "verdicts": .array(column?.cells.map(cell) ?? []),
    ]
    if let measured = measures?.batches[place] {
      if let sharpness = measured.sharpness {
        result["batchSharpness"] = [
          "meanOfRatios": Self.measured(sharpness.meanOfRatios), "ratioOfMeans": Self.measured(sharpness.ratioOfMeans),
        ]
      }
      if let interaction = measured.interaction { result["gradientNoiseInteraction"] = Self.measured(interaction) }
      if let step = measured.bestStep { result["bestStep"] = .number(step) }
    }
    return .object(result)
  }

  private func cell(_ cell: StabilityMap.Cell) -> JSON {
    let verdict = cell.verdict
    var result: [String: JSON] = [
      "step": .number(cell.step), "verdict": .string(verdict.verdict.rawValue), "reason": .string(verdict.reason),
      "everyBatchContracts": .bool(verdict.everyBatchContracts),
    ]
    if let exponent = verdict.exponent {
      result["exponent"] = .number(exponent.value)
      result["exponentStandardError"] = .number(exponent.standardError)
    }
    if let tail = cell.tail {
      result["tailExponent"] = .number(tail.value)
      result["tailExponentStandardError"] = .number(tail.standardError)
    }
    if let probability = escapeProbability(cell) { result["escapeProbability"] = .number(probability) }
    if let time = exitTime(cell) { result["exitTime"] = .number(time) }
    if let spread = cell.spread {
      result["stationaryDistance"] = .number(spread.distance)
      result["excessLoss"] = .number(spread.excessLoss)
      result["nullDiffusion"] = .number(spread.nullDiffusion)
    }
    if let isNoiseLimited = isNoiseLimited(cell) { result["isNoiseLimited"] = .bool(isNoiseLimited) }
    return .object(result)
  }

  private static func measured(_ value: MeasuredValue) -> JSON {
    [
      "value": .number(value.value), "low": .number(value.interval.low), "high": .number(value.interval.high),
      "confidence": .number(value.interval.confidence), "batches": .integer(value.batches),
      "isExact": .bool(value.isExact),
    ]
  }
}
