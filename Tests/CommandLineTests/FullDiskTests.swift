import Foundation
import Testing

/// A disk that fills up ends the run with a clear message; with room again the same command goes on.
@Suite("Full disks", .serialized) struct FullDiskTests {
  private static let spec = Experiment.grid(trials: 4_000, steps: 400)

  private func expectFull(_ outcome: RunningProgram.Outcome, _ store: String) {
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(
      outcome.errors
        == "basin: error: \(store): expected room for the database to grow, found that the disk is full. "
        + "What was committed is safe: free some space, then run the same command again.\n")
  }

  private func expectWhole(_ store: String, in directory: URL) throws {
    #expect(try Experiment.tables(store, in: directory) == Experiment.undisturbed(Self.spec))
    try Experiment.expectSound(store, trials: 16_000, in: directory)
  }

  @Test("a file that may not grow", arguments: [1, 40, 300, 1_000]) func limit(_ kilobytes: Int) throws {
    try BuiltProgram.withDirectory(["spec.json": Self.spec]) { directory in
      let limited = try BuiltProgram.shell("ulimit -f \(kilobytes); \"$BASIN\" run spec.json", in: directory)
      #expect(limited.status == 2, "\(limited.errors)")
      #expect(limited.output.isEmpty)
      #expect(limited.errors.hasPrefix("basin: error: spec.basin: expected "), "\(limited.errors)")
      #expect(limited.errors.count { $0 == "\n" } == 1)
      #expect(try BuiltProgram.run(["run", "spec.json"], in: directory).status == 0)
      try expectWhole("spec.basin", in: directory)
      // The same for what is exported: the file that was there stays.
      let file = directory.appending(path: "trials.csv")
      try Data("old".utf8).write(to: file)
      let export = try BuiltProgram.shell(
        "ulimit -f \(min(kilobytes, 300)); \"$BASIN\" export spec.basin --out trials.csv", in: directory)
      #expect(export.status == 2)
      #expect(export.errors.hasPrefix("basin: error: trials.csv: expected "), "\(export.errors)")
      #expect(try Data(contentsOf: file) == Data("old".utf8))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
          == ["spec.basin", "spec.json", "trials.csv"])
    }
  }

  @Test("a merge into a file that may not grow") func merge() throws {
    try BuiltProgram.withDirectory(["spec.json": Self.spec]) { directory in
      for shard in ["1/2", "2/2"] { _ = try BuiltProgram.run(["run", "spec.json", "--shard", shard], in: directory) }
      let limited = try BuiltProgram.shell(
        "ulimit -f 600; \"$BASIN\" merge m.basin spec.*-of-2.basin", in: directory)
      #expect(limited.status == 2)
      #expect(limited.errors.hasPrefix("basin: error: m.basin: expected "), "\(limited.errors)")
      let merge = try BuiltProgram.shell("\"$BASIN\" merge m.basin spec.*-of-2.basin", in: directory)
      #expect(merge.status == 0, "\(merge.errors)")
      try expectWhole("m.basin", in: directory)
    }
  }

  /// Whether this process may mount a file system of its own.
  static let canMount: Bool = {
    guard geteuid() == 0 else { return false }
    let outcome = try? BuiltProgram.withDirectory {
      try BuiltProgram.shell("mkdir m && mount -t tmpfs -o size=1m none m && umount m", in: $0)
    }
    return outcome?.status == 0
  }()

  @Test("a file system that is full", .enabled(if: canMount, "mounting a small file system takes root")) func disk()
    throws
  {
    try BuiltProgram.withDirectory(["spec.json": Self.spec]) { directory in
      let mount = try BuiltProgram.shell("mkdir disk && mount -t tmpfs -o size=1m none disk", in: directory)
      #expect(mount.status == 0)
      defer { _ = try? BuiltProgram.shell("umount disk", in: directory) }
      for _ in 0..<2 {
        expectFull(
          try BuiltProgram.run(["run", "spec.json", "--store", "disk/s.basin"], in: directory), "disk/s.basin")
        // What was committed can be looked at on the full disk.
        #expect(try Experiment.count("pending", of: "disk/s.basin", in: directory) > 0)
      }
      #expect(try BuiltProgram.shell("mount -o remount,size=50m disk", in: directory).status == 0)
      #expect(
        try BuiltProgram.run(["run", "spec.json", "--store", "disk/s.basin"], in: directory).status == 0)
      try expectWhole("disk/s.basin", in: directory)
    }
  }
}
