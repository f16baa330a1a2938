import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

@Suite struct NPZWriterTests {
  private let scratch = ScratchFolder()
  private var path: String { scratch.file("a.npz") }

  static let hasNumPy = OtherProgram.succeeds(["python3", "-c", "import numpy"])

  private static let report = """
    import hashlib, numpy, sys, zipfile
    assert zipfile.ZipFile(sys.argv[1]).testzip() is None
    with numpy.load(sys.argv[1], allow_pickle=False) as arrays:
        for name in arrays.files:
            array = arrays[name]
            print(name, array.dtype.str, array.shape, hashlib.sha256(array.tobytes()).hexdigest(), sep="|")
    """

  private func write(to path: String) throws(InputError) {
    var writer = try NPZWriter(path)
    try writer.begin("numbers", .float64, shape: [2, 3])
    try writer.append([1, -0.0])
    try writer.append([Double]())
    try writer.append([.nan, .infinity, Double(bitPattern: 0x7FF0_0000_0000_0001), .pi])
    try writer.end()
    try writer.begin("größen/ganze", .int64, shape: [4])
    try writer.append([0, -1, .max, .min])
    try writer.end()
    try writer.begin("texts", .text(width: 6), shape: [5])
    try writer.append(["", "plain", "größer"])
    try writer.append(["🙂e\u{301}", "a\0b"])
    try writer.end()
    try writer.begin("scalar", .float64, shape: [])
    try writer.append([2.5])
    try writer.end()
    try writer.begin("empty", .int64, shape: [0, 7])
    try writer.end()
    try writer.begin("blank", .text(width: 0), shape: [2])
    try writer.append(["", ""])
    try writer.end()
    try writer.finish()
  }

  /// What NumPy reads is what was written, bit for bit.
  @Test(.enabled(if: hasNumPy)) func numPyReadsIt() throws {
    try write(to: path)
    func line(_ name: String, _ type: String, _ shape: String, _ bits: [some FixedWidthInteger]) -> String {
      let bytes = bits.flatMap { bits in withUnsafeBytes(of: bits.littleEndian) { Array($0) } }
      return "\(name)|\(type)|\(shape)|\(SHA256.hexDigest(of: bytes))"
    }
    let numbers = [1, -0.0, .nan, .infinity, Double(bitPattern: 0x7FF0_0000_0000_0001), .pi].map(\.bitPattern)
    let texts = ["", "plain", "größer", "🙂e\u{301}", "a\0b"].flatMap { text in
      let scalars = text.unicodeScalars.map(\.value)
      return scalars + [UInt32](repeating: 0, count: 6 - scalars.count)
    }
    let expected = [
      line("numbers", "<f8", "(2, 3)", numbers), line("größen/ganze", "<i8", "(4,)", [0, -1, Int.max, .min]),
      line("texts", "<U6", "(5,)", texts), line("scalar", "<f8", "()", [Double(2.5).bitPattern]),
      line("empty", "<i8", "(0, 7)", [Int]()), line("blank", "<U1", "(2,)", [0, 0] as [UInt32]),
    ]
    let report = try OtherProgram(["env", "PYTHONIOENCODING=utf-8", "python3", "-c", Self.report, path]).rest()
    #expect(report.split(separator: "\n").map(String.init) == expected)
  }

  @Test(.enabled(if: OtherProgram.succeeds(["python3", "-c", "import zipfile"])))
  func zipToolsAcceptIt() throws {
    try write(to: path)
    let list = """
      import sys, zipfile
      archive = zipfile.ZipFile(sys.argv[1])
      print(archive.testzip())
      for entry in archive.infolist():
          print(entry.filename, entry.date_time, entry.compress_type, oct(entry.external_attr >> 16), sep="|")
      """
    let lines = try OtherProgram(["env", "PYTHONIOENCODING=utf-8", "python3", "-c", list, path]).rest().split(
      separator: "\n")
    #expect(lines.first == "None" && lines.count == 7)
    #expect(lines.last == "blank.npy|(1980, 1, 1, 0, 0, 0)|0|0o100644")
    #expect(lines.contains("größen/ganze.npy|(1980, 1, 1, 0, 0, 0)|0|0o100644"))
    if OtherProgram.succeeds(["sh", "-c", "command -v unzip"]) {
      #expect(OtherProgram.succeeds(["unzip", "-tqq", path]))
    }
  }

  /// The same arrays give the same bytes: at another time, in other pieces, through a pipe.
  @Test func bytesDependOnTheArraysAlone() throws {
    try write(to: path)
    let bytes = try InputFile.read(path)
    let pipe = scratch.file("pipe")
    guard mkfifo(pipe, 0o600) == 0 else {
      Issue.record("no pipe")
      return
    }
    let reader = try OtherProgram(["sh", "-c", "cat \"$0\" > \"$1\"", pipe, scratch.file("b.npz")])
    try write(to: pipe)
    #expect(reader.status() == 0)
    #expect(try InputFile.read(scratch.file("b.npz")) == bytes)
    func digest(pieces: Int) throws -> String {
      var writer = try NPZWriter(path)
      try writer.begin("a", .float64, shape: [1200])
      for piece in 0..<pieces {
        try writer.append((0..<1200 / pieces).map { Double($0 + piece * (1200 / pieces)) })
      }
      try writer.end()
      try writer.finish()
      return try SHA256.hexDigest(ofFile: path)
    }
    #expect(try digest(pieces: 1) == digest(pieces: 1200))
  }

