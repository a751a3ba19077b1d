"""Sentences that are executed: a claim is printed when it is true and raises when it is not."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse import seeds


class ClaimError(AssertionError):
    """A claim of a lesson that the measured figures do not bear out."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: the cell above it is all that there is to see."""
        return [str(self)]


class Held(str):
    """The text of a claim that has just held: a text that no notebook shows a second time."""

    def _ipython_display_(self) -> None:
        """Show nothing where a claim is the last line of a cell."""


def claim(text: str, held: bool | np.bool, **figures: Any) -> Held:
    """State `text`, borne out by `held` and the measured `figures` behind it.

    Print one line if it holds, and return the text, for the title of a picture that shows it;
    raise `ClaimError` if it does not. With `DLCOURSE_LEDGER=FILE` the claim is also appended to
    FILE, held or not, as one JSON object a line: lesson, text, held, figures, seed. A figure is a
    number, an array of numbers, or a short text.

    With `DLCOURSE_CLAIMS=gather`, which `dlcourse run` sets for the reader's own notebooks, a false
    claim is recorded and printed but not raised, so that those after it are heard as well.

    Raises TypeError where `held` is no truth value (a measured number, say, or an array of them),
    ValueError where a figure is not finite.
    """
    if not isinstance(text, str) or not text.strip():
        raise TypeError(f"A claim begins with its sentence, but was given {text!r}: write it out.")
    if not isinstance(held, bool | np.bool):
        raise TypeError(
            f"The claim {text!r} was given {held!r}, but needs True or False: "
            "compare the figure with what is claimed, as in claim(text, accuracy >= 0.95)."
        )
    plain = {name: _plain(text, name, figure) for name, figure in figures.items()}
    _record(text, bool(held), plain)
    if not held:
        shown = ", ".join(f"{name} = {figure}" for name, figure in plain.items())
        told = f"✘ {text}" + (f" (measured: {shown})" if shown else "")
        if os.environ.get("DLCOURSE_CLAIMS") != "gather":
            raise ClaimError(told)
        print(told)
    else:
        print(f"✔ {text}")
    return Held(text)


def _plain(text: str, name: str, figure: Any) -> Any:
    """Return a figure as JSON can hold it; refuse what is not finite."""
    if isinstance(figure, str):
        return figure
    values = np.asarray(figure)
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"The claim {text!r} was given {name} = {figure!r}, "
            "but a figure is a number, an array of numbers, or a text."
        )
    if not np.isfinite(values).all():
        raise ValueError(
            f"The claim {text!r} rests on {name} = {figure!r}, which is not finite: "
            "find where it was lost before claiming anything."
        )
    return values.tolist()


def _record(text: str, held: bool, figures: dict[str, Any]) -> None:
    """Append the claim to the ledger, if there is one."""
    ledger = os.environ.get("DLCOURSE_LEDGER", "").strip()
    if not ledger:
        return
    entry = {"lesson": _lesson(), "text": text, "held": held, "figures": figures}
    line = json.dumps({**entry, "seed": seeds.base()}, ensure_ascii=False)
    # One write in append mode, so that lessons that run side by side never mix their lines.
    with Path(ledger).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _lesson() -> str | None:
    """Return the lesson that is running, as the runner or Jupyter names it, or None outside one."""
    named = os.environ.get("DLCOURSE_LESSON") or os.environ.get("JPY_SESSION_NAME")
    return Path(named).stem if named else None
