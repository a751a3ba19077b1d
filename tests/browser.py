"""What tests need that look at something in a real browser."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlcourse.paths import ROOT

Once = Callable[[str, Callable[[], Any]], Any]
"""Returns what a function finds; whichever worker asks first calls it, by a name, for all."""


def in_browser(script: str) -> Callable[..., Any]:
    """Return what runs a script of this folder with Playwright and a Chromium, and reads its JSON.

    Skips the test where there are none.
    """
    tools = (*ROOT.glob(".venv-site/bin/python"), *ROOT.glob(".venv-site/Scripts/python.exe"))
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    browser = next(filter(None, map(shutil.which, names)), None)
    if not tools or browser is None:
        pytest.skip("nothing is looked at in a browser: it needs `make site` once, and a Chromium")
    command = [tools[0], ROOT / "tests" / script, browser]

    def look(*arguments: str | Path) -> Any:
        done = subprocess.run(
            [*command, *arguments], capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return look
