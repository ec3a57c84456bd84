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


def parts(x, *shapes):
    """x cut into tensors of these shapes, one after the other."""
    sizes = [math.prod(shape) for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(torch.split(x, sizes), shapes)]


def A(x, data, target):
    return torch.logsumexp(x, 0)


def B(x, data, target):
    values, mu, sigma = parts(x, (len(x) - 2,), (), ())
    return torch.distributions.Normal(mu, sigma, validate_args=False).log_prob(values).sum()


def C(x, data, target):
    return torch.prod(x)


def D(x, data, target):
    W1, b1, W2, b2, w3, b3 = parts(x, (2, UNITS), (UNITS,), (UNITS, UNITS), (UNITS,), (UNITS,), ())
    h = torch.tanh(torch.addmm(b1, data.reshape(-1, 2), W1))
    f = torch.mv(torch.tanh(torch.addmm(b2, h, W2)), w3) + b3
    return 0.5 * (f - target).square().sum()


def E(x, data, target):
    d = DIMENSIONS
    alpha, mu, log_diagonal, below = parts(x, (K,), (K, d), (K, d), (K, d * (d - 1) // 2))
    data = data.reshape(-1, d)
    row, column = torch.tril_indices(d, d, -1)
    Q = torch.diag_embed(log_diagonal.exp()).index_put((torch.arange(K)[:, None], row, column), below)
    u = torch.bmm(data - mu[:, None], Q.transpose(1, 2))  # K×n×d
    log_joint = (alpha + log_diagonal.sum(1))[:, None] - 0.5 * u.square().sum(2)
    nu = d + 1 + M
    constant = nu * d * (math.log(GAMMA) - 0.5 * math.log(2)) - torch.special.multigammaln(torch.tensor(nu / 2), d).item()
    prior = M * log_diagonal.sum() - 0.5 * GAMMA**2 * Q.square().sum() + K * constant
    likelihood = torch.logsumexp(log_joint, 0).sum() - len(data) * (torch.logsumexp(alpha, 0) + 0.5 * d * LOG_2_PI)
    return likelihood + prior


def check(name, f, reference):
    x = torch.from_numpy(reference[f"{name}/x"]).requires_grad_()
    value = f(x, torch.from_numpy(reference[f"{name}/data"]), torch.from_numpy(reference[f"{name}/target"]))
    (gradient,) = torch.autograd.grad(value, x)
    expected = reference[f"{name}/gradient"]
    worst = max(abs(value.item() / reference[f"{name}/value"].item() - 1),
                np.abs(gradient.numpy() - expected).max() / np.abs(expected).max())
    if not worst < 1e-9:
        sys.exit(f"PyTorch: the gradient of {name} differs from the one by hand by {worst:.1e}, relatively; nothing is timed")


def nanoseconds(name, f, reference, seconds):
    x = torch.from_numpy(reference[f"{name}/x"]).requires_grad_()
    data, target = torch.from_numpy(reference[f"{name}/data"]), torch.from_numpy(reference[f"{name}/target"])
    for _ in range(10):
        torch.autograd.grad(f(x, data, target), x)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        torch.autograd.grad(f(x, data, target), x)
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
    functions = {"A": A, "B": B, "C": C, "D": D, "E": E}
    for name, f in functions.items():
        check(name, f, reference)
    times = {name: nanoseconds(name, f, reference, options.min_time) for name, f in functions.items()}
    print(json.dumps({"benchmarks": [{"name": n, "real_time": t, "time_unit": "ns"} for n, t in times.items()]}))


if __name__ == "__main__":
    main()
