#!/usr/bin/env python3
"""The mean-square threshold of Jacobian factors by plain power iteration in NumPy: what one would write without Basin.

    basin bench thresholds-500 --export DIR
    python3 Benchmarks/thresholds_numpy.py --inputs DIR

Prints a line of JSON: the seconds for b = 1 at rank 200 and the largest relative difference from Basin's thresholds for b = 1, 2, 4, 8.
Exit status 1 if that is above 1e-8.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--inputs", required=True, help="the folder that Basin exported to")
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()
# Read when NumPy is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)

import numpy as np  # noqa: E402


def geometry(factors, rank):
    """The top eigenvectors of the mean Hessian (1/n) JᵀJ, and the factors in their basis."""
    _, singular, rows = np.linalg.svd(factors, full_matrices=False)
    return singular[:rank] ** 2 / len(factors), factors @ rows[:rank].T


def threshold(eigenvalues, factors, p, tolerance=1e-12, limit=20_000):
    """2/λ_max(C⁻¹D) by power iteration with the Lyapunov inverse from the identity."""
    n = len(factors)
    moment = np.eye(len(eigenvalues)) / len(eigenvalues)
    mean = 0.5 * (eigenvalues[:, None] + eigenvalues[None, :])
    last = 0.0
    for iteration in range(1, limit + 1):
        weights = np.einsum("ij,ij->i", factors @ moment, factors)
        image = (1 - p) * eigenvalues[:, None] * moment * eigenvalues[None, :]
        image += p / n * (factors.T * weights) @ factors
        ratio = (moment * image).sum() / (moment * mean * moment).sum()
        moment = image / mean
        moment = 0.5 * (moment + moment.T) / np.trace(moment)
        if abs(ratio - last) < tolerance * ratio:
            break
        last = ratio
    return 2 / ratio, iteration


def main():
    folder = Path(options.inputs)
    factors, wanted = np.load(folder / "jacobians.npy"), np.load(folder / "thresholds.npy")
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        eigenvalues, compressed = geometry(factors, 200)
        value, iterations = threshold(eigenvalues, compressed, 1.0)
        seconds.append(time.perf_counter() - begin)
    values = [threshold(eigenvalues, compressed, 1 / b)[0] for b in (1, 2, 4, 8)]
    difference = max(abs(a / b - 1) for a, b in zip(values, wanted))
    line = {
        "peer": "numpy", "variant": f"power iteration, {iterations} iterations", "version": np.__version__,
        "threads": options.threads, "repeats": len(seconds),
        "seconds": {"minimum": min(seconds), "median": statistics.median(seconds)}, "difference": difference,
        "outcome": f"{float(value)!r} for b = 1",
    }
    print(json.dumps(line))
    return int(difference > 1e-8)


if __name__ == "__main__":
    sys.exit(main())
