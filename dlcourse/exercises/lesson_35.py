"""Exercises of lesson 35, generalization."""

from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _best_features(x: np.ndarray, y: np.ndarray, k: int = 20) -> np.ndarray:
    """Return the k columns of x (m, n) that differ most between y = 1 and y = 0, as the lesson."""
    gap = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)
    return np.argsort(-abs(gap) / x.std(axis=0), kind="stable")[:k]


def _nearest_mean(x: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Return 0 or 1 for each row of new: the class whose mean row is nearer, as the lesson."""
    far = [((new - x[y == c].mean(axis=0)) ** 2).sum(axis=1) for c in (0, 1)]
    return np.asarray(far[1] < far[0], dtype=int)


def _studies(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return small studies: measurements, classes and the fold of each row, all by chance."""
    listed = []
    for m, n, k in ((40, 300, 4), (30, 200, 3), (60, 400, 5)):
        y = rng.permutation(np.arange(m) % 2)
        listed.append((rng.normal(size=(m, n)), y, rng.permutation(np.arange(m) % k)))
    # Folds of unequal size, with names of their own.
    x, y = rng.normal(size=(36, 250)) + np.linspace(0, 2, 250), rng.permutation(np.arange(36) % 2)
    listed.append((x, y, rng.permutation(np.repeat([7, 2, 4], [18, 12, 6]))))
    return listed


def _curves(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return measured learning curves, nearly straight on log axes, and an error to reach."""
    listed = []
    for a, b, target, sizes in (
        (2.0, 0.4, 0.02, 50 * 2 ** np.arange(6)),
        (1.1, 0.5, 0.01, np.array([1000, 100, 10])),  # in any order
        (0.7, 0.3, 0.3, np.array([20.0, 90.0])),  # less than was measured is asked for
    ):
        errors = a * sizes**-b * np.exp(0.05 * rng.normal(size=len(sizes)))
        listed.append((sizes, errors, target))
    return listed


def _scores(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return scores on both sets, with ties on validation, and one model alone."""
    drawn = [(rng.uniform(0.4, 0.9, size=m), rng.uniform(0.4, 0.9, size=m)) for m in (5, 9, 30)]
    tied = (np.array([0.5, 0.8, 0.8, 0.6]), np.array([0.9, 0.6, 0.7, 0.8]))
    return [*drawn, tied, (np.array([0.8, 0.8]), np.array([0.7, 0.5])), ([0.6], [0.5])]


EXERCISES = (
    Exercise(
        id="35.report",
        stub='''
            def report(validation, test):
                """The score to report, from the scores of some models on both sets (models,).

                Of models that validate equally well the first is chosen.
                """
                return max(test)
        ''',
        solution='''
            def report(validation, test):
                """The score to report, from the scores of some models on both sets (models,).

                Of models that validate equally well the first is chosen.
                """
                return test[np.argmax(validation)]
        ''',
        hints=(
            "Two jobs: one set chooses the model, the other one measures it. Which does which?",
            "np.argmax tells which model is best on the set that chooses.",
            "Look up the test score of that model: test[np.argmax(validation)].",
        ),
        misconceptions=(
            (
                "that score did the choosing, and the winner's is flattered: measure on the test",
                "def report(validation, test): return max(validation)",
            ),
            (
                "that is the winner's number; the winner's test score is asked for",
                "def report(validation, test): return np.argmax(validation)",
            ),
            (
                "you report a model that nobody will use: only the chosen one counts",
                "def report(validation, test): return np.mean(test)",
            ),
            (
                "the test set had a say in the choice: validation alone chooses",
                """
                def report(validation, test):
                    return test[np.argmax(np.add(validation, test))]
                """,
            ),
            (
                "where two models validate equally well, the test chose between them",
                "def report(validation, test): return max(zip(validation, test))[1]",
            ),
        ),
        cases=_scores,
    ),
    Exercise(
        id="35.leave-one-out",
        stub='''
            def leave_one_out(x, y, lam):
                """Misses (m,): row i of y less what ridge regression without row i says."""
                ...
        ''',
        solution='''
            def leave_one_out(x, y, lam):
                """Misses (m,): row i of y less what ridge regression without row i says."""
                H = x @ np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T)
                return (y - H @ y) / (1 - np.diag(H))
        ''',
        hints=(
            "The slow way is right, too: a loop that deletes row i, fits, and looks at row i.",
            "For the quick way write the fit as H y, with H = x (xᵀx + λI)⁻¹ xᵀ, (m, m).",
            "Divide each ordinary miss, y − H y, by 1 − Hᵢᵢ: the row's say in its own answer.",
        ),
        misconceptions=(
            (
                "those are the misses with all rows in the fit: row i has seen its own answer",
                """
                def leave_one_out(x, y, lam):
                    return y - x @ np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T @ y)
                """,
            ),
            (
                "λ is missing from the fit",
                """
                def leave_one_out(x, y, lam):
                    H = x @ np.linalg.solve(x.T @ x, x.T)
                    return (y - H @ y) / (1 - np.diag(H))
                """,
            ),
            (
                "each row has its own say, Hᵢᵢ: their mean is another method (generalised)",
                """
                def leave_one_out(x, y, lam):
                    H = x @ np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T)
                    return (y - H @ y) / (1 - np.diag(H).mean())
                """,
            ),
            (
                "the sign: y less what the fit says",
                """
                def leave_one_out(x, y, lam):
                    H = x @ np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T)
                    return (H @ y - y) / (1 - np.diag(H))
                """,
            ),
        ),
        cases=lambda rng: [
            (rng.normal(size=(m, n)), rng.normal(size=m), lam)
            for m, n, lam in ((6, 2, 0.5), (9, 4, 2.0), (20, 7, 10.0), (3, 5, 1.0), (1, 2, 0.3))
        ],
    ),
    Exercise(
        id="35.honest",
        stub='''
            def honest_score(x, y, fold):
                """Mean accuracy over the folds; fold (m,) says where each row is held out."""
                x = x[:, best_features(x, y)]
                scores = []
                for out in np.unique(fold):
                    held, kept = fold == out, fold != out
                    guess = nearest_mean(x[kept], y[kept], x[held])
                    scores.append(np.mean(guess == y[held]))
                return np.mean(scores)
        ''',
        solution='''
            def honest_score(x, y, fold):
                """Mean accuracy over the folds; fold (m,) says where each row is held out."""
                scores = []
                for out in np.unique(fold):
                    held, kept = fold == out, fold != out
                    best = best_features(x[kept], y[kept])
                    guess = nearest_mean(x[kept][:, best], y[kept], x[held][:, best])
                    scores.append(np.mean(guess == y[held]))
                return np.mean(scores)
        ''',
        hints=(
            "Which line looks at the answers of rows that are held out later?",
            "Choosing features is a part of training. It belongs inside the loop.",
            "In the loop: best = best_features(x[kept], y[kept]), then [:, best] on both parts.",
        ),
        misconceptions=(
            (
                "the features are now chosen on the held-out rows, by their answers",
                """
                def honest_score(x, y, fold):
                    scores = []
                    for out in np.unique(fold):
                        held, kept = fold == out, fold != out
                        best = best_features(x[held], y[held])
                        guess = nearest_mean(x[kept][:, best], y[kept], x[held][:, best])
                        scores.append(np.mean(guess == y[held]))
                    return np.mean(scores)
                """,
            ),
            (
                "inside the loop, but still on all rows: the held-out ones have a say",
                """
                def honest_score(x, y, fold):
                    scores = []
                    for out in np.unique(fold):
                        held, kept = fold == out, fold != out
                        best = best_features(x, y)
                        guess = nearest_mean(x[kept][:, best], y[kept], x[held][:, best])
                        scores.append(np.mean(guess == y[held]))
                    return np.mean(scores)
                """,
            ),
            (
                "the means are computed from all rows: the held-out ones are in them",
                """
                def honest_score(x, y, fold):
                    scores = []
                    for out in np.unique(fold):
                        held, kept = fold == out, fold != out
                        best = best_features(x[kept], y[kept])
                        guess = nearest_mean(x[:, best], y, x[held][:, best])
                        scores.append(np.mean(guess == y[held]))
                    return np.mean(scores)
                """,
            ),
            (
                "you judge the rows that were trained on; judge those that were held out",
                """
                def honest_score(x, y, fold):
                    scores = []
                    for out in np.unique(fold):
                        kept = fold != out
                        best = best_features(x[kept], y[kept])
                        guess = nearest_mean(x[kept][:, best], y[kept], x[kept][:, best])
                        scores.append(np.mean(guess == y[kept]))
                    return np.mean(scores)
                """,
            ),
        ),
        cases=_studies,
        given={"best_features": _best_features, "nearest_mean": _nearest_mean},
    ),
    Exercise(
        id="35.quarter",
        stub="labels_for_2 = ...  # a whole number",
        solution="labels_for_2 = 16_000",
        hints=(
            "By which factor has the error to fall? By which factor does n grow if it halves?",
            "Error times a quarter means that n to the power −0.5 is times a quarter.",
            "n has to grow by 4 to the power 1/0.5, which is 4 · 4, from 1,000 on.",
        ),
        misconceptions=(
            (
                "that would be so if the error fell like 1/n; with b = 0.5 it falls like 1/√n",
                "labels_for_2 = 4000",
            ),
            (
                "you took the root; the error falls like 1/√n, so n grows like the square",
                "labels_for_2 = 2000",
            ),
            (
                "four times as many labels halve the error; it has to be halved twice",
                "labels_for_2 = 8000",
            ),
        ),
    ),
    Exercise(
        id="35.labels-needed",
        stub='''
            def labels_needed(sizes, errors, target):
                """How many labels bring the error to target, by a power law through the errors.

                As it comes out, not rounded.
                """
                return np.polyfit(np.log(sizes), np.log(errors), 1)  # slope, height: go on here
        ''',
        solution='''
            def labels_needed(sizes, errors, target):
                """How many labels bring the error to target, by a power law through the errors.

                As it comes out, not rounded.
                """
                slope, height = np.polyfit(np.log(sizes), np.log(errors), 1)
                return np.exp((np.log(target) - height) / slope)
        ''',
        hints=(
            "The fit says log error = height + slope · log n. Which n gives log target?",
            "Solve it for log n: take the height away, then divide by the slope.",
            "Undo the logarithm at the end: np.exp((np.log(target) - height) / slope).",
        ),
        misconceptions=(
            (
                "that is the logarithm of the number: undo it with np.exp",
                """
                def labels_needed(sizes, errors, target):
                    slope, height = np.polyfit(np.log(sizes), np.log(errors), 1)
                    return (np.log(target) - height) / slope
                """,
            ),
            (
                "the fit is one of logarithms: take the logarithm of the target too",
                """
                def labels_needed(sizes, errors, target):
                    slope, height = np.polyfit(np.log(sizes), np.log(errors), 1)
                    return np.exp((target - height) / slope)
                """,
            ),
            (
                "you multiply by the slope; solving for log n divides by it",
                """
                def labels_needed(sizes, errors, target):
                    slope, height = np.polyfit(np.log(sizes), np.log(errors), 1)
                    return np.exp((np.log(target) - height) * slope)
                """,
            ),
            (
                "that is the error expected at `target` labels: turn the question round",
                """
                def labels_needed(sizes, errors, target):
                    slope, height = np.polyfit(np.log(sizes), np.log(errors), 1)
                    return np.exp(height + slope * np.log(target))
                """,
            ),
            (
                "a straight line through the plain numbers is not the power law: take logarithms",
                """
                def labels_needed(sizes, errors, target):
                    slope, height = np.polyfit(sizes, errors, 1)
                    return (target - height) / slope
                """,
            ),
        ),
        cases=_curves,
    ),
    Exercise(
        id="35.two-parts",
        stub='''
            def two_parts(predictions, truth):
                """Squared bias and variance, each the mean over the points.

                predictions (draws, points): one row for each training set; truth (points,).
                """
                ...
        ''',
        solution='''
            def two_parts(predictions, truth):
                """Squared bias and variance, each the mean over the points.

                predictions (draws, points): one row for each training set; truth (points,).
                """
                middle = predictions.mean(axis=0)
                return np.mean((middle - truth) ** 2), predictions.var(axis=0).mean()
        ''',
        hints=(
            "Take one point first: one column of predictions, one true value.",
            "The bias is the column's mean less the truth; the variance is the column's spread.",
            "predictions.mean(axis=0) and predictions.var(axis=0) do it for all points at once.",
        ),
        misconceptions=(
            (
                "square the bias at each point before the mean, or misses up and down cancel",
                """
                def two_parts(predictions, truth):
                    middle = predictions.mean(axis=0)
                    return np.mean(middle - truth) ** 2, predictions.var(axis=0).mean()
                """,
            ),
            (
                "your spread runs along the curve, over the points; it belongs over the draws",
                """
                def two_parts(predictions, truth):
                    middle = predictions.mean(axis=0)
                    return np.mean((middle - truth) ** 2), predictions.var(axis=1).mean()
                """,
            ),
            (
                "your first part is the whole error: average over the draws before comparing",
                """
                def two_parts(predictions, truth):
                    return np.mean((predictions - truth) ** 2), predictions.var(axis=0).mean()
                """,
            ),
            (
                "divide by the number of draws, not by one less, or the parts do not add up",
                """
                def two_parts(predictions, truth):
                    middle = predictions.mean(axis=0)
                    return np.mean((middle - truth) ** 2), predictions.var(axis=0, ddof=1).mean()
                """,
            ),
            (
                "that is the standard deviation; the variance is its square",
                """
                def two_parts(predictions, truth):
                    middle = predictions.mean(axis=0)
                    return np.mean((middle - truth) ** 2), predictions.std(axis=0).mean()
                """,
            ),
        ),
        cases=lambda rng: (
            [
                (truth + 0.3 + rng.normal(size=(draws, points)), truth)
                for draws, points in ((3, 4), (5, 8), (10, 6), (1, 3), (4, 1))
                for truth in [rng.normal(size=points)]
            ]
            + [(np.array([[1, 2], [3, 4]]), np.array([2, 2]))]
        ),
    ),
    Exercise(
        id="35.shift",
        stub='''
            def shift(pictures, down, right):
                """Pictures (n, height, width), moved; what comes in at the edge is paper, 0."""
                return np.roll(pictures, (down, right), axis=(1, 2))
        ''',
        solution='''
            def shift(pictures, down, right):
                """Pictures (n, height, width), moved; what comes in at the edge is paper, 0."""
                height, width = pictures.shape[1:]
                wide = np.pad(pictures, ((0, 0), (abs(down),) * 2, (abs(right),) * 2))
                top, left = abs(down) - down, abs(right) - right
                return wide[:, top : top + height, left : left + width]
        ''',
        hints=(
            "Shift a picture with ink at its right edge to the right. Where is the ink then?",
            "np.roll brings back on one side what left on the other. Put paper there afterwards.",
            "After the roll: if down > 0 the first `down` rows become 0; if down < 0 the last. "
            "(np.pad and a window do it at once.)",
        ),
        misconceptions=(
            (
                "rows are cleaned, columns are not: what leaves at the right comes in at the left",
                """
                def shift(pictures, down, right):
                    moved = np.roll(pictures, (down, right), axis=(1, 2))
                    if down > 0: moved[:, :down] = 0
                    if down < 0: moved[:, down:] = 0
                    return moved
                """,
            ),
            (
                "you clean the side that the picture moves to; paper comes in on the other one",
                """
                def shift(pictures, down, right):
                    moved = np.roll(pictures, (down, right), axis=(1, 2))
                    if down > 0: moved[:, -down:] = 0
                    if down < 0: moved[:, :-down] = 0
                    if right > 0: moved[:, :, -right:] = 0
                    if right < 0: moved[:, :, :-right] = 0
                    return moved
                """,
            ),
            (
                "steps up and to the left are not cleaned: down and right may be negative",
                """
                def shift(pictures, down, right):
                    moved = np.roll(pictures, (down, right), axis=(1, 2))
                    if down > 0: moved[:, :down] = 0
                    if right > 0: moved[:, :, :right] = 0
                    return moved
                """,
            ),
            (
                "down and right are exchanged: axis 1 runs down, axis 2 runs to the right",
                """
                def shift(pictures, down, right):
                    moved = np.roll(pictures, (right, down), axis=(1, 2))
                    if right > 0: moved[:, :right] = 0
                    if right < 0: moved[:, right:] = 0
                    if down > 0: moved[:, :, :down] = 0
                    if down < 0: moved[:, :, down:] = 0
                    return moved
                """,
            ),
        ),
        cases=lambda rng: [
            (rng.integers(1, 9, size=(2, 4, 5)), down, right)
            for down, right in ((1, 0), (0, 1), (-1, 2), (2, -1), (-2, -2), (0, 0), (4, 0), (1, -7))
        ],
    ),
)
