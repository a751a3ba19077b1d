"""Do two pictures look the same?"""

import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

from dlcourse import pictures

X = np.linspace(0, 6, 100)


def curve(
    f: Callable[[np.ndarray], np.ndarray] = np.sin,
    noise: float = 0,
    title: str = "Two layers fold the plane twice",
    **style: Any,
) -> bytes:
    """Return a figure as a lesson draws it."""
    figure = Figure(figsize=(6, 4))
    axes = figure.add_subplot()
    axes.plot(X, f(X) + noise * np.random.default_rng(0).normal(size=len(X)), **style)
    axes.set(title=title, xlabel="step", ylabel="loss")
    return saved(figure)


def saved(figure: Figure, **options: Any) -> bytes:
    """Return a figure as a PNG file."""
    file = io.BytesIO()
    with mpl.rc_context(mpl.rcParamsDefault):
        figure.savefig(file, format="png", bbox_inches="tight", **options)
    return file.getvalue()


@pytest.mark.parametrize("noise", [0, 1e-6, 1e-4, 1e-3])
def test_noise_that_nobody_sees_is_the_same_picture(noise):
    assert pictures.alike(curve(), curve(noise=noise))


@pytest.mark.parametrize(
    "other",
    [
        {"noise": 0.03},
        {"color": "C1"},
        {"color": "C3"},
        {"color": "C4"},
        {"f": np.cos},
        {"f": lambda x: np.sin(x + 0.05)},
        {"f": lambda x: 2 * np.sin(x)},
        {"title": "Two layers fold the plane once"},
        {"title": "Two layers fold the plane twice."},
        {"marker": "o"},
    ],
)
def test_what_a_reader_sees_is_another_picture(other):
    assert not pictures.alike(curve(), curve(**other))


def test_another_scale_of_the_same_line_is_another_picture():
    one, other = Figure(), Figure()
    one.add_subplot().plot([0, 1], [0, 1])
    other.add_subplot().plot([0, 1], [0, 0.5])
    assert not pictures.alike(saved(one), saved(other))


def test_names_swapped_in_a_legend_make_another_picture():
    def named(*names: str) -> bytes:
        figure = Figure(figsize=(6, 4))
        axes = figure.add_subplot()
        for name, level in zip(names, (1, 2), strict=True):
            axes.plot(X, level * X, label=name)
        axes.legend()
        return saved(figure)

    assert not pictures.alike(named("train", "test"), named("test", "train"))


def test_a_shift_by_one_pixel_is_not_seen_and_one_by_two_is():
    def square(at: int) -> bytes:
        image, file = Image.new("RGB", (320, 320), "white"), io.BytesIO()
        image.paste("black", (at, at, at + 15, at + 15))
        image.save(file, "png")
        return file.getvalue()

    assert pictures.difference(square(100), square(101)) == 0
    assert not pictures.alike(square(100), square(102))


def test_a_difference_of_grey_levels_is_known():
    def plain(level: int) -> bytes:
        file = io.BytesIO()
        Image.new("L", (256, 256), level).save(file, "png")
        return file.getvalue()

    assert pictures.difference(plain(100), plain(103)) == pytest.approx(3)


def test_a_transparent_picture_lies_on_white():
    figure = Figure(figsize=(1, 1))
    assert pictures.alike(saved(figure), saved(figure, transparent=True))


def test_a_compressed_picture_looks_the_same():
    figure = Figure(figsize=(6, 4))
    figure.add_subplot().imshow(np.random.default_rng(0).normal(size=(28, 28)), cmap="viridis")
    for drawn in (curve(), saved(figure), saved(figure, transparent=True)):
        assert pictures.difference(pictures.compress(drawn), drawn) < pictures.LIMIT / 4
    assert len(pictures.compress(curve())) < 0.5 * len(curve())


def test_texts_and_dates_are_not_stored():
    information = PngImagePlugin.PngInfo()
    information.add_text("Software", "version 1")
    information.add_itxt("Author", "Ada")
    image, with_text, without = Image.new("RGB", (9, 9), "red"), io.BytesIO(), io.BytesIO()
    image.save(with_text, "png", pnginfo=information)
    image.save(without, "png")
    assert pictures.compress(with_text.getvalue()) == pictures.compress(without.getvalue())


def test_pictures_are_found_among_outputs():
    picture = curve()
    drawn = {"output_type": "display_data", "data": {"image/png": pictures.encode(picture)}}
    in_lines = {"data": {"image/png": [line + "\n" for line in [pictures.encode(picture)]]}}
    found = pictures.pictures_of([{"output_type": "stream", "text": "x"}, drawn, in_lines])
    assert len(found) == 2
    assert pictures.difference(found[0], picture) == 0
    assert found[0] == found[1]


def test_pictures_that_differ_are_kept_to_be_looked_at(tmp_path):
    one, other = curve(), curve(color="C1")
    assert pictures.compare([one, one], [one, one], "cell", tmp_path) == []
    assert not list(tmp_path.iterdir())
    [told] = pictures.compare([one, one], [one, other], "cell", tmp_path)
    assert told.startswith("Figure 2 differs from the stored one by")
    assert (tmp_path / "cell-2-stored.png").read_bytes() == one
    assert (tmp_path / "cell-2-drawn.png").read_bytes() == other
    assert pictures.compare([one], [], "cell", tmp_path) == [
        "0 figures were drawn where 1 are stored."
    ]
