"""Can a figure be read? Each is drawn once more, and every text in it is watched.

With `DLCOURSE_FIGURES=FILE`, importing `dlcourse.plots` in a kernel has every figure that it shows
inspected; what is amiss is appended to FILE, as one JSON list per figure. A build refuses such a
figure, and the tests fail its cell.
"""

import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from PIL import Image, ImageFilter

POINTS = 8.0
"""The smallest size of a text, at the size at which its figure is shown."""

WIDEST = 10.0
"""Inches, of 80 pixels each, that a page has for a figure: a wider one is shown smaller."""

COVERED = 0.1
"""The share of a text's ink that may be drawn over, as by a thin line."""

_SHARPNESS = 2  # pixels drawn per pixel shown, as on screens of today
_NEAR = 1  # drawn pixels between two texts that touch

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


@dataclass(frozen=True)
class _Line:
    """One line of a text as it was drawn."""

    text: str
    points: float
    box: Box  # within the picture, with some room around the text
    pixels: npt.NDArray[np.uint8]  # (height, width, 4), that box right after it was drawn
    ink: npt.NDArray[np.bool]  # (height, width), where drawing it changed something
    whole: bool  # whether all of it lies inside of what is shown

    @cached_property
    def halo(self) -> npt.NDArray[np.bool]:
        """The ink (height, width) and what is near it."""
        wide = Image.fromarray(self.ink).convert("L").filter(ImageFilter.MaxFilter(2 * _NEAR + 1))
        return np.asarray(wide) > 0

    def touches(self, other: "_Line") -> bool:
        """Tell whether the ink of two texts meets."""
        left, top = np.maximum(self.box[:2], other.box[:2])
        right, bottom = np.minimum(self.box[2:], other.box[2:])
        if left >= right or top >= bottom:
            return False
        one, two = (
            halo[top - y : bottom - y, left - x : right - x]
            for halo, (x, y, *_) in ((self.halo, self.box), (other.ink, other.box))
        )
        return bool((one & two).any())

    def covered(self, picture: npt.NDArray[np.uint8]) -> bool:
        """Tell whether the finished picture shows something else where the text was."""
        left, top, right, bottom = self.box
        changed = (picture[top:bottom, left:right] != self.pixels).any(axis=-1)
        return bool(changed[self.ink].mean() > COVERED) if self.ink.any() else True

    @property
    def name(self) -> str:
        """The text as it is told."""
        plain = re.sub(r"\$\\mathdefault\{(.*)\}\$", r"\1", self.text).strip()
        return repr(plain if len(plain) <= 50 else plain[:49] + "…")


