import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The operating system's refusals, said for a person.
public enum SystemError {
  /// The error for the last failed call on a path.
  public static func last(_ path: String, expected: String, code: Int32 = errno) -> InputError {
    InputError(path, expected: expected, found: "\"\(text(code))\"", advice: advice(code))
  }

  /// The system's own words for an error code.
  public static func text(_ code: Int32 = errno) -> String {
    guard let words = strerror(code) else { return "error \(code)" }
    return String(cString: words)
  }

  /// What a person can do about an error code; empty where its text says it all.
  private static func advice(_ code: Int32) -> String {
    switch code {
    case ENOENT: "Check the path for typing errors; a folder on the way must exist too."
    case ENOTDIR: "Something on the way is a file, not a folder."
    case EACCES, EPERM: "Change the permissions, or choose another path."
    case EEXIST: "A file of this name is in the way: move it, or choose another path."
    case EROFS: "The file system is read-only: choose another path."
    case ENOSPC, EDQUOT: "Free some space, or choose another disk."
    case EMFILE, ENFILE: "Too many files are open: raise the limit (ulimit -n)."
    case ENOLCK, EOPNOTSUPP: "The file system does not offer this: choose a place on a local disk."
    case ENAMETOOLONG: "Choose a shorter name."
    default: ""
    }
  }
}
