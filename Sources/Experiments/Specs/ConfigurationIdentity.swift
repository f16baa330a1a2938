import Formats

/// Computes the hashes of configurations, one after the other: what did not change since the last one is not written again.
struct ConfigurationIdentity {
  private var parts: [String: (settings: JSON, bytes: [UInt8])] = [:]

  /// SHA-256 over the canonical text of the settings, without what does not enter a result: where a file lies, and the master seed
  /// once the four are derived.
  mutating func hash(of settings: JSON) -> String {
    guard case .object(let members) = settings else { return SHA256.hexDigest(of: settings.utf8) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1_024)
    for (key, part) in members.sorted(by: { $0.key < $1.key }) {
      bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
      bytes += text(of: part, key: key)
    }
    bytes += Array((bytes.isEmpty ? "{}" : "}").utf8)
    return SHA256.hexDigest(of: bytes)
  }

  /// `"key":value`.
  private mutating func text(of part: JSON, key: String) -> [UInt8] {
    if let known = parts[key], known.settings == part { return known.bytes }
    var identity = Self.withoutPaths(part)
    if key == "seeds", case .object(var seeds) = identity {
      seeds["master"] = nil
      identity = .object(seeds)
    }
    let bytes = JSON.string(key).utf8 + [UInt8(ascii: ":")] + identity.utf8
    parts[key] = (part, bytes)
    return bytes
  }

  private static func withoutPaths(_ value: JSON) -> JSON {
    switch value {
    case .array(let entries): return .array(entries.map(withoutPaths))
    case .object(var members):
      if members["sha256"] != nil { members["file"] = nil }
      return .object(members.mapValues(withoutPaths))
    default: return value
    }
  }
}
