"""What the arguments of several judges have in common, checked in one place."""

import numpy as np
import numpy.typing as npt


def finite_row(caller: str, values: npt.ArrayLike) -> np.ndarray:
    """Return values as a row of floats, or say why they are none."""
    row = np.asarray(values, dtype=float)
    if row.ndim != 1 or len(row) == 0 or not np.isfinite(row).all():
        raise ValueError(
            f"{caller} was given an array of shape {row.shape} with "
            f"{np.count_nonzero(~np.isfinite(row))} values that are not finite, but needs a row "
            "of finite numbers: look where they come from."
        )
    return row


def outcomes_and_scores(
    caller: str, outcomes: npt.ArrayLike, scores: npt.ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and scores as rows of equal length, or say what is wrong with them."""
    happened, scored = finite_row(caller, outcomes), finite_row(caller, scores)
    if len(happened) != len(scored):
        raise ValueError(
            f"{caller} was given {len(happened)} outcomes and {len(scored)} forecasts: "
            "give one forecast per outcome."
        )
    if not np.isin(happened, (0, 1)).all():
        raise ValueError(
            f"{caller} was given outcomes other than 0 and 1: compare with the class that counts "
            "first, as in targets == 1."
        )
    return happened, scored


def share(caller: str, level: float) -> float:
    """Return a level between 0 and 1, or say that it is none."""
    if not 0 < level < 1:
        raise ValueError(f"{caller} was given level={level}: give a share such as 0.95.")
    return level
