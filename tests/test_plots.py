"""Figures: the house style is on, the axes come back, and colours can be told apart."""

import asyncio
import base64
import io
import itertools
import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from dlcourse import legibility, plots, widgets

mpl.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    """Leave no figure open."""
    yield
    plt.close("all")


# Viénot, Brettel and Mollon (1999), Color Research & Application 24(4), 243–252.
LMS = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
SEEN = {
    "everybody": np.eye(3),
    "without red cones": np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]]),
    "without green cones": np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]]),
}


def apart(colours: list[str], who: str) -> float:
    """Return the distance in RGB of the two colours that look most alike to somebody."""
    sees = np.linalg.inv(LMS) @ SEEN[who] @ LMS
    shown = [np.clip(sees @ np.array(to_rgb(name)) ** 2.2, 0, 1) ** (1 / 2.2) for name in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(shown, 2))


@pytest.mark.parametrize("who", SEEN)
def test_the_first_four_colours_differ_to_colour_blind_readers_too(who):
    assert apart([plots.BLUE, plots.ORANGE, plots.GREEN, plots.PINK], who) > 0.14


def test_other_colours_would_not():
    assert apart(["#A66A3A", "#6F8B2F"], "without green cones") < 0.14
    assert apart(["#A66A3A", "#6F8B2F"], "everybody") > 0.14


def test_axes_say_their_message_and_their_units():
    ax = plots.axes("It falls", "steps", "loss (bits)", size=(4, 3))
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == (
        "It falls",
        "steps",
        "loss (bits)",
    )
    assert tuple(ax.figure.get_size_inches()) == (4, 3)
    assert not ax.spines["top"].get_visible()


def test_a_long_title_takes_two_lines_and_ends_where_the_figure_does():
    held = "Each doubling of the plays that are counted saves more than 0.05 bits per character"
    ax = plots.axes(held, "plays", "bits")
    assert ax.get_title(loc="left").replace("\n", " ") == held
    assert ax.get_title(loc="left").count("\n") == 1
    wide = plots.axes(held, "plays", "bits", size=(9.6, 3))
    assert wide.get_title(loc="left") == held


def test_images_are_shown_in_rows_with_their_labels():
    shown = plots.images(np.arange(12 * 4).reshape(12, 2, 2), range(12), "Twelve", columns=5)
    assert [ax.get_title() for ax in shown] == [str(n) for n in range(12)]
    assert len(shown[0].figure.axes) == 15  # three rows of five
    assert {tuple(ax.images[0].get_clim()) for ax in shown} == {(0, 47)}  # one scale for all


@pytest.mark.parametrize("pictures", [np.ones((2, 2)), np.ones((0, 2, 2)), [1, 2], [[[[1]]]]])
def test_images_wants_a_stack_of_pictures(pictures):
    with pytest.raises(ValueError, match="put one picture into a list"):
        plots.images(pictures)


def test_images_wants_one_label_a_picture():
    with pytest.raises(ValueError, match="2 labels for 3 pictures"):
        plots.images(np.ones((3, 2, 2)), ["a", "b"])


def test_a_band_shows_mean_and_range_and_is_named_at_its_end():
    ax = plots.axes("")
    plots.band(ax, [1, 2, 3], [[0, 2, 4], [2, 4, 9]], "network", plots.BLUE)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1, 3, 6.5])
    edges = ax.collections[0].get_paths()[0].vertices
    for x, low, high in ((1, 0, 2), (2, 2, 4), (3, 4, 9)):
        assert {low, high} <= set(edges[edges[:, 0] == x, 1])
    (name,) = ax.texts
    assert name.get_text() == "network"
    assert name.xy == (3, 6.5)


