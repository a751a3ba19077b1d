"""Interactive and moving figures. On the web a slider is dead, so each has a static twin."""

import asyncio
import base64
import html
import io
import wave
from collections.abc import Callable
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from IPython.display import HTML, Javascript, display
from PIL import Image

NAMING = """
const name = () => document.querySelectorAll(".widget-slider").forEach((slider) => {
    const label = slider.querySelector(".widget-label").textContent;
    slider.querySelectorAll(".noUi-handle").forEach((at) => at.setAttribute("aria-label", label));
});
const drawn = new MutationObserver(name);  // sliders are drawn some time after they are shown
drawn.observe(document.body, {childList: true, subtree: true});
setTimeout(() => drawn.disconnect(), 20000);
name();
"""
"""Gives the handle of each slider its label as a name: ipywidgets leaves it to the eye alone."""


def explore(draw: Callable[..., object], **sliders: tuple[Any, ...]) -> None:
    """Redraw a figure while sliders move: `explore(draw, angle=(0, 180, 30, "degrees"))`.

    Each slider is (lowest, highest, start), with a unit where it has one, and passes its value to
    `draw` under its own name, as a whole number where all three are. Raises ValueError where start
    lies outside the range.
    """
    controls = {name: _slider(name, *limits) for name, limits in sliders.items()}

    def redraw(**values: float) -> None:
        draw(**values)
        plt.show()

    output = ipywidgets.interactive_output(redraw, controls)
    _show(*controls.values(), output)


def moving(pictures: npt.ArrayLike, alt: str, seconds: float = 4.0) -> HTML:
    """Return pictures (frames, height, width), 0 for paper and 1 for ink, as one that moves.

    It lasts some `seconds`, stands still for two on its last frame, and begins again. `alt` tells
    what a reader would see. Raises ValueError for another shape, or values beyond 0 and 1.
    """
    frames = np.asarray(pictures)
    if frames.ndim != 3 or len(frames) < 2 or not (frames.min() >= 0 and frames.max() <= 1):
        raise ValueError(
            f"moving() was given an array of shape {frames.shape}, but needs two pictures or more, "
            "(frames, height, width), of values from 0 (paper) to 1 (ink): stack and clip them."
        )
    grey = [Image.fromarray(np.uint8(255 - np.rint(15 * frame) * 17)) for frame in frames]
    shown = [1000 * seconds / len(frames)] * (len(frames) - 1) + [2000]  # milliseconds
    file = io.BytesIO()
    grey[0].save(file, "GIF", save_all=True, append_images=grey[1:], duration=shown, loop=0)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    style = f"width: {2 * frames.shape[2]}px; max-width: 100%; image-rendering: pixelated"
    source = f"data:image/gif;base64,{data}"
    return HTML(f'<img alt="{html.escape(alt)}" src="{source}" style="{style}">')  # type: ignore[no-untyped-call]


def sound(samples: npt.ArrayLike, rate: int, alt: str) -> HTML:
    """Return a player for samples (n,) from −1 to 1, `rate` of them per second, at 8 bits each.

    `alt` tells what a listener would hear, and stands below the player. Raises ValueError for what
    is no such row.
    """
    row = np.asarray(samples, float)
    if row.ndim != 1 or len(row) == 0 or not abs(row).max() <= 1:
        raise ValueError(
            f"sound() was given samples of shape {row.shape}, but needs a row of values from −1 to "
            "1: give one channel, and divide it by its largest value."
        )
    file = io.BytesIO()
    with wave.open(file, "wb") as clip:
        clip.setparams((1, 1, rate, len(row), "NONE", ""))
        clip.writeframes(np.uint8(np.rint(127 * row) + 128).tobytes())
    source = base64.b64encode(file.getvalue()).decode("ascii")
    text = html.escape(alt)
    return HTML(  # type: ignore[no-untyped-call]
        f'<audio controls aria-label="{text}" src="data:audio/wav;base64,{source}"></audio>'
        f"<p>{text}</p>"
    )


def steer(view: Callable[[], npt.ArrayLike], go: Callable[..., bool], *names: str) -> None:
    """Show a picture that goes on, once its button is pressed, while somebody moves sliders.

    `view()` gives the picture (height, width), from 0 (black) to 1 (white). `go` is given a value
    from −1 to 1 for each of the names and tells whether there is more to come. A slider that was
    clicked obeys the arrow keys too. Before the button is pressed, nothing happens.
    """
    controls = [ipywidgets.FloatSlider(0, min=-1, max=1, step=0.2, description=n) for n in names]
    picture, button = ipywidgets.Image(width=320), ipywidgets.Button(description="Go")

    def draw() -> None:
        file = io.BytesIO()
        Image.fromarray(np.uint8(255 * np.asarray(view()))).resize((320, 320), 0).save(file, "PNG")
        picture.value = file.getvalue()

    async def ride() -> None:
        button.disabled = True
        while go(*(control.value for control in controls)):
            draw()
            await asyncio.sleep(0.04)
        button.disabled = False

    rides = []
    button.on_click(lambda _: rides.append(asyncio.ensure_future(ride())))
    draw()
    _show(picture, *controls, button)


def _show(*parts: ipywidgets.Widget) -> None:
    """Show widgets one below the other, their sliders with names that can be read aloud."""
    display(ipywidgets.VBox(parts), Javascript(NAMING))  # type: ignore[no-untyped-call]


def _slider(
    name: str, lowest: float, highest: float, start: float, unit: str = ""
) -> ipywidgets.Widget:
    """Return a slider that reports while it moves, under its name and unit."""
    if not lowest <= start <= highest:
        raise ValueError(
            f"The slider {name!r} starts at {start}, outside its range from {lowest} to {highest}: "
            "give (lowest, highest, start)."
        )
    whole = all(isinstance(value, int) for value in (lowest, highest, start))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    step = 1 if whole else (highest - lowest) / 100
    said = name.replace("_", " ") + (f" ({unit})" if unit else "")
    style = {"description_width": "initial"}
    return kind(start, min=lowest, max=highest, step=step, description=said, style=style)
