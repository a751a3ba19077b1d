"""From a score to a decision: whether a probability can be believed, and what a rule costs."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from dlcourse.evaluation.checks import finite_row, outcomes_and_scores


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

    `outcomes` are 0 or 1, `probabilities` those of a 1, both (n,). Equal forecasts are in one bin,
    so that no order of the rows matters, and there may be fewer bins than asked for. The bins are
    those of scikit-learn's `calibration_curve(…, strategy="quantile")`.
    """
    happened, forecast = outcomes_and_scores("calibration()", outcomes, probabilities)
    if forecast.min() < 0 or forecast.max() > 1:
        raise ValueError(
            f"calibration() was given forecasts from {forecast.min():.3g} to {forecast.max():.3g}: "
            "give probabilities, between 0 and 1."
        )
    if not 1 <= bins <= len(forecast):
        raise ValueError(
            f"calibration() was asked for {bins} bins of {len(forecast)} rows: "
            "ask for one at least, and for no more than there are rows."
        )
    edges = np.percentile(forecast, 100 * np.linspace(0, 1, bins + 1)[1:-1])
    where = np.searchsorted(edges, forecast)
    rows = np.bincount(where, minlength=bins)
    sums = (np.bincount(where, weights=each, minlength=bins) for each in (forecast, happened))
    mean_forecast, observed = (each[rows > 0] / rows[rows > 0] for each in sums)
    return Calibration(mean_forecast, observed, rows[rows > 0])


def recalibration(
    outcomes: npt.ArrayLike,
    scores: npt.ArrayLike,
    method: Literal["platt", "isotonic"] = "platt",
) -> Callable[[npt.ArrayLike], np.ndarray]:
    """Return a function from scores to probabilities, learned where the model has not trained.

    `outcomes` (n,) are 0 or 1; `scores` (n,) are what the model said of the same rows of the
    validation data, log-odds or anything that rises with its belief. "platt" fits a sigmoid of two
    numbers, with Platt's cautious targets (J. Platt, 1999, Probabilistic outputs for support vector
    machines); "isotonic" fits any rising staircase and needs some thousand rows (B. Zadrozny and
    C. Elkan, 2002, doi:10.1145/775047.775151). Neither moves one row past another.

    Raises ValueError where one of the two outcomes never happened.
    """
    happened, scored = outcomes_and_scores("recalibration()", outcomes, scores)
    ones, n = happened.sum(), len(happened)
    if not 0 < ones < n:
        raise ValueError(
            f"recalibration() was given {n} outcomes that are all {happened[0]:.0f}: "
            "give rows of both outcomes."
        )
    if method == "isotonic":
        staircase = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scored, happened)
        return lambda scores: np.asarray(staircase.predict(finite_row("the staircase", scores)))
    if method != "platt":
        raise ValueError(f'recalibration() knows "platt" and "isotonic", not {method!r}.')
    # Each row counts as a 1 and as a 0, in shares that no number of rows makes quite certain.
    believed = np.where(happened == 1, (ones + 1) / (ones + 2), 1 / (n - ones + 2))
    twice, both = np.tile(scored, 2)[:, None], np.repeat([1, 0], n)
    weights = np.append(believed, 1 - believed)
    sigmoid = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(twice, both, weights)
    return lambda scores: np.asarray(
        sigmoid.predict_proba(finite_row("the sigmoid", scores)[:, None])[:, 1]
    )


def row_costs(
    outcomes: npt.ArrayLike, alarms: npt.ArrayLike, miss: npt.ArrayLike, alarm: npt.ArrayLike
) -> np.ndarray:
    """Return what each decision costs (n,): `miss` for a 1 without an alarm, `alarm` for an alarm.

    Both are numbers, or arrays with one per row (the amount of each payment, say). An alarm costs
    whether it was right or not, since somebody has to look. A rule's total has an interval, and so
    has what it saves against another, with whole groups drawn where rows come in bursts:

        bootstrap(np.sum, row_costs(…), groups=cards)
        bootstrap(np.sum, row_costs(…) - row_costs(…), groups=cards)
    """
    happened, raised = np.asarray(outcomes) == 1, np.asarray(alarms, dtype=bool)
    if happened.shape != raised.shape or happened.ndim != 1:
        raise ValueError(
            f"row_costs() was given outcomes {happened.shape} and alarms {raised.shape}: "
            "give two rows, with one alarm, true or false, per outcome."
        )
    misses, calls = (np.broadcast_to(each, happened.shape) for each in (miss, alarm))
    return np.where(raised, calls, np.where(happened, misses, 0)).astype(float)


def cost(
    outcomes: npt.ArrayLike, alarms: npt.ArrayLike, miss: npt.ArrayLike, alarm: npt.ArrayLike
) -> float:
    """Return what all decisions cost together: the sum of `row_costs`."""
    return float(row_costs(outcomes, alarms, miss, alarm).sum())


class CostCurve(NamedTuple):
    """What each threshold costs in all: raise the alarm from this probability on."""

    thresholds: np.ndarray  # rising; the last, infinite, never raises it
    totals: np.ndarray

    @property
    def best(self) -> float:
        """The threshold that costs least. Choose it on validation data, never on the test set."""
        return float(self.thresholds[np.argmin(self.totals)])


def cost_curve(
    outcomes: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    miss: npt.ArrayLike,
    alarm: npt.ArrayLike,
) -> CostCurve:
    """Return what `cost` is for every threshold that makes a difference, in one sorted pass."""
    happened, forecast = outcomes_and_scores("cost_curve()", outcomes, probabilities)
    order = np.argsort(forecast, kind="stable")
    missed = np.broadcast_to(np.where(happened == 1, miss, 0), len(order))[order]
    raised = np.broadcast_to(np.asarray(alarm, dtype=float), len(order))[order]
    # With the threshold at row i (in rising order) the rows before it are let pass.
    totals = np.append(0, missed.cumsum()) + np.append(raised[::-1].cumsum()[::-1], 0)
    thresholds, first = np.unique(np.append(forecast[order], np.inf), return_index=True)
    return CostCurve(thresholds, totals[first])
