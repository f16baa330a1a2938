#!/usr/bin/env python3
"""Writes update-rules.json: runs of torch.optim.SGD in double precision on one least-squares problem, full batch.

Run with an interpreter that has PyTorch, from any folder; the result does not depend on the machine but for last bits.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(2)

STEP, COUNT = 0.2, 12
RULES = [
    {},
    {"momentum": 0.9},
    {"momentum": 0.9, "nesterov": True},
    {"weight_decay": 0.3},
    {"momentum": 0.5, "weight_decay": 0.3},
    {"clip": 0.25},
    {"clip": 0.25, "momentum": 0.5, "nesterov": True, "weight_decay": 0.3},
]
inputs, targets, start = torch.randn(4, 3), torch.randn(4), 3 * torch.randn(3)

cases = []
for rule in RULES:
    point = start.clone().requires_grad_()
    options = {key: value for key, value in rule.items() if key != "clip"}
    optimizer = torch.optim.SGD([point], lr=STEP, **options)
    path = []
    for _ in range(COUNT):
        optimizer.zero_grad()
        (0.5 * (inputs @ point - targets) ** 2).mean().backward()
        if "clip" in rule:
            torch.nn.utils.clip_grad_norm_([point], rule["clip"])
        optimizer.step()
        path.append(point.tolist())
    cases.append({"momentum": 0, "nesterov": False, "weight_decay": 0, **rule, "path": path})

result = {"step": STEP, "inputs": inputs.tolist(), "targets": targets.tolist(), "start": start.tolist(), "cases": cases}
path = pathlib.Path(__file__).with_name("update-rules.json")
path.write_text(json.dumps(result, separators=(",", ":")).replace('{"momentum"', '\n{"momentum"') + "\n")
