"""Exercises of lesson 12, layers."""

from itertools import pairwise, product
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise

_SWITCHES = np.array(list(product([0, 1], repeat=3)))  # (8, 3)


def _judge_three_switches(answer: Any) -> str | None:
    """Say for which switches a network of thresholds fails to tell odd from even, or None."""
    if not isinstance(answer, tuple | list) or len(answer) != 4:
        return "give four things in brackets: (W, b, v, c)"
    W, b, v, c = (np.asarray(part, dtype=float) for part in answer)
    if W.ndim != 2 or len(W) != 3:
        return f"W has the shape {W.shape}, but three switches come in: it needs (3, hidden)"
    if b.size != W.shape[1] or v.size != W.shape[1] or c.size != 1:
        return "each hidden neuron has one number in b and one in v, and c is a single number"
    if not all(np.isfinite(part).all() for part in (W, b, v, c)):
        return "a weight or bias is not a finite number"
    odd = _SWITCHES.sum(axis=1) % 2 == 1
    z = _SWITCHES @ W + b.ravel()  # (8, hidden)
    hidden = (z > 0).astype(float)
    lamp = hidden @ v.ravel() + c.item()  # (8,)
    wrong = (lamp > 0) != odd
    if not wrong.any():
        return None
    at_least = (z >= -1e-12) @ v.ravel() + c.item()
    if any(((sums > at) == odd).all() for sums in (lamp, at_least) for at in (0, -1e-12)):
        return (
            "a sum lies exactly on its threshold, which counts as 0: "
            "put the biases between whole numbers"
        )
    if hidden.shape == _SWITCHES.shape and (hidden == _SWITCHES).all():
        return "your hidden layer copies the switches, so that no corner has moved"
    if wrong[-1] and any((hidden[i] == hidden[-1]).all() for i in (3, 5, 6)):
        return "with all three on it should shine: a hidden neuron has to notice the third"
    if (W >= 0).all() and (v >= 0).all():
        return "no weight is below zero, so that one switch more can never turn the lamp off"
    first = int(np.argmax(wrong))
    return (
        f"for the switches {tuple(_SWITCHES[first].tolist())} the lamp's sum is "
        f"{lamp[first]:g}, but it should {'shine' if odd[first] else 'be dark'}"
    )


def _networks(rng: np.random.Generator) -> list[tuple[np.ndarray, list[Any]]]:
    """Return batches with the layers of networks of one to four layers; one in whole numbers."""
    listed = []
    for m, sizes in (
        (3, [2, 3, 2]),
        (4, [3, 2]),
        (5, [4, 6, 3]),
        (2, [3, 5, 4, 2]),
        (1, [2, 1, 2]),
    ):
        layers = [(rng.normal(size=(n, k)), rng.normal(size=k)) for n, k in pairwise(sizes)]
        listed.append((rng.normal(size=(m, sizes[0])), layers))
    whole = [
        (rng.integers(-3, 4, size=(n, k)), rng.integers(-3, 4, size=k)) for n, k in ((2, 4), (4, 1))
    ]
    return [*listed, (rng.integers(-3, 4, size=(6, 2)), whole)]


