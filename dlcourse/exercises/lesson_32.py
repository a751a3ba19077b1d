"""Exercises of lesson 32, backpropagation."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _softmax(s: np.ndarray) -> np.ndarray:
    """Return probabilities (m, k) from scores (m, k)."""
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _layers(rng: np.random.Generator, m: int, *sizes: int) -> tuple[Any, ...]:
    """Return inputs (m, first), targets with a single 1 (m, last), and the weights between."""
    targets = np.eye(sizes[-1])[rng.integers(sizes[-1], size=m)]
    pairs = pairwise(sizes)
    weights = [rng.normal(size=pair) / math.sqrt(pair[0]) for pair in pairs]
    return rng.normal(size=(m, sizes[0])), targets, weights


def _steps(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return inputs, targets, two matrices and a rate, for networks of several sizes."""
    networks = ((2, 3, 2, 2), (4, 3, 5, 3), (6, 4, 4, 4), (1, 2, 3, 5))
    drawn = [_layers(rng, *sizes) for sizes in networks]
    rates = (0.5, 1, 2, 0.1)
    return [(x, y, *weights, rate) for (x, y, weights), rate in zip(drawn, rates, strict=True)]


EXERCISES = (
    Exercise(
        id="32.by-hand",
        stub="slope_along_x = ...",
        solution="slope_along_x = 2",
        hints=(
            "Begin at the loss. What is 2 (y − t), now that t is 1?",
            "The message at y is 2. Send it through v1 to h1 and through v2 to h2.",
            "h1 gets 2 · 3, h2 gets 2 · (−1). Each goes on to x, times w1 = 1 or w2 = 2; add up.",
        ),
        misconceptions=(
            (
                "x reaches the loss through h2 as well; add what comes back from there",
                "slope_along_x = 6",
            ),
            (
                "x reaches the loss through h1 as well; add what comes back from there",
                "slope_along_x = -4",
            ),
            (
                "slopes multiply along a path, but what arrives by two paths is added",
                "slope_along_x = -24",
            ),
            ("that is the slope with the old target, 5; now t is 1", "slope_along_x = -6"),
            ("v2 is −1: what comes back through h2 is negative", "slope_along_x = 10"),
        ),
    ),
    Exercise(
        id="32.paths",
        stub="number_of_paths = ...",
        solution="number_of_paths = 20",
        hints=(
            "Put a finger on the first input. Where can it go next?",
            "It has 4 ways into the first hidden layer. How many ways lead on from each of them?",
            "From each of the 4 neurons there are 5 ways on, and from each of those a single one.",
        ),
        misconceptions=(
            ("each choice is made anew at each layer: multiply, do not add", "number_of_paths = 9"),
            (
                "those are the paths from all three inputs; one input is asked for",
                "number_of_paths = 60",
            ),
            (
                "that is the number of edges; a path is a way from one end to the other",
                "number_of_paths = 37",
            ),
        ),
    ),
    Exercise(
        id="32.tanh-backward",
        stub='''
            def tanh_backward(g, h):
                """The loss's slope along z, from g, its slope along h, where h = tanh(z)."""
                ...
        ''',
        solution='''
            def tanh_backward(g, h):
                """The loss's slope along z, from g, its slope along h, where h = tanh(z)."""
                return g * (1 - h**2)
        ''',
        hints=(
            "Each element of z moves one element of h. By how much does it move it?",
            "The slope of tanh at z is 1 − tanh(z)², and tanh(z) is given to you as h.",
            "Multiply, element by element: g * (1 - h**2).",
        ),
        misconceptions=(
            (
                "you apply tanh once more; h is tanh(z) already",
                "def tanh_backward(g, h): return g * (1 - np.tanh(h) ** 2)",
            ),
            (
                "what came back from above is missing: multiply the slope by g",
                "def tanh_backward(g, h): return 1 - h**2",
            ),
            (
                "that is the slope of the sigmoid; that of tanh is 1 − h²",
                "def tanh_backward(g, h): return g * h * (1 - h)",
            ),
            (
                "the slope is 1 − h², with a square",
                "def tanh_backward(g, h): return g * (1 - h)",
            ),
        ),
        cases=lambda rng: [
            *(
                (rng.normal(size=shape), np.tanh(rng.normal(size=shape)))
                for shape in (3, (2, 4), (5, 3), (1, 1))
            ),
            (np.array([2, -3, 4, 0]), np.array([0, 1, -1, 0.5])),  # no bend, and all of it
        ],
    ),
    Exercise(
        id="32.linear-backward",
        stub='''
            def linear_backward(G, X, W):
                """Slopes along X (m, n), W (n, k), b (k,) from G (m, k), along S = X W + b."""
                ...
        ''',
        solution='''
            def linear_backward(G, X, W):
                """Slopes along X (m, n), W (n, k), b (k,) from G (m, k), along S = X W + b."""
                return G @ W.T, X.T @ G, G.sum(axis=0)
        ''',
        hints=(
            "Three results, and each has the shape of what it belongs to. Which products fit?",
            "The slope along W is (n, k): X transposed is (n, m), and G is (m, k).",
            "Return G @ W.T, X.T @ G and, for the bias that every row shares, G.sum(axis=0).",
        ),
        misconceptions=(
            (
                "every row uses the same bias, so its slopes are added, not averaged",
                "def linear_backward(G, X, W): return G @ W.T, X.T @ G, G.mean(axis=0)",
            ),
            (
                "on the way back W is transposed: k numbers come in, n go out",
                "def linear_backward(G, X, W): return G @ W, X.T @ G, G.sum(axis=0)",
            ),
            (
                "your slope along W is (k, n); it needs the shape of W, (n, k)",
                "def linear_backward(G, X, W): return G @ W.T, G.T @ X, G.sum(axis=0)",
            ),
            (
                "G has been divided by the number of rows already, in the loss; not here again",
                """
                def linear_backward(G, X, W):
                    return G @ W.T, X.T @ G / len(X), G.sum(axis=0) / len(X)
                """,
            ),
            (
                "you return the slope along b for each row; add the rows up",
                "def linear_backward(G, X, W): return G @ W.T, X.T @ G, G",
            ),
        ),
        cases=lambda rng: [
            (rng.normal(size=(m, k)), rng.normal(size=(m, n)), rng.normal(size=(n, k)))
            for m, n, k in ((2, 3, 1), (4, 3, 2), (3, 3, 3), (5, 2, 4), (1, 3, 2), (1, 1, 1))
        ],
    ),
    Exercise(
        id="32.train-step",
        stub='''
            def train_step(X, Y, W1, W2, rate):
                """New W1 and W2 after one step downhill; the network is softmax(tanh(X W1) W2)."""
                H = np.tanh(X @ W1)
                dS = (softmax(H @ W2) - Y) / len(X)
                W2 = W2 - rate * H.T @ dS
                dH = dS @ W2.T
                W1 = W1 - rate * X.T @ (dH * (1 - H**2))
                return W1, W2
        ''',
        solution='''
            def train_step(X, Y, W1, W2, rate):
                """New W1 and W2 after one step downhill; the network is softmax(tanh(X W1) W2)."""
                H = np.tanh(X @ W1)
                dS = (softmax(H @ W2) - Y) / len(X)
                dH = dS @ W2.T
                W2 = W2 - rate * H.T @ dS
                W1 = W1 - rate * X.T @ (dH * (1 - H**2))
                return W1, W2
        ''',
        hints=(
            "Each line by itself is right. Read them once more in their order.",
            "Which W2 made the scores, and which W2 carries the message back to the hidden layer?",
            "Compute dH with the W2 that made S: move its line above the one that changes W2.",
        ),
        misconceptions=(
            (
                "the message goes back through the W2 that has moved; use the one that made S",
                """
                def train_step(X, Y, W1, W2, rate):
                    H = np.tanh(X @ W1)
                    dS = (softmax(H @ W2) - Y) / len(X)
                    W2 = W2 - rate * H.T @ dS
                    W1 = W1 - rate * X.T @ (dS @ W2.T * (1 - H**2))
                    return W1, W2
                """,
            ),
            (
                "the slope of tanh got lost: multiply dH by 1 − H²",
                """
                def train_step(X, Y, W1, W2, rate):
                    H = np.tanh(X @ W1)
                    dS = (softmax(H @ W2) - Y) / len(X)
                    return W1 - rate * X.T @ (dS @ W2.T), W2 - rate * H.T @ dS
                """,
            ),
            (
                "W1 has moved before W2's slope is taken; both belong to one forward pass",
                """
                def train_step(X, Y, W1, W2, rate):
                    H = np.tanh(X @ W1)
                    dH = (softmax(H @ W2) - Y) / len(X) @ W2.T
                    W1 = W1 - rate * X.T @ (dH * (1 - H**2))
                    H = np.tanh(X @ W1)
                    W2 = W2 - rate * H.T @ (softmax(H @ W2) - Y) / len(X)
                    return W1, W2
                """,
            ),
            (
                "you step uphill: subtract the slopes",
                """
                def train_step(X, Y, W1, W2, rate):
                    H = np.tanh(X @ W1)
                    dS = (softmax(H @ W2) - Y) / len(X)
                    dH = dS @ W2.T
                    return W1 + rate * X.T @ (dH * (1 - H**2)), W2 + rate * H.T @ dS
                """,
            ),
        ),
        cases=_steps,
        given={"softmax": _softmax},
    ),
    Exercise(
        id="32.any-depth",
        stub='''
            def deep_gradients(X, Y, weights):
                """One gradient for each matrix in weights; tanh between them, softmax last."""
                ...
        ''',
        solution='''
            def deep_gradients(X, Y, weights):
                """One gradient for each matrix in weights; tanh between them, softmax last."""
                H = [X]
                for W in weights[:-1]:
                    H.append(np.tanh(H[-1] @ W))
                G = (softmax(H[-1] @ weights[-1]) - Y) / len(X)
                gradients = []
                for W, below in zip(reversed(weights), reversed(H)):
                    gradients.append(below.T @ G)
                    G = G @ W.T * (1 - below**2)
                return gradients[::-1]
        ''',
        hints=(
            "Go forward first and keep the input of every layer. What starts the way back?",
            "At the scores G = (P − Y) / m. At each layer the gradient of W is input.T @ G; then "
            "G moves on through W.T and through the tanh that made the input.",
            "for W, H in zip(reversed(weights), reversed(inputs)): append H.T @ G, then "
            "G = G @ W.T * (1 - H**2). Return the list in the order of weights.",
        ),
        misconceptions=(
            (
                "the slopes of tanh are missing on the way back: multiply by 1 − H² at each layer",
                """
                def deep_gradients(X, Y, weights):
                    H = [X]
                    for W in weights[:-1]:
                        H.append(np.tanh(H[-1] @ W))
                    G = (softmax(H[-1] @ weights[-1]) - Y) / len(X)
                    gradients = []
                    for W, below in zip(reversed(weights), reversed(H)):
                        gradients.append(below.T @ G)
                        G = G @ W.T
                    return gradients[::-1]
                """,
            ),
            (
                "the loss is a mean over the examples: divide P − Y by their number",
                """
                def deep_gradients(X, Y, weights):
                    H = [X]
                    for W in weights[:-1]:
                        H.append(np.tanh(H[-1] @ W))
                    G = softmax(H[-1] @ weights[-1]) - Y
                    gradients = []
                    for W, below in zip(reversed(weights), reversed(H)):
                        gradients.append(below.T @ G)
                        G = G @ W.T * (1 - below**2)
                    return gradients[::-1]
                """,
            ),
            (
                "the list comes out from last to first; return it in the order of weights",
                """
                def deep_gradients(X, Y, weights):
                    H = [X]
                    for W in weights[:-1]:
                        H.append(np.tanh(H[-1] @ W))
                    G = (softmax(H[-1] @ weights[-1]) - Y) / len(X)
                    gradients = []
                    for W, below in zip(reversed(weights), reversed(H)):
                        gradients.append(below.T @ G)
                        G = G @ W.T * (1 - below**2)
                    return gradients
                """,
            ),
            (
                "the last layer has no tanh: its scores go straight into softmax",
                """
                def deep_gradients(X, Y, weights):
                    H = [X]
                    for W in weights:
                        H.append(np.tanh(H[-1] @ W))
                    G = (softmax(H[-1]) - Y) / len(X) * (1 - H[-1] ** 2)
                    gradients = []
                    for W, below in zip(reversed(weights), reversed(H[:-1])):
                        gradients.append(below.T @ G)
                        G = G @ W.T * (1 - below**2)
                    return gradients[::-1]
                """,
            ),
        ),
        cases=lambda rng: [
            _layers(rng, *sizes)
            for sizes in (
                (2, 3, 2),
                (3, 3, 4, 2),
                (4, 3, 5, 4, 3),
                (5, 2, 3, 3, 3, 3, 2),
                (1, 4, 2, 3),
            )
        ],
        given={"softmax": _softmax},
    ),
)
