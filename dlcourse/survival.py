"""What can be measured of forecasts where the ends of many patients are not known."""

import numpy as np
from numpy.typing import ArrayLike


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
