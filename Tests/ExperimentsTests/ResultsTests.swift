import Descent
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// Tables: which columns, which rows, to the byte.
@Suite("Results") struct ResultsTests {
  /// A store written by hand: two configurations of one spec, which differ in a batch size and in a part that only one has.
  static func tiny() throws -> Store {
    let store = try Store.inMemory()
    func workload(_ finals: [String]) -> Workload {
      Workload(
        plan: RunPlan<LogisticEngine.State>(
          budget: 10, series: [Probe("loss", .every(5)) { $0.value }], finals: finals.map { Measure($0) { $0.value } }),
        estimatedCost: 1, makeEngine: { () throws(InputError) in LogisticEngine(rate: 3) }, start: { _ in 0.5 })
    }
    let spec = Spec(
      name: "tiny", source: ["name": "tiny"],
      configurations: [
        Configuration(
          settings: ["optimizer": ["kind": "sgd", "batch": 1], "problem": ["kind": "p", "words": ["a", "b"]]],
          trials: 4,
          workload: workload(["loss", "steps", "gap"])),
        Configuration(
          settings: [
            "optimizer": ["kind": "sgd", "batch": 2, "stop": ["tolerance": 0.001]],
            "problem": ["kind": "p, \"q\"", "words": ["a"]],
          ],
          trials: 2, workload: workload(["loss"])),
      ])
    let rows = try store.adopt(spec, version: "1.0")
    func replica(_ trial: Int, _ outcome: Outcome, _ steps: Int, _ finals: [Double], errors: [Double] = [])
      -> TrialEvent
    {
      .finished(
        Record.Replica(
          trial: trial, outcome: outcome, steps: steps, finals: finals, errors: errors,
          series: [Record.Series(steps: [0, steps], values: [1, finals[0]])], wallSeconds: 0.5, processorSeconds: 0.25))
    }
    let failure = InputError("init", expected: "a row", found: "none", advice: "Say \"why\".")
    try StoreWriter(store, version: "1.0").commit([
      (rows[0], replica(0, .converged, 5, [0.5, 5, 1e-20], errors: [0.25, .nan, .nan])),
      (rows[0], replica(1, .exhausted, 10, [0.1, 10, .infinity], errors: [0.125, .nan, .nan])),
      (rows[0], replica(2, .diverged, 7, [.nan, 7, -0.0])),
      (rows[1], replica(1, .dead, 3, [3])), (rows[1], .failed(trial: 0, failure)),
    ])
    return store
  }

  private func text(_ table: ResultTable, _ format: Results.TextFormat, by: [String]? = nil, withTimes: Bool = false)
    throws -> String
  {
    var text = ""
    try Results(Self.tiny()).write(table, as: format, by: by, withTimes: withTimes) { text += $0 }
    return text
  }

