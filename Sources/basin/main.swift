import Foundation
import Numerics

// Results do not depend on OpenBLAS's own threads, and trials already use all cores.
LinearAlgebra.useThreads(1)

// A limit on the size of files is an error like a full disk, to be said in words.
signal(SIGXFSZ, SIG_IGN)

do throws(InputError) {
  exit(try Program.run(Array(CommandLine.arguments.dropFirst())))
} catch {
  Terminal.note("basin: error: \(error.description)")
  exit(2)
}
