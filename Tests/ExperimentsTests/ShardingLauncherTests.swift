import Numerics
import Testing

@testable import Experiments

@Suite("Launchers") struct LauncherTests {
  typealias Environment = [String: String]

  private func detect(_ environment: Environment, shards: Int? = nil) throws(InputError) -> Launcher? {
    try Launcher.detect(environment: environment, shards: shards)
  }

  private func problem(_ environment: Environment, shards: Int? = nil) -> InputError? {
    do throws(InputError) {
      _ = try detect(environment, shards: shards)
      return nil
    } catch {
      return error
    }
  }

  /// The shards that all processes of a launch get, as "name: K of N".
  private func all(_ environments: [Environment], shards: Int? = nil) throws -> [String] {
    try environments.map { environment in
      try detect(environment, shards: shards).map { "\($0.name): \($0.shard)" } ?? "none"
    }
  }

  @Test("Nothing set, nothing found") func nothing() throws {
    #expect(try detect([:]) == nil)
    #expect(try detect(["PATH": "/bin", "SLURM_CONF": "/etc/slurm.conf", "PBS_ENVIRONMENT": "PBS_BATCH"]) == nil)
    #expect(try detect([:], shards: 1) == nil)
  }

  @Test("Empty variables are as if not set") func empty() throws {
    #expect(try detect(["SLURM_ARRAY_TASK_ID": "", "PMI_RANK": "", "PMI_SIZE": "", "PBS_ARRAY_INDEX": ""]) == nil)
  }

  @Test("A Slurm script is one process, whatever SLURM_NTASKS says") func slurmScript() throws {
    #expect(try detect(Environments.slurmScript) == nil)
    #expect(try detect(Environments.slurmScriptOfThreeTasks) == nil)
    #expect(try detect(Environments.slurmAllocation) == nil)
  }

