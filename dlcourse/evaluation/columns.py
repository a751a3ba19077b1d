"""Whether columns hold what they should: a broken one makes no error, only harm."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LUCK = 1e-6
"""A column is taken for broken when chance would leave it constant less often than this."""


def same_columns(rows: npt.ArrayLike, learned: npt.ArrayLike, names: Sequence[str]) -> np.ndarray:
    """Return rows (n, columns), if a model that learned from `learned` (m, columns) may judge them.

    Raises ValueError for the first of `names` that is amiss: a column is missing, lacks numbers,
    was constant when the model learned, or is constant now although so many rows hardly ever agree.
    """
    now, then = np.asarray(rows, dtype=float), np.asarray(learned, dtype=float)
    for given in (now, then):
        if given.ndim != 2 or given.shape[1] != len(names) or len(given) == 0:
            raise ValueError(
                f"same_columns() was given an array of shape {given.shape}, but needs at least one "
                f"row of {len(names)} columns, {names[0]!r} to {names[-1]!r}: look what is missing."
            )
    for name, column, before in zip(names, now.T, then.T, strict=True):
        gaps = np.count_nonzero(~np.isfinite(column))
        if gaps:
            raise ValueError(
                f"The column {name!r} lacks {gaps} of {len(column)} numbers: find where they are "
                "lost, or train a model that does without it."
            )
        _, counts = np.unique(before, return_counts=True)
        commonest = counts.max() / len(before)
        if commonest == 1:
            raise ValueError(
                f"The column {name!r} was constant when the model learned, so it tells nothing: "
                "leave it out."
            )
        if np.ptp(column) == 0 and commonest ** (len(column) - 1) < LUCK:
            raise ValueError(
                f"The column {name!r} is {column[0]:g} in all {len(column)} rows, but varied when "
                "the model learned: mend what delivers it, before anybody is judged by it."
            )
    return now


def prices(closes: npt.ArrayLike) -> np.ndarray:
    """Return prices (n,) as floats, if returns can be taken from them.

    Raises ValueError for the first that is missing, zero or below: each of them makes two returns
    that nobody earned.
    """
    row = np.asarray(closes, dtype=float)
    if row.ndim != 1 or len(row) == 0:
        raise ValueError(
            f"prices() was given an array of shape {row.shape}, but needs a row of prices in the "
            "order of time: give one series, such as all closes of one share."
        )
    amiss = np.flatnonzero(~(np.isfinite(row) & (row > 0)))
    if len(amiss):
        raise ValueError(
            f"prices() was given {row[amiss[0]]:g} in row {amiss[0]} ({len(amiss)} of {len(row)} "
            "are missing or not above zero): mend prices where they come from or leave those days "
            "out, and fill no gap with a later price, which is a look-ahead."
        )
    return row
