"""The stock index: published days and values, and each flaw of its card."""

from collections.abc import Callable

import numpy as np
import pytest

from dlcourse.data import Dataset


def days_of(index: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the values (n, 5), the returns and the dates of all days."""
    parts = index.parts.values()
    return (
        np.concatenate([part.inputs for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.dates for part in parts]),
    )


def test_the_index_is_the_published_one(loaded: Callable[[str], Dataset]) -> None:
    index = loaded("sp500")
    assert [len(part.inputs) for part in index.parts.values()] == [7526, 2528, 6552]
    values, _, dates = days_of(index)
    close = dict(zip(dates.tolist(), values[:, 3].tolist(), strict=True))
    assert close[19500103] == 16.66  # the first day
    assert close[19720324] == 107.52
    assert close[19871016], close[19871019] == (282.70, 224.84)  # before and on Black Monday
    assert close[20000324] == pytest.approx(1527.46, abs=0.005)  # the highest of that decade
    assert close[20090309] == pytest.approx(676.53, abs=0.005)  # the lowest close of the crisis


def test_days_are_in_order_and_a_target_is_the_return_to_the_next(
    loaded: Callable[[str], Dataset],
) -> None:
    values, returns, dates = days_of(loaded("sp500"))
    assert (np.diff(dates) > 0).all()
    np.testing.assert_allclose(values[1:, 3], values[:-1, 3] * (1 + returns[:-1]))
    assert returns[dates == 19871016] == pytest.approx(-0.2047, abs=5e-5)  # the worst day ever
    assert not np.isnan(values).any()
    assert (values > 0).all()


def test_the_values_have_the_flaws_of_the_card(loaded: Callable[[str], Dataset]) -> None:
    values, returns, dates = days_of(loaded("sp500"))
    first, high, low, close, _ = values.T
    years = dates // 10_000
    assert (high == low)[years < 1962].all()
    assert (high == low)[years >= 1962].mean() < 0.01
    repeated = np.append(False, abs(first[1:] / close[:-1] - 1) < 1e-6)
    assert repeated[(years >= 1962) & (years <= 2006)].mean() > 0.5
    assert repeated[years > 2006].mean() < 0.2
    seventies = returns[(years >= 1970) & (years < 1980)]
    assert np.corrcoef(seventies[:-1], seventies[1:])[0, 1] > 0.2
