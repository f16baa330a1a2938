#!/usr/bin/env python3
"""Writes cases.json: small networks with dense curvature matrices from PyTorch in double precision.

    python3 Tests/CurvatureTests/Fixtures/make_fixtures.py

Needs `torch`. An object of the file's list is a case:

    name, network, loss     what it is for; the network in Basin's short form; the loss as in a spec
    samples, inputs         n, and n × p numbers row by row
    targets or classes      n × m numbers row by row (−1 and 1 under the logistic loss), or n classes
    parameters              in the order of torch.nn.Sequential: of each layer the weights (outputs × inputs), then biases
    value, gradient         of the mean f = (1/n) Σ fᵢ of the losses of the samples
    hessian                 ∇²f = (1/n) Σ Hᵢ
    gaussNewton             (1/n) Σ Jᵢᵀ ∇²ℓᵢ Jᵢ, Jᵢ the Jacobian of the outputs
    empiricalFisher         (1/n) Σ gᵢ gᵢᵀ, gᵢ = ∇fᵢ at the sample's own target
    fisher                  (1/n) Σ E g(y) g(y)ᵀ, y from the model's own distribution, p(y) ∝ exp(−ℓ(F(xᵢ), y)): classes or
                            labels are enumerated; a squared loss c ‖F − y‖² is a Gaussian of variance 1/(2c), whose second
                            moment the 2m points F ± √(m/(2c)) eₖ have
    gradientCovariance      (1/n) Σ (gᵢ − ∇f)(gᵢ − ∇f)ᵀ
    variance                (1/n) Σ Hᵢ² − (∇²f)²

Matrices are symmetric: their upper triangles row by row, d(d+1)/2 numbers. Every number has the digits that give it back
exactly. Nothing is written unless a second way gives the same matrices.
"""

import json
from pathlib import Path

import torch
from torch.func import grad, hessian, jacfwd, jacrev, vmap

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

ACTIVATIONS = {
    "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU,
    "identity": torch.nn.Identity,
}
HALF = {"kind": "squared", "half": True, "mean": False}
PLAIN = {"kind": "squared", "half": False, "mean": False}
MEAN = {"kind": "squared", "half": False, "mean": True}


