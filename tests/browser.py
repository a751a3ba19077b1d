"""What tests need that look at something in a real browser."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlcourse.paths import ROOT

Once = Callable[[str, Callable[[], Any]], Any]
"""Returns what a function finds; whichever worker asks first calls it, by a name, for all."""


def in_browser() -> tuple[Path, str]:
    """Return the Python that has Playwright, and a Chromium; skip where there is none."""
    tools = (*ROOT.glob(".venv-site/bin/python"), *ROOT.glob(".venv-site/Scripts/python.exe"))
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    browser = next(filter(None, map(shutil.which, names)), None)
    if not tools or browser is None:
        pytest.skip("nothing is looked at in a browser: it needs `make site` once, and a Chromium")
    return tools[0], browser
