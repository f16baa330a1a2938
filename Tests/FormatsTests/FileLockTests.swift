import Formats
import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct FileLockTests {
  private let scratch = ScratchFolder()
  private var path: String { scratch.file("a.db") }

  /// Asks for the same lock, says whether it got it, and keeps it until its input ends.
  private static let rival = """
    import fcntl, os, struct, sys
    file = os.open(sys.argv[1], os.O_RDWR)
    request = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 1 << 62, 1, 0)
    try:
        fcntl.fcntl(file, 37, request)
        print("locked", flush=True)
        sys.stdin.read()
    except OSError:
        print("refused", flush=True)
    """

  private func rival() throws -> OtherProgram { try OtherProgram(["python3", "-c", Self.rival, path]) }

  /// A lock that can be held by a variable and compared with nil.
  private final class Holder {
    private let lock: FileLock

    init?(_ path: String, creating: Bool = false) throws(InputError) {
      guard let lock = try FileLock.acquire(path, creating: creating) else { return nil }
      self.lock = lock
    }
  }

  private func isFree() throws -> Bool { try Holder(path) != nil }

  @Test func oneHolderInAProcess() throws {
    var first = try Holder(path, creating: true)
    #expect(first != nil)
    #expect(try !isFree())
    try FileManager.default.createSymbolicLink(atPath: scratch.file("link.db"), withDestinationPath: "a.db")
    let another = try Holder(scratch.file("link.db"))
    #expect(another == nil)
    first = nil
    #expect(try isFree())
    #expect(try isFree())
  }

  @Test func oneHolderAmongProcesses() throws {
    var mine = try Holder(path, creating: true)
    #expect(mine != nil)
    #expect(try rival().line() == "refused")
    mine = nil
    let holder = try rival()
    #expect(holder.line() == "locked")
    #expect(try !isFree())
    #expect(try rival().line() == "refused")
    _ = holder.rest()
    #expect(holder.status() == 0)
    #expect(try isFree())
  }

  @Test func theDeadHoldNothing() throws {
    try AtomicFile.write("", to: path)
    let holder = try rival()
    #expect(holder.line() == "locked")
    #expect(try !isFree())
    holder.kill()
    #expect(try isFree())
  }

  /// A child that is started while the lock is held does not keep it.
  @Test func childrenDoNotInheritIt() throws {
    var mine = try Holder(path, creating: true)
    #expect(mine != nil)
    let child = try OtherProgram(["sh", "-c", "echo ready; cat"])
    #expect(child.line() == "ready")
    mine = nil
    let rival = try rival()
    #expect(rival.line() == "locked")
    _ = (rival.rest(), child.rest())
  }

  /// Neither lock drops the other: a second asker in this process, too, leaves SQLite's locks alone.
  @Test func standsBesideSQLite() throws {
    let writer = """
      import sqlite3, sys
      connection = sqlite3.connect(sys.argv[1], timeout=0)
      try:
          connection.execute("INSERT INTO t VALUES (2)")
          connection.commit()
          print("written")
      except sqlite3.OperationalError as error:
          print(error)
      """
    guard let lock = try FileLock.acquire(path, creating: true) else {
      Issue.record("somebody else holds the lock")
      return
    }
    var connection: SQLiteConnection? = try SQLiteConnection(path, mode: .create, lock: lock)
    try connection?.execute("CREATE TABLE t (a); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
    #expect(try !isFree())
    #expect(try rival().line() == "refused")
    #expect(try OtherProgram(["python3", "-c", writer, path]).rest() == "database is locked\n")
    try connection?.execute("COMMIT")
    #expect(try OtherProgram(["python3", "-c", writer, path]).rest() == "written\n")
    #expect(try connection?.integer("SELECT sum(a) FROM t") == 3)

    // The lock outlives the connection's last statement, not longer.
    do {
      let statement = try #require(connection).prepare("SELECT a FROM t")
      connection = nil
      let isThere = try statement.step()
      #expect(isThere)
      #expect(try !isFree())
    }
    #expect(try isFree())
  }

  /// What is locked is what stands at the path, not what stood there.
  @Test func followsThePath() throws {
    let old = try Holder(path, creating: true)
    #expect(old != nil)
    try AtomicFile.write("new", to: path)
    let new = try Holder(path)
    #expect(new != nil)
    #expect(try rival().line() == "refused")
    withExtendedLifetime(old) {}
    withExtendedLifetime(new) {}
  }

  @Test func namesTheTrouble() throws {
    let (missing, folder) = (path, scratch.path)
    #expect(
      refusal { () throws(InputError) in _ = try FileLock.acquire(missing) }
        == InputError(
          missing, expected: "a file that can be locked for writing", found: "\"No such file or directory\"",
          advice: "Check the path for typing errors; a folder on the way must exist too."))
    #expect(refusal { () throws(InputError) in _ = try FileLock.acquire(folder) }?.found == "a folder")
    #expect(
      refusal { () throws(InputError) in _ = try FileLock.acquire("/dev/null") }?.found
        == "something that is not a plain file")
    #expect(refusal { () throws(InputError) in _ = try FileLock.acquire("") }?.found == "an empty path")
    #expect(refusal { () throws(InputError) in _ = try FileLock.acquire("a\0b") }?.found == "a path with a zero byte")
    #expect(try scratch.names() == [])
  }
}
