"""Card payments: published sizes, counts, moments and baselines."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from dlcourse.data import Dataset


def test_card_payments_are_the_published_ones(loaded: Callable[[str], Dataset]) -> None:
    payments = loaded("card-fraud")
    assert {name: len(split.targets) for name, split in payments.parts.items()} == {
        "train": 142_403,
        "validation": 56_961,
        "test": 85_443,
    }
    assert [int(split.targets.sum()) for split in payments.parts.values()] == [269, 115, 108]
    amounts = np.concatenate([split.inputs[:, -1] for split in payments.parts.values()])
    assert payments.features[-1] == "amount"
    assert amounts.mean(dtype=float) == pytest.approx(88.3496, abs=1e-3)
    assert amounts.max() == pytest.approx(25_691.16, abs=1e-2)


def test_card_payments_are_split_in_time(loaded: Callable[[str], Dataset]) -> None:
    times = [split.times for split in loaded("card-fraud").parts.values()]
    assert (np.diff(np.concatenate(times)) >= 0).all()
    assert all(past[-1] < future[0] for past, future in pairwise(times))
    assert times[0][0] == 0
    assert times[-1][-1] < 48 * 3600


def test_card_payments_have_the_flaws_that_the_card_names(loaded: Callable[[str], Dataset]) -> None:
    payments = loaded("card-fraud")
    columns = [np.c_[split.inputs, split.times, split.targets] for split in payments.parts.values()]
    rows = np.concatenate(columns)
    repeats = pd.DataFrame(rows).duplicated()
    assert (repeats.sum(), rows[repeats, -1].sum()) == (1081, 19)
    # Only a rotation that was computed on all rows leaves no correlation in all of them.
    components = rows[:, :28].astype(float)
    np.testing.assert_allclose(components.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(np.corrcoef(components.T), np.eye(28), atol=1e-6)
