"""Exercises of lesson 31, gradient descent."""

from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def cubic(w: np.ndarray) -> Any:
    """Return a loss whose slope differs from weight to weight."""
    return np.sum(w**3) + w[0] * w[-1] ** 2


def waves(w: np.ndarray) -> Any:
    """Return a loss that rises and falls."""
    return np.sum(np.sin(w) * np.arange(1, len(w) + 1)) + np.exp(w[-1])


def bowl(w: np.ndarray) -> Any:
    """Return a quadratic loss, steeper along the later weights."""
    return np.sum(np.arange(1, len(w) + 1) * w**2) / 2


def bowl_gradient(w: np.ndarray) -> np.ndarray:
    """Return the gradient of `bowl`."""
    return np.asarray(np.arange(1, len(w) + 1) * w)


def trough(w: np.ndarray) -> Any:
    """Return a loss that is quadratic near zero and straight far out."""
    return np.sum(np.sqrt(1 + w**2))


def trough_gradient(w: np.ndarray) -> np.ndarray:
    """Return the gradient of `trough`."""
    return np.asarray(w / np.sqrt(1 + w**2))


def hollow(w: np.ndarray) -> Any:
    """Return a loss that is steep to the right of log 3 and nearly straight to its left."""
    return np.sum(np.exp(w) - 3 * w)


def hollow_gradient(w: np.ndarray) -> np.ndarray:
    """Return the gradient of `hollow`."""
    return np.asarray(np.exp(w) - 3)


