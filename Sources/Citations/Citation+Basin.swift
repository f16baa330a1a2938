extension Citation {
  /// Basin itself; CITATION.cff says the same.
  ///
  /// - Parameter version: the version that made the results.
  public static func basin(version: String) -> Citation {
    Citation(
      key: "basin", type: "software", shortName: "Basin \(version)",
      fields: [
        "author": "{The Basin developers}", "title": "{Basin}", "version": version, "license": "Apache-2.0",
        "abstract":
          """
        A laboratory for what the batch size, the step size and the sampling order of stochastic gradient descent \
        choose among equally good minima.
        """,
      ])
  }
}