  @Test("Slurm steps") func slurmSteps() throws {
    #expect(
      try all((0..<3).map { Environments.slurmStep($0, of: 3) })
        == ["Slurm step task 0: 1 of 3", "Slurm step task 1: 2 of 3", "Slurm step task 2: 3 of 3"])
    #expect(try detect(Environments.slurmStep(0, of: 1)) == nil)
    // `salloc` with LaunchParameters=use_interactive_step, and the script's own step, if a version should show it.
    for reserved in ["4294967290", "4294967291"] {
      #expect(try detect(Environments.slurmStep(0, of: 2).with(["SLURM_STEP_ID": reserved])) == nil)
    }
  }

  @Test("A step over several nodes") func slurmStepOnNodes() throws {
    // Two nodes with one task each: the first node has SLURM_GTIDS=0, as a script has.
    let step = [
      "SLURM_JOB_NUM_NODES": "2", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_NUM_NODES": "2",
      "SLURM_STEP_TASKS_PER_NODE": "1(x2)",
    ]
    #expect(
      try all([
        step.with(["SLURM_PROCID": "0", "SLURM_GTIDS": "0"]), step.with(["SLURM_PROCID": "1", "SLURM_GTIDS": "1"]),
      ]) == ["Slurm step task 0: 1 of 2", "Slurm step task 1: 2 of 2"])
  }

  @Test("A job that was submitted from a step is none") func slurmScriptFromStep() throws {
    #expect(try detect(Environments.slurmScriptFromStep) == nil)
    let onNodes = Environments.slurmScriptFromStep.with([
      "SLURM_STEP_TASKS_PER_NODE": "1(x2)", "SLURM_STEP_NUM_NODES": "2",
    ])
    #expect(try detect(onNodes) == nil)
  }

  @Test("Slurm arrays begin anywhere and may have a stride") func slurmArrays() throws {
    #expect(
      try all((1...4).map { Environments.slurmArray($0, from: 1, to: 4, count: 4) })
        == (1...4).map { "Slurm array 7_\($0): \($0) of 4" })
    #expect(
      try all([1, 4, 7, 10].map { Environments.slurmArray($0, from: 1, to: 10, count: 4, stride: 3) })
        == [
          "Slurm array 7_1: 1 of 4", "Slurm array 7_4: 2 of 4", "Slurm array 7_7: 3 of 4", "Slurm array 7_10: 4 of 4",
        ])
    #expect(
      try all([0, 12, 20].map { Environments.slurmArray($0, from: 0, to: 20, count: 6, stride: 4) })
        == ["Slurm array 7_0: 1 of 6", "Slurm array 7_12: 4 of 6", "Slurm array 7_20: 6 of 6"])
    #expect(try detect(Environments.slurmArray(4, from: 4, to: 4, count: 1)) == nil)
    let short = Environments.slurmArray(2, from: 1, to: 3, count: 3)
    #expect(
      try all([short.without("SLURM_ARRAY_TASK_COUNT").without("SLURM_ARRAY_TASK_STEP")]) == ["Slurm array 7_2: 2 of 3"]
    )
    #expect(try all([short.without("SLURM_ARRAY_JOB_ID")]) == ["Slurm array task 2: 2 of 3"])
    #expect(try all([short], shards: 3) == ["Slurm array 7_2: 2 of 3"])
  }

  @Test("A requeued task is the task it was") func requeued() throws {
    let environment = Environments.slurmArray(2, from: 1, to: 2, count: 2).with(["SLURM_RESTART_COUNT": "3"])
    #expect(try all([environment]) == ["Slurm array 7_2: 2 of 2"])
  }

  @Test("Lists with gaps are refused, in at least one task of each") func irregularArrays() throws {
    let lists: [(tasks: [Int], stride: Int)] = [
      ([1, 5, 9], 1), ([1, 3, 5], 1), ([1, 2, 9], 1), ([1, 2, 3, 4, 9], 1), ([1, 3, 5, 7, 20], 2),
      ([1, 3, 5, 7, 10, 11], 2), ([2, 4], 1),
    ]
    for list in lists {
      let problems = list.tasks.map {
        problem(
          Environments.slurmArray(
            $0, from: list.tasks[0], to: list.tasks[list.tasks.count - 1], count: list.tasks.count, stride: list.stride)
        )
      }
      let first = try #require(problems.compactMap { $0 }.first, "\(list)")
      #expect(first.location == "SLURM_ARRAY_TASK_ID")
      #expect(first.advice.contains("--shard"))
    }
    #expect(
      problem(Environments.slurmArray(5, from: 1, to: 9, count: 3))?.description
        == "SLURM_ARRAY_TASK_ID: expected a task of an array without gaps, such as --array=1-3, "
        + "found task 5 of 3 between 1 and 9. Use such an array, or say with --shard K/N which shard this process is: "
        + "to run some shards of four again, --array=2,4 with --shard \"$SLURM_ARRAY_TASK_ID/4\".")
  }

  @Test("Steps inside an array multiply with it") func arrayOfSteps() throws {
    let environments = (1...2).flatMap { task in
      (0..<3).map { Environments.slurmArray(task, from: 1, to: 2, count: 2).with(Environments.slurmStep($0, of: 3)) }
    }
    #expect(
      try all(environments) == [
        "Slurm array 7_1, step task 0: 1 of 6", "Slurm array 7_1, step task 1: 2 of 6",
        "Slurm array 7_1, step task 2: 3 of 6", "Slurm array 7_2, step task 0: 4 of 6",
        "Slurm array 7_2, step task 1: 5 of 6", "Slurm array 7_2, step task 2: 6 of 6",
      ])
    #expect(try all(environments, shards: 6).last == "Slurm array 7_2, step task 2: 6 of 6")
    let one = Environments.slurmArray(1, from: 1, to: 2, count: 2).with(Environments.slurmStep(0, of: 1))
    #expect(try all([one]) == ["Slurm array 7_1: 1 of 2"])
  }

  @Test("MPI launchers") func ranks() throws {
    #expect(
      try all((0..<2).map { Environments.openMPI($0, of: 2) }) == [
        "Open MPI rank 0: 1 of 2", "Open MPI rank 1: 2 of 2",
      ])
    #expect(try all((0..<2).map { Environments.hydra($0, of: 2) }) == ["MPI rank 0: 1 of 2", "MPI rank 1: 2 of 2"])
    #expect(
      try all((0..<2).map { Environments.mvapich($0, of: 2) }) == [
        "MVAPICH2 rank 0: 1 of 2", "MVAPICH2 rank 1: 2 of 2",
      ])
    #expect(try detect(Environments.openMPI(0, of: 1)) == nil)
    #expect(try detect(Environments.hydra(0, of: 1)) == nil)
  }

  @Test("MPI inside Slurm: the ranks count, not the step of their daemon") func ranksInSlurm() throws {
    #expect(
      try all((0..<2).map { Environments.hydraInSlurm($0, of: 2) }) == ["MPI rank 0: 1 of 2", "MPI rank 1: 2 of 2"])
    let script = Environments.slurmScriptOfThreeTasks
    #expect(try all([script.with(Environments.openMPI(2, of: 3))]) == ["Open MPI rank 2: 3 of 3"])
    // On a second node Open MPI's daemon was started by srun, one a node.
    let daemon = Environments.slurmStep(1, of: 2)
    #expect(try all([daemon.with(Environments.openMPI(5, of: 8))]) == ["Open MPI rank 5: 6 of 8"])
    let array = Environments.slurmArray(2, from: 1, to: 2, count: 2).with(Environments.openMPI(1, of: 4))
    #expect(try all([array]) == ["Slurm array 7_2, Open MPI rank 1: 6 of 8"])
    // Four tasks of a step, each of which starts one rank.
    #expect(
      try all([Environments.slurmStep(3, of: 4).with(Environments.openMPI(0, of: 1))]) == ["Slurm step task 3: 4 of 4"])
  }

  @Test("srun that speaks PMI or PMIx counts once") func slurmWithPMI() throws {
    #expect(try all([Environments.slurmPMI(1, of: 2)]) == ["MPI rank 1: 2 of 2"])
    #expect(try all([Environments.slurmPMIx(1, of: 2)]) == ["Slurm step task 1: 2 of 2"])
  }

  @Test("PMIx alone needs the number of shards") func bareRanks() throws {
    #expect(try all((0..<2).map(Environments.prun), shards: 2) == ["PMIx rank 0: 1 of 2", "PMIx rank 1: 2 of 2"])
    #expect(problem(Environments.prun(0))?.location == "--shards")
    #expect(problem(Environments.prun(2), shards: 2)?.location == "PMIX_RANK")
  }

  @Test("PBS arrays count from 1 and need the number of shards") func pbs() throws {
    for (name, option) in [("PBS_ARRAY_INDEX", "-J"), ("PBS_ARRAYID", "-t")] {
      #expect(
        try all((1...3).map { [name: "\($0)"] }, shards: 3) == (1...3).map { "PBS array index \($0): \($0) of 3" })
      let missing = try #require(problem([name: "1"]))
      #expect(missing.location == "--shards")
      #expect(missing.expected.contains(name))
      #expect(missing.advice.contains("--shards N"))
      let zero = try #require(problem([name: "0"], shards: 3))
      #expect(zero.location == name)
      #expect(zero.advice.contains("qsub \(option) 1-N"))
      let beyond = try #require(problem([name: "4"], shards: 3))
      #expect(
        beyond.description.hasPrefix("\(name): expected 1 to 3, because --shards says that there are 3, found 4."))
      #expect(try detect([name: "1"], shards: 1) == nil)
    }
    let both = ["PBS_ARRAY_INDEX": "2"].with(Environments.openMPI(1, of: 4))
    #expect(try all([both], shards: 12) == ["PBS array index 2, Open MPI rank 1: 6 of 12"])
    #expect(problem(both, shards: 10)?.expected.contains("a multiple of 4") == true)
    #expect(problem(["PBS_ARRAY_INDEX": "1"], shards: 0)?.location == "--shards")
  }

  @Test("Kubernetes indexed jobs count from 0 and need the number of shards") func kubernetes() throws {
    #expect(
      try all((0..<2).map { ["JOB_COMPLETION_INDEX": "\($0)"] }, shards: 2)
        == ["Kubernetes completion index 0: 1 of 2", "Kubernetes completion index 1: 2 of 2"])
    #expect(problem(["JOB_COMPLETION_INDEX": "0"])?.location == "--shards")
    #expect(problem(["JOB_COMPLETION_INDEX": "2"], shards: 2)?.location == "JOB_COMPLETION_INDEX")
  }

  @Test("Two launchers without a number are too many") func twoUnknown() {
    #expect(
      problem(["PBS_ARRAY_INDEX": "1"].with(Environments.prun(0)), shards: 4)?.advice.contains("--shard K/N") == true)
  }

  @Test("--shards that contradicts the environment is refused") func contradictions() throws {
    let array = Environments.slurmArray(2, from: 1, to: 4, count: 4)
    for shards in [0, 1, 2, 5, 8] {
      let error = try #require(problem(array, shards: shards))
      #expect(error.location == "--shards")
      #expect(error.expected.contains("SLURM_ARRAY_TASK_COUNT"))
      #expect(error.found == "\(shards)")
    }
    #expect(problem([:], shards: 4)?.location == "--shards")
    #expect(problem(Environments.slurmScriptOfThreeTasks, shards: 3)?.location == "--shards")
    #expect(problem(Environments.openMPI(0, of: 4), shards: 3)?.expected.hasPrefix("4, ") == true)
  }

  @Test(
    "Garbage is refused with the name of its variable",
    arguments: ["abc", "-1", "1.5", " 1", "+1", "0x1", "99999999999999999999", "1;ls"])
  func garbage(text: String) {
    let environments: [(String, Environment)] = [
      ("OMPI_COMM_WORLD_RANK", Environments.openMPI(0, of: 2)),
      ("OMPI_COMM_WORLD_SIZE", Environments.openMPI(0, of: 2)),
      ("PMI_RANK", Environments.hydra(0, of: 2)), ("PMI_SIZE", Environments.hydra(0, of: 2)),
      ("MV2_COMM_WORLD_RANK", Environments.mvapich(0, of: 2)), ("MV2_COMM_WORLD_SIZE", Environments.mvapich(0, of: 2)),
      ("SLURM_PROCID", Environments.slurmStep(0, of: 2)), ("SLURM_STEP_NUM_TASKS", Environments.slurmStep(0, of: 2)),
      ("SLURM_STEP_ID", Environments.slurmStep(0, of: 2)), ("PMIX_RANK", Environments.prun(0)),
      ("SLURM_ARRAY_TASK_ID", Environments.slurmArray(1, from: 1, to: 2, count: 2)),
      ("SLURM_ARRAY_TASK_MIN", Environments.slurmArray(1, from: 1, to: 2, count: 2)),
      ("SLURM_ARRAY_TASK_MAX", Environments.slurmArray(1, from: 1, to: 2, count: 2)),
      ("SLURM_ARRAY_TASK_COUNT", Environments.slurmArray(1, from: 1, to: 2, count: 2)),
      ("SLURM_ARRAY_TASK_STEP", Environments.slurmArray(1, from: 1, to: 2, count: 2)),
      ("PBS_ARRAY_INDEX", [:]), ("PBS_ARRAYID", [:]), ("JOB_COMPLETION_INDEX", [:]),
    ]
    for (name, environment) in environments {
      let error = problem(environment.with([name: text]), shards: nil)
      #expect(error?.location == name)
      #expect(error?.found == "\"\(text)\"")
    }
  }

  @Test("A rank that is not below the size is refused, of one process too") func rankBeyondSize() {
    #expect(problem(Environments.openMPI(2, of: 2))?.location == "OMPI_COMM_WORLD_RANK")
    #expect(problem(Environments.openMPI(1, of: 1))?.location == "OMPI_COMM_WORLD_RANK")
    #expect(problem(Environments.hydra(7, of: 4))?.found == "7")
    #expect(problem(Environments.slurmStep(3, of: 3))?.location == "SLURM_PROCID")
    #expect(problem(Environments.slurmStep(1, of: 1))?.location == "SLURM_PROCID")
    #expect(problem(Environments.slurmArray(5, from: 1, to: 4, count: 4))?.location == "SLURM_ARRAY_TASK_ID")
    #expect(problem(Environments.hydra(0, of: 2).with(["PMI_SIZE": "0"]))?.location == "PMI_SIZE")
  }

  @Test("Half of a pair is refused") func half() {
    #expect(problem(["PMI_RANK": "0"])?.location == "PMI_SIZE")
    #expect(problem(["OMPI_COMM_WORLD_SIZE": "4"])?.location == "OMPI_COMM_WORLD_RANK")
    #expect(problem(["SLURM_ARRAY_TASK_ID": "1"])?.location == "SLURM_ARRAY_TASK_MIN")
    #expect(problem(["SLURM_STEP_ID": "0", "SLURM_PROCID": "0"])?.location == "SLURM_STEP_NUM_TASKS")
  }

  @Test("More processes than there can be shards are refused") func tooMany() {
    let array = Environments.slurmArray(1, from: 1, to: 2000, count: 2000)
    #expect(problem(array.with(Environments.openMPI(0, of: 1000)))?.found == "2000 × 1000")
    #expect(problem(Environments.openMPI(0, of: .max))?.location == "environment")
  }
}
