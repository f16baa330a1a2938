"""Gradient, Hessian products and a whole diagnosis (workloads curvature-b1 to -b4, see README.md) in PyTorch, eager.

A diagnosis is PyHessian's: power iteration until two Rayleigh quotients agree to 1e-3 (at most 100 products), 100 Rademacher
probes for the trace, 100 steps of Lanczos with full reorthogonalisation from one probe, the density as a sum of Gaussians at
10,000 points. Once by PyHessian itself, if it is installed, and once by hand on flat vectors.
"""

import curvature_peer
import peer

options = peer.arguments(__doc__, curvature_peer.add_arguments)

import importlib.util  # noqa: E402
import numpy  # noqa: E402  (after the cores are chosen)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(options.threads)

inputs = curvature_peer.Inputs(options.inputs)
x, y = torch.from_numpy(inputs.x), torch.from_numpy(inputs.y)
dtype = x.dtype
torch.set_default_dtype(dtype)
activation = {"relu": torch.relu, "tanh": torch.tanh}[inputs.activation]


def criterion(outputs, y):
    if inputs.loss == "crossEntropy":
        return F.cross_entropy(outputs, y)
    return inputs.factor * ((outputs - y) ** 2).sum(-1).mean()


def loss_of(layers, x, y):
    for place, layer in enumerate(layers):
        x = F.linear(x, *layer)
        if place + 1 < len(layers):
            x = activation(x)
    return criterion(x, y)


layers = [[part.clone().requires_grad_() for part in layer] for layer in inputs.layers(torch.from_numpy(inputs.parameters))]
weights = [part for layer in layers for part in layer]
direction = torch.from_numpy(inputs.direction)


def flat(parts):
    return torch.cat([part.reshape(-1) for part in parts])


def split(vector):
    return [part for layer in inputs.layers(vector) for part in layer]


pieces = split(direction)


def gradient(keep=False):
    return torch.autograd.grad(loss_of(layers, x, y), weights, create_graph=keep)


def product_fresh(pieces=pieces):
    return torch.autograd.grad(gradient(keep=True), weights, grad_outputs=pieces)


kept = gradient(keep=True)


def product_kept(pieces=pieces):
    return torch.autograd.grad(kept, weights, grad_outputs=pieces, retain_graph=True)


def sample_product(x, y, pieces):
    """Of one sample."""
    g = torch.autograd.grad(loss_of(layers, x[None], y[None]), weights, create_graph=True)
    return torch.autograd.grad(g, weights, grad_outputs=pieces)


def variance_one_by_one():
    """(1/n) Σ Hᵢ² v − H² v, two products a sample, as one writes it first."""
    total = [torch.zeros_like(part) for part in pieces]
    for i in range(len(x)):
        for sum_, part in zip(total, sample_product(x[i], y[i], sample_product(x[i], y[i], pieces))):
            sum_ += part / len(x)
    return [part - square for part, square in zip(total, product_fresh(product_fresh()))]


def variance_batched():
    """The same with all samples in one batch, by torch.func."""
    from torch.func import grad, jvp, vmap

    point = [[part.detach() for part in layer] for layer in layers]
    along = inputs.layers(direction)

    def product(x, y, v):
        return jvp(lambda p: grad(loss_of)(p, x[None], y[None]), (point,), (v,))[1]

    first = vmap(product, (0, 0, None))(x, y, along)
    second = vmap(product, (0, 0, 0))(x, y, first)
    mean = [part.mean(0) for layer in first for part in layer]
    square = product_fresh(mean)
    return [part.mean(0) - other for part, other in zip((part for layer in second for part in layer), square)]


def density_grid(nodes):
    low, high = nodes.min() - 0.01, nodes.max() + 0.01
    return numpy.linspace(low, high, 10_000), 1e-5 * max(1, high - low)


def gaussians(point, nodes, variance):
    return numpy.exp(-((point - nodes) ** 2) / (2 * variance)) / numpy.sqrt(2 * numpy.pi * variance)


