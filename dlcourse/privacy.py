"""What differential privacy costs: the budget of noisy releases, added up by their privacy loss.

Somebody sees what was released and asks whether a person was among the data. The *privacy loss* of
what they see is the logarithm of how much likelier it is with the person than without. Losses of
releases that follow each other add up, so their distributions are convolved.

A release is a `Release`: a sum to which each person adds a vector of length 1 at most, Gaussian
noise of standard deviation `noise` on each number, over people of whom each takes part with chance
`share`; it is repeated `times` times. A step of private gradient descent is one (M. Abadi and
others, 2016, arXiv:1607.00133). Neighbours are data with a person and without.

The distribution is put on a grid by V. Doroshenko and others (2022), arXiv:2207.04380: between the
points it is replaced by one that loses no less, so the budget is never too small.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

POINTS = 2**17
"""How many losses the grid holds."""


class Release(NamedTuple):
    """Noisy sums: their noise per length of a person's part, who takes part, how often."""

    noise: float
    share: float = 1.0
    times: int = 1


def epsilon(releases: Sequence[Release], delta: float) -> float:
    """Return the smallest ε for which the releases together are (ε, δ)-differentially private.

    Raises ValueError for a release or a δ that cannot be, and where ε exceeds 50: such a budget
    promises nothing.
    """
    if not 0 < delta < 1:
        raise ValueError(f"epsilon() was given delta={delta}: give a chance between 0 and 1.")
    reach = 20.0
    while reach <= 80:
        found = max(_budget(releases, delta, reach, removed) for removed in (True, False))
        if found < reach / 2:  # what would wrap around the grid is too rare to count
            return found
        reach *= 2
    raise ValueError(
        f"epsilon() found a budget above {reach / 4:g} for {list(releases)}, which promises "
        "nothing: give more noise, a smaller share or fewer steps."
    )


def losses(releases: Sequence[Release], reach: float, removed: bool = True) -> np.ndarray:
    """Return the losses of all releases together and their chances: (2, POINTS).

    The losses go from -reach to reach. What the chances lack to 1 is that of a loss beyond. They
    are those with the person in the data, if the person is `removed`, else those without.
    """
    width = 2 * reach / POINTS
    grid = (np.arange(POINTS) - POINTS // 2) * width
    spectrum, kept = np.ones(POINTS // 2 + 1, dtype=complex), 1.0
    for release in releases:
        _check(release)
        one, within = _step(release, grid, removed)
        spectrum *= np.fft.rfft(np.fft.ifftshift(one)) ** release.times
        kept *= within**release.times
    together = np.fft.fftshift(np.fft.irfft(spectrum, POINTS)).clip(0)
    return np.stack([grid, together * kept / together.sum()])


def _budget(releases: Sequence[Release], delta: float, reach: float, removed: bool) -> float:
    """Return the smallest ε on a fine scale at which the excess is δ at most."""
    loss, chance = losses(releases, reach, removed)
    beyond = max(0.0, 1 - chance.sum())
    low, high = 0.0, reach
    for _ in range(40):
        middle = (low + high) / 2
        more = loss > middle
        excess = beyond + np.sum(chance[more] * -np.expm1(middle - loss[more]))
        low, high = (middle, high) if excess > delta else (low, middle)
    return high


def _step(release: Release, grid: np.ndarray, removed: bool) -> tuple[np.ndarray, float]:
    """Return the chances of one release's losses on the grid, and how many lie on it.

    At each ε of the grid, δ(ε) of the result is that of the release; between, it is linear in e^ε,
    and a curve of this kind lies below its chords.
    """
    ratio = np.exp(grid)
    excess = _excess(ratio, release, removed).clip(0)
    slope = np.concatenate([[1.0], -np.diff(excess) / np.diff(ratio), [0.0]])
    return (ratio * -np.diff(slope)).clip(0), 1 - excess[-1]


def _excess(ratio: np.ndarray, release: Release, removed: bool) -> np.ndarray:
    """Return δ(ε) of one release at e^ε = ratio.

    It is how far the chance of some sums with the person exceeds ratio times that without, at
    most, or the other way round.
    """
    noise, share = release.noise, release.share
    need = ((ratio if removed else 1 / ratio) - 1 + share) / share
    place = noise**2 * np.log(np.where(need > 0, need, 1)) + 0.5  # the sum that has this ratio
    if removed:
        most = share * (norm.sf((place - 1) / noise) - need * norm.sf(place / noise))
        return np.where(need > 0, most, 1 - ratio)
    without, with_it = norm.cdf(place / noise), norm.cdf((place - 1) / noise)
    most = without - ratio * ((1 - share) * without + share * with_it)
    return np.where(need > 0, most, 0)


def _check(release: Release) -> None:
    """Say what is wrong with a release, if anything is."""
    noise, share, times = release
    if not (0 < noise < np.inf and 0 < share <= 1 and times >= 1):
        raise ValueError(
            f"epsilon() was given {release}: give noise above 0, a share above 0 and up to 1, "
            "and a whole number of times from 1 up."
        )
