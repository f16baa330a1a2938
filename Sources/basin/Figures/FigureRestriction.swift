import Experiments
import Formats
import Numerics
import Reporting

/// The values of a setting whose trials a figure shows.
struct FigureRestriction {
  /// The setting.
  let place: String
  /// Its values that count.
  let values: [JSON]

  /// Reads `place=value,value`.
  ///
  /// - Throws: `InputError` for a setting or a value that the store lacks.
  init(_ text: String, _ names: FigureNames) throws(InputError) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw InputError(
        "basin figure --where", expected: "a setting and its values, as place=value,value", found: "\"\(text)\"")
    }
    place = parts[0]
    let every = names.everySetting
    guard let column = every.settingNames.firstIndex(of: place) else {
      throw InputError(
        "basin figure --where", expected: "a setting", found: "\"\(place)\"",
        advice: FigureNames.advice(place, every.settingNames))
    }
    var seen: Set<JSON> = []
    let known = every.settings.compactMap { $0[column] }.filter { seen.insert($0).inserted }
    // A value may have commas itself.
    if let whole = known.first(where: { Self.means(parts[1], $0) }) {
      values = [whole]
      return
    }
    var values: [JSON] = []
    for word in parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let value = known.first(where: { Self.means(word, $0) }) else {
        throw InputError(
          "basin figure --where", expected: "a value of \(place)", found: "\"\(word)\"",
          advice: Suggestion.sentence(for: word, among: known.map { ResultGrid.Setting($0).text }))
      }
      values.append(value)
    }
    self.values = values
  }

  /// Whether a word is a value: numbers by what they are, not by how they are written.
  private static func means(_ word: String, _ value: JSON) -> Bool {
    if let number = value.double { return Double(word) == number }
    return ResultGrid.Setting(value).text == word
  }

  /// `optimizer.batch = 1, 2`.
  var words: String { "\(place) = \(values.map { ResultGrid.Setting($0).text }.joined(separator: ", "))" }
}
