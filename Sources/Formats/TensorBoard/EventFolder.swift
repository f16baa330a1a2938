import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a folder that TensorBoard reads (`--logdir`): in it a folder for each run, and in that the run's event file.
///
/// The files are written in a hidden folder inside, under names that TensorBoard passes over. Only `finish` removes the runs of
/// an earlier export and puts the new ones in their places: old and new runs never stand together, and an export that fails while
/// they are written changes nothing. A folder that holds anything else is refused, so that nothing is removed that was not written here.
public struct EventFolder: ~Copyable {
  private let path: String
  private let workplace: String
  private let former: [String]
  private var runs: [String] = []

  /// Begins to write; makes the folder, and those above it, where they are missing.
  ///
  /// - Throws: ``InputError`` for a folder that holds other things than event files of an earlier export, or in which nothing can be
  ///   made.
  public init(_ path: String) throws(InputError) {
    try Folder.makeWritable(path)
    let former = try Folder.names(in: path)
    for name in former where try !Self.isOwn(name, in: path) {
      throw InputError(
        path, expected: "a folder that is empty or holds what an earlier export to TensorBoard wrote",
        found: "\"\(name)\" in it", advice: "Name another folder: it is made where it is missing.")
    }
    let workplace = "\(path)/.basin-\(getpid()).tmp"
    try Folder.make(workplace)
    self.path = path
    self.workplace = workplace
    self.former = former
  }

  deinit {
    for place in runs.indices { unlink(file(place)) }
    rmdir(workplace)
  }

  /// Begins the event file of a run; each has to be finished before `finish`.
  ///
  /// - Parameter name: a name that a folder can have, each once.
  /// - Throws: ``InputError`` for a file that cannot be written.
  public mutating func begin(_ name: String) throws(InputError) -> EventFileWriter {
    runs.append(name)
    return try EventFileWriter(file(runs.count - 1))
  }

  /// Replaces what was in the folder by the new runs.
  ///
  /// - Throws: ``InputError`` naming what could not be removed or put in its place.
  public consuming func finish() throws(InputError) {
    for name in former where "\(path)/\(name)" != workplace { try Folder.remove("\(path)/\(name)") }
    for (place, name) in runs.enumerated() {
      try Folder.make("\(path)/\(name)")
      try AtomicFile.move(file(place), to: "\(path)/\(name)/\(EventFileWriter.fileName)")
    }
  }

  private func file(_ place: Int) -> String { "\(workplace)/\(place)" }

  /// Whether an entry of the folder was written by an earlier export: a run, or what is left of an export that was killed.
  private static func isOwn(_ name: String, in path: String) throws(InputError) -> Bool {
    let entry = "\(path)/\(name)"
    guard Folder.exists(entry) else { return false }
    if name.hasPrefix(".basin-"), name.hasSuffix(".tmp") { return true }
    return try Folder.names(in: entry) == [EventFileWriter.fileName]
  }
}
