"""Lesson 73: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "73.look-ahead": {
        "np.array_equal(knowing_the_past, knowing_all": "Equality has no order.",
    },
    "73.profit": {
        "np.abs(-np.diff(positions, prepend=0))": "The size is taken of it.",
        "np.diff(-positions, prepend=0)": "The size is taken of it.",
    },
    "73.har": {
        "return means": "A list of rows is as good as an array.",
    },
}

STYLES = {
    "73.look-ahead": (
        """
        def peeks(feature, closes, day):
            other = closes.copy()
            other[day + 1 :] = 3 * other[day + 1 :] + 1
            before, after = feature(closes)[day], feature(other)[day]
            return bool(before != after and not (np.isnan(before) and np.isnan(after)))
        """,
        """
        def peeks(feature, closes, day):
            known, all_known = feature(closes[: day + 1]), feature(closes)[: day + 1]
            if math.isnan(known[-1]) or math.isnan(all_known[-1]):
                return math.isnan(known[-1]) != math.isnan(all_known[-1])
            return not np.isclose(known[-1], all_known[-1])
        """,
    ),
    "73.walk-forward": (
        """
        def past_rows(years, year, horizon):
            first = list(years).index(year)
            return [row for row in range(len(years)) if row + horizon <= first]
        """,
        """
        def past_rows(years, year, horizon):
            rows = np.flatnonzero(years < year)
            return rows[: max(len(rows) - (horizon - 1), 0)]
        """,
    ),
    "73.profit": (
        """
        def profits(positions, returns, cost):
            before, earned = 0, []
            for position, move in zip(positions, returns):
                earned.append(position * move - cost * abs(position - before))
                before = position
            return earned
        """,
        """
        def profits(positions, returns, cost):
            before = np.append(0, positions)[:-1]
            return positions * returns - cost * abs(positions - before)
        """,
    ),
    "73.lucky": ("lucky = 0.05 * 200", "lucky = 10.0"),
    "73.deflate": (
        "def luck(z, trials): return -np.expm1(trials * np.log(norm.cdf(z)))",
        "def luck(z, trials): return 1 - np.prod([norm.cdf(z)] * trials)",
        """
        def luck(z, trials):
            return 1 - (0.5 * math.erfc(-z / math.sqrt(2))) ** trials
        """,
        """
        def luck(z, trials):
            import torch

            return 1 - torch.distributions.Normal(0.0, 1.0).cdf(torch.tensor(z)) ** trials
        """,
    ),
    "73.har": (
        """
        def har_columns(x):
            week, month = (np.convolve(x, np.ones(k) / k, mode="valid") for k in (5, 22))
            return np.column_stack([x[21:], week[17:], month])
        """,
        """
        def har_columns(x):
            import pandas as pd

            days = pd.Series(x)
            means = [days.rolling(k).mean() for k in (1, 5, 22)]
            return pd.concat(means, axis=1).to_numpy()[21:]
        """,
    ),
}

COMPUTED = {
    "73.lucky": Computed("round(200 * luck(norm.ppf(0.95), 1))"),
}
