"""Gradient, Hessian products and a whole diagnosis (workloads curvature-b1 to -b4, see README.md) in JAX, compiled.

Products are forward over reverse; with the pass kept they are the transposed derivative of the gradient, whose intermediates
stay. A diagnosis is that of curvature_pytorch.py on flat vectors, each of its three parts one compiled function.
"""

import curvature_peer
import peer

options = peer.arguments(__doc__, curvature_peer.add_arguments)

import time  # noqa: E402  (after the cores are chosen)

import jax_peer  # noqa: E402, F401  (sets the precision and the device)
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy  # noqa: E402

inputs = curvature_peer.Inputs(options.inputs)
x, y = jnp.asarray(inputs.x), jnp.asarray(inputs.y)
point, direction = jnp.asarray(inputs.parameters), jnp.asarray(inputs.direction)
activation = {"relu": jax.nn.relu, "tanh": jnp.tanh}[inputs.activation]


def loss(parameters, x, y):
    layers = inputs.layers(parameters)
    for place, (w, *b) in enumerate(layers):
        x = x @ w.T + b[0] if b else x @ w.T
        if place + 1 < len(layers):
            x = activation(x)
    if inputs.loss == "crossEntropy":
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1))
    return inputs.factor * jnp.mean(jnp.sum((x - y) ** 2, axis=-1))


def product(point, x, y, v):
    return jax.jvp(lambda p: jax.grad(loss)(p, x, y), (point,), (v,))[1]


def keep(point, x, y):
    """What multiplies with the Hessian; a tree of arrays, which other functions can take."""
    return jax.vjp(lambda p: jax.grad(loss)(p, x, y), point)[1]


def variance_product(point, x, y, v):
    samples = jax.vmap(lambda x, y, v: product(point, x[None], y[None], v), (0, 0, 0))
    first = jax.vmap(lambda x, y: product(point, x[None], y[None], v), (0, 0))(x, y)
    return samples(x, y, first).mean(0) - product(point, x, y, first.mean(0))


def power(multiply, key):
    """The quotient and the number of products."""

    def go_on(state):
        steps, _, before, value = state
        return (steps < 2) | ((steps < 100) & (jnp.abs(before - value) >= 1e-3 * jnp.abs(before)))

    def step(state):
        steps, v, _, value = state
        image = multiply(v)
        return steps + 1, image / jnp.linalg.norm(image), value, image @ v

    v = jax.random.normal(key, point.shape, point.dtype)
    zero = jnp.zeros((), point.dtype)
    steps, _, _, value = jax.lax.while_loop(go_on, step, (0, v / jnp.linalg.norm(v), zero, zero))
    return value, steps


def trace(multiply, key):
    def probe(key):
        v = jax.random.rademacher(key, point.shape, point.dtype)
        return v @ multiply(v)

    # A few side by side where they are small.
    return jnp.mean(jax.lax.map(probe, jax.random.split(key, 100), batch_size=10 if len(point) < 5_000 else None))


def lanczos(multiply, key):
    v = jax.random.rademacher(key, point.shape, point.dtype)
    basis = jnp.zeros((100, len(point)), point.dtype).at[0].set(v / jnp.linalg.norm(v))

    diagonal = off = jnp.zeros(100, point.dtype)
    # In four parts, so that not every step goes through rows that are still 0.
    for rows in range(25, 125, 25):

        def step(k, state, rows=rows):
            basis, diagonal, off = state
            w = multiply(basis[k])
            diagonal = diagonal.at[k].set(w @ basis[k])
            w -= diagonal[k] * basis[k] + jnp.where(k > 0, off[k - 1] * basis[k - 1], 0)
            w -= (basis[:rows] @ w) @ basis[:rows]
            norm = jnp.linalg.norm(w)
            return basis.at[k + 1].set(w / norm, mode="drop"), diagonal, off.at[k].set(norm)

        basis, diagonal, off = jax.lax.fori_loop(rows - 25, rows, step, (basis, diagonal, off))
    nodes, vectors = jnp.linalg.eigh(jnp.diag(diagonal) + jnp.diag(off[:-1], 1) + jnp.diag(off[:-1], -1))
    low, high = nodes[0] - 0.01, nodes[-1] + 0.01
    grid, variance = jnp.linspace(low, high, 10_000), 1e-5 * jnp.maximum(1, high - low)
    bumps = jnp.exp(-((grid[:, None] - nodes) ** 2) / (2 * variance)) / jnp.sqrt(2 * jnp.pi * variance)
    return grid, bumps @ vectors[0] ** 2


def compiled(function, *arguments):
    begin = time.perf_counter()
    result = jax.jit(function).lower(*arguments).compile()
    return result, time.perf_counter() - begin


def measure(operation, variant, function, arguments):
    run, compile_seconds = compiled(function, *arguments)
    timing = curvature_peer.time_calls(lambda: jax.block_until_ready(run(*arguments)), options)
    curvature_peer.report(
        jax, operation, variant, inputs, options, timing, found=timing[-1], compile_seconds=compile_seconds)


if options.part != "diagnosis":
    measure("gradient", "gradient", jax.grad(loss), (point, x, y))
    measure("product", "product", product, (point, x, y, direction))
    kept = jax.jit(keep)(point, x, y)
    measure("product", "product, pass kept", lambda kept, v: kept(v)[0], (kept, direction))
    if len(point) < 1_000:
        measure("varianceProduct", "variance product, in one batch", variance_product, (point, x, y, direction))

if options.part != "products":
    keys = jax.random.split(jax.random.key(1), 3)
    keeping, total = compiled(keep, point, x, y)
    kept, parts = keeping(point, x, y), []
    for part, key in zip([power, trace, lanczos], keys):
        run, compile_seconds = compiled(lambda kept, key, part=part: part(lambda v: kept(v)[0], key), kept, key)
        parts.append((run, key))
        total += compile_seconds

    def diagnosis():
        kept = keeping(point, x, y)
        return jax.block_until_ready([run(kept, key) for run, key in parts])

    timing = curvature_peer.time_calls(diagnosis, options)
    (largest, steps), mean, (grid, density) = timing[-1]
    mass = numpy.trapezoid(density, grid)
    outcome = f"largest {largest:.6g} after {steps} products, trace {mean:.6g}, mass of the density {mass:.4f}"
    curvature_peer.report(
        jax, "diagnosis", "diagnosis, flat vectors", inputs, options, timing, compile_seconds=total, outcome=outcome)
