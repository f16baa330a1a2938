#!/usr/bin/env python3
"""How many products ARPACK needs for the ends of a spectrum, and how many Lanczos that keeps all its vectors.

    basin bench contest --export DIR
    python3 Benchmarks/arpack_products.py DIR/contest.npz

For every symmetric matrix of the file, and one of dimension 2,000 (X + ZZᵀ/2000, X = diag(5, 4, 3, 0 …), Z Gaussian, unless the file
has it as `verification`): the k largest and the k smallest eigenvalues, k = 1, 5, 10, to residuals of 1e-8 |λ|, from the same start. An
end that is next to 0, where that is no useful criterion, is left out.
ARPACK (scipy.sparse.linalg.eigsh) restarts: with 20 vectors, or 2k + 1 if more, as by default, and with 60. Prints products and
the largest true residual over |λ|.
"""

import argparse
import json
import os
import sys
from pathlib import Path

for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[variable] = "1"

import numpy as np  # noqa: E402  (after the threads are chosen)
from scipy.linalg import eigh_tridiagonal  # noqa: E402
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh  # noqa: E402

TOLERANCE = 1e-8


def arpack(matrix, k, end, start, kept):
    count = 0

    def multiply(v):
        nonlocal count
        count += 1
        return matrix @ v

    operator = LinearOperator(matrix.shape, multiply, dtype=matrix.dtype)
    try:
        values, vectors = eigsh(operator, k, which=end, tol=TOLERANCE, v0=start, ncv=kept, maxiter=10_000)
    except ArpackNoConvergence:
        return count, None
    residuals = np.linalg.norm(matrix @ vectors - vectors * values, axis=0)
    return count, float(np.max(residuals / np.abs(values)))


def lanczos(matrix, k, end, start):
    """Full reorthogonalisation, no restart: the fewest products that a Krylov space of this start allows."""
    d = len(matrix)
    basis, diagonal, off = np.empty((d, d)), [], []
    basis[0] = start / np.linalg.norm(start)
    for j in range(d):
        w = matrix @ basis[j]
        diagonal.append(w @ basis[j])
        for _ in range(2):
            w -= basis[: j + 1].T @ (basis[: j + 1] @ w)
        off.append(np.linalg.norm(w))
        if j >= k and j % 2 == 0:
            nodes, vectors = eigh_tridiagonal(diagonal, off[:-1])
            chosen = slice(-k, None) if end == "LA" else slice(0, k)
            if np.all(off[-1] * np.abs(vectors[-1, chosen]) <= TOLERANCE * np.abs(nodes[chosen])):
                found = vectors[:, chosen].T @ basis[: j + 1]
                residuals = np.linalg.norm(found @ matrix - nodes[chosen, None] * found, axis=1)
                return j + 1, float(np.max(residuals / np.abs(nodes[chosen])))
        if j + 1 < d:
            basis[j + 1] = w / off[-1]
    return d, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrices", type=Path, help="a .npz file of symmetric matrices")
    options = parser.parse_args()
    with np.load(options.matrices) as arrays:
        matrices = {name: np.ascontiguousarray(arrays[name], dtype="float64") for name in arrays}
    random = np.random.default_rng(0)
    if "verification" not in matrices:
        z = random.standard_normal((2000, 2000))
        matrices["verification"] = z @ z.T / 2000 + np.diag([5.0, 4, 3] + [0] * 1997)
    for name, matrix in matrices.items():
        start = random.standard_normal(len(matrix))
        eigenvalues = np.linalg.eigvalsh(matrix)
        for end, value in [("LA", eigenvalues[-1]), ("SA", eigenvalues[0])]:
            if abs(value) < 1e-3 * np.abs(eigenvalues).max():
                continue
            for k in (1, 5, 10):
                line = {"matrix": name, "dimension": len(matrix), "end": {"LA": "largest", "SA": "smallest"}[end], "k": k}
                for label, (products, residual) in {
                    "arpack": arpack(matrix, k, end, start, None), "arpack60": arpack(matrix, k, end, start, 60),
                    "lanczos": lanczos(matrix, k, end, start),
                }.items():
                    line[label], line[f"{label}Residual"] = products, residual
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