  /// What every row of the two configurations begins with.
  private func keys() throws -> (csv: [String], json: [String]) {
    let hashes = try Self.tiny().plan().configurations.map { String($0.hash.prefix(12)) }
    return (
      [##"\##(hashes[0]),1,,p,"[""a"",""b""]""##, ##"\##(hashes[1]),2,0.001,"p, ""q""","[""a""]""##],
      [
        ##"{"configuration":"\##(hashes[0])","optimizer.batch":1,"optimizer.stop.tolerance":null,"##
          + ##""problem":"p","problem.words":"[\"a\",\"b\"]""##,
        ##"{"configuration":"\##(hashes[1])","optimizer.batch":2,"optimizer.stop.tolerance":0.001,"##
          + ##""problem":"p, \"q\"","problem.words":"[\"a\"]""##,
      ]
    )
  }

  private static let keyNames = "configuration,optimizer.batch,optimizer.stop.tolerance,problem,problem.words"

  private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

  @Test("The table of trials, to the byte") func trials() throws {
    let (csv, json) = try keys()
    let errors = "loss.standardError,gap.standardError"
    #expect(
      try text(.trials, .csv, withTimes: true)
        == Self.lines([
          "\(Self.keyNames),trial,state,steps,loss,gap,\(errors),message,wallSeconds,processorSeconds,version",
          csv[0] + ",0,converged,5,0.5,1e-20,0.25,,,0.5,0.25,1.0",
          csv[0] + ",1,exhausted,10,0.1,inf,0.125,,,0.5,0.25,1.0",
          csv[0] + ",2,diverged,7,nan,-0,,,,0.5,0.25,1.0",
          csv[1] + #",0,failed,0,,,,,"init: expected a row, found none. Say ""why"".",0,0,1.0"#,
          csv[1] + ",1,dead,3,3,,,,,0.5,0.25,1.0",
        ]))
    func row(_ key: Int, _ state: String, _ loss: String, _ gap: String, _ error: String, _ message: String) -> String {
      json[key] + #","trial":\#(state),"loss":\#(loss),"gap":\#(gap),"loss.standardError":\#(error),"#
        + #""gap.standardError":null,"message":\#(message)}"#
    }
    #expect(
      try text(.trials, .jsonl)
        == Self.lines([
          row(0, #"0,"state":"converged","steps":5"#, "0.5", "1e-20", "0.25", "null"),
          row(0, #"1,"state":"exhausted","steps":10"#, "0.1", "null", "0.125", "null"),
          row(0, #"2,"state":"diverged","steps":7"#, "null", "-0", "null", "null"),
          row(
            1, #"0,"state":"failed","steps":0"#, "null", "null", "null",
            #""init: expected a row, found none. Say \"why\".""#),
          row(1, #"1,"state":"dead","steps":3"#, "3", "null", "null", "null"),
        ]))
  }

  @Test("The tables of series and states, to the byte") func seriesAndStates() throws {
    let (csv, _) = try keys()
    #expect(
      try text(.series, .csv)
        == Self.lines(
          ["\(Self.keyNames),trial,step,loss"]
            + [",0,0,1", ",0,5,0.5", ",1,0,1", ",1,10,0.1", ",2,0,1", ",2,7,nan"].map { csv[0] + $0 }
            + [",1,0,1", ",1,3,3"].map { csv[1] + $0 }))
    // Wilson's intervals for 1 of 3, 0 of 3, 1 of 2 and 0 of 2, by SciPy's quantile and the textbook's formula.
    let shares: [String: [Double]] = [
      "1 of 3": [1.0 / 3, 0.06149194472039615, 0.7923403991979523], "0 of 3": [0, 0, 0.5614970317550455],
      "1 of 2": [0.5, 0.09453120573423074, 0.9054687942657693], "0 of 2": [0, 0, 0.6576197724933469],
    ]
    let wanted = [
      ("1,converged,1,", "1 of 3"), ("1,exhausted,1,", "1 of 3"), ("1,dead,0,", "0 of 3"), ("1,diverged,1,", "1 of 3"),
      ("1,failed,0,", "0 of 3"), ("1,interrupted,0,", "0 of 3"), ("1,pending,1,", ""), ("2,converged,0,", "0 of 2"),
      ("2,exhausted,0,", "0 of 2"), ("2,dead,1,", "1 of 2"), ("2,diverged,0,", "0 of 2"), ("2,failed,1,", "1 of 2"),
      ("2,interrupted,0,", "0 of 2"), ("2,pending,0,", ""),
    ]
    let lines = try text(.states, .csv, by: ["optimizer.batch"]).split(separator: "\n").map(String.init)
    #expect(lines[0] == "optimizer.batch,state,count,share,shareLow,shareHigh")
    try #require(lines.count == 15)
    for (line, (begin, share)) in zip(lines.dropFirst(), wanted) {
      #expect(line.hasPrefix(begin))
      let numbers = line.dropFirst(begin.count).split(separator: ",").compactMap { Double($0) }
      #expect(numbers.count == (shares[share]?.count ?? 0))
      for (number, other) in zip(numbers, shares[share] ?? []) { #expect(abs(number - other) < 1e-15, "\(line)") }
    }
  }

  @Test("Groups hold only trials that converged or were exhausted, and only finite values") func groups() throws {
    let text = try text(.groups, .csv, by: ["optimizer.batch"])
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(
      lines[0] == [
        "optimizer.batch", "measure", "count", "notFinite", "mean", "standardError", "meanLow", "meanHigh", "median",
        "medianLow",
        "medianHigh", "q10", "q25", "q75", "q90",
      ])
    // Only the first group has such trials: steps 5 and 10, loss 0.5 and 0.1, gap 1e-20 and infinity.
    #expect(lines.count == 4)
    #expect(lines[1][..<6] == ["1", "steps", "2", "0", "7.5", "2.5"])
    #expect(lines[2][..<5] == ["1", "loss", "2", "0", "0.3"])
    #expect(
      lines[3] == [
        "1", "gap", "1", "1", "1e-20", "", "", "", "1e-20", "-inf", "inf", "1e-20", "1e-20", "1e-20", "1e-20",
      ])
    #expect(lines[1][9...] == ["-inf", "inf", "5.5", "6.25", "8.75", "9.5"])
  }

  // MARK: - Columns and groups

  @Test("Settings that vary are columns; a setting that some lack is one too; all, if asked for") func columns() throws
  {
    let results = try Results(Self.tiny())
    #expect(results.settingNames == ["optimizer.batch", "optimizer.stop.tolerance", "problem", "problem.words"])
    #expect(results.settings[0] == [1, nil, "p", ["a", "b"]])
    #expect(results.finalNames == ["loss", "gap"] && results.seriesNames == ["loss"])
    let all = try Results(Self.tiny(), columns: .all)
    #expect(
      all.settingNames == ["optimizer", "optimizer.batch", "optimizer.stop.tolerance", "problem", "problem.words"])
    #expect(try results.counts().map { $0[.pending] } == [1, 0])
    // Two trials of 0.25 s left at 0.25 s each: one pending in the first.
    #expect(try results.processorSecondsLeft() == 0.25)
  }

  static let seedAxes: [(set: [String], names: [String])] = [
    (["seeds.master=1,2"], ["seeds.master"]), (["seeds.order=1,2"], ["seeds.order"]),
    (["seeds.master=1,2", "seeds.order=1,2"], ["seeds.master", "seeds.order"]),
    (["seeds=[{\"master\":1},{\"master\":1,\"data\":5}]"], ["seeds.data"]),
    (["seeds=[{\"master\":1},{\"master\":1,\"data\":5},{\"master\":2}]"], ["seeds.data", "seeds.master"]),
    (["seeds.master=1,2", "seeds.data=4"], ["seeds.master"]), (["optimizer.batch=1,2"], ["optimizer.batch"]),
    ([#"zip=[["seeds.order","seeds.data"]]"#, "seeds.order=1,2", "seeds.data=3,4"], ["seeds.data", "seeds.order"]),
  ]

  @Test("A seed is a column unless the master seed decides it", arguments: seedAxes.indices) func seeds(_ place: Int)
    throws
  {
    let store = try Store.inMemory()
    _ = try store.adopt(SpecBench().read(set: Self.seedAxes[place].set), version: "v")
    #expect(try Results(store).settingNames == Self.seedAxes[place].names)
  }

  @Test("A file is a column by its path, and by its content where the path does not tell") func files() throws {
    let bench = SpecBench()
    let store = try Store.inMemory()
    func adopt(_ content: Double, _ paths: String) throws {
      for name in ["a.npy", "b.npy"] {
        try NPYFile(shape: [6], values: [content, name == "a.npy" ? 1 : 2, 0, 0, 0, 0]).write(
          to: bench.scratch.file(name))
      }
      _ = try store.adopt(bench.read(set: [#"init={"kind":"file","path":\#(paths)}"#]), version: "v")
    }
    try adopt(1, #"["a.npy","b.npy"]"#)
    #expect(try Results(store).settingNames == ["init.path"])
    try adopt(2, #""a.npy""#)
    #expect(try Results(store).settingNames == [])
    let all = try Results(store, includesFormer: true)
    #expect(all.settingNames == ["init.path", "init.path.sha256"])
    #expect(Set(all.settings).count == 3)
  }

  @Test("Grouping by settings, by none, by all") func grouping() throws {
    let bench = SpecBench()
    let store = try Store.inMemory()
    let spec = try bench.read(set: ["optimizer.batch=1,2", "optimizer.order=iid,subset", "seeds.trials=5"])
    _ = try Runner.forTest().run(spec, in: store)
    let results = try Results(store)
    #expect(try results.groups().groups.count == 4)
    #expect(try results.groups(by: ["optimizer.order"]).groups.map(\.settings) == [["iid"], ["subset"]])
    #expect(
      try results.groups(by: ["optimizer.order", "optimizer.batch"]).groups.map(\.settings) == [
        ["iid", 1], ["subset", 1], ["iid", 2], ["subset", 2],
      ])
    let whole = try results.groups(by: []).groups
    #expect(whole.count == 1 && whole[0].states.total == 20 && whole[0].measures[0].count == 20)
    #expect(
      refusal { () throws(InputError) in _ = try results.groups(by: ["optimizer.bach"]) }
        == InputError(
          "--by", expected: "settings that vary", found: "\"optimizer.bach\"",
          advice: "Did you mean \"optimizer.batch\"?"))
    let tiny = try Results(Self.tiny())
    #expect(
      refusal { () throws(InputError) in _ = try tiny.groups(by: ["optimizer"]) }?.found
        == "\"optimizer\"")
    let single = try Store.inMemory()
    _ = try single.adopt(bench.read(), version: "v")
    #expect(
      refusal { () throws(InputError) in _ = try Results(single).groups(by: ["init.norm"]) }?.advice == "None varies.")
    #expect(try Results(single).groups().groups.map(\.settings) == [[]])
  }

  @Test("Former configurations are shown if asked for, behind the current ones") func former() throws {
    let bench = SpecBench()
    let store = try Store.inMemory()
    _ = try Runner.forTest().run(try bench.read(set: ["optimizer.batch=1,2"]), in: store)
    _ = try Runner.forTest().run(try bench.read(set: ["optimizer.batch=2,3", "seeds.trials=2"]), in: store)
    let now = try Results(store)
    #expect(now.settings == [[2], [3]])
    #expect(try now.counts().map(\.total) == [2, 2])
    let all = try Results(store, includesFormer: true)
    #expect(all.settings == [[2], [3], [1]])
    #expect(try all.counts().map(\.total) == [2, 2, 3])
    #expect(try tables(store, includesFormer: true)[0].split(separator: "\n").count == 1 + 2 + 2 + 3)
  }
}

/// The statistics of a group, against closed forms and numbers from NumPy.
@Suite("Statistics of groups") struct GroupStatisticsTests {
  @Test("Closed forms: the numbers from 1 to 101") func closedForms() throws {
    let statistics = try #require(MeasureStatistics("x", (1...101).map(Double.init).reversed()))
    #expect(statistics.count == 101 && statistics.notFinite == 0 && statistics.mean == 51 && statistics.median == 51)
    // The variance of 1, …, n is n(n + 1)/12.
    #expect(abs((statistics.standardError ?? 0) - (101.0 * 102 / 12 / 101).squareRoot()) < 1e-13)
    #expect(statistics.quantiles == [11, 26, 76, 91])
    // Order statistics 41 and 61: the binomial's tails beyond them hold less than 2.5 % each.
    #expect(statistics.medianInterval.low == 41 && statistics.medianInterval.high == 61)
    let interval = try #require(statistics.meanInterval)
    let half = 1.959963984540054 * 8.58.squareRoot()
    #expect(abs(interval.low - (51 - half)) < 0.6 && abs(interval.high - (51 + half)) < 0.6)
  }

  @Test("NumPy's numbers for a hundred skewed values") func numpy() throws {
    // u = arange(100) * 37 % 101 / 101; x = u * u * u * 10 - 1; x.mean(), x.std(ddof=1) / 10, median(x),
    // quantile(x, [.1, .25, .75, .9]).
    let values = (0..<100).map { k -> Double in
      let u = Double(k * 37 % 101) / 101
      return u * u * u * 10 - 1
    }
    let statistics = try #require(MeasureStatistics("x", values))
    #expect(abs(statistics.mean - 1.4498040863786408) < 1e-14)
    #expect(abs((statistics.standardError ?? 0) - 0.28189913026177865) < 1e-15)
    #expect(statistics.median == 0.17756364402247493)
    #expect(statistics.quantiles == [-0.990557128450812, -0.8527153715273497, 3.1361723418690266, 6.09945054891726])
  }

  @Test("Many values have the normal interval of the mean") func manyValues() throws {
    let values = (0..<2_001).map { Double($0 % 7) }
    let statistics = try #require(MeasureStatistics("x", values))
    let interval = try #require(statistics.meanInterval)
    let half = 1.959963984540054 * (statistics.standardError ?? 0)
    #expect(
      abs(interval.low - (statistics.mean - half)) < 1e-12 && abs(interval.high - (statistics.mean + half)) < 1e-12)
  }

  @Test("Values that are not finite are left out and counted; few values say little") func few() throws {
    #expect(MeasureStatistics("x", []) == nil)
    #expect(MeasureStatistics("x", [.nan, .infinity]) == nil)
    let one = try #require(MeasureStatistics("x", [.nan, 3, -.infinity]))
    #expect(
      one.count == 1 && one.notFinite == 2 && one.mean == 3 && one.standardError == nil && one.meanInterval == nil)
    #expect(
      one.medianInterval.low == -.infinity && one.medianInterval.high == .infinity && one.quantiles == [3, 3, 3, 3])
    let equal = try #require(MeasureStatistics("x", [2, 2, 2, 2, 2, 2]))
    #expect(equal.standardError == 0 && equal.meanInterval?.low == 2 && equal.meanInterval?.high == 2)
    #expect(equal.medianInterval.low == 2 && equal.medianInterval.high == 2)
    #expect(MeasureStatistics("x", [1, 2, 3, 4, 5])?.medianInterval.low == -.infinity)
    let huge = try #require(MeasureStatistics("x", [.greatestFiniteMagnitude, .greatestFiniteMagnitude]))
    #expect(huge.count == 2)
  }

  @Test("The same values give the same interval, in any group") func reproducible() throws {
    let values = (0..<50).map { sin(Double($0)) }
    let first = try #require(MeasureStatistics("a", values))
    let second = try #require(MeasureStatistics("b", values))
    #expect(first.meanInterval == second.meanInterval)
  }
}
