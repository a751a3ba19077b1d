"""Exercises of lesson 73, trading."""

from collections.abc import Callable, Iterable

import numpy as np
from scipy.stats import norm

from dlcourse.exercises import Exercise

Feature = Callable[[np.ndarray], np.ndarray]


def itself(closes: np.ndarray) -> np.ndarray:
    """Return the close of the day."""
    return closes.copy()


def change(closes: np.ndarray) -> np.ndarray:
    """Return the change since the day before; the first day has none."""
    return np.append(np.nan, closes[1:] - closes[:-1])


def highest_so_far(closes: np.ndarray) -> np.ndarray:
    """Return the highest close up to the day."""
    return np.maximum.accumulate(closes)


def third_day_back(closes: np.ndarray) -> np.ndarray:
    """Return the close three days earlier; the first three days have none."""
    return np.append([np.nan] * min(3, len(closes)), closes[:-3])


def tomorrow(closes: np.ndarray) -> np.ndarray:
    """Return the next close; the last day has none."""
    return np.append(closes[1:], np.nan)


def two_days_on(closes: np.ndarray) -> np.ndarray:
    """Return the close two days later; the last two days have none."""
    return np.append(closes[2:], [np.nan] * min(2, len(closes)))


def highest_of_all(closes: np.ndarray) -> np.ndarray:
    """Return the highest of all closes, on every day."""
    return np.full(len(closes), closes.max())


def against_the_mean(closes: np.ndarray) -> np.ndarray:
    """Return the close less the mean of all closes."""
    return np.asarray(closes - closes.mean())


HONEST = (itself, change, highest_so_far, third_day_back)
PEEKING = (tomorrow, two_days_on, highest_of_all, against_the_mean)


def _features(rng: np.random.Generator) -> Iterable[tuple[Feature, np.ndarray, int]]:
    """Yield features that peek and features that do not, on rising closes, on the edge days too."""
    for n in (6, 9):
        closes = np.cumsum(rng.integers(1, 9, size=n)) * 8.0  # each close is the highest so far
        for feature in HONEST + PEEKING:
            yield from ((feature, closes, day) for day in (0, 1, n // 2, n - 2, n - 1))


def _calendars(rng: np.random.Generator) -> Iterable[tuple[np.ndarray, int, int]]:
    """Yield the year of each day, a year, and how many days ahead the target reaches."""
    years = np.repeat([1999, 2000, 2001, 2002], [4, 6, 5, 3])
    yield from ((years, year, horizon) for year in (2000, 2001, 2002) for horizon in (1, 2, 3))
    yield years, 1999, 1  # nothing is past
    yield years, 2000, 4  # one day's target is known
    yield from ((years, 2000, horizon) for horizon in (5, 6, 9))  # none is
    more = np.repeat([1987, 1988, 1990], rng.integers(20, 30, size=3))
    yield from ((more, 1990, horizon) for horizon in (1, 5, 22))


def _trades(rng: np.random.Generator) -> Iterable[tuple[np.ndarray, np.ndarray, float]]:
    """Yield positions, returns and a cost: held, changed, turned, one day, none at all."""
    yield np.array([1.0, 1.0, 1.0]), np.array([0.01, -0.02, 0.03]), 0.001
    yield np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.01, 0.02, -0.01, 0.005]), 0.002
    yield np.array([1.0, -1.0, -1.0, 1.0]), np.array([-0.01, -0.02, 0.01, 0.04]), 0.0005
    yield np.array([-0.5]), np.array([0.02]), 0.01
    yield np.array([1, 0, 1]), np.array([0.01, 0.01, 0.01]), 0
    yield np.array([]), np.array([]), 0.001
    yield rng.normal(size=8), rng.normal(size=8) / 100, 0.003


def _trials(_: np.random.Generator) -> Iterable[tuple[float, int]]:
    """Yield how far the best lies from zero, in standard errors, and how many were tried."""
    yield from ((z, trials) for z in (-1.0, 0.0, 1.0, 2.0, 2.5, 3.0) for trials in (1, 2, 10, 200))


