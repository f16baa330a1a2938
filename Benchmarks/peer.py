"""What the peers' scripts share: the inputs, the clock, the comparison and the line of JSON they print."""

import argparse
import json
import math
import os
import statistics
import sys
import time
from pathlib import Path

# Rounding differs between programs, so the trajectories part slowly: tight at first, looser at the end. In single
# precision there is no end: README.md says why.
EARLY_TOLERANCE = {"float64": 1e-10, "float32": 1e-2}
FINAL_TOLERANCE = 1e-8


def arguments(description, add=None):
    """The options; `add(parser)` adds those of one script."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--inputs", type=Path, required=True, help="folder that `basin bench WORKLOAD --export` wrote")
    parser.add_argument("--threads", type=int, default=1, help="cores the peer may use (default 1)")
    parser.add_argument("--repeats", type=int, default=7, help="timed repeats after one that warms up (default 7)")
    if add:
        add(parser)
    options = parser.parse_args()
    # Libraries size their thread pools from the cores they may run on, so this has to come before they are imported.
    available = sorted(os.sched_getaffinity(0))
    if options.threads > len(available):
        parser.error(f"--threads {options.threads}: only {len(available)} cores are available")
    os.sched_setaffinity(0, available[: options.threads])
    for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
        os.environ[variable] = str(options.threads)
    return options


class Inputs:
    """One workload as Basin exported it; README.md lists the files. `early` and `final` are Basin's own results."""

    def __init__(self, folder):
        import numpy

        facts = json.loads((folder / "workload.json").read_text())
        self.step, self.steps, self.early_steps = facts["step"], facts["steps"], facts["earlySteps"]
        self.members = facts["members"]
        self.precision = facts.get("precision", "float64")
        # Those of networks.
        self.widths, self.bias = facts.get("widths"), facts.get("bias")
        self.loss, self.clip = facts.get("loss"), facts.get("clip")

        def load(name):
            path = folder / f"{name}.npy"
            return numpy.load(path) if path.exists() else None

        self.inputs, self.targets = load("inputs").astype(self.precision), load("targets")
        self.starts = load("starts").astype(self.precision)
        self.early, self.final = load("early"), load("final")
        # Members × steps × batch; full batches have none.
        indices = load("indices")
        self.indices = None if indices is None else indices.astype("int64").reshape(self.members, self.steps, -1)

    def differences(self, early, final=None, members=slice(None)):
        """How far the parameters that `members` have early and at the end are from Basin's, relative to how far they
        have come from the start: the largest of the members."""
        import numpy

        def largest(found, expected):
            starts, expected = self.starts[members].astype("float64"), expected[members]
            length = numpy.linalg.norm
            distance = length(numpy.asarray(found, dtype="float64") - expected, axis=-1)
            return float(numpy.max(distance / length(expected - starts, axis=-1)))

        return largest(early, self.early), None if final is None else largest(final, self.final)

    def differences_of_coefficients(self, early, final=None, members=slice(None)):
        """The same for W3's coefficients, of which all but one vanish: early relative to each, at the end absolute."""
        import numpy

        def errors(found, expected):
            return numpy.abs(numpy.asarray(found) - expected[members])

        smallest = numpy.finfo(float).tiny
        relative = errors(early, self.early) / numpy.maximum(numpy.abs(self.early[members]), smallest)
        return float(relative.max()), None if final is None else float(errors(final, self.final).max())

    def layers(self, parameters):
        """Weights, and biases if there are any, of each layer of a network, from a row of parameters or from many."""
        layers, start = [], 0
        for inputs, outputs in zip(self.widths, self.widths[1:]):
            layer = []
            for shape in [(outputs, inputs), (outputs,)][: 1 + self.bias]:
                count = math.prod(shape)
                layer.append(parameters[..., start : start + count].reshape(*parameters.shape[:-1], *shape))
                start += count
            layers.append(layer)
        return layers

    def parameters(self, layers):
        """Rows of parameters from layers as `layers` makes them."""
        import numpy

        parts = [numpy.asarray(part) for layer in layers for part in layer]
        return numpy.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def time_repeats(run, repeats):
    """Seconds of each of `repeats` runs, after one that is not counted."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return seconds


def report(program, variant, inputs, options, seconds, updates, differences, compile_seconds=None):
    """Prints one line of JSON about a variant of a `program`, which is a module. `updates` is steps × members of one
    timed run. Of the differences, the one at the end is None where that is not reached."""
    early, final = differences
    nanoseconds = [1e9 * value / updates for value in seconds]
    line = {
        "peer": {"torch": "pytorch"}.get(program.__name__, program.__name__),
        "variant": variant,
        "version": program.__version__,
        "threads": options.threads,
        "nanosecondsPerStepAndMember": {"minimum": min(nanoseconds), "median": statistics.median(nanoseconds)},
        "repeats": len(seconds),
        "updates": updates,
        "compileSeconds": compile_seconds,
        "differenceEarly": early,
        "differenceFinal": final,
    }
    print(json.dumps(line), flush=True)
    # "Not at most" rather than "more than": a NaN must not pass.
    if not early <= EARLY_TOLERANCE[inputs.precision] or not (final is None or final <= FINAL_TOLERANCE):
        sys.exit(f"{line['peer']}, {variant}: its results differ from Basin's by more than rounding explains")
