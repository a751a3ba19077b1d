"""Language models that count: n-grams as numbers, Kneser–Ney smoothing, and tokens by merging."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def grams(row: Numbers, n: int, size: int) -> Numbers:
    """Return the n symbols that end at each place of a row, as one number in base `size`: (len,).

    The symbols are numbers below `size`. The first n - 1 places have no n-gram and are 0. Where
    `size ** n` is above 2⁶³ the numbers overflow: they still tell n-grams apart, all but surely.
    """
    number = np.zeros(len(row), np.int64)
    for back in range(n - 1, -1, -1):
        number[n - 1 :] = number[n - 1 :] * size + row[n - 1 - back : len(row) - back]
    return number


def among(numbers: Numbers, known: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which of the numbers stand in a sorted row that is not empty."""
    found = known[np.searchsorted(known, numbers).clip(max=len(known) - 1)] == numbers
    return np.asarray(found)


class KneserNey:
    """The chance of a symbol after the n - 1 before it, by modified Kneser–Ney smoothing.

    S. F. Chen and J. Goodman (1999), An empirical study of smoothing techniques for language
    modeling, Computer Speech and Language 13(4), doi:10.1006/csla.1999.0128. All n-grams of one
    order are a sorted row of numbers, so that NumPy can count and find millions of them.
    """

    def __init__(self, row: Numbers, n: int, size: int) -> None:
        """Count a row of symbols, numbers below `size`; ValueError if it is shorter than n."""
        if n < 1 or len(row) < n or size**n > 2**63:
            raise ValueError(
                f"KneserNey() was given {len(row)} symbols below {size} and n={n}: it needs n from "
                "1 up, n symbols or more, and size ** n of at most 2 ** 63."
            )
        self.n, self.size = n, size
        self.orders: list[tuple[npt.NDArray[Any], ...]] = []
        numbers = grams(row, n, size)[n - 1 :]
        for order in range(n, 0, -1):
            found, counts = _tally(np.sort(numbers))
            taken = _discounts(counts)[np.minimum(counts, 3)]
            pasts, pieces = _tally(found // size)  # found is sorted, and so are its pasts
            begin = np.cumsum(pieces) - pieces
            total, freed = np.add.reduceat(counts, begin), np.add.reduceat(taken, begin)
            self.orders.insert(0, (found, counts - taken, pasts, total, freed))
            numbers = found % size ** (order - 1)  # below the top, each distinct gram counts once

    def probability(self, past: Numbers, symbol: Numbers) -> Floats:
        """Return that of each symbol after its past, the number of n - 1 symbols; of one shape."""
        p = np.full(symbol.shape, 1 / self.size)
        for order, (found, left, pasts, total, freed) in enumerate(self.orders):
            short = past % self.size**order
            gram = short * self.size + symbol
            at = np.searchsorted(pasts, short).clip(max=len(pasts) - 1)
            place = np.searchsorted(found, gram).clip(max=len(found) - 1)
            kept = np.where(found[place] == gram, left[place], 0)
            p = np.where(pasts[at] == short, (kept + freed[at] * p) / total[at], p)
        return p


def learn_merges(row: Numbers, size: int, merges: int) -> list[tuple[int, int]]:
    """Return the pairs that byte-pair encoding merges in a row of symbols below `size`, in order.

    The first pair becomes the token `size`, the next `size` + 1, and so on. Each time it is the
    pair of neighbours that is there most often, and of equal ones the lowest. After R. Sennrich,
    B. Haddow and A. Birch (2016), Neural machine translation of rare words with subword units, ACL,
    arXiv:1508.07909; here pairs may reach across spaces. ValueError where no pair is left.
    """
    text, pairs = _as_text(row), []
    for token in range(size, size + merges):
        row = _as_row(text)
        if len(row) < 2:
            raise ValueError(
                f"learn_merges() was asked for {merges} merges, but after {token - size} there is "
                "one token left: give it more symbols, or ask for fewer merges."
            )
        first, second = divmod(int(np.bincount(row[:-1] * token + row[1:]).argmax()), token)
        pairs.append((first, second))
        text = text.replace(chr(first) + chr(second), chr(token))
    return pairs


def cut(row: Numbers, pairs: Sequence[tuple[int, int]], size: int) -> Numbers:
    """Return a row of symbols below `size` as tokens: the pairs are merged in their order."""
    text = _as_text(row)
    for token, (first, second) in enumerate(pairs, start=size):
        text = text.replace(chr(first) + chr(second), chr(token))
    return _as_row(text)


def _as_text(row: Numbers) -> str:
    """Return numbers as a text of the characters with these numbers, which Python can search."""
    if len(row) and not 0 <= row.min() <= row.max() < 0xD800:
        raise ValueError(
            f"A row for tokens holds numbers from {row.min()} to {row.max()}, but they have to lie "
            f"from 0 to {0xD800 - 1}: use fewer symbols."
        )
    return row.astype("<u4").tobytes().decode("utf-32-le")


def _as_row(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.int64)


def _tally(ordered: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct numbers of a sorted row, and how often each is there."""
    first = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    return ordered[first], np.diff(first, append=len(ordered))


def _discounts(counts: Numbers) -> Floats:
    """Return what to take from counts of 0, 1, 2, and of 3 or more: (4,)."""
    n1, n2, n3, n4 = (max(1, int(np.sum(counts == k))) for k in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    taken = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return np.clip(taken, 0, [0, 1, 2, 3])
