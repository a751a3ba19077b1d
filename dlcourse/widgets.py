"""Interactive figures. On the web a slider is dead, so each has a static twin in the next cell."""

from collections.abc import Callable

import ipywidgets
import matplotlib.pyplot as plt
from IPython.display import display


def explore(draw: Callable[..., object], **sliders: tuple[float, float, float]) -> None:
    """Redraw a figure while sliders move: `explore(draw, angle=(0, 180, 30))`.

    Each slider is (lowest, highest, start) and passes its value to `draw` under its own name, as a
    whole number where all three are. Raises ValueError where start lies outside the range.
    """
    controls = {name: _slider(name, *limits) for name, limits in sliders.items()}

    def redraw(**values: float) -> None:
        draw(**values)
        plt.show()

    output = ipywidgets.interactive_output(redraw, controls)
    display(ipywidgets.VBox([*controls.values(), output]))  # type: ignore[no-untyped-call]


def _slider(name: str, lowest: float, highest: float, start: float) -> ipywidgets.Widget:
    """Return a slider that reports while it moves."""
    if not lowest <= start <= highest:
        raise ValueError(
            f"The slider {name!r} starts at {start}, outside its range from {lowest} to {highest}: "
            "give (lowest, highest, start)."
        )
    whole = all(isinstance(value, int) for value in (lowest, highest, start))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    step = 1 if whole else (highest - lowest) / 100
    return kind(start, min=lowest, max=highest, step=step, description=name)
