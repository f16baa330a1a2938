"""Workload W2 (see README.md) in NumPy: all members in one array, and one member by itself."""

import peer

options = peer.arguments(__doc__)

import numpy as np  # noqa: E402  (after the cores are chosen)

inputs = peer.Inputs(options.inputs)
data, targets = inputs.inputs, inputs.targets[:, 0]


def run_all(steps):
    u, v = np.split(inputs.starts, 2, axis=1)
    for i in inputs.indices[:, :steps, 0].T:
        x = data[i]
        residual = np.einsum("mj,mj,mj->m", x, u, v) - targets[i]
        change = (inputs.step * residual)[:, None] * x
        u, v = u - change * v, v - change * u
    return np.concatenate([u, v], axis=1)


def run_one(steps):
    u, v = np.split(inputs.starts[0], 2)
    for i in inputs.indices[0, :steps, 0]:
        x = data[i]
        change = inputs.step * (x @ (u * v) - targets[i]) * x
        u, v = u - change * v, v - change * u
    return np.concatenate([u, v])


for name, run, members in [("all members", run_all, slice(None)), ("one member", run_one, 0)]:
    differences = inputs.differences(run(inputs.early_steps), run(inputs.steps), members)
    seconds = peer.time_repeats(lambda: run(inputs.steps), options.repeats)
    updates = inputs.steps * (1 if members == 0 else inputs.members)
    peer.report(np, name, inputs, options, seconds, updates, differences)
