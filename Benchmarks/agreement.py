#!/usr/bin/env python3
"""Whether `basin diagnose` and curvlinops say the same of a network that PyTorch trained.

    basin diagnose --model MODEL --weights W --data D --loss LOSS --json basin.json
    python3 Benchmarks/agreement.py --model MODEL --weights W --data D --loss LOSS basin.json

MODEL as in mlp:64-32-10:relu, with PyTorch's names of layers in W (.safetensors or .npz), D a .npz with x and y, LOSS crossEntropy,
squared (½ Σₖ (Fₖ − yₖ)²) or mse (PyTorch's MSELoss). Without arguments: the network in Examples/pytorch and basin.json.
Needs torch, curvlinops-for-pytorch, scipy, and safetensors for such a file.

From curvlinops' Hessian in double precision: the ends of the spectrum by ARPACK to 1e-10 and, up to --dense parameters, the whole
matrix. Compared: eigenvalues, to their stated residuals and at least 1e-6; the trace, to its stated interval, or to 1e-8 if it is
exact; the density, to its stated error in Wasserstein-1 distance. Exit status 1 if one is out. The weights are float32 in both;
what Basin computes in single precision passes with --precision 1e-4.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from curvlinops import HessianLinearOperator
from scipy.sparse.linalg import eigsh
from scipy.stats import wasserstein_distance

EXAMPLE = Path(__file__).resolve().parent.parent / "Examples/pytorch"
ACTIVATIONS = {
    "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU,
    "identity": torch.nn.Identity,
}
# Where the numbers stand in what Basin prints.
LARGEST, SMALLEST, TRACE, DENSITY = "hessian.largest", "hessian.smallest", "hessian.trace", "density"


def read_weights(path):
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    with np.load(path) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays}


def read_model(text, weights):
    parts = text.split(":")
    widths = [int(width) for width in parts[1].split("-")]
    modules = []
    for inputs, outputs in zip(widths, widths[1:]):
        modules += [torch.nn.Linear(inputs, outputs, bias="bias=false" not in parts), ACTIVATIONS[parts[2]]()]
    model = torch.nn.Sequential(*modules[:-1])
    model.load_state_dict(weights)
    return model.double()


def hessian(options):
    """curvlinops' operator, and the loss."""
    with np.load(options.data) as arrays:
        x, y = torch.from_numpy(arrays["x"]).double().flatten(1), torch.from_numpy(arrays["y"])
    model = read_model(options.model, read_weights(options.weights))
    if options.loss == "crossEntropy":
        criterion, factor, y = torch.nn.CrossEntropyLoss(), 1.0, y.long().flatten()
    else:
        y = y.double().reshape(len(x), -1)
        criterion, factor = torch.nn.MSELoss(), y.shape[1] / 2 if options.loss == "squared" else 1.0
    loss = factor * criterion(model(x), y).item()
    operator = HessianLinearOperator(model, criterion, list(model.parameters()), [(x, y)])
    return operator, factor, loss


def at(record, path):
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return record


class Comparison:
    def __init__(self):
        self.failed = False

    def check(self, name, basin, peer, allowed):
        distance = abs(basin - peer)
        ok = distance <= allowed
        self.failed |= not ok
        print(f"{name:26} {basin:18.10g} {peer:18.10g} {distance:11.2e} {allowed:11.2e}  {'agrees' if ok else 'DIFFERS'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", nargs="?", type=Path, default=Path("basin.json"), help="what Basin wrote (basin.json)")
    parser.add_argument("--model", default="mlp:64-32-10:relu")
    parser.add_argument("--weights", type=Path, default=EXAMPLE / "weights.safetensors")
    parser.add_argument("--data", type=Path, default=EXAMPLE / "data.npz")
    parser.add_argument("--loss", choices=["crossEntropy", "squared", "mse"], default="crossEntropy")
    parser.add_argument("--dense", type=int, default=5_000, help="the whole matrix up to so many parameters (5000)")
    parser.add_argument("--precision", type=float, default=1e-6, help="allowed of eigenvalues, relative to the largest (1e-6)")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    record = json.loads(options.record.read_text())
    operator, factor, loss = hessian(options)
    d = operator.shape[0]
    multiply = operator.to_scipy()

    largest, smallest = at(record, LARGEST) or [], at(record, SMALLEST) or []
    comparison = Comparison()
    print(f"{'':26} {'basin':>18} {'curvlinops':>18} {'difference':>11} {'allowed':>11}")
    if at(record, "loss.value") is not None:
        comparison.check("loss", at(record, "loss.value"), loss, options.precision * abs(loss))
    matrix = None
    if d <= options.dense:
        columns = [(operator @ part.T).T for part in torch.eye(d, dtype=torch.float64).split(64)]
        matrix = factor * torch.cat(columns).numpy()
        eigenvalues = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    for name, found, end in [("largest", largest, "LA"), ("smallest", smallest, "SA")]:
        if not found:
            continue
        if matrix is not None:
            values = eigenvalues[::-1] if end == "LA" else eigenvalues
        else:
            values = factor * np.sort(eigsh(multiply, len(found), which=end, tol=1e-10, return_eigenvectors=False))
            values = values[::-1] if end == "LA" else values
        scale = abs(largest[0]["value"]) if largest else abs(found[0]["value"])
        for place, pair in enumerate(found):
            allowed = max(pair.get("residual", 0), options.precision * scale)
            comparison.check(f"{name} {place + 1}", pair["value"], values[place], allowed)
    trace, density = at(record, TRACE), at(record, DENSITY)
    if trace and matrix is not None:
        truth = eigenvalues.sum()
        low, high = trace.get("interval") or (trace["value"], trace["value"])
        allowed = max((high - low) / 2, max(1e-8, options.precision * 1e-2) * abs(truth))
        comparison.check("trace", trace["value"], truth, allowed)
    if density and matrix is not None:
        distance = wasserstein_distance(eigenvalues, density["nodes"], None, density["weights"])
        error = density.get("error", {})
        allowed = error.get("total") if isinstance(error, dict) else error
        if allowed is None:
            share = distance / eigenvalues.std()
            print(f"{'density, Wasserstein-1':26} {distance:.3g}, {share:.2%} of the spectrum's deviation; no error stated")
        else:
            comparison.check("density, Wasserstein-1", distance, 0, allowed)
        mass = sum(density["weights"])
        comparison.check("density, mass", mass, 1, 1e-12)
    return int(comparison.failed)


if __name__ == "__main__":
    sys.exit(main())
