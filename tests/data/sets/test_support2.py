"""Seriously ill patients: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import numpy as np
import pytest

from dlcourse.data import Dataset
from dlcourse.data.sets.support2 import KINDS


def test_support2_is_the_published_one(loaded: Callable[[str], Dataset]) -> None:
    patients = loaded("support2")
    assert patients.train.inputs.shape == (6373, 60)
    assert patients.test.inputs.shape == (2732, 60)
    inputs, targets = (
        np.concatenate([split[i] for split in patients.parts.values()]) for i in (0, 1)
    )
    assert targets[:, 1].mean() == pytest.approx(0.681, abs=5e-4)
    assert (targets[:, 0].min(), targets[:, 0].max()) == (3, 2029)
    columns = dict(zip(patients.features, inputs.T, strict=True))
    for kind, (_, values) in KINDS.items():
        assert (sum(columns[f"{kind}: {value}"] for value in values) == 1).all()
    missing = {name: np.isnan(column).mean() for name, column in columns.items()}
    assert missing["daily living, patient"] == pytest.approx(0.62, abs=0.005)
    for name in ("glucose", "urea nitrogen", "urine"):
        assert missing[name] == pytest.approx(0.5, abs=0.05)
    assert columns["race: white"].mean() == pytest.approx(0.79, abs=0.005)


def test_disability_at_two_months_tells_the_outcome_as_the_card_says(
    loaded: Callable[[str], Dataset],
) -> None:
    patients = loaded("support2")
    late = patients.train.inputs[
        :, patients.features.index("disability at 2 months: <2 mo. follow-up")
    ]
    days, died = patients.train.targets.T
    assert died[late == 1].mean() > 0.99
    assert np.median(days[late == 1]) < 60
    assert np.median(days[late == 0]) > 365