def _ranges(rng: np.random.Generator) -> Iterable[tuple[np.ndarray]]:
    """Yield logs of ranges of 22 days, of a few more, and of many."""
    for n in (22, 23, 30, 70):
        yield (rng.normal(-4.5, 0.5, size=n),)
    yield (np.arange(40.0) ** 2,)


EXERCISES = (
    Exercise(
        id="73.look-ahead",
        stub='''
        def peeks(feature, closes, day):
            """Whether what a feature tells on `day` depends on later closes: True or False.

            `feature` is a function: from closes (n,) it makes an array (n,) with one value per day,
            NaN where it has none. `day` is one of 0 to n - 1.
            """
            ...
        ''',
        solution='''
        def peeks(feature, closes, day):
            """Whether what a feature tells on `day` depends on later closes: True or False.

            `feature` is a function: from closes (n,) it makes an array (n,) with one value per day,
            NaN where it has none. `day` is one of 0 to n - 1.
            """
            knowing_all = feature(closes)[day]
            knowing_the_past = feature(closes[: day + 1])[day]
            return not np.array_equal(knowing_all, knowing_the_past, equal_nan=True)
        ''',
        hints=(
            "Nobody has to read the feature's code. What would it say if the later closes were "
            "not there?",
            "Call the feature twice, with all closes and with those up to `day` alone, and compare "
            "the two values of `day`. Two NaN count as equal.",
            "np.array_equal(feature(closes)[day], feature(closes[: day + 1])[day], equal_nan=True) "
            "is True where it does not peek.",
        ),
        misconceptions=(
            (
                "that is True where the feature is honest; it should be True where it peeks",
                """
                def peeks(feature, closes, day):
                    past = feature(closes[: day + 1])[day]
                    return bool(np.array_equal(feature(closes)[day], past, equal_nan=True))
                """,
            ),
            (
                "NaN is not equal to NaN: a feature that has no value yet looks as if it peeked",
                """
                def peeks(feature, closes, day):
                    return bool(feature(closes)[day] != feature(closes[: day + 1])[day])
                """,
            ),
            (
                "the close of the day itself is known; change only what comes after it",
                """
                def peeks(feature, closes, day):
                    other = np.append(closes[:day], 2 * closes[day:])
                    return not np.array_equal(
                        feature(closes)[day], feature(other)[day], equal_nan=True
                    )
                """,
            ),
            (
                "you change the next close alone; a feature may look farther ahead",
                """
                def peeks(feature, closes, day):
                    other = np.array(closes, dtype=float)
                    other[day + 1 : day + 2] *= 1.01
                    return not np.array_equal(
                        feature(closes)[day], feature(other)[day], equal_nan=True
                    )
                """,
            ),
            (
                "you take the past away; take away what comes later",
                """
                def peeks(feature, closes, day):
                    return not np.array_equal(
                        feature(closes)[day], feature(closes[day:])[0], equal_nan=True
                    )
                """,
            ),
        ),
        cases=_features,
    ),
    Exercise(
        id="73.walk-forward",
        stub='''
        def past_rows(years, year, horizon):
            """The rows to learn from, before the first forecast of `year` is made.

            years (n,) holds the year of each row, in the order of time. The target of a row is
            known `horizon` rows later; the first forecast is made in the first row of `year`.
            """
            return np.flatnonzero(years != year)
        ''',
        solution='''
        def past_rows(years, year, horizon):
            """The rows to learn from, before the first forecast of `year` is made.

            years (n,) holds the year of each row, in the order of time. The target of a row is
            known `horizon` rows later; the first forecast is made in the first row of `year`.
            """
            first = np.flatnonzero(years == year)[0]
            return np.arange(first - horizon + 1)
        ''',
        hints=(
            "Two things are wrong: later years are not known yet, and neither are the targets of "
            "the last rows before the year begins.",
            "Let first be the first row of the year. The target of row t is known in row "
            "t + horizon: which t have t + horizon <= first?",
            "first = np.flatnonzero(years == year)[0]; the rows 0 to first - horizon, and none "
            "where that is negative: np.arange(first - horizon + 1).",
        ),
        misconceptions=(
            (
                "later years are among them: on that day nobody knows them",
                "def past_rows(years, year, horizon): return np.flatnonzero(years != year)",
            ),
            (
                "the targets of the last rows reach into the year and are not known yet",
                "def past_rows(years, year, horizon): return np.flatnonzero(years < year)",
            ),
            (
                "the year itself is among them: those rows are to be forecast",
                "def past_rows(years, year, horizon): return np.flatnonzero(years <= year)",
            ),
            (
                "you leave out one row more than needed: a target that becomes known in the first "
                "row of the year may be used",
                """
                def past_rows(years, year, horizon):
                    first = np.flatnonzero(years == year)[0]
                    return np.arange(max(first - horizon, 0))
                """,
            ),
            (
                "you leave out days at the beginning; those whose targets are not known yet stand "
                "at the end",
                """
                def past_rows(years, year, horizon):
                    first = np.flatnonzero(years == year)[0]
                    return np.arange(horizon - 1, first)
                """,
            ),
        ),
        cases=_calendars,
        form=np.sort,
    ),
    Exercise(
        id="73.profit",
        stub='''
        def profits(positions, returns, cost):
            """What is earned from day to day, after costs, as shares of the capital: (n,).

            positions[t] (1 in the market, 0 out of it, -1 sold short, or between) is held while
            the index moves by returns[t]. Each change costs `cost` times its size, before it is
            held. It begins from 0.
            """
            ...
        ''',
        solution='''
        def profits(positions, returns, cost):
            """What is earned from day to day, after costs, as shares of the capital: (n,).

            positions[t] (1 in the market, 0 out of it, -1 sold short, or between) is held while
            the index moves by returns[t]. Each change costs `cost` times its size, before it is
            held. It begins from 0.
            """
            changes = np.abs(np.diff(positions, prepend=0))
            return positions * returns - cost * changes
        ''',
        hints=(
            "Each day earns position times return, less what the change of position costs.",
            "The change on day t is positions[t] less positions[t - 1]; on the first day, less 0. "
            "Buying and selling cost alike.",
            "np.diff(positions, prepend=0) holds the changes; np.abs makes their sizes.",
        ),
        misconceptions=(
            (
                "trades cost something; you leave the costs out",
                "def profits(positions, returns, cost): return positions * returns",
            ),
            (
                "you pay on every day in the market; only a change costs something",
                """
                def profits(positions, returns, cost):
                    return positions * returns - cost * np.abs(positions)
                """,
            ),
            (
                "to sell costs as much as to buy; you are paid for selling",
                """
                def profits(positions, returns, cost):
                    return positions * returns - cost * np.diff(positions, prepend=0)
                """,
            ),
            (
                "the first position has to be bought as well: it begins from 0",
                """
                def profits(positions, returns, cost):
                    changes = np.abs(np.diff(positions, prepend=positions[:1]))
                    return positions * returns - cost * changes
                """,
            ),
            (
                "from 1 to -1 is a change of 2, and half a position costs half",
                """
                def profits(positions, returns, cost):
                    changed = np.diff(positions, prepend=0) != 0
                    return positions * returns - cost * changed
                """,
            ),
            (
                "positions[t] is held while the index moves by returns[t]: they are not to be "
                "shifted once more",
                """
                def profits(positions, returns, cost):
                    changes = np.abs(np.diff(positions, prepend=0))
                    held = np.append(0, positions)[: len(returns)]
                    return held * returns - cost * changes
                """,
            ),
        ),
        cases=_trades,
    ),
    Exercise(
        id="73.lucky",
        stub="lucky = ...  # a whole number",
        solution="lucky = 10",
        hints=(
            "Of rules that know nothing, how many in 100 pass a test at 5 per cent?",
            "Five in 100, by chance. Here there are 200.",
            "0.05 · 200",
        ),
        misconceptions=(
            (
                "none of them knows anything, but a test at 5 per cent errs 5 times in 100",
                "lucky = 0",
            ),
            ("that many would pass of 100 rules; here there are 200", "lucky = 5"),
            ("so many fail; how many pass?", "lucky = 190"),
            ("that is the share; how many of 200 are that?", "lucky = 0.05"),
        ),
    ),
    Exercise(
        id="73.deflate",
        stub='''
        def luck(z, trials):
            """The chance that the best of so many rules reaches z or more, if none knows anything.

            Each rule's own z is drawn from the standard normal distribution, and the `trials`
            rules (1 or more) are independent. norm.cdf(z) is the chance of one to stay below z.
            """
            ...
        ''',
        solution='''
        def luck(z, trials):
            """The chance that the best of so many rules reaches z or more, if none knows anything.

            Each rule's own z is drawn from the standard normal distribution, and the `trials`
            rules (1 or more) are independent. norm.cdf(z) is the chance of one to stay below z.
            """
            all_stay_below = norm.cdf(z) ** trials
            return 1 - all_stay_below
        ''',
        hints=(
            "When does the best of them not reach z?",
            "When all of them stay below z. They are independent, so their chances are multiplied.",
            "1 - norm.cdf(z) ** trials",
        ),
        misconceptions=(
            (
                "that is the chance of a single rule; the best of many is the one that was picked",
                "def luck(z, trials): return 1 - norm.cdf(z)",
            ),
            (
                "that is the chance that all stay below z",
                "def luck(z, trials): return norm.cdf(z) ** trials",
            ),
            (
                "that is the chance that all of them reach z; one of them suffices",
                "def luck(z, trials): return (1 - norm.cdf(z)) ** trials",
            ),
            (
                "added up, the chances count it twice when two rules reach z: that is an upper "
                "bound (Bonferroni's), not the chance",
                "def luck(z, trials): return min(1.0, trials * (1 - norm.cdf(z)))",
            ),
        ),
        cases=_trials,
        given={"norm": norm},
        tolerance=1e-4,  # 1 less nearly 1, in single precision
    ),
    Exercise(
        id="73.har",
        stub='''
        def har_columns(x):
            """Three columns for each day from the 22nd on: (n - 21, 3).

            x (n,) holds one number per day, n is at least 22. The columns are the day's own number,
            the mean of the last 5 days, and the mean of the last 22, the day itself counted.
            """
            ...
        ''',
        solution='''
        def har_columns(x):
            """Three columns for each day from the 22nd on: (n - 21, 3).

            x (n,) holds one number per day, n is at least 22. The columns are the day's own number,
            the mean of the last 5 days, and the mean of the last 22, the day itself counted.
            """
            means = [[x[t - k + 1 : t + 1].mean() for k in (1, 5, 22)] for t in range(21, len(x))]
            return np.array(means)
        ''',
        hints=(
            "The first day that has 22 to look back on, itself among them, is t = 21.",
            "For day t the last five are x[t - 4 : t + 1]: the slice ends after the day itself.",
            "[[x[t], x[t - 4 : t + 1].mean(), x[t - 21 : t + 1].mean()] for t in "
            "range(21, len(x))], as an array.",
        ),
        misconceptions=(
            (
                "the day itself is missing from the means",
                """
                def har_columns(x):
                    return np.array(
                        [
                            [x[t], x[t - 5 : t].mean(), x[max(t - 22, 0) : t].mean()]
                            for t in range(21, len(x))
                        ]
                    )
                """,
            ),
            (
                "the means reach into the days that come: a look-ahead",
                """
                def har_columns(x):
                    return np.array(
                        [
                            [x[t], x[t - 2 : t + 3].mean(), x[t - 11 : t + 11].mean()]
                            for t in range(21, len(x))
                        ]
                    )
                """,
            ),
            (
                "those are the numbers 5 and 22 days ago; the means over the last 5 and 22 days "
                "are needed",
                """
                def har_columns(x):
                    return np.array([[x[t], x[t - 4], x[t - 21]] for t in range(21, len(x))])
                """,
            ),
            (
                "those are sums; means are needed",
                """
                def har_columns(x):
                    return np.array(
                        [
                            [x[t], x[t - 4 : t + 1].sum(), x[t - 21 : t + 1].sum()]
                            for t in range(21, len(x))
                        ]
                    )
                """,
            ),
            (
                "each day is a row: turn the array round",
                """
                def har_columns(x):
                    return np.array(
                        [
                            [x[t], x[t - 4 : t + 1].mean(), x[t - 21 : t + 1].mean()]
                            for t in range(21, len(x))
                        ]
                    ).T
                """,
            ),
        ),
        cases=_ranges,
    ),
)
