"""What a network looks at: a map without slopes, and planted causes that a map has to find.

Pictures are (n, 1, 28, 28), 0 where paper is blank and 1 where ink is full. For lesson 91.
"""

import numpy as np
import torch
from torch import Tensor, nn

PLACES = 10
"""Places for a mark along the upper edge of a picture of 28 by 28 pixels, 2 by 2 pixels each."""


@torch.no_grad()
def occlusion(model: nn.Module, x: Tensor, k: Tensor, fill: float = 0.0) -> Tensor:
    """Return how far the score of class k (n,) falls when a square is filled: like x.

    Each number is that of the square of 3 by 3 pixels around its pixel.
    M. D. Zeiler and R. Fergus (2014), Visualizing and understanding convolutional networks,
    arXiv:1311.2901. Raises ValueError where there is not one class a picture.
    """
    if x.ndim != 4 or k.shape != x.shape[:1]:
        raise ValueError(
            f"occlusion() was given pictures {tuple(x.shape)} and classes {tuple(k.shape)}, "
            "but needs (n, 1, height, width) and (n,): give one class a picture."
        )
    fall, whole = torch.zeros_like(x), model(x).gather(1, k[:, None])[:, 0]
    for row, column in np.ndindex(*x.shape[2:]):
        covered = x.clone()
        covered[:, :, max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = fill
        fall[:, 0, row, column] = whole - model(covered).gather(1, k[:, None])[:, 0]
    return fall


def share_in(worth: Tensor, where: Tensor) -> Tensor:
    """Return the share of each map's size that lies `where` it is True: (n,).

    worth and where are (n, 1, 28, 28); the size of a number is what it is without its sign.
    """
    size = worth.abs()
    return (size * where).sum(dim=(1, 2, 3)) / size.sum(dim=(1, 2, 3))


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
