"""What the peers' scripts share: the inputs, the clock, the comparison and the line of JSON they print."""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

STEP_SIZE = 0.2
DATA = 20  # the data are the first 20 unit vectors of the space the weights live in
EARLY_STEPS = 1_000

# Rounding differs between programs, so the trajectories part slowly: tight at first, looser at the end, where the
# winning coefficient is 1 and the others are 0.
EARLY_TOLERANCE = 1e-10  # relative to each coefficient
FINAL_TOLERANCE = 1e-8  # absolute


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--inputs", type=Path, required=True, help="folder of starts, indices, early and final .npy")
    parser.add_argument("--threads", type=int, default=1, help="cores the peer may use (default 1)")
    parser.add_argument("--repeats", type=int, default=7, help="timed repeats after one that warms up (default 7)")
    options = parser.parse_args()
    # Libraries size their thread pools from the cores they may run on, so this has to come before they are imported.
    available = sorted(os.sched_getaffinity(0))
    if options.threads > len(available):
        parser.error(f"--threads {options.threads}: only {len(available)} cores are available")
    os.sched_setaffinity(0, available[: options.threads])
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    return options


class Inputs:
    """One workload as Basin exported it: starts (members × n), indices (members × steps), and Basin's
    own coefficients on the data after EARLY_STEPS steps and at the end (members × DATA)."""

    def __init__(self, folder):
        import numpy

        def load(name, dtype, columns=None):
            array = numpy.load(folder / f"{name}.npy")
            if array.dtype != dtype or array.ndim != 2 or (columns and array.shape[1] != columns):
                shape = f"members × {columns or 'any'}"
                sys.exit(f"{folder / name}.npy: expected {dtype}, {shape}; found {array.dtype}, {array.shape}")
            return array

        self.starts = load("starts", "float64")
        self.indices = load("indices", "float64").astype("int32")
        self.early = load("early", "float64", DATA)
        self.final = load("final", "float64", DATA)
        self.members, self.dimension = self.starts.shape
        self.steps = self.indices.shape[1]
        self.data = numpy.eye(DATA, self.dimension)
        if not len(self.starts) == len(self.indices) == len(self.early) == len(self.final):
            sys.exit(f"{folder}: the arrays differ in the number of members")
        if self.steps == 0 or self.steps % EARLY_STEPS:
            sys.exit(f"{folder}/indices.npy: expected a multiple of {EARLY_STEPS} steps, found {self.steps}")


def early_difference(found, expected):
    """The largest relative difference of a coefficient."""
    import numpy

    found, expected = numpy.asarray(found), numpy.asarray(expected)
    scale = numpy.maximum(numpy.abs(expected), numpy.finfo(float).tiny)
    return float(numpy.max(numpy.abs(found - expected) / scale))


def final_difference(found, expected):
    """The largest absolute difference of a coefficient."""
    import numpy

    return float(numpy.max(numpy.abs(numpy.asarray(found) - numpy.asarray(expected))))


def time_repeats(run, repeats):
    """Seconds of each of `repeats` runs, after one that is not counted."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return seconds


def report(peer, variant, version, threads, seconds, updates, compile_seconds, early, final):
    """Prints one line of JSON. `updates` is steps × members of one timed run. None stands for "does not apply" (nothing
    is compiled, or the end is not reached)."""
    nanoseconds = [1e9 * value / updates for value in seconds]
    line = {
        "peer": peer,
        "variant": variant,
        "version": version,
        "threads": threads,
        "nanosecondsPerStepAndMember": {"minimum": min(nanoseconds), "median": statistics.median(nanoseconds)},
        "repeats": len(seconds),
        "updatesPerRepeat": updates,
        "compileSeconds": compile_seconds,
        "maximumDifferenceEarly": early,
        "maximumDifferenceFinal": final,
    }
    print(json.dumps(line), flush=True)
    # "Not at most" rather than "more than": a NaN must not pass.
    if not early <= EARLY_TOLERANCE or not (final is None or final <= FINAL_TOLERANCE):
        sys.exit(f"{peer}, {variant}: its coefficients differ from Basin's by more than rounding explains")
