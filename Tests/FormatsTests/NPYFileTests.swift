import Foundation
import Numerics
import Testing

@testable import Formats

@Suite struct NPYFileTests {
  private func bytes(_ base64: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: base64))) }

  private func parse(_ base64: String) throws -> NPYFile { try NPYFile(parsing: try bytes(base64), location: "a.npy") }

  private func error(_ bytes: [UInt8]) -> InputError? {
    do throws(InputError) {
      _ = try NPYFile(parsing: bytes, location: "a.npy")
      return nil
    } catch { return error }
  }

  /// A file with a header of our choice.
  private func file(_ header: String, data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    let length = header.utf8.count
    let field =
      version == 1 ? [UInt8(length & 255), UInt8(length >> 8)] : [UInt8(length & 255), UInt8(length >> 8), 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + field + Array(header.utf8) + data
  }

  @Test func readsEachTypeThatNumPyWrites() throws {
    for (type, base64) in NumPyFiles.ofEachType {
      let file = try parse(base64)
      let expected: [Double] =
        switch type.dropFirst().first {
        case "f": [0.25, 1.25, 2.25, 100.25, -2.75, 7.25]
        case "u": [0, 1, 2, 100, 3, 7]
        case "b": [0, 0, 1, 1, 0, 1]
        default: [0, 1, 2, 100, -3, 7]
        }
      #expect(file.values == expected && file.shape == [2, 3] && file.dtype == type, "\(type)")
    }
    #expect(NumPyFiles.ofEachType.count == 19)
  }

  @Test func readsEachLayout() throws {
    let fortran = try parse(NumPyFiles.fortranOrder)
    #expect(fortran.values == (0..<24).map(Double.init) && fortran.shape == [2, 3, 4])
    for version in [NumPyFiles.version2, NumPyFiles.version3] {
      #expect(try parse(version).values == [0, 1, 2])
    }
    let scalar = try parse(NumPyFiles.scalar)
    #expect(scalar.shape == [] && scalar.values == [2.5])
    let empty = try parse(NumPyFiles.empty)
    #expect(empty.shape == [0, 3] && empty.values == [])
    #expect(try parse(NumPyFiles.largestExact).values == [-0x1p53, 0x1p53])
  }

  @Test func matrices() throws {
    #expect(try parse(NumPyFiles.vector).matrix() == Matrix([[0], [1], [2], [3]]))
    let two = try NPYFile(shape: [2, 2], values: [1, 2, 3, 4])
    #expect(try two.matrix() == Matrix([[1, 2], [3, 4]]))
    #expect(NPYFile(Matrix([[1, 2], [3, 4]])) == two)
    #expect(throws: InputError.self) { try parse(NumPyFiles.scalar).matrix() }
    #expect(throws: InputError.self) { try parse(NumPyFiles.fortranOrder).matrix() }
  }

  /// NumPy writes the same bytes.
  @Test func writesWhatNumPyWrites() throws {
    let types = NumPyFiles.ofEachType
    let values = [0.25, 1.25, 2.25, 100.25, -2.75, 7.25]
    let array = try NPYFile(shape: [2, 3], values: values)
    #expect(array.encoded() == (try bytes(try #require(types["<f8"]))))
    #expect(try NPYFile(shape: [], values: [2.5]).encoded() == bytes(NumPyFiles.scalar))
    #expect(try NPYFile(shape: [4], values: [0, 1, 2, 3]).encoded() == bytes(NumPyFiles.vector))
    #expect(try NPYFile(shape: [0, 3], values: []).encoded() == bytes(NumPyFiles.empty))
  }

  @Test func roundTripsEveryBit() throws {
    let values = [0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1]
    for shape in [[8], [2, 4], [1, 2, 2, 2, 1], [8, 1]] + [[Int](repeating: 1, count: 63) + [8]] {
      let written = try NPYFile(shape: shape, values: values)
      #expect(written.encoded().count % 64 == 0)
      let read = try NPYFile(parsing: written.encoded(), location: "a.npy")
      #expect(read.shape == shape && read.dtype == "<f8")
      #expect(read.values.map(\.bitPattern) == values.map(\.bitPattern))
    }
  }

  @Test func refusesToWriteWhatDoesNotFit() {
    #expect(throws: InputError.self) { try NPYFile(shape: [2, 3], values: [1]) }
    #expect(throws: InputError.self) { try NPYFile(shape: [-1, -1], values: [1]) }
    #expect(throws: InputError.self) { try NPYFile(shape: [Int](repeating: 1, count: 65), values: [1]) }
    #expect(throws: InputError.self) { try NPYFile(shape: [.max, .max], values: [1]) }
  }

  @Test func saysWhatIsWrong() throws {
    let unsupported = "entries of type b1, i1 to i8, u1 to u8, f4 or f8"
    #expect(error(try bytes(NumPyFiles.objects))?.found == "Python objects (type \"|O\")")
    #expect(error(try bytes(NumPyFiles.structure))?.found == "a structured array")
    for other in [NumPyFiles.complex, NumPyFiles.text, NumPyFiles.half] {
      #expect(error(try bytes(other))?.expected == unsupported)
    }
    #expect(error(try bytes(NumPyFiles.tooLargeUnsigned))?.found == "18446744073709551615 at entry 0")
    #expect(error(try bytes(NumPyFiles.tooLargeSigned))?.found == "-9007199254740993 at entry 0")
    let whole = try bytes(NumPyFiles.vector)
    let truncated = InputError(
      "a.npy", expected: "32 bytes of data, for the shape (4,) of <f8", found: "31",
      advice: "The file is cut off: copy or write it again.")
    #expect(error(whole.dropLast()) == truncated)
    #expect(error(whole + [0])?.found == "33")
    #expect(error([])?.found == "an empty file")
    #expect(error([0x50, 0x4B, 3, 4])?.advice == "It looks like a zip archive, such as an .npz file.")
    #expect(error(file("{}", version: 4))?.found == "version 4.0")
  }

  @Test(arguments: [
    "", "{", "{}", "[]", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': False, 'shape': 0}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0)}", "{'descr': '<f8', 'fortran_order': false, 'shape': (0,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0,)",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0,)} x",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0,,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0,), 'x': 1}",
    "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (0,)}",
    "{'descr': '<f8, 'fortran_order': False, 'shape': (0,)}", "{'descr': 'f', 'fortran_order': False, 'shape': (0,)}",
    "{'descr': '|f8', 'fortran_order': False, 'shape': (0,)}",
    "{'descr': '<f3', 'fortran_order': False, 'shape': (0,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4611686018427387904)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (" + String(repeating: "1,", count: 65) + ")}",
  ])
  func refusesBadHeaders(header: String) {
    for version in [1, 2, 3] as [UInt8] { #expect(error(file(header, version: version))?.location == "a.npy") }
  }

  @Test func acceptsOtherSpellings() {
    #expect(error(file("{ \"shape\":(0L , 3L ),'fortran_order':True,'descr':'=f4' }\n")) == nil)
    #expect(error(file("{'descr': '<i1', 'fortran_order': False, 'shape': (2,)}", data: [1, 255])) == nil)
    #expect(error(file("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", data: [2]))?.found == "2 at entry 0")
    // No entry, whatever the other sizes.
    #expect(error(file("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 4611686018427387904, 8)}")) == nil)
  }

  @Test func everyTruncationIsAnError() throws {
    for base64 in Array(NumPyFiles.ofEachType.values) + [NumPyFiles.version2, NumPyFiles.fortranOrder] {
      let whole = try bytes(base64)
      for length in 0..<whole.count { #expect(error(Array(whole[..<length])) != nil) }
    }
  }

  /// Thousands of damaged files: each is read or refused, and what is read has as many values as its shape says.
  @Test func damageNeverTraps() throws {
    var stream = RandomStream(RandomKey(seed: 1, purpose: .measurement))
    let originals = try
      (Array(NumPyFiles.ofEachType.sorted { $0.key < $1.key }.map(\.value)) + [
        NumPyFiles.version2, NumPyFiles.fortranOrder, NumPyFiles.objects, NumPyFiles.structure, NumPyFiles.empty,
      ]).map(bytes)
    let likely = Array("{}(),:'\"<>|=0123456789fiubOTrueFalse L\u{0}".utf8) + [255, 128]
    var (read, refused) = (0, 0)
    for _ in 0..<6000 {
      var damaged = originals[stream.integer(below: originals.count)]
      for _ in 0...stream.integer(below: 3) {
        // Half of the time the header's text, of about 75 bytes, and otherwise anything.
        let end = stream.integer(below: 2) == 0 ? damaged.count : min(damaged.count, 75)
        let place = stream.integer(below: max(end, 1))
        guard place < damaged.count else { continue }
        switch stream.integer(below: 8) {
        case 0...2: damaged[place] = UInt8(stream.integer(below: 256))
        case 3...4: damaged[place] = likely[stream.integer(below: likely.count)]
        case 5: damaged.remove(at: place)
        case 6: damaged.insert(likely[stream.integer(below: likely.count)], at: place)
        default: damaged.removeLast(stream.integer(below: damaged.count))
        }
      }
      do throws(InputError) {
        let file = try NPYFile(parsing: damaged, location: "damaged.npy")
        // Comparing first and expecting only on failure keeps thousands of cases quick.
        if NPYFile.elementCount(file.shape) != file.values.count { Issue.record("\(file.shape): \(file.values.count)") }
        read += 1
      } catch {
        if error.location != "damaged.npy" || error.expected.isEmpty || error.found.isEmpty { Issue.record("\(error)") }
        refused += 1
      }
    }
    // Both paths are taken often: damage that only changes values is read.
    #expect(read > 50)
    #expect(refused > 1000)
  }
}
