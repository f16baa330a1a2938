"""What the scripts on curvature share: the inputs, the comparison and the line of JSON. README.md lists the workloads."""

import json
import statistics
import sys
import time

# Relative to Basin's, in the Euclidean norm. In single precision rounding makes 5e-7; near the kink of a ReLU it can also
# decide on which side an input lies.
TOLERANCE = {"float64": 1e-10, "float32": 1e-4}


def add_arguments(parser):
    parser.add_argument("--part", choices=["products", "diagnosis", "all"], default="all", help="what is timed (all)")


class Inputs:
    """A workload as `basin bench curvature-… --export DIR` wrote it: `workload.json` with widths, bias, activation, loss
    and precision, and `curvature.npz` with

        x            n × inputs
        y            n × outputs, or n classes
        parameters   d numbers in the order of torch.nn.Sequential: of each layer weights (outputs × inputs), then biases
        direction    d numbers, what the Hessian is multiplied with

    and Basin's own results, any of `gradient`, `product` (∇²f · direction) and `varianceProduct`
    (((1/n) Σ Hᵢ² − (∇²f)²) · direction). f is the mean of the samples' losses.
    """

    def __init__(self, folder):
        import numpy

        facts = json.loads((folder / "workload.json").read_text())
        self.name, self.widths, self.bias = facts["workload"], facts["widths"], facts["bias"]
        self.activation, self.loss, self.precision = facts["activation"], facts["loss"], facts["precision"]
        with numpy.load(folder / "curvature.npz") as arrays:
            self.x, self.y, self.parameters, self.direction = (
                arrays[key].astype(self.precision) for key in ["x", "y", "parameters", "direction"])
            self.expected = {key: arrays[key] for key in ["gradient", "product", "varianceProduct"] if key in arrays}
        if self.loss == "crossEntropy":
            self.y = self.y.reshape(-1).astype("int64")
            self.factor = None
        else:
            self.y = self.y.reshape(len(self.x), -1)
            # c of c ‖F − y‖².
            self.factor = (0.5 if self.loss["half"] else 1.0) / (self.widths[-1] if self.loss["mean"] else 1)

    def layers(self, vector):
        """Weights, and biases if there are any, of each layer."""
        layers, start = [], 0
        for inputs, outputs in zip(self.widths, self.widths[1:]):
            layer = []
            for shape in [(outputs, inputs), (outputs,)][: 1 + self.bias]:
                count = shape[0] * (shape[1] if len(shape) == 2 else 1)
                layer.append(vector[start : start + count].reshape(shape))
                start += count
            layers.append(layer)
        return layers

    def difference(self, key, found):
        """How far a result is from Basin's, relative to that; None if Basin gave none."""
        import numpy

        if key not in self.expected:
            return None
        expected, found = self.expected[key].astype("float64"), numpy.asarray(found, dtype="float64")
        return float(numpy.linalg.norm(found - expected) / numpy.linalg.norm(expected))


def time_calls(call, options, batch_seconds=0.1):
    """Seconds of each repeat, calls in one of them (so many that a repeat takes about `batch_seconds`), and what the
    call that warms up returned."""
    start = time.perf_counter()
    result = call()
    once = time.perf_counter() - start
    if once < 10 * batch_seconds:
        start = time.perf_counter()
        call()
        once = time.perf_counter() - start
    count = max(1, min(1_000, int(batch_seconds / once)))
    seconds = []
    # What takes long is timed once, as Basin's own.
    for _ in range(options.repeats if once < 2 else 1):
        start = time.perf_counter()
        for _ in range(count):
            call()
        seconds.append(time.perf_counter() - start)
    return seconds, count, result


def report(program, operation, variant, inputs, options, timing, *, found=None, compile_seconds=None, outcome=None):
    """Prints a line of JSON. The operation is `diagnosis`, or the key of Basin's result that `found` is compared with.
    What `nanosecondsPerStepAndMember` counts are calls."""
    import numpy

    seconds, calls, _ = timing
    difference = None if found is None else inputs.difference(operation, found)
    line = {
        "workload": inputs.name,
        "peer": {"torch": "pytorch"}.get(program.__name__, program.__name__),
        "operation": operation,
        "variant": variant,
        "version": program.__version__,
        "threads": options.threads,
        "updates": calls,
        "repeats": len(seconds),
        "seconds": {"minimum": min(seconds), "median": statistics.median(seconds)},
        "nanosecondsPerStepAndMember": {
            "minimum": 1e9 * min(seconds) / calls, "median": 1e9 * statistics.median(seconds) / calls},
        "compileSeconds": compile_seconds,
        "difference": difference,
        # For a look at it where there is nothing to compare with.
        "norm": None if found is None else float(numpy.linalg.norm(numpy.asarray(found, dtype="float64"))),
        "outcome": outcome,
    }
    print(json.dumps(line), flush=True)
    if difference is not None and not difference <= TOLERANCE[inputs.precision]:
        sys.exit(f"{line['peer']}, {variant}: {operation} differs from Basin's by {difference:.1e}, more than rounding explains")
