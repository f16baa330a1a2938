# %% [markdown]
# # Basin's results in Python
#
# A script, `python3 Examples/python/read.py [FOLDER]`, and a notebook: VS Code and Jupyter (with jupytext) open it as cells. It needs
# numpy and pandas.
#
# What FOLDER (`basin-read`, if none is named) has already is read, what it lacks is made by `basin`. So the script also reads files
# that were exported elsewhere, under the names that are used here, without the program.

# %%
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import numpy
import pandas

here = pathlib.Path(__file__).resolve().parent if "__file__" in globals() else pathlib.Path.cwd()
root = next((above for above in [here, *here.parents] if (above / "Package.swift").exists()), here)
basin = os.environ.get("BASIN") or shutil.which("basin") or root / ".build/release/basin"
arguments = [] if "ipykernel" in sys.modules else sys.argv[1:]
folder = pathlib.Path(arguments[0] if arguments else "basin-read")
folder.mkdir(parents=True, exist_ok=True)


# So pandas reads the very numbers, to the last bit; from 3.1 on it always does.
version = tuple(int(part) for part in pandas.__version__.split(".")[:2])
exact = {"float_precision": "round_trip"} if version < (3, 1) else {}


def made(name, *words):
    """The path of a file in the folder; where it is missing, `basin` makes it."""
    path = folder / name
    if not path.exists():
        subprocess.run([basin, *words, path], check=True, stdout=subprocess.DEVNULL)
    return path


# %% [markdown]
# ## Trials
#
# The experiment of the README's quick start: one neuron trained by SGD with four batch sizes, a thousand trials each. The table of
# trials has a row for each, and the settings that vary are columns.

# %%
store = made("run.basin", "run", root / "Examples/batch-size.json", "--store")
trials = pandas.read_csv(made("trials.csv", "export", store, "--out"), **exact)
print(len(trials), "trials:", trials["state"].value_counts().to_dict())

# %% [markdown]
# ## Statistics over the seeds
#
# Only trials that converged or made all their steps count: those that died, diverged or failed are states of their own, never averaged
# in. Basin's quantiles are those of pandas and numpy (linear, "type 7"), so both say the same up to rounding.

# %%
sound = trials[trials["state"].isin(["converged", "exhausted"]) & numpy.isfinite(trials["maxCosine"])]
own = sound.groupby("optimizer.batch")["maxCosine"].quantile([0.1, 0.5, 0.9]).unstack()
own.columns = ["q10", "median", "q90"]
print(own)

table = made("groups.csv", "export", store, "--table", "groups", "--by", "optimizer.batch", "--out")
groups = pandas.read_csv(table, **exact)
theirs = groups[groups["measure"] == "maxCosine"].set_index("optimizer.batch")
assert (theirs["count"] == sound.groupby("optimizer.batch").size()).all()
assert numpy.allclose(own, theirs[own.columns], rtol=1e-12, atol=0)
print("groups agree")

# %% [markdown]
# ## Series
#
# The .npz has the trials as columns in the same order, and the series of all trials one after another: trial k has the points from
# `series.offsets[k]` to before `series.offsets[k + 1]`.

# %%
arrays = numpy.load(made("run.npz", "export", store, "--format", "npz", "--out"))
assert (arrays["maxCosine"] == trials["maxCosine"]).all() and (arrays["trial"] == trials["trial"]).all()


def series(k, name):
    """The steps and values of a series of trial k."""
    part = slice(arrays["series.offsets"][k], arrays["series.offsets"][k + 1])
    return arrays["series.step"][part], arrays[f"series.{name}"][part]


k = int(trials["steps"].idxmax())
steps, loss = series(k, "loss")
print(f"trial {k} has {len(steps)} points; loss {loss[0]:.4g} at step {steps[0]}, {loss[-1]:.4g} at step {steps[-1]}")
assert steps[-1] == trials["steps"][k] and series(k, "maxCosine")[1][-1] == trials["maxCosine"][k]
print("series agree")

# %% [markdown]
# ## Claims
#
# Each claim of a study has a prediction, a measurement with its error, and a verdict that is computed from its checks.

# %%
claims = made(
    "claims.json", "reproduce", "autoencoder", "--claims", "04", "--quiet", "--out", folder / "report", "--json"
)
for claim in json.loads(claims.read_text())["claims"]:
    print(f"{claim['id']} {claim['verdict']}: {claim['title']}")
    print(f"    measured {claim['measurement']}, predicted {claim['prediction']}, {len(claim['checks'])} checks")

# %% [markdown]
# ## The store itself
#
# A store is an SQLite database (Documentation/store.md has its tables), and numbers stand in it as doubles, bit for bit. A trial's `id` is
# the configuration's times 2³² plus its number. Reading does not disturb a run that is still writing.

# %%
connection = sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)
query = """
    SELECT c.hash, t.id & 0xFFFFFFFF, c.finals, t.finals FROM trials t JOIN configurations c ON c.id = t.id >> 32
"""
rows = []
for configuration, trial, names, numbers in connection.execute(query):
    finals = dict(zip(json.loads(names), numpy.frombuffer(numbers)))
    rows.append({"configuration": configuration[:12], "trial": trial, **finals})
connection.close()
both = trials.merge(pandas.DataFrame(rows), on=["configuration", "trial"], suffixes=("", ".stored"))
assert len(both) == len(trials) and (both["maxCosine"] == both["maxCosine.stored"]).all()
print("store agrees")
