import Foundation
import Numerics
import Testing

@testable import Experiments
@testable import Formats

/// Classifiers as specs describe them, on drawn data and on files.
@Suite("Linear models from a spec") struct LinearModelProblemTests {
  private let bench = SpecBench()

  /// The data file of the example: 160 samples, 6 features.
  private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/two-classes.svm").path

  private static let descent = [
    "init=zeros", "optimizer.order=full", "optimizer.batch=null", "optimizer.step=1", "optimizer.steps=200000",
    "optimizer.stop={\"tolerance\":1e-12}", "seeds.trials=1",
  ]

  /// The finals of each configuration's first trial.
  private func run(_ spec: Spec) throws -> (finals: [[Double]], states: [TrialState]) {
    let store = try Store.inMemory()
    _ = try Runner.forTest(jobs: 2).run(spec, in: store)
    var finals: [[Double]] = []
    var states: [TrialState] = []
    for configuration in try store.plan().configurations {
      var isFirst = true
      try store.forEachTrial(of: configuration) {
        if isFirst {
          finals.append($0.finals)
          states.append($0.state)
        }
        isFirst = false
      }
    }
    return (finals, states)
  }

  private func problem(_ members: String, data: String) -> String {
    "problem={\(members),\"data\":\(data)}"
  }

  private static let libsvm = "{\"kind\":\"libsvm\",\"path\":\"\(example)\"}"

  /// The same samples as a CSV file with its labels in front, 0 and 1.
  private func writeCSV() throws {
    let samples = try LabelledSamples.readLIBSVM(Self.example)
    let matrix = samples.features.matrix
    let lines = (0..<matrix.rows).map { row in
      CSV.line([samples.labels[row] > 0 ? "1" : "0"] + matrix.row(row).map(NumberText.shortest))
    }
    try AtomicFile.write(
      "class,a,b,c,d,e,f\n" + lines.joined(), to: bench.scratch.file("two.csv"))
  }

  /// Newton's method in NumPy, to the last digit: θ, the loss with its penalty, the accuracy, the support vectors.
  private static let solutions:
    [(members: String, parameters: [Double], loss: Double, accuracy: Double, support: Double?)] = [
      (
        #""kind":"logistic","weightDecay":0.01,"intercept":true"#,
        [
          2.391476210110093, -2.012208154796041, 0.03779587751672835, 0.9678636573962142, -0.10525400861282506,
          -0.4368546998364522, -0.21784280459516195,
        ], 0.36139019765235353, 0.8875, nil
      ),
      (
        #""kind":"supportVector","loss":"squaredHinge","weightDecay":0.01,"intercept":true"#,
        [
          1.526877534844305, -1.1782375206550877, 0.052968924383784026, 0.5852976567217456, -0.05798146368867855,
          -0.17924335969205785, -0.14355099232883214,
        ], 0.36542271711649105, 0.9, 0.525
      ),
    ]

