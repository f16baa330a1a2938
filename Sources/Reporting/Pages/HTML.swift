/// Text made safe for HTML and XML.
enum HTML {
  /// The text with the five characters replaced that mean something in HTML, XML or in a quoted attribute.
  static func escaped(_ text: String) -> String {
    var output = ""
    output.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "'": output += "&#39;"
      // Control characters are not allowed in XML at all.
      case "\0"..<"\t", "\u{B}", "\u{C}", "\u{E}"..<" ": output += "\u{FFFD}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  /// Paragraphs, separated in plain text by empty lines.
  static func paragraphs(_ text: String) -> String {
    blocks(text).map { "<p>\(escaped($0))</p>" }.joined(separator: "\n")
  }

  /// The paragraphs of a text.
  static func blocks(_ text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.split { $0.allSatisfy(\.isWhitespace) }.map { $0.joined(separator: "\n") }
  }

  /// A name usable as an element's `id` and in an address: other characters become hyphens.
  static func anchor(_ name: String) -> String {
    let scalars = name.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      return isPlain || scalar == "." || scalar == "_" ? Character(scalar) : "-"
    }
    return String(scalars)
  }

  /// A file name as part of an address.
  static func address(_ name: String) -> String {
    name.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain = byte < 128 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      if isPlain || "-._~".unicodeScalars.contains(scalar) { return String(scalar) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  /// A text as part of a `data:` address in a quoted attribute: much shorter than in base 64, since only what would end or change the
  /// address is replaced.
  static func inAddress(_ text: String) -> String {
    var output = ""
    output.reserveCapacity(text.utf8.count * 9 / 8)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": output += "%25"
      case "#": output += "%23"
      case "<": output += "%3C"
      case ">": output += "%3E"
      case "\"": output += "%22"
      case "&": output += "%26"
      case "\n": output += "%0A"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  /// A list of facts: what, and its value in HTML.
  static func facts(_ rows: [(what: String, value: String)]) -> String {
    "<dl class=\"facts\">\(rows.map { "<dt>\($0.what)</dt><dd>\($0.value)</dd>" }.joined(separator: "\n"))</dl>"
  }
}
