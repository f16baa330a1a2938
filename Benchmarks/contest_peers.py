#!/usr/bin/env python3
"""How accurate the default rules of other programs are on matrices whose spectra are known.

    basin bench contest --export DIR
    python3 Benchmarks/contest_peers.py DIR/contest.npz

The file holds symmetric matrices, d × d, under any names. Of every rule: products taken, error relative to the truth (median, 90th
percentile, worst over the repetitions) and, where the program states an error, in how many repetitions its interval holds
the truth. Prints a line of JSON for each; with --table a table instead.

Traces
  PyHessian           probes until two consecutive running means agree to 1e-3, at most 100; written here after its source,
                      for all repetitions at once. No error is stated
  hessian-eigenthings the package's `trace` (Hutch++, 100 products asked for) and `hutchinson`; interval ± 1.96 of its
                      standard error
  curvlinops          the package's Hutchinson, Hutch++, XTrace at as many products as are divisible. No error is stated
Eigenvalues
  PyHessian           power iteration until two quotients agree to 1e-3, at most 100 products, as above; truth: the eigenvalue of
                      largest magnitude
  hessian-eigenthings the package's `lanczos`, k = 1 and 5; error: the worst of the k magnitudes; interval: its
                      residual around each, to hold the true one of that rank, as a user would read it
Density: Wasserstein-1 distance from the true spectrum over its standard deviation, by quadrature nodes and weights
  PyHessian           100 steps, one probe, reorthogonalised
  hessian-eigenthings 80 steps, 10 probes, reorthogonalised
  curvlinops          128 steps, one probe, without reorthogonalisation; and as it returns it, smoothed (κ = 3)
Verification: the density of Y = X + ZZᵀ/2000 of dimension 2000, X = diag(5, 4, 3, 0 …), Z Gaussian, by 128 steps and 10 probes
(Papyan 2020, figure 15a; curvlinops' own example). The key `verification` of the file, if it is there, is Y; otherwise Z is drawn.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import sys
from pathlib import Path

for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[variable] = "1"

import numpy as np  # noqa: E402  (after the threads are chosen)
from scipy.linalg import eigh_tridiagonal  # noqa: E402
from scipy.stats import wasserstein_distance  # noqa: E402


def version(name):
    return f"{name} {importlib.metadata.version(name)}" if importlib.util.find_spec(MODULES[name]) else None


MODULES = {"hessian-eigenthings": "hessian_eigenthings", "curvlinops-for-pytorch": "curvlinops"}


class Matrix:
    def __init__(self, name, values):
        import torch

        self.name, self.values, self.dimension = name, values, len(values)
        self.eigenvalues = np.linalg.eigvalsh(values)
        self.trace = float(self.eigenvalues.sum())
        by_size = self.eigenvalues[np.argsort(-np.abs(self.eigenvalues))]
        self.largest, self.by_size = by_size[0], by_size
        self.tensor = torch.from_numpy(values)


class Tally:
    """What the repetitions of one rule gave."""

    def __init__(self, matrix, quantity, program, rule):
        self.facts = {"matrix": matrix.name, "quantity": quantity, "program": program, "rule": rule}
        self.scale = float(matrix.eigenvalues.std()) if quantity == "density" else None
        self.errors, self.products, self.hits, self.flags = [], [], [], {}

    def add(self, error, products, covered=None, **flags):
        self.errors += list(np.atleast_1d(error))
        self.products += list(np.atleast_1d(products))
        if covered is not None:
            self.hits.append(bool(covered))
        for name, value in flags.items():
            self.flags.setdefault(name, []).extend(np.atleast_1d(value))

    def line(self):
        errors = np.array(self.errors)
        return {
            **self.facts,
            # What the distance of a density was divided by.
            "scale": self.scale,
            "repetitions": len(errors),
            "products": float(np.mean(self.products)),
            "errorMedian": float(np.median(errors)),
            "error90": float(np.quantile(errors, 0.9)),
            "errorWorst": float(errors.max()),
            "coverage": float(np.mean(self.hits)) if self.hits else None,
            **{name: float(np.mean(values)) for name, values in self.flags.items()},
        }


# MARK: PyHessian's rules


def pyhessian_traces(matrix, repetitions, random):
    tally = Tally(matrix, "trace", "PyHessian", "means agree to 1e-3")
    for start in range(0, repetitions, 100):
        count = min(100, repetitions - start)
        probes = random.integers(0, 2, (matrix.dimension, count * 100)) * 2.0 - 1
        values = np.einsum("ij,ij->j", probes, matrix.values @ probes).reshape(count, 100)
        means = np.cumsum(values, 1) / np.arange(1, 101)
        before = np.hstack([np.zeros((count, 1)), means[:, :-1]])
        # As the program has it: a negative mean before stops it at once.
        stops = np.abs(means - before) / (before + 1e-6) < 1e-3
        last = np.where(stops.any(1), stops.argmax(1), 99)
        found = means[np.arange(count), last]
        tally.add(np.abs(found / matrix.trace - 1), last + 1, atMost5=last < 5)
    return tally


def pyhessian_eigenvalues(matrix, repetitions, random):
    tally = Tally(matrix, "eigenvalue", "PyHessian", "quotients agree to 1e-3")
    v = random.standard_normal((matrix.dimension, repetitions))
    v /= np.linalg.norm(v, axis=0) + 1e-6
    before, found, products = np.full(repetitions, np.nan), np.zeros(repetitions), np.zeros(repetitions)
    going = np.arange(repetitions)
    for _ in range(100):
        image = matrix.values @ v[:, going]
        found[going] = np.einsum("ij,ij->j", image, v[:, going])
        products[going] += 1
        v[:, going] = image / (np.linalg.norm(image, axis=0) + 1e-6)
        ends = np.abs(before[going] - found[going]) / (np.abs(before[going]) + 1e-6) < 1e-3
        before[going] = found[going]
        going = going[~ends]
        if not len(going):
            break
    tally.add(np.abs(found / matrix.largest - 1), products)
    return tally


def reorthogonalised_lanczos(matrix, steps, probe):
    """Nodes and weights."""
    basis, diagonal, off = np.empty((steps, matrix.dimension)), [], []
    basis[0] = probe / np.linalg.norm(probe)
    for k in range(steps):
        w = matrix.values @ basis[k]
        diagonal.append(w @ basis[k])
        for _ in range(2):
            w -= basis[: k + 1].T @ (basis[: k + 1] @ w)
        if k + 1 < steps:
            off.append(np.linalg.norm(w))
            basis[k + 1] = w / off[-1]
    nodes, vectors = eigh_tridiagonal(diagonal, off)
    return nodes, vectors[0] ** 2


def pyhessian_densities(matrix, repetitions, random, steps=100):
    tally = Tally(matrix, "density", "PyHessian", f"{steps} steps, 1 probe")
    for _ in range(repetitions):
        probe = random.integers(0, 2, matrix.dimension) * 2.0 - 1
        tally.add(distance(matrix, *reorthogonalised_lanczos(matrix, steps, probe)), steps)
    return tally


def distance(matrix, nodes, weights):
    return wasserstein_distance(matrix.eigenvalues, nodes, None, weights) / matrix.eigenvalues.std()


# MARK: hessian-eigenthings


def eigenthings_operator(matrix):
    from hessian_eigenthings import LambdaOperator

    return LambdaOperator(lambda v: matrix.tensor @ v, matrix.dimension, dtype=matrix.tensor.dtype)


def eigenthings_traces(matrix, repetitions, method, products):
    from hessian_eigenthings import trace

    operator = eigenthings_operator(matrix)
    tally = Tally(matrix, "trace", version("hessian-eigenthings"), method)
    for seed in range(repetitions):
        found = trace(operator, num_matvecs=products, method=method, seed=seed)
        covered = abs(found.estimate - matrix.trace) <= 1.96 * found.stderr
        taken = products // 3 * 3 if method == "hutch++" else products
        tally.add(abs(found.estimate / matrix.trace - 1), taken, covered)
    return tally


def eigenthings_eigenvalues(matrix, repetitions, k):
    from hessian_eigenthings import lanczos

    operator = eigenthings_operator(matrix)
    tally = Tally(matrix, "eigenvalue", version("hessian-eigenthings"), f"Lanczos, 2k steps, k = {k}")
    for seed in range(repetitions):
        found = lanczos(operator, k=k, seed=seed)
        # Magnitudes, so that an order that mixes both ends is not held against it.
        values, residuals = found.eigenvalues.abs().numpy(), found.residuals.numpy()
        truth = np.abs(matrix.by_size[:k])
        covered = np.all(np.abs(values - truth) <= residuals)
        tally.add(np.max(np.abs(values / truth - 1)), found.iterations, covered, converged=found.converged.all().item())
    return tally


def eigenthings_densities(matrix, repetitions):
    from hessian_eigenthings import spectral_density

    operator = eigenthings_operator(matrix)
    tally = Tally(matrix, "density", version("hessian-eigenthings"), "80 steps, 10 probes")
    for repetition in range(repetitions):
        found = spectral_density(operator, seed=10 * repetition, num_grid_points=10)
        nodes, weights = found.raw_eigenvalues.numpy().ravel(), found.raw_weights.numpy().ravel()
        tally.add(distance(matrix, nodes, weights), 800)
    return tally


# MARK: curvlinops


def curvlinops_traces(matrix, repetitions, products):
    from curvlinops import hutchinson_trace, hutchpp_trace, xtrace

    rules = [("Hutchinson", hutchinson_trace, 1), ("Hutch++", hutchpp_trace, 3), ("XTrace", xtrace, 2)]
    for rule, function, divisor in rules:
        tally = Tally(matrix, "trace", version("curvlinops-for-pytorch"), rule)
        taken = products // divisor * divisor
        for _ in range(repetitions):
            tally.add(abs(function(matrix.tensor, taken).item() / matrix.trace - 1), taken)
        yield tally


def curvlinops_densities(matrix, repetitions, steps=128, probes=1):
    """By its nodes and weights, and as it returns them: a density on a grid."""
    from curvlinops.examples import TensorLinearOperator
    from curvlinops.papyan2020traces.spectrum import fast_lanczos, lanczos_approximate_spectrum

    operator = TensorLinearOperator(matrix.tensor)
    shape = f"{steps} steps, {probes} probe{'s' if probes > 1 else ''}"
    program = version("curvlinops-for-pytorch")
    raw, smooth = (Tally(matrix, "density", program, f"{shape}{end}") for end in ["", ", smoothed"])
    for _ in range(repetitions):
        runs = [fast_lanczos(operator, steps) for _ in range(probes)]
        nodes = np.concatenate([nodes.numpy() for nodes, _ in runs])
        weights = np.concatenate([vectors[0].numpy() ** 2 for _, vectors in runs])
        raw.add(distance(matrix, nodes, weights), steps * probes)
        # It is told the ends, which it would otherwise have to find.
        ends = (matrix.eigenvalues[0], matrix.eigenvalues[-1])
        grid, density = lanczos_approximate_spectrum(operator, steps, num_repeats=probes, kappa=3.0, boundaries=ends)
        smooth.add(distance(matrix, grid.numpy(), density.numpy() / density.numpy().sum()), steps * probes)
    return [raw, smooth]


def verification(values):
    d = 2000
    if values is None:
        z = np.random.default_rng(0).standard_normal((d, d))
        values = z @ z.T / d
        values[range(3), range(3)] += [5, 4, 3]
    return Matrix("papyan", values)


def tallies(matrices, papyan, options):
    import torch

    random = np.random.default_rng(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    count, fewer = options.repetitions, max(1, options.repetitions // 10)
    has_eigenthings, has_curvlinops = version("hessian-eigenthings"), version("curvlinops-for-pytorch")
    for matrix in matrices:
        if "trace" in options.parts:
            yield pyhessian_traces(matrix, count, random)
            if has_eigenthings:
                yield eigenthings_traces(matrix, count, "hutch++", 100)
                for products in options.products:
                    yield eigenthings_traces(matrix, count, "hutchinson", products)
            if has_curvlinops:
                for products in options.products:
                    yield from curvlinops_traces(matrix, count, products)
        if "eigenvalues" in options.parts:
            yield pyhessian_eigenvalues(matrix, count, random)
            if has_eigenthings:
                for k in (1, 5):
                    yield eigenthings_eigenvalues(matrix, count, k)
        if "density" in options.parts:
            yield pyhessian_densities(matrix, fewer, random)
            if has_eigenthings:
                yield eigenthings_densities(matrix, max(1, fewer // 10))
            if has_curvlinops:
                yield from curvlinops_densities(matrix, fewer)
    if "papyan" in options.parts:
        matrix = verification(papyan)
        runs = max(1, fewer // 10)
        if has_curvlinops:
            yield from curvlinops_densities(matrix, runs, probes=10)
        tally = Tally(matrix, "density", "PyHessian", "128 steps, 10 probes")
        for _ in range(runs):
            probes = [random.integers(0, 2, matrix.dimension) * 2.0 - 1 for _ in range(10)]
            found = [reorthogonalised_lanczos(matrix, 128, probe) for probe in probes]
            tally.add(distance(matrix, *(np.concatenate(part) for part in zip(*found))), 1280)
        yield tally


def row(line):
    def percent(value):
        return "–" if value is None else f"{100 * value:.2f} %"

    extras = ", ".join(f"{name} {percent(line[name])}" for name in ["atMost5", "converged"] if name in line)
    cells = [line["matrix"], line["quantity"], line["program"], line["rule"], f"{line['products']:.1f}"]
    cells += [percent(line[key]) for key in ["errorMedian", "error90", "errorWorst", "coverage"]]
    return "| " + " | ".join([*cells, extras, str(line["repetitions"])]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrices", type=Path, help="a .npz file of symmetric matrices")
    parser.add_argument(
        "--repetitions", type=int, default=2_000, help="of traces and eigenvalues; of densities a tenth or less (2000)")
    parser.add_argument("--products", type=int, nargs="+", default=[30, 100], help="of traces whose cost is chosen (30 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", nargs="+", default=["trace", "eigenvalues", "density", "papyan"])
    parser.add_argument("--table", action="store_true", help="a Markdown table instead of JSON")
    options = parser.parse_args()
    with np.load(options.matrices) as arrays:
        read = {name: np.ascontiguousarray(arrays[name], dtype="float64") for name in arrays}
    papyan = read.pop("verification", None)
    matrices = [Matrix(name, values) for name, values in read.items()]
    if options.table:
        print("| matrix | quantity | program | rule | products | median | 90 % | worst | coverage | | repetitions |")
        print("|---|---|---|---|---:|---:|---:|---:|---:|---|---:|")
    for tally in tallies(matrices, papyan, options):
        line = tally.line()
        print(row(line) if options.table else json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
