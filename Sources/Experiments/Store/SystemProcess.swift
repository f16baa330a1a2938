#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Who this process is, for people who wonder who holds a store.
enum SystemProcess {
  /// The process number.
  static var number: Int32 { getpid() }

  /// The machine's name.
  static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "this machine" }
    return name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "this machine" }
  }
}
