"""Which rows train and which test: nobody on both sides, and never the future before the past."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit

from dlcourse import seeds
from dlcourse.evaluation.checks import finite_row


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
    moments = finite_row("time_split()", times)
    order = np.argsort(moments, kind="stable")
    cut = moments[order[min(int(train * len(order)), len(order) - 1)]]
    past, future = order[moments[order] < cut], order[moments[order] >= cut]
    if len(past) == 0 or len(future) == 0:
        raise ValueError(
            f"time_split() cannot put {train:.0%} of these {len(order)} rows into the past, "
            "because too many share one moment: give finer times, or another share."
        )
    return past, future
