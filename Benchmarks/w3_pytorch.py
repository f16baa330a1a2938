"""Workload W3 (see README.md) in PyTorch, eager: all members in one batch, and one member by itself.

An eager step costs microseconds whatever its size, so the clock runs over the first 2,000 steps only; a step costs the
same throughout. The whole run is made once, untimed, to compare its end.
"""

import peer

options = peer.arguments(__doc__)

import torch  # noqa: E402  (after the cores are chosen)

torch.set_num_threads(options.threads)
torch.set_default_dtype(torch.float64)

TIMED_STEPS = 2_000

inputs = peer.Inputs(options.inputs)
eta = inputs.step
data = torch.from_numpy(inputs.inputs)
starts = torch.from_numpy(inputs.starts)
indices = torch.from_numpy(inputs.indices[:, :, 0].T.copy())  # steps × members
timed_steps = min(TIMED_STEPS, inputs.steps)


def step_autograd(w, i):
    w.requires_grad_()
    a = data[i]
    phi = torch.relu((w * a).sum(-1, keepdim=True))
    # Members do not meet in the sum, so its gradient holds the gradient of each.
    loss = 0.5 * ((a - w * phi) ** 2).sum()
    (gradient,) = torch.autograd.grad(loss, w)
    with torch.no_grad():
        return w - eta * gradient


@torch.no_grad()
def step_by_hand(w, i):
    a = data[i]
    phi = torch.relu((w * a).sum(-1, keepdim=True))
    return w - eta * (phi**2 * w - (2 - (w * w).sum(-1, keepdim=True)) * phi * a)


def run(step, w, stream):
    for i in stream:
        w = step(w, i)
    return w.detach()[..., : len(data)]


for name, step, whole in [
    ("autograd, all members", step_autograd, True),
    ("gradient by hand, all members", step_by_hand, True),
    ("autograd, one member", step_autograd, False),
]:
    members = slice(None) if whole else 0
    w, stream = starts[members].clone(), indices[:, members]
    early = run(step, w, stream[: inputs.early_steps])
    # One member by itself takes as long as all of them together and shows nothing new at the end.
    final = run(step, w, stream) if whole else None
    differences = inputs.differences_of_coefficients(early, final, members)
    seconds = peer.time_repeats(lambda: run(step, w, stream[:timed_steps]), options.repeats)
    updates = timed_steps * (inputs.members if whole else 1)
    peer.report(torch, name, inputs, options, seconds, updates, differences)
