import CZlib
import Numerics

/// The text of a data file, which may be compressed with gzip.
public enum DataText {
  /// The largest size of a text, inflated: 1 GiB. A small file can inflate to a thousand times its size.
  public static let largestSize = 1 << 30

  /// All bytes of a file, inflated if it is a gzip file, whatever its name.
  ///
  /// - Throws: ``InputError`` naming the path: as ``InputFile/read(_:)``; a gzip file that is cut off or damaged; a text of more
  ///   than `limit` bytes.
  static func read(_ path: String, limit: Int = largestSize) throws(InputError) -> [UInt8] {
    var bytes: [UInt8] = []
    try InputFile.stream(path, size: { bytes.reserveCapacity(min(max($0, 0), limit) + 1) }) {
      (piece) throws(InputError) in
      guard piece.count <= limit - bytes.count else { throw tooLarge(path, limit) }
      bytes.append(contentsOf: piece)
    }
    return try inflated(bytes, location: path, limit: limit)
  }

  /// The bytes themselves, or what they inflate to if they are a gzip file: the texts of all its members, one after the other.
  ///
  /// - Throws: ``InputError`` naming `location`: a gzip file that is cut off or damaged; a text of more than `limit` bytes.
  public static func inflated(
    _ bytes: [UInt8], location: String, limit: Int = largestSize
  ) throws(InputError) -> [UInt8] {
    guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
    return try bytes.withUnsafeBufferPointer { (bytes) throws(InputError) in
      try inflate(bytes, location: location, limit: limit)
    }
  }

  private static func inflate(
    _ bytes: UnsafeBufferPointer<UInt8>, location: String, limit: Int
  ) throws(InputError) -> [UInt8] {
    var stream = z_stream()
    // 16 more than the largest window: a gzip header and trailer, with a checksum of the text.
    guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw InputError(location, expected: "memory for inflating the file", found: "too little")
    }
    defer { inflateEnd(&stream) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = 0
    while true {
      // zlib counts in 32 bits.
      let offered = min(bytes.count - consumed, 1 << 30)
      stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + consumed })
      stream.avail_in = UInt32(offered)
      let status = chunk.withUnsafeMutableBufferPointer { chunk in
        stream.next_out = chunk.baseAddress
        stream.avail_out = UInt32(chunk.count)
        return CZlib.inflate(&stream, Z_NO_FLUSH)
      }
      consumed += offered - Int(stream.avail_in)
      let count = chunk.count - Int(stream.avail_out)
      guard count <= limit - text.count else { throw tooLarge(location, limit) }
      text += chunk[..<count]
      switch status {
      case Z_STREAM_END:
        if consumed == bytes.count { return text }
        guard inflateReset(&stream) == Z_OK else { throw damaged(location, "one that zlib cannot go on with") }
      case Z_OK: break
      case Z_BUF_ERROR:
        throw InputError(
          location, expected: "a whole gzip file", found: "one that is cut off", advice: "Copy or compress it again.")
      case Z_NEED_DICT: throw damaged(location, "one that needs a dictionary")
      default: throw damaged(location, stream.msg.map { "\"\(String(cString: $0))\"" } ?? "a damaged one")
      }
    }
  }

  private static func damaged(_ location: String, _ found: String) -> InputError {
    InputError(location, expected: "a sound gzip file", found: found, advice: "Copy or compress it again.")
  }

  private static func tooLarge(_ location: String, _ limit: Int) -> InputError {
    InputError(
      location, expected: "at most \(limit) bytes of text, inflated", found: "more",
      advice: "Take a part of the samples."
    )
  }
}
