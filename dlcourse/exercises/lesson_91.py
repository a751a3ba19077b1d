"""Exercises of lesson 91, interpretability."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from dlcourse.exercises import Exercise

Slope = Callable[[np.ndarray], np.ndarray]


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return the correlation of the ranks of two rows of numbers (n,); equal ones share a rank."""
    return float(spearmanr(a, b).statistic)


def _level(x: np.ndarray) -> np.ndarray:
    """Return the slopes of a sum with weights: the same everywhere."""
    return np.arange(1.0, x.size + 1).reshape(x.shape)


def _curved(x: np.ndarray) -> np.ndarray:
    """Return the slopes of a sum of cubes."""
    slopes: np.ndarray = 3 * x**2
    return slopes


def _full(x: np.ndarray) -> np.ndarray:
    """Return the slopes of a score that grows up to 1 per pixel, and no further."""
    return (x < 1).astype(float)


def _coupled(x: np.ndarray) -> np.ndarray:
    """Return the slopes of the square of the sum: each pixel's depends on all."""
    return np.full(x.shape, 2.0 * x.sum())


def _paths(rng: np.random.Generator) -> list[tuple[Slope, np.ndarray, np.ndarray, int]]:
    """Return slopes, pictures, baselines black, grey and drawn, and numbers of steps."""
    settings = (
        (_level, (4,), 5),
        (_curved, (3, 2), 4),
        (_full, (6,), 10),
        (_coupled, (5,), 3),
        (_curved, (2, 2), 1),
        (_full, (3,), 7),
        (_coupled, (1,), 8),
    )
    listed = []
    for case, (slope, shape, steps) in enumerate(settings):
        picture = rng.normal(size=shape) + 2
        baseline = (np.zeros(shape), np.full(shape, 0.5), rng.normal(size=shape))[case % 3]
        listed.append((slope, picture, baseline, steps))
    return [*listed, (_curved, np.array([3, 0, 2]), np.array([1, 4, 2]), 6)]


