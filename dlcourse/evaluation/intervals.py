"""How sure a figure is: over further runs (Student's t) and over other test sets (bootstrap)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dlcourse import seeds
from dlcourse.evaluation.checks import finite_row, share

Metric = Callable[..., float]
"""A number for targets and predictions: `accuracy_score(targets, predictions)`."""


class Interval(NamedTuple):
    """An estimate with the bounds of its interval; `f"{interval:.3f}"` writes all three."""

    estimate: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        estimate, low, high = (format(value, spec or ".4g") for value in self)
        return f"{estimate} ({low} to {high})"

    def __str__(self) -> str:
        return format(self)


def t_interval(runs: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the mean of some runs with Student's t-interval for it (Student, 1908).

    It speaks of further runs of the same kind (other seeds, other draws), if they are independent.
    Raises ValueError for fewer than two runs.
    """
    values = finite_row("t_interval()", runs)
    if len(values) < 2:
        raise ValueError(
            f"t_interval() was given {len(values)} run(s), but one run has no spread: "
            "train with two seeds at least, better with five."
        )
    mean, error = float(values.mean()), float(stats.sem(values))
    quantile = (1 + share("t_interval()", level)) / 2
    reach = float(stats.t.ppf(quantile, len(values) - 1)) * error
    return Interval(mean, mean - reach, mean + reach)


def paired(
    one: npt.ArrayLike, other: npt.ArrayLike, level: float = 0.95, overlap: float = 0.0
) -> Interval:
    """Return the t-interval of `one - other`, run by run.

    Run i of both shares its seed, its data or its fold: what these add to both cancels, and a
    difference shows that two separate intervals would hide.

    Where each run divides the same rows anew, the runs resemble each other, and the interval would
    be too narrow for other rows. Then `overlap` is the number of test rows per training row: it
    widens the interval as C. Nadeau and Y. Bengio (2003) do, doi:10.1023/A:1024068626366.
    """
    a, b = finite_row("paired()", one), finite_row("paired()", other)
    if len(a) != len(b):
        raise ValueError(
            f"paired() was given {len(a)} and {len(b)} runs, but compares run by run: "
            "give as many of both, in the same order."
        )
    mean, low, high = t_interval(a - b, level)
    wider = float(np.sqrt(1 + len(a) * overlap))
    return Interval(mean, mean - wider * (mean - low), mean + wider * (high - mean))


def bootstrap(
    metric: Metric,
    *arrays: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    stream: Sequence[str | int] = ("bootstrap",),
    resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return `metric(*arrays)` with its percentile bootstrap interval (Efron, 1979).

    Rows are drawn again with replacement, the same of each array; with `groups` whole groups are
    (all rows of a patient, of a card), since their rows are not independent. It speaks of other
    test sets, for the model as it was trained. Raises ValueError where a resample has no finite
    value.
    """
    columns = [np.asarray(array) for array in arrays]
    units = _Units([len(column) for column in columns], groups)
    share("bootstrap()", level)

    rng = seeds.rng(*stream)
    values = []
    for _ in range(resamples):
        rows = units.rows(rng.integers(units.count, size=units.count))
        values.append(metric(*(column[rows] for column in columns)))
    if not np.isfinite(values).all():
        raise ValueError(
            "bootstrap() met a resample for which the metric is not finite, perhaps one without "
            "a case of the rarer class: give more rows, or another metric."
        )
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(metric(*columns)), float(low), float(high))


def paired_bootstrap(
    metric: Metric,
    targets: npt.ArrayLike,
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    **options: Any,
) -> Interval:
    """Return `metric(targets, one) - metric(targets, other)` with its bootstrap interval.

    Both models are judged on the same rows in each resample. `options` are `bootstrap`'s, `groups`
    among them.
    """

    def difference(targets: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
        return metric(targets, one) - metric(targets, other)

    return bootstrap(difference, targets, one, other, **options)


def comparison(
    runs: Mapping[str, npt.ArrayLike], digits: int = 3, level: float = 0.95
) -> pd.DataFrame:
    """Return a table with a row per model: the mean of its runs, its t-interval, how many runs.

    A model with one run (a baseline without chance in it, say) has no interval.
    """
    rows = {}
    for name, values in runs.items():
        scores = np.atleast_1d(np.asarray(values, dtype=float))
        mean, interval = f"{scores.mean():.{digits}f}", "—"
        if len(scores) > 1:
            _, low, high = t_interval(scores, level)
            interval = f"{low:.{digits}f} to {high:.{digits}f}"
        rows[name] = (mean, interval, len(scores))
    columns = ["mean", f"{100 * share('comparison()', level):g}% interval", "runs"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


class _Units:
    """What a bootstrap draws: `count` rows, or as many groups of rows."""

    def __init__(self, lengths: Sequence[int], groups: npt.ArrayLike | None) -> None:
        names = None if groups is None else np.asarray(groups)
        lengths = [*lengths] if names is None else [*lengths, len(names)]
        if len(set(lengths)) != 1 or lengths[0] == 0:
            raise ValueError(
                f"bootstrap() was given {' and '.join(map(str, lengths))} rows, but draws the same "
                "rows of each array: give arrays of one length."
            )
        self.grouped, self.count = names is not None, lengths[0]
        if names is not None:
            _, codes, self.sizes = np.unique(names, return_inverse=True, return_counts=True)
            self.order = np.argsort(codes, kind="stable")  # group by group
            self.begin, self.count = self.sizes.cumsum() - self.sizes, len(self.sizes)

    def rows(self, drawn: np.ndarray) -> np.ndarray:
        """Return the rows of the drawn units, one unit after the other."""
        if not self.grouped:
            return drawn
        sizes = self.sizes[drawn]
        end = sizes.cumsum()
        within = np.arange(end[-1]) - np.repeat(end - sizes, sizes)
        return np.asarray(self.order[np.repeat(self.begin[drawn], sizes) + within])