class Case:
    def __init__(self, name, network, loss, samples, scale=1.0):
        self.name, self.network, self.loss, self.samples = name, network, loss, samples
        parts = network.split(":")
        self.widths = [int(width) for width in parts[1].split("-")]
        bias = "bias=false" not in parts
        activation = ACTIVATIONS[parts[2] if len(parts) > 2 else "identity"]
        modules = []
        for inputs, outputs in zip(self.widths, self.widths[1:]):
            modules += [torch.nn.Linear(inputs, outputs, bias=bias), activation()]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.parameters = scale * torch.nn.utils.parameters_to_vector(self.model.parameters()).detach()
        self.inputs = torch.randn(samples, self.widths[0])
        outputs = self.widths[-1]
        if loss == "crossEntropy":
            self.targets = torch.arange(samples) % outputs
        elif loss == "logistic":
            self.targets = (2.0 * (torch.arange(samples) % 2) - 1)[:, None]
        else:
            self.targets = torch.randn(samples, outputs)

    @property
    def factor(self):
        """c of a squared loss c ‖F − y‖²."""
        return (0.5 if self.loss["half"] else 1.0) / (self.widths[-1] if self.loss["mean"] else 1)

    def output(self, parameters, x):
        named, start = {}, 0
        for name, value in self.model.named_parameters():
            named[name] = parameters[start : start + value.numel()].view_as(value)
            start += value.numel()
        return torch.func.functional_call(self.model, named, (x,))

    def loss_of_output(self, z, y):
        if self.loss == "crossEntropy":
            return torch.nn.functional.cross_entropy(z, y)
        if self.loss == "logistic":
            return torch.nn.functional.softplus(-y * z).sum()
        return self.factor * ((z - y) ** 2).sum()

    def sample_loss(self, parameters, x, y):
        return self.loss_of_output(self.output(parameters, x), y)

    def mean_loss(self, parameters):
        return vmap(self.sample_loss, (None, 0, 0))(parameters, self.inputs, self.targets).mean()

    def own_targets(self, x):
        """Targets and weights that stand for the model's distribution at x."""
        z = self.output(self.parameters, x).detach()
        if self.loss == "crossEntropy":
            return torch.arange(len(z)), torch.softmax(z, 0)
        if self.loss == "logistic":
            labels = torch.tensor([[1.0], [-1.0]])
            return labels, torch.sigmoid(labels[:, 0] * z)
        shifts = (len(z) / (2 * self.factor)) ** 0.5 * torch.eye(len(z))
        return z + torch.cat([shifts, -shifts]), torch.full((2 * len(z),), 1 / (2 * len(z)))

    def matrices(self):
        point, x, y = self.parameters, self.inputs, self.targets
        gradients = vmap(grad(self.sample_loss), (None, 0, 0))(point, x, y)
        hessians = vmap(hessian(self.sample_loss), (None, 0, 0))(point, x, y)
        jacobians = vmap(jacrev(self.output), (None, 0))(point, x)
        outputs = vmap(self.output, (None, 0))(point, x)
        output_hessians = vmap(hessian(self.loss_of_output), (0, 0))(outputs, y)
        gradient, mean = gradients.mean(0), hessians.mean(0)
        fisher = torch.zeros_like(mean)
        for i in range(self.samples):
            own, weights = self.own_targets(x[i])
            g = vmap(grad(self.sample_loss), (None, None, 0))(point, x[i], own)
            fisher += (g.T * weights) @ g / self.samples
        centred = gradients - gradient
        deviations = hessians - mean
        return gradient, {
            "hessian": mean,
            "gaussNewton": (jacobians.mT @ output_hessians @ jacobians).mean(0),
            "empiricalFisher": gradients.T @ gradients / self.samples,
            "fisher": fisher,
            "gradientCovariance": centred.T @ centred / self.samples,
            # Squares of what is left of each, which loses fewer digits than the difference of the squares.
            "variance": (deviations @ deviations).mean(0),
        }

    def check(self, gradient, matrices):
        """The largest relative difference from a second way."""
        point = self.parameters.clone().requires_grad_()
        g = torch.autograd.grad(self.mean_loss(point), point, create_graph=True)[0]
        backward = torch.stack([torch.autograd.grad(part, point, retain_graph=True)[0] if part.requires_grad
                                else torch.zeros_like(gradient) for part in g])
        # Central differences of the gradient, of fourth order.
        h, unit = 1e-3, torch.eye(len(gradient))
        at = lambda k: torch.stack([grad(self.mean_loss)(self.parameters + k * h * e) for e in unit])
        differences = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
        # Gauss–Newton: the Hessian of the loss of the outputs' linearisation.
        linear = lambda p: vmap(lambda x, y: self.loss_of_output(
            self.output(self.parameters, x) + jacfwd(self.output)(self.parameters, x) @ (p - self.parameters), y
        ))(self.inputs, self.targets).mean()
        samples = [(x, y) for x, y in zip(self.inputs, self.targets)]
        per_sample = [torch.autograd.functional.hessian(lambda p: self.sample_loss(p, x, y), self.parameters)
                      for x, y in samples]
        one_by_one = [torch.autograd.functional.jacobian(lambda p: self.sample_loss(p, x, y), self.parameters)
                      for x, y in samples]
        outer = sum(torch.outer(value, value) for value in one_by_one) / self.samples
        others = {
            "hessian": backward,
            "gaussNewton": torch.autograd.functional.hessian(linear, self.parameters),
            "empiricalFisher": outer,
            "fisher": matrices["gaussNewton"],
            "gradientCovariance": outer - torch.outer(g.detach(), g.detach()),
            "variance": sum(value @ value for value in per_sample) / self.samples - backward @ backward,
        }
        size = matrices["hessian"].abs().max().clamp(min=1e-300)
        scales = {"variance": size**2, "empiricalFisher": outer.abs().max().clamp(min=1e-16)}
        scales["gradientCovariance"] = scales["empiricalFisher"]
        found = max(float((matrices[key] - other).abs().max() / scales.get(key, size)) for key, other in others.items())
        numerical = float((matrices["hessian"] - differences).abs().max() / size)
        asymmetry = max(float((value - value.T).abs().max() / scales.get(key, size)) for key, value in matrices.items())
        assert found < 1e-13 and numerical < 1e-8 and asymmetry < 1e-14, (self.name, found, numerical, asymmetry)
        return found, numerical

    def kink_distance(self):
        """How near the input of a ReLU comes to 0: the matrices jump there."""
        nearest, x = float("inf"), self.inputs
        torch.nn.utils.vector_to_parameters(self.parameters, self.model.parameters())
        for module in self.model:
            if isinstance(module, torch.nn.ReLU):
                nearest = min(nearest, float(x.abs().min().detach()))
            x = module(x)
        return nearest

    def minimise(self):
        """Newton's method, with a line search until it is near."""
        for _ in range(500):
            gradient, curvature = grad(self.mean_loss)(self.parameters), hessian(self.mean_loss)(self.parameters)
            values, vectors = torch.linalg.eigh(curvature)
            move = vectors @ ((vectors.T @ gradient) / values.abs().clamp(min=1e-6))
            here, scale = self.mean_loss(self.parameters), 1.0
            while scale > 1e-6 and gradient.norm() > 1e-5 and self.mean_loss(self.parameters - scale * move) > here:
                scale /= 2
            self.parameters = self.parameters - scale * move
        assert gradient.norm() < 1e-14 and values.min() > 1e-4, (gradient.norm(), values)
        return self


