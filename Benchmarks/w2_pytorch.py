"""Workload W2 (see README.md) in PyTorch, eager: all members in one batch, and one member by itself."""

import peer

options = peer.arguments(__doc__)

import torch  # noqa: E402  (after the cores are chosen)

torch.set_num_threads(options.threads)

inputs = peer.Inputs(options.inputs)
data, targets = torch.from_numpy(inputs.inputs), torch.from_numpy(inputs.targets[:, 0])
starts, indices = torch.from_numpy(inputs.starts), torch.from_numpy(inputs.indices[:, :, 0].T.copy())


def run(steps, members):
    u, v = (part.clone().requires_grad_() for part in starts[members].chunk(2, dim=-1))
    for i in indices[:steps, members]:
        # Members do not meet in the sum, so its gradient holds the gradient of each.
        loss = 0.5 * (((data[i] * u * v).sum(-1) - targets[i]) ** 2).sum()
        gradients = torch.autograd.grad(loss, [u, v])
        with torch.no_grad():
            for w, g in zip([u, v], gradients):
                w -= inputs.step * g
    return torch.cat([u, v], dim=-1).detach()


for name, members in [("autograd, all members", slice(None)), ("autograd, one member", 0)]:
    differences = inputs.differences(run(inputs.early_steps, members), run(inputs.steps, members), members)
    seconds = peer.time_repeats(lambda: run(inputs.early_steps, members), options.repeats)
    updates = inputs.early_steps * (1 if members == 0 else inputs.members)
    peer.report(torch, name, inputs, options, seconds, updates, differences)
