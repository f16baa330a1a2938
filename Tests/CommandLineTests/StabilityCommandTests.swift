import Formats
import Foundation
import Testing

/// `basin stability` on files and on named problems.
@Suite("basin stability") struct StabilityCommandTests {
  /// Four 2 × 2 matrices with known thresholds.
  private static let hessians = [2, 1, 1, 1, 1, 0, 0, 0.5, 4, -1, -1, 1, 1, 0, 0, 0]
  private static let regular: [Double] = [1, 0, -1, 1, 0, -2, 0, 1]

  private static let arrays: [(name: String, shape: [Int], values: [Double])] = [
    ("H.npy", [4, 2, 2], hessians), ("G.npy", [4, 2], regular), ("moving.npy", [4, 2], [1, 0, 1, 1, 0, -2, 0, 1]),
    ("zero.npy", [4, 2], [Double](repeating: 0, count: 8)), ("J.npy", [3, 2], [2, 0, 1, 1, 0, 1]),
    ("J3.npy", [3, 1, 2], [2, 0, 1, 1, 0, 1]), ("A.npy", [3, 1, 1], [1, 1, 1]), ("a.npy", [3, 1], [4, 4, 4]),
    ("mean.npy", [2, 2], [2, 0, 0, 0.625]), ("flat.npy", [16], hessians),
    ("wide.npy", [4, 2, 3], [Double](repeating: 1, count: 24)),
    ("skew.npy", [1, 2, 2], [1, 0.5, 0, 1]), ("nan.npy", [1, 2, 2], [1, 0, 0, .nan]),
    ("indefinite.npy", [3, 2, 2], [2, 1, 1, -0.5, 1, -1, -1, 0.5, 1.5, 0, 0, 3]),
    ("saddle.npy", [2, 2, 2], [2, 0, 0, -0.5, 1, 0, 0, -0.1]), ("hill.npy", [2, 1, 1], [1, -3]),
    ("empty.npy", [0, 2, 2], []), ("at.npy", [1], [1.01]),
  ]

  /// Runs `basin` in a directory with all files.
  private func run(_ arguments: [String]) throws -> RunningProgram.Outcome {
    try withFiles { try BuiltProgram.run(["stability"] + arguments, in: $0) }
  }

  private func withFiles<Result>(_ body: (URL) throws -> Result) throws -> Result {
    try BuiltProgram.withDirectory { directory in
      for array in Self.arrays {
        try NPYFile(shape: array.shape, values: array.values).write(to: directory.appending(path: array.name).path)
      }
      return try body(directory)
    }
  }

