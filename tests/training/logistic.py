"""Logistic regression with a ridge penalty, fitted by Newton's method.

It is plain Python: fast enough for the 700 rows of the page model.
"""

from collections.abc import Sequence
from math import exp

STEPS = 12
CLOSE = 1e-5
Row = Sequence[float]


def fit(rows: Sequence[Row], targets: Sequence[float], ridge: float) -> list[float]:
    """Return the fitted weights of the features; the first is the intercept, without a penalty.

    Args:
        rows: the features; each row begins with 1.0. The others should be of similar scale.
        targets: 0 or 1 for each row.
        ridge: the strength of the penalty.
    """
    weights = [0.0] * len(rows[0])
    for _ in range(STEPS):
        gradient, curvature = _derivatives(rows, targets, weights)
        for i in range(1, len(weights)):
            gradient[i] -= ridge * weights[i]
            curvature[i][i] += ridge
        step = _solve(curvature, gradient)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < CLOSE:
            break
    return weights


def predict(weights: Row, row: Row) -> float:
    """Return the probability that the target of a row is 1."""
    total = sum(w * x for w, x in zip(weights, row, strict=True))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def _derivatives(
    rows: Sequence[Row], targets: Sequence[float], weights: Row
) -> tuple[list[float], list[list[float]]]:
    size = len(weights)
    gradient = [0.0] * size
    curvature = [[0.0] * size for _ in range(size)]
    for row, target in zip(rows, targets, strict=True):
        likely = predict(weights, row)
        bend = max(likely * (1 - likely), 1e-6)
        for i, value in enumerate(row):
            gradient[i] += (target - likely) * value
            _add(curvature[i], bend * value, row, i)
    for i in range(size):
        for j in range(i):
            curvature[i][j] = curvature[j][i]
    return gradient, curvature


def _add(line: list[float], factor: float, row: Row, start: int) -> None:
    if factor:
        for j in range(start, len(line)):
            line[j] += factor * row[j]


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of a linear system by Gaussian elimination.

    The matrix is positive definite, so no rows need to be swapped.
    """
    size = len(right)
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i in range(size):
        for below in range(i + 1, size):
            _add(lines[below], -lines[below][i] / lines[i][i], lines[i], i)
    found = [0.0] * size
    for i in reversed(range(size)):
        known = sum(lines[i][j] * found[j] for j in range(i + 1, size))
        found[i] = (lines[i][size] - known) / lines[i][i]
    return found
