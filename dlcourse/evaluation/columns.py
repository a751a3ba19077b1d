"""Whether a model is given what it learned from: a broken column makes no error, only harm."""

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
