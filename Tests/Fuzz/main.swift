import Foundation
import Fuzzing
import Numerics

// Damages files for the readers of Basin, by the million: see `fuzz --help`.
let usage = """
  Damages sound files and has them read. A case is the same on every machine; one that crashes is named.

  USAGE
    fuzz [READER…] [--count N] [--from CASE] [--jobs N] [--memory MIB]      all readers if none is named
    fuzz READER --case CASE [--save FILE]                                   one case again, in this process

  READERS
    \(FuzzReader.all.map(\.name).joined(separator: ", "))
  """

do throws(InputError) {
  exit(try FuzzCommand(Array(CommandLine.arguments.dropFirst())).run())
} catch {
  FileHandle.standardError.write(Data("fuzz: \(error)\n".utf8))
  exit(2)
}
