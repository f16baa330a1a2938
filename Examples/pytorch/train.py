#!/usr/bin/env python3
"""Trains a small network on handwritten digits in PyTorch and saves what `basin diagnose` reads.

    pip install torch numpy safetensors
    python3 train.py

Reads data.npz beside it; writes weights.safetensors and weights.npz, both with the names of the state dictionary. Then
prints what PyTorch itself says about the minimum, from the whole Hessian in double precision.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.func import functional_call, grad, jacrev

HERE = Path(__file__).resolve().parent
STEP, BATCH, EPOCHS = 0.1, 32, 60


def train(x, y):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=STEP)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return model


def measure(model, x, y):
    """Loss, accuracy, gradient norm and the Hessian's eigenvalues over all samples."""
    model, x = model.double(), x.double()
    shapes = {name: part.shape for name, part in model.named_parameters()}

    def loss(parameters):
        parts = parameters.split([shape.numel() for shape in shapes.values()])
        named = {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts)}
        return torch.nn.functional.cross_entropy(functional_call(model, named, (x,)), y)

    point = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    hessian = jacrev(grad(loss), chunk_size=64)(point)
    eigenvalues = torch.linalg.eigvalsh((hessian + hessian.T) / 2)
    accuracy = (model(x).argmax(1) == y).double().mean()
    print(f"parameters            {len(point)}")
    print(f"loss                  {loss(point):.10g}")
    print(f"accuracy              {accuracy:.10g}")
    print(f"gradient norm         {grad(loss)(point).norm():.10g}")
    print(f"Hessian: largest      {', '.join(f'{value:.10g}' for value in eigenvalues.flip(0)[:5])}")
    print(f"         smallest     {eigenvalues[0]:.10g}")
    print(f"         trace        {hessian.trace():.10g}")


def main():
    with np.load(HERE / "data.npz") as data:
        x, y = torch.from_numpy(data["x"]), torch.from_numpy(data["y"])
    model = train(x, y)
    weights = {name: part.detach().clone() for name, part in model.state_dict().items()}
    save_file(weights, HERE / "weights.safetensors")
    np.savez(HERE / "weights.npz", **{name: part.numpy() for name, part in weights.items()})
    measure(model, x, y)


if __name__ == "__main__":
    main()
