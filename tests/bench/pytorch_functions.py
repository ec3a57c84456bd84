"""The functions A to E (functions/problem.hpp) in PyTorch, double, with the operations a user would take. Each gradient is
compared with the reference (reference.cpp) before it is timed. Prints what Google Benchmark would: JSON, nanoseconds.
"""
import argparse
import json
import math
import sys
import time

import numpy as np
import torch

from tensors import read_safetensors

UNITS = 16
K, DIMENSIONS = 25, 10
GAMMA, M = 1.0, 2.0
LOG_2_PI = math.log(2 * math.pi)


def A(x, data, target):
    return torch.logsumexp(x, 0)


def B(x, mu, sigma, data, target):
    return -0.5 * (x - mu).square().sum() / sigma.square() - len(x) * (sigma.log() + 0.5 * LOG_2_PI)


def C(x, data, target):
    return torch.prod(x)


def D(W1, b1, W2, b2, w3, b3, data, target):
    h = torch.tanh(torch.addmm(b1, data, W1))
    f = torch.mv(torch.tanh(torch.addmm(b2, h, W2)), w3) + b3
    return 0.5 * (f - target).square().sum()


def E(alpha, mu, log_diagonal, below, data, target):
    d = DIMENSIONS
    row, column = torch.tril_indices(d, d, -1)
    Q = torch.diag_embed(log_diagonal.exp()).index_put((torch.arange(K)[:, None], row, column), below)
    u = torch.bmm(data - mu[:, None], Q.transpose(1, 2))  # K×n×d
    log_joint = (alpha + log_diagonal.sum(1))[:, None] - 0.5 * u.square().sum(2)
    nu = d + 1 + M
    constant = nu * d * (math.log(GAMMA) - 0.5 * math.log(2)) - torch.special.multigammaln(torch.tensor(nu / 2), d).item()
    prior = M * log_diagonal.sum() - 0.5 * GAMMA**2 * Q.square().sum() + K * constant
    likelihood = torch.logsumexp(log_joint, 0).sum() - len(data) * (torch.logsumexp(alpha, 0) + 0.5 * d * LOG_2_PI)
    return likelihood + prior


# Each function with the shapes of its parameters, which follow one another in the reference, and the columns of its data.
FUNCTIONS = {
    "A": (A, [(1000,)], 1),
    "B": (B, [(1000,), (), ()], 1),
    "C": (C, [(1000,)], 1),
    "D": (D, [(2, UNITS), (UNITS,), (UNITS, UNITS), (UNITS,), (UNITS,), ()], 2),
    "E": (E, [(K,), (K, DIMENSIONS), (K, DIMENSIONS), (K, DIMENSIONS * (DIMENSIONS - 1) // 2)], DIMENSIONS),
}


class Gradient:
    """One function with parameters of its own; a call computes its value and gradient."""

    def __init__(self, name, reference):
        self.f, shapes, columns = FUNCTIONS[name]
        pieces = torch.from_numpy(reference[f"{name}/x"]).split([math.prod(shape) for shape in shapes])
        self.parameters = [p.reshape(shape).clone().requires_grad_() for p, shape in zip(pieces, shapes)]
        self.data = torch.from_numpy(reference[f"{name}/data"]).reshape(-1, columns)
        self.target = torch.from_numpy(reference[f"{name}/target"])

    def __call__(self):
        value = self.f(*self.parameters, self.data, self.target)
        return value, torch.autograd.grad(value, self.parameters)


def check(name, gradient, reference):
    value, found = gradient()
    found = np.concatenate([g.numpy().ravel() for g in found])
    expected = reference[f"{name}/gradient"]
    worst = max(abs(value.item() / reference[f"{name}/value"].item() - 1),
                np.abs(found - expected).max() / np.abs(expected).max())
    if not worst < 1e-9:
        sys.exit(f"PyTorch: the gradient of {name} differs from the one by hand by {worst:.1e}, relatively; nothing is timed")


def nanoseconds(gradient, seconds):
    for _ in range(10):
        gradient()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        gradient()
        count += 1
    return 1e9 * (time.perf_counter() - start) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--min-time", type=float, default=0.5, help="seconds a function")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_default_dtype(torch.float64)
    reference = read_safetensors(options.reference)
    gradients = {name: Gradient(name, reference) for name in FUNCTIONS}
    for name, gradient in gradients.items():
        check(name, gradient, reference)
    times = {name: nanoseconds(gradient, options.min_time) for name, gradient in gradients.items()}
    print(json.dumps({"benchmarks": [{"name": n, "real_time": t, "time_unit": "ns"} for n, t in times.items()]}))


if __name__ == "__main__":
    main()
