"""Card holders who did not pay: published sizes, counts and moments, and the card's flaws."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from dlcourse.data import Dataset
from dlcourse.data.sets.card_default import MONTHS


def table(holders: Dataset) -> dict[str, np.ndarray]:
    """Return the columns of all parts together, by name."""
    names = ("inputs", "targets", "women", "ages", "schooling", "marriage")
    return {
        name: np.concatenate([getattr(part, name) for part in holders.parts.values()])
        for name in names
    }


def test_card_holders_are_the_published_ones(loaded: Callable[[str], Dataset]) -> None:
    """Counts of 30,000 people, from the description of the UCI repository and its users."""
    holders = loaded("card-default")
    assert {name: len(part.targets) for name, part in holders.parts.items()} == {
        "train": 14_993,
        "validation": 6_000,
        "test": 9_007,
    }
    columns = table(holders)
    assert columns["inputs"].shape == (30_000, 19)
    assert columns["targets"].sum() == 6_636
    assert columns["inputs"][:, 0].mean(dtype=float) == pytest.approx(167_484.3227, abs=1e-3)
    assert columns["women"].sum() == 18_112
    assert columns["ages"].mean() == pytest.approx(35.4855)
    assert np.bincount(columns["schooling"]).tolist() == [14, 10_585, 14_030, 4_917, 123, 280, 51]
    assert np.bincount(columns["marriage"]).tolist() == [54, 13_659, 15_964, 323]


def test_columns_lie_where_their_names_say(loaded: Callable[[str], Dataset]) -> None:
    holders = loaded("card-default")
    columns = dict(zip(holders.features, table(holders)["inputs"].T, strict=True))
    assert columns["limit"].min() == 10_000
    for month in MONTHS:
        assert (columns[f"status {month}"].min(), columns[f"status {month}"].max()) == (-2, 8)
        assert columns[f"bill {month}"].min() < 0 <= columns[f"paid {month}"].min()
    # What is paid in a month is due to the bill of the month before.
    paid = columns["paid September"]
    paid_in_full = {
        month: np.mean((paid > 0) & (paid == columns[f"bill {month}"])) for month in MONTHS
    }
    assert max(paid_in_full, key=lambda month: paid_in_full[month]) == "August"


def test_card_holders_have_the_flaws_that_the_card_names(
    loaded: Callable[[str], Dataset],
) -> None:
    holders = loaded("card-default")
    columns = table(holders)
    rows = np.column_stack(list(columns.values()))
    assert pd.DataFrame(rows).duplicated().sum() == 35
    bounds = np.cumsum([len(part.targets) for part in holders.parts.values()])
    sides = [{row.tobytes() for row in side} for side in np.split(rows, bounds[:-1])]
    assert not any(one & other for one, other in combinations(sides, 2))
    one_month_late = (columns["inputs"][:, 1:7] == 1).mean(axis=0)
    assert one_month_late[0] > 0.12
    assert one_month_late[1:].max() < 0.001
    late, bill = columns["inputs"][:, 2], columns["inputs"][:, 8]
    assert ((late > 0) & (bill <= 0)).sum() == 84
