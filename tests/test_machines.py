"""Ordinary machines that once broke the course: each is made for real here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from dlcourse.paths import ROOT


def run(*command: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with more variables than there are."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def with_another_numpy(folder: Path) -> str:
    """Return a PYTHONPATH on which NumPy is not the one that was installed."""
    (folder / "numpy").mkdir(parents=True)
    (folder / "numpy" / "__init__.py").write_text("__version__ = '1.0'\n", encoding="utf-8")
    return f"{folder}{os.pathsep}{ROOT}"


def test_another_numpy_on_pythonpath_is_told_as_what_it_is(tmp_path: Path) -> None:
    path = with_another_numpy(tmp_path)
    shown = run("-c", "from dlcourse import claim", PYTHONPATH=path)
    assert "cannot import name 'claim'" not in shown.stderr
    assert (
        "cannot be loaded, for a library is not the one that was installed for it" in shown.stderr
    )


def test_doctor_names_what_comes_from_pythonpath_without_a_traceback(tmp_path: Path) -> None:
    shown = run("-m", "dlcourse.cli", "doctor", PYTHONPATH=with_another_numpy(tmp_path))
    assert shown.returncode == 1
    assert "Traceback" not in shown.stdout + shown.stderr
    assert "PYTHONPATH may put other libraries" in shown.stdout
    assert "✘ PyTorch" in shown.stdout


def test_figures_are_shown_whatever_mplbackend_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    source = "from dlcourse import plots\naxes = plots.axes('A line')\naxes.plot([1, 2])"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert any("image/png" in output.get("data", {}) for output in notebook.cells[0].outputs)


def test_the_style_is_that_of_the_house_whatever_a_matplotlibrc_says(tmp_path: Path) -> None:
    settings = tmp_path / "matplotlibrc"
    settings.write_text("lines.linestyle: --\nfont.family: serif\n", encoding="utf-8")
    code = (
        "from dlcourse import plots; import matplotlib as mpl;"
        "print(mpl.rcParams['lines.linestyle'], *mpl.rcParams['font.family'])"
    )
    assert run("-c", code, MATPLOTLIBRC=str(settings)).stdout.split() == ["-", "sans-serif"]


@pytest.mark.parametrize("command", ["lessons", "run", "check", "update", "next", "progress"])
def test_a_package_without_its_clone_says_so(tmp_path: Path, command: str) -> None:
    shutil.copytree(
        ROOT / "dlcourse", tmp_path / "dlcourse", ignore=shutil.ignore_patterns("__py*")
    )
    shown = run(
        *("-m", "dlcourse.cli", command),
        cwd=tmp_path,
        PYTHONPATH=str(tmp_path),
        DLCOURSE_PROGRESS=str(tmp_path / "own" / "progress.json"),
    )
    assert shown.returncode == 1
    assert shown.stderr.startswith("✘ There are no lessons in ")
    assert shown.stderr.count("\n") == 1
    assert "Traceback" not in shown.stderr
    assert not (tmp_path / "my").exists()
