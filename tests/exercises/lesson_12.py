"""Lesson 12: which mutants may pass, right answers in other styles, how values are computed."""

from itertools import product

import numpy as np
from computed import Computed

EQUIVALENT = {
    "12.three-switches": dict.fromkeys(
        (
            "→ odd_network = ([[2, 1, 1], [1, 1, 1]",
            "→ … network = ([[1, 1, 1], [2, 1, 1], [1, 1, 1]]",
            "→ … [[1, 1, 1], [1, 1, 1], [2, 1, 1]]",
            "[-0, -1.5, -2.5]",
            "[-0.25, -1.5, -2.5]",
            "[-0.5, -1, -2.5]",
            "[1, -1, 2], -0.5)",
            "[1, -1, 1], -0)",
            "[1, -1, 1], -0.25)",
        ),
        "another network that answers all eight corners as asked: any such one is right",
    ),
    "12.broadcast": {
        "(targets - outputs[:, 0])": "a difference is squared, and its sign vanishes",
        "outputs[:, -1]": "there is one column only: the first is the last",
    },
    "12.hat": dict.fromkeys(
        ("np.maximum(knot - x, 0)", "np.maximum(-(x - knot), 0)"),
        "the mirrored ReLUs differ by three straight lines, which add up to nothing",
    ),
}

STYLES = {
    "12.corner": ["h1_h2_lamp = (True, True, False)"],
    "12.three-switches": [
        """
        odd_network = [  # one hidden neuron for each corner that shines
            np.array([[1, -1, -1, 1], [-1, 1, -1, 1], [-1, -1, 1, 1]]).tolist(),
            (-0.5, -0.5, -0.5, -2.5),
            np.ones((4, 1), dtype=np.float32),
            [-0.5],
        ]
        """,
        """
        odd_network = (
            np.ones((3, 4)),
            np.array([[-0.5, -1.5, -2.5, 9]]),
            np.array([2, -2, 2, 0]),
            np.array(-1.0),
        )
        """,
    ],
    "12.shapes": ["shapes = [[64, 32], [32], [100, 32], [32, 10], [10], [100, 10]]"],
    "12.broadcast": [
        """
        def squared_error(outputs, targets):
            misses = [(output - target) ** 2 for (output,), target in zip(outputs, targets)]
            return sum(misses) / len(misses)
        """,
        """
        def squared_error(outputs, targets):
            return ((outputs.ravel() - targets) ** 2).mean()
        """,
        """
        def squared_error(outputs, targets):
            return np.mean((outputs - targets[:, None]) ** 2)
        """,
        """
        def squared_error(outputs, targets):
            differences = outputs.squeeze() - targets
            return differences @ differences / len(targets)
        """,
        """
        def squared_error(outputs, targets):
            return np.mean(np.square(outputs.T - targets).astype(np.float32))
        """,
    ],
    "12.parameters": [
        """
        def parameters(sizes):
            total = 0
            for i in range(1, len(sizes)):
                total += (sizes[i - 1] + 1) * sizes[i]
            return total
        """,
        """
        def parameters(sizes):
            n, k = np.array(sizes[:-1]), np.array(sizes[1:])
            return np.sum(n * k) + np.sum(k)
        """,
    ],
    "12.forward": [
        """
        def forward(x, layers):
            for i, (W, b) in enumerate(layers):
                z = x @ W + b
                x = np.where(z > 0, z, 0) if i < len(layers) - 1 else z
            return x
        """,
        """
        def forward(x, layers):
            (W, b), *rest = layers
            z = np.dot(x, W) + b
            return forward(z * (z > 0), rest) if rest else z
        """,
    ],
    "12.hat": [
        """
        def uneven_hat(x, a, c, b):
            return np.interp(x, [a, c, b], [0, 1, 0])
        """,
        """
        def uneven_hat(x, a, c, b):
            return [max(0, min((each - a) / (c - a), (b - each) / (b - c))) for each in x]
        """,
        """
        def uneven_hat(x, a, c, b):
            up, down = (x - a) / (c - a), (b - x) / (b - c)
            return np.clip(np.where(x < c, up, down), 0, 1).astype(np.float32)
        """,
    ],
}

COMPUTED = {
    "12.corner": Computed(
        "[*(h := [neuron([1, 1], both_on, c)[0] for c in (-0.5, -1.5)]), "
        "neuron([1, -1], np.array([h]), -0.5)[0]]",
        both_on=np.array([[1, 1]]),
    ),
    "12.three-switches": Computed(
        "(layer(layer(x, *map(np.array, answer[:2]), threshold), *answer[2:], threshold) "
        "== x.sum(axis=1) % 2).all()",
        x=np.array([*product([0, 1], repeat=3)]),
    ),
    "12.shapes": Computed(
        "[W1.shape, b1.shape, (h := layer(x, W1, b1, relu)).shape, "
        "W2.shape, b2.shape, layer(h, W2, b2, relu).shape]",
        x=np.zeros((100, 64)),
        W1=np.zeros((64, 32)),
        b1=np.zeros(32),
        W2=np.zeros((32, 10)),
        b2=np.zeros(10),
    ),
}
