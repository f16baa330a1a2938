import Formats
import Numerics

extension Store {
  /// A configuration as the store knows it.
  public struct StoredConfiguration: Sendable {
    /// Its row.
    public let row: Int
    /// SHA-256 of its settings.
    public let hash: String
    /// The resolved settings.
    public let settings: JSON
    /// The names of the measurements at the end.
    public let finalNames: [String]
    /// The names of the measurements along the way.
    public let seriesNames: [String]
    /// How many trials the spec wants; nil if no longer any.
    public let trials: Int?
  }

  /// What the store was made for.
  public struct Plan: Sendable {
    /// The name of the experiment.
    public let name: String
    /// The hash of the spec.
    public let hash: String
    /// The spec as it was written, overrides applied.
    public let source: JSON
    /// The version of the program that ran it last.
    public let version: String
    /// The configurations in the order of the grid.
    public let configurations: [StoredConfiguration]
    /// Configurations of earlier specs in this store, in the order in which they came.
    public let former: [StoredConfiguration]

    /// The number of trials that are wanted.
    public var trialCount: Int { configurations.reduce(0) { $0 + ($1.trials ?? 0) } }
  }

  /// Makes `spec` the current one: adds what is new of its configurations, keeps all that is there.
  ///
  /// - Returns: the rows of the spec's configurations, in the order of the grid.
  @discardableResult public func adopt(_ spec: Spec, version: String) throws(InputError) -> [Int] {
    try adopt(
      name: spec.name, hash: spec.hash, source: spec.source, version: version,
      configurations: spec.configurations.map {
        StoredConfiguration(
          row: 0, hash: $0.hash, settings: $0.settings, finalNames: $0.workload.finalNames,
          seriesNames: $0.workload.seriesNames, trials: $0.trials)
      })
  }

  /// The same with a plan read from another store.
  @discardableResult func adopt(_ plan: Plan) throws(InputError) -> [Int] {
    try adopt(
      name: plan.name, hash: plan.hash, source: plan.source, version: plan.version, configurations: plan.configurations)
  }

  private func adopt(
    name: String, hash: String, source: JSON, version: String, configurations: [StoredConfiguration]
  ) throws(InputError) -> [Int] {
    try connection.transaction { () throws(InputError) in
      let last = try connection.integer("SELECT coalesce(max(place), 0) FROM specs") ?? 0
      let spec = try connection.prepare(
        """
        INSERT INTO specs (hash, name, source, version, place) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (hash) DO UPDATE SET name = ?2, source = ?3, version = ?4, place = ?5
        RETURNING id
        """)
      try spec.bind(hash, to: 1)
      try spec.bind(name, to: 2)
      try spec.bind(source.text, to: 3)
      try spec.bind(version, to: 4)
      try spec.bind(last + 1, to: 5)
      guard try spec.step() else { throw lost("specs") }
      let specRow = try spec.integer(0)
      _ = try spec.step()

      var rows: [Int] = []
      let find = try connection.prepare("SELECT id FROM configurations WHERE hash = ?")
      let add = try connection.prepare(
        "INSERT INTO configurations (hash, settings, finals, series) VALUES (?, ?, ?, ?)")
      let place = try connection.prepare("INSERT OR REPLACE INTO plans VALUES (?, ?, ?, ?)")
      for (number, configuration) in configurations.enumerated() {
        try find.bind(configuration.hash, to: 1)
        let row: Int
        if try find.step() {
          row = try find.integer(0)
          find.reset()
        } else {
          try add.bind(configuration.hash, to: 1)
          try add.bind(configuration.settings.text, to: 2)
          try add.bind(JSON.array(configuration.finalNames.map(JSON.string)).text, to: 3)
          try add.bind(JSON.array(configuration.seriesNames.map(JSON.string)).text, to: 4)
          try add.run()
          row = connection.lastInsertRowID
        }
        try place.bind(specRow, to: 1)
        try place.bind(number, to: 2)
        try place.bind(row, to: 3)
        try place.bind(configuration.trials ?? 0, to: 4)
        try place.run()
        rows.append(row)
      }
      return rows
    }
  }

  /// Whether a spec was ever run with the store.
  var hasPlan: Bool {
    get throws(InputError) { try connection.integer("SELECT EXISTS (SELECT 1 FROM specs)") == 1 }
  }

  /// The current spec's plan.
  ///
  /// - Throws: `InputError` if no spec was ever run with the store, or it is damaged.
  public func plan() throws(InputError) -> Plan {
    let spec = try connection.prepare("SELECT id, name, hash, source, version FROM specs ORDER BY place DESC LIMIT 1")
    guard try spec.step() else {
      throw InputError(path, expected: "a store with a spec", found: "one in which nothing was run yet")
    }
    let row = try spec.integer(0)
    let (name, hash, source) = (try spec.text(1), try spec.text(2), try spec.text(3))
    let version = try spec.text(4)
    return Plan(
      name: name, hash: hash, source: try JSON(parsing: source, location: path), version: version,
      configurations: try configurations(
        """
        SELECT c.id, c.hash, c.settings, c.finals, c.series, p.trials FROM plans p JOIN configurations c
        ON c.id = p.configuration WHERE p.spec = \(row) ORDER BY p.place
        """),
      former: try configurations(
        """
        SELECT id, hash, settings, finals, series, NULL FROM configurations
        WHERE id NOT IN (SELECT configuration FROM plans WHERE spec = \(row)) ORDER BY id
        """))
  }

  private func configurations(_ sql: String) throws(InputError) -> [StoredConfiguration] {
    let statement = try connection.prepare(sql)
    var found: [StoredConfiguration] = []
    while try statement.step() {
      found.append(
        StoredConfiguration(
          row: try statement.integer(0), hash: try statement.text(1),
          settings: try JSON(parsing: try statement.text(2), location: path),
          finalNames: try names(try statement.text(3)), seriesNames: try names(try statement.text(4)),
          trials: try statement.isNull(5) ? nil : statement.integer(5)))
    }
    return found
  }

  private func names(_ text: String) throws(InputError) -> [String] {
    guard case .array(let entries) = try JSON(parsing: text, location: path) else { throw lost("names") }
    return entries.compactMap { if case .string(let name) = $0 { name } else { nil } }
  }

  /// Notes that a shard of the experiment was run with this store.
  public func noteShard(number: Int, of count: Int) throws(InputError) {
    try connection.execute("INSERT OR IGNORE INTO shards VALUES (\(number), \(count))")
  }

  /// The shards that were run with this store.
  public func shards() throws(InputError) -> [(number: Int, count: Int)] {
    let statement = try connection.prepare("SELECT number, count FROM shards ORDER BY count, number")
    var found: [(number: Int, count: Int)] = []
    while try statement.step() { found.append((try statement.integer(0), try statement.integer(1))) }
    return found
  }

  func lost(_ what: String) -> InputError {
    InputError(
      path, expected: "\(what) as they were written", found: "something else",
      advice: "The store is damaged: restore a copy.")
  }
}