def cases():
    def case(seed, *arguments, **options):
        torch.manual_seed(seed)
        return Case(*arguments, **options)

    yield case(1, "tanh, squared", "mlp:2-3-1:tanh", HALF, 7)
    yield case(2, "ReLU, two outputs", "mlp:3-4-2:relu", MEAN, 11)
    yield case(3, "sigmoid, classes", "mlp:4-5-3:sigmoid", "crossEntropy", 13)
    yield case(4, "gelu, logistic", "mlp:3-4-1:gelu", "logistic", 9)
    yield case(5, "deep tanh, classes", "mlp:3-3-3-2:tanh", "crossEntropy", 10)
    yield case(6, "no bias", "mlp:3-4-2:tanh:bias=false", PLAIN, 5)
    yield case(7, "ReLU, no bias, classes", "mlp:4-3-3:relu:bias=false", "crossEntropy", 17)
    yield case(8, "no hidden layer: the Hessian is Gauss-Newton's", "mlp:4-3", "crossEntropy", 8)
    yield case(9, "deep linear", "mlp:2-3-2-2:identity", HALF, 6)
    yield case(10, "large weights, saturated classes", "mlp:2-4-3:tanh", "crossEntropy", 9, scale=8.0)
    yield case(11, "one sample", "mlp:3-3-1:gelu", HALF, 1)
    teacher = case(12, "a teacher's own parameters: loss 0", "mlp:2-4-1:sigmoid", HALF, 12, scale=3.0)
    teacher.targets = vmap(teacher.output, (None, 0))(teacher.parameters, teacher.inputs).detach()
    yield teacher
    minimum = case(13, "a minimum that does not interpolate", "mlp:1-2-1:tanh", MEAN, 25)
    minimum.parameters = torch.tensor([2, -1, 0.5, 1, 1, 1.5, 0.2])
    minimum.inputs = torch.linspace(-3, 3, 25)[:, None]
    minimum.targets = vmap(minimum.output, (None, 0))(minimum.parameters, minimum.inputs) + 0.05 * minimum.targets
    yield minimum.minimise()
    yield case(15, "deep ReLU", "mlp:3-4-3-2:relu", HALF, 21, scale=2.0)


def triangle(matrix):
    rows, columns = torch.triu_indices(*matrix.shape)
    return matrix[rows, columns].tolist()


def main():
    written = []
    for case in cases():
        gradient, matrices = case.matrices()
        found, numerical = case.check(gradient, matrices)
        nearest = case.kink_distance()
        assert nearest > 1e-3, (case.name, nearest)
        targets = "classes" if case.loss == "crossEntropy" else "targets"
        written.append({
            "name": case.name, "network": case.network, "loss": case.loss, "samples": case.samples,
            "inputs": case.inputs.flatten().tolist(), targets: case.targets.flatten().tolist(),
            "parameters": case.parameters.tolist(), "value": case.mean_loss(case.parameters).item(),
            "gradient": gradient.tolist(), **{key: triangle(value) for key, value in matrices.items()},
        })
        print(f"{case.name}: {case.network}, d = {len(gradient)}; second way {found:.1e}, differences {numerical:.1e}")
    path = Path(__file__).with_name("cases.json")
    path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in written) + "\n]\n")
    print(f"{path.name}: {len(written)} cases, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
