"""Judging a model fairly: honest splits, intervals, paired comparisons, calibration, costs, cards.

Metrics and baselines are scikit-learn's; a metric is a function `metric(targets, predictions)`, as
there. What is here is what a metric alone does not tell: how sure it is, and what follows from it.
"""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.model_selection import GroupShuffleSplit

from dlcourse import seeds
from dlcourse.data.card import Row, as_html, as_text
from dlcourse.paths import STUDIES

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
    values = _finite("t_interval()", runs)
    if len(values) < 2:
        raise ValueError(
            f"t_interval() was given {len(values)} run(s), but one run has no spread: "
            "train with two seeds at least, better with five."
        )
    mean, error = float(values.mean()), float(stats.sem(values))
    reach = float(stats.t.ppf((1 + level) / 2, len(values) - 1)) * error
    return Interval(mean, mean - reach, mean + reach)


def paired(one: npt.ArrayLike, other: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the t-interval of `one - other`, run by run.

    Run i of both shares its seed, its data or its fold: what these add to both cancels, and a
    difference shows that two separate intervals would hide.
    """
    a, b = _finite("paired()", one), _finite("paired()", other)
    if len(a) != len(b):
        raise ValueError(
            f"paired() was given {len(a)} and {len(b)} runs, but compares run by run: "
            "give as many of both, in the same order."
        )
    return t_interval(a - b, level)


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
    (all rows of a patient, say), since their rows are not independent. It speaks of other test
    sets, for the model as it was trained. Raises ValueError where a resample has no finite value.
    """
    columns = [np.asarray(array) for array in arrays]
    units = _members(columns, groups)

    def resampled(drawn: np.ndarray) -> float:
        rows = drawn if units is None else np.concatenate([units[unit] for unit in drawn])
        return metric(*(column[rows] for column in columns))

    rng = seeds.rng(*stream)
    count = len(columns[0]) if units is None else len(units)
    values = [resampled(rng.integers(count, size=count)) for _ in range(resamples)]
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

    Both models are judged on the same rows in each resample. `options` are `bootstrap`'s.
    """

    def difference(targets: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
        return metric(targets, one) - metric(targets, other)

    return bootstrap(difference, targets, one, other, **options)


def comparison(
    runs: Mapping[str, npt.ArrayLike], digits: int = 3, level: float = 0.95
) -> pd.DataFrame:
    """Return a table with a row a model: the mean of its runs, its t-interval, how many runs.

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
    columns = ["mean", f"{level:.0%} interval", "runs"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


@dataclass(frozen=True, kw_only=True)
class Study:
    """Runs that take longer than a lesson may, made by one command and kept as a small file.

    `runs` maps a model to its figures, one a seed; `extra` holds what else a lesson shows, as plain
    numbers and texts.
    """

    question: str  # what the runs are to tell, in a sentence
    metric: str  # what each figure is, with its unit
    runs: Mapping[str, Sequence[float]]
    seconds: float  # of processor time, in all
    date: str  # of the runs, ISO 8601
    extra: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(
        default_factory=lambda: {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "torch", "scikit-learn")},
        }
    )

    def save(self, name: str) -> None:
        """Write the study to `benchmarks/studies/NAME.json`, all of it or nothing."""
        path = STUDIES / f"{name}.json"
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)
        part = path.with_suffix(".part")
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, path)

    def table(self, digits: int = 3) -> pd.DataFrame:
        """Return a row a model: the mean of its runs, its t-interval, how many runs."""
        return comparison(self.runs, digits)

    def next_run(self, model: str, level: float = 0.99) -> Interval:
        """Return the mean of a model's runs, with where one more run like them would lie.

        Student's prediction interval, x̄ ± t·s·√(1 + 1/n) (Student, 1908): wider than the interval
        for the mean, since it holds the spread of the new run too.
        """
        mean, low, _ = t_interval(self.runs[model], level)
        reach = (mean - low) * float(np.sqrt(len(self.runs[model]) + 1))
        return Interval(mean, mean - reach, mean + reach)


