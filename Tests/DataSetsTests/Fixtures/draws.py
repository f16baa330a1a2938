#!/usr/bin/env python3
"""Writes draws.json: what NumPy's legacy generator draws, and the published sparse linear data sets that it makes.

Run with an interpreter that has NumPy, from any folder.
"""

import json
import pathlib

import numpy as np


def sparse(n, d, r, test=1000):
    np.random.seed(0)
    X = np.random.multivariate_normal(np.zeros(d), np.eye(d), n)
    X_test = np.random.multivariate_normal(np.zeros(d), np.eye(d), test)
    theta = np.random.randn(d)
    theta[r:] = 0
    theta = np.abs(theta) / np.linalg.norm(theta)
    y, y_test = X @ theta, X_test @ theta
    return {
        "n": n, "d": d, "r": r, "first": X[0, :4].tolist(), "last": X[-1, -4:].tolist(), "sum": X.sum(),
        "testLast": X_test[-1, -4:].tolist(), "testSum": X_test.sum(), "theta": theta[:r].tolist(),
        "targets": y.tolist(), "testTargetSum": y_test.sum(),
    }  # fmt: skip


def draws(seed):
    random = np.random.RandomState(seed)
    words = [int(w) for w in random.randint(0, 2**32, 5, dtype=np.uint32)]
    random.seed(seed)
    uniform = random.random_sample(5).tolist()
    random.seed(seed)
    far = random.standard_normal(2001)
    return {"seed": seed, "words": words, "uniform": uniform, "normal": far[:5].tolist(), "normal2000": far[2000]}


document = {
    "draws": [draws(seed) for seed in (0, 1, 2**32 - 1)],
    "sparse": [sparse(80, 200, 20), sparse(20, 30, 3), sparse(40, 100, 20)],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(document, indent=1).replace("\n    ", " ").replace("\n   ]", " ]") + "\n")
