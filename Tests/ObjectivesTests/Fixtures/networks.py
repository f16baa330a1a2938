#!/usr/bin/env python3
"""Writes networks.json: losses, gradients and Hessian-vector products of tiny networks by PyTorch in double precision.

Run with an interpreter that has PyTorch, from any folder; the result does not depend on the machine but for last bits.
"""

import json
import pathlib

import torch
from torch import nn
from torch.func import functional_call

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)

ACTIVATIONS = {"identity": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU}
CLASSES = [1, 0, 1]
LABELS = [1.0, -1.0, 1.0]
inputs = torch.randn(3, 2)
targets = torch.randn(3, 2)

# The mean over the samples of what the library calls by these names.
LOSSES = {
    "squared": lambda z: 0.5 * ((z - targets) ** 2).sum(1).mean(),
    "squaredMean": lambda z: nn.functional.mse_loss(z, targets),
    "crossEntropy": lambda z: nn.functional.cross_entropy(z, torch.tensor(CLASSES)),
    "logistic": lambda z: nn.functional.soft_margin_loss(z[:, 0], torch.tensor(LABELS)),
}

cases = []
for activation, module in ACTIVATIONS.items():
    for loss, function in LOSSES.items():
        outputs = 1 if loss == "logistic" else 2
        network = nn.Sequential(nn.Linear(2, 3), module(), nn.Linear(3, 2), module(), nn.Linear(2, outputs))
        shapes = [(name, p.shape) for name, p in network.named_parameters()]
        point = torch.randn(sum(shape.numel() for _, shape in shapes))
        direction = torch.randn_like(point)

        def value(vector):
            parts = vector.split([shape.numel() for _, shape in shapes])
            named = {name: part.view(shape) for (name, shape), part in zip(shapes, parts)}
            return function(functional_call(network, named, inputs))

        gradient = torch.autograd.functional.jacobian(value, point)
        product = torch.autograd.functional.hvp(value, point, direction)[1]
        cases.append({
            "activation": activation, "loss": loss, "names": [name for name, _ in shapes], "point": point.tolist(),
            "direction": direction.tolist(), "value": value(point).item(), "gradient": gradient.tolist(),
            "product": product.tolist(),
        })

result = {
    "inputs": inputs.flatten().tolist(), "targets": targets.flatten().tolist(), "classes": CLASSES, "labels": LABELS,
    "cases": cases,
}
path = pathlib.Path(__file__).with_name("networks.json")
path.write_text(json.dumps(result, indent=None, separators=(",", ":")).replace('{"activation"', '\n{"activation"') + "\n")
