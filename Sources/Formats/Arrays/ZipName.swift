/// Names of files in zip archives.
enum ZipName {
  /// Whether a name is a path downwards, of parts that all systems can have: whoever unpacks it stays in one folder.
  static func isSound(_ name: String) -> Bool {
    guard !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".."
    }
  }
}
