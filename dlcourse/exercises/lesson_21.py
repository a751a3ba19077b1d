"""Exercises of lesson 21, why deep."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise

_exact = np.vectorize(lambda value: Fraction(float(value)), otypes=[object])


def _count(layers: list[tuple[np.ndarray, np.ndarray]]) -> int:
    """Count the straight pieces between 0 and 1 of a network with one input and one output."""
    x = h = np.array([[Fraction(0)], [Fraction(1)]])
    for W, b in layers[:-1]:
        rows = np.hstack([x, h @ _exact(W) + _exact(b)])
        for j in range(1, rows.shape[1]):
            z = rows[:, j]
            at = np.flatnonzero(z[:-1] * z[1:] < 0)
            share = (z[at] / (z[at] - z[at + 1]))[:, None]
            rows = np.insert(rows, at + 1, rows[at] + share * (rows[at + 1] - rows[at]), axis=0)
        x, h = rows[:, :1], np.maximum(rows[:, 1:], 0)
    y = (h @ _exact(layers[-1][0]) + _exact(layers[-1][1]))[:, 0]
    slopes = (np.diff(y) / np.diff(x[:, 0])).astype(float)
    # Thirds are rounded in floating point: a change of slope that small is none.
    return 1 + int(np.count_nonzero(abs(np.diff(slopes)) > 1e-6 * max(abs(slopes).max(), 1e-9)))


def _judge_eighty_one(answer: Any) -> str | None:
    """Say why a network has too many neurons or too few pieces, or None."""
    if not isinstance(answer, list | tuple) or len(answer) < 2:
        return "give a list of at least two pairs (W, b): hidden layers, then the output"
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in answer):
        return "each layer is a pair (W, b)"
    layers = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in answer]
    width = 1
    for number, (W, b) in enumerate(layers, start=1):
        if W.ndim != 2 or len(W) != width or b.shape != W.shape[1:]:
            return (
                f"layer {number} has W {W.shape} and b {b.shape}, "
                f"but {width} numbers come in: it needs W ({width}, m) and b (m,)"
            )
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            return "a weight or bias is not a finite number"
        width = len(b)
    if width != 1:
        return "the last layer has one output"
    widths = [len(b) for _, b in layers[:-1]]
    if sum(widths) > 12:
        return f"that is {sum(widths)} hidden neurons, and you have 12"
    found = _count(layers)
    if found >= 81:
        return None
    if len(layers) == 2:
        return "one hidden layer of n ReLUs has n + 1 pieces at most: use several layers"
    if found == 64 and widths == [2] * 6:
        return "six folds in two make 64 pieces: what do four folds in three make?"
    if found == 64 and widths == [4] * 3:
        return "three folds in four make 64 pieces: try folds in another number of parts"
    return f"it has {found} pieces between 0 and 1, and 81 are needed"


EXERCISES = (
    Exercise(
        id="21.folds",
        stub="three_places = ...  # a list of three numbers",
        solution="three_places = [3 / 4, 1 / 2, 1]",
        hints=(
            "Up to ½ a fold doubles x. Beyond ½ it counts back: 2 − 2x.",
            "3/8 is on the left, so it goes to 3/4. That is on the right now.",
            "3/4 goes to 2 − 3/2 = 1/2, and 1/2 is the crease itself, which lands at the top.",
        ),
        misconceptions=(
            (
                "beyond ½ the strip comes back: there fold(x) is 2 − 2x",
                "three_places = [3 / 4, 3 / 2, 3]",
            ),
            (
                "each fold starts from where the last one left the point, not from 3/8 again",
                "three_places = [3 / 4, 3 / 4, 3 / 4]",
            ),
            (
                "folding also stretches: the left half becomes the whole strip",
                "three_places = [3 / 8, 3 / 8, 3 / 8]",
            ),
        ),
    ),
    Exercise(
        id="21.pieces",
        stub='''
            def count_pieces(x, y):
                """The number of straight pieces of the curve through the knots x, y."""
                ...
        ''',
        solution='''
            def count_pieces(x, y):
                """The number of straight pieces of the curve through the knots x, y."""
                slopes = np.diff(y) / np.diff(x)
                return 1 + np.count_nonzero(~np.isclose(slopes[1:], slopes[:-1]))
        ''',
        hints=(
            "A new piece begins where the slope changes. How do you get the slopes?",
            "slopes = np.diff(y) / np.diff(x); compare each with its neighbour.",
            "1 + the number of places where slopes[1:] and slopes[:-1] differ (np.isclose).",
        ),
        misconceptions=(
            (
                "two neighbours of the same slope are one piece: a knot need not be a corner",
                "def count_pieces(x, y): return len(x) - 1",
            ),
            (
                "you count the corners; there is one piece more than corners",
                """
                def count_pieces(x, y):
                    slopes = np.diff(y) / np.diff(x)
                    return np.count_nonzero(~np.isclose(slopes[1:], slopes[:-1]))
                """,
            ),
            (
                "a corner need not turn from up to down: any change of slope counts",
                """
                def count_pieces(x, y):
                    signs = np.sign(np.diff(y))
                    return 1 + np.count_nonzero(signs[1:] != signs[:-1])
                """,
            ),
            (
                "the knots are not equally spaced: divide the steps in y by those in x",
                """
                def count_pieces(x, y):
                    steps = np.diff(y)
                    return 1 + np.count_nonzero(~np.isclose(steps[1:], steps[:-1]))
                """,
            ),
            (
                "0.3 − 0.2 is not quite 0.1: compare slopes with np.isclose instead of !=",
                """
                def count_pieces(x, y):
                    slopes = np.diff(y) / np.diff(x)
                    return 1 + np.count_nonzero(slopes[1:] != slopes[:-1])
                """,
            ),
            (
                "a slope that comes back later begins a new piece: compare neighbours alone",
                """
                def count_pieces(x, y):
                    return len(np.unique(np.round(np.diff(y) / np.diff(x), 6)))
                """,
            ),
        ),
        cases=lambda rng: [
            (np.array([0.0, 1, 2]), np.array([0.0, 1, 2])),
            (np.array([0.0, 1, 3, 4]), np.array([0.0, 1, 3, 3])),
            (np.array([0.0, 0.5, 1, 2, 4]), np.array([0.0, 1, 3, 2, 0])),
            (np.arange(8) / 10, np.array([0.0, 3, 6, 9, 9, 9, 6, 3]) / 10),
            (np.array([0, 4, 8, 12]), np.array([0, 1, 3, 4])),
            (np.arange(6), np.array([0, 1, 0, 1, 0, 1])),
            (np.array([0.0, 2]), np.array([1.0, 1])),
            (np.arange(9.0), rng.permutation(9).astype(float)),
        ],
    ),
    Exercise(
        id="21.neurons",
        stub='''
            def neurons(wanted):
                """Hidden neurons (deep, shallow) for a tent map with `wanted` pieces or more."""
                ...
        ''',
        solution='''
            def neurons(wanted):
                """Hidden neurons (deep, shallow) for a tent map with `wanted` pieces or more."""
                k = 1
                while 2**k < wanted:
                    k += 1
                return 2 * k, 2**k
        ''',
        hints=(
            "First find the number of folds k: the smallest with 2ᵏ at least as large as wanted.",
            "Count k up from 1 while 2**k < wanted.",
            "Each fold has two neurons, a single layer needs 2ᵏ: return 2 * k, 2**k.",
        ),
        misconceptions=(
            (
                "a fold takes two neurons: one that rises and one that turns it down",
                """
                def neurons(wanted):
                    k = (wanted - 1).bit_length()
                    return k, 2**k
                """,
            ),
            (
                "pieces come in powers of two: round up to the next one",
                """
                def neurons(wanted):
                    return 2 * (wanted - 1).bit_length(), wanted
                """,
            ),
            (
                "as many neurons as inner corners are not enough: the first slope needs one more",
                """
                def neurons(wanted):
                    k = (wanted - 1).bit_length()
                    return 2 * k, 2**k - 1
                """,
            ),
            (
                "exact powers of two are reached already: 8 pieces take three folds, not four",
                """
                def neurons(wanted):
                    k = wanted.bit_length()
                    return 2 * k, 2**k
                """,
            ),
            (
                "math.log(2**29, 2) is rounded to a little more than 29: use math.log2, or count",
                """
                def neurons(wanted):
                    k = math.ceil(math.log(wanted, 2))
                    return 2 * k, 2**k
                """,
            ),
        ),
        cases=lambda rng: [
            *((wanted,) for wanted in (1000, 2, 3, 4, 5, 8, 9, 1024, 1025, 2**29)),
            (int(rng.integers(20, 4000)),),
        ],
    ),
    Exercise(
        id="21.bound",
        stub='''
            def most_pieces(widths):
                """The most pieces of a network with one input and hidden layers of such widths."""
                return prod(widths) + 1
        ''',
        solution='''
            def most_pieces(widths):
                """The most pieces of a network with one input and hidden layers of such widths."""
                return prod(width + 1 for width in widths)
        ''',
        hints=(
            "Three ReLUs cut a line into four. What do two layers of three do?",
            "Each piece of the first layer is cut anew, into at most width + 1.",
            "Add the 1 to each width before you multiply: prod(width + 1 for width in widths).",
        ),
        misconceptions=(
            (
                "widths add up within one layer; from layer to layer the pieces multiply",
                "def most_pieces(widths): return sum(widths) + 1",
            ),
            (
                "w places cut a piece into w + 1, not into w",
                "def most_pieces(widths): return prod(widths)",
            ),
            (
                "a ReLU adds one place a piece; it does not double all pieces of its own layer",
                "def most_pieces(widths): return 2 ** sum(widths)",
            ),
        ),
        given={"prod": math.prod},
        cases=lambda rng: [([3],), ([3, 3],), ([2, 5, 4],), ([1, 1, 1, 1],), ([7, 2],), ([1],)],
    ),
    Exercise(
        id="21.zigzag",
        stub='''
            def zigzag(x, m):
                """The strip x (points,), from 0 to 1, folded into m equal parts and stretched."""
                ...
        ''',
        solution='''
            def zigzag(x, m):
                """The strip x (points,), from 0 to 1, folded into m equal parts and stretched."""
                y = m * np.maximum(x, 0)
                for j in range(1, m):
                    y = y + (-1) ** j * 2 * m * np.maximum(x - j / m, 0)
                return y
        ''',
        hints=(
            "What is the slope on each part? It has to climb from 0 to 1 within 1/m.",
            "The slopes are m, −m, m …: at j/m it changes by 2m, downwards first, then upwards.",
            "Add (−1)**j * 2 * m * relu(x − j/m) for j from 1 to m − 1 to m * relu(x).",
        ),
        misconceptions=(
            (
                "a change by m makes it flat; to turn from m to −m the slope changes by 2m",
                """
                def zigzag(x, m):
                    y = m * np.maximum(x, 0)
                    for j in range(1, m):
                        y = y + (-1) ** j * m * np.maximum(x - j / m, 0)
                    return y
                """,
            ),
            (
                "every second corner turns upwards again: let the sign alternate",
                """
                def zigzag(x, m):
                    y = m * np.maximum(x, 0)
                    for j in range(1, m):
                        y = y - 2 * m * np.maximum(x - j / m, 0)
                    return y
                """,
            ),
            (
                "you fold without stretching: each part has to reach from 0 to 1",
                """
                def zigzag(x, m):
                    y = np.maximum(x, 0)
                    for j in range(1, m):
                        y = y + (-1) ** j * 2 * np.maximum(x - j / m, 0)
                    return y
                """,
            ),
            (
                "that cuts the strip instead of folding it: every second part runs downwards",
                "def zigzag(x, m): return m * x % 1",
            ),
        ),
        cases=lambda rng: [
            (np.linspace(0, 1, 13), 2),
            (np.linspace(0, 1, 13), 3),
            (rng.uniform(0, 1, size=9), 5),
            (rng.uniform(0, 1, size=9), 4),
            (np.linspace(0, 1, 5), 1),
        ],
    ),
    Exercise(
        id="21.eighty-one",
        stub="twelve_neurons = ...  # [(W, b), …, (W, b)]: W (n, m), b (m,), one input and output",
        solution="""
            twelve_neurons = (
                [([[1, 1, 1]], [0, -1 / 3, -2 / 3])]
                + [([[3, 3, 3], [-6, -6, -6], [6, 6, 6]], [0, -1 / 3, -2 / 3])] * 3
                + [([[3], [-6], [6]], [0])]
            )
        """,
        hints=(
            "6 layers of 2 make 2⁶ = 64. In which other ways can 12 be divided into equal layers?",
            "Four layers of three, each of which folds into three: 3⁴ = 81. You have zigzag(x, 3).",
            "Hidden: relu of h, h − 1/3, h − 2/3; h is 3, −6, 6 times them. Multiply the matrices.",
        ),
        misconceptions=(
            (
                "six folds in two make 64 pieces: what do four folds in three make?",
                """
                twelve_neurons = (
                    [([[1, 1]], [0, -0.5])]
                    + [([[2, 2], [-4, -4]], [0, -0.5])] * 5
                    + [([[2], [-4]], [0])]
                )
                """,
            ),
            (
                "one hidden layer of n ReLUs has n + 1 pieces at most: use several layers",
                """
                twelve_neurons = [
                    (np.ones((1, 12)), -np.arange(12) / 12),
                    ((-1.0) ** np.arange(12)[:, None], [0]),
                ]
                """,
            ),
            (
                "that is 14 hidden neurons, and you have 12",
                """
                twelve_neurons = (
                    [([[1, 1]], [0, -0.5])]
                    + [([[2, 2], [-4, -4]], [0, -0.5])] * 6
                    + [([[2], [-4]], [0])]
                )
                """,
            ),
        ),
        judge=_judge_eighty_one,
    ),
)
