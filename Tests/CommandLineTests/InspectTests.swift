import Foundation
import TestSupport
import Testing

@testable import Formats

@Suite("basin data inspect") struct InspectTests {
  @Test("says what labelled samples a file holds, as text and as JSON") func samples() throws {
    let files = [
      "a.svm": "1 1:0.5 4:-2\n-1 2:1\n1\n", "b.csv": "x;y;price\n1;2;3.5\n4;5;6.5\n",
      "broken.svm": "1 1:0.5\n-1 2:one\n",
    ]
    let text = try BuiltProgram.run(["data", "inspect", "a.svm"], files: files)
    #expect(text.status == 0)
    #expect(
      text.output == """
        file     a.svm, LIBSVM
        samples  3
        features 4
        entries  3 stored, 25 % of all
        range    -2 to 1
        labels   2 distinct, -1 to 1
                 -1: 1 times, the class −1
                 1: 2 times, the class +1
        empty    1 samples have zeros alone

        """)
    let json = try BuiltProgram.run(["data", "inspect", "b.csv", "--json", "-"], files: files)
    let found = try JSON(parsing: json.output, location: "output")
    #expect(found["format"] == "CSV" && found["samples"] == 2 && found["features"] == 2)
    #expect(found["labelName"] == "price" && found["largestLabel"] == 6.5 && found["distinctLabels"] == 2)
    let broken = try BuiltProgram.run(["data", "inspect", "broken.svm"], files: files)
    #expect(broken.status == 2 && broken.output.isEmpty)
    #expect(broken.errors.contains("broken.svm, line 2, column 6: expected a finite number as the value of feature 2"))
  }
}

@Suite("basin data inspect of arrays") struct InspectArrayTests {
  @Test("says what an archive holds, and what is no numbers") func archives() throws {
    let scratch = ScratchFolder()
    let path = scratch.file("a.npz")
    var writer = try NPZWriter(path)
    try writer.begin("x", .float64, shape: [2, 2])
    try writer.append([1.0, 0, 0, 1])
    try writer.end()
    try writer.begin("names", .text(width: 3), shape: [1])
    try writer.append(["abc"])
    try writer.end()
    try writer.finish()
    let text = try BuiltProgram.run(["data", "inspect", path])
    #expect(
      text.status == 0
        && text.output.hasPrefix("archive    \(path), 2 arrays\n\nfile       x\nshape      2 × 2 of <f8\n"))
    #expect(text.output.contains("the rows are orthonormal") && text.output.contains("names\n  "))
    let json = try BuiltProgram.run(["data", "inspect", path, "--json", "-"])
    let found = try JSON(parsing: json.output, location: "output")
    #expect(found["arrays"] != nil && found["unreadable"]?["names"] != nil)
  }

  @Test("reads IDX files by their names") func indices() throws {
    let scratch = ScratchFolder()
    let path = scratch.file("labels-idx1-ubyte")
    try Data([0, 0, 8, 1, 0, 0, 0, 3, 5, 6, 7]).write(to: URL(fileURLWithPath: path))
    let text = try BuiltProgram.run(["data", "inspect", path])
    #expect(text.output == "file       \(path)\nshape      3 of IDX\nrange      5 to 7\nnot finite 0\n")
    try Data([0, 0, 8, 1, 0, 0, 0, 3, 5, 6]).write(to: URL(fileURLWithPath: path))
    #expect(try BuiltProgram.run(["data", "inspect", path]).status == 2)
  }
}
