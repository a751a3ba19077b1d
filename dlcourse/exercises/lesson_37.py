"""Exercises of lesson 37, a hundred layers."""

from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _tower(rng: np.random.Generator, depth: int, m: int = 3, n: int = 4) -> tuple[Any, Any]:
    """Return a batch (m, n) and the weights (n, n) of `depth` layers."""
    return rng.normal(size=(m, n)), [rng.normal(size=(n, n)) for _ in range(depth)]


def _backward(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return slopes, sums (zeros among them), weights and scales; the last tower has no layer."""
    cases: list[tuple[Any, ...]] = []
    for depth, m, scale in ((2, 3, 0.3), (3, 2, 1), (5, 3, 0.5), (1, 1, 0.7), (0, 2, 0.3)):
        sums = [rng.normal(size=(m, 4)).round(0) for _ in range(depth)]
        cases.append((rng.normal(size=(m, 4)), sums, _tower(rng, depth)[1], scale))
    return cases


EXERCISES = (
    Exercise(
        id="37.factor",
        stub="factor = ...",
        solution="factor = 1 / 6",
        digits=3,
        hints=(
            "A ReLU layer multiplies the mean square by ½ n times the variance of its weights.",
            "Numbers spread evenly between −a and a have the variance a²/3.",
            "Here a² is 1/n, so the variance is 1/(3n). Put it into ½ n σ².",
        ),
        misconceptions=(
            ("the ReLU is missing: it halves the mean square", "factor = 1 / 3"),
            ("a² is not the variance of an even spread: that is a²/3", "factor = 1 / 2"),
            (
                "that is the factor of the size; of its square you need the square",
                "factor = 6 ** -0.5",
            ),
        ),
    ),
    Exercise(
        id="37.sizes",
        stub='''
            def mean_squares(q, n, variance, depth):
                """Predicted mean squares of the sums of `depth` layers; the first is q."""
                ...
        ''',
        solution='''
            def mean_squares(q, n, variance, depth):
                """Predicted mean squares of the sums of `depth` layers; the first is q."""
                return q * (n * variance / 2) ** np.arange(depth)
        ''',
        hints=(
            "By what number is each layer's mean square larger than that of the layer before?",
            "By n * variance / 2, at each step. The first layer takes no step.",
            "Raise the factor to np.arange(depth), which begins at 0, and multiply by q.",
        ),
        misconceptions=(
            (
                "the first mean square is q itself: count the steps from 0",
                """
                def mean_squares(q, n, variance, depth):
                    return q * (n * variance / 2) ** np.arange(1, depth + 1)
                """,
            ),
            (
                "the ReLU halves each mean square: a factor ½ is missing",
                """
                def mean_squares(q, n, variance, depth):
                    return q * (n * variance) ** np.arange(depth)
                """,
            ),
            (
                "the weights' variance is given: it is not squared once more",
                """
                def mean_squares(q, n, variance, depth):
                    return q * (n * variance**2 / 2) ** np.arange(depth)
                """,
            ),
            (
                "layers multiply, they do not add: the growth is a power",
                """
                def mean_squares(q, n, variance, depth):
                    return q * (1 + (n * variance / 2 - 1) * np.arange(depth))
                """,
            ),
        ),
        cases=lambda rng: [
            (1.0, 64, 0.01, 5),
            (0.7, 10, 0.2, 4),
            (2.5, 256, 0.02, 7),
            (3, 400, 1 / 200, 6),  # He's variance: level
            (0.5, 3, 2, 1),
            (1, 64, 1 / 192, 20),
        ],
    ),
    Exercise(
        id="37.correlation",
        stub='''
            def next_correlation(c):
                """Correlation of two inputs after one more wide ReLU layer, from c before it."""
                ...
        ''',
        solution='''
            def next_correlation(c):
                """Correlation of two inputs after one more wide ReLU layer, from c before it."""
                angle = np.arccos(c)
                return (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        ''',
        hints=(
            "Translate the formula of the text: which angle θ has the cosine c?",
            "The angle is np.arccos(c). Then sin θ + (π − θ) cos θ, divided by π.",
            "Check it: 1 has to stay 1, and 0 has to become 1/π.",
        ),
        misconceptions=(
            (
                "two right angles are π, not π/2: at c = 1 nothing may change",
                """
                def next_correlation(c):
                    angle = np.arccos(c)
                    return (np.sin(angle) + (np.pi / 2 - angle) * np.cos(angle)) / np.pi
                """,
            ),
            (
                "divide by π, so that 1 stays 1",
                """
                def next_correlation(c):
                    angle = np.arccos(c)
                    return np.sin(angle) + (np.pi - angle) * np.cos(angle)
                """,
            ),
            (
                "c is the cosine, not the angle: take np.arccos of it first",
                """
                def next_correlation(c):
                    return (np.sin(c) + (np.pi - c) * np.cos(c)) / np.pi
                """,
            ),
        ),
        cases=lambda rng: [(c,) for c in (0.0, 1.0, -0.6, -0.3, float(rng.uniform(0.2, 0.9)))],
    ),
    Exercise(
        id="37.norm",
        stub='''
            def layer_norm(h):
                """Each row of h (m, n) with mean 0 and mean square 1 over its n numbers."""
                ...
        ''',
        solution='''
            def layer_norm(h):
                """Each row of h (m, n) with mean 0 and mean square 1 over its n numbers."""
                centred = h - h.mean(axis=1, keepdims=True)
                return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True))
        ''',
        hints=(
            "Two steps for each row: take away its mean, then divide by its size.",
            "The mean over axis=1 with keepdims=True has the shape (m, 1), which fits (m, n).",
            "After centring, divide by the square root of the mean of the squares of the row.",
        ),
        misconceptions=(
            (
                "that goes down the columns, over the batch: this is batch norm; layer norm takes "
                "each row by itself",
                "def layer_norm(h): return (h - h.mean(axis=0)) / h.std(axis=0)",
            ),
            (
                "divide by the standard deviation, not by the variance",
                """
                def layer_norm(h):
                    return (h - h.mean(axis=1, keepdims=True)) / h.var(axis=1, keepdims=True)
                """,
            ),
            (
                "the mean of the squares divides by n; your spread divides by n − 1",
                """
                def layer_norm(h):
                    spread = h.std(axis=1, keepdims=True, ddof=1)
                    return (h - h.mean(axis=1, keepdims=True)) / spread
                """,
            ),
            (
                "mean and spread belong to each row: you took those of the whole batch",
                "def layer_norm(h): return (h - h.mean()) / h.std()",
            ),
            (
                "the mean has to go as well",
                """
                def layer_norm(h):
                    return h / np.sqrt((h**2).mean(axis=1, keepdims=True))
                """,
            ),
        ),
        cases=lambda rng: [
            *((rng.normal(2, 3, size=s),) for s in ((3, 5), (2, 8), (4, 4))),
            (np.array([[1, 2, 6]]),),  # one row, of whole numbers
            (np.array([[0.0, 4.0], [-3000.0, 5000.0], [7.0, 3.0]]),),
        ],
    ),
    Exercise(
        id="37.scale",
        stub='''
            def residual_signal(h, weights):
                """What leaves the residual layers: h (m, n); each W (n, n) has variance 2/n."""
                for W in weights:
                    h = h + np.maximum(h, 0) @ W
                return h
        ''',
        solution='''
            def residual_signal(h, weights):
                """What leaves the residual layers: h (m, n); each W (n, n) has variance 2/n."""
                for W in weights:
                    h = h + np.maximum(h, 0) @ W / np.sqrt(len(weights))
                return h
        ''',
        hints=(
            "Each layer adds as much variance as has come in. What remains of 1 after 100 layers?",
            "With a scale s on the branch the factor is 1 + s². Choose s so that L of them stay e.",
            "s is 1 divided by the square root of len(weights), and it stands on the branch only.",
        ),
        misconceptions=(
            (
                "the scale stands on the branch alone: the direct path stays as it is",
                """
                def residual_signal(h, weights):
                    for W in weights:
                        h = (h + np.maximum(h, 0) @ W) / np.sqrt(len(weights))
                    return h
                """,
            ),
            (
                "n is the width; the number of layers decides: len(weights)",
                """
                def residual_signal(h, weights):
                    for W in weights:
                        h = h + np.maximum(h, 0) @ W / np.sqrt(len(W))
                    return h
                """,
            ),
            (
                "all branches have the same scale, and it comes from the number of layers",
                """
                def residual_signal(h, weights):
                    for number, W in enumerate(weights, 1):
                        h = h + np.maximum(h, 0) @ W / np.sqrt(number)
                    return h
                """,
            ),
            (
                "it is the variance that has to be 1/L, so divide by the square root of L",
                """
                def residual_signal(h, weights):
                    for W in weights:
                        h = h + np.maximum(h, 0) @ W / len(weights)
                    return h
                """,
            ),
            (
                "now the direct path is gone: this network is plain",
                """
                def residual_signal(h, weights):
                    for W in weights:
                        h = np.maximum(h, 0) @ W / np.sqrt(len(weights))
                    return h
                """,
            ),
        ),
        cases=lambda rng: [
            *(_tower(rng, depth) for depth in (2, 3, 9)),
            _tower(rng, 1, m=1),
            _tower(rng, 4, m=2, n=2),
        ],
    ),
    Exercise(
        id="37.backward",
        stub='''
            def gradient_at_start(g, sums, weights, scale):
                """The gradient at the first of `sums`, from g (m, n) behind the last layer.

                Layer l: sums[l] + scale * relu(sums[l]) @ weights[l]; the slope of relu at 0 is 0.
                """
                ...
        ''',
        solution='''
            def gradient_at_start(g, sums, weights, scale):
                """The gradient at the first of `sums`, from g (m, n) behind the last layer.

                Layer l: sums[l] + scale * relu(sums[l]) @ weights[l]; the slope of relu at 0 is 0.
                """
                for h, W in zip(reversed(sums), reversed(weights), strict=True):
                    g = g + scale * (g @ W.T) * (h > 0)
                return g
        ''',
        hints=(
            "Go from the last layer to the first. What comes back along the direct path?",
            "The direct path hands g on unchanged; the branch adds its own part to it.",
            "The branch's part is scale * (g @ W.T), only where the layer's h is above zero.",
        ),
        misconceptions=(
            (
                "the direct path is missing: add g itself to what comes through the branch",
                """
                def gradient_at_start(g, sums, weights, scale):
                    for h, W in zip(reversed(sums), reversed(weights)):
                        g = scale * (g @ W.T) * (h > 0)
                    return g
                """,
            ),
            (
                "the ReLU is missing: where its input was below zero, nothing comes back",
                """
                def gradient_at_start(g, sums, weights, scale):
                    for h, W in zip(reversed(sums), reversed(weights)):
                        g = g + scale * (g @ W.T)
                    return g
                """,
            ),
            (
                "backward the layers come in the opposite order: begin with the last",
                """
                def gradient_at_start(g, sums, weights, scale):
                    for h, W in zip(sums, weights):
                        g = g + scale * (g @ W.T) * (h > 0)
                    return g
                """,
            ),
        ),
        cases=_backward,
    ),
)
