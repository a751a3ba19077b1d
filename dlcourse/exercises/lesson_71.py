"""Exercises of lesson 71, fraud."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _ranked(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield targets and scores without ties: one payment, only frauds, the fraud last, many."""
    yield np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    yield np.array([1, 0, 0, 0, 1]), np.array([0.2, 0.9, 0.5, 0.1, 0.7])
    yield np.array([1]), np.array([0.3])
    yield np.array([1, 1, 1]), np.array([-2, 0, 4])
    yield np.array([0, 0, 1, 0]), np.array([3.5, -1.0, -7.25, 0.0])
    for n in (8, 30):
        targets = (rng.random(n) < 0.3).astype(int)
        targets[:2] = 1, 0
        yield targets, rng.permutation(n) - n / 2


def _samples(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield probabilities, single and in rows, and the share of the honest that was kept."""
    yield from ((p, share) for p in (1e-4, 0.5, 0.97) for share in (0.1, 0.4, 1))
    yield rng.random(5), 0.1
    yield rng.uniform(0.9, 1, size=(2, 3)), 0.01


def _times(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield times of two payments and of many: in order, in reverse, in any order, in bursts."""
    yield (np.arange(10),)
    yield (np.arange(10)[::-1] / 4,)
    yield (np.array([7.5, -3]),)
    yield from ((rng.permutation(n) ** 2 - 200.0,) for n in (11, 30, 51))


def _payments(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield outcomes, probabilities, losses, and what a call costs.

    Only a fraud that is dear enough is worth a call, and a probability may occur twice.
    """
    for n, alarm in ((6, 3.0), (20, 5.0), (40, 0.5), (25, 30.0)):
        outcomes = (rng.random(n) < 0.4).astype(int)
        outcomes[:2] = 1, 0
        yield outcomes, rng.permutation(n) / n, rng.integers(0, 100, size=n).astype(float), alarm
    yield np.array([0, 1, 0]), np.array([0.9, 0.4, 0.1]), np.array([50.0, 1.0, 8.0]), 2.0
    yield np.array([0, 0, 0]), np.array([0.2, 0.8, 0.5]), np.array([900.0, 5.0, 30.0]), 1.0
    yield np.array([1, 1]), np.array([0.3, 0.2]), np.array([700.0, 40.0]), 3.0
    yield np.array([1]), np.array([0.5]), np.array([4.0]), 9.0
    p = np.array([0.2, 0.8, 0.5, 0.5, 0.8, 0.2])
    yield np.array([1, 0, 1, 0, 1, 0]), p, np.array([4.0, 90, 30, 7, 1, 2]), 3.0


def _thresholds(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield payments each with several thresholds: that of a payment, none, and all."""
    for case in _payments(rng):
        yield from ((*case, t) for t in (0.2, 0.5, 0.8, 0, np.inf))


def _days(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield payments, and two days on which several thresholds cost the same."""
    yield from _payments(rng)
    yield np.array([1, 0, 1]), np.array([0.9, 0.1, 0.4]), np.array([60.0, 5.0, 3.0]), 3.0
    yield np.array([0, 1]), np.array([0.1, 0.9]), np.array([5.0, 3.0]), 3.0


EXERCISES = (
    Exercise(
        id="71.accuracy",
        stub="accuracy_in_percent = ...  # a number between 0 and 100, to two decimals",
        solution="accuracy_in_percent = 100 * (1 - 108 / 85_443)",
        hints=(
            "How many of its answers are right, if it never says fraud?",
            "It is wrong about the 108 frauds, and about nothing else.",
            "100 · (1 − 108 / 85,443), rounded to two decimals.",
        ),
        misconceptions=(
            (
                "that is the share of frauds, in percent: accuracy is the share of right answers",
                "accuracy_in_percent = 0.13",
            ),
            (
                "it finds no fraud, but it is right about every honest payment",
                "accuracy_in_percent = 0",
            ),
            (
                "that is a share between 0 and 1; give it in percent",
                "accuracy_in_percent = 0.9987",
            ),
            (
                "half right is what a coin gets; this detector never says fraud",
                "accuracy_in_percent = 50",
            ),
        ),
        digits=2,
    ),
    Exercise(
        id="71.average-precision",
        stub='''
        def average_precision(targets, scores):
            """Mean, over the frauds, of the precision at the place of each in the list.

            targets (n,) are 0 or 1, one of them 1 at least; scores (n,) are all different, and the
            list begins with the largest.
            """
            ...
        ''',
        solution='''
        def average_precision(targets, scores):
            """Mean, over the frauds, of the precision at the place of each in the list.

            targets (n,) are 0 or 1, one of them 1 at least; scores (n,) are all different, and the
            list begins with the largest.
            """
            in_order = targets[np.argsort(-scores)]
            precision = np.cumsum(in_order) / np.arange(1, len(in_order) + 1)
            return precision[in_order == 1].mean()
        ''',
        hints=(
            "Sort the payments first: the most suspicious one comes first.",
            "At place k the precision is the number of frauds among the first k, divided by k: "
            "np.cumsum counts them.",
            "in_order = targets[np.argsort(-scores)]; precision = np.cumsum(in_order) / "
            "np.arange(1, len(in_order) + 1); then the mean of precision where in_order is 1.",
        ),
        misconceptions=(
            (
                "the list is upside down: the most suspicious payment comes first",
                """
                def average_precision(targets, scores):
                    in_order = targets[np.argsort(scores)]
                    precision = np.cumsum(in_order) / np.arange(1, len(in_order) + 1)
                    return precision[in_order == 1].mean()
                """,
            ),
            (
                "you average the precision over all places; only the places of frauds count",
                """
                def average_precision(targets, scores):
                    in_order = targets[np.argsort(-scores)]
                    return (np.cumsum(in_order) / np.arange(1, len(in_order) + 1)).mean()
                """,
            ),
            (
                "the payments have to be sorted by their score first",
                """
                def average_precision(targets, scores):
                    precision = np.cumsum(targets) / np.arange(1, len(targets) + 1)
                    return precision[targets == 1].mean()
                """,
            ),
            (
                "you divide by the place counted from 0; the first payment is place 1",
                """
                def average_precision(targets, scores):
                    in_order = targets[np.argsort(-scores)]
                    precision = np.cumsum(in_order) / np.maximum(np.arange(len(in_order)), 1)
                    return precision[in_order == 1].mean()
                """,
            ),
            (
                "you divide by the number of payments; the mean is taken over the frauds",
                """
                def average_precision(targets, scores):
                    in_order = targets[np.argsort(-scores)]
                    precision = np.cumsum(in_order) / np.arange(1, len(in_order) + 1)
                    return precision[in_order == 1].sum() / len(in_order)
                """,
            ),
        ),
        cases=_ranked,
    ),
    Exercise(
        id="71.correct",
        stub='''
        def corrected(p, share):
            """Probability of fraud among all payments, from p learned with a `share` of the honest.

            Of the honest payments a share was kept, above 0 and up to 1, and of the frauds all. p
            is one number or an array of any shape; none is quite 0 or 1.
            """
            ...
        ''',
        solution='''
        def corrected(p, share):
            """Probability of fraud among all payments, from p learned with a `share` of the honest.

            Of the honest payments a share was kept, above 0 and up to 1, and of the frauds all. p
            is one number or an array of any shape; none is quite 0 or 1.
            """
            odds = p / (1 - p)
            odds = odds * share
            return odds / (1 + odds)
        ''',
        hints=(
            "In the sample a tenth of the honest payments stands for all: how much too high are "
            "the odds of fraud there?",
            "The odds are frauds per honest payment. With all honest payments back there are "
            "1 / share times as many of them, so that the odds shrink by the factor share.",
            "odds = odds * share, and back to a probability: odds / (1 + odds).",
        ),
        misconceptions=(
            (
                "those are the odds; turn them back into a probability: odds / (1 + odds)",
                "def corrected(p, share): return p / (1 - p) * share",
            ),
            (
                "you shrink the probability; it is the odds that shrink by the factor share",
                "def corrected(p, share): return p * share",
            ),
            (
                "the odds grow with you: the honest payments that come back make fraud rarer",
                """
                def corrected(p, share):
                    odds = p / (1 - p) / share
                    return odds / (1 + odds)
                """,
            ),
            (
                "the honest payments are weighted with 1 - share; each of them counts whole, and "
                "each fraud by the share",
                """
                def corrected(p, share):
                    return p * share / (p * share + (1 - p) * (1 - share))
                """,
            ),
            (
                "that is the probability of the sample, unchanged",
                "def corrected(p, share): return p + 0 * share",
            ),
        ),
        cases=_samples,
    ),
    Exercise(
        id="71.split",
        stub='''
        def split(times):
            """Rows for training (seven tenths, rounded down) and for testing.

            `times` holds the moment of each row, in any order; no two are the same.
            """
            rows = np.random.default_rng(0).permutation(len(times))
            cut = int(0.7 * len(times))
            return rows[:cut], rows[cut:]
        ''',
        solution='''
        def split(times):
            """Rows for training (seven tenths, rounded down) and for testing.

            `times` holds the moment of each row, in any order; no two are the same.
            """
            rows = np.argsort(times)
            cut = int(0.7 * len(times))
            return rows[:cut], rows[cut:]
        ''',
        hints=(
            "On the day the model is put to work, which payments can it have learned from?",
            "Every training row has to be earlier than every test row. The rows need not come in "
            "the order of time.",
            "Replace the permutation by np.argsort(times).",
        ),
        misconceptions=(
            (
                "you learn from the future and test on the past",
                """
                def split(times):
                    rows = np.argsort(-times)
                    cut = int(0.7 * len(times))
                    return rows[:cut], rows[cut:]
                """,
            ),
            (
                "you take the rows as they come, but they need not come in the order of time",
                """
                def split(times):
                    rows = np.arange(len(times))
                    cut = int(0.7 * len(times))
                    return rows[:cut], rows[cut:]
                """,
            ),
            (
                "those are the places of the rows in the order of time; give the rows themselves",
                """
                def split(times):
                    rows = np.argsort(np.argsort(times))
                    cut = int(0.7 * len(times))
                    return rows[:cut], rows[cut:]
                """,
            ),
            (
                "those are the times; give the numbers of the rows",
                """
                def split(times):
                    rows = np.sort(times)
                    cut = int(0.7 * len(times))
                    return rows[:cut], rows[cut:]
                """,
            ),
            (
                "the larger part, seven tenths, is for training",
                """
                def split(times):
                    rows = np.argsort(times)
                    cut = int(0.3 * len(times))
                    return rows[:cut], rows[cut:]
                """,
            ),
        ),
        cases=_times,
        form=lambda parts: [np.sort(part) for part in parts],  # in a part, any order will do
    ),
    Exercise(
        id="71.cost",
        stub='''
        def total_cost(outcomes, p, losses, alarm, threshold):
            """What a threshold costs in euros; all but the last two arguments are arrays (n,).

            Called is where p is the threshold or more, and each call costs `alarm`. Where an
            outcome is 1, a fraud, and nobody calls, `losses` tells what is lost.
            """
            ...
        ''',
        solution='''
        def total_cost(outcomes, p, losses, alarm, threshold):
            """What a threshold costs in euros; all but the last two arguments are arrays (n,).

            Called is where p is the threshold or more, and each call costs `alarm`. Where an
            outcome is 1, a fraud, and nobody calls, `losses` tells what is lost.
            """
            called = p >= threshold
            lost = losses[(outcomes == 1) & ~called].sum()
            return lost + alarm * called.sum()
        ''',
        hints=(
            "Two things cost: frauds that are let pass, and calls, needed or not.",
            "called = p >= threshold. A fraud without a call costs its loss; each call costs "
            "`alarm`.",
            "losses[(outcomes == 1) & ~called].sum() + alarm * called.sum()",
        ),
        misconceptions=(
            (
                "a call that finds a fraud costs as well: somebody has made it",
                """
                def total_cost(outcomes, p, losses, alarm, threshold):
                    called = p >= threshold
                    lost = losses[(outcomes == 1) & ~called].sum()
                    return lost + alarm * (called & (outcomes == 0)).sum()
                """,
            ),
            (
                "you count missed frauds; each costs its loss",
                """
                def total_cost(outcomes, p, losses, alarm, threshold):
                    called = p >= threshold
                    return ((outcomes == 1) & ~called).sum() + alarm * called.sum()
                """,
            ),
            (
                "you charge for the frauds that were caught; the missed ones are lost",
                """
                def total_cost(outcomes, p, losses, alarm, threshold):
                    called = p >= threshold
                    return losses[(outcomes == 1) & called].sum() + alarm * called.sum()
                """,
            ),
            (
                "an honest payment that nobody looks at costs nothing",
                """
                def total_cost(outcomes, p, losses, alarm, threshold):
                    called = p >= threshold
                    return losses[~called].sum() + alarm * called.sum()
                """,
            ),
            (
                "a payment whose p equals the threshold is called as well: >=, not >",
                """
                def total_cost(outcomes, p, losses, alarm, threshold):
                    called = p > threshold
                    return losses[(outcomes == 1) & ~called].sum() + alarm * called.sum()
                """,
            ),
        ),
        cases=_thresholds,
    ),
    Exercise(
        id="71.best-threshold",
        stub='''
        def best_threshold(outcomes, p, losses, alarm):
            """The probability among p from which on (>=) calling costs least; np.inf for never.

            Of several that cost the same, it is the smallest.
            """
            ...
        ''',
        solution='''
        def best_threshold(outcomes, p, losses, alarm):
            """The probability among p from which on (>=) calling costs least; np.inf for never.

            Of several that cost the same, it is the smallest.
            """
            thresholds = np.append(np.sort(p), np.inf)
            costs = [
                losses[(outcomes == 1) & (p < t)].sum() + alarm * (p >= t).sum()
                for t in thresholds
            ]
            return thresholds[np.argmin(costs)]
        ''',
        hints=(
            "Only the probabilities that occur make a difference as thresholds, and one above all.",
            "Try them all: compute the cost of each as in the exercise before, and keep the best.",
            "thresholds = np.append(np.sort(p), np.inf); a list of costs with one number for each; "
            "thresholds[np.argmin(costs)].",
        ),
        misconceptions=(
            (
                "that is the threshold that costs most",
                """
                def best_threshold(outcomes, p, losses, alarm):
                    t = np.append(np.sort(p), np.inf)
                    costs = [
                        losses[(outcomes == 1) & (p < s)].sum() + alarm * (p >= s).sum() for s in t
                    ]
                    return t[np.argmax(costs)]
                """,
            ),
            (
                "that is the cost; give the threshold at which it is reached",
                """
                def best_threshold(outcomes, p, losses, alarm):
                    t = np.append(np.sort(p), np.inf)
                    return min(
                        losses[(outcomes == 1) & (p < s)].sum() + alarm * (p >= s).sum() for s in t
                    )
                """,
            ),
            (
                "you count mistakes of both kinds alike; a missed fraud costs its loss",
                """
                def best_threshold(outcomes, p, losses, alarm):
                    t = np.append(np.sort(p), np.inf)
                    return t[np.argmin([((p >= s) != (outcomes == 1)).sum() for s in t])]
                """,
            ),
            (
                "never to call is a threshold too, np.inf, and on some days the cheapest",
                """
                def best_threshold(outcomes, p, losses, alarm):
                    t = np.sort(p)
                    costs = [
                        losses[(outcomes == 1) & (p < s)].sum() + alarm * (p >= s).sum() for s in t
                    ]
                    return t[np.argmin(costs)]
                """,
            ),
            (
                "the smallest p of a fraud finds every fraud; the calls on the way may cost more "
                "than some frauds are worth",
                """
                def best_threshold(outcomes, p, losses, alarm):
                    return p[outcomes == 1].min(initial=np.inf)
                """,
            ),
            (
                "a half is the best threshold only where both mistakes cost the same",
                "def best_threshold(outcomes, p, losses, alarm): return 0.5",
            ),
        ),
        cases=_days,
    ),
)