def study(name: str) -> Study:
    """Return the study that `python benchmarks/studies/NAME.py` has made.

    Raises FileNotFoundError where there is none.
    """
    path = STUDIES / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in STUDIES.glob("*.json"))) or "none yet"
        raise FileNotFoundError(
            f"There is no study {name!r} (there are: {known}): make it by "
            f"`python benchmarks/studies/{name}.py`."
        )
    return Study(**json.loads(path.read_text(encoding="utf-8")))


def group_split(
    groups: npt.ArrayLike, test: float = 0.2, stream: Sequence[str | int] = ("split",)
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows for training and for testing, such that no group is on both sides.

    `test` is the share of the groups. Raises ValueError for fewer than two groups.
    """
    names = np.asarray(groups)
    if len(np.unique(names)) < 2:
        raise ValueError(
            f"group_split() was given {len(np.unique(names))} group(s), but needs one for each "
            "side at least: check that the groups are people, films or the like."
        )
    splitter = GroupShuffleSplit(1, test_size=test, random_state=seeds.seed(*stream))
    train, held_out = next(splitter.split(names, groups=names))
    return train, held_out


def time_split(times: npt.ArrayLike, train: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the past, for training, and of the future, for testing, in time's order.

    About the share `train` is past; rows of one moment stay together. Raises ValueError where that
    leaves a side empty.
    """
    moments = _finite("time_split()", times)
    order = np.argsort(moments, kind="stable")
    cut = moments[order[min(int(train * len(order)), len(order) - 1)]]
    past, future = order[moments[order] < cut], order[moments[order] >= cut]
    if len(past) == 0 or len(future) == 0:
        raise ValueError(
            f"time_split() cannot put {train:.0%} of these {len(order)} rows into the past, "
            "because too many share one moment: give finer times, or another share."
        )
    return past, future


class Calibration(NamedTuple):
    """What was forecast in each bin of a reliability diagram, what happened, and how often."""

    forecast: np.ndarray  # mean probability, (bins,)
    observed: np.ndarray  # share of outcomes that are 1, (bins,)
    rows: np.ndarray  # how many, (bins,)

    @property
    def error(self) -> float:
        """The expected calibration error: the mean gap, weighted by rows (Naeini et al., 2015)."""
        return float(np.average(abs(self.forecast - self.observed), weights=self.rows))


def calibration(
    outcomes: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = 10
) -> Calibration:
    """Compare forecasts with what happened, in bins of about equally many rows.

    `outcomes` are 0 or 1, `probabilities` those of a 1, both (n,).
    """
    happened, forecast = _outcomes("calibration()", outcomes, probabilities)
    if not 1 <= bins <= len(forecast):
        raise ValueError(
            f"calibration() was asked for {bins} bins of {len(forecast)} rows: "
            "ask for one at least, and for no more than there are rows."
        )
    parts = np.array_split(np.argsort(forecast, kind="stable"), bins)
    means = np.array([(forecast[rows].mean(), happened[rows].mean(), len(rows)) for rows in parts])
    return Calibration(means[:, 0], means[:, 1], means[:, 2].astype(int))


class Costs(NamedTuple):
    """What each threshold costs in all: raise the alarm from this probability on."""

    thresholds: np.ndarray  # rising; the last, infinite, never raises it
    totals: np.ndarray

    @property
    def best(self) -> float:
        """The threshold that costs least. Choose it on validation data, never on the test set."""
        return float(self.thresholds[np.argmin(self.totals)])


def cost(
    outcomes: npt.ArrayLike, alarms: npt.ArrayLike, miss: npt.ArrayLike, alarm: npt.ArrayLike
) -> float:
    """Return what decisions cost: `miss` for each 1 without an alarm, `alarm` for each alarm.

    Both are numbers, or arrays with one a row (the amount of each payment, say). An alarm costs
    whether it was right or not, since somebody has to look.
    """
    happened, raised = np.asarray(outcomes) == 1, np.asarray(alarms, dtype=bool)
    lost = np.where(happened & ~raised, miss, 0).sum()
    return float(lost + np.where(raised, alarm, 0).sum())


def costs(
    outcomes: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    miss: npt.ArrayLike,
    alarm: npt.ArrayLike,
) -> Costs:
    """Return what `cost` is for every threshold that makes a difference, in one sorted pass."""
    happened, forecast = _outcomes("costs()", outcomes, probabilities)
    order = np.argsort(forecast, kind="stable")
    missed = np.broadcast_to(np.where(happened == 1, miss, 0), len(order))[order]
    raised = np.broadcast_to(np.asarray(alarm, dtype=float), len(order))[order]
    # With the threshold at row i (in rising order) the rows before it are let pass.
    totals = np.append(0, missed.cumsum()) + np.append(raised[::-1].cumsum()[::-1], 0)
    thresholds, first = np.unique(np.append(forecast[order], np.inf), return_index=True)
    return Costs(thresholds, totals[first])


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What somebody has to know before using a model; it displays itself in a notebook.

    The sections are those of M. Mitchell et al. (2019), Model cards for model reporting,
    doi:10.1145/3287560.3287596. `metrics` and `slices` map a name to an `Interval` or a text.
    """

    title: str
    model: str
    intended_use: str
    not_for: str
    training_data: str
    evaluation_data: str
    metrics: Mapping[str, Interval | str]
    slices: Mapping[str, Interval | str]
    limits: tuple[str, ...]
    harms: tuple[str, ...]
    overturned_by: str

    def __post_init__(self) -> None:
        empty = [name for name, value in vars(self).items() if not value]
        if empty:
            raise ValueError(
                f"The model card {self.title!r} says nothing under {', '.join(empty)}: "
                "write what is known, or that it is not known."
            )

    def rows(self) -> list[Row]:
        """Return what the card says, section by section."""
        return [
            ("Model", (self.model,)),
            ("Intended use", (self.intended_use,)),
            ("Not for", (self.not_for,)),
            ("Training data", (self.training_data,)),
            ("Evaluation", (self.evaluation_data,)),
            ("Metrics", _measured(self.metrics)),
            ("Slices", _measured(self.slices)),
            ("Limits", self.limits),
            ("Harms", self.harms),
            ("Overturned by", (self.overturned_by,)),
        ]

    def __repr__(self) -> str:
        return as_text(self.title, self.rows())

    def _repr_html_(self) -> str:
        return as_html(self.title, "model card", self.rows())


def _measured(figures: Mapping[str, Interval | str]) -> tuple[str, ...]:
    """Return measured figures as lines."""
    return tuple(
        f"{name}: {figure:.3f}" if isinstance(figure, Interval) else f"{name}: {figure}"
        for name, figure in figures.items()
    )


def _finite(caller: str, values: npt.ArrayLike) -> np.ndarray:
    """Return values as a row of floats, or say why they are none."""
    row = np.asarray(values, dtype=float)
    if row.ndim != 1 or len(row) == 0 or not np.isfinite(row).all():
        raise ValueError(
            f"{caller} was given an array of shape {row.shape} with "
            f"{np.count_nonzero(~np.isfinite(row))} values that are not finite, but needs a row "
            "of finite numbers: look where they come from."
        )
    return row


def _outcomes(
    caller: str, outcomes: npt.ArrayLike, probabilities: npt.ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and forecasts as rows of equal length, or say what is wrong with them."""
    happened, forecast = _finite(caller, outcomes), _finite(caller, probabilities)
    if len(happened) != len(forecast):
        raise ValueError(
            f"{caller} was given {len(happened)} outcomes and {len(forecast)} probabilities: "
            "give one probability an outcome."
        )
    if not np.isin(happened, (0, 1)).all():
        raise ValueError(
            f"{caller} was given outcomes other than 0 and 1: compare with the class that counts "
            "first, as in targets == 1."
        )
    return happened, forecast


def _members(
    columns: Sequence[np.ndarray], groups: npt.ArrayLike | None
) -> list[np.ndarray] | None:
    """Return the rows of each group, or None where every row stands for itself."""
    lengths = [len(column) for column in columns]
    if groups is not None:
        lengths.append(len(np.asarray(groups)))
    if len(set(lengths)) != 1 or lengths[0] == 0:
        raise ValueError(
            f"bootstrap() was given {' and '.join(map(str, lengths))} rows, but draws the same "
            "rows of each array: give arrays of one length."
        )
    if groups is None:
        return None
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