def test_dots_show_every_run_and_the_mean_of_each_group():
    ax = plots.axes("")
    plots.dots(ax, {"old": [1, 2, 6], "new": [4, 5]})
    drawn = [list(line.get_ydata()) for line in ax.lines]
    assert drawn == [[1, 2, 6], [3, 3], [4, 5], [4.5, 4.5]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["old", "new"]


def test_dots_show_more_groups_than_the_style_has_colours():
    ax = plots.axes("")
    plots.dots(ax, {str(n): [n, n + 1] for n in range(10)})
    assert len(ax.lines) == 2 * 10
    assert [label.get_text() for label in ax.get_xticklabels()] == [str(n) for n in range(10)]
    colours = [line.get_color() for line in ax.lines[::2]]
    assert [to_rgb(c) for c in colours[:2]] == [to_rgb(plots.BLUE), to_rgb(plots.ORANGE)]


def test_a_level_is_drawn_and_named():
    ax = plots.axes("")
    plots.level(ax, 0.9, "90 of 100")
    assert list(ax.lines[0].get_ydata()) == [0.9, 0.9]
    assert ax.texts[0].get_text() == "90 of 100"


def test_two_levels_close_to_one_another_are_named_on_either_side():
    ax = plots.axes("", "x", "accuracy")
    ax.set(xlim=(0, 1), ylim=(0.92, 0.952))
    plots.level(ax, 0.94, "best published network")
    plots.level(ax, 0.939, "logistic regression", below=True)
    assert legibility.faults(ax.figure) == []
    plots.level(ax, 0.939, "another")
    assert "overlap" in legibility.faults(ax.figure)[0]


def test_a_slider_passes_its_value_on(monkeypatch):
    shown, drawn = [], []
    monkeypatch.setattr(widgets, "display", lambda *parts: shown.extend(parts))
    widgets.explore(
        lambda angle, shift: drawn.append((angle, shift)),
        angle=(0, 180, 30, "degrees"),
        shift=(-1.0, 1.0, 0.5),
    )
    angle, shift, _ = shown[0].children
    assert (angle.description, angle.min, angle.max) == ("angle (degrees)", 0, 180)
    assert (angle.step, shift.description) == (1, "shift")
    angle.value, shift.value = 45, -0.25
    assert drawn == [(30, 0.5), (45, 0.5), (45, -0.25)]


def test_a_slider_starts_within_its_range():
    with pytest.raises(ValueError, match="'n' starts at 9, outside its range from 1 to 5"):
        widgets.explore(print, n=(1, 5, 9))


def test_a_moving_picture_shows_each_frame_and_says_what_is_seen():
    frames = np.zeros((3, 4, 5))
    frames[1], frames[2, 0, 0] = 0.5, 1
    shown = widgets.moving(frames, 'A "dot" appears', seconds=0.6).data
    assert 'alt="A &quot;dot&quot; appears"' in shown
    data = shown.split("base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert (picture.n_frames, picture.size) == (3, (5, 4))
        seen = []
        for number in range(3):
            picture.seek(number)
            seen.append((np.asarray(picture.convert("L"))[0, 0], picture.info["duration"]))
    assert seen == [(255, 200), (119, 200), (0, 2000)]


@pytest.mark.parametrize(
    "pictures", [np.zeros((3, 4)), np.zeros((1, 4, 5)), np.full((2, 4, 5), 1.5), [[[math.nan]]] * 2]
)
def test_a_moving_picture_needs_frames_from_paper_to_ink(pictures):
    with pytest.raises(ValueError, match="stack and clip them"):
        widgets.moving(pictures, "Nothing to see here at all")


def test_sliders_steer_what_goes_on_once_the_button_is_pressed(monkeypatch):
    shown, gone = [], []
    monkeypatch.setattr(widgets, "display", lambda *parts: shown.extend(parts))

    def go(*values):
        gone.append(values)
        return len(gone) < 3

    async def sit_and_drive():
        widgets.steer(lambda: np.eye(4), go, "steering", "pedal")
        picture, steering, pedal, button = shown[0].children
        assert bytes(picture.value).startswith(b"\x89PNG")
        assert gone == []
        steering.value, pedal.value = -0.4, 1
        button.click()
        while len(gone) < 3:
            await asyncio.sleep(0.01)

    asyncio.run(sit_and_drive())
    assert gone == [(-0.4, 1.0)] * 3
