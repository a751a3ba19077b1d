"""Exercises of lesson 11, one neuron."""

from typing import Any

import numpy as np
from scipy.optimize import linprog

from dlcourse.exercises import Exercise


def _patients(rng: np.random.Generator, n: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, features) and signs (n,), of both kinds."""
    signs = np.where(np.arange(n) % 2, 1, -1)
    return rng.normal(size=(n, features)) + 0.3 * signs[:, None], signs


def _steps(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return examples missed, even after a step, called falsely, correct, and on the line."""
    w, b = np.array([1.0, -2.0]), 0.5
    listed = [([0.5, 2.0], 1), ([3.0, 1.0], -1), ([3.0, 0.5], 1), ([1.0, 0.775], -1)]
    listed += [([0.25, -1.0], -1)]  # wrong after one step, too
    on_the_line = [([1.5, 1.0], 1), ([1.5, 1.0], -1)]
    drawn = [(rng.normal(size=5), rng.normal(), rng.normal(size=5), s) for s in (1, -1, 1, -1)]
    return [
        *[(w, b, np.array(x), s) for x, s in listed + on_the_line],
        *[(np.zeros(3), 0.0, np.array([1.0, 2.0, -1.5]), s) for s in (1, -1)],
        (np.array([3, -1]), 2, np.array([1, 4]), -1),
        (np.array([3, -1]), 2, np.array([1, 7]), 1),
        (np.array([0.5]), -1.0, np.array([1.0]), 1),
        *drawn,
    ]


