import DataSets
import Foundation
import Numerics
import TestSupport
import Testing

@Suite("Drawn data sets") struct SyntheticDataTests {
  private func key(_ seed: UInt64) -> RandomKey { RandomKey(seed: seed, purpose: .data) }

  @Test("Sparse linear data: unit coefficients of one sign on the first inputs, targets to match") func sparse() {
    let settings = SparseLinearData(sampleCount: 40, inputCount: 30, sparsity: 4, testCount: 7)
    let data = settings.drawn(key(3))
    #expect(data == settings.drawn(key(3)) && data != settings.drawn(key(4)))
    #expect(data.training.sampleCount == 40 && data.test.sampleCount == 7 && data.truth.count == 30)
    #expect(abs(data.truth.reduce(0) { $0 + $1 * $1 } - 1) < 1e-14)
    #expect(data.truth.prefix(4).allSatisfy { $0 > 0 } && data.truth.dropFirst(4).allSatisfy { $0 == 0 })
    for samples in [data.training, data.test] {
      for i in 0..<samples.sampleCount {
        let sum = zip(samples.row(i), data.truth).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(sum - samples.targets[i]) < 1e-14)
      }
    }
  }

  @Test("Inputs of sparse linear data are standard normal") func normal() throws {
    let features = SparseLinearData(sampleCount: 500, inputCount: 20, sparsity: 4).drawn(key(5)).training.features
    let mean = features.reduce(0, +) / 10_000
    let square = features.reduce(0) { $0 + $1 * $1 } / 10_000
    #expect(abs(mean) < 4.5 / 100 && abs(square - 1) < 4.5 * 2.0.squareRoot() / 100)
  }

  @Test("Two-layer teacher: inputs and neurons on the unit circle, outer weights ±1") func twoLayerTeacher() {
    let data = TeacherData.twoLayer.drawn(key(8))
    #expect(data.training.sampleCount == 15 && data.test.sampleCount == 1000 && data.truth.count == 9)
    for i in 0..<15 { #expect(abs(data.training.row(i).reduce(0) { $0 + $1 * $1 } - 1) < 1e-14) }
    let (neurons, outer) = (data.truth.prefix(6), data.truth.suffix(3))
    #expect(outer.allSatisfy { abs($0) == 1 })
    for samples in [data.training, data.test] {
      for i in 0..<samples.sampleCount {
        let x = Array(samples.row(i))
        var y = 0.0
        for unit in 0..<3 {
          let sum = neurons[2 * unit] * x[0] + neurons[2 * unit + 1] * x[1]
          y += outer[6 + unit] * max(sum, 0)
        }
        #expect(abs(y - samples.targets[i]) < 1e-14)
      }
    }
    let signs = (0..<40).map { TeacherData.twoLayer.drawn(key($0)).truth.suffix(3).reduce(0, +) }
    #expect(Set(signs) == [-3, -1, 1, 3])
  }

  @Test("Three-layer teacher: 5-2-2-1 with biases") func threeLayerTeacher() {
    let data = TeacherData.threeLayer.drawn(key(2))
    #expect(data.training.sampleCount == 50 && data.training.inputCount == 5 && data.test.sampleCount == 1000)
    let t = data.truth
    #expect(t.count == 10 + 2 + 4 + 2 + 2 + 1)
    for i in 0..<50 {
      let x = Array(data.training.row(i))
      var hidden: [Double] = []
      for unit in 0..<2 {
        var sum = t[10 + unit]
        for j in 0..<5 { sum += t[5 * unit + j] * x[j] }
        hidden.append(max(sum, 0))
      }
      var output = t[20]
      for unit in 0..<2 {
        var sum = t[16 + unit]
        for j in 0..<2 { sum += t[12 + 2 * unit + j] * hidden[j] }
        output += t[18 + unit] * max(sum, 0)
      }
      #expect(abs(output - data.training.targets[i]) < 1e-14)
    }
    #expect(t[10..<12].allSatisfy { abs($0) <= 1 / 5.0.squareRoot() } && t[10] != 0)
  }

  @Test("Blanc's twelve points") func blanc() {
    let samples = RegressionSamples.blanc
    #expect(samples.sampleCount == 12 && samples.inputCount == 1)
    #expect(samples.features.first == -5.5 / 4 + 0.07 && samples.features.last == 5.5 / 4 + 0.07)
    #expect(samples.targets.first == 0.345 - 2 && samples.targets.last == 0.345 - 1)
    let sum: Double = samples.targets.reduce(0, +)
    #expect(abs(sum - 7.64) < 1e-12)
  }

  @Test("Support data: irrelevant columns centred, mirrored twins, inputs shared across targets and noises")
  func support() {
    var settings = SupportData(inputsDrawn: 200, noise: .mirrored(standardDeviation: 0.5), testCount: 9)
    let mirrored = settings.drawn(key(1))
    #expect(mirrored.training.sampleCount == 400 && mirrored.test.sampleCount == 9)
    for column in 0..<15 {
      let sum = (0..<200).reduce(0) { $0 + mirrored.training.features[15 * $1 + column] }
      #expect(column < 5 ? abs(sum) > 1e-3 : abs(sum) < 1e-11)
    }
    let clean = settings.targets(of: mirrored.training.features)
    for i in 0..<200 {
      #expect(mirrored.training.row(i).elementsEqual(mirrored.training.row(i + 200)))
      let (e, f) = (mirrored.training.targets[i] - clean[i], mirrored.training.targets[i + 200] - clean[i])
      #expect(abs(e + f) < 1e-12 && e != 0)
      #expect(abs(clean[i] - mirrored.training.row(i).prefix(5).reduce(0, +)) < 1e-14)
    }
    var square = 0.0
    for i in 0..<200 {
      let noise = mirrored.training.targets[i] - clean[i]
      square += noise * noise / 200
    }
    // e²/0.25 has mean 1 and variance 2.
    #expect(abs(square - 0.25) < 4.5 * 0.25 * 0.1)
    settings.noise = .fixed(standardDeviation: 0.5)
    let fixed = settings.drawn(key(1))
    #expect(fixed.training.features == Array(mirrored.training.features.prefix(200 * 15)))
    #expect(fixed.training.targets == Array(mirrored.training.targets.prefix(200)))
    settings.noise = .none
    settings.target = .sine
    let sine = settings.drawn(key(1))
    #expect(sine.training.features == fixed.training.features && sine.truth.isEmpty)
    #expect(zip(sine.training.targets, clean).allSatisfy { abs($0 - sin($1)) < 1e-14 })
    #expect(sine.test.features == mirrored.test.features)
  }

  @Test("The staircase raises input j to the power j + 1") func staircase() {
    let settings = SupportData(inputsDrawn: 2, inputCount: 4, relevantCount: 3, target: .staircase)
    #expect(settings.targets(of: [2, 3, -2, 9, 1, 1, 1, 0]) == [2 + 9 - 8, 3])
  }

  @Test("The publication's set has ten thousand rows") func published() {
    let linear = SupportData.published(.linear).drawn(key(1)).training
    #expect(linear.sampleCount == 10_000 && linear.inputCount == 15)
    #expect(abs(linear.targets[0] - linear.targets[5000]) < 1e-2 && linear.targets[0] != linear.targets[5000])
    let stairs = SupportData.published(.staircase).drawn(key(1)).training
    #expect(stairs.targets[17] == stairs.targets[5017] && stairs.features == linear.features)
  }
}
