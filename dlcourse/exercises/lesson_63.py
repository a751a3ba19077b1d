"""Exercises of lesson 63, patient outcomes."""

import numpy as np

from dlcourse.exercises import Exercise


def _patients(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return days without ties and events; the last day is a censored one."""
    days = rng.permutation(np.arange(2, 2 + 3 * rows, 3)).astype(float)
    event = (rng.random(rows) < 0.6).astype(float)
    order = np.argsort(days)
    event[order[:3]], event[order[-1]] = (1, 0, 1), 0
    return days, event


def _curves(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Return days with ties, events, and the day that is asked about."""
    listed = []
    for rows, day in ((12, 20.0), (15, 31.0), (9, 2.0), (20, 40.0)):
        days, event = _patients(rng, rows)
        days, event = np.append(days, days[:4]), np.append(event, 1 - event[:4])
        listed.append((days, event, day))
    days, event = np.array([4, 9, 4, 4, 9, 9, 12]), np.array([1, 1, 1, 0, 0, 1, 1])
    listed += [(days, event, day) for day in (3, 4, 8.5, 9, 12, 100)]  # two on one day, then none
    listed += [(days / 4, event, 2.3), (days, 0 * event, 10)]  # parts of a day, no event at all
    return [*listed, (np.array([5.0]), np.array([1.0]), 5)]


def _risks(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return risks, days and events."""
    listed = [(rng.normal(size=rows), *_patients(rng, rows)) for rows in (6, 9, 14)]
    _, days, event = listed[0]
    listed.append((np.linspace(-20, 20, 6), days, event))  # far apart
    listed += [(listed[0][0], days, 0 * event), (listed[0][0], days, np.ones(6))]
    return [*listed, (np.array([0.5]), np.array([7]), np.array([1]))]


def _rankings(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return days, events and risks, some of them equal."""
    listed = []
    for rows in (8, 12, 20):
        days, event = _patients(rng, rows)
        risk = np.round(rng.normal(size=rows) - days / days.std(), 1)
        order = np.argsort(days)
        risk[order[0]] = risk[order[2]]
        listed.append((days, event, risk))
    days, event, risk = listed[0]
    listed += [(days, event, 0 * risk), (days, np.ones(8), risk), (days, event, days)]
    return [*listed, (np.array([3, 2]), np.array([0, 1]), np.array([1, 4]))]


def _kinds(names: frozenset[str]) -> set[str]:
    """Return names of columns as kinds: what stands before a colon, as it sounds."""
    return {" ".join(name.partition(":")[0].split()).casefold() for name in names}


EXERCISES = (
    Exercise(
        id="63.by-hand",
        stub="still_free = ...  # a number between 0 and 1",
        solution="still_free = 8 / 15",
        hints=(
            "Go from event to event. How many are under observation on the morning of each?",
            "On day 2 all five are, and one falls out. Who is left on day 5? Not the one of day 3.",
            "(1 − 1/5) × (1 − 1/3).",
        ),
        misconceptions=(
            (
                "two events among five patients: but who was last seen on day 3 is no longer "
                "under observation on day 5, so that event is one among three",
                "still_free = 3 / 5",
            ),
            (
                "you leave the censored out altogether; they were well for a time, and that counts",
                "still_free = 1 / 3",
            ),
            (
                "you count the day on which a patient was last seen as an event",
                "still_free = 2 / 5",
            ),
            (
                "that is the factor of day 5 alone; multiply it by that of day 2",
                "still_free = 2 / 3",
            ),
            (
                "a patient is at risk on the morning of her own event: count her too",
                "still_free = 3 / 8",
            ),
        ),
        digits=2,
    ),
    Exercise(
        id="63.kaplan-meier",
        stub='''
            def survival(days, event, t):
                """The share that is still free of the event after day t: a number."""
                free = 1.0
                for day in np.unique(days[(event == 1) & (days <= t)]):
                    happened = np.sum((days == day) & (event == 1))
                    at_risk = np.sum((days >= day) & (event == 1))
                    free *= 1 - happened / at_risk
                return free
        ''',
        solution='''
            def survival(days, event, t):
                """The share that is still free of the event after day t: a number."""
                free = 1.0
                for day in np.unique(days[(event == 1) & (days <= t)]):
                    happened = np.sum((days == day) & (event == 1))
                    at_risk = np.sum(days >= day)
                    free *= 1 - happened / at_risk
                return free
        ''',
        hints=(
            "Who is under observation on the morning of a day? Does the code count them all?",
            "A patient who is censored later is still at risk today.",
            "at_risk = np.sum(days >= day)",
        ),
        misconceptions=(
            (
                "the patients whose day it is are at risk that morning: >=, not >",
                """
                def survival(days, event, t):
                    free = 1.0
                    for day in np.unique(days[(event == 1) & (days <= t)]):
                        happened = np.sum((days == day) & (event == 1))
                        at_risk = np.sum(days > day)
                        free *= 1 - happened / max(at_risk, 1)
                    return free
                """,
            ),
            (
                "several may have the event on one day: take out as many as there are",
                """
                def survival(days, event, t):
                    free = 1.0
                    for day in np.unique(days[(event == 1) & (days <= t)]):
                        free *= 1 - 1 / np.sum(days >= day)
                    return free
                """,
            ),
            (
                "day t itself counts: an event on it has happened after day t",
                """
                def survival(days, event, t):
                    free = 1.0
                    for day in np.unique(days[(event == 1) & (days < t)]):
                        happened = np.sum((days == day) & (event == 1))
                        free *= 1 - happened / np.sum(days >= day)
                    return free
                """,
            ),
            (
                "you divide by all patients on every day; "
                "who has gone, by an event or unseen, is no longer at risk",
                """
                def survival(days, event, t):
                    free = 1.0
                    for day in np.unique(days[(event == 1) & (days <= t)]):
                        happened = np.sum((days == day) & (event == 1))
                        free *= 1 - happened / len(days)
                    return free
                """,
            ),
            (
                "the last visit of a censored patient is counted as an event",
                """
                def survival(days, event, t):
                    free = 1.0
                    for day in np.unique(days[days <= t]):
                        free *= 1 - np.sum(days == day) / np.sum(days >= day)
                    return free
                """,
            ),
            (
                "who is censored leaves only afterwards: until then count her among those at risk",
                """
                def survival(days, event, t):
                    free = 1.0
                    for day in np.unique(days[(event == 1) & (days <= t)]):
                        happened = np.sum((days == day) & (event == 1))
                        at_risk = np.sum((days >= day) & ((event == 1) | (days > t)))
                        free *= 1 - happened / at_risk
                    return free
                """,
            ),
        ),
        cases=_curves,
    ),
    Exercise(
        id="63.slopes",
        stub='''
            def slopes(risk, days, event):
                """The slope of the summed loss along the risk of each patient: an array (n,).

                All three arguments are arrays (n,), and no two days are the same.
                """
                ...
        ''',
        solution='''
            def slopes(risk, days, event):
                """The slope of the summed loss along the risk of each patient: an array (n,).

                All three arguments are arrays (n,), and no two days are the same.
                """
                expected = np.zeros(len(risk))
                for i in np.flatnonzero(event == 1):
                    weight = np.exp(risk) * (days >= days[i])
                    expected += weight / weight.sum()
                return expected - event
        ''',
        hints=(
            "Each event is one softmax over those at risk that day. What is its slope (lesson 31)?",
            "Output less target: each event adds p to everybody at risk, and takes 1 from its own.",
            "For each event i: w = np.exp(risk) * (days >= days[i]); add w / w.sum(). At the end "
            "subtract event.",
        ),
        misconceptions=(
            (
                "the sign is turned round: the slope is output less target, expected less observed",
                """
                def slopes(risk, days, event):
                    expected = np.zeros(len(risk))
                    for i in np.flatnonzero(event == 1):
                        weight = np.exp(risk) * (days >= days[i])
                        expected += weight / weight.sum()
                    return event - expected
                """,
            ),
            (
                "a censored patient makes no term of her own: sum over the events alone",
                """
                def slopes(risk, days, event):
                    expected = np.zeros(len(risk))
                    for i in range(len(risk)):
                        weight = np.exp(risk) * (days >= days[i])
                        expected += weight / weight.sum()
                    return expected - event
                """,
            ),
            (
                "the softmax runs over those still at risk on that day, not over all patients",
                """
                def slopes(risk, days, event):
                    weight = np.exp(risk)
                    return event.sum() * weight / weight.sum() - event
                """,
            ),
            (
                "that is the slope of the mean over the events; the sum is what is asked for",
                """
                def slopes(risk, days, event):
                    expected = np.zeros(len(risk))
                    for i in np.flatnonzero(event == 1):
                        weight = np.exp(risk) * (days >= days[i])
                        expected += weight / weight.sum()
                    return (expected - event) / max(event.sum(), 1)
                """,
            ),
            (
                "a patient is at risk on her own day too: >=, not >",
                """
                def slopes(risk, days, event):
                    expected = np.zeros(len(risk))
                    for i in np.flatnonzero(event == 1):
                        weight = np.exp(risk) * (days > days[i])
                        expected += weight / max(weight.sum(), 1e-300)
                    return expected - event
                """,
            ),
            (
                "a risk stands in the denominators of all earlier events too, not only in its own",
                """
                def slopes(risk, days, event):
                    result = np.zeros(len(risk))
                    for i in np.flatnonzero(event == 1):
                        weight = np.exp(risk) * (days >= days[i])
                        result[i] = weight[i] / weight.sum() - 1
                    return result
                """,
            ),
        ),
        cases=_risks,
    ),
    Exercise(
        id="63.concordance",
        stub='''
            def in_order(days, event, risk):
                """The share of the comparable pairs that are in the right order: a number.

                All three arguments are arrays (n,). No two days are the same; two equal risks
                count one half. At least one pair is comparable.
                """
                ...
        ''',
        solution='''
            def in_order(days, event, risk):
                """The share of the comparable pairs that are in the right order: a number.

                All three arguments are arrays (n,). No two days are the same; two equal risks
                count one half. At least one pair is comparable.
                """
                right = pairs = 0
                for i in np.flatnonzero(event == 1):
                    later = days > days[i]
                    pairs += np.sum(later)
                    right += np.sum(risk[i] > risk[later]) + 0.5 * np.sum(risk[i] == risk[later])
                return right / pairs
        ''',
        hints=(
            "Which of two patients was first? That is known if the earlier day is an event.",
            "For each patient i with an event, compare with all whose days are more than days[i].",
            "Add np.sum(risk[i] > risk[later]) and half of np.sum(risk[i] == risk[later]); divide "
            "by all np.sum(later).",
        ),
        misconceptions=(
            (
                "if the earlier of two was censored, nobody knows who was first: leave them out",
                """
                def in_order(days, event, risk):
                    right = pairs = 0
                    for i in range(len(days)):
                        later = days > days[i]
                        pairs += np.sum(later)
                        right += np.sum(risk[i] > risk[later])
                        right += 0.5 * np.sum(risk[i] == risk[later])
                    return right / pairs
                """,
            ),
            (
                "the pairs are in the wrong order: who has the event first should have more risk",
                """
                def in_order(days, event, risk):
                    right = pairs = 0
                    for i in np.flatnonzero(event == 1):
                        later = days > days[i]
                        pairs += np.sum(later)
                        right += np.sum(risk[i] < risk[later])
                        right += 0.5 * np.sum(risk[i] == risk[later])
                    return right / pairs
                """,
            ),
            (
                "two equal risks are a coin toss: count one half",
                """
                def in_order(days, event, risk):
                    right = pairs = 0
                    for i in np.flatnonzero(event == 1):
                        later = days > days[i]
                        pairs += np.sum(later)
                        right += np.sum(risk[i] > risk[later])
                    return right / pairs
                """,
            ),
            (
                "two equal risks are a coin toss: count the pair, and one half of it as right",
                """
                def in_order(days, event, risk):
                    right = pairs = 0
                    for i in np.flatnonzero(event == 1):
                        later = (days > days[i]) & (risk != risk[i])
                        pairs += np.sum(later)
                        right += np.sum(risk[i] > risk[later])
                    return right / max(pairs, 1)
                """,
            ),
            (
                "who was censored after the other's event is comparable too: she lasted longer",
                """
                def in_order(days, event, risk):
                    right = pairs = 0
                    for i in np.flatnonzero(event == 1):
                        later = (days > days[i]) & (event == 1)
                        pairs += np.sum(later)
                        right += np.sum(risk[i] > risk[later])
                        right += 0.5 * np.sum(risk[i] == risk[later])
                    return right / pairs
                """,
            ),
        ),
        cases=_rankings,
    ),
    Exercise(
        id="63.known-later",
        stub='known_later = ...  # a set of names, such as {"age", "coma score"}',
        solution='known_later = {"disability at 2 months", "do not resuscitate"}',
        hints=(
            "It is the evening of the third day. Which entries of the record are still blank?",
            "A forecast that was made on day three is known on day three, however good it is. "
            "Of whom is nothing known after two months?",
            "One name says when it was asked. The other has a value that ends in `after sadm`, "
            "after admission to the study.",
        ),
        misconceptions=(
            (
                "that one shouts; another whispers: an order that is given after admission "
                "was not there on day three either",
                'known_later = {"disability at 2 months"}',
            ),
            (
                "the order came after admission for many, true; but something that is asked "
                "at two months is known later still",
                'known_later = {"do not resuscitate"}',
            ),
            (
                "the forecasts were made on day three: suspicious for another reason, "
                "but known then; look for what was written down later",
                'known_later = {"2-month survival forecast", "6-month survival forecast"}',
            ),
            (
                "a high concordance is a reason to look, not a verdict: "
                "the forecasts were made on day three",
                'known_later = {"disability at 2 months", "do not resuscitate", '
                '"2-month survival forecast", "6-month survival forecast"}',
            ),
            (
                "the forecasts were made on day three, the orders came after it for many",
                'known_later = {"disability at 2 months", "2-month survival forecast", '
                '"6-month survival forecast"}',
            ),
        ),
        form=_kinds,
    ),
)
