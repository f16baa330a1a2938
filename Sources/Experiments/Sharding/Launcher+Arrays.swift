import Numerics

// Launchers that number whole jobs: arrays.
//
// A job that is submitted from inside an array inherits its variables (`sbatch` exports all by default), and nothing in
// the environment tells it from a member. Submitting such a job with `--export=NONE`, or `--shard 1/1`, sets it right.
extension Launcher {
  /// The place of this job in an array; nil where there is none, or no second job.
  static func array(in variables: Variables) throws(InputError) -> Position? {
    let position =
      if let slurm = try slurmArray(in: variables) {
        slurm
      } else if let pbs = try pbsArray(in: variables) {
        pbs
      } else {
        try indexedJob(in: variables)
      }
    return position?.count == 1 ? nil : position
  }

  /// A task of a Slurm job array ("Job Array Support" and the "sbatch" manual, "Output environment variables").
  ///
  /// Arrays may begin anywhere and have a stride (`0-30:10`). Lists such as `1,5,9` are refused: the environment then has
  /// the ends and the number (MIN=1, MAX=9, COUNT=3, STEP=1), not the place of a task in between. A list that passes for a
  /// range in some of its tasks is refused in another, since COUNT different numbers on the stride are all of them.
  private static func slurmArray(in variables: Variables) throws(InputError) -> Position? {
    let name = "SLURM_ARRAY_TASK_ID"
    guard let task = try variables.number(name) else { return nil }
    let first = try variables.required("SLURM_ARRAY_TASK_MIN", beside: name)
    let last = try variables.required("SLURM_ARRAY_TASK_MAX", beside: name)
    let stride = try variables.number("SLURM_ARRAY_TASK_STEP", atLeast: 1) ?? 1
    guard first <= task, task <= last else {
      throw InputError(
        name, expected: "\(first) to \(last), as SLURM_ARRAY_TASK_MIN and SLURM_ARRAY_TASK_MAX say", found: "\(task)",
        advice: "Say with --shard K/N which shard this process is.")
    }
    let span = (last - first) / stride + 1
    let count = try variables.number("SLURM_ARRAY_TASK_COUNT", atLeast: 1) ?? span
    let isRegular = span == count && (last - first).isMultiple(of: stride) && (task - first).isMultiple(of: stride)
    guard isRegular else {
      throw InputError(
        name, expected: "a task of an array without gaps, such as --array=1-\(count)",
        found: "task \(task) of \(count) between \(first) and \(last)",
        advice: "Use such an array, or say with --shard K/N which shard this process is: to run some shards of four "
          + "again, --array=2,4 with --shard \"$\(name)/4\".")
    }
    let job = variables["SLURM_ARRAY_JOB_ID"]
    return Position(
      system: "Slurm", place: job.map { "array \($0)_\(task)" } ?? "array task \(task)", variable: name,
      countVariable: "SLURM_ARRAY_TASK_COUNT", index: (task - first) / stride, count: count)
  }

  /// A subjob of an array of OpenPBS or PBS Professional (PBS_ARRAY_INDEX; "PBS Professional User's Guide", "Job
  /// Arrays") or of Torque (PBS_ARRAYID; "Torque Administrator Guide", "Submitting Jobs"). Neither says how many there
  /// are. Shards count from 1, and so must the array: an array from 0 would need a guess at what its owner meant by N.
  private static func pbsArray(in variables: Variables) throws(InputError) -> Position? {
    for (name, option) in [("PBS_ARRAY_INDEX", "-J"), ("PBS_ARRAYID", "-t")] {
      guard let task = try variables.number(name) else { continue }
      guard task > 0 else {
        throw InputError(
          name, expected: "an array that counts from 1", found: "index 0",
          advice: "Submit with \"qsub \(option) 1-N\", or say with --shard K/N which shard this process is.")
      }
      return Position(
        system: "PBS", place: "array index \(task)", variable: name, countVariable: "--shards", index: task - 1,
        first: 1, advice: "Submit with \"qsub \(option) 1-N\" and --shards N, with one N.")
    }
    return nil
  }

  /// A pod of a Kubernetes Job with `completionMode: Indexed` ("Indexed Job for Parallel Processing with Static Work
  /// Assignment"): JOB_COMPLETION_INDEX from 0. `completions` is not in the environment.
  private static func indexedJob(in variables: Variables) throws(InputError) -> Position? {
    let name = "JOB_COMPLETION_INDEX"
    guard let index = try variables.number(name) else { return nil }
    return Position(
      system: "Kubernetes", place: "completion index \(index)", variable: name, countVariable: "--shards", index: index,
      advice: "Give --shards the number that the Job has as \"completions\".")
  }
}