  private func json(_ arguments: [String]) throws -> JSON {
    let outcome = try run(arguments + ["--json", "-"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSON(parsing: outcome.output, location: "standard output")
  }

  private func batches(_ json: JSON) throws -> [JSON] {
    guard case .array(let batches) = try #require(json["batches"]) else { return [] }
    return batches
  }

  private func verdicts(_ batch: JSON) throws -> [String] {
    guard case .array(let cells) = try #require(batch["verdicts"]) else { return [] }
    return cells.compactMap { if case .string(let text) = $0["verdict"] { text } else { nil } }
  }

  @Test("gives every key of the contract, with the known thresholds") func contract() throws {
    let json = try json([
      "--hessians", "H.npy", "--batch", "1,2,4", "--order", "subset", "--step", "0.3,0.5,0.9,1.5",
    ])
    #expect(json["order"] == "subset" && json["n"] == 4 && json["dimension"] == 2 && json["rank"] == 2)
    #expect(json["isMinimum"] == true && json["refusal"] == .null && json["b90"] == 3)
    let batches = try batches(json)
    #expect(batches.count == 3)
    let keys = [
      "batch", "etaAll", "etaLower", "etaMeanSquare", "etaMeanSquareBracket", "etaUpper", "etaFullBatch",
      "etaSufficient", "etaDivergence", "etaAlmostSure", "etaAlmostSureStandardError", "verdicts",
    ]
    for batch in batches { for key in keys { #expect(batch[key] != nil && batch[key] != .null, "\(key)") } }
    let golden: [String: Double] = [
      "etaMeanSquare": 0.669944621, "etaLower": 0.637148, "etaUpper": 0.680389, "etaSufficient": 0.488699,
      "etaDivergence": 1.396163, "etaFullBatch": 1, "etaTopEigenvector": 0.727273, "etaTrace": 0.743363,
    ]
    for (key, value) in golden { #expect(abs(try #require(batches[0][key]?.double) - value) < 1e-6, "\(key)") }
    #expect(try verdicts(batches[0]) == ["stay", "stay", "fragile", "leave"])
    #expect(try verdicts(batches[2]) == ["stay", "stay", "stay", "leave"])
    guard case .array(let bracket) = try #require(batches[0]["etaMeanSquareBracket"]) else { return }
    let ends = bracket.compactMap(\.double)
    #expect(ends.count == 2 && ends[0] <= 0.66994463 && ends[1] >= 0.66994462 && ends[1] - ends[0] < 1e-8)
  }

  @Test("the map of characters, and every caveat that applies") func text() throws {
    let outcome = try run([
      "--hessians", "H.npy", "--batch", "1,4", "--order", "subset", "--step", "0.3,0.5,0.9,1.5", "--chains", "50",
    ])
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(
      outcome.output.contains(
        """
        The map
          η \\ b  1  4
            1.5  L  L
            0.9  F  S
            0.5  s  S
            0.3  S  S

        """))
    for part in [
      "taken for an interpolating minimum, as no gradients were given", "subset: a fresh subset each step",
      "50 chains of 400 steps", "Linear theory says when a minimum is left, not where the run goes.",
      "η_almostSure falls here where b", "bounded cycle of two points",
    ] { #expect(outcome.output.contains(part), "\(part)") }
    #expect(!outcome.output.contains("with --order how yours"))
  }

  @Test("factors give what their Hessians give, with weights and from three axes") func factors() throws {
    func value(_ arguments: [String]) throws -> Double {
      let batch = try batches(try json(arguments + ["--batch", "2", "--order", "subset", "--step", "0.1"]))[0]
      return try #require(batch["etaMeanSquare"]?.double)
    }
    #expect(abs(try value(["--jacobians", "J.npy"]) - 0.938164490) < 1e-9)
    #expect(try value(["--jacobians", "J3.npy", "--weights", "A.npy"]) == value(["--jacobians", "J.npy"]))
    #expect(abs(try 4 * value(["--jacobians", "J.npy", "--weights", "a.npy"]) - 0.938164490) < 1e-8)
    #expect(abs(try value(["--problem", "three-gradients"]) - 0.938164490) < 1e-9)
    #expect(try value(["--jacobians", "J.npy", "--rank", "1"]) > 0.938164490)
  }

  @Test("the result does not depend on the number of workers") func workers() throws {
    let line = ["--hessians", "H.npy", "--batch", "1,2", "--chains", "40", "--seed", "9"]
    #expect(try json(line + ["--jobs", "1"]) == (try json(line + ["--jobs", "3"])))
    #expect(try json(line) != (try json(line.dropLast() + ["10"])))
  }

  @Test("gradients say what kind of point it is; noise at a regular minimum is shown") func kinds() throws {
    let line = ["--hessians", "H.npy", "--batch", "2", "--order", "subset", "--step", "0.7"]
    let regular = try json(line + ["--gradients", "G.npy", "--radius", "1"])
    #expect(regular["point"]?["kind"] == "regular")
    let cell = try batches(regular)[0]["verdicts"]
    guard case .array(let cells) = cell else { return }
    #expect(abs(try #require(cells[0]["excessLoss"]?.double) - 0.331575) < 1e-6)
    #expect(cells[0]["isNoiseLimited"] == true)
    #expect(try batches(regular)[0]["batchSharpness"]?["meanOfRatios"]?["value"] != nil)
    #expect(try json(line + ["--gradients", "zero.npy"])["point"]?["kind"] == "interpolating")
    #expect(try json(line)["point"]?["kind"] == "assumed")
    let text = try run(line + ["--gradients", "G.npy", "--radius", "1"]).output
    #expect(text.contains("0.779!"), "\(text)")
  }

  @Test("no minimum: no verdict, the reason, and measures instead") func refused() throws {
    let moving = try json(["--hessians", "H.npy", "--gradients", "moving.npy", "--batch", "1,2"])
    #expect(moving["isMinimum"] == false)
    guard case .string(let reason) = moving["refusal"] else {
      Issue.record("no reason")
      return
    }
    #expect(reason.hasPrefix("not a minimum: the gradient of the full loss is 0.5"))
    let batch = try batches(moving)[0]
    #expect(try verdicts(batch).isEmpty && batch["etaMeanSquare"] == .null)
    #expect(batch["gradientNoiseInteraction"]?["value"]?.double == 7.75)
    #expect(moving["gradientNoise"]?["simpleScale"]?.double == 7)
    let text = try run(["--hessians", "H.npy", "--gradients", "moving.npy"])
    #expect(text.status == 0 && text.output.contains("No verdict: not a minimum") && !text.output.contains("The map"))
    let saddle = try run(["--hessians", "saddle.npy"])
    #expect(
      saddle.status == 0
        && saddle.output.contains("No verdict: not a minimum: the mean Hessian has the eigenvalue -0.3"))
    #expect(try json(["--hessians", "saddle.npy", "--weight-decay", "0.6"])["isMinimum"] == true)
    let place = try json(["--problem", "wu-ma-e", "--at", "at.npy"])
    #expect(place["isMinimum"] == false && place["point"]?["kind"] == "notStationary")
  }

  @Test("indefinite samples are accepted, with a note") func indefinite() throws {
    let line = ["--hessians", "indefinite.npy", "--batch", "1", "--step", "0.1"]
    #expect(try json(line)["indefiniteSamples"] == [0, 1])
    #expect(try run(line).output.contains("2 of 3 Hessians are indefinite"))
  }

  @Test("--confirm holds the verdicts against SGD, linear and not") func confirm() throws {
    let json = try json([
      "--problem", "styblinski-tang", "--batch", "1,8", "--order", "subset", "--step", "0.036,0.04,0.06", "--confirm",
      "--trials", "60",
    ])
    guard case .array(let cells) = json["confirmation"]?["cells"] else {
      Issue.record("no cells")
      return
    }
    let fractions = cells.map { $0["observed"]?["fraction"]?.double }
    let linear = cells.map { $0["linearized"]?["fraction"]?.double }
    // At b = 8 and 1.04 times the limit the linear dynamics leave, and the problem's own stay in a cycle.
    #expect(fractions == [0, 1, 1, 0, 0, 0] && linear == [0, 1, 1, 0, 0, 1])
    #expect(cells.map { $0["agrees"] } == [true, true, true, true, true, false])
    let text = try run([
      "--hessians", "H.npy", "--order", "subset", "--batch", "1", "--confirm", "--trials", "50", "--steps", "400",
    ]).output
    #expect(text.contains("50 of 400 steps each") && text.contains("agrees") && !text.contains("linearised"))
    // With weight decay the minimum moves, and what is run is the decayed problem.
    let decayed = try self.json([
      "--problem", "styblinski-tang-inhomogeneous", "--weight-decay", "0.5", "--batch", "4", "--order", "subset",
      "--step", "0.005", "--confirm", "--trials", "20",
    ])
    #expect(decayed["isMinimum"] == true && decayed["confirmation"]?["trials"] == 20)
  }

  @Test("--out writes the page with figure, tables and map.json") func report() throws {
    try withFiles { directory in
      let outcome = try BuiltProgram.run(
        [
          "stability", "--hessians", "H.npy", "--order", "subset", "--chains", "40", "--out", "report", "--json",
          "m.json",
        ],
        in: directory)
      #expect(outcome.status == 0 && outcome.output.isEmpty)
      #expect(outcome.errors.hasSuffix("basin: the report is report/index.html\n"))
      func text(_ path: String) throws -> String {
        try String(contentsOf: directory.appending(path: path), encoding: .utf8)
      }
      #expect(try text("report/map.json") == (try text("m.json")))
      let page = try text("report/index.html")
      for part in ["Can SGD stay here?", "id=\"figure-map\"", "Thresholds by batch size", "How to read it"] {
        #expect(page.contains(part), "\(part)")
      }
      #expect(page.contains("<code>basin stability --hessians H.npy --order subset --chains 40</code>"))
      let rows = try text("report/data/map.csv").split(separator: "\n")
      #expect(rows.count == 1 + 3 * 24 && rows[0].hasPrefix("batch,step,verdict,reason,exponent,"))
      #expect(try text("report/data/thresholds.csv").split(separator: "\n").count == 4)
      #expect(
        try text("report/figures/map.csv").split(separator: "\n")[0] == "panel,layer,label,x,y,low,high,left,right")
    }
  }

  @Test("wrong input is one clear line and status 2", arguments: StabilityMistakes.lines.indices) func mistake(
    _ place: Int
  ) throws {
    let line = StabilityMistakes.lines[place]
    let outcome = try run(line.arguments)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    let expected = "basin: error: \(line.error)"
    if line.error.hasSuffix(".") || line.error.hasSuffix("?") {
      #expect(outcome.errors == expected + "\n")
    } else {
      #expect(outcome.errors.hasPrefix(expected), "\(outcome.errors)")
    }
  }
}
