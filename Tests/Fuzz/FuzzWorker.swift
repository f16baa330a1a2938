import Foundation
import Fuzzing

/// Some cases of a reader, in a process of their own, which may crash.
struct FuzzWorker {
  let reader: FuzzReader
  /// The file that holds where the process is.
  let progress: String
  /// MiB that the process may use.
  let memory: Int

  /// What a worker tells: where it is, and what it found. Eight bytes each, in a file that outlives a crash.
  struct State {
    var number: Int
    var accepted: Int
    var refused: Int
    var wrong: Int
  }

  /// A case that takes so many seconds hangs.
  private static let patience: UInt32 = 30

  func run(_ cases: Range<Int>) -> Never {
    limitMemory()
    let size = MemoryLayout<State>.stride
    let descriptor = open(progress, O_RDWR)
    guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
      fatalError("\(progress) cannot be used")
    }
    let state = memory.bindMemory(to: State.self, capacity: 1)
    for number in cases {
      state.pointee.number = number
      // Without a handler, the signal ends the process.
      alarm(Self.patience)
      switch reader.run(number) {
      case .accepted: state.pointee.accepted += 1
      case .refused: state.pointee.refused += 1
      case .wrong(let problem):
        state.pointee.wrong += 1
        Self.say("\(reader.name), case \(number): \(problem)")
      }
    }
    // Past what libraries do at an end: whatever hangs there is none of the readers.
    _exit(0)
  }

  private func limitMemory() {
    var limit = rlimit()
    limit.rlim_cur = rlim_t(memory) << 20
    limit.rlim_max = limit.rlim_cur
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      setrlimit(RLIMIT_AS, &limit)
    #endif
    // A crash is expected to leave nothing behind.
    var core = rlimit()
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    #else
      setrlimit(RLIMIT_CORE, &core)
    #endif
  }

  /// Writes a line to standard output at once: what waits in a buffer would go with a crash.
  static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  /// A file for a worker's state.
  static func makeState(_ path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: Data(count: MemoryLayout<State>.stride))
  }

  /// What a worker left.
  static func state(_ path: String) -> State {
    guard let data = FileManager.default.contents(atPath: path), data.count == MemoryLayout<State>.stride else {
      return State(number: 0, accepted: 0, refused: 0, wrong: 0)
    }
    return data.withUnsafeBytes { $0.loadUnaligned(as: State.self) }
  }
}