  /// The part between the zip's headers is a file that NPYFile writes.
  @Test func arraysAreNPYFiles() throws {
    let file = try NPYFile(shape: [2, 2], values: [1, 2, 3, .pi])
    var writer = try NPZWriter(path)
    try writer.begin("a", .float64, shape: [2, 2])
    try writer.append(file.values)
    try writer.end()
    try writer.finish()
    let bytes = try InputFile.read(path)
    let start = 30 + "a.npy".utf8.count
    #expect(Array(bytes[start..<start + file.encoded().count]) == file.encoded())
  }

  /// More arrays than a field of 16 bits counts.
  @Test(.enabled(if: hasNumPy)) func manyArrays() throws {
    let count = 65_537
    var writer = try NPZWriter(path)
    for index in 0..<count {
      try writer.begin("\(index)", .int64, shape: [])
      try writer.append([index])
      try writer.end()
    }
    try writer.finish()
    let check = """
      import numpy, sys
      arrays = numpy.load(sys.argv[1], allow_pickle=False)
      print(len(arrays.files), arrays["0"], arrays["65534"], arrays["65536"])
      """
    #expect(try OtherProgram(["python3", "-c", check, path]).rest() == "65537 0 65534 65536\n")
  }

  @Test func wrongCountsAreRefused() throws {
    let path = path
    func error(_ counts: [Int]) -> InputError? {
      refusal { () throws(InputError) in
        var writer = try NPZWriter(path)
        try writer.begin("a", .int64, shape: [2, 2])
        for count in counts { try writer.append([Int](repeating: 7, count: count)) }
        try writer.end()
        try writer.finish()
      }
    }
    let expected = "as many values as the shape (2, 2) has places, 4"
    #expect(error([4]) == nil)
    #expect(error([3]) == InputError("\(path), array \"a\"", expected: expected, found: "3"))
    #expect(error([]) == InputError("\(path), array \"a\"", expected: expected, found: "0"))
    #expect(error([2, 3]) == InputError("\(path), array \"a\"", expected: expected, found: "5 or more"))
    let unfinished = refusal { () throws(InputError) in
      var writer = try NPZWriter(path)
      try writer.begin("a", .int64, shape: [2])
      try writer.append([1])
      try writer.finish()
    }
    #expect(unfinished?.found == "an end after 1")
    // The first one stands: no failure has changed it.
    #expect(try scratch.names() == ["a.npz"])
    #expect(try InputFile.read(path).count > 200)
  }

  @Test func namesAndShapesAreChecked() throws {
    let path = path
    func error(_ name: String, _ element: NPZWriter.Element, _ shape: [Int]) -> InputError? {
      refusal { () throws(InputError) in
        var writer = try NPZWriter(path)
        try writer.begin("taken", .int64, shape: [0])
        try writer.end()
        try writer.begin(name, element, shape: shape)
      }
    }
    #expect(error("free", .int64, [3]) == nil)
    #expect(error("a/b.c", .text(width: 3), []) == nil)
    #expect(
      error("taken", .float64, [1])
        == InputError("\(path), array \"taken\"", expected: "each name once", found: "a second array of this name"))
    for name in ["", "a\0", "../a", "/a", "a//b", "a/./b", "a\\b", String(repeating: "a", count: 65_532)] {
      #expect(error(name, .int64, []) != nil, "\(name.prefix(10))")
    }
    #expect(error(String(repeating: "a", count: 65_531), .int64, []) == nil)
    for shape in [[-1], [Int.max], [1 << 60], [1 << 32, 1 << 32], [Int](repeating: 1, count: 65)] {
      #expect(error("a", .int64, shape) != nil, "\(shape)")
    }
    for width in [-1, 1 << 29, .max] { #expect(error("a", .text(width: width), [1]) != nil, "\(width)") }
    #expect(try scratch.names() == [])
  }

  @Test func textsThatDoNotFitAreRefused() throws {
    let path = path
    func error(_ text: String, width: Int) -> InputError? {
      refusal { () throws(InputError) in
        var writer = try NPZWriter(path)
        try writer.begin("a", .text(width: width), shape: [2])
        try writer.append(["", text])
      }
    }
    #expect(error("abc", width: 3) == nil)
    #expect(error("abcd", width: 3)?.found == "one of 4")
    #expect(error("ab\0", width: 3)?.found == "one that does")
    #expect(error("e\u{301}\u{301}", width: 2)?.found == "one of 3")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDisk() throws {
    let error = refusal { () throws(InputError) in
      var writer = try NPZWriter("/dev/full")
      try writer.begin("a", .float64, shape: [1000])
      try writer.append([Double](repeating: 1, count: 1000))
      try writer.end()
      try writer.finish()
    }
    #expect(error?.found == "\"No space left on device\"")
  }
}