def _planes(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Lines and points: the nearest correctly judged, misjudged, on the line, the only one."""
    w, b = np.array([3.0, 4.0]), -5.0
    return [
        *[
            (rng.normal(size=n) * 3, float(rng.normal()), *_patients(rng, m, n))
            for m, n in ((4, 2), (9, 2), (6, 5))
        ],
        (
            w,
            b,
            np.array([[3.0, 4.0], [1.0, 3.0], [-1.0, 1.0], [0.0, -5.0]]),
            np.array([1, 1, -1, -1]),
        ),
        (w, b, np.array([[0.0, 0.0], [2.0, 9.0]]), np.array([-1, 1])),
        (w, b, np.array([[3.0, -1.0], [8.0, 8.0]]), np.array([-1, 1])),
        (np.array([2, -1, 2]), 4, np.array([[1, 1, 1]]), np.array([1])),
        (np.array([-0.5]), 3.0, np.array([[2.0], [7.0]]), np.array([1, -1])),
    ]


def _threshold_choices(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Patients with a p above, below and exactly at the threshold; all ill, none, and one alone."""
    p, ill = np.array([0.25, 0.25, 0.75, 0.75, 1.0, 0.0]), np.array([1, 0, 1, 0, 0, 1]) == 1
    return [
        (np.array([0.9, 0.2, 0.7, 0.1]), np.array([True, True, False, False]), 0.5, 20.0, 1.5),
        *[(rng.random(n), rng.random(n) < 0.5, 0.3, 7.0, 2.0) for n in (12, 40)],
        *[(p, ill, threshold, 20, 3) for threshold in (0.25, 0.75, 0.0, 1.0)],
        (np.array([0.6, 0.4, 0.8]), np.full(3, True), 0.7, 5.0, 1.0),
        (np.array([0.6, 0.4, 0.8]), np.full(3, False), 0.5, 5.0, 1.0),
        (np.array([0.1, 0.2, 0.8]), np.array([True, True, False]), 0.5, 1.0, 12.5),
    ]


def _point_sets(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Points with signs: splittable or not, narrowly so, touching, one outlier, one sign only."""
    square = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
    line = np.array([[0.0], [1.0], [2.0], [3.0]])
    listed = [
        (square, [-1, -1, 1, 1]),
        (square, [-1, 1, 1, 1]),
        (square * 1e-4, [-1, 1, 1, 1]),
        (square, [1, 1, 1, 1]),
        (square, [-1, -1, -1, -1]),
        ([[1.0, 1.0], [2.0, 2.0], [3.0, 3.5]], [-1, 1, 1]),
        (line[:3], [1, -1, 1]),
        ([[1.0, 2.0], [-3.0, 0.5], [-2.0, -1.0]], [-1, 1, 1]),
        ([[0.0], [1.0], [1.001], [2.0], [900.0]], [-1, -1, 1, 1, 1]),  # misleads least squares
        ([[0.0, 0.0], [2.0, 0.0], [1.0, 0.0], [1.0, -1.0]], [1, 1, -1, -1]),  # they touch
        ([[4.0, 1.0], [4.0, 1.0]], [1, -1]),
        ([[4.0, 1.0]], [-1]),
        (np.vstack([2.0 * square, [[1.0, 1.2]]]), [1, 1, 1, 1, -1]),  # one sign around the other
    ]
    drawn = [_patients(rng, m, 3) for m in (4, 5, 30)]
    x, s = _patients(rng, 40, 5)
    return [
        *[(np.asarray(points), np.array(signs)) for points, signs in listed],
        *drawn,
        (x + 9 * s[:, None], s),
    ]


EXERCISES = (
    Exercise(
        id="11.by-hand",
        stub="z_by_hand = ...",
        solution="z_by_hand = -2",
        hints=(
            "Each input has its own weight. Which two products are there?",
            "The products are 2 · 1 and −1 · 3; add them up.",
            "Add the products, 2 and −3, and then the bias −1, once.",
        ),
        misconceptions=(
            ("the bias is missing: it is added at the end", "z_by_hand = -1"),
            ("you add the bias once per input; it is added once, to the sum", "z_by_hand = -3"),
            ("the second weight is −1: its product with 3 is negative", "z_by_hand = 4"),
            (
                "that is the neuron's answer; z is the sum before the threshold",
                "z_by_hand = 0",
            ),
        ),
    ),
    Exercise(
        id="11.weighted-sum",
        stub='''
            def weighted_sum(weights, inputs, bias):
                """The neuron's input to its threshold: one number."""
                ...
        ''',
        solution='''
            def weighted_sum(weights, inputs, bias):
                """The neuron's input to its threshold: one number."""
                return np.dot(weights, inputs) + bias
        ''',
        hints=(
            "Multiply each input by its own weight. What is left to do with the products?",
            "Add up the products first; the bias comes once, at the end.",
            "np.dot(weights, inputs) multiplies and adds up; add the bias to it and return that.",
        ),
        misconceptions=(
            (
                "you add the bias once per input; it is added once, to the sum",
                "def weighted_sum(weights, inputs, bias): return np.sum(weights * inputs + bias)",
            ),
            (
                "the bias is missing: add it to the sum of the products",
                "def weighted_sum(weights, inputs, bias): return np.dot(weights, inputs)",
            ),
            (
                "you return the products one by one; add them up to one number",
                "def weighted_sum(weights, inputs, bias): return weights * inputs + bias",
            ),
            (
                "you apply the threshold as well; return z itself",
                """
                def weighted_sum(weights, inputs, bias):
                    return int(np.dot(weights, inputs) + bias > 0)
                """,
            ),
        ),
        cases=lambda rng: [
            *[(rng.normal(size=n), rng.normal(size=n), float(rng.normal())) for n in (3, 2, 5, 8)],
            (np.array([2, -1]), np.array([1, 3]), 4),
            (np.array([2, -1]), np.array([1, 3]), -1),
            (np.array([0.0, 1.5]), np.array([7.0, 0.0]), 0.5),
            (np.array([-4.0]), np.array([0.5]), 0.0),
        ],
    ),
    Exercise(
        id="11.perceptron-step",
        stub='''
            def perceptron_step(w, b, x, s):
                """New weights (n,) and bias after x (n,) of sign s; wrong if x is on the line."""
                ...
        ''',
        solution='''
            def perceptron_step(w, b, x, s):
                """New weights (n,) and bias after x (n,) of sign s; wrong if x is on the line."""
                if s * (x @ w + b) <= 0:
                    w, b = w + s * x, b + s
                return w, b
        ''',
        hints=(
            "There are two cases: the neuron was right about x, or it was not.",
            "It is wrong where s * (x @ w + b) <= 0; only then anything changes.",
            "If wrong, return w + s * x and b + s, which are new arrays; else return w and b.",
        ),
        misconceptions=(
            (
                "you correct even where the neuron is right; it learns only from mistakes",
                "def perceptron_step(w, b, x, s): return w + s * x, b + s",
            ),
            (
                "the bias learns too: add s to it",
                """
                def perceptron_step(w, b, x, s):
                    return (w + s * x, b) if s * (x @ w + b) <= 0 else (w, b)
                """,
            ),
            (
                "exactly on the line counts as wrong: with zero weights nothing would ever start",
                """
                def perceptron_step(w, b, x, s):
                    return (w + s * x, b + s) if s * (x @ w + b) < 0 else (w, b)
                """,
            ),
            (
                "you correct away from the right answer: add s times x, do not subtract it",
                """
                def perceptron_step(w, b, x, s):
                    return (w - s * x, b - s) if s * (x @ w + b) <= 0 else (w, b)
                """,
            ),
            (
                "you repeat until it is right; each time a patient arrives there is one step",
                """
                def perceptron_step(w, b, x, s):
                    while s * (x @ w + b) <= 0:
                        w, b = w + s * x, b + s
                    return w, b
                """,
            ),
            (
                "w += … changes the array that you were given; w = w + … makes a new one",
                """
                def perceptron_step(w, b, x, s):
                    if s * (x @ w + b) <= 0:
                        w += s * x
                        b += s
                    return w, b
                """,
            ),
        ),
        cases=_steps,
    ),
    Exercise(
        id="11.margin",
        stub='''
            def margin_of(w, b, x, s):
                """Smallest signed distance from the line w · x + b = 0 to the rows of x (m, n)."""
                return np.min(s * (x @ w + b))
        ''',
        solution='''
            def margin_of(w, b, x, s):
                """Smallest signed distance from the line w · x + b = 0 to the rows of x (m, n)."""
                return np.min(s * (x @ w + b)) / np.linalg.norm(w)
        ''',
        hints=(
            "z grows with the length of w, and a distance must not. How do you take that out?",
            "Divide by the length of w. Does the bias belong to the length?",
            "Divide the smallest s (x @ w + b) by np.linalg.norm(w).",
        ),
        misconceptions=(
            (
                "the bias moves the line and is no part of its direction: divide by |w| alone",
                """
                def margin_of(w, b, x, s):
                    return np.min(s * (x @ w + b)) / np.sqrt(w @ w + b * b)
                """,
            ),
            (
                "you divide by the square of the length; divide by the length",
                "def margin_of(w, b, x, s): return np.min(s * (x @ w + b)) / (w @ w)",
            ),
            (
                "a point on the wrong side has to count as negative; keep the sign",
                """
                def margin_of(w, b, x, s):
                    return np.min(np.abs(x @ w + b)) / np.linalg.norm(w)
                """,
            ),
        ),
        cases=_planes,
    ),
    Exercise(
        id="11.cost",
        stub='''
            def total_cost(p, ill, threshold, miss, alarm):
                """What all mistakes cost, from p (m,) and ill (m,) of True and False."""
                ...
        ''',
        solution='''
            def total_cost(p, ill, threshold, miss, alarm):
                """What all mistakes cost, from p (m,) and ill (m,) of True and False."""
                called = p > threshold
                return miss * np.sum(ill & ~called) + alarm * np.sum(called & ~ill)
        ''',
        hints=(
            "There are two kinds of mistake. Who is missed, and who is alarmed?",
            "Missed are those who are ill and not called ill: count ill & ~(p > threshold).",
            "Add miss times the number of missed to alarm times the number of "
            "(p > threshold) & ~ill.",
        ),
        misconceptions=(
            (
                "the two prices are swapped: miss is paid for the ill who were not called",
                """
                def total_cost(p, ill, threshold, miss, alarm):
                    called = p > threshold
                    return alarm * np.sum(ill & ~called) + miss * np.sum(called & ~ill)
                """,
            ),
            (
                "you return the cost per patient; the total is asked for",
                """
                def total_cost(p, ill, threshold, miss, alarm):
                    called = p > threshold
                    total = miss * np.sum(ill & ~called) + alarm * np.sum(called & ~ill)
                    return total / len(p)
                """,
            ),
            (
                "you charge an alarm for everybody called ill; the ill were called correctly",
                """
                def total_cost(p, ill, threshold, miss, alarm):
                    called = p > threshold
                    return miss * np.sum(ill & ~called) + alarm * np.sum(called)
                """,
            ),
            (
                "a p equal to the threshold is not above it: such a patient is not called ill",
                """
                def total_cost(p, ill, threshold, miss, alarm):
                    called = p >= threshold
                    return miss * np.sum(ill & ~called) + alarm * np.sum(called & ~ill)
                """,
            ),
            (
                "you forget the false alarms",
                """
                def total_cost(p, ill, threshold, miss, alarm):
                    return miss * np.sum(ill & (p <= threshold))
                """,
            ),
        ),
        cases=_threshold_choices,
    ),
    Exercise(
        id="11.separable",
        stub='''
            def is_separable(x, s):
                """Whether a line or plane splits the rows of x (m, n) by their signs s (m,)."""
                ...
        ''',
        solution='''
            def is_separable(x, s):
                """Whether a line or plane splits the rows of x (m, n) by their signs s (m,)."""
                rows = -s[:, None] * np.column_stack([x, np.ones(len(x))])
                nothing = np.zeros(rows.shape[1])
                answer = linprog(nothing, A_ub=rows, b_ub=-np.ones(len(x)), bounds=(None, None))
                return {0: True, 2: False}[answer.status]  # 2: proved that there is none
        ''',
        hints=(
            "Which inequality must w and b meet for one point? linprog wants it as … ≤ …",
            "s (w · x + b) ≥ 1 is −s (w · x + b) ≤ −1; a column of ones stands for the bias.",
            "Pass A_ub = −s[:, None] * np.column_stack([x, np.ones(len(x))]), b_ub = −1 for each "
            "point, bounds=(None, None); status 0 means solved, 2 that no solution exists.",
        ),
        misconceptions=(
            (
                "you say True even of XOR: w = 0 and b = 0 always satisfy ≥ 0, so ask for ≥ 1",
                """
                def is_separable(x, s):
                    rows = -s[:, None] * np.column_stack([x, np.ones(len(x))])
                    nothing = np.zeros(rows.shape[1])
                    return linprog(
                        nothing, A_ub=rows, b_ub=np.zeros(len(x)), bounds=(None, None)
                    ).success
                """,
            ),
            (
                "the bias is missing, so that every line runs through the origin",
                """
                def is_separable(x, s):
                    rows = -s[:, None] * x
                    nothing = np.zeros(rows.shape[1])
                    return linprog(
                        nothing, A_ub=rows, b_ub=-np.ones(len(x)), bounds=(None, None)
                    ).success
                """,
            ),
            (
                "you say False of points that a plane splits narrowly: any plane will do, find it",
                """
                def is_separable(x, s):
                    inputs = np.column_stack([x, np.ones(len(x))])
                    best = np.linalg.lstsq(inputs, s, rcond=None)[0]
                    return bool(np.all(s * (inputs @ best) > 0))
                """,
            ),
            (
                "linprog keeps its unknowns at 0 or above unless you pass bounds=(None, None)",
                """
                def is_separable(x, s):
                    rows = -s[:, None] * np.column_stack([x, np.ones(len(x))])
                    nothing = np.zeros(rows.shape[1])
                    return linprog(nothing, A_ub=rows, b_ub=-np.ones(len(x))).success
                """,
            ),
        ),
        cases=_point_sets,
        given={"linprog": linprog},
    ),
)
