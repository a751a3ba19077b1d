"""Exercises of lesson 71, fraud."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _ranked(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield targets and scores without ties, of few and of many rows."""
    yield np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    yield np.array([1, 0, 0, 0, 1]), np.array([0.2, 0.9, 0.5, 0.1, 0.7])
    for n in (8, 30):
        targets = (rng.random(n) < 0.3).astype(int)
        targets[:2] = 1, 0
        yield targets, rng.permutation(n) / n


def _payments(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield outcomes, probabilities, amounts, and what an alarm costs."""
    for n, alarm in ((6, 3.0), (20, 5.0), (40, 0.5)):
        outcomes = (rng.random(n) < 0.4).astype(int)
        outcomes[:2] = 1, 0
        yield outcomes, rng.permutation(n) / n, rng.integers(1, 100, size=n).astype(float), alarm


EXERCISES = (
    Exercise(
        id="71.accuracy",
        stub="accuracy_in_percent = ...  # a number between 0 and 100, to two decimals",
        solution="accuracy_in_percent = 99.87",
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
        tolerance=1e-4,
    ),
    Exercise(
        id="71.average-precision",
        stub='''
        def average_precision(targets, scores):
            """Mean, over the frauds, of the precision at the place of each in the list.

            targets (n,) are 0 or 1, scores (n,) are all different; a list begins with the largest.
            """
            ...
        ''',
        solution='''
        def average_precision(targets, scores):
            """Mean, over the frauds, of the precision at the place of each in the list.

            targets (n,) are 0 or 1, scores (n,) are all different; a list begins with the largest.
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

            Of the honest payments a share between 0 and 1 was kept, of the frauds all.
            """
            ...
        ''',
        solution='''
        def corrected(p, share):
            """Probability of fraud among all payments, from p learned with a `share` of the honest.

            Of the honest payments a share between 0 and 1 was kept, of the frauds all.
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
                "that is the probability of the sample, unchanged",
                "def corrected(p, share): return p + 0 * share",
            ),
        ),
        cases=lambda rng: (
            [(p, share) for p in (0.05, 0.5, 0.97) for share in (0.1, 0.4)] + [(rng.random(5), 0.1)]
        ),
    ),
    Exercise(
        id="71.split",
        stub='''
        def split(times):
            """Rows for training (seven tenths) and for testing, given the time of each row."""
            rows = np.random.default_rng(0).permutation(len(times))
            cut = int(0.7 * len(times))
            return rows[:cut], rows[cut:]
        ''',
        solution='''
        def split(times):
            """Rows for training (seven tenths) and for testing, given the time of each row."""
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
        cases=lambda rng: [(rng.permutation(n) * 10.0 + 1000,) for n in (10, 30, 51)],
    ),
    Exercise(
        id="71.cost",
        stub='''
        def total_cost(outcomes, p, amounts, alarm, threshold):
            """What a threshold costs in euros: lost amounts, and `alarm` for each call."""
            ...
        ''',
        solution='''
        def total_cost(outcomes, p, amounts, alarm, threshold):
            """What a threshold costs in euros: lost amounts, and `alarm` for each call."""
            called = p >= threshold
            lost = amounts[(outcomes == 1) & ~called].sum()
            return lost + alarm * called.sum()
        ''',
        hints=(
            "Two things cost: frauds that are let pass, and calls, needed or not.",
            "called = p >= threshold. A fraud without a call costs its amount; each call costs "
            "`alarm`.",
            "amounts[(outcomes == 1) & ~called].sum() + alarm * called.sum()",
        ),
        misconceptions=(
            (
                "a call that finds a fraud costs as well: somebody has made it",
                """
                def total_cost(outcomes, p, amounts, alarm, threshold):
                    called = p >= threshold
                    lost = amounts[(outcomes == 1) & ~called].sum()
                    return lost + alarm * (called & (outcomes == 0)).sum()
                """,
            ),
            (
                "you count missed frauds; each costs its amount",
                """
                def total_cost(outcomes, p, amounts, alarm, threshold):
                    called = p >= threshold
                    return ((outcomes == 1) & ~called).sum() + alarm * called.sum()
                """,
            ),
            (
                "you charge for the frauds that were caught; the missed ones are lost",
                """
                def total_cost(outcomes, p, amounts, alarm, threshold):
                    called = p >= threshold
                    return amounts[(outcomes == 1) & called].sum() + alarm * called.sum()
                """,
            ),
            (
                "an honest payment that nobody looks at costs nothing",
                """
                def total_cost(outcomes, p, amounts, alarm, threshold):
                    called = p >= threshold
                    return amounts[~called].sum() + alarm * called.sum()
                """,
            ),
        ),
        cases=lambda rng: [(*case, t) for case in _payments(rng) for t in (0.2, 0.5, 0.8)],
    ),
    Exercise(
        id="71.best-threshold",
        stub='''
        def best_threshold(outcomes, p, amounts, alarm):
            """The probability among p from which on calling costs least; np.inf for never."""
            ...
        ''',
        solution='''
        def best_threshold(outcomes, p, amounts, alarm):
            """The probability among p from which on calling costs least; np.inf for never."""
            thresholds = np.append(np.sort(p), np.inf)
            costs = [
                amounts[(outcomes == 1) & (p < t)].sum() + alarm * (p >= t).sum()
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
                def best_threshold(outcomes, p, amounts, alarm):
                    t = np.append(np.sort(p), np.inf)
                    costs = [
                        amounts[(outcomes == 1) & (p < s)].sum() + alarm * (p >= s).sum() for s in t
                    ]
                    return t[np.argmax(costs)]
                """,
            ),
            (
                "that is the cost; give the threshold at which it is reached",
                """
                def best_threshold(outcomes, p, amounts, alarm):
                    t = np.append(np.sort(p), np.inf)
                    return min(
                        amounts[(outcomes == 1) & (p < s)].sum() + alarm * (p >= s).sum() for s in t
                    )
                """,
            ),
            (
                "you count mistakes of both kinds alike; a missed fraud costs its amount",
                """
                def best_threshold(outcomes, p, amounts, alarm):
                    t = np.append(np.sort(p), np.inf)
                    return t[np.argmin([((p >= s) != (outcomes == 1)).sum() for s in t])]
                """,
            ),
            (
                "a half is the best threshold only where both mistakes cost the same",
                "def best_threshold(outcomes, p, amounts, alarm): return 0.5",
            ),
        ),
        cases=_payments,
    ),
)