EXERCISES = (
    Exercise(
        id="31.one-step",
        stub="w_after = ...",
        solution="w_after = 2.4",
        hints=(
            "Two numbers are needed beside w: the slope where you stand, and the rate.",
            "The slope of w² at 3 is 2 · 3. Do you go with it or against it?",
            "Take the rate times the slope, 0.1 · 6, away from 3.",
        ),
        misconceptions=(
            ("that is a step uphill: take rate times slope away from w", "w_after = 3.6"),
            ("you took the loss, 9, where the slope, 6, is needed", "w_after = 2.1"),
            ("the rate is missing: multiply the slope by 0.1 before you step", "w_after = -3"),
            ("you took w for the slope: the slope of w² is 2 w", "w_after = 2.7"),
            ("that is how far you go; where do you arrive?", "w_after = 0.6"),
        ),
        tolerance=1e-6,
    ),
    Exercise(
        id="31.slopes",
        stub='''
            def slopes(loss, w, h):
                """Central differences of loss(w) along each weight of w (n,): an array (n,)."""
                ...
        ''',
        solution='''
            def slopes(loss, w, h):
                """Central differences of loss(w) along each weight of w (n,): an array (n,)."""
                found = np.zeros(len(w))
                for i in range(len(w)):
                    nudge = np.zeros(len(w))
                    nudge[i] = h
                    found[i] = (loss(w + nudge) - loss(w - nudge)) / (2 * h)
                return found
        ''',
        hints=(
            "One weight moves while all others stay. How do you write such a nudge?",
            "nudge is zero but for nudge[i] = h; compare loss(w + nudge) with loss(w - nudge).",
            "Divide the difference by the distance between both points, 2 * h, for each i in turn.",
        ),
        misconceptions=(
            (
                "you compare with w itself: go h up and h down",
                """
                def slopes(loss, w, h):
                    return np.array([(loss(w + h * e) - loss(w)) / h for e in np.eye(len(w))])
                """,
            ),
            (
                "the two points lie 2 h apart, so divide by 2 h",
                """
                def slopes(loss, w, h):
                    steps = h * np.eye(len(w))
                    return np.array([(loss(w + s) - loss(w - s)) / h for s in steps])
                """,
            ),
            (
                "you nudge all weights at once; each slope belongs to one weight",
                """
                def slopes(loss, w, h):
                    return np.full(len(w), (loss(w + h) - loss(w - h)) / (2 * h))
                """,
            ),
            (
                "each weight has to go back to its place before the next one is nudged",
                """
                def slopes(loss, w, h):
                    w, found = w.copy(), []
                    for i in range(len(w)):
                        w[i] += h
                        above = loss(w)
                        w[i] -= 2 * h
                        found.append((above - loss(w)) / (2 * h))
                    return np.array(found)
                """,
            ),
            (
                "the slope is what the loss gains on the way up: loss(w + nudge) comes first",
                """
                def slopes(loss, w, h):
                    return np.array(
                        [(loss(w - h * e) - loss(w + h * e)) / (2 * h) for e in np.eye(len(w))]
                    )
                """,
            ),
        ),
        cases=lambda rng: [
            (cubic, np.array([1.0, -2.0]), 0.1),
            (waves, rng.normal(size=3), 0.2),
            (cubic, rng.normal(size=4), 0.3),
            (waves, np.array([0.5]), 0.5),
            (cubic, np.array([1e3, 0.0, 1e-3]), 1.0),
        ],
    ),
    Exercise(
        id="31.largest-rate",
        stub='''
            def largest_rate(x):
                """The limit of the rate for the loss mean ½ (x w - t)² with inputs x (m, n)."""
                ...
        ''',
        solution='''
            def largest_rate(x):
                """The limit of the rate for the loss mean ½ (x w - t)² with inputs x (m, n)."""
                curvature = x.T @ x / len(x)
                return 2 / np.linalg.eigvalsh(curvature)[-1]
        ''',
        hints=(
            "The limit is 2/λ. Of which matrix is λ an eigenvalue, and which eigenvalue?",
            "The curvature is x.T @ x / len(x), and its steepest direction decides.",
            "np.linalg.eigvalsh gives the eigenvalues in rising order; divide 2 by the last.",
        ),
        misconceptions=(
            (
                "the steepest direction diverges first: take the largest eigenvalue",
                """
                def largest_rate(x):
                    return 2 / np.linalg.eigvalsh(x.T @ x / len(x))[0]
                """,
            ),
            (
                "1/λ lands at the bottom in one step; the limit is twice as far",
                """
                def largest_rate(x):
                    return 1 / np.linalg.eigvalsh(x.T @ x / len(x))[-1]
                """,
            ),
            (
                "the loss is a mean: divide x.T @ x by the number of examples",
                """
                def largest_rate(x):
                    return 2 / np.linalg.eigvalsh(x.T @ x)[-1]
                """,
            ),
            (
                "singular values have to be squared to be curvatures",
                """
                def largest_rate(x):
                    return 2 / np.linalg.svd(x, compute_uv=False)[0] * np.sqrt(len(x))
                """,
            ),
            (
                "the trace is the sum of all curvatures; the largest alone sets the limit",
                """
                def largest_rate(x):
                    return 2 / np.trace(x.T @ x / len(x))
                """,
            ),
            (
                "the curvature is that of the inputs as they are: take no mean away from them",
                """
                def largest_rate(x):
                    return 2 / np.linalg.eigvalsh(np.atleast_2d(np.cov(x.T, bias=True)))[-1]
                """,
            ),
            (
                "eigvals gives the eigenvalues in no order: take their largest",
                """
                def largest_rate(x):
                    return 2 / np.linalg.eigvals(x.T @ x / len(x))[0].real
                """,
            ),
            (
                "the steepest direction need not lie along one weight: take an eigenvalue",
                """
                def largest_rate(x):
                    return 2 / np.diag(x.T @ x / len(x)).max()
                """,
            ),
        ),
        cases=lambda rng: [
            (np.array([[3.0, 0.0], [0.0, 1.0]]),),
            (np.array([[1.0, 0.0], [0.0, 3.0]]),),
            *[(rng.normal(size=(m, n)) * np.arange(1, n + 1),) for m, n in ((7, 2), (30, 3))],
            (5 + rng.normal(size=(6, 3)),),
            (rng.normal(size=(2, 4)),),
            (rng.normal(size=(9, 1)),),
            (np.array([[1, 2], [3, -4], [5, 6]]),),
        ],
    ),
    Exercise(
        id="31.careful-descent",
        stub='''
            def careful_descent(loss, gradient, w, rate, steps):
                """The weights after `steps` trials, each of which steps down or halves the rate."""
                ...
        ''',
        solution='''
            def careful_descent(loss, gradient, w, rate, steps):
                """The weights after `steps` trials, each of which steps down or halves the rate."""
                for _ in range(steps):
                    trial = w - rate * gradient(w)
                    if loss(trial) < loss(w):
                        w = trial
                    else:
                        rate = rate / 2
                return w
        ''',
        hints=(
            "Look before you leap: work out where the step would end, and what the loss is there.",
            "Where loss(trial) is below loss(w), move there; else stay, and do something to rate.",
            "Each round: trial = w - rate * gradient(w); then either w = trial or rate = rate / 2.",
        ),
        misconceptions=(
            (
                "you halve the rate and go uphill all the same; stay where you are",
                """
                def careful_descent(loss, gradient, w, rate, steps):
                    for _ in range(steps):
                        trial = w - rate * gradient(w)
                        if loss(trial) >= loss(w):
                            rate = rate / 2
                        w = trial
                    return w
                """,
            ),
            (
                "at the first step that would go uphill you stop for good; halve the rate instead",
                """
                def careful_descent(loss, gradient, w, rate, steps):
                    for _ in range(steps):
                        trial = w - rate * gradient(w)
                        if loss(trial) >= loss(w):
                            break
                        w = trial
                    return w
                """,
            ),
            (
                "you halve the rate in every round; a step that goes down keeps it",
                """
                def careful_descent(loss, gradient, w, rate, steps):
                    for _ in range(steps):
                        trial = w - rate * gradient(w)
                        if loss(trial) < loss(w):
                            w = trial
                        rate = rate / 2
                    return w
                """,
            ),
            (
                "the gradient points uphill: step against it",
                """
                def careful_descent(loss, gradient, w, rate, steps):
                    for _ in range(steps):
                        trial = w + rate * gradient(w)
                        if loss(trial) < loss(w):
                            w = trial
                        else:
                            rate = rate / 2
                    return w
                """,
            ),
            (
                "a step that ends as high as it began is no step down: stay, and halve the rate",
                """
                def careful_descent(loss, gradient, w, rate, steps):
                    for _ in range(steps):
                        trial = w - rate * gradient(w)
                        if loss(trial) <= loss(w):
                            w = trial
                        else:
                            rate = rate / 2
                    return w
                """,
            ),
            (
                "halving is a round of its own: the shorter step is tried in the next one",
                """
                def careful_descent(loss, gradient, w, rate, steps):
                    for _ in range(steps):
                        while loss(w - rate * gradient(w)) >= loss(w) and rate > 1e-12:
                            rate = rate / 2
                        if loss(w - rate * gradient(w)) < loss(w):
                            w = w - rate * gradient(w)
                    return w
                """,
            ),
        ),
        cases=lambda rng: [
            (bowl, bowl_gradient, np.array([4.0, -1.0]), 1.05, 5),
            (bowl, bowl_gradient, rng.normal(size=3), 3.0, 6),
            (trough, trough_gradient, rng.normal(size=4) * 3, 9.0, 7),
            (hollow, hollow_gradient, rng.normal(size=3), 40.0, 9),
            (hollow, hollow_gradient, np.array([3.0, -2.0]), 0.25, 5),
            (hollow, hollow_gradient, np.array([-2.0]), 1.345, 3),
            (bowl, bowl_gradient, np.array([2.0]), 2.0, 4),
            (bowl, bowl_gradient, np.array([2.0]), 1.9999, 3),
            (bowl, bowl_gradient, rng.normal(size=30), 1.0, 8),
            (bowl, bowl_gradient, np.array([2.0, 1.0]), 0.5, 0),
        ],
    ),
    Exercise(
        id="31.softmax",
        stub='''
            def stable_softmax(z):
                """Shares (m, k) from scores z (m, k); each row adds up to 1."""
                e = np.exp(z)
                return e / e.sum(axis=1, keepdims=True)
        ''',
        solution='''
            def stable_softmax(z):
                """Shares (m, k) from scores z (m, k); each row adds up to 1."""
                e = np.exp(z - z.max(axis=1, keepdims=True))
                return e / e.sum(axis=1, keepdims=True)
        ''',
        hints=(
            "Try it on the scores 1000 and 1001. What is e to the power of 1000 in a computer?",
            "The same number taken from all scores of a row changes no share. Which number helps?",
            "Take each row's own largest score away before np.exp: z.max(axis=1, keepdims=True).",
        ),
        misconceptions=(
            (
                "each row needs its own largest score: taking away that of all rows "
                "leaves a low row with 0/0",
                """
                def stable_softmax(z):
                    e = np.exp(z - z.max())
                    return e / e.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "cutting the scores off changes the shares of those that were cut",
                """
                def stable_softmax(z):
                    e = np.exp(np.clip(z, -50, 50))
                    return e / e.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "dividing by the largest score changes the shares; subtract it",
                """
                def stable_softmax(z):
                    e = np.exp(z / np.abs(z).max(axis=1, keepdims=True))
                    return e / e.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "each row is one example and adds up to 1: work along axis 1",
                """
                def stable_softmax(z):
                    e = np.exp(z - z.max(axis=0))
                    return e / e.sum(axis=0)
                """,
            ),
            (
                "less their mean, the scores 0 and 2000 are still 1000 too large: take the largest",
                """
                def stable_softmax(z):
                    e = np.exp(z - z.mean(axis=1, keepdims=True))
                    return e / e.sum(axis=1, keepdims=True)
                """,
            ),
        ),
        cases=lambda rng: [
            (rng.integers(-8, 9, size=(2, 3)) / 4,),  # quarters are exact in single precision too
            (1000 + rng.integers(-8, 9, size=(2, 4)) / 4 - [[0], [2]],),
            (rng.integers(-12, 13, size=(3, 5)) / 4 + [[900], [0], [-900]],),
            (np.array([[0.0, 2000.0, 1999.0], [-3000.0, 0.0, 1.0], [0.0, 0.0, 2000.0]]),),
            (np.array([[1000, 1001, 0, 1001]]),),
            (np.array([[-800.0], [1e6]]),),
        ],
    ),
    Exercise(
        id="31.score-slopes",
        stub='''
            def score_slopes(p, y):
                """Slopes (m, k) of the mean cross-entropy along the scores; p (m, k), y (m,)."""
                ...
        ''',
        solution='''
            def score_slopes(p, y):
                """Slopes (m, k) of the mean cross-entropy along the scores; p (m, k), y (m,)."""
                return (p - np.eye(p.shape[1])[y]) / len(y)
        ''',
        hints=(
            "For one example the slope is p, less 1 at the true class. And for the mean of m?",
            "np.eye(k)[y] has a 1 at each example's true class and 0 elsewhere.",
            "Return (p - np.eye(p.shape[1])[y]) / len(y).",
        ),
        misconceptions=(
            (
                "the loss is a mean over the examples: divide by their number",
                "def score_slopes(p, y): return p - np.eye(p.shape[1])[y]",
            ),
            (
                "the sign is turned round: a share that is too high has a slope above zero",
                "def score_slopes(p, y): return (np.eye(p.shape[1])[y] - p) / len(y)",
            ),
            (
                "other classes learn too: their shares should fall",
                """
                def score_slopes(p, y):
                    truth = np.eye(p.shape[1])[y]
                    return (p - truth) * truth / len(y)
                """,
            ),
            (
                "that is the slope of squared error; with cross-entropy p (1 - p) cancels",
                """
                def score_slopes(p, y):
                    return (p - np.eye(p.shape[1])[y]) * p * (1 - p) / len(y)
                """,
            ),
            (
                "p is yours to read, not to change: p[...] -= 1 changes the caller's shares",
                """
                def score_slopes(p, y):
                    p[np.arange(len(y)), y] -= 1
                    return p / len(y)
                """,
            ),
            (
                "a class may be true of no example: p, not y, says how many classes there are",
                """
                def score_slopes(p, y):
                    return (p - np.eye(y.max() + 1)[y]) / len(y)
                """,
            ),
        ),
        cases=lambda rng: [
            *[
                (rng.dirichlet(np.ones(k), size=m), rng.integers(k, size=m))
                for m, k in ((2, 3), (5, 10), (7, 4))
            ],
            (rng.dirichlet(np.ones(4), size=6), np.array([0, 2, 2, 0, 2, 0])),
            (rng.dirichlet(np.ones(2), size=1), np.array([0])),
            (np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]), np.array([0, 1])),
        ],
    ),
)
