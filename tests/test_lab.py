"""JupyterLab in a real browser: what a learner meets who types `make lab`."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from browser import Once, in_browser
from test_setup import load

from dlcourse.course import lesson
from dlcourse.paths import ROOT

LESSONS = [lesson(id) for id in ("00", "11", "12", "36")]
PATIENCE = 300.0  # seconds
HERE = build_opener(ProxyHandler({}))  # this machine, whatever proxy is set


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return make.py for a learner whose copies lie in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_MY", str(tmp_path_factory.mktemp("a learner's") / "lessons"))
        yield load(ROOT)


@contextmanager
def jupyterlab(make: Any, own: Path) -> Iterator[str]:
    """Start JupyterLab as `make lab` starts it, and give the address at which it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DLCOURSE_MY": str(make.MINE),
        "DLCOURSE_PROGRESS": str(own / "progress.json"),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
    }
    subprocess.run([sys.executable, "-m", "dlcourse.copies"], env=environment, check=True)
    command = [sys.executable, *make.lab_command()[1:], f"--port={port}", "--no-browser"]
    command += ["--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    with (own / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        answers(f"http://127.0.0.1:{port}/api/status", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def answers(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            HERE.open(url).close()
            return
        time.sleep(0.2)
    pytest.fail("JupyterLab does not answer")


def look(make: Any, own: Path) -> list[dict[str, Any]]:
    """Return what a browser shows of each lesson, run from the top."""
    shown = in_browser("lab_in_browser.py")
    with jupyterlab(make, own) as address:
        found: list[dict[str, Any]] = shown(address, *(each.path.name for each in LESSONS))
    return found


@pytest.fixture(scope="module")
def seen(make: Any, tmp_path_factory: pytest.TempPathFactory, once: Once) -> list[dict[str, Any]]:
    """Return what was seen, by whichever worker looked first."""
    return once("lab", lambda: look(make, tmp_path_factory.mktemp("home")))


def test_the_first_page_is_the_first_lesson_in_the_learners_copy(
    seen: list[dict[str, Any]],
) -> None:
    assert seen[0]["opened"] == LESSONS[0].path.name


def test_opening_a_lesson_marks_nothing_as_changed(seen: list[dict[str, Any]]) -> None:
    assert [page["notebook"] for page in seen if page["changed"]] == []


def test_lessons_run_from_the_top_and_every_claim_holds(seen: list[dict[str, Any]]) -> None:
    for page, each in zip(seen, LESSONS, strict=True):
        assert page["errors"] == [], page["notebook"]
        stored = "".join(
            "".join(output["text"])
            for cell in each.cells
            for output in cell.outputs
            if output.get("name") == "stdout"
        )
        claims = re.findall("^✔ .*", stored, re.MULTILINE)
        assert claims
        assert re.findall("^✔ .*", page["printed"], re.MULTILINE) == claims


def test_a_slider_has_a_name_and_moves_its_figure(seen: list[dict[str, Any]]) -> None:
    sliders = [page["slider"] for page in seen]
    assert all(slider["name"] and slider["changed"] for slider in sliders)
    assert [slider["aria"] for slider in sliders] == [slider["name"] for slider in sliders]
    assert "angle (degrees)" in [slider["aria"] for slider in sliders]


def test_a_kernel_ends_with_its_tab(seen: list[dict[str, Any]]) -> None:
    assert [page["kernels"] for page in seen] == [0] * len(LESSONS)
