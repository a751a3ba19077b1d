"""Three shares: published days and prices, and each flaw of their card."""

from collections.abc import Callable

import numpy as np

from dlcourse.data import Dataset
from dlcourse.data.sets.stocks import TICKERS


def company(shares: Dataset, ticker: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return one company's values (n, 6), returns and dates, in time."""
    parts = shares.parts.values()
    rows = np.concatenate([part.tickers for part in parts]) == ticker
    columns = [[part.inputs, part.targets, part.dates] for part in parts]
    values, returns, dates = (np.concatenate(each)[rows] for each in zip(*columns, strict=True))
    return values, returns, dates


def test_the_shares_are_the_published_ones(loaded: Callable[[str], Dataset]) -> None:
    shares = loaded("stocks")
    assert set(shares.train.tickers) == set(TICKERS)
    for ticker in TICKERS:
        values, _, dates = company(shares, ticker)
        assert len(values) == 3269
        assert (np.diff(dates) > 0).all()
        assert (dates[0], dates[-1]) == (20000301, 20130228)
        assert (values[:, 1] >= values[:, [0, 3]].max(axis=1)).all()
        assert (values[:, 2] <= values[:, [0, 3]].min(axis=1)).all()
    values, _, dates = company(shares, "AAPL")
    assert values[0, :4].tolist() == [118.56, 132.06, 118.5, 130.31]


def test_a_target_is_the_adjusted_return_to_the_next_day(
    loaded: Callable[[str], Dataset],
) -> None:
    for ticker in TICKERS:
        values, returns, _ = company(loaded("stocks"), ticker)
        np.testing.assert_allclose(values[1:, 5], values[:-1, 5] * (1 + returns[:-1]))


def test_a_split_halves_the_price_and_not_the_adjusted_one(
    loaded: Callable[[str], Dataset],
) -> None:
    for ticker, day in (("MSFT", 20030218), ("AAPL", 20000621), ("AAPL", 20050228)):
        values, _, dates = company(loaded("stocks"), ticker)
        (row,) = np.flatnonzero(dates == day)
        before, after = values[row - 1], values[row]
        assert 0.45 < after[3] / before[3] < 0.55
        assert 0.9 < after[5] / before[5] < 1.1


def test_the_three_move_together(loaded: Callable[[str], Dataset]) -> None:
    returns = [company(loaded("stocks"), ticker)[1] for ticker in TICKERS]
    apart = np.corrcoef(returns)[np.triu_indices(3, 1)]
    assert apart.min() > 0.3
