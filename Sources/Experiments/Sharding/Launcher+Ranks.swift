import Numerics

// Launchers that number the processes of one job.
//
// Only the innermost counts. The outer one often starts nothing but the inner one's daemons: `mpirun` and `mpiexec`
// inside a Slurm job put a daemon on every node by `srun`, so that a rank sees the step of its daemon (MPICH's Hydra 4.0
// under Slurm 22.05: two ranks, PMI_SIZE=2, and SLURM_STEP_NUM_TASKS=1 for both). For the same reason `srun --mpi=pmi2`,
// which sets PMI_RANK and SLURM_PROCID alike, must not count twice.
//
// A launcher of one process numbers nothing and is passed over: `srun -n 4 mpirun -n 1 …` is four processes.
extension Launcher {
  /// The place that the innermost launcher of ranks gave this process; nil where there is none, or no second process.
  static func rank(in variables: Variables) throws(InputError) -> Position? {
    var hasRank = false
    for kind in rankVariables {
      guard let position = try rank(kind, in: variables) else { continue }
      if position.count != 1 { return position }
      try position.check(below: 1)
      hasRank = true
    }
    // Open MPI is a PMIx launcher too; a single rank of its own says all that there is to know.
    if !hasRank, let position = try bareRank(in: variables) { return position }
    return try step(in: variables)
  }

  private struct RankVariables {
    var system: String
    var index: String
    var count: String
  }

  /// Launchers that say both numbers. Sources: "Environment variables set for MPI applications" of the Open MPI manual;
  /// "MVAPICH2 User Guide", section "Runtime environment variables"; the PMI-1 wire protocol of MPICH's Hydra, which
  /// Intel MPI and `srun --mpi=pmi2` speak too.
  private static let rankVariables = [
    RankVariables(system: "Open MPI", index: "OMPI_COMM_WORLD_RANK", count: "OMPI_COMM_WORLD_SIZE"),
    RankVariables(system: "MVAPICH2", index: "MV2_COMM_WORLD_RANK", count: "MV2_COMM_WORLD_SIZE"),
    RankVariables(system: "MPI", index: "PMI_RANK", count: "PMI_SIZE"),
  ]

  private static func rank(_ kind: RankVariables, in variables: Variables) throws(InputError) -> Position? {
    if variables[kind.index] == nil && variables[kind.count] == nil { return nil }
    let count = try variables.required(kind.count, beside: kind.index, atLeast: 1)
    let index = try variables.required(kind.index, beside: kind.count)
    return Position(
      system: kind.system, place: "rank \(index)", variable: kind.index, countVariable: kind.count, index: index,
      count: count)
  }

  /// A process of a PMIx launcher that sets nothing else (`prun`): PMIx tells the size only to those who link its
  /// library ("PMIx Standard", chapter "Process-related keys"). Slurm's own PMIx (namespace `slurm.pmix.JOB.STEP`) is a
  /// step, which says more.
  private static func bareRank(in variables: Variables) throws(InputError) -> Position? {
    guard let index = try variables.number("PMIX_RANK") else { return nil }
    if let space = variables["PMIX_NAMESPACE"], space.hasPrefix("slurm.pmix.") { return nil }
    return Position(
      system: "PMIx", place: "rank \(index)", variable: "PMIX_RANK", countVariable: "--shards", index: index)
  }

  /// A task of a Slurm step ("srun" manual, "Output environment variables").
  ///
  /// SLURM_PROCID and SLURM_NTASKS do not make a step: the script of a batch job has both, with SLURM_PROCID=0 and
  /// SLURM_NTASKS of its `--ntasks`, although it runs once. What a step has and a script has not, under Slurm 22.05, is
  /// SLURM_STEP_ID and SLURM_STEP_NUM_TASKS.
  private static func step(in variables: Variables) throws(InputError) -> Position? {
    guard let step = try variables.number("SLURM_STEP_ID"), step < firstReservedStep, variables.stepIsOwn else {
      return nil
    }
    let count = try variables.required("SLURM_STEP_NUM_TASKS", beside: "SLURM_STEP_ID", atLeast: 1)
    let index = try variables.required("SLURM_PROCID", beside: "SLURM_STEP_ID")
    let position = Position(
      system: "Slurm", place: "step task \(index)", variable: "SLURM_PROCID", countVariable: "SLURM_STEP_NUM_TASKS",
      index: index, count: count)
    if count > 1 { return position }
    try position.check(below: count)
    return nil
  }

  /// Slurm numbers the steps that are none of the user's (batch script, prologue, interactive shell) down from 2³² − 1
  /// (`slurm.h`: SLURM_PENDING_STEP and its neighbours).
  private static let firstReservedStep = 0xffff_fff0
}

extension Launcher.Variables {
  /// Whether the step in the environment is this process's own, and not that of whoever submitted its job.
  ///
  /// `sbatch` hands on the variables of the process that calls it, those of a step among them, and the script of the new
  /// job finds SLURM_STEP_ID set although it runs outside of any step (Slurm 22.05). It gives itself away by
  /// SLURM_GTIDS, the tasks on its node: always 0 alone in a script, where the first node of the step had several. Where
  /// each node had one, the step may have more nodes than the job.
  fileprivate var stepIsOwn: Bool {
    let onFirstNode = self["SLURM_STEP_TASKS_PER_NODE"].flatMap { WholeNumber.parse($0.prefix { $0.isNumber }) }
    if self["SLURM_GTIDS"] == "0", let onFirstNode, onFirstNode > 1 { return false }
    let nodes = ["SLURM_STEP_NUM_NODES", "SLURM_JOB_NUM_NODES"].map { self[$0].flatMap { WholeNumber.parse($0) } }
    if let ofStep = nodes[0], let ofJob = nodes[1], ofStep > ofJob { return false }
    return true
  }
}