def _pairs(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return two maps and their picture: with much paper, with none, with grey ink, flat or not."""
    listed = []
    for case, paper in enumerate((0.7, 0.5, 0.0, 0.8, 0.3)):
        shape = (6, 6) if case % 2 else (36,)
        picture = np.where(rng.random(shape) < paper, 0.0, rng.random(shape))
        one, other = rng.normal(size=shape), rng.normal(size=shape)
        if case == 3:
            other = one**3 + 0.5 * other
        if case < 2:  # maps that are zero on paper, as gradient times input is
            one, other = one * picture, other * picture
        listed.append((one, other, picture))
    ink = np.array([0.2, 0.0, 1.0, 0.9, 0.0, 0.01])
    loud = np.array([1.0, 80.0, -2.0, 3.0, -90.0, 0.5])
    return [
        *listed,
        (loud, np.array([4.0, 1.0, 5.0, -9.0, 2.0, 0.0]), ink),
        (loud, -loud, ink),
        (np.array([3, -1, 2, 2, 0, 5]), np.array([1, 7, 2, -2, 0, 4]), ink),
    ]


def _steps(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return pictures under attack, the pictures they began as, slopes, rates and reaches."""
    listed = []
    for shape, rate, reach in (((5,), 0.1, 0.3), ((4, 4), 0.25, 0.2), ((3, 2, 2), 0.05, 0.1)):
        start = rng.random(shape)
        now = (start + rng.uniform(-reach, reach, size=shape)).clip(0, 1)
        listed.append((now, start, rng.normal(size=shape), rate, reach))
    edges = np.array([0.0, 1.0, 0.05, 0.95, 0.5, 0.5])
    slope = np.array([-3.0, 2.0, -0.001, 0.001, 0.0, 40.0])
    return [
        *listed,
        (edges, edges, slope, 0.2, 0.3),
        (np.full(6, 0.5), edges.clip(0.3, 0.7), slope, 0.3, 0.25),
        (np.array([0.4]), np.array([0.6]), np.array([-1.0]), 0.1, 0.2),
    ]


def _trials(rng: np.random.Generator) -> list[tuple[np.ndarray]]:
    """Return what was read correctly: several restarts, one, a single picture, all and none."""
    listed = [(rng.random(shape) < 0.7,) for shape in ((3, 10), (2, 25), (5, 8), (1, 6), (4, 1))]
    ordered = np.array([[1, 1, 0, 1], [1, 0, 1, 1], [1, 1, 1, 0]], dtype=bool)
    return [*listed, (ordered,), (np.ones((3, 4), dtype=bool),), (np.zeros((2, 3), dtype=bool),)]


def _erasings(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return pictures, maps of them, and how many pixels are to go: none, some, all."""
    listed = []
    for case, count in enumerate((3, 0, 5, 16, 1, 9)):
        picture = rng.random((4, 4)) + 0.1
        worth = rng.normal(size=(4, 4)) if case % 2 else rng.random((4, 4)) - 2
        listed.append((picture, worth, count))
    return [*listed, (rng.random((2, 3)) + 0.1, rng.permutation(6).reshape(2, 3), 2)]


def _marked(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return maps and marks: of either sign, of one, empty, a mark everywhere and nowhere."""
    mark = np.zeros((4, 5), dtype=bool)
    mark[1:3, 2] = True
    listed = [(rng.normal(size=(4, 5)), mark), (rng.random((4, 5)), ~mark)]
    lone = np.where(mark, -3.0, 0.0)
    return [
        *listed,
        (-rng.random((4, 5)), mark),
        (lone, mark),
        (lone, ~mark),
        (np.zeros((4, 5)), mark),
        (rng.normal(size=(4, 5)), np.ones((4, 5), dtype=bool)),
        (rng.normal(size=(3,)), np.zeros(3, dtype=bool)),
        (np.array([2, -2, 4]), np.array([True, True, False])),
    ]


EXERCISES = (
    Exercise(
        id="91.saturated",
        stub="three_answers = ...  # three numbers",
        solution="three_answers = (0, 0, 1)",
        hints=(
            "At x = 4 the score lies on its level part. What is its slope there?",
            "On the way from 0 to 4 the slope is 1 for the first quarter, and 0 after it.",
            "The slope is 0, so 4 times it is 0. The mean slope is 1/4, times the way of 4.",
        ),
        misconceptions=(
            (
                "the third is the mean slope times the way from 0 to 4: you left out the way",
                "three_answers = (0, 0, 0.25)",
            ),
            (
                "the first two look at x = 4 alone: there the score no longer grows",
                "three_answers = (1, 4, 1)",
            ),
            (
                "on the level part the slope is 0, and 4 times 0 is 0: the score is no slope",
                "three_answers = (0, 1, 1)",
            ),
            (
                "on the way from 0 to 4 the slope is 1 until x = 1: its mean is not 0",
                "three_answers = (0, 0, 0)",
            ),
            (
                "the slope is 1 for a quarter of the way alone, not for all of it",
                "three_answers = (0, 0, 4)",
            ),
        ),
    ),
    Exercise(
        id="91.path",
        stub='''
            def path_map(slope, x, baseline, steps):
                """Integrated gradients of a picture x, an array like x.

                slope(z) gives the slopes of the score at a picture z. The path from the baseline
                to x is cut into equal steps, and the slope is asked for in the middle of each.
                """
                ...
        ''',
        solution='''
            def path_map(slope, x, baseline, steps):
                """Integrated gradients of a picture x, an array like x.

                slope(z) gives the slopes of the score at a picture z. The path from the baseline
                to x is cut into equal steps, and the slope is asked for in the middle of each.
                """
                total = 0
                for step in range(steps):
                    total = total + slope(baseline + (step + 0.5) / steps * (x - baseline))
                return (x - baseline) * total / steps
        ''',
        hints=(
            "For steps = 4, at which parts of the way is the slope asked for? 1/8, 3/8, …",
            "Add the slopes at baseline + (step + 0.5) / steps * (x - baseline), and divide by "
            "their number.",
            "Then return (x - baseline) * total / steps.",
        ),
        misconceptions=(
            (
                "that is the mean slope along the path: it is still to be multiplied by the way, "
                "x − baseline",
                """
                def path_map(slope, x, baseline, steps):
                    way = x - baseline
                    places = [(s + 0.5) / steps for s in range(steps)]
                    return sum(slope(baseline + p * way) for p in places) / steps
                """,
            ),
            (
                "the way begins at the baseline: multiply by x − baseline, not by x",
                """
                def path_map(slope, x, baseline, steps):
                    way = x - baseline
                    total = sum(slope(baseline + (s + 0.5) / steps * way) for s in range(steps))
                    return x * total / steps
                """,
            ),
            (
                "that is the sum of the slopes, not their mean: more steps would make more of it",
                """
                def path_map(slope, x, baseline, steps):
                    way = x - baseline
                    places = [(s + 0.5) / steps for s in range(steps)]
                    return way * sum(slope(baseline + p * way) for p in places)
                """,
            ),
            (
                "you ask for the slope where each step begins: ask in its middle",
                """
                def path_map(slope, x, baseline, steps):
                    way = x - baseline
                    places = [s / steps for s in range(steps)]
                    return way * sum(slope(baseline + p * way) for p in places) / steps
                """,
            ),
            (
                "you ask for the slope where each step ends: ask in its middle",
                """
                def path_map(slope, x, baseline, steps):
                    way = x - baseline
                    places = range(1, steps + 1)
                    return way * sum(slope(baseline + s / steps * way) for s in places) / steps
                """,
            ),
            (
                "that is the slope at the picture alone: integrated gradients ask along the path",
                "def path_map(slope, x, baseline, steps): return (x - baseline) * slope(x)",
            ),
            (
                "the path begins at the baseline: yours begins at zero",
                """
                def path_map(slope, x, baseline, steps):
                    total = sum(slope((s + 0.5) / steps * x) for s in range(steps))
                    return (x - baseline) * total / steps
                """,
            ),
        ),
        cases=_paths,
    ),
    Exercise(
        id="91.alike",
        stub='''
            def alike(one, other, picture):
                """How alike two maps of a picture are: the rank correlation of their numbers.

                The sign counts: to speak for the answer is not to speak against it. Only pixels
                with ink count, those above 0; a picture has three of them at least.
                """
                return rank_correlation(np.abs(one).ravel(), np.abs(other).ravel())
        ''',
        solution='''
            def alike(one, other, picture):
                """How alike two maps of a picture are: the rank correlation of their numbers.

                The sign counts: to speak for the answer is not to speak against it. Only pixels
                with ink count, those above 0; a picture has three of them at least.
                """
                ink = picture > 0
                return rank_correlation(one[ink], other[ink])
        ''',
        hints=(
            "The stub compares all pixels, those of blank paper too, and forgets signs.",
            "picture > 0 is True where there is ink; one[picture > 0] holds the map there.",
            "rank_correlation(one[ink], other[ink]), with ink = picture > 0",
        ),
        misconceptions=(
            (
                "blank paper still counts, and ties at zero make maps alike",
                """
                def alike(one, other, picture):
                    return rank_correlation(one.ravel(), other.ravel())
                """,
            ),
            (
                "keep the sign: to speak against the answer is not to speak for it",
                """
                def alike(one, other, picture):
                    ink = picture > 0
                    return rank_correlation(np.abs(one[ink]), np.abs(other[ink]))
                """,
            ),
            (
                "setting paper to zero keeps it in: its ties still count, so leave it out",
                """
                def alike(one, other, picture):
                    ink = picture > 0
                    return rank_correlation((one * ink).ravel(), (other * ink).ravel())
                """,
            ),
            (
                "all ink counts, grey too: ink is what lies above 0",
                """
                def alike(one, other, picture):
                    ink = picture > 0.5
                    return rank_correlation(one[ink], other[ink])
                """,
            ),
            (
                "correlate ranks, not the numbers themselves: one loud pixel would decide",
                """
                def alike(one, other, picture):
                    ink = picture > 0
                    return np.corrcoef(one[ink], other[ink])[0, 1]
                """,
            ),
        ),
        cases=_pairs,
        given={"rank_correlation": rank_correlation},
    ),
    Exercise(
        id="91.step",
        stub='''
            def attacked(now, start, slope, rate, reach):
                """The picture after one more step of the attack, an array like `now`.

                slope is that of the loss at `now`. Every pixel moves by `rate` up its slope (not
                at all where that is 0), then stays within `reach` of `start` and within 0 to 1.
                """
                ...
        ''',
        solution='''
            def attacked(now, start, slope, rate, reach):
                """The picture after one more step of the attack, an array like `now`.

                slope is that of the loss at `now`. Every pixel moves by `rate` up its slope (not
                at all where that is 0), then stays within `reach` of `start` and within 0 to 1.
                """
                moved = now + rate * np.sign(slope)
                return np.clip(np.clip(moved, start - reach, start + reach), 0, 1)
        ''',
        hints=(
            "Three things in turn: a step, the limit around `start`, the limits of a pixel.",
            "np.sign(slope) is each pixel's direction; np.clip(a, low, high) takes arrays, too.",
            "np.clip(np.clip(now + rate * np.sign(slope), start - reach, start + reach), 0, 1)",
        ),
        misconceptions=(
            (
                "every pixel moves by `rate`, however small its slope: take the slope's sign",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = now + rate * slope
                    return np.clip(np.clip(moved, start - reach, start + reach), 0, 1)
                """,
            ),
            (
                "where the slope is 0, the pixel stays: neither up nor down",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = now + rate * np.where(slope > 0, 1, -1)
                    return np.clip(np.clip(moved, start - reach, start + reach), 0, 1)
                """,
            ),
            (
                "that walks down the loss: the attack walks up",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = now - rate * np.sign(slope)
                    return np.clip(np.clip(moved, start - reach, start + reach), 0, 1)
                """,
            ),
            (
                "a pixel lies between 0 and 1: you let some leave that range",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = now + rate * np.sign(slope)
                    return np.clip(moved, start - reach, start + reach)
                """,
            ),
            (
                "you forget the limit around `start`: after many steps anything could be drawn",
                """
                def attacked(now, start, slope, rate, reach):
                    return np.clip(now + rate * np.sign(slope), 0, 1)
                """,
            ),
            (
                "the limit lies around `start`, not around `now`: else each step moves it along",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = now + rate * np.sign(slope)
                    return np.clip(np.clip(moved, now - reach, now + reach), 0, 1)
                """,
            ),
            (
                "the step begins at `now`: you begin anew at `start`",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = start + rate * np.sign(slope)
                    return np.clip(np.clip(moved, start - reach, start + reach), 0, 1)
                """,
            ),
            (
                "a step has the length `rate`; `reach` is how far all steps together may go",
                """
                def attacked(now, start, slope, rate, reach):
                    moved = now + reach * np.sign(slope)
                    return np.clip(np.clip(moved, start - reach, start + reach), 0, 1)
                """,
            ),
        ),
        cases=_steps,
    ),
    Exercise(
        id="91.withstood",
        stub='''
            def withstood(read):
                """The share of pictures that withstand every attempt.

                read (attempts, pictures) is True where a picture is still read correctly.
                """
                return read.mean()
        ''',
        solution='''
            def withstood(read):
                """The share of pictures that withstand every attempt.

                read (attempts, pictures) is True where a picture is still read correctly.
                """
                return read.all(axis=0).mean()
        ''',
        hints=(
            "The attacker needs to succeed once. When does a picture count as read?",
            "It has to be True in every attempt, along the first axis.",
            "read.all(axis=0).mean()",
        ),
        misconceptions=(
            (
                "that is the mean over all attempts: the attacker keeps the best one per picture",
                "def withstood(read): return np.mean(read)",
            ),
            (
                "that is the worst single attempt: the attacker may use another for each picture",
                "def withstood(read): return np.mean(read, axis=1).min()",
            ),
            (
                "you count a picture that withstands one attempt: it has to withstand all",
                "def withstood(read): return np.any(read, axis=0).mean()",
            ),
            (
                "you ask which attempts all pictures withstand: attempts lie along the first axis",
                "def withstood(read): return np.all(read, axis=1).mean()",
            ),
            (
                "that is the share of pictures that fall",
                "def withstood(read): return 1 - np.all(read, axis=0).mean()",
            ),
            (
                "a share is asked for, not how many",
                "def withstood(read): return np.all(read, axis=0).sum()",
            ),
        ),
        cases=_trials,
    ),
    Exercise(
        id="91.erase",
        stub='''
            def erased(picture, worth, count):
                """The picture without the `count` pixels that a map holds for the most important.

                worth is the map, an array like the picture, no two of its numbers equal. Pixels
                that go become 0; the picture that was given stays as it is.
                """
                order = worth.ravel().argsort()
                left = picture.ravel()
                left[order[:count]] = 0
                return left.reshape(picture.shape)
        ''',
        solution='''
            def erased(picture, worth, count):
                """The picture without the `count` pixels that a map holds for the most important.

                worth is the map, an array like the picture, no two of its numbers equal. Pixels
                that go become 0; the picture that was given stays as it is.
                """
                order = (-worth).ravel().argsort()
                left = picture.ravel().copy()
                left[order[:count]] = 0
                return left.reshape(picture.shape)
        ''',
        hints=(
            "Two faults. Which pixels does argsort put first? And whose memory is `left`?",
            "argsort begins with the smallest. ravel() shares its memory with the picture.",
            "order = (-worth).ravel().argsort() and left = picture.ravel().copy()",
        ),
        misconceptions=(
            (
                "argsort begins with the smallest: the least important pixels go first",
                """
                def erased(picture, worth, count):
                    order = worth.ravel().argsort()
                    left = picture.ravel().copy()
                    left[order[:count]] = 0
                    return left.reshape(picture.shape)
                """,
            ),
            (
                "the map's sign counts: a pixel that speaks against the answer goes last",
                """
                def erased(picture, worth, count):
                    order = (-np.abs(worth)).ravel().argsort()
                    left = picture.ravel().copy()
                    left[order[:count]] = 0
                    return left.reshape(picture.shape)
                """,
            ),
            (
                "those pixels are to go, and you keep them alone",
                """
                def erased(picture, worth, count):
                    order = (-worth).ravel().argsort()
                    left = picture.ravel().copy()
                    left[order[count:]] = 0
                    return left.reshape(picture.shape)
                """,
            ),
            (
                "one pixel too many goes",
                """
                def erased(picture, worth, count):
                    order = (-worth).ravel().argsort()
                    left = picture.ravel().copy()
                    left[order[: count + 1]] = 0
                    return left.reshape(picture.shape)
                """,
            ),
            (
                "the picture has rows and columns: give it back in its shape",
                """
                def erased(picture, worth, count):
                    left = picture.ravel().copy()
                    left[(-worth).ravel().argsort()[:count]] = 0
                    return left
                """,
            ),
        ),
        cases=_erasings,
    ),
    Exercise(
        id="91.in-mark",
        stub='''
            def in_mark(worth, mark):
                """The share of a map's size that lies in the mark; 0 for a map of zeros.

                The size of a number is what it is without its sign. mark is True where the mark is.
                """
                ...
        ''',
        solution='''
            def in_mark(worth, mark):
                """The share of a map's size that lies in the mark; 0 for a map of zeros.

                The size of a number is what it is without its sign. mark is True where the mark is.
                """
                size = np.abs(worth)
                return size[mark].sum() / size.sum() if size.any() else 0.0
        ''',
        hints=(
            "Numbers of both signs would cancel in a sum: take their sizes first.",
            "size[mark].sum() lies in the mark. What do you divide by, and when can you not?",
            "size[mark].sum() / size.sum() if size.any() else 0.0",
        ),
        misconceptions=(
            (
                "numbers of both signs cancel: add up sizes, np.abs(worth)",
                """
                def in_mark(worth, mark):
                    return worth[mark].sum() / worth.sum() if worth.sum() else 0.0
                """,
            ),
            (
                "only numbers above zero count in yours: those below zero have a size, too",
                """
                def in_mark(worth, mark):
                    size = np.maximum(worth, 0)
                    return size[mark].sum() / size.sum() if size.any() else 0.0
                """,
            ),
            (
                "you take means: the share is that of the sum",
                """
                def in_mark(worth, mark):
                    size = np.abs(worth)
                    return size[mark].mean() / size.mean() if size.any() and mark.any() else 0.0
                """,
            ),
            (
                "that is what lies outside the mark",
                """
                def in_mark(worth, mark):
                    size = np.abs(worth)
                    return size[~mark].sum() / size.sum() if size.any() else 0.0
                """,
            ),
            (
                "a size has no square: that would count a loud pixel more than it is",
                """
                def in_mark(worth, mark):
                    size = worth**2
                    return size[mark].sum() / size.sum() if size.any() else 0.0
                """,
            ),
        ),
        cases=_marked,
    ),
)