  @Test("Gradient descent ends where Newton's method does", arguments: solutions.indices) func solution(_ place: Int)
    throws
  {
    let wanted = Self.solutions[place]
    try writeCSV()
    let sources = [Self.libsvm, #"{"kind":"csv","path":"two.csv","target":"class"}"#]
    var all: [[Double]] = []
    for data in sources {
      let names =
        ["parameters", "loss", "accuracy", "gradientNorm"] + (wanted.support == nil ? [] : ["supportVectorFraction"])
      let step = wanted.support == nil ? "optimizer.step=1" : "optimizer.step=0.2"
      let spec = try bench.read(
        set: Self.descent + [
          problem(wanted.members, data: data), step, "record={\"final\":\(JSON.array(names.map(JSON.string)).text)}",
        ])
      let (finals, states) = try run(spec)
      #expect(states == [.converged])
      let final = finals[0]
      for (value, solution) in zip(final, wanted.parameters) { #expect(abs(value - solution) < 1e-9) }
      #expect(abs(final[7] - wanted.loss) < 1e-14)
      #expect(final[8] == wanted.accuracy)
      #expect(final[9] <= 1e-12)
      if let support = wanted.support { #expect(final[10] == support) }
      all.append(final)
    }
    // Sparse and dense rows, −1 and +1 or 0 and 1: the same descent to the bit.
    #expect(all[0] == all[1])
  }

  @Test("What is drawn is on the sides that the labels say") func gaussian() throws {
    let drawn = #"{"kind":"gaussian","samples":200,"dimension":3,"margin":0.5}"#
    let record = #"record={"final":["loss","accuracy","supportVectorFraction","gradientNorm"]}"#
    let separable = try run(
      bench.read(set: Self.descent + [problem(#""kind":"supportVector""#, data: drawn), record]))
    // The perceptron's theorem in the hinge's terms: what can be separated is.
    #expect(separable.states == [.converged] && separable.finals[0] == [0, 1, separable.finals[0][2], 0])
    let noisy = #"{"kind":"gaussian","samples":20000,"dimension":3,"margin":0.5,"labelNoise":0.2}"#
    let found = try run(
      bench.read(
        set: Self.descent + [
          problem(#""kind":"logistic""#, data: noisy), record.replacing(",\"supportVectorFraction\"", with: ""),
          "optimizer.steps=300",
        ]))
    // 20,000 labels, each turned round with probability 0.2: five standard errors.
    #expect(abs(found.finals[0][1] - 0.8) < 5 * (0.16 / 20_000.0).squareRoot())
  }

  @Test("Files, seeds and options are part of what a configuration is") func identity() throws {
    try writeCSV()
    let csv = #"{"kind":"csv","path":"two.csv","targetColumn":1}"#
    let drawn = #"{"kind":"gaussian","samples":50,"dimension":3,"labelNoise":0.3}"#
    let specs = try [
      [problem(#""kind":"logistic""#, data: csv)], [problem(#""kind":"logistic","intercept":true"#, data: csv)],
      [problem(#""kind":"logistic","weightDecay":0.5"#, data: csv)], [problem(#""kind":"supportVector""#, data: csv)],
      [problem(#""kind":"logistic""#, data: Self.libsvm)], [problem(#""kind":"logistic""#, data: drawn)],
      [problem(#""kind":"logistic""#, data: drawn), "seeds.data=9"],
    ].map { try bench.read(set: Self.descent + $0 + ["record=null"]) }
    #expect(Set(specs.map { $0.configurations[0].hash }).count == specs.count)
    let drawnLosses = try specs.suffix(2).map { try run($0).finals[0][0] }
    #expect(drawnLosses[0] != drawnLosses[1])
  }

  @Test("A file is read once for a whole grid, and weight decay is an axis") func grid() throws {
    let data = Self.libsvm
    let spec = try bench.read(
      set: Self.descent + [
        problem(#""kind":"logistic","weightDecay":[0,0.01,0.1,1]"#, data: data), #"record={"final":["squaredNorm"]}"#,
        "optimizer.steps=5000",
      ])
    let norms = try run(spec).finals.map { $0[0] }
    #expect(norms.count == 4 && norms == norms.sorted(by: >) && norms[3] < norms[0] / 4)
  }

  @Test("Least squares take the same files, and shrink with weight decay") func ridge() throws {
    try AtomicFile.write("x;y\n1;2\n2;3\n3;5\n", to: bench.scratch.file("line.csv"))
    let data = #"{"kind":"csv","path":"line.csv"}"#
    let record = #"record={"final":["parameters"]}"#
    let line = try run(
      bench.read(
        set: Self.descent + [
          problem(#""kind":"leastSquares","intercept":true"#, data: data), record, "optimizer.step=0.3",
        ]))
    // Slope 3/2, intercept 1/3.
    #expect(zip(line.finals[0], [1.5, 1.0 / 3]).allSatisfy { abs($0 - $1) < 1e-10 })
    let ridge = try run(
      bench.read(
        set: Self.descent + [
          problem(#""kind":"leastSquares","weightDecay":1"#, data: data), record, "optimizer.step=0.1",
        ]))
    // (Σxy/3) / (Σx²/3 + 1) = 23/17.
    #expect(abs(ridge.finals[0][0] - 23.0 / 17) < 1e-11)
  }

  /// Files, what the problem's data say, and all that is said of them.
  static let mistakes: [(file: String, members: String, data: String, error: String)] = [
    (
      "1 1:1\n2 1:2\n3 1:1\n", #""kind":"logistic""#, #""kind":"libsvm","path":"PATH""#,
      "problem.data: expected exactly two distinct labels, of which the smaller one stands for −1 and the larger for +1, found 1.0, 2.0, 3.0. Choose two classes, or the column that holds them."
    ),
    (
      "1 1:1\n2 2:1 1:2\n", #""kind":"logistic""#, #""kind":"libsvm","path":"PATH""#,
      "problem.data.path: PATH, line 2, column 7: expected ascending indices, here above 2, found 1."
    ),
    (
      "a,b\n1,2\n3\n", #""kind":"leastSquares""#, #""kind":"csv","path":"PATH""#,
      "problem.data.path: PATH, line 3, column 2: expected 2 cells, as in the first line, found 1."
    ),
    (
      "a,b\n1,2\n", #""kind":"leastSquares""#, #""kind":"csv","path":"PATH","target":"c""#,
      "problem.data.path: PATH: expected one column with the target's name, found no \"c\". Did you mean \"a\"?"
    ),
    (
      "a,b\n1,2\n", #""kind":"leastSquares""#, #""kind":"csv","path":"PATH","target":"a","targetColumn":1"#,
      "problem.data: expected either target or targetColumn, found both."
    ),
    (
      "a,b\n1,2\n", #""kind":"leastSquares""#, #""kind":"csv","path":"PATH","header":1"#,
      "problem.data.header: expected true or false, found 1."
    ),
    (
      "a,b\n1,2\n", #""kind":"leastSquares","intercept":"yes""#, #""kind":"csv","path":"PATH""#,
      "problem.intercept: expected true or false, found \"yes\"."
    ),
    (
      "a,b\n1,2\n", #""kind":"leastSquares","weightDecay":-1"#, #""kind":"csv","path":"PATH""#,
      "problem.weightDecay: expected a number from 0, found -1."
    ),
    (
      "", #""kind":"supportVector","loss":"logistic""#, #""kind":"gaussian","samples":5,"dimension":2"#,
      "problem.loss: expected \"hinge\" or \"squaredHinge\", found \"logistic\"."
    ),
    (
      "", #""kind":"supportVector""#, #""kind":"gaussian","samples":5,"dimension":2,"noise":1"#,
      "problem.data.noise: expected a known key, found \"noise\". Known: samples, dimension, margin, labelNoise, kind."
    ),
    (
      "", #""kind":"logistic""#, #""kind":"gaussian","samples":1,"dimension":2"#,
      "problem.data: expected exactly two distinct labels, of which the smaller one stands for −1 and the larger for +1, found 1.0 alone."
    ),
    (
      "", #""kind":"logistic""#, #""kind":"gaussian","samples":100000,"dimension":1000"#,
      "problem.data.samples: expected at most 50000000 entries, samples times dimension, found 100000000."
    ),
  ]

  @Test("Each mistake is said at its place", arguments: mistakes.indices) func mistake(_ place: Int) throws {
    let (file, members, data, error) = Self.mistakes[place]
    let path = bench.scratch.file("data.txt")
    try AtomicFile.write(file, to: path)
    let problems = try bench.problems(
      set: [
        problem(members, data: "{\(data.replacing("PATH", with: path))}"), "record=null", "init=zeros",
        "optimizer.batch=1",
      ])
    #expect(problems.map { $0.description.replacing(path, with: "PATH") } == [error])
  }
}
