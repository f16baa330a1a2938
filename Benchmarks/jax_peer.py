"""What the scripts in JAX share. To be imported after the cores are chosen."""

import time

import jax

import peer

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def scan(step):
    """All steps of all members, from a step of one member. State and stream (after its steps) begin with the members."""

    def run(state, stream):
        if stream.shape[1] == 1:
            # Mapping over a single one would cost time.
            state = jax.tree.map(lambda part: part[0], state)
            state = jax.lax.scan(lambda state, i: (step(state, i[0]), None), state, stream)[0]
            return jax.tree.map(lambda part: part[None], state)
        advance = jax.vmap(step)
        return jax.lax.scan(lambda state, i: (advance(state, i), None), state, stream)[0]

    return run


def measure(name, run, state, stream, read, inputs, options, differences):
    """Compiles and times `run(state, stream)`; `read` takes what is compared from a state."""
    begin = time.perf_counter()
    compiled = jax.jit(run).lower(state, stream).compile()
    compile_seconds = time.perf_counter() - begin
    early, final = read(compiled(state, stream)), None
    if inputs.steps > inputs.early_steps:
        early, final = read(jax.jit(run)(state, stream[: inputs.early_steps])), early
    seconds = peer.time_repeats(lambda: jax.block_until_ready(compiled(state, stream)), options.repeats)
    updates = inputs.steps * inputs.members
    peer.report(jax, name, inputs, options, seconds, updates, differences(early, final), compile_seconds)
