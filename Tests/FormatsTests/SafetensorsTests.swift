import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

/// Files in the safetensors format: the reference implementation's, our own, and hostile ones.
@Suite struct SafetensorsTests {
  private let scratch = ScratchFolder()

  /// A file with a header of our choice, `length` in front of it, and bytes of data.
  private func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let field = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Array($0) }
    return field + Array(header.utf8) + [UInt8](repeating: 1, count: data)
  }

  private func error(_ bytes: [UInt8]) -> InputError? {
    refusal { () throws(InputError) in _ = try SafetensorsFile(parsing: bytes, location: "w") }
  }

  @Test func readsWhatTheReferenceWrites() throws {
    let bytes = [UInt8](try #require(Data(base64Encoded: SafetensorsFiles.ofEachType)))
    let path = scratch.file("a.safetensors")
    try AtomicFile.write(bytes, to: path)
    for file in [try SafetensorsFile(parsing: bytes, location: "w"), try .read(path)] {
      #expect(file.metadata == ["format": "pt"])
      #expect(file.tensors.map(\.name).sorted() == ["a.f32", "b.f64", "c.f16", "d.bf16", "e.i64", "f.empty"])
      #expect(file.tensors.first { $0.name == "d.bf16" }?.floatType == .bfloat16)
      let exact = [0.25, -1.5, 65504, 0x1p-14, 0x1p-24, .infinity]
      #expect(try file.values("a.f32") == exact)
      #expect(try file.values("c.f16") == exact)
      #expect(try file.values("d.bf16") == [0.25, -1.5, 65536, 0x1p-14, 0x1p-24, .infinity])
      let doubles = try file.values("b.f64")
      #expect(doubles.count == 2 && doubles[0] == 0.1 && doubles[1].isNaN)
      #expect(try file.values("f.empty") == [])
      let integers = refusal { () throws(InputError) in _ = try file.values("e.i64") }
      #expect(
        integers?.expected == "numbers of type F16, BF16, F32, F64" && integers?.found == "I64"
          && integers?.location.hasSuffix("tensor \"e.i64\"") == true)
      #expect(refusal { () throws(InputError) in _ = try file.values("a.f23") }?.advice == "Did you mean \"a.f32\"?")
    }
  }

  /// Every half there is, against the platform's own conversion of the equal single.
  @Test func halvesAreExact() {
    for bits in 0...UInt16.max {
      let value = FloatType.widened(bits)
      let exponent = Int(bits >> 10) & 31
      if exponent == 31 {
        #expect(value.isFinite == false && value.isNaN == (bits & 1_023 != 0))
      } else {
        // A half's exponent and fraction, in a single.
        let single: Float =
          exponent == 0
          ? Float(bits & 1_023) * 0x1p-24 : Float(bitPattern: UInt32(exponent + 112) << 23 | UInt32(bits & 1_023) << 13)
        if value != Double(bits >> 15 == 0 ? single : -single) || (value.sign == .minus) != (bits >> 15 == 1) {
          Issue.record("\(bits): \(value)")
        }
      }
    }
  }

  @Test func whatWasWrittenIsRead() throws {
    let values = [0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1]
    let tensors: [SafetensorsFile.NewTensor] = [
      .init("z", shape: [2, 4], values: values), .init("a \"ä\"\n", shape: [], values: [2.5]),
      .init("", shape: [0, 7], values: []),
    ]
    let path = scratch.file("b.safetensors")
    try SafetensorsFile.write(tensors, metadata: ["by": "Basin"], to: path)
    let file = try SafetensorsFile.read(path)
    #expect(file.metadata == ["by": "Basin"])
    #expect(Set(file.tensors.map(\.name)) == ["z", "a \"ä\"\n", ""])
    #expect(try file.values("z").map(\.bitPattern) == values.map(\.bitPattern))
    #expect(try file.values("a \"ä\"\n") == [2.5])
    let bytes = try InputFile.read(path)
    #expect(bytes.count % 8 == 0 && bytes.count >= 8 + 9 * 8)
    // More than one piece of reading.
    let many = (0..<100_000).map(Double.init)
    try SafetensorsFile.write([.init("x", shape: [100_000], values: many)], precision: .single, to: path)
    #expect(try SafetensorsFile.read(path).values("x") == many)
    #expect(try SafetensorsFile(parsing: InputFile.read(path), location: "w").tensors.map(\.type) == ["F32"])
  }

  @Test func refusesToWriteWhatDoesNotFit() {
    for (tensors, precision) in [
      ([.init("x", shape: [2], values: [1])], .double), ([.init("x", shape: [-1], values: [])], .double),
      ([.init("__metadata__", shape: [], values: [1])], .double), ([.init("x", shape: [], values: [1e300])], .single),
      ([.init("x", shape: [], values: [1]), .init("x", shape: [], values: [1])], .double),
    ] as [([SafetensorsFile.NewTensor], SafetensorsFile.Precision)] {
      #expect(throws: InputError.self) { try SafetensorsFile.encoded(tensors, precision: precision) }
    }
  }

  private static func tensor(_ members: String) -> String { "{\"x\":{\(members)}}" }
  private static let sound = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"

  @Test(arguments: [
    // The header itself.
    ("", 0, "a safetensors file"), ("{", 0, "JSON"), ("[]", 0, "JSON that begins with \"{\""),
    (" {}", 0, "JSON that begins"),
    ("{}x", 0, "JSON"), ("{\"x\":1}", 0, "an object of dtype"), ("{\"x\":{}}", 0, "an object of dtype"),
    ("{\"\u{7}\":1}", 0, "JSON"), ("{}", 1, "0 bytes of data"),
    (tensor(sound + ",\"extra\":1"), 8, "an object of dtype"),
    ("{\"x\":{\(sound)},\"x\":{\(sound)}}", 8, "JSON, here each key once"),
    (tensor("\"dtype\":\"F32\",\(sound)"), 8, "JSON, here each key once"),
    // Metadata.
    ("{\"__metadata__\":1}", 0, "texts by key"), ("{\"__metadata__\":{\"a\":1}}", 0, "texts by key"),
    ("{\"__metadata__\":{\"a\":{}}}", 0, "texts by key"), ("{\"__metadata__\":[\"a\"]}", 0, "texts by key"),
    // Types.
    (tensor("\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]"), 8, "a type such as"),
    (tensor("\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]"), 8, "a type such as"),
    (tensor("\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]"), 8, "16 bytes, for the shape [2]"),
    // Numbers.
    (tensor("\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]"), 8, "a list of whole numbers"),
    (tensor("\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]"), 8, "a list of whole numbers"),
    (tensor("\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]"), 8, "a list of whole numbers"),
    (tensor("\"dtype\":\"F32\",\"shape\":[18446744073709551615],\"data_offsets\":[0,8]"), 8, "a list of whole numbers"),
    (tensor("\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]"), 8, "a list of whole numbers"),
    (tensor("\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]"), 8, "a list of whole numbers"),
    (tensor("\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]"), 8, "a shape whose size"),
    (tensor("\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,8]"), 8, "a shape whose size"),
    (
      tensor(
        "\"dtype\":\"F32\",\"shape\":[" + [String](repeating: "1", count: 65).joined(separator: ",")
          + "],\"data_offsets\":[0,4]"), 4, "at most 64 axes"
    ),
    // Places.
    (tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]"), 8, "its first byte"),
    (tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]"), 8, "its first byte"),
    (tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,16]"), 8, "its first byte"),
    (tensor("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]"), 8, "12 bytes, for the shape [3]"),
    (tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]"), 12, "bytes from 0 on, where the header ends"),
    (tensor(sound), 7, "8 bytes of data"), (tensor(sound), 9, "8 bytes of data"),
    (
      tensor("\"dtype\":\"F32\",\"shape\":[250000000000],\"data_offsets\":[0,1000000000000]"), 8,
      "1000000000000 bytes of data"
    ),
    ("{\"x\":{\(sound)},\"y\":{\(sound)}}", 8, "bytes from 8 on, where tensor \"x\" ends"),
    ("{\"x\":{\(sound)},\"y\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[9,17]}}", 17, "bytes from 8 on"),
    ("{\"x\":{\(sound)},\"y\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "bytes from 8 on"),
  ])
  func refuses(header: String, data: Int, expected: String) {
    let bytes = header.isEmpty ? [] : file(header, data: data)
    let found = error(bytes)
    #expect(found?.location.hasPrefix("w") == true && found?.expected.hasPrefix(expected) == true, "\(found as Any)")
  }

  @Test func refusesLengths() throws {
    #expect(error(file("{}", length: 0))?.found == "nothing")
    #expect(error(file("{}", length: 3))?.found == "a file that ends after 2 of them")
    #expect(error(file("{}", length: 100_000_001))?.expected.hasSuffix("at most 100000000") == true)
    #expect(error(file("{}", length: .max))?.found == "18446744073709551615")
    #expect(error(file("{}", length: 100_000_000))?.expected == "a header of at most 10000000 bytes")
    #expect(error([1, 0, 0])?.found == "3 bytes")
    #expect(error(file("{}   ")) == nil)
    let deep = "{\"x\":" + String(repeating: "[", count: 100_000)
    #expect(error(file(deep))?.expected.contains("brackets inside each other") == true)
  }

  /// A header may claim a terabyte, and a file may have it, without taking memory: there is nothing in it.
  @Test func aTerabyteOfNothing() throws {
    let path = scratch.file("large.safetensors")
    let header = Self.tensor("\"dtype\":\"F32\",\"shape\":[250000000000],\"data_offsets\":[0,1000000000000]")
    try AtomicFile.write(file(header), to: path)
    let short = refusal { () throws(InputError) in _ = try SafetensorsFile.read(path) }
    #expect(short?.expected == "1000000000000 bytes of data, as its header says" && short?.found == "0")
    guard truncate(path, off_t(8 + header.utf8.count + 1_000_000_000_000)) == 0 else { return }
    let file = try SafetensorsFile.read(path)
    #expect(file.tensors.map(\.count) == [250_000_000_000])
    let large = refusal { () throws(InputError) in _ = try file.values("x") }
    #expect(large?.expected == "at most 268435456 entries")
  }

  @Test func everyTruncationIsAnError() throws {
    let whole = [UInt8](try #require(Data(base64Encoded: SafetensorsFiles.ofEachType)))
    for length in 0..<whole.count { #expect(error(Array(whole[..<length])) != nil) }
    #expect(error(whole) == nil)
    // Cut off behind its header after it was opened.
    let path = scratch.file("short.safetensors")
    try AtomicFile.write(whole, to: path)
    let file = try SafetensorsFile.read(path)
    #expect(truncate(path, off_t(whole.count - 30)) == 0)
    #expect(
      refusal { () throws(InputError) in _ = try file.values("c.f16") }?.advice
        == "It became shorter while it was read: try again.")
  }
}
