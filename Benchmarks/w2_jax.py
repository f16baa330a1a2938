"""Workload W2 (see README.md) in JAX: all members at once by vmap, all steps in one compiled scan."""

import peer

options = peer.arguments(__doc__)

import jax_peer  # noqa: E402  (after the cores are chosen)
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

inputs = peer.Inputs(options.inputs)
data, targets = jnp.asarray(inputs.inputs), jnp.asarray(inputs.targets[:, 0])
indices = jnp.asarray(inputs.indices[:, :, 0].T)  # steps × members: scan runs along the first axis
u, v = jnp.split(jnp.asarray(inputs.starts), 2, axis=1)


def loss(pair, i):
    u, v = pair
    return 0.5 * (data[i] @ (u * v) - targets[i]) ** 2


def step_autodiff(pair, i):
    return jax.tree.map(lambda w, g: w - inputs.step * g, pair, jax.grad(loss)(pair, i))


def step_by_hand(pair, i):
    u, v = pair
    x = data[i]
    change = inputs.step * (x @ (u * v) - targets[i]) * x
    return u - change * v, v - change * u


for name, step in [("jax.grad", step_autodiff), ("gradient by hand", step_by_hand)]:
    jax_peer.measure(
        name, jax_peer.scan(step), (u, v), indices, lambda pair: jnp.concatenate(pair, axis=1), inputs, options,
        inputs.differences)
