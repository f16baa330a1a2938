/// What launchers really put into the environment, as far as it says who is who: taken from runs under Slurm 22.05.8 (one
/// node), Open MPI 4.1.4 and MPICH 4.0.2; those of launchers that were not at hand are written after their manuals.
enum Environments {
  /// The script of `sbatch script`.
  static let slurmScript = [
    "SLURM_JOB_ID": "1", "SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_GTIDS": "0", "SLURM_NODEID": "0",
    "SLURM_JOB_NUM_NODES": "1", "SLURM_TASKS_PER_NODE": "1",
  ]

  /// The script of `sbatch --ntasks=3 script`: one process, although SLURM_NTASKS is 3.
  static let slurmScriptOfThreeTasks = slurmScript.with([
    "SLURM_NTASKS": "3", "SLURM_NPROCS": "3", "SLURM_TASKS_PER_NODE": "3",
  ])

  /// `salloc --ntasks=2`, before any `srun`.
  static let slurmAllocation = [
    "SLURM_JOB_ID": "17", "SLURM_JOB_NUM_NODES": "1", "SLURM_NPROCS": "2", "SLURM_NTASKS": "2",
    "SLURM_TASKS_PER_NODE": "2",
  ]

  /// A task of `srun --ntasks=COUNT` on one node.
  static func slurmStep(_ task: Int, of count: Int) -> [String: String] {
    [
      "SLURM_JOB_ID": "2", "SLURM_JOB_NUM_NODES": "1", "SLURM_STEP_ID": "0", "SLURM_STEPID": "0",
      "SLURM_STEP_NUM_TASKS": "\(count)", "SLURM_STEP_NUM_NODES": "1", "SLURM_STEP_TASKS_PER_NODE": "\(count)",
      "SLURM_PROCID": "\(task)", "SLURM_LOCALID": "\(task)", "SLURM_NODEID": "0",
      "SLURM_GTIDS": (0..<count).map(String.init).joined(separator: ","), "SLURM_NTASKS": "\(count)",
      "SLURM_NPROCS": "\(count)", "SLURM_TASKS_PER_NODE": "\(count)",
    ]
  }

  /// The script of `sbatch job` where `sbatch` itself was a task of `srun --ntasks=2`: the step is the other job's.
  static let slurmScriptFromStep = slurmScript.with([
    "SLURM_JOB_ID": "63", "SLURM_STEP_ID": "0", "SLURM_STEPID": "0", "SLURM_STEP_NUM_TASKS": "2",
    "SLURM_STEP_NUM_NODES": "1", "SLURM_STEP_TASKS_PER_NODE": "2", "SLURM_NTASKS": "2", "SLURM_NPROCS": "2",
  ])

  /// The script of a task of `sbatch --array`.
  static func slurmArray(
    _ task: Int, from first: Int, to last: Int, count: Int, stride: Int = 1, job: Int = 7
  ) -> [String: String] {
    slurmScript.with([
      "SLURM_ARRAY_JOB_ID": "\(job)", "SLURM_ARRAY_TASK_ID": "\(task)", "SLURM_ARRAY_TASK_MIN": "\(first)",
      "SLURM_ARRAY_TASK_MAX": "\(last)", "SLURM_ARRAY_TASK_COUNT": "\(count)", "SLURM_ARRAY_TASK_STEP": "\(stride)",
    ])
  }

  /// `mpirun -n COUNT` of Open MPI.
  static func openMPI(_ rank: Int, of count: Int) -> [String: String] {
    [
      "OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "\(count)", "OMPI_COMM_WORLD_LOCAL_RANK": "\(rank)",
      "OMPI_COMM_WORLD_LOCAL_SIZE": "\(count)", "OMPI_COMM_WORLD_NODE_RANK": "\(rank)", "OMPI_UNIVERSE_SIZE": "8",
      "PMIX_RANK": "\(rank)", "PMIX_NAMESPACE": "468910081", "PMIX_VERSION": "4.2.2rc2",
    ]
  }

  /// `mpiexec -n COUNT` of MPICH.
  static func hydra(_ rank: Int, of count: Int) -> [String: String] {
    [
      "PMI_RANK": "\(rank)", "PMI_SIZE": "\(count)", "PMI_FD": "\(6 + rank)", "MPI_LOCALRANKID": "\(rank)",
      "MPI_LOCALNRANKS": "\(count)",
    ]
  }

  /// `mpiexec -n COUNT` of MPICH in the script of a Slurm job: the step is that of Hydra's one proxy.
  static func hydraInSlurm(_ rank: Int, of count: Int) -> [String: String] {
    slurmScript.with(slurmStep(0, of: 1)).with(["SLURM_NTASKS": "\(count)"]).with(hydra(rank, of: count))
  }

  /// `srun --mpi=pmi2`.
  static func slurmPMI(_ task: Int, of count: Int) -> [String: String] {
    slurmStep(task, of: count).with([
      "PMI_RANK": "\(task)", "PMI_SIZE": "\(count)", "PMI_JOBID": "19.0", "PMI_FD": "11",
    ])
  }

  /// `srun --mpi=pmix`.
  static func slurmPMIx(_ task: Int, of count: Int) -> [String: String] {
    slurmStep(task, of: count).with(["PMIX_RANK": "\(task)", "PMIX_NAMESPACE": "slurm.pmix.1.0"])
  }

  /// `mpirun_rsh -np COUNT` of MVAPICH2 (after its manual).
  static func mvapich(_ rank: Int, of count: Int) -> [String: String] {
    ["MV2_COMM_WORLD_RANK": "\(rank)", "MV2_COMM_WORLD_SIZE": "\(count)", "MV2_COMM_WORLD_LOCAL_RANK": "\(rank)"]
  }

  /// `prun` of PRRTE (after the PMIx standard).
  static func prun(_ rank: Int) -> [String: String] {
    ["PMIX_RANK": "\(rank)", "PMIX_NAMESPACE": "prterun-host-4711@1"]
  }
}

extension [String: String] {
  /// These variables, overridden by `others`.
  func with(_ others: [String: String]) -> [String: String] { merging(others) { _, new in new } }

  /// These variables without one of them.
  func without(_ name: String) -> [String: String] { filter { $0.key != name } }
}
