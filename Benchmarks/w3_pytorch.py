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
eta = peer.STEP_SIZE
data = torch.from_numpy(inputs.data)
starts = torch.from_numpy(inputs.starts)
# Steps × members, and 64 bits because that is what PyTorch indexes with: converting is no part of training.
indices = torch.from_numpy(inputs.indices.T.astype("int64"))
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
    return w.detach()[..., : peer.DATA]


for name, step, whole in [
    ("autograd, all members", step_autograd, True),
    ("gradient by hand, all members", step_by_hand, True),
    ("autograd, one member", step_autograd, False),
]:
    members = slice(None) if whole else 0
    w, stream = starts[members].clone(), indices[:, members]
    early = peer.early_difference(run(step, w, stream[: peer.EARLY_STEPS]), inputs.early[members])
    # One member by itself takes as long as all of them together and shows nothing new at the end.
    final = peer.final_difference(run(step, w, stream), inputs.final[members]) if whole else None
    seconds = peer.time_repeats(lambda: run(step, w, stream[:timed_steps]), options.repeats)
    updates = timed_steps * (inputs.members if whole else 1)
    peer.report("pytorch", name, torch.__version__, options.threads, seconds, updates, None, early, final)