def diagnosis_by_pyhessian():
    """What its documentation says to do, except that the trace takes all 100 probes."""
    model.zero_grad(set_to_none=True)
    measured = pyhessian.hessian(model, criterion, data=(x, y), cuda=False)
    (largest,), _ = measured.eigenvalues()
    traces = measured.trace(tol=-1)
    nodes, masses = (numpy.array(part[0], dtype="float64") for part in measured.density())
    grid, variance = density_grid(nodes)
    # One point after the other.
    density = [numpy.sum(masses * gaussians(point, nodes, variance)) for point in grid]
    return largest, numpy.mean(traces), None, numpy.trapezoid(density, grid)


def quadrature(diagonal, off):
    t = torch.diag(torch.tensor(diagonal)) + torch.diag(torch.tensor(off), 1) + torch.diag(torch.tensor(off), -1)
    nodes, vectors = torch.linalg.eigh(t)
    return nodes.numpy().astype("float64"), (vectors[0] ** 2).numpy().astype("float64")


def diagnosis_on_vectors():
    g = flat(gradient(keep=True))

    def product(v):
        return flat(torch.autograd.grad(g, weights, grad_outputs=v, retain_graph=True))

    d = len(g)
    v, largest = F.normalize(torch.randn(d), dim=0), None
    for steps in range(1, 101):
        image = product(v)
        before, largest = largest, (image @ v).item()
        v = F.normalize(image, dim=0)
        if before is not None and abs(before - largest) < 1e-3 * abs(before):
            break
    traces = []
    for _ in range(100):
        v = torch.randint(2, (d,)).to(dtype) * 2 - 1
        traces.append((product(v) @ v).item())

    basis = torch.empty(100, d)
    basis[0] = F.normalize(torch.randint(2, (d,)).to(dtype) * 2 - 1, dim=0)
    diagonal, off = [], []
    for k in range(100):
        w = product(basis[k])
        diagonal.append((w @ basis[k]).item())
        w.sub_(basis[k], alpha=diagonal[-1])
        if k > 0:
            w.sub_(basis[k - 1], alpha=off[-1])
        known = basis[: k + 1]
        w -= known.T @ (known @ w)
        if k < 99:
            off.append(w.norm().item())
            basis[k + 1] = w / off[-1]
    nodes, masses = quadrature(diagonal, off)
    grid, variance = density_grid(nodes)
    density = gaussians(grid[:, None], nodes, variance) @ masses
    return largest, numpy.mean(traces), steps, numpy.trapezoid(density, grid)


def module():
    """The network as modules."""
    modules = []
    for w, *b in layers:
        linear = torch.nn.Linear(w.shape[1], w.shape[0], bias=bool(b))
        with torch.no_grad():
            for own, part in zip(linear.parameters(), [w, *b]):
                own.copy_(part)
        modules += [linear, {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[inputs.activation]()]
    return torch.nn.Sequential(*modules[:-1])


def measure(operation, variant, call):
    timing = curvature_peer.time_calls(call, options)
    found = flat(timing[-1]).detach().numpy()
    curvature_peer.report(torch, operation, variant, inputs, options, timing, found=found)


def diagnose(variant, call):
    torch.manual_seed(1)
    timing = curvature_peer.time_calls(call, options)
    largest, trace, steps, mass = timing[-1]
    after = "" if steps is None else f" after {steps} products"
    outcome = f"largest {largest:.6g}{after}, trace {trace:.6g}, mass of the density {mass:.4f}"
    curvature_peer.report(torch, "diagnosis", variant, inputs, options, timing, outcome=outcome)


if options.part != "diagnosis":
    measure("gradient", "gradient", gradient)
    measure("product", "product", product_fresh)
    measure("product", "product, graph kept", product_kept)
    if len(inputs.parameters) < 1_000:
        measure("varianceProduct", "variance product, one by one", variance_one_by_one)
        measure("varianceProduct", "variance product, in one batch", variance_batched)
if options.part != "products":
    if importlib.util.find_spec("pyhessian"):
        # The release of PyPI, 0.1, calls a function that PyTorch has no more.
        torch.eig = lambda t, eigenvectors: (lambda values, vectors: (values[:, None], vectors))(*torch.linalg.eigh(t))
        import pyhessian

        model = module()
        diagnose("diagnosis, PyHessian", diagnosis_by_pyhessian)
    diagnose("diagnosis, flat vectors", diagnosis_on_vectors)
