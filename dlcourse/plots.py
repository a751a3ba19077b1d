"""Figures in the house style; importing this module puts the style on.

Colours are those of Okabe and Ito (2008, "Color universal design"), which colour-blind readers can
tell apart; no figure rests on colour alone where a label or a marker can carry the same message.
"""

import os
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib_inline.backend_inline import set_matplotlib_formats

from dlcourse import legibility

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, YELLOW, INK, GREY = "#56B4E9", "#E69F00", "#222222", "#8A8A8A"

LETTERS = 10.5
"""Letters of a title per inch of a figure's width, so that it ends where the figure does."""

STYLE: dict[str, Any] = {
    "figure.figsize": (6.4, 3.6),
    "figure.dpi": 80,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.bbox": "tight",
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "axes.prop_cycle": f"cycler(color={[BLUE, ORANGE, GREEN, PINK, SKY, YELLOW, INK]})",
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "image.cmap": "gray_r",
}

mpl.style.use(["default", STYLE])  # whatever a matplotlibrc of the reader's says
if shell := get_ipython():
    if hasattr(shell, "kernel") and "inline" not in os.environ.get("MPLBACKEND", "inline"):
        shell.enable_matplotlib("inline")  # where MPLBACKEND is set, no figure would be shown
    # Twice the pixels at the same size: sharp on today's screens.
    set_matplotlib_formats("retina")
    if os.environ.get("DLCOURSE_FIGURES"):
        legibility.watch(shell, Path(os.environ["DLCOURSE_FIGURES"]))


def axes(title: str, x: str = "", y: str = "", size: tuple[float, float] | None = None) -> Axes:
    """Return the axes of a new figure whose title says its message; `size` is in inches.

    A title that states a finding is what `claim` returned; it may take two lines.
    """
    figure, ax = plt.subplots(figsize=size)
    room = int(LETTERS * figure.get_figwidth())
    ax.set(title=textwrap.fill(title, room), xlabel=x, ylabel=y)
    return ax


def images(
    pictures: npt.ArrayLike, labels: Sequence[object] = (), title: str = "", columns: int = 10
) -> list[Axes]:
    """Show pictures (n, height, width), dark where the ink is, each with its label above it.

    Returns the axes of the n pictures. Raises ValueError for another shape, or where labels are
    given but not one a picture.
    """
    stack = np.asarray(pictures)
    if stack.ndim != 3 or len(stack) == 0:
        raise ValueError(
            f"images() was given an array of shape {stack.shape}, but shows pictures of shape "
            "(n, height, width): put one picture into a list to show it alone."
        )
    if len(labels) not in (0, len(stack)):
        raise ValueError(
            f"images() was given {len(labels)} labels for {len(stack)} pictures: "
            "give one label a picture, or none."
        )
    rows, columns = -(-len(stack) // columns), min(columns, len(stack))
    height = 0.95 if len(labels) else 0.75
    figure, grid = plt.subplots(
        rows, columns, figsize=(0.75 * columns, height * rows + 0.4 * bool(title)), squeeze=False
    )
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    for ax in grid.flat:
        ax.axis("off")
    shown: list[Axes] = list(grid.flat[: len(stack)])
    for ax, picture in zip(shown, stack, strict=True):
        ax.imshow(picture, vmin=0, vmax=stack.max())
    for ax, label in zip(shown, labels, strict=False):
        ax.set_title(str(label), loc="center", fontsize=10, fontweight="normal", pad=3)
    return shown


def band(
    ax: Axes, x: npt.ArrayLike, runs: npt.ArrayLike, label: str, color: str, marker: str = ""
) -> None:
    """Draw the mean of several runs (runs, points) as a line and their range as a band.

    The label stands at the line's right end, where no reader has to look it up.
    """
    values, at = np.asarray(runs), np.asarray(x)
    mean = values.mean(axis=0)
    ax.plot(at, mean, color=color, marker=marker)
    ax.fill_between(at, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2, lw=0)
    name_line(ax, at[-1], mean[-1], label, color)


def level(ax: Axes, y: float, label: str, color: str = GREY, below: bool = False) -> None:
    """Draw a dashed line across the axes at height y, with its name above its right end.

    Where another line lies close above it, the name stands `below`.
    """
    ax.axhline(y, color=color, linestyle="--", zorder=1)
    ax.annotate(
        label,
        (1, y),
        xycoords=("axes fraction", "data"),
        xytext=(-4, -4 if below else 4),
        textcoords="offset points",
        ha="right",
        va="top" if below else "baseline",
    )


def dots(ax: Axes, groups: Mapping[str, npt.ArrayLike]) -> None:
    """Draw a column of dots a group, one dot a run, with a bar at the mean and its name below."""
    for column, values in enumerate(groups.values()):
        runs = np.asarray(values)
        aside = np.linspace(-0.2, 0.2, len(runs))
        # "C7" begins the style's colours again: each group has its name, so none needs its own.
        ax.plot(column + aside, runs, "o", color=f"C{column}", ms=6, alpha=0.7)
        ax.plot([column - 0.3, column + 0.3], [runs.mean()] * 2, color=INK)
    ax.set_xticks(range(len(groups)), list(groups))
    ax.set_xlim(-0.6, len(groups) - 0.4)


def name_line(ax: Axes, x: float, y: float, label: str, color: str) -> None:
    """Write a line's name to the right of its end at (x, y)."""
    ax.annotate(label, (x, y), xytext=(6, 0), textcoords="offset points", color=color, va="center")
