"""Workload W3 (see README.md) in JAX: all members at once by vmap, all steps in one compiled scan.

Four variants. The first is what one writes first. The others are stronger opponents, each given more of what Basin
knows: the gradient by hand; the state reduced to the coefficients on the data; that state kept as a scale times a
vector, so that a step touches one entry only, as Basin's does.
"""

import time

import peer

options = peer.arguments(__doc__)

import jax  # noqa: E402  (after the cores are chosen)
import jax.numpy as jnp  # noqa: E402

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

inputs = peer.Inputs(options.inputs)
eta = peer.STEP_SIZE
data = jnp.asarray(inputs.data)
starts = jnp.asarray(inputs.starts)
indices = jnp.asarray(inputs.indices.T)  # steps × members: scan runs along the first axis


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


def sweep(step):
    def run(state, stream):
        advance = jax.vmap(step)
        return jax.lax.scan(lambda state, i: (advance(state, i), None), state, stream)[0]

    return run


def sweep_scaled(state, stream):
    # The scale falls by up to 1 − η a step and leaves the range of a double after about 3,100 steps at η = 0.2.
    blocks = stream.reshape(-1, peer.EARLY_STEPS, stream.shape[1])
    inner = sweep(step_scaled)
    return jax.lax.scan(lambda state, part: (jax.vmap(renormalise)(inner(state, part)), None), state, blocks)[0]


coefficients = starts[:, : peer.DATA]
off_data = jnp.sum(starts[:, peer.DATA :] ** 2, axis=1)
squared = jnp.sum(starts**2, axis=1)
ones = jnp.ones(inputs.members)

scaled = (ones, coefficients, squared - off_data, off_data)

# Name, program, state it starts from, and how the coefficients on the data are read off a state.
variants = [
    ("jax.grad", sweep(step_autodiff), starts, lambda w: w[:, : peer.DATA]),
    ("gradient by hand", sweep(step_by_hand), starts, lambda w: w[:, : peer.DATA]),
    ("coefficients", sweep(step_coefficients), (coefficients, squared), lambda state: state[0]),
    ("scaled coefficients", sweep_scaled, scaled, lambda state: state[0][:, None] * state[1]),
]

for name, run, state, read in variants:
    early = read(jax.jit(run)(state, indices[: peer.EARLY_STEPS]))
    begin = time.perf_counter()
    compiled = jax.jit(run).lower(state, indices).compile()
    compile_seconds = time.perf_counter() - begin
    final = read(compiled(state, indices))
    seconds = peer.time_repeats(lambda: jax.block_until_ready(compiled(state, indices)), options.repeats)
    peer.report(
        "jax",
        name,
        jax.__version__,
        options.threads,
        seconds,
        inputs.steps * inputs.members,
        compile_seconds,
        peer.early_difference(early, inputs.early),
        peer.final_difference(final, inputs.final),
    )
