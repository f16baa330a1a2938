/// Wrong command lines of `basin stability`, and what is said about each; texts that end in a mark are whole.
enum StabilityMistakes {
  static let lines: [(arguments: [String], error: String)] = [
    (
      [],
      #"basin stability: expected one of --hessians, --jacobians, --problem, found none. See "basin stability --help"."#
    ),
    (
      ["--hessians", "H.npy", "--jacobians", "J.npy"],
      "basin stability: expected one of --hessians, --jacobians, --problem, found --hessians and --jacobians."
    ),
    (
      ["H.npy"],
      #"basin stability: expected options only, found "H.npy". Files go behind an option, such as --hessians."#
    ),
    (
      ["--problem", "wu-ma"],
      #"basin stability --problem: expected the name of a problem, or a spec that ends in .json, found "wu-ma". Did you mean "wu-ma-e"?"#
    ),
    (
      ["--problem", "wu-ma-e", "--at", "unifrm"],
      #"basin stability --at: expected a minimum of wu-ma-e, or a file that ends in .npy, found "unifrm". Did you mean "uniform"?"#
    ),
    (
      ["--problem", "wu-ma-e", "--at", "J.npy"],
      "parameters: expected 1 numbers, as the objective has, found 6."
    ),
    (["--hessians", "H.npy", "--at", "x"], "basin stability --at: expected --problem beside it, found none."),
    (
      ["--problem", "wu-ma-e", "--gradients", "G.npy"],
      "basin stability --gradients: expected --hessians or --jacobians beside it, found --problem. A problem knows its gradients."
    ),
    (
      ["--hessians", "H.npy", "--weights", "A.npy"],
      "basin stability --weights: expected --jacobians beside it, found none."
    ),
    (["--hessians", "none.npy"], #"none.npy: expected a file that can be read, found "No such file or directory""#),
    (
      ["--hessians", "mean.npy"],
      "mean.npy: expected Hessians of samples, shape (samples, parameters, parameters), found one matrix, shape (2, 2). "
        + "What batches do depends on how the samples differ: give every sample's Hessian, or --jacobians."
    ),
    (
      ["--hessians", "wide.npy"],
      "wide.npy: expected Hessians of samples, shape (samples, parameters, parameters), found shape (4, 2, 3)."
    ),
    (
      ["--jacobians", "flat.npy"],
      "flat.npy: expected Jacobian factors, shape (samples, parameters) or (samples, outputs, parameters), found shape (16,)."
    ),
    (
      ["--jacobians", "J.npy", "--weights", "G.npy"],
      "G.npy: expected weights of shape (3, 1, 1), or (3, 1) for diagonal ones, as the Jacobians ask for, found shape (4, 2)."
    ),
    (
      ["--hessians", "H.npy", "--gradients", "J.npy"],
      "J.npy: expected gradients of shape (4, 2), as the curvature asks for, found shape (3, 2)."
    ),
    (
      ["--hessians", "skew.npy"],
      "skew.npy, per-sample Hessians: expected symmetric matrices, within 1e-08 of the largest entry, found 0.0 at row 1, "
        + "column 0 of sample 0, and 0.5 opposite to it. If they come from finite differences, average each with its transpose."
    ),
    (
      ["--hessians", "nan.npy"],
      "nan.npy, per-sample Hessians: expected finite numbers, found nan at sample 0, row 1, column 1. "
        + "Has the run that produced them diverged?"
    ),
    (
      ["--hessians", "empty.npy"],
      "empty.npy, per-sample Hessians: expected at least one of everything, found 0 samples × 2 rows × 2 columns."
    ),
    (
      ["--hessians", "hill.npy"],
      "mean Hessian: expected a positive eigenvalue, found a largest one of -1.0. "
        + "No step size is limited by it: this is not a minimum with curvature."
    ),
    (
      ["--hessians", "H.npy", "--batch", "1,5", "--order", "subset"],
      "batch size: expected at most the number of samples, 4, found 5. Only independent sampling (iid) can draw a sample twice."
    ),
    (
      ["--hessians", "H.npy", "--batch", "2", "--order", "full"],
      "basin stability --batch: expected no batch size for the order full, or 4, the number of samples, found 2."
    ),
    (
      ["--hessians", "H.npy", "--batch", "1,2,1"], "basin stability --batch: expected each value once, found 1 twice."
    ),
    (
      ["--hessians", "H.npy", "--batch", "0"],
      #"basin stability --batch: expected whole numbers from 1, commas between, found "0"."#
    ),
    (
      ["--hessians", "H.npy", "--step", "0.1,-0.2"],
      #"basin stability --step: expected positive numbers, commas between, found "-0.2"."#
    ),
    (
      ["--hessians", "H.npy", "--step", "0"],
      #"basin stability --step: expected positive numbers, commas between, found "0"."#
    ),
    (
      ["--hessians", "H.npy", "--order", "cyclic"],
      #"basin stability --order: expected iid, subset, reshuffle, full, found "cyclic"."#
    ),
    (
      ["--hessians", "H.npy", "--momentum", "1"],
      #"basin stability --momentum: expected a number from 0, below 1, found "1"."#
    ),
    (
      ["--hessians", "H.npy", "--weight-decay", "-1"],
      #"basin stability --weight-decay: expected a number from 0, found "-1"."#
    ),
    (
      ["--hessians", "H.npy", "--radius", "1", "--start-radius", "2"],
      "basin stability --start-radius: expected less than the radius, 1, found 2."
    ),
    (
      ["--problem", "wu-ma-e", "--start-radius", "2"],
      "basin stability --start-radius: expected less than the basin's radius, 0.4, found 2."
    ),
    (
      ["--hessians", "H.npy", "--trials", "5"],
      "basin stability --trials: expected --confirm beside it, found none."
    ),
    (
      ["--hessians", "H.npy", "--rank", "0"],
      #"basin stability --rank: expected a whole number from 1 to 100000, found "0"."#
    ),
    (
      ["--hesians", "H.npy"],
      #"basin stability: expected a known option, found "--hesians". Did you mean "--hessians"?"#
    ),
  ]
}
