"""Workloads W1, W4 and MNIST (see README.md) in PyTorch, eager: all members in one batch, and one member by itself.

An eager step costs microseconds whatever its size, so the clock runs over the first 200 steps only; a step costs the
same throughout.
"""

import peer

options = peer.arguments(__doc__)

import torch  # noqa: E402  (after the cores are chosen)
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(options.threads)

TIMED_STEPS = 200

inputs = peer.Inputs(options.inputs)
is_classification = inputs.loss == "crossEntropy"
data = torch.from_numpy(inputs.inputs)
targets = torch.from_numpy(inputs.targets[:, 0].astype("int64") if is_classification else inputs.targets)
indices = None if inputs.indices is None else torch.from_numpy(inputs.indices)


def batch(members, step):
    """The samples of a step, one batch for each of the members or for a single one."""
    if indices is None:
        return data, targets
    chosen = indices[members, step]
    return data[chosen], targets[chosen]


def run_one(steps):
    """What one writes first: modules and an optimizer."""
    modules = []
    for w, *b in inputs.layers(torch.from_numpy(inputs.starts[0])):
        module = torch.nn.utils.skip_init(torch.nn.Linear, w.shape[1], w.shape[0], bias=inputs.bias, dtype=w.dtype)
        module.weight.data.copy_(w)
        if b:
            module.bias.data.copy_(b[0])
        modules += [module, torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=inputs.step)
    criterion = torch.nn.CrossEntropyLoss() if is_classification else torch.nn.MSELoss()
    for step in range(steps):
        x, y = batch(0, step)
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        if inputs.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), inputs.clip)
        optimizer.step()
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


def run_all(steps):
    """Weights with an axis of members; no biases."""
    weights = [w.clone().requires_grad_() for (w,) in inputs.layers(torch.from_numpy(inputs.starts))]
    for step in range(steps):
        x, y = batch(slice(None), step)
        for w in weights[:-1]:
            x = F.relu(x @ w.mT)
        # Members do not meet in the sum, so its gradient holds the gradient of each.
        loss = ((x @ weights[-1].mT - y) ** 2).mean((1, 2)).sum()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            rate = inputs.step
            if inputs.clip:
                norm = torch.sqrt(sum((g**2).sum((1, 2), keepdim=True) for g in gradients))
                rate = inputs.step * (inputs.clip / (norm + 1e-6)).clamp(max=1)
            for w, g in zip(weights, gradients):
                w -= rate * g
    return inputs.parameters([[w.detach()] for w in weights])


variants = [("autograd, one member", run_one, 0)]
if inputs.members > 1:
    variants.insert(0, ("autograd, all members", run_all, slice(None)))
for name, run, members in variants:
    final = run(inputs.steps) if inputs.steps > inputs.early_steps else None
    differences = inputs.differences(run(inputs.early_steps), final, members)
    timed_steps = min(TIMED_STEPS, inputs.steps)
    seconds = peer.time_repeats(lambda: run(timed_steps), options.repeats)
    updates = timed_steps * (1 if members == 0 else inputs.members)
    peer.report(torch, name, inputs, options, seconds, updates, differences)
