import Citations
import Formats

extension [Citation] {
  /// The publications for programs: the shape of those in `claims.json`.
  var json: JSON {
    .array(
      map { citation in
        [
          "key": .string(citation.key), "type": .string(citation.type), "shortName": .string(citation.shortName),
          "fields": .array(citation.fields.map { ["name": .string($0.name), "value": .string($0.value)] }),
        ]
      })
  }
}
