import CZlib

/// Words inside of a PNG picture, which viewers show as its properties (PNG specification, third edition, chunk `iTXt`).
public enum PNGText {
  /// The picture with a text for each keyword, after its header; nil if the bytes are no PNG picture.
  ///
  /// - Parameter texts: keywords of 1 to 79 Latin letters and what each says, in any script. The specification names `Title`,
  ///   `Description`, `Software` and `Source`, among others.
  public static func adding(_ texts: KeyValuePairs<String, String>, to picture: [UInt8]) -> [UInt8]? {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // The header is the first chunk, and its 13 bytes are framed by a length, a name and a checksum of 4 bytes each.
    let end = signature.count + 25
    guard picture.count > end, picture.starts(with: signature), picture[12..<16].elementsEqual("IHDR".utf8) else {
      return nil
    }
    let chunks = texts.flatMap { keyword, text in
      // No compression, no language, no translated keyword.
      chunk(Array(keyword.utf8) + [0, 0, 0, 0, 0] + Array(text.utf8))
    }
    return picture[..<end] + chunks + picture[end...]
  }

  private static func chunk(_ content: [UInt8]) -> [UInt8] {
    let body = Array("iTXt".utf8) + content
    let checksum = UInt32(crc32_z(0, body, body.count))
    return bigEndian(UInt32(content.count)) + body + bigEndian(checksum)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
