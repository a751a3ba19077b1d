"""Exercises of lesson 72, credit risk."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _accounts(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield statuses and defaults: one value, values in any order, some where all or none paid."""
    yield np.array([0, 0, 0]), np.array([0, 1, 0])
    yield np.array([2, -1, 2, -1, 2]), np.array([1, 0, 1, 0, 1])
    yield np.array([7]), np.array([0])
    yield np.array([3, 3]), np.array([1, 1])
    for n in (12, 60):
        values = rng.integers(-2, 5, size=n)
        yield values, (rng.random(n) < 0.2 + 0.1 * values.clip(0)).astype(int)


def _sloped(weights: tuple[float, ...], bias: float) -> Callable[[Any], Any]:
    """Return a model: the chance of default of rows (n, columns)."""

    def chance(rows: Any) -> Any:
        return 1 / (1 + np.exp(-(np.asarray(rows, dtype=float) @ np.array(weights) + bias)))

    return chance


def _waved(rows: Any) -> Any:
    """Return what a model says that follows its first column up and down."""
    rows = np.asarray(rows, dtype=float)
    return 0.5 + 0.4 * np.sin(rows[:, 0]) * np.cos(rows[:, -1])


def _flat(rows: Any) -> Any:
    """Return what a model says that thinks the same of everybody."""
    return np.full(len(rows), 0.25)


