"""The shares of three companies, day by day."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

TICKERS = ("AAPL", "IBM", "MSFT")
"""Those with all days; the file holds two more that came to the market later."""

CUTS = (2006, 2008)
"""The years with which the days for choosing begin, and those for testing."""

FEATURES = ("open", "high", "low", "close", "volume", "adjusted close")


def read(table: Path) -> Arrays:
    """Read shares: float64 inputs (n, 6) and targets (n,), int32 dates as 20080915, tickers.

    A target is the share by which the next adjusted close is higher than this one. The last day
    of each company has none, and is left out.
    """
    import pandas as pd

    rows = pd.read_csv(table).sort_values(["Ticker", "Date"])
    rows = rows[rows["Ticker"].isin(TICKERS)]
    adjusted = rows.groupby("Ticker")["Adj Close"]
    rows["target"] = adjusted.shift(-1) / rows["Adj Close"] - 1
    rows = rows.dropna()
    columns = {
        "inputs": rows[["Open", "High", "Low", "Close", "Volume", "Adj Close"]].to_numpy(float),
        "targets": rows["target"].to_numpy(),
        "dates": rows["Date"].str.replace("-", "").to_numpy(np.int32),
        "tickers": rows["Ticker"].to_numpy(np.str_),
    }
    part = np.searchsorted(CUTS, columns["dates"] // 10_000, side="right")
    return divided(columns, train=part == 0, validation=part == 1, test=part == 2)


CARD = Card(
    name="stocks",
    title="Three shares, day by day",
    what="3,269 trading days of Apple, IBM and Microsoft, March 2000 to February 2013: first, "
    "highest, lowest and last price of the day in dollars, shares traded, and the last price "
    "adjusted for splits and dividends. A target is the return to the next day's adjusted close, "
    "0.01 for one per cent; `dates` are whole numbers, 20080915, `tickers` name the company.",
    split="In time, the same for all three: before 2006 for training, 2006 and 2007 for choosing, "
    "from 2008 on for testing. Whoever walks forward learns from all days that are past by then.",
    who="Quandl's WIKI Prices, a table kept by its users and declared to be in the public domain; "
    "selected for the plotting library Bokeh.",
    licence="Public domain",
    citation="F. Corsi (2009), A simple approximate long-memory model of realized volatility, "
    "forecasts such swings. Journal of Financial Econometrics 7(2), 174–196.",
    doi="10.1093/jjfinec/nbp001",
    flaws=(
        "Three of the most successful companies, picked when that was known: what they earned "
        "says nothing about shares picked beforehand.",
        "Open, high, low and close are not adjusted: on the day of a split the price halves "
        "(Microsoft 2003, Apple 2000 and 2005). The range of a day is not touched by that.",
        "The adjustments know later splits and dividends.",
        "The three rise and fall together: they are far from three independent tests.",
    ),
    features=FEATURES,
    archives=(
        Archive(
            package="bokeh-sampledata",
            version="2026.1",
            sha256="f40331a40ca30c64a1c1471835aad9006b61b0d9731a3f649ee8cbbf48d3822f",
            size=12_835_603,
            members=("bokeh_sampledata/_data/stocks.csv.gz",),
            read=read,
        ),
    ),
    sha256="4860a3c8b920ea8c6f2326aeece5094bde9ea309a4fac41623a9b23cbc08ae85",
)
