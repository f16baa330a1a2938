import Citations
import Curvature
import Formats
import Foundation
import Numerics
import Objectives
import Reporting

extension DiagnosisRun {
  /// Box, worst-case, average and adaptive sharpness, at usual radii.
  mutating func measureSharpness() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.sharpness)
    section.citations = [.foret, .kwon, .keskar, .andriushchenkoModern, .salmon] + searchCitations
    let top = try hessianEnds().largest[0]
    let ascent = AscentOptions(
      starts: 3, gradientsPerStart: 25, seeds: seeds, trial: trial(.sharpness), workers: options.workers)
    var table = Table(
      name: "sharpness", caption: "How much the loss can rise, or rises on average, around the weights.",
      columns: [
        .init("name", "which notion"), .init("radius", "of the neighbourhood"), .init("value", "the rise of the loss"),
        .init("low", "lower end of the 95 % interval; the value itself for a lower bound"),
        .init("high", "upper end; empty for a lower bound"), .init("kind", "a lower bound, or a mean"),
      ])
    table.title = "Notions of sharpness"
    table.shown = [
      .init("notion", .plain("name")), .init("rise of the loss", .plain("value")), .init("from", .plain("low")),
      .init("to", .plain("high")), .init("kind", .plain("kind")),
    ]
    var members: [String: JSON] = [:]
    let worst: [(String, String, Double, PerturbationNorm, PerturbationScale)] = [
      ("worstCase", "worst case, ‖δ‖ ≤ 0.05", 0.05, .euclidean, .uniform),
      ("adaptiveWorstCase", "adaptive worst case, ‖δ/|θ|‖ ≤ 0.5", 0.5, .euclidean, .elementwise()),
      ("adaptiveWorstCaseMaximum", "adaptive worst case, max |δ/θ| ≤ 0.01", 0.01, .maximum, .elementwise()),
    ]
    for (key, title, radius, norm, scale) in worst {
      let found = try narrow.worstCaseSharpness(
        at: narrowParameters, radius: radius, norm: norm, scale: scale, startingAlong: [top.vector], options: ascent)
      members[key] = [
        "atLeast": .number(found.atLeast), "radius": .number(radius), "isStationary": .bool(found.isStationary),
        "gradients": .integer(found.gradients),
      ]
      section.lines.append((title, "at least \(NumberText.readable(found.atLeast))"))
      table.append([.text(title), .number(radius), .number(found.atLeast), .number(found.atLeast), "", "lower bound"])
    }
    let box = try narrow.boxSharpness(at: narrowParameters, size: 1e-3, options: ascent)
    members["box"] = [
      "percentAtLeast": .number(box.percentAtLeast), "size": .number(box.size),
      "gradients": .integer(box.maximum.gradients),
    ]
    section.lines.append(("Keskar's box, ε = 0.001", "at least \(NumberText.readable(box.percentAtLeast)) %"))
    table.append([
      "Keskar's box, in % of 1 + loss", .number(box.size), .number(box.percentAtLeast), .number(box.percentAtLeast), "",
      "lower bound",
    ])
    let average: [(String, String, Double, PerturbationScale)] = [
      ("average", "average, δ ~ N(0, 0.005²)", 0.005, .uniform),
      ("adaptiveAverage", "adaptive average, δ/|θ| ~ N(0, 0.05²)", 0.05, .elementwise()),
    ]
    for (place, (key, title, radius, scale)) in average.enumerated() {
      let found = try narrow.averageSharpness(
        at: narrowParameters, radius: radius, scale: scale, probes: 30, seeds: seeds,
        trial: trial(.sharpness) + 1 + place, workers: options.workers)
      members[key] = [
        "value": .number(found.value), "radius": .number(radius), "standardError": .number(orNull: found.standardError),
        "low": .number(orNull: found.interval?.low), "high": .number(orNull: found.interval?.high),
        "probes": .integer(found.probes),
      ]
      let words =
        found.interval.map { NumberText.readable(found.value, from: $0.low, to: $0.high) }
        ?? NumberText.readable(found.value)
      section.lines.append((title, words))
      table.append([
        .text(title), .number(radius), .number(found.value),
        found.interval.map { .number($0.low) } ?? "", found.interval.map { .number($0.high) } ?? "", "mean",
      ])
    }
    section.json = .object(members)
    section.tables.append(table)
    section.caveats.append(
      "Worst cases come from gradient ascent and are lower bounds: the loss rises by that much for certain, perhaps by more."
    )
    return section
  }

  /// The loss along the sharpest direction and along random ones.
  mutating func measureSlices() throws(InputError) -> DiagnosisSection {
    var section = DiagnosisSection(.slices)
    section.citations = [.goodfellow, .li, .salmon] + searchCitations
    let top = try hessianEnds().largest[0]
    let fine = 2 * options.sliceSize + 1
    // As far as the quadratic model takes the loss to twice its value and one more.
    let loss = objective.loss(at: parameters)
    let reach = top.value > 0 ? (2 * (1 + loss) / top.value).squareRoot() : 1
    func grid(_ reach: Double, _ count: Int) -> [Double] {
      (0..<count).map { reach * (2 * Double($0) / Double(count - 1) - 1) }
    }
    let sharp = try narrow.lossSlice(
      at: narrowParameters, along: top.vector, coordinates: grid(reach, fine), workers: options.workers)
    let first = try network.filterNormalizedDirection(
      at: narrowParameters, seeds: seeds, trial: trial(.slices), number: 0)
    let second = try network.filterNormalizedDirection(
      at: narrowParameters, seeds: seeds, trial: trial(.slices), number: 1)
    let random = try narrow.lossSlice(
      at: narrowParameters, along: first, coordinates: grid(1, fine), workers: options.workers)
    let side = grid(1, options.sliceSize)
    let plane = try narrow.lossSlice(
      at: narrowParameters, along: first, and: second, horizontal: side, vertical: side, workers: options.workers)
    let isRising = plane.losses.allSatisfy { !($0 < plane.centre) }
    section.json = [
      "centre": .number(plane.centre), "sharpest": json(sharp), "random": json(random), "plane": json(plane),
      "nonFinite": .integer(sharp.nonFiniteCount + random.nonFiniteCount + plane.nonFiniteCount),
    ]
    section.lines = [
      ("along the sharpest", words(sharp)), ("along a random one", words(random)), ("in a random plane", words(plane)),
    ]
    section.figures = [lines(sharp, random, curvature: top.value), map(plane)]
    section.statements.append(
      "In a random plane, scaled as the filters, \(isRising ? "the loss is nowhere lower" : "there are points with a lower loss") "
        + "on \(plane.losses.count) points up to once the weights' own length away.")
    section.caveats.append(
      "A plane of random directions shows two of \(dimension) dimensions: it says little about the others, and nothing about saddles."
    )
    return section
  }

  private func json(_ slice: LossSlice) -> JSON {
    [
      "horizontal": .array(slice.horizontal.map(JSON.number)), "vertical": .array(slice.vertical.map(JSON.number)),
      "losses": .array(slice.losses.map { .number(orNull: $0) }),
    ]
  }

  private func words(_ slice: LossSlice) -> String {
    guard let range = slice.range else { return "no finite loss" }
    return
      "from \(NumberText.readable(range.lowerBound, digits: 4)) to \(NumberText.readable(range.upperBound, digits: 4))"
      + (slice.nonFiniteCount > 0 ? ", \(slice.nonFiniteCount) not finite" : "")
  }

  private func lines(_ sharp: LossSlice, _ random: LossSlice, curvature: Double) -> Figure {
    let slope = zip(gradient, ends?.largest[0].vector ?? []).reduce(0.0) { $0 + $1.0 * Double($1.1) }
    let model = sharp.horizontal.map { sharp.centre + slope * $0 + 0.5 * curvature * $0 * $0 }
    return Figure(
      name: "slices", title: "The loss along two lines",
      caption:
        "The loss along the eigenvector of λ_max, with the quadratic model that gradient and λ_max give, and along a random "
        + "direction scaled as the filters, in units of the weights' own length.",
      panels: [
        .init(
          title: "sharpest direction", horizontal: .init("distance along the eigenvector"), vertical: .init("loss"),
          layers: [
            .init("loss", .line, .blue, x: sharp.horizontal, y: sharp.losses.map { $0.isFinite ? $0 : .nan }),
            .init("quadratic model", .dashed, .vermilion, x: sharp.horizontal, y: model),
          ]),
        .init(
          title: "random direction", horizontal: .init("fraction of the weights' length"), vertical: .init("loss"),
          layers: [.init("loss", .line, .blue, x: random.horizontal, y: random.losses.map { $0.isFinite ? $0 : .nan })]),
      ])
  }

  /// Shades of log(loss + 1 ‰ of the largest), so that the valley is seen as well as the walls.
  private func map(_ slice: LossSlice) -> Figure {
    let cells = Figure.Cell.grid(slice.horizontal, slice.vertical, logarithmic: (x: false, y: false)).flatMap { $0 }
    let range = slice.range ?? 0...1
    let floor = max(range.upperBound - range.lowerBound, .leastNormalMagnitude) / 1_000
    func level(_ loss: Double) -> Double { log(loss - range.lowerBound + floor) }
    let span = level(range.lowerBound)...level(range.upperBound)
    return Figure(
      name: "plane", title: "The loss in a random plane",
      caption:
        "Shades of the loss over two random directions scaled as the filters, in units of the weights' own length; equal steps of "
        + "shade are equal ratios of the loss above its lowest value. Labels are losses.",
      panels: [
        .init(
          horizontal: .init("first direction"), vertical: .init("second direction"),
          layers: Figure.Layer.shaded(cells, values: slice.losses.map(level), over: span) { share in
            range.lowerBound - floor
              + exp(span.lowerBound + share * (span.upperBound - span.lowerBound))
          }, equalScales: true)
      ])
  }
}
