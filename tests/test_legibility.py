"""Figures that can be read: each fault is seen, and its mended twin passes."""

import shutil
from collections.abc import Callable

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from test_build import output_of_pytest

from dlcourse import build, legibility, plots
from dlcourse.paths import ROOT

mpl.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    """Leave no figure open."""
    yield
    plt.close("all")


def told(draw: Callable[[Axes], object], size: tuple[float, float] = (6.4, 3.6)) -> list[str]:
    """Return what is amiss with a figure that has a line on named axes and what is drawn on it."""
    ax = plots.axes("What is shown", "steps", "loss", size=size)
    ax.plot([0, 1], [0, 1])
    draw(ax)
    return legibility.faults(ax.figure)


def panels(draw: Callable[[Figure, np.ndarray], object], **options: object) -> list[str]:
    """Return what is amiss with a figure of two panels, each with a line on it."""
    figure, axes = plt.subplots(1, 2, **options)
    for ax in axes:
        ax.plot([0, 1], [0, 1])
    draw(figure, axes)
    return legibility.faults(figure)


def label(text: str, x: float, y: float, **style: object) -> Callable[[Axes], object]:
    """Return what writes a text at a place of the axes."""
    return lambda ax: ax.text(x, y, text, **style)


# --- texts that overlap ---------------------------------------------------------------------------


@pytest.mark.parametrize(("apart", "fault"), [(0.03, True), (0.12, False)])
def test_two_labels_on_one_another(apart, fault):
    def draw(ax):
        ax.text(0.2, 0.8, "random filters")
        ax.text(0.2, 0.8 - apart, "network")

    expected = ["the texts 'random filters' and 'network' overlap"]
    assert told(draw) == (expected if fault else [])


@pytest.mark.parametrize(("width", "fault"), [(3, True), (9, False)])
def test_marks_that_run_into_one_another(width, fault):
    names = ["learned filters", "random filters", "no filters at all"]
    found = told(lambda ax: ax.set_xticks([0, 0.5, 1], names), size=(width, 3.6))
    expected = [
        "the texts 'learned filters' and 'random filters' overlap",
        "the texts 'random filters' and 'no filters at all' overlap",
    ]
    assert found == (expected if fault else [])


@pytest.mark.parametrize(("size", "fault"), [((4, 3), True), ((12, 3), False)])
def test_titles_of_neighbours(size, fault):
    def draw(figure, axes):
        for ax in axes:
            ax.set(title="A title that is much too long for its panel", xlabel="x", ylabel="y")

    found = panels(draw, figsize=size)
    assert any("overlap" in each for each in found) == fault


def test_a_legend_on_a_label():
    def draw(ax, place):
        ax.plot([0, 1], [0, 0.9], label="validation")
        ax.text(0.02, 0.02, "a label", transform=ax.transAxes)
        ax.legend(loc=place)

    assert "overlap" in told(lambda ax: draw(ax, "lower left"))[0]
    assert told(lambda ax: draw(ax, "upper left")) == []


def test_a_slanted_text_overlaps_where_its_letters_do():
    def draw(ax, shift):
        for i in range(2):
            ax.text(0.1 + shift * i, 0.3, "a slanted label", rotation=45)

    assert told(lambda ax: draw(ax, 0.12)) == []  # though their rectangles overlap
    assert "overlap" in told(lambda ax: draw(ax, 0.02))[0]


def test_what_is_not_to_be_seen_overlaps_nothing():
    def draw(ax):
        ax.text(0.5, 0.5, "seen")
        ax.text(0.5, 0.5, "")
        ax.text(0.5, 0.5, "hidden").set_visible(False)
        ax.text(0.5, 0.5, "transparent", alpha=0)
        ax.text(0.5, 0.5, "seen")  # once more, as the marks of two axes on one another

    assert told(draw) == []


# --- texts that are cut off or covered ------------------------------------------------------------


def test_a_text_that_its_panel_cuts_off():
    assert told(label("a long label", 0.95, 0.5, clip_on=True)) == [
        "the text 'a long label' is cut off"
    ]
    assert told(label("a long label", 0.95, 0.5)) == []  # the picture grows
    assert told(label("a long label", 0.6, 0.5, clip_on=True)) == []


