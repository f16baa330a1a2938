import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// What is wrong with a spec: each mistake at its place, with what was expected and what to do; all of them at once.
@Suite("Mistakes in specs") struct SpecMistakeTests {
  private let bench = SpecBench()

  /// The kinds of problems as messages list them; KINDS in the list of mistakes.
  static let kinds = SpecSchema.list(Spec.problems.map { $0.settings.kind })

  @Test("Each is said in so many words", arguments: mistakes.indices) func mistake(_ place: Int) throws {
    let (set, problems) = Self.mistakes[place]
    let wanted = problems.map { $0.replacing("KINDS", with: Self.kinds) }
    #expect(try bench.problems(set: set).map(\.description) == wanted)
  }

  @Test("All that is wrong is said at once") func allAtOnce() throws {
    let locations = try bench.problems(
      """
      {"name": 3, "problem": {"kind": "autoencoder", "featurs": 4, "activation": "rely", "dimension": [6, 2.5]},
       "init": {"kind": "gaussian", "norm": [1, -1]}, "optimizer": {"kind": "sgd", "step": "fast", "order": "iid", "steps": -1},
       "seeds": {"trials": 0, "masters": 1}, "record": {"every": 0, "series": [1]}, "records": {}}
      """
    ).map(\.location)
    #expect(
      Set(locations) == [
        "name", "problem.featurs", "problem.activation", "problem.dimension[1]", "init.norm[1]", "optimizer.step",
        "optimizer.steps",
        "seeds.trials", "seeds.masters", "record.every", "record.series[0]", "records",
      ])
    #expect(locations.count == 12)
  }

  @Test("Mistakes of one part do not hide those of another") func partsAreIndependent() throws {
    let problems = try bench.problems(
      set: ["optimizer.batch=9", "init={\"kind\":\"coefficients\",\"values\":[1]}", "record.series=[\"coefficients\"]"])
    #expect(problems.map(\.location).sorted() == ["optimizer.batch", "record.series[0]"])
    #expect(
      try bench.problems(set: ["problem.features=9", "optimizer.order=replay"]).map(\.location) == [
        "problem.features", "optimizer.order",
      ])
  }

  @Test("Not every point of a large grid is complained about") func enough() throws {
    let problems = try bench.problems(set: [#"optimizer.steps={"range":[1,100,100000]}"#])
    #expect(problems.count >= 50 && problems.count < 60)
    let same = try bench.problems(set: [#"optimizer.step={"range":[1,1,100000]}"#])
    #expect(same.count == 50)
  }

  @Test("What is no object is said once, without complaints about its keys") func noObject() throws {
    let found = try bench.problems(
      #"{"problem": 3, "init": {"kind": "sphere", "norm": 0.5}, "optimizer": [], "seeds": {"trials": 2}}"#)
    #expect(
      found.map(\.description) == [
        "optimizer: expected at least one value, found an empty list.",
        "problem: expected an object whose \"kind\" is \(Self.kinds), found 3.",
      ])
  }

  @Test("A text that is no spec", arguments: ["", "[]", "3", "{", #"{"a": 1, "a": 2}"#, "\u{FEFF}[1]"]) func noSpec(
    _ text: String
  ) throws {
    let problems = try bench.problems(text)
    #expect(problems.count == 1)
    #expect(problems[0].location.hasPrefix(bench.scratch.file("spec.json")))
  }

  @Test("Damaged texts are read or refused, never a stop", arguments: 0..<5) func damaged(_ seed: UInt64) throws {
    let text = SpecGridTests.documented.replacingOccurrences(
      of: "\"seeds\"",
      with: #""zip": [["optimizer.batch", "optimizer.step"]], "seeds""#
    ).replacingOccurrences(of: "0.2", with: #"{"range": [0.1, 0.4, 4]}"#)
    let original = Array(text.utf8)
    #expect(try bench.problems(text) == [])
    var stream = testStream(seed)
    let pool = Array(#"{}[]",:0123456789eE+-.truefalsn"#.utf8)
    var refused = 0
    for _ in 0..<1_000 {
      var bytes = original
      for _ in 0...stream.integer(below: 3) {
        let place = stream.integer(below: bytes.count)
        switch stream.integer(below: 5) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(pool[stream.integer(below: pool.count)], at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + stream.integer(below: 30)))
        case 3:
          let from = stream.integer(below: bytes.count)
          bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + stream.integer(below: 30))], at: place)
        default: bytes[place] = pool[stream.integer(below: pool.count)]
        }
      }
      do throws(SpecProblems) {
        _ = try bench.read(bytes: bytes)
      } catch {
        #expect(!error.problems.isEmpty)
        for problem in error.problems {
          #expect(!problem.location.isEmpty && !problem.expected.isEmpty && !problem.found.isEmpty)
        }
        refused += 1
      }
    }
    #expect(refused > 700 && refused < 1_000)
  }

  @Test("Values put anywhere are read or refused, never a stop") func exchanged() throws {
    let values = [
      "null", "true", "0", "-1", "1e300", "1.5", "18446744073709551615", "\"\"", "\"sgd\"", "\"iid\"", "[]", "[[]]",
      "[null]", "[1,[2]]",
      "{}", "{\"kind\":\"replay\"}", "{\"kind\":\"file\",\"path\":\"\"}", "{\"range\":[1,3,3]}",
      "{\"logspace\":[1,3,3]}", "[{},[]]",
      "{\"kind\":[]}", "[\"zeros\",{}]", "{\"base\":[1,[2]],\"decays\":[[]]}",
    ]
    let places = [
      "name", "problem", "problem.kind", "problem.data", "problem.features", "problem.dimension", "problem.activation",
      "init", "init.kind",
      "init.norm", "init.values", "optimizer", "optimizer.step", "optimizer.batch", "optimizer.order",
      "optimizer.steps", "optimizer.stop",
      "optimizer.reduction", "optimizer.stop.tolerance", "optimizer.stop.every", "seeds", "seeds.master",
      "seeds.trials", "record", "record.every", "record.series",
      "record.final", "zip",
    ]
    var sound = 0
    for place in places {
      for value in values {
        let problems = try bench.problems(set: ["\(place)=\(value)", "seeds.trials=1"])
        if problems.isEmpty { sound += 1 }
        for problem in problems { #expect(!problem.location.isEmpty, "\(place) = \(value)") }
      }
    }
    #expect(sound > 50 && sound < 300)
  }
}
