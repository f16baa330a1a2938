import CMessageDigest
import Numerics

/// The checksum SHA-256 (FIPS 180-4): equal checksums mean equal bytes, for all purposes.
public enum SHA256 {
  /// The checksum of `bytes` as 64 lower-case hexadecimal digits.
  public static func hexDigest(of bytes: [UInt8]) -> String {
    var digest = Digest()
    bytes.withUnsafeBytes { digest.update($0) }
    return digest.finish()
  }

  /// The checksum of a file's content, or of a pipe's until its end, as 64 lower-case hexadecimal digits. Memory: 256 KiB.
  ///
  /// - Throws: ``InputError`` naming the path: nothing there, a folder, no permission, or an error while reading.
  public static func hexDigest(ofFile path: String) throws(InputError) -> String {
    var digest = Digest()
    try InputFile.stream(path) { digest.update($0) }
    return digest.finish()
  }
}

/// A checksum whose bytes are still coming in.
private struct Digest {
  private var context = SHA2_CTX()

  init() { SHA256Init(&context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { SHA256Update(&context, $0.baseAddress, $0.count) }
  }

  mutating func finish() -> String {
    let digits = Array("0123456789abcdef".utf8)
    var bytes = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256Final(&bytes, &context)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
