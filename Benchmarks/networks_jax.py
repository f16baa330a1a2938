"""Workloads W1, W4 and MNIST (see README.md) in JAX: all members at once by vmap, all steps in one compiled scan."""

import peer

options = peer.arguments(__doc__)

import jax_peer  # noqa: E402  (after the cores are chosen)
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

inputs = peer.Inputs(options.inputs)
data = jnp.asarray(inputs.inputs)
targets = jnp.asarray(inputs.targets)
starts = jax.tree.map(jnp.asarray, inputs.layers(inputs.starts))
if inputs.indices is None:
    stream = jnp.zeros((inputs.steps, inputs.members))  # Only counts the steps.
else:
    stream = jnp.asarray(inputs.indices.swapaxes(0, 1))  # steps × members × batch: scan runs along the first axis


def predict(layers, x):
    for place, (w, *b) in enumerate(layers):
        x = x @ w.T + b[0] if b else x @ w.T
        if place + 1 < len(layers):
            x = jax.nn.relu(x)
    return x


def squared(layers, x, y):
    return jnp.mean((predict(layers, x) - y) ** 2)


def cross_entropy(layers, x, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(predict(layers, x)), y, axis=1))


loss = {"squared": squared, "crossEntropy": cross_entropy}[inputs.loss]
if inputs.loss == "crossEntropy":
    targets = targets.astype("int32")


def step(layers, chosen):
    x, y = (data, targets) if inputs.indices is None else (data[chosen], targets[chosen])
    gradient = jax.grad(loss)(layers, x, y)
    rate = inputs.step
    if inputs.clip:
        norm = jnp.sqrt(sum(jnp.sum(g**2) for g in jax.tree.leaves(gradient)))
        rate *= jnp.minimum(1, inputs.clip / (norm + 1e-6))
    return jax.tree.map(lambda w, g: w - rate * g, layers, gradient)


jax_peer.measure(
    "jax.grad", jax_peer.scan(step), starts, stream, inputs.parameters, inputs, options, inputs.differences)