def test_a_text_beyond_the_picture():
    def draw(ax, inside):
        ax.text(1.2, 0.5, "outside", transform=ax.transAxes).set_in_layout(inside)

    assert told(lambda ax: draw(ax, False)) == ["the text 'outside' is cut off"]
    assert told(lambda ax: draw(ax, True)) == []


def test_a_text_that_the_next_panel_covers():
    def draw(figure, axes, x):
        axes[0].text(x, 0.1, "runs too far", in_layout=False)
        for ax in axes:
            ax.set(xlabel="x", ylabel="")
        axes[0].set_ylabel("y")

    options = {"figsize": (6, 3), "sharey": True}
    [fault] = panels(lambda *a: draw(*a, 0.9), **options)
    assert fault.startswith("the text 'runs too far' is covered")
    assert panels(lambda *a: draw(*a, 0.1), **options) == []


def test_a_text_that_cannot_be_told_from_what_is_behind_it():
    hidden = told(label("white", 0.2, 0.8, color="white"))
    assert hidden == ["the text 'white' is covered, or has the colour of what is behind it"]

    def in_bar(ax):
        ax.axhspan(0.7, 1, color=plots.BLUE)
        ax.text(0.2, 0.8, "white", color="white")

    assert told(in_bar) == []


def test_a_line_over_a_text():
    def draw(ax, above):
        ax.plot([0, 1], [0.815] * 2, lw=9, zorder=4 if above else 1)
        ax.text(0.2, 0.8, "under the line")

    assert "is covered" in told(lambda ax: draw(ax, True))[0]
    assert told(lambda ax: draw(ax, False)) == []


# --- texts that are too small ---------------------------------------------------------------------


def test_a_text_that_is_too_small():
    small = ["the text 'note' is shown in 7 points, but needs 8"]
    assert told(label("note", 0.2, 0.8, fontsize=7)) == small
    assert told(label("note", 0.2, 0.8, fontsize=8)) == []


def test_a_wide_figure_is_shown_smaller():
    note = label("note", 0.2, 0.8, fontsize=9)
    [fault] = told(note, size=(14, 3))
    assert fault == "the text 'note' is shown in 6.4 points, but needs 8"
    assert told(note, size=(9.6, 3)) == []


# --- bars -----------------------------------------------------------------------------------------


def bars(draw: Callable[[Axes], object]) -> list[str]:
    """Return what is amiss with bars on named axes."""
    ax = plots.axes("What is shown", "form", "accuracy")
    draw(ax)
    return legibility.faults(ax.figure)


@pytest.mark.parametrize("upright", [True, False])
def test_bars_begin_at_zero(upright):
    def draw(ax, start):
        if upright:
            ax.bar(["a", "b"], [0.8, 0.9])
            ax.set_ylim(start, 1)
        else:
            ax.barh(["a", "b"], [0.8, 0.9])
            ax.set_xlim(start, 1)

    assert bars(lambda ax: draw(ax, 0.7)) == ["bars begin at 0.7, not at zero"]
    assert bars(lambda ax: draw(ax, 0)) == []
    assert bars(lambda ax: draw(ax, -0.2)) == []


def test_bars_that_hang_in_the_air():
    assert bars(lambda ax: ax.bar([1, 2], [3, 4], bottom=2)) == ["bars begin at 2, not at zero"]


def test_bars_on_bars_and_below_zero():
    def stacked(ax):
        first = [0.3, 0.2]
        ax.bar([1, 2], first)
        ax.bar([1, 2], [0.1, 0.7], bottom=first)

    assert bars(stacked) == []
    assert bars(lambda ax: ax.bar([1, 2, 3], [-3, 4, 0])) == []
    assert bars(lambda ax: ax.hist([1, 1, 2, 3], bins=5)) == []


def test_bars_have_no_place_on_a_logarithmic_axis():
    def draw(ax, scale):
        ax.bar([1, 2], [10, 1000])
        ax.set_yscale(scale)

    assert bars(lambda ax: draw(ax, "log")) == ["bars stand on a log axis, which has no zero"]
    assert bars(lambda ax: draw(ax, "linear")) == []


