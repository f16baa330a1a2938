import Formats
import Foundation
import Numerics

/// Readers of binary files.
extension FuzzReader {
  /// Weights in the safetensors format.
  static let safetensors = FuzzReader(
    "safetensors", seeds: safetensorsSeeds,
    tokens: [
      "{", "}", "[", "]", ",", ":", "\"x\"", "\"dtype\":\"F32\"", "\"shape\":[2,3]", "\"data_offsets\":[0,24]", "F16",
      "BF16",
      "I64", "\"__metadata__\":{\"a\":\"b\"}", "null", "-", ".5", "\\u001b", "0.weight",
    ]
  ) { bytes throws(InputError) in
    let file = try SafetensorsFile(parsing: bytes, location: "w")
    var copies: [SafetensorsFile.NewTensor] = []
    for tensor in file.tensors where tensor.floatType != nil {
      let values = try file.values(tensor.name)
      guard values.count == tensor.count, tensor.shape.reduce(1, &*) == tensor.count else {
        return "\(values.count) values of shape \(tensor.shape)"
      }
      copies.append(.init(tensor.name, shape: tensor.shape, values: values))
    }
    let again = try SafetensorsFile(
      parsing: SafetensorsFile.encoded(copies, metadata: file.metadata), location: "written again")
    for copy in copies where !same(try again.values(copy.name), copy.values) {
      return "\(copy.name) is another when written"
    }
    return again.metadata == file.metadata ? nil : "other metadata when written"
  }

  static let safetensorsSeeds: [[UInt8]] = {
    let tensors: [SafetensorsFile.NewTensor] = [
      .init("0.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]), .init("0.bias", shape: [2], values: [0.5, -0.5]),
      .init("2.weight", shape: [2, 2], values: [1, -1, 1, -1]), .init("2.bias", shape: [2], values: [0, 1]),
    ]
    let small = [SafetensorsFile.NewTensor("x", shape: [], values: [.nan]), .init("y", shape: [0, 3], values: [])]
    func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }
    return [
      try? SafetensorsFile.encoded(tensors, precision: .single, metadata: ["format": "pt"]),
      try? SafetensorsFile.encoded(tensors), try? SafetensorsFile.encoded(small), try? SafetensorsFile.encoded([]),
      file(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]},"
          + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[6,8]},"
          + "\"c\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]}} ", (0..<16).map { $0 }),
    ].compactMap { $0 }
  }()

  /// NumPy's arrays.
  static let npy = FuzzReader("npy", seeds: npySeeds, tokens: npyTokens) { bytes throws(InputError) in
    try check(NPYFile(parsing: bytes, location: "a"))
  }

  static let npyTokens = [
    "{", "}", "(", ")", ",", ":", "'", "'descr'", "'fortran_order': True", "'shape': (2, 3)", "<f4", ">f8", "|O", "<U3",
    "|b1",
    "<i8", ">u2", "L", "()", "True", "False", "\u{93}NUMPY", "[('a', '<f8')]",
  ]

  static let npySeeds: [[UInt8]] = {
    func file(_ type: String, _ shape: String, _ count: Int, fortran: Bool = false, version: UInt8 = 1) -> [UInt8] {
      let header = Array(
        "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n".utf8)
      let length = [UInt8(header.count), 0] + (version == 1 ? [] : [0, 0])
      return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + (0..<count).map { $0 % 8 == 0 ? 1 : 0 }
    }
    let written = try? NPYFile(shape: [2, 3], values: [1, 2, .nan, -0.0, 5, .infinity])
    return [
      written?.encoded() ?? [], file("<f4", "(2, 3)", 24, fortran: true), file(">f8", "(3,)", 24, version: 2),
      file("<i8", "(1, 2, 1)", 16, version: 3), file("|u1", "(5,)", 5), file(">i2", "()", 2), file("|b1", "(2, 2)", 4),
      file("<f8", "(0, 3)", 0), file("<u4", "(2, 1, 2)", 16, fortran: true),
    ]
  }()

  private static func check(_ file: NPYFile) throws(InputError) -> String? {
    guard file.values.count == (file.shape.contains(0) ? 0 : file.shape.reduce(1, *)) else {
      return "\(file.values.count) values of shape \(file.shape)"
    }
    let again = try NPYFile(parsing: file.encoded(), location: "written again")
    return again.shape == file.shape && same(again.values, file.values) ? nil : "another array when written"
  }

  static func same(_ a: [Double], _ b: [Double]) -> Bool {
    a.elementsEqual(b) { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
  }

  /// NumPy's archives: damaged ones, and sound ones of a damaged array.
  static let npz = FuzzReader(
    "npz", seeds: archives + npySeeds,
    tokens: npyTokens + ["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "x.npy", "../"],
    wrap: { bytes, choice in
      guard bytes.starts(with: [0x93, 0x4E]) else { return bytes }
      return ZipAssembly.archive([("x.npy", bytes), ("y.npy", npySeeds[0])], isDeflated: choice % 2 == 0)
    }
  ) { bytes throws(InputError) in
    let file = try NPZFile(parsing: bytes, location: "a")
    for name in file.names {
      let (shape, type) = try file.description(of: name)
      let array = try file.array(name)
      guard array.shape == shape, array.dtype == type else { return "two descriptions of \(name)" }
      if let problem = try check(array) { return problem }
    }
    return nil
  }

  private static let archives: [[UInt8]] = {
    // NumPy's own, deflated: see the tests of formats.
    let numpy =
      "UEsDBC0AAAAIAAAAIQDwzTtG//////////8FABQAeC5ucHkBABAAsAAAAAAAAABXAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxc"
      + "pG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYU8MEeynCAUBxQWgBKizgAAFBL"
      + "AQItAy0AAAAIAAAAIQDwzTtGVwAAALAAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLBQYAAAAAAQABADMAAACOAAAAAAA="
    return [
      ZipAssembly.archive([("x.npy", npySeeds[1]), ("y.npy", npySeeds[4])], isDeflated: false),
      ZipAssembly.archive([("0.weight.npy", npySeeds[0])], isDeflated: true),
      Data(base64Encoded: numpy).map { Array($0) } ?? [],
    ]
  }()

  /// MNIST's arrays.
  static let idx = FuzzReader("idx", seeds: idxSeeds) { bytes throws(InputError) in
    let file = try IDXFile(parsing: bytes, location: "a")
    guard file.values.count == file.shape.reduce(1, *) else {
      return "\(file.values.count) values of shape \(file.shape)"
    }
    return file.values.allSatisfy(\.isFinite) ? nil : "numbers that are not finite"
  }

  private static let idxSeeds: [[UInt8]] = [(0x08, 1), (0x09, 1), (0x0B, 2), (0x0C, 4), (0x0D, 4), (0x0E, 8)].map {
    (type: UInt8, width: Int) in [0, 0, type, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<UInt8(6 * width)).map { $0 }
  }

  /// Files compressed with gzip.
  static let gzip = FuzzReader("gzip", seeds: gzipSeeds) { bytes throws(InputError) in
    let text = try DataText.inflated(bytes, location: "a", limit: 1 << 20)
    return text.count <= 1 << 20 ? nil : "\(text.count) bytes"
  }

  private static let gzipSeeds: [[UInt8]] = {
    let small = Data(base64Encoded: "H4sIAAAAAAACA2Ng4GBkYGBgZmVjBwBKTLXACwAAAA==").map { Array($0) } ?? []
    return [small, small + small]
  }()
}
