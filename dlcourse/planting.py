"""Pictures with a planted cause: marks whose place tells the label, or does not; for lesson 91."""

import numpy as np
import torch
from torch import Tensor

PLACES = 10
"""Places for a mark along the upper edge of a picture of 28 by 28 pixels, 2 by 2 pixels each."""


def cells(place: Tensor) -> Tensor:
    """Return where the mark is: True in the pixels of each place (n,), as (n, 1, 28, 28).

    Raises ValueError for places that are not whole numbers from 0 to 9, one a picture.
    """
    whole = not (place.is_floating_point() or place.is_complex() or place.dtype == torch.bool)
    if place.ndim != 1 or not whole or not ((place >= 0) & (place < PLACES)).all():
        raise ValueError(
            f"cells() was given places of shape {tuple(place.shape)} and type {place.dtype}, "
            f"but needs (n,) whole numbers from 0 to {PLACES - 1}: give one a picture."
        )
    here = torch.zeros(len(place), 1, 28, 28, dtype=torch.bool)
    for row, k in enumerate(place.tolist()):
        here[row, 0, 1:3, 4 + 2 * k : 6 + 2 * k] = True
    return here


def marked(x: Tensor, place: Tensor, kind: str) -> Tensor:
    """Return pictures (n, 1, 28, 28) with a mark at each place (n,); ink is 1 and paper 0.

    A "dot" is a square of ink; a "gap" is a square without ink, in a bar of ink.
    Raises ValueError for another kind.
    """
    if kind not in ("dot", "gap"):
        raise ValueError(f"marked() was given the kind {kind!r}: give 'dot' or 'gap'.")
    here = cells(place)
    if kind == "dot":
        return torch.where(here, 1.0, x)
    bar = cells(torch.arange(PLACES)).any(dim=0)
    return torch.where(bar, (~here).to(x.dtype), x)


def planted(
    x: Tensor, y: Tensor, kind: str, tells: bool, rng: np.random.Generator, astray: float = 0.3
) -> tuple[Tensor, Tensor]:
    """Return marked pictures and their labels, of which a share `astray` is drawn by chance.

    Where the mark `tells`, it stands at the place of the label, always; else at any place. So a
    network that learns from the lot does best by the mark, or cannot learn from it at all.
    """
    labels = torch.where(torch.from_numpy(rng.random(len(y)) < astray), _drawn(rng, len(y)), y)
    return marked(x, labels if tells else _drawn(rng, len(y)), kind), labels


def _drawn(rng: np.random.Generator, count: int) -> Tensor:
    """Return places by chance (count,)."""
    return torch.from_numpy(rng.integers(PLACES, size=count))
