"""German loans: published counts and means, columns in their places, and the card's flaws."""

from collections.abc import Callable

import numpy as np
import pytest

from dlcourse.data import Dataset
from dlcourse.data.sets.german_credit import CODES, NUMBERS


def table(loans: Dataset) -> dict[str, np.ndarray]:
    """Return the columns of both halves together, by name."""
    names = ("inputs", "targets", "men", "grown", "foreign")
    return {
        name: np.concatenate([getattr(half, name) for half in loans.parts.values()])
        for name in names
    }


def test_loans_are_the_published_ones(loaded: Callable[[str], Dataset]) -> None:
    """Counts and means of 1,000 loans, from the description of the UCI repository."""
    loans = loaded("german-credit")
    assert len(loans.train.targets) == len(loans.test.targets) == 500
    columns = table(loans)
    assert columns["inputs"].shape == (1_000, 54)
    assert columns["targets"].sum() == 300
    assert columns["inputs"][:, 0].mean(dtype=float) == pytest.approx(20.903)
    assert columns["inputs"][:, 1].mean(dtype=float) == pytest.approx(3_271.258)
    assert (columns["men"].sum(), columns["foreign"].sum()) == (690, 963)
    assert columns["grown"].sum() == 851


def test_columns_lie_where_their_names_say(loaded: Callable[[str], Dataset]) -> None:
    loans = loaded("german-credit")
    inputs = table(loans)["inputs"]
    assert loans.features[: len(NUMBERS)] == tuple(NUMBERS)
    counted = dict(zip(loans.features, inputs.sum(axis=0), strict=True))
    purposes = {code: counted[f"purpose A{code}"] for code in CODES["purpose"]}
    assert list(purposes.values()) == [234, 103, 181, 280, 12, 22, 50, 9, 97, 12]
    start = len(NUMBERS)
    for codes in CODES.values():  # of each kind a loan has one code
        assert (inputs[:, start : start + len(codes)].sum(axis=1) == 1).all()
        start += len(codes)
    assert start == len(loans.features)


def test_loans_have_the_flaws_that_the_card_names(loaded: Callable[[str], Dataset]) -> None:
    """The best account is said to be none, the best history critical: the code table is wrong."""
    loans = loaded("german-credit")
    columns = table(loans)
    inputs = dict(zip(loans.features, columns["inputs"].T, strict=True))
    bad = {name: columns["targets"][kind == 1].mean() for name, kind in inputs.items()}
    status = [bad[f"status A{code}"] for code in CODES["status"]]
    history = [bad[f"credit-history A{code}"] for code in CODES["credit-history"]]
    assert status == sorted(status, reverse=True)
    assert status[-1] == pytest.approx(46 / 394)
    assert min(history) == history[-1] == pytest.approx(50 / 293)