# --- axes without a name --------------------------------------------------------------------------


def test_an_axis_without_a_name():
    assert told(lambda ax: ax.set_ylabel("")) == ["the y axis of 'What is shown' has no name"]
    assert told(lambda ax: ax.set_xlabel(" ")) == ["the x axis of 'What is shown' has no name"]
    assert told(lambda ax: ax.set(xscale="log", xlim=(0.01, 10), xlabel=""))


def test_words_as_marks_and_no_marks_need_no_name():
    def draw(ax):
        ax.set(xlabel="", ylabel="", yticks=[])
        ax.set_xticks([0, 1], ["network", "10 s"])

    assert told(draw) == []


def test_an_axis_that_is_not_shown_needs_no_name():
    def draw(ax):
        ax.set(xlabel="", ylabel="")
        ax.axis("off")

    assert told(draw) == []
    empty = plots.axes("Nothing here")
    assert legibility.faults(empty.figure) == []


def test_shared_axes_need_one_name():
    def draw(figure, axes):
        axes[0].set(xlabel="x", ylabel="y")

    assert panels(draw, sharex=True, sharey=True) == []
    found = panels(draw)
    assert [each.split(" of ")[0] for each in found] == ["the x axis", "the y axis"]


def test_one_name_for_the_whole_figure():
    def draw(figure, axes):
        figure.supxlabel("x")
        figure.supylabel("y")

    assert panels(draw) == []


def test_a_scale_of_colours_has_a_name():
    def draw(ax, name):
        ax.figure.colorbar(ax.imshow(np.eye(2)), label=name)

    assert told(lambda ax: draw(ax, "")) == ["the y axis of a figure without a title has no name"]
    assert told(lambda ax: draw(ax, "weight")) == []


# --- in lessons -----------------------------------------------------------------------------------

POOR = """
ax = plots.axes("Bars", "form", "accuracy")
ax.bar(["a", "b"], [0.8, 0.9])
ax.set_ylim(0.7, 1)
plt.show()
"""
IMPORTS = "import matplotlib.pyplot as plt\nfrom dlcourse import plots, widgets"


def test_the_figure_is_as_it_was_after_it_was_inspected():
    ax = plots.axes("A title", "x", "y")
    ax.plot([0, 1], [0, 1])
    canvas, size = ax.figure.canvas, tuple(ax.figure.get_size_inches())
    assert legibility.faults(ax.figure) == []
    assert ax.figure.canvas is canvas
    assert tuple(ax.figure.get_size_inches()) == size
    assert ax.figure.dpi == plots.STYLE["figure.dpi"]


@pytest.mark.parametrize("moved", [False, True])
def test_a_lesson_with_a_poor_figure_is_not_built(moved, make_lesson):
    slider = (
        f"def draw(n):{POOR.replace(chr(10), chr(10) + '    ')}\nwidgets.explore(draw, n=(1, 5, 2))"
    )
    lesson = make_lesson(IMPORTS, "1", slider if moved else POOR)
    before = lesson.path.read_bytes()
    with pytest.raises(build.LessonError) as raised:
        build.build(lesson)
    assert str(raised.value) == (
        "Lesson 19 (A tiny lesson) has a figure in cell [3] that cannot be read: "
        "bars begin at 0.7, not at zero. The notebook was left as it was."
    )
    assert lesson.path.read_bytes() == before


def test_a_lesson_whose_figures_can_be_read_is_built(make_lesson):
    assert build.build(make_lesson(IMPORTS, POOR.replace("0.7", "0")))


def test_a_learner_may_run_a_lesson_with_a_poor_figure(make_lesson):
    assert build.execute(make_lesson(IMPORTS, POOR)).failure is None


def test_a_figure_that_cannot_be_read_fails_its_cell(make_lesson, tmp_path):
    fair = POOR.replace("0.7", "0")
    make_lesson(*((source, "nbval-ignore-output") for source in (IMPORTS, POOR, fair)))
    shutil.copy(ROOT / "conftest.py", tmp_path)
    told = output_of_pytest(tmp_path)
    assert "1 failed, 3 passed" in told
    assert "bars begin at 0.7, not at zero" in told
