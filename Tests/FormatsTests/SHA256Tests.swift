import Formats
import Numerics
import TestSupport
import Testing

@Suite struct SHA256Tests {
  private let scratch = ScratchFolder()

  /// The examples of FIPS 180-4 and of NIST's "Secure Hashing" page.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func knownAnswers(text: String, digest: String) { #expect(SHA256.hexDigest(of: Array(text.utf8)) == digest) }

  @Test func aMillionLetters() {
    #expect(
      SHA256.hexDigest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Sizes about a block's and about a piece's, against the system's own program.
  @Test(arguments: [0, 1, 55, 56, 63, 64, 65, 1 << 18, (1 << 18) + 1, 1_000_003])
  func filesAsTheSystemDoes(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 8) }
    let path = scratch.file("a b.bin")
    try AtomicFile.write(bytes, to: path)
    let digest = try SHA256.hexDigest(ofFile: path)
    #expect(digest == SHA256.hexDigest(of: bytes))
    #expect(try OtherProgram(["sha256sum", path]).rest().hasPrefix(digest + " "))
  }

  @Test func namesTheTrouble() {
    let (missing, folder) = (scratch.file("none"), scratch.path)
    #expect(refusal { () throws(InputError) in _ = try SHA256.hexDigest(ofFile: missing) }?.location == missing)
    #expect(refusal { () throws(InputError) in _ = try SHA256.hexDigest(ofFile: folder) }?.found == "a folder")
  }
}
