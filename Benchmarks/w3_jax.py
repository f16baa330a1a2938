"""Workload W3 (see README.md) in JAX: all members at once by vmap, all steps in one compiled scan.

Four variants. The first is what one writes first. The others are stronger opponents, each given more of what Basin
knows: the gradient by hand; the state reduced to the coefficients on the data; that state kept as a scale times a
vector, so that a step touches one entry only, as Basin's does.
"""

import peer

options = peer.arguments(__doc__)

import jax_peer  # noqa: E402  (after the cores are chosen)
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

inputs = peer.Inputs(options.inputs)
eta = inputs.step
data = jnp.asarray(inputs.inputs)
starts = jnp.asarray(inputs.starts)
indices = jnp.asarray(inputs.indices[:, :, 0].T)  # steps × members: scan runs along the first axis


def loss(w, a):
    return 0.5 * jnp.sum((a - w * jax.nn.relu(w @ a)) ** 2)


def step_autodiff(w, i):
    return w - eta * jax.grad(loss)(w, data[i])


def step_by_hand(w, i):
    a = data[i]
    phi = jax.nn.relu(w @ a)
    return w - eta * (phi**2 * w - (2 - w @ w) * phi * a)


def step_coefficients(state, i):
    c, s = state
    phi = jax.nn.relu(c[i])
    energy = phi**2
    shrink = 1 - eta * energy
    gain = eta * (2 - s)
    return (shrink * c).at[i].add(gain * phi), shrink**2 * s + (2 * shrink * gain + gain**2) * energy


def step_scaled(state, i):
    alpha, u, on_data, off_data = state
    old = u[i]
    c = alpha * old
    active = c > 0
    shrink = jnp.where(active, 1 - eta * c**2, 1.0)
    gain = eta * (2 - alpha**2 * (on_data + off_data))
    new = jnp.where(active, old * (1 + gain / shrink), old)
    return alpha * shrink, u.at[i].set(new), on_data + (new - old) * (new + old), off_data


def renormalise(state):
    alpha, u, on_data, off_data = state
    return 1.0, alpha * u, alpha**2 * on_data, alpha**2 * off_data


def sweep_scaled(state, stream):
    # The scale falls by up to 1 − η a step and leaves the range of a double after about 3,100 steps at η = 0.2.
    blocks = stream.reshape(-1, inputs.early_steps, stream.shape[1])
    inner = jax_peer.scan(step_scaled)
    return jax.lax.scan(lambda state, part: (jax.vmap(renormalise)(inner(state, part)), None), state, blocks)[0]


coefficients = starts[:, : len(data)]
off_data = jnp.sum(starts[:, len(data) :] ** 2, axis=1)
squared = jnp.sum(starts**2, axis=1)
ones = jnp.ones(inputs.members)

scaled = (ones, coefficients, squared - off_data, off_data)

# Name, program, state it starts from, and how the coefficients on the data are read off a state.
variants = [
    ("jax.grad", jax_peer.scan(step_autodiff), starts, lambda w: w[:, : len(data)]),
    ("gradient by hand", jax_peer.scan(step_by_hand), starts, lambda w: w[:, : len(data)]),
    ("coefficients", jax_peer.scan(step_coefficients), (coefficients, squared), lambda state: state[0]),
    ("scaled coefficients", sweep_scaled, scaled, lambda state: state[0][:, None] * state[1]),
]

for name, run, state, read in variants:
    jax_peer.measure(name, run, state, indices, read, inputs, options, inputs.differences_of_coefficients)
