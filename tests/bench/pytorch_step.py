"""The training step of the VAE in PyTorch, as a user would write it: one float tensor of images on hand, minibatches by
a fresh permutation, binarisation and noise drawn anew, fused loss, Adam. Loss and gradient are compared with the
reference (see reference.cpp) before anything is timed. Prints what Google Benchmark would: JSON, times in milliseconds.
"""
import argparse
import gzip
import json
import os
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tensors import read_safetensors


class Vae(nn.Module):
    def __init__(self, hidden, latent, pixels=784):
        super().__init__()
        self.encoder = nn.Linear(pixels, hidden)
        self.mu = nn.Linear(hidden, latent)
        self.log_var = nn.Linear(hidden, latent)
        self.decoder = nn.Linear(latent, hidden)
        self.output = nn.Linear(hidden, pixels)

    def loss(self, x, epsilon):
        """-ELBO, the mean over the rows of x."""
        h = torch.tanh(self.encoder(x))
        mu, log_var = self.mu(h), self.log_var(h)
        z = torch.addcmul(mu, torch.exp(0.5 * log_var), epsilon)
        logits = self.output(torch.tanh(self.decoder(z)))
        distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        rate = 0.5 * torch.sum(mu.square() + log_var.exp() - 1 - log_var)
        return (distortion + rate) / len(x)


def cases(names):
    for name in names:
        shape, batch = name.split("/")
        _, hidden, latent = map(int, shape.split("-"))
        yield name, hidden, latent, int(batch)


def load_parameters(model, reference, name):
    """Copies the reference's parameters, and returns its gradients in the model's shapes (Linear keeps W transposed)."""
    layers = {"encoder": "encoder.0", "mu": "encoder.mu", "log_var": "encoder.log_var", "decoder": "decoder.0",
              "output": "decoder.output"}
    gradients = []
    for layer, ours in layers.items():
        linear = getattr(model, layer)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(reference[f"{name}/{ours}.W"].T))
            linear.bias.copy_(torch.from_numpy(reference[f"{name}/{ours}.b"][0]))
        gradients.append((linear.weight, reference[f"{name}/{ours}.W/gradient"].T))
        gradients.append((linear.bias, reference[f"{name}/{ours}.b/gradient"][0]))
    return gradients


def check(model, reference, name):
    expected = load_parameters(model, reference, name)
    loss = model.loss(torch.from_numpy(reference[f"{name}/x"]), torch.from_numpy(reference[f"{name}/epsilon"]))
    loss.backward()
    worst = abs(loss.item() / reference[f"{name}/loss"].item() - 1)
    for parameter, gradient in expected:
        worst = max(worst, np.abs(parameter.grad.numpy() - gradient).max() / np.abs(gradient).max())
    if not worst < 1e-4:
        sys.exit(f"{name}: PyTorch's loss or gradient differs from the reference by {worst:.1e}, relatively; not timed")


def training_images(data):
    with gzip.open(os.path.join(data, "mnist/train-images-idx3-ubyte.gz")) as file:
        _, count, height, width = struct.unpack(">4i", file.read(16))
        pixels = np.frombuffer(file.read(), np.uint8).reshape(count, height * width)
    return torch.from_numpy(pixels.astype(np.float32) / 255)


def steps(model, images, batch, latent):
    """A generator that makes one training step each time it is asked for the next."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True)
    while True:
        order = torch.randperm(len(images))
        for first in range(0, len(images) - batch + 1, batch):
            x = torch.bernoulli(images[order[first:first + batch]])
            optimiser.zero_grad(set_to_none=True)
            loss = model.loss(x, torch.randn(batch, latent))
            loss.backward()
            optimiser.step()
            yield


def seconds_a_step(training, seconds):
    for _ in range(10):
        next(training)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        next(training)
        count += 1
    return (time.perf_counter() - start) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--cases", nargs="+", required=True, help="784-400-20/100, ...")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--min-time", type=float, default=0.5, help="seconds a case")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    reference = read_safetensors(options.reference)
    images = training_images(options.data)
    benchmarks = []
    for name, hidden, latent, batch in cases(options.cases):
        model = Vae(hidden, latent)
        check(model, reference, name)
        seconds = seconds_a_step(steps(model, images, batch, latent), options.min_time)
        benchmarks.append({"name": name, "real_time": 1e3 * seconds, "time_unit": "ms"})
    print(json.dumps({"benchmarks": benchmarks}))


if __name__ == "__main__":
    main()
