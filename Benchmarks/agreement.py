#!/usr/bin/env python3
"""Whether `basin diagnose` and curvlinops say the same of a network that PyTorch trained.

    basin diagnose --model MODEL --weights W --data D --loss LOSS --json basin.json
    python3 Benchmarks/agreement.py --model MODEL --weights W --data D --loss LOSS basin.json

MODEL as in mlp:64-32-10:relu, with PyTorch's names of layers in W (.safetensors or .npz), D a .npz with x and y, LOSS crossEntropy,
squared (½ Σₖ (Fₖ − yₖ)²) or mse (PyTorch's MSELoss). Without arguments: the network in Examples/pytorch and basin.json.
Needs torch, curvlinops-for-pytorch, scipy, and safetensors for such a file.

From curvlinops' Hessian and Gauss-Newton matrix in double precision: all eigenvalues up to --dense parameters, beyond the ends by
ARPACK to 1e-10. Compared: eigenvalues, to their residuals and at least --precision of the largest; traces, to their
intervals; the density, to its bound in Wasserstein-1 distance. Exit status 1 if one is out. Intervals of 95 % may be, once in
twenty.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from curvlinops import GGNLinearOperator, HessianLinearOperator
from scipy.sparse.linalg import eigsh
from scipy.stats import wasserstein_distance

EXAMPLE = Path(__file__).resolve().parent.parent / "Examples/pytorch"
ACTIVATIONS = {
    "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU,
    "identity": torch.nn.Identity,
}


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


class Peer:
    """What PyTorch and curvlinops say."""

    def __init__(self, options):
        with np.load(options.data) as arrays:
            x, y = torch.from_numpy(arrays["x"]).double().flatten(1), torch.from_numpy(arrays["y"])
        model = read_model(options.model, read_weights(options.weights))
        # Basin's loss over PyTorch's.
        self.factor = 1.0
        if options.loss == "crossEntropy":
            criterion, y = torch.nn.CrossEntropyLoss(), y.long().flatten()
        else:
            criterion, y = torch.nn.MSELoss(), y.double().reshape(len(x), -1)
            self.factor = y.shape[1] / 2 if options.loss == "squared" else 1.0
        parameters = list(model.parameters())
        value = criterion(model(x), y)
        gradient = torch.autograd.grad(value, parameters)
        self.loss = self.factor * value.item()
        self.gradient_norm = self.factor * torch.cat([part.flatten() for part in gradient]).norm().item()
        self.operators = {
            "eigenvalues": HessianLinearOperator(model, criterion, parameters, [(x, y)]),
            "gaussNewton": GGNLinearOperator(model, criterion, parameters, [(x, y)]),
        }
        self.is_dense = self.operators["eigenvalues"].shape[0] <= options.dense
        self.known = {}

    def spectrum(self, name):
        """All eigenvalues, in ascending order."""
        if name not in self.known:
            operator = self.operators[name]
            units = torch.eye(operator.shape[0], dtype=torch.float64).split(64)
            matrix = torch.cat([(operator @ part.T).T for part in units]).numpy()
            self.known[name] = self.factor * np.linalg.eigvalsh((matrix + matrix.T) / 2)
        return self.known[name]

    def ends(self, name, count, end):
        """From the outside in."""
        if self.is_dense:
            found = self.spectrum(name)
        else:
            operator = self.operators[name].to_scipy()
            found = self.factor * np.sort(eigsh(operator, count, which=end, tol=1e-10, return_eigenvectors=False))
        return found[::-1][:count] if end == "LA" else found[:count]


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
    peer, comparison = Peer(options), Comparison()
    print(f"{'':26} {'basin':>18} {'curvlinops':>18} {'difference':>11} {'allowed':>11}")
    point = record.get("point", {})
    if "loss" in point:
        comparison.check("loss", point["loss"], peer.loss, options.precision * abs(peer.loss))
        comparison.check("gradient norm", point["gradientNorm"], peer.gradient_norm, options.precision * peer.gradient_norm)
    for name in ["eigenvalues", "gaussNewton"]:
        found = record.get(name, {})
        for side, end in [("largest", "LA"), ("smallest", "SA")]:
            pairs = found.get(side, [])
            values = peer.ends(name, len(pairs), end) if pairs else []
            scale = abs(found["largest"][0]["value"]) if pairs else 0
            for place, (pair, value) in enumerate(zip(pairs, values)):
                allowed = max(pair["residual"], options.precision * scale)
                comparison.check(f"{name}, {side} {place + 1}", pair["value"], value, allowed)
    if peer.is_dense:
        traces = [("eigenvalues", record.get("trace", {})), ("gaussNewton", record.get("gaussNewton", {}).get("trace", {}))]
        for name, trace in traces:
            if "value" in trace:
                truth = peer.spectrum(name).sum()
                allowed = max((trace["high"] - trace["low"]) / 2, options.precision * abs(truth))
                comparison.check(f"{name}, trace", trace["value"], truth, allowed)
        density = record.get("density", {})
        if "nodes" in density:
            eigenvalues = peer.spectrum("eigenvalues")
            distance = wasserstein_distance(eigenvalues, density["nodes"], None, density["weights"])
            allowed = max(density["wassersteinBound"], options.precision * np.abs(eigenvalues).max())
            comparison.check("density, Wasserstein-1", distance, 0, allowed)
            comparison.check("density, mass", sum(density["weights"]), 1, 1e-9)
    return int(comparison.failed)


if __name__ == "__main__":
    sys.exit(main())