EXERCISES = (
    Exercise(
        id="12.corner",
        stub="h1_h2_lamp = ...  # a list of three numbers",
        solution="h1_h2_lamp = [1, 1, 0]",
        hints=(
            "Go neuron by neuron, from left to right: first the two that see the switches.",
            "Both hidden sums are above zero: 1 + 1 − 0.5 and 1 + 1 − 1.5.",
            "The third neuron gets h1 − h2 − 0.5, which is 1 − 1 − 0.5: is that above zero?",
        ),
        misconceptions=(
            (
                "the second hidden neuron speaks against the lamp: its weight there is −1",
                "h1_h2_lamp = [1, 1, 1]",
            ),
            (
                "those are the sums before the threshold; a neuron passes on 0 or 1",
                "h1_h2_lamp = [1.5, 0.5, -0.5]",
            ),
            (
                "both switches are on: 1 + 1 − 1.5 is above zero, so that h2 is 1",
                "h1_h2_lamp = [1, 0, 1]",
            ),
        ),
        form=lambda given: given + 0,  # True and False are 1 and 0
    ),
    Exercise(
        id="12.three-switches",
        stub="odd_network = ...  # (W, b, v, c): (3, hidden), (hidden,), (hidden,), a number",
        solution="""
            odd_network = (
                [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
                [-0.5, -1.5, -2.5],
                [1, -1, 1],
                -0.5,
            )
        """,
        hints=(
            "It depends only on how many switches are on. Which neurons can count?",
            "Three hidden neurons: at least one, at least two, all three. All weights are 1.",
            "With the biases −0.5, −1.5 and −2.5, let the lamp hear h1 − h2 + h3 − 0.5.",
        ),
        misconceptions=(
            (
                "with all three on it should shine: a hidden neuron has to notice the third",
                "odd_network = (np.ones((3, 2)), [-0.5, -1.5], [1, -1], -0.5)",
            ),
            (
                "no weight is below zero, so that one switch more can never turn the lamp off",
                "odd_network = (np.ones((3, 3)), [-0.5, -1.5, -2.5], [1, 1, 1], -0.5)",
            ),
            (
                "your hidden layer copies the switches, so that no corner has moved",
                "odd_network = (np.eye(3), [-0.5, -0.5, -0.5], [1, 1, 1], -0.5)",
            ),
            (
                "a sum lies exactly on its threshold, which counts as 0: "
                "put the biases between whole numbers",
                "odd_network = (np.ones((3, 3)), [-1, -2, -3], [1, -1, 1], -0.5)",
            ),
            (
                "for the switches (0, 1, 1) the lamp's sum is 1.5, but it should be dark",
                "odd_network = (np.ones((3, 3)), [-0.5, -1.5, -2.5], [1, 1, -1], -0.5)",
            ),
        ),
        judge=_judge_three_switches,
    ),
    Exercise(
        id="12.shapes",
        stub="shapes = ...  # a list of six shapes, such as (100, 64)",
        solution="shapes = [(64, 32), (32,), (100, 32), (32, 10), (10,), (100, 10)]",
        hints=(
            "The number of examples, 100, appears in what flows and never in what is kept.",
            "W1 has one row for each of the 64 inputs and one column for each of 32 neurons.",
            "The shapes are (64, 32), (32,), then the batch with 32 numbers each; go on alike.",
        ),
        misconceptions=(
            (
                "a bias belongs to a neuron, not to an example: one number for each neuron",
                "shapes = [(64, 32), (100, 32), (100, 32), (32, 10), (100, 10), (100, 10)]",
            ),
            (
                "that is how PyTorch keeps its weights; in x @ W the inputs are the rows of W",
                "shapes = [(32, 64), (32,), (100, 32), (10, 32), (10,), (100, 10)]",
            ),
            (
                "(32) is the number 32; a shape with one entry is written (32,)",
                "shapes = [(64, 32), 32, (100, 32), (32, 10), 10, (100, 10)]",
            ),
            (
                "weights do not depend on how many examples come: no 100 in W1 and W2",
                "shapes = [(100, 32), (32,), (100, 32), (100, 10), (10,), (100, 10)]",
            ),
            (
                "(1, 32) would serve as well, but b has one axis in this lesson: (32,)",
                "shapes = [(64, 32), (1, 32), (100, 32), (32, 10), (1, 10), (100, 10)]",
            ),
        ),
    ),
    Exercise(
        id="12.broadcast",
        stub='''
            def squared_error(outputs, targets):
                """Mean squared difference of a network's outputs (m, 1) and targets (m,)."""
                return np.mean((outputs - targets) ** 2)
        ''',
        solution='''
            def squared_error(outputs, targets):
                """Mean squared difference of a network's outputs (m, 1) and targets (m,)."""
                return np.mean((outputs[:, 0] - targets) ** 2)
        ''',
        hints=(
            "Print the shape of outputs - targets. How many differences should there be?",
            "(m, 1) and (m,) are stretched to (m, m). Make the two shapes equal first.",
            "outputs[:, 0] has the shape (m,): subtract the targets from that.",
        ),
        misconceptions=(
            (
                "outputs[0] is the first example alone; its only column is outputs[:, 0]",
                """
                def squared_error(outputs, targets):
                    return np.mean((outputs[0] - targets) ** 2)
                """,
            ),
            (
                "there are still m times m differences: each output meets each target",
                """
                def squared_error(outputs, targets):
                    return np.mean((outputs - targets[None, :]) ** 2)
                """,
            ),
            (
                "square each difference before the mean, or misses up and down cancel",
                """
                def squared_error(outputs, targets):
                    return np.mean(outputs[:, 0] - targets) ** 2
                """,
            ),
            (
                "you return the sum; the mean is asked for",
                """
                def squared_error(outputs, targets):
                    return np.sum((outputs[:, 0] - targets) ** 2)
                """,
            ),
        ),
        cases=lambda rng: [
            *((rng.normal(size=(m, 1)), rng.normal(size=m)) for m in (3, 4, 9, 1)),
            (np.array([[0], [1], [1], [0]]), np.array([0, 1, 0, 0])),
        ],
    ),
    Exercise(
        id="12.parameters",
        stub='''
            def parameters(sizes):
                """The number of weights and biases of a network with sizes such as [64, 32, 10]."""
                ...
        ''',
        solution='''
            def parameters(sizes):
                """The number of weights and biases of a network with sizes such as [64, 32, 10]."""
                return sum(n * k + k for n, k in zip(sizes[:-1], sizes[1:], strict=True))
        ''',
        hints=(
            "Take one layer by itself: n numbers come in, k neurons answer. What does it keep?",
            "A layer keeps n times k weights and k biases.",
            "Add up n * k + k for each pair of neighbours in sizes, as zip(sizes[:-1], sizes[1:]).",
        ),
        misconceptions=(
            (
                "the biases are missing: one for each neuron",
                "def parameters(sizes): return sum(n * k for n, k in zip(sizes, sizes[1:]))",
            ),
            (
                "the inputs are no neurons: they have no bias",
                """
                def parameters(sizes):
                    return sum(n * k for n, k in zip(sizes, sizes[1:])) + sum(sizes)
                """,
            ),
            (
                "each neuron has its own bias; you count one for a whole layer",
                "def parameters(sizes): return sum(n * k + 1 for n, k in zip(sizes, sizes[1:]))",
            ),
            (
                "you count the neurons; each of them has a weight for every input and a bias",
                "def parameters(sizes): return sum(sizes[1:])",
            ),
        ),
        cases=lambda rng: [([2, 3, 2],), ([64, 32, 10],), ([5, 4, 3, 2],), ([64, 10],), ([1, 1],)],
    ),
    Exercise(
        id="12.forward",
        stub='''
            def forward(x, layers):
                """Scores of a batch x (m, n); layers is a list of pairs W (n, k), b (k,)."""
                ...
        ''',
        solution='''
            def forward(x, layers):
                """Scores of a batch x (m, n); layers is a list of pairs W (n, k), b (k,)."""
                for W, b in layers[:-1]:
                    x = np.maximum(x @ W + b, 0)
                W, b = layers[-1]
                return x @ W + b
        ''',
        hints=(
            "Let the batch walk through the layers: what leaves one enters the next.",
            "All layers but the last are followed by np.maximum(…, 0). Go over layers[:-1].",
            "In the loop x = np.maximum(x @ W + b, 0); after it return x @ W + b of layers[-1].",
        ),
        misconceptions=(
            (
                "the last layer does not bend: a score may be negative",
                """
                def forward(x, layers):
                    for W, b in layers:
                        x = np.maximum(x @ W + b, 0)
                    return x
                """,
            ),
            (
                "without the ReLU in between all your layers are one",
                """
                def forward(x, layers):
                    for W, b in layers:
                        x = x @ W + b
                    return x
                """,
            ),
            (
                "the bias belongs inside the ReLU: it moves the point at which the neuron bends",
                """
                def forward(x, layers):
                    for W, b in layers[:-1]:
                        x = np.maximum(x @ W, 0) + b
                    W, b = layers[-1]
                    return x @ W + b
                """,
            ),
            (
                "every layer but the last bends, not the first alone",
                """
                def forward(x, layers):
                    W, b = layers[0]
                    x = np.maximum(x @ W + b, 0)
                    for W, b in layers[1:]:
                        x = x @ W + b
                    return x
                """,
            ),
        ),
        cases=_networks,
    ),
    Exercise(
        id="12.hat",
        stub='''
            def uneven_hat(x, a, c, b):
                """0 up to a, a straight rise to 1 at c, a straight fall to 0 at b, and 0 beyond."""
                ...
        ''',
        solution='''
            def uneven_hat(x, a, c, b):
                """0 up to a, a straight rise to 1 at c, a straight fall to 0 at b, and 0 beyond."""
                rise, fall = 1 / (c - a), 1 / (b - c)
                up, turn, stop = (np.maximum(x - knot, 0) for knot in (a, c, b))
                return rise * up - (rise + fall) * turn + fall * stop
        ''',
        hints=(
            "Which slope is needed before a, from a to c, from c to b, and beyond b?",
            "A ReLU that begins at a knot changes the slope there by its weight.",
            "The slopes are 0, 1/(c − a), −1/(b − c), 0: the weights are the three changes.",
        ),
        misconceptions=(
            (
                "beyond b it goes on falling: a third ReLU has to stop it there",
                """
                def uneven_hat(x, a, c, b):
                    up, turn = np.maximum(x - a, 0), np.maximum(x - c, 0)
                    return up / (c - a) - turn * (1 / (c - a) + 1 / (b - c))
                """,
            ),
            (
                "1, −2, 1 fits only where both sides are equally wide",
                """
                def uneven_hat(x, a, c, b):
                    up, turn, stop = (np.maximum(x - knot, 0) for knot in (a, c, b))
                    return (up - 2 * turn + stop) / (c - a)
                """,
            ),
            (
                "it stays at 1 beyond c: the second ReLU takes back the rise and adds the fall",
                """
                def uneven_hat(x, a, c, b):
                    return (np.maximum(x - a, 0) - np.maximum(x - c, 0)) / (c - a)
                """,
            ),
            (
                "where x holds whole numbers, so does np.zeros_like(x): halves are cut off",
                """
                def uneven_hat(x, a, c, b):
                    y, rise, fall = np.zeros_like(x), (x > a) & (x <= c), (x > c) & (x < b)
                    y[rise] = (x[rise] - a) / (c - a)
                    y[fall] = (b - x[fall]) / (b - c)
                    return y
                """,
            ),
        ),
        tolerance=1e-4,  # where the hat ends, four terms cancel
        cases=lambda rng: [
            (np.linspace(-1, 4, 11), 0.0, 1.0, 3.0),
            (np.linspace(-2, 2, 9), -1.5, -0.3, 0.4),
            (rng.uniform(-1, 2, size=12), 0.1, 0.8, 1.1),
            (np.arange(-2, 6), 0, 1, 4),
            (np.linspace(0, 1, 9), 0.25, 0.5, 0.75),
        ],
    ),
)