class _Watch(RendererAgg):
    """Draws as notebooks do, and keeps what it was told to write."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self.size = (width, height, dpi)
        self.lines: list[_Line] = []

    def clear(self) -> None:
        """Begin anew."""
        super().clear()  # type: ignore[no-untyped-call]
        self.lines.clear()

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *args: Any, **kw: Any
    ) -> None:
        """Draw a line of text whose baseline begins at (x, y), counted from the top left."""
        ismath = args[0] if args else kw.get("ismath", False)
        size = self.get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
        turned = _turned(x, y, angle, *size)
        visible = np.array([0, 0, self.width, self.height])
        if gc.get_clip_rectangle() is not None:
            left, bottom, right, top = gc.get_clip_rectangle().extents
            visible = np.array([left, self.height - top, right, self.height - bottom])
        whole = (turned[:2] > visible[:2] - 2).all() and (turned[2:] < visible[2:] + 2).all()
        edges = np.clip(turned + np.array([-4, -4, 5, 5]), 0, [self.width, self.height] * 2)
        left, top, right, bottom = box = tuple(edges.astype(int).tolist())
        before = self.pixels[top:bottom, left:right].copy()
        super().draw_text(gc, x, y, s, prop, angle, *args, **kw)  # type: ignore[no-untyped-call]
        if s.strip() and gc.get_alpha() != 0:
            after = self.pixels[top:bottom, left:right].copy()
            ink = (before != after).any(axis=-1)
            self.lines.append(_Line(s, prop.get_size_in_points(), box, after, ink, bool(whole)))

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """The picture so far (height, width, 4)."""
        return np.asarray(self.buffer_rgba())  # type: ignore[no-untyped-call]


def _turned(
    x: float, y: float, angle: float, width: float, height: float, descent: float
) -> npt.NDArray[np.float64]:
    """Return left, top, right and bottom of a text that was turned about where it begins."""
    across = np.array([0, width, width, 0])
    up = np.array([-descent, -descent, height - descent, height - descent])
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    right, down = x + across * cos - up * sin, y - across * sin - up * cos
    return np.array([right.min(), down.min(), right.max(), down.max()])


class _WatchingCanvas(FigureCanvasAgg):
    """A canvas that is drawn upon by `_Watch`."""

    renderer: _Watch | None = None

    def get_renderer(self) -> _Watch:
        """Return the one of this size."""
        size = (*self.figure.bbox.size, self.figure.dpi)
        if self.renderer is None or self.renderer.size != size:
            self.renderer = _Watch(*size)
        return self.renderer


def _drawn(figure: Figure) -> _Watch:
    """Draw a figure as a notebook shows it, and return what drew it; the figure stays its own."""
    before = figure.canvas
    try:
        canvas = _WatchingCanvas(figure)
        dpi = _SHARPNESS * figure.dpi
        canvas.print_figure(io.BytesIO(), format="rgba", dpi=dpi, bbox_inches="tight")
        assert canvas.renderer is not None
        return canvas.renderer
    finally:
        figure.set_canvas(before)


def faults(figure: Figure) -> list[str]:
    """Return what keeps a reader from reading a figure, each as a short sentence without its stop.

    Two texts that overlap; a text that is cut off, covered, or too small at the size shown; bars
    that do not begin at zero; an axis without a name.
    """
    watch = _drawn(figure)
    told = [*_texts(watch), *itertools.chain.from_iterable(map(_bars, figure.axes))]
    told += itertools.chain.from_iterable(_names(axes, figure) for axes in figure.axes)
    return list(dict.fromkeys(told))


def _texts(watch: _Watch) -> Iterator[str]:
    """Tell what is amiss with the texts of a figure."""
    # The same text again in the same place, as the marks of two axes on one another, is one text.
    lines = list({(line.text, line.box): line for line in watch.lines}.values())
    overlapped = set()
    for one, other in itertools.combinations(lines, 2):
        if one.touches(other):
            overlapped |= {one.name, other.name}
            yield f"the texts {one.name} and {other.name} overlap"
    for line in lines:
        if not line.whole:
            yield f"the text {line.name} is cut off"
        elif line.name not in overlapped and line.covered(watch.pixels):
            yield f"the text {line.name} is covered, or has the colour of what is behind it"
    shrunk = min(1, WIDEST * watch.dpi / watch.width)
    smallest = min(lines, key=lambda line: line.points, default=None)
    if smallest and (shown := shrunk * smallest.points) < POINTS - 0.05:
        yield f"the text {smallest.name} is shown in {shown:.2g} points, but needs {POINTS:g}"


def _bars(axes: Axes) -> Iterator[str]:
    """Tell where the bars of an axes begin, unless at zero or where another bar ends."""
    for bars in (each for each in axes.containers if isinstance(each, BarContainer)):
        level = 0 if bars.orientation == "horizontal" else 1
        limits = sorted((axes.get_xlim, axes.get_ylim)[level]())
        scale = (axes.get_xscale, axes.get_yscale)[level]()
        starts = [bar.get_xy()[level] for bar in bars if bar.get_bbox().size[level]]
        loose = [start for start in starts if start not in {0, *_ends(axes, level)}]
        if scale != "linear":
            yield f"bars stand on a {scale} axis, which has no zero"
        elif loose or not limits[0] <= 0 <= limits[1]:
            begin = loose[0] if loose else min(limits, key=abs)
            yield f"bars begin at {begin:.3g}, not at zero"


def _ends(axes: Axes, level: int) -> Iterator[float]:
    """Yield where the bars of an axes end."""
    for bars in (each for each in axes.containers if isinstance(each, BarContainer)):
        for bar in bars:
            yield bar.get_xy()[level] + (bar.get_width(), bar.get_height())[level]


def _names(axes: Axes, figure: Figure) -> Iterator[str]:
    """Tell which axes carry numbers and have no name, nor share that of another."""
    if not (axes.get_visible() and axes.axison and axes.has_data()):
        return
    for letter, axis, shared, all_over in (
        ("x", axes.xaxis, axes.get_shared_x_axes(), figure.get_supxlabel()),
        ("y", axes.yaxis, axes.get_shared_y_axes(), figure.get_supylabel()),
    ):
        siblings = [each for each in shared.get_siblings(axes) if each.get_visible()]
        names = [getattr(each, f"get_{letter}label")() for each in siblings]
        if not any(map(str.strip, [all_over, *names])) and _has_numbers(axis):
            yield f"the {letter} axis of {_called(axes)} has no name"


def _called(axes: Axes) -> str:
    """Return the title by which a reader knows an axes."""
    titles = [axes.get_title(loc=loc) for loc in ("left", "center", "right")]
    whole = getattr(axes.figure, "get_suptitle", str)()
    title = next(filter(None, [*titles, whole]), "")
    return repr(title) if title else "a figure without a title"


def _has_numbers(axis: Axis) -> bool:
    """Tell whether an axis is marked with numbers; words as marks say themselves what they are."""
    marks = [mark.get_text() for mark in axis.get_ticklabels() if mark.get_visible()]
    bare = [re.sub(r"\\[a-zA-Z]+", "", mark) for mark in marks if mark.strip()]
    return axis.get_visible() and any(not re.search(r"[^\W\d_]", mark) for mark in bare)


def watch(shell: InteractiveShell, file: Path) -> None:
    """Have every figure that a kernel shows inspected, and what is amiss appended to a file."""
    assert shell.display_formatter is not None
    formatter = shell.display_formatter.formatters["image/png"]
    shown: Callable[[Figure], Any] = formatter.lookup_by_type(Figure)

    def inspected(figure: Figure) -> Any:
        picture = shown(figure)  # first, so that nothing here can change it
        if told := faults(figure):
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(told, ensure_ascii=False) + "\n")
        return picture

    formatter.for_type(Figure, inspected)


def taken(file: Path) -> list[str]:
    """Return what is amiss with the figures that were shown since the last call."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    file.unlink()
    return [fault for line in lines for fault in json.loads(line)]
