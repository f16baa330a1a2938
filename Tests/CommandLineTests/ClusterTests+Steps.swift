import Foundation
import Testing

extension ClusterTests {
  @Test(
    "Slurm: the tasks of a step, and a merge", .enabled(if: OneNodeSlurm.isPossible, "Slurm cannot be started here"))
  func steps() throws {
    let spec = Experiment.grid(trials: 1_000, steps: 1_000)
    try BuiltProgram.withDirectory(["grid.json": spec]) { directory in
      try OneNodeSlurm.run { slurm, environment in
        let script = """
          set -e
          srun --ntasks=3 "$BASIN" run grid.json --jobs 1 --quiet > /dev/null
          "$BASIN" merge grid.basin grid.*-of-3.basin
          """
        let outcome = try Shell.run(script, in: directory, environment: environment)
        #expect(
          outcome.output == "grid.basin: 4000 trials copied, 0 already there\nAll 4000 trials are there.\n")
        #expect(try Experiment.tables("grid.basin", in: directory) == Experiment.undisturbed(spec))
      }
    }
  }
}
