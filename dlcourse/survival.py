"""Cox's model and its score, where the ends of many patients are not known."""

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.duration.hazard_regression import PHReg


def cox(inputs: ArrayLike, targets: ArrayLike, ridge: float = 0.0) -> np.ndarray:
    """Return the weights (features,) of Cox's model, by Newton's steps, halved where too long.

    `inputs` are (n, features), better scaled; `targets` (n, 2): the day, and 1 for an event or 0
    for the last visit. Events on one day are averaged over their orders (Efron, 1977). `ridge`
    times half the squared weights is added to the mean loss per patient. Raises ValueError where
    the shapes do not fit or a measurement is not finite.
    """
    x, known = np.asarray(inputs, dtype=float), np.asarray(targets, dtype=float)
    if x.ndim != 2 or known.shape != (len(x), 2):
        raise ValueError(
            f"The inputs are {x.shape} and the targets {known.shape}: "
            "give a row of measurements, a day and an event (1 or 0) for each patient."
        )
    if not np.isfinite(x).all():
        raise ValueError(
            "cox() was given measurements that are missing or infinite: fill the gaps, and leave "
            "out a column that is the same for all before scaling."
        )
    model = PHReg(known[:, 0], x, known[:, 1], ties="efron")
    w, strength = np.zeros(x.shape[1]), ridge * len(x)

    def likelihood(w: np.ndarray) -> float:
        return float(model.loglike(w) - strength / 2 * w @ w)

    reached, step = likelihood(w), np.ones(1)
    while np.abs(step).max() > 1e-7:  # the error after it is about its square
        slope = model.score(w) - strength * w
        step = np.linalg.solve(strength * np.eye(len(w)) - model.hessian(w), slope)
        while (ahead := likelihood(w + step)) < reached - 1e-9 * abs(reached):  # it went too far
            step = step / 2
        w, reached = w + step, ahead
    return w


def concordance(targets: ArrayLike, risk: ArrayLike) -> float:
    """Return the share of the comparable pairs in which the earlier event had the higher risk.

    `targets` is (n, 2): the day, and 1 for an event or 0 for the last visit. `risk` is (n,) or
    (n, 1). A pair is comparable if the earlier day is an event; who was last seen on the day of
    another's event outlasted it. Equal risks count one half (Harrell and others, 1982). Raises
    ValueError where the shapes do not fit, or no pair is comparable.
    """
    known, risks = np.asarray(targets), np.asarray(risk).ravel()
    if known.shape != (len(risks), 2):
        raise ValueError(
            f"The targets are {known.shape} and there are {len(risks)} risks: "
            "give a day, an event (1 or 0) and a risk for each patient."
        )
    days, event = known.T
    ends = event == 1
    later = (days > days[ends, None]) | ((days == days[ends, None]) & ~ends)  # (events, n)
    pairs = np.count_nonzero(later)
    if not pairs:
        raise ValueError("No pair is comparable: nobody is known to outlast somebody's event.")
    first = risks[ends, None]
    right = np.count_nonzero(later & (first > risks))
    return (right + np.count_nonzero(later & (first == risks)) / 2) / pairs