def _holders(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield a model, card holders, a column and a step: models that rise, fall, wave and rest."""
    rows = rng.normal(size=(40, 3)).round(2)
    for model in (_sloped((1.0, -2.0, 0.5), -1.0), _waved, _flat):
        yield from ((model, rows, column, step) for column in (0, 1, 2) for step in (0.5, 3.0))
    yield _waved, rows[:1], 0, 1.0
    yield _waved, rows[:7], 2, 2.0


def _refused(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield a model, a person, a reference and a threshold.

    All are refused. Of a person one fact is enough, or each, or none; somebody is as good as
    the reference.
    """
    linear = _sloped((1.0, 0.5, -2.0, 1.5), -1.0)
    yield linear, np.array([2.0, 0.0, 0.0, 0.0]), np.zeros(4), 0.4
    yield linear, np.array([0.0, 0.5, -1.0, 2.0]), np.zeros(4), 0.95
    yield linear, np.array([1.0, 1.0, -1.0, 1.0]), np.zeros(4), 0.98
    yield linear, np.array([3.0, 3.0, -3.0, 3.0]), np.zeros(4), 0.4
    yield linear, np.zeros(4), np.zeros(4), 0.1
    yield linear, np.array([0.5, 1.0, -1.0, 1.0]), np.array([1.0, -1.0, 0.5, 0.25]), 0.8
    yield _flat, np.array([1.0, 2.0]), np.zeros(2), 0.25
    # Without its second fact, the chance is the threshold itself: still refused.
    yield _sloped((1.0, 1.0), 0.0), np.array([0.0, 1.0]), np.zeros(2), 0.5
    for n in (3, 5):
        x, reference = rng.normal(loc=1, size=n).round(2), rng.normal(size=n).round(2)
        for model in (_sloped((1.0,) * n, -1.0), _waved):
            yield model, x, reference, 0.95 * model(x[None])[0]


def _decisions(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield outcomes and refusals, both 0 or 1: each outcome, and at least one refusal."""
    yield np.array([1, 0, 0, 1, 0]), np.array([1, 1, 0, 0, 0])
    yield np.array([1, 0]), np.array([1, 0])
    yield np.array([1, 0, 0]), np.array([0, 1, 1])
    yield np.array([1, 1, 1, 0]), np.array([1, 1, 1, 1])
    for n, refused in ((10, 0.4), (40, 0.2)):
        outcomes = (rng.random(n) < 0.3).astype(int)
        outcomes[:2] = 1, 0
        decisions = (rng.random(n) < refused).astype(int)
        decisions[:2] = 1, 0
        yield outcomes, decisions


def _groups(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield shares that were denied, precisions and misses: ordinary, and at the edges."""
    yield from ((share, 0.5, 0.5) for share in (0.283, 0.093))
    yield from ((0.2, precision, 0.25) for precision in (0.4, 0.8, 1))
    yield from ((0.3, 0.6, misses) for misses in (0, 0.9, 1))


EXERCISES = (
    Exercise(
        id="72.evidence",
        stub='''
        def evidence(values, defaults):
            """The log-odds of default of each value that occurs, less those of everybody.

            values (n,) are whole numbers, defaults (n,) are 0 or 1. The result has a number for
            each value, the smallest value first. Half a person is added to those who defaulted,
            and half to those who paid, of each value and of everybody, so that no logarithm is
            infinite.
            """
            ...
        ''',
        solution='''
        def evidence(values, defaults):
            """The log-odds of default of each value that occurs, less those of everybody.

            values (n,) are whole numbers, defaults (n,) are 0 or 1. The result has a number for
            each value, the smallest value first. Half a person is added to those who defaulted,
            and half to those who paid, of each value and of everybody, so that no logarithm is
            infinite.
            """
            def log_odds(group):
                return np.log((np.sum(group) + 0.5) / (np.sum(1 - group) + 0.5))

            groups = [defaults[values == value] for value in np.unique(values)]
            return [log_odds(group) - log_odds(defaults) for group in groups]
        ''',
        hints=(
            "The odds are defaults per person who paid. Which people belong to one value?",
            "For a group of people: np.log((defaulted + 0.5) / (paid + 0.5)). Do it for each value "
            "of np.unique(values), and for everybody.",
            "[log_odds(defaults[values == v]) - log_odds(defaults) for v in np.unique(values)]",
        ),
        misconceptions=(
            (
                "that is the evidence upside down: it rises where more people default",
                """
                def evidence(values, defaults):
                    def log_odds(group):
                        return np.log((np.sum(1 - group) + 0.5) / (np.sum(group) + 0.5))
                    return np.array(
                        [log_odds(defaults[values == v]) - log_odds(defaults)
                         for v in np.unique(values)]
                    )
                """,
            ),
            (
                "you leave out everybody: subtract the log-odds of all people together",
                """
                def evidence(values, defaults):
                    groups = [defaults[values == v] for v in np.unique(values)]
                    return np.array(
                        [np.log((g.sum() + 0.5) / ((1 - g).sum() + 0.5)) for g in groups]
                    )
                """,
            ),
            (
                "that is the logarithm of the share; the odds are defaults per person who paid",
                """
                def evidence(values, defaults):
                    def log_share(group):
                        return np.log((np.sum(group) + 0.5) / (len(group) + 1))
                    return np.array(
                        [log_share(defaults[values == v]) - log_share(defaults)
                         for v in np.unique(values)]
                    )
                """,
            ),
            (
                "half a person is missing: where nobody paid, or nobody defaulted, a logarithm is "
                "infinite",
                """
                def evidence(values, defaults):
                    def log_odds(group):
                        with np.errstate(divide="ignore", invalid="ignore"):
                            return np.log(np.sum(group) / np.sum(1 - group))
                    return np.array(
                        [log_odds(defaults[values == v]) - log_odds(defaults)
                         for v in np.unique(values)]
                    )
                """,
            ),
            (
                "those are the odds; the evidence is a difference of their logarithms",
                """
                def evidence(values, defaults):
                    def odds(group):
                        return (np.sum(group) + 0.5) / (np.sum(1 - group) + 0.5)
                    return np.array(
                        [odds(defaults[values == v]) / odds(defaults) for v in np.unique(values)]
                    )
                """,
            ),
        ),
        cases=_accounts,
    ),
    Exercise(
        id="72.punished",
        stub='''
        def punished(chance, rows, column, step):
            """How many people the model thinks worse of when a column rises by step alone.

            `chance` is a function from rows (n, columns) to chances of default (n,).
            """
            ...
        ''',
        solution='''
        def punished(chance, rows, column, step):
            """How many people the model thinks worse of when a column rises by step alone.

            `chance` is a function from rows (n, columns) to chances of default (n,).
            """
            changed = rows.copy()
            changed[:, column] += step
            return np.sum(chance(changed) > chance(rows))
        ''',
        hints=(
            "Ask the model twice: about the people as they are, and as they would be.",
            "Make a copy of the rows, and add the step to its column. Count those whose chance of "
            "default is higher there.",
            "changed = rows.copy(); changed[:, column] += step; then count "
            "chance(changed) > chance(rows).",
        ),
        misconceptions=(
            (
                "those are the people it thinks better of",
                """
                def punished(chance, rows, column, step):
                    changed = rows.copy()
                    changed[:, column] += step
                    return np.sum(chance(changed) < chance(rows))
                """,
            ),
            (
                "that is the share of people; give their number",
                """
                def punished(chance, rows, column, step):
                    changed = rows.copy()
                    changed[:, column] += step
                    return np.mean(chance(changed) > chance(rows))
                """,
            ),
            (
                "every column rises with you: change one column alone",
                """
                def punished(chance, rows, column, step):
                    return np.sum(chance(rows + step) > chance(rows))
                """,
            ),
            (
                "you set the column to the step; it is added to what is there",
                """
                def punished(chance, rows, column, step):
                    changed = rows.copy()
                    changed[:, column] = step
                    return np.sum(chance(changed) > chance(rows))
                """,
            ),
            (
                "a person of whom the model thinks the same is not punished",
                """
                def punished(chance, rows, column, step):
                    changed = rows.copy()
                    changed[:, column] += step
                    return np.sum(chance(changed) >= chance(rows))
                """,
            ),
        ),
        cases=_holders,
    ),
    Exercise(
        id="72.reasons",
        stub='''
        def reasons(chance, x, reference, threshold):
            """The columns of x each of which alone would have changed the refusal: a list.

            Refused is whose chance of default is the threshold or more, and x is. `chance` is a
            function from rows (n, columns) to chances (n,); x and the reference have one number per
            column. A column is taken away by putting the reference's number in its place. The
            columns are whole numbers, the one that lowers the chance most first; no two of them
            lower it to the same.
            """
            ...
        ''',
        solution='''
        def reasons(chance, x, reference, threshold):
            """The columns of x each of which alone would have changed the refusal: a list.

            Refused is whose chance of default is the threshold or more, and x is. `chance` is a
            function from rows (n, columns) to chances (n,); x and the reference have one number per
            column. A column is taken away by putting the reference's number in its place. The
            columns are whole numbers, the one that lowers the chance most first; no two of them
            lower it to the same.
            """
            without = np.tile(x, (len(x), 1))
            np.fill_diagonal(without, reference)
            chances = chance(without)
            return [column for column in np.argsort(chances) if chances[column] < threshold]
        ''',
        hints=(
            "Ask the model about as many people as there are columns: each is x with one column "
            "taken away.",
            "np.tile(x, (len(x), 1)) repeats x; np.fill_diagonal puts the reference into row i at "
            "column i. Which of their chances are below the threshold?",
            "chances = chance(without); then the columns of np.argsort(chances) whose chance is "
            "below the threshold.",
        ),
        misconceptions=(
            (
                "you list every column; only those that change the refusal are reasons",
                """
                def reasons(chance, x, reference, threshold):
                    without = np.tile(x, (len(x), 1))
                    np.fill_diagonal(without, reference)
                    return list(np.argsort(chance(without)))
                """,
            ),
            (
                "the columns are in the order of the table; the one that lowers the chance most "
                "comes first",
                """
                def reasons(chance, x, reference, threshold):
                    without = np.tile(x, (len(x), 1))
                    np.fill_diagonal(without, reference)
                    return list(np.flatnonzero(chance(without) < threshold))
                """,
            ),
            (
                "you give x's column to the reference; take the column away from x",
                """
                def reasons(chance, x, reference, threshold):
                    rows = np.tile(reference, (len(x), 1))
                    np.fill_diagonal(rows, x)
                    chances = chance(rows)
                    return [c for c in np.argsort(-chances) if chances[c] >= threshold]
                """,
            ),
            (
                "you put 0 in the column's place; put the reference's number there",
                """
                def reasons(chance, x, reference, threshold):
                    without = np.tile(x, (len(x), 1))
                    np.fill_diagonal(without, 0)
                    chances = chance(without)
                    return [c for c in np.argsort(chances) if chances[c] < threshold]
                """,
            ),
            (
                "whose chance is the threshold is still refused: < is needed, not <=",
                """
                def reasons(chance, x, reference, threshold):
                    without = np.tile(x, (len(x), 1))
                    np.fill_diagonal(without, reference)
                    chances = chance(without)
                    return [c for c in np.argsort(chances) if chances[c] <= threshold]
                """,
            ),
            (
                "the order is upside down: the column that lowers the chance most comes first",
                """
                def reasons(chance, x, reference, threshold):
                    without = np.tile(x, (len(x), 1))
                    np.fill_diagonal(without, reference)
                    chances = chance(without)
                    return [c for c in np.argsort(-chances) if chances[c] < threshold]
                """,
            ),
        ),
        cases=_refused,
    ),
    Exercise(
        id="72.rates",
        stub='''
        def rates(denied, refused):
            """Four shares: refused of all, wrongly refused, missed, and the precision.

            `denied` is what the banks did and `refused` what the model does, both (n,) of 0 or 1;
            the first holds both, the second a 1. Wrongly refused: of those that the banks granted,
            the share that the model refuses. Missed: of those that the banks denied, the share that
            it does not. Precision: of those that it refuses, the share that the banks denied.
            """
            wrongly = np.mean((denied == 0) & (refused == 1))
            missed = np.mean((denied == 1) & (refused == 0))
            return refused.mean(), wrongly, missed, np.mean((denied == 1) & (refused == 1))
        ''',
        solution='''
        def rates(denied, refused):
            """Four shares: refused of all, wrongly refused, missed, and the precision.

            `denied` is what the banks did and `refused` what the model does, both (n,) of 0 or 1;
            the first holds both, the second a 1. Wrongly refused: of those that the banks granted,
            the share that the model refuses. Missed: of those that the banks denied, the share that
            it does not. Precision: of those that it refuses, the share that the banks denied.
            """
            wrongly = refused[denied == 0].mean()
            missed = 1 - refused[denied == 1].mean()
            return refused.mean(), wrongly, missed, denied[refused == 1].mean()
        ''',
        hints=(
            "Each share is a share of somebody. Of whom is each of the four, and by how many does "
            "the stub divide?",
            "The stub divides by all n applicants each time. Choose first those of whom the share "
            "is: refused[denied == 0] are the decisions on those that the banks granted.",
            "refused[denied == 0].mean(), 1 - refused[denied == 1].mean(), "
            "denied[refused == 1].mean()",
        ),
        misconceptions=(
            (
                "that is the share of those that it refuses; wrongly refused is a share of those "
                "that the banks granted",
                """
                def rates(denied, refused):
                    wrongly = 1 - denied[refused == 1].mean()
                    missed = 1 - refused[denied == 1].mean()
                    return refused.mean(), wrongly, missed, denied[refused == 1].mean()
                """,
            ),
            (
                "that is the share that it finds; missed is what is left of one",
                """
                def rates(denied, refused):
                    wrongly, found = refused[denied == 0].mean(), refused[denied == 1].mean()
                    return refused.mean(), wrongly, found, denied[refused == 1].mean()
                """,
            ),
            (
                "that is the precision of what it grants; it is asked of those that it refuses",
                """
                def rates(denied, refused):
                    wrongly = refused[denied == 0].mean()
                    missed = 1 - refused[denied == 1].mean()
                    return refused.mean(), wrongly, missed, 1 - denied[refused == 0].mean()
                """,
            ),
            (
                "the first share is what the model refuses, not what the banks denied",
                """
                def rates(denied, refused):
                    wrongly = refused[denied == 0].mean()
                    missed = 1 - refused[denied == 1].mean()
                    return denied.mean(), wrongly, missed, denied[refused == 1].mean()
                """,
            ),
        ),
        cases=_decisions,
    ),
    Exercise(
        id="72.false-alarms",
        stub='''
        def false_alarms(denied, precision, misses):
            """The share wrongly refused, of those that the banks granted.

            denied: of all applicants of a group, the share that the banks denied, between 0 and 1.
            precision, above 0: of those that the model refuses, the share that the banks denied.
            misses: of those that the banks denied, the share that the model does not refuse.
            """
            found = denied * ...  # refused correctly, as a share of all applicants
            wrongly = found * ...  # refused wrongly, as a share of all applicants
            return wrongly / ...
        ''',
        solution='''
        def false_alarms(denied, precision, misses):
            """The share wrongly refused, of those that the banks granted.

            denied: of all applicants of a group, the share that the banks denied, between 0 and 1.
            precision, above 0: of those that the model refuses, the share that the banks denied.
            misses: of those that the banks denied, the share that the model does not refuse.
            """
            found = denied * (1 - misses)
            wrongly = found * (1 - precision) / precision
            return wrongly / (1 - denied)
        ''',
        hints=(
            "Think of 1,000 applicants. How many were denied, and how many of those does the model "
            "find?",
            "Of those that the model refuses, `precision` are found correctly: for each of them "
            "there are (1 - precision) / precision wrong ones.",
            "found = denied * (1 - misses); wrongly = found * (1 - precision) / precision; and "
            "those that the banks granted are 1 - denied.",
        ),
        misconceptions=(
            (
                "that is a share of all applicants; divide by those that the banks granted",
                """
                def false_alarms(denied, precision, misses):
                    return denied * (1 - misses) * (1 - precision) / precision
                """,
            ),
            (
                "those that it finds are what is left when the misses are taken away",
                """
                def false_alarms(denied, precision, misses):
                    return denied * misses * (1 - precision) / precision / (1 - denied)
                """,
            ),
            (
                "1 - precision is the share of the refused that is wrong; it does not depend on "
                "how many the banks granted",
                "def false_alarms(denied, precision, misses): return 1 - precision + 0 * denied",
            ),
            (
                "the wrong per correct refusal are (1 - precision) / precision: you multiply by "
                "1 - precision alone",
                """
                def false_alarms(denied, precision, misses):
                    return denied * (1 - misses) * (1 - precision) / (1 - denied)
                """,
            ),
            (
                "you divide by those that the banks denied",
                """
                def false_alarms(denied, precision, misses):
                    return (1 - misses) * (1 - precision) / precision
                """,
            ),
        ),
        cases=_groups,
        digits=3,
    ),
)
