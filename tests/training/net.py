"""A multilayer perceptron in numpy, with one probability as output, trained by Adam."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The shape of a net and the parameters of its training.

    Attributes:
        hidden: the sizes of the hidden layers; none make a logistic regression.
        rate: the learning rate at the start; it falls to 0 along a cosine.
        decay: the weight decay.
    """

    hidden: tuple[int, ...] = (48, 16)
    epochs: int = 14
    batch: int = 512
    rate: float = 2e-3
    decay: float = 1e-4
    dropout: float = 0.15


def train(x: Floats, y: Floats, weight: Floats, plan: Plan, seed: int) -> list[Floats]:
    """Return a trained net: weights and biases in turn, layer by layer.

    Args:
        x: features, one row per example.
        y: targets from 0 to 1.
        weight: the weight of each row in the loss; they are divided by their mean.
        seed: of the initial weights, the order of the rows and the dropout.
    """
    rng = np.random.default_rng(seed)
    net = _begin((x.shape[1], *plan.hidden, 1), rng)
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in net]
    weight = weight / weight.mean()
    steps = plan.epochs * -(-len(x) // plan.batch)
    step = 0
    for _ in range(plan.epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), plan.batch):
            rows = order[start : start + plan.batch]
            gradients = _gradients(net, x[rows], y[rows], weight[rows], (plan.dropout, rng))
            step += 1
            rate = plan.rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            _update(net, gradients, moments, (rate, plan.decay, step))
    return net


def predict(net: list[Floats], x: Floats) -> Floats:
    """Return the probability of each row."""
    for weights, bias in zip(net[:-2:2], net[1:-2:2], strict=True):
        x = np.maximum(x @ weights + bias, 0)
    return _sigmoid((x @ net[-2] + net[-1])[:, 0])


def _begin(sizes: tuple[int, ...], rng: np.random.Generator) -> list[Floats]:
    net: list[Floats] = []
    for size, following in pairwise(sizes):
        scale = np.sqrt(2 / size)
        net.append((rng.standard_normal((size, following)) * scale).astype(np.float32))
        net.append(np.zeros(following, np.float32))
    return net


def _gradients(
    net: list[Floats],
    x: Floats,
    y: Floats,
    weight: Floats,
    dropping: tuple[float, np.random.Generator],
) -> list[Floats]:
    """Return the gradients of the loss, in the order of the net's arrays, by backpropagation."""
    share, rng = dropping
    inputs, masks = [x], []
    for weights, bias in zip(net[:-2:2], net[1:-2:2], strict=True):
        hidden = np.maximum(inputs[-1] @ weights + bias, 0)
        keep = (rng.random(hidden.shape, np.float32) >= share) / np.float32(1 - share)
        masks.append((hidden > 0) * keep)
        inputs.append(hidden * keep)
    error = (_sigmoid((inputs[-1] @ net[-2] + net[-1])[:, 0]) - y) * weight / len(x)
    delta = error[:, None]
    gradients: list[Floats] = []
    for layer in range(len(net) // 2 - 1, -1, -1):
        gradients[:0] = [inputs[layer].T @ delta, delta.sum(0)]
        if layer:
            delta = (delta @ net[2 * layer].T) * masks[layer - 1]
    return gradients


def _update(
    net: list[Floats],
    gradients: list[Floats],
    moments: list[tuple[Floats, Floats]],
    pace: tuple[float, float, int],
) -> None:
    """Make one step of Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""
    rate, decay, step = pace
    for values, gradient, (mean, square) in zip(net, gradients, moments, strict=True):
        mean += 0.1 * (gradient - mean)
        square += 0.001 * (gradient * gradient - square)
        correct = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        values -= rate * (correct * mean / (np.sqrt(square) + 1e-8) + decay * 10 * values)


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))
