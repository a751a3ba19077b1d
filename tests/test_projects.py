"""A notebook of the reader's own: what is said of its runs, of its rubric, and of bad input."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner, Result

from dlcourse import build, cli, limits, paths, projects
from dlcourse.build import Run
from dlcourse.projects import Project

CONTRACT = """
evaluation.Contract(
    question="Which?", acts="A clerk.", wrong="An hour.", split="By person.", metric="Errors.",
    rivals={"the mean": "of all"}, overturned_by="A stranger.",
)
"""
CARD = """
evaluation.ModelCard(
    title="A card", model="None.", intended_use="Tests.", not_for="Life.", training_data="None.",
    evaluation_data="None.", metrics={"errors": "0"}, slices={"all": "0"}, limits=("Many.",),
    harms=("Few.",), overturned_by="A stranger.",
)
"""
CLAIMS = """
drawn = seeds.rng("x").normal()
claim("One", drawn < 9, the_mean=drawn)
claim("Two", drawn < 9, drawn=drawn)
claim("Three", drawn < 9, interval=evaluation.Interval(0.5, 0.4, 0.6))
"""
IMPORTS = "from dlcourse import claim, evaluation, seeds"
GOOD = (IMPORTS, CONTRACT, CLAIMS, CARD)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a notebook with these cells; Markdown begins with #."""

    def make(*sources: str) -> Path:
        new = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
        cells = [new[source.startswith("#")](source) for source in sources]
        path = tmp_path / "mine.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return make


def dlcourse_(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


def told(*arguments: object) -> str:
    """Run the command, which says in one sentence what is wrong."""
    with pytest.raises(SystemExit) as end:
        cli.main([str(each) for each in arguments])
    assert "\n" not in str(end.value)
    return str(end.value)


def ran(project: Project, *claims: dict[str, Any], **found: Any) -> Run[Project]:
    """Return a run in which these claims were heard."""
    usual: dict[str, Any] = {"seconds": 2.0, "memory": 300 << 20, "failure": None}
    return Run(project, nbformat.v4.new_notebook(), claims=claims, **(usual | found))


def heard(text: str, held: bool = True, **figures: Any) -> dict[str, Any]:
    """Return a claim as the ledger has it."""
    return {"text": text, "held": held, "figures": figures}


# --- bad input ------------------------------------------------------------------------------------


def test_a_notebook_that_is_not_there_is_answered_with_the_nearest(
    write: Callable[..., Path],
) -> None:
    path = write(*GOOD)
    assert f"did you mean {path}?" in told("run", path.with_name("mime.ipynb"))
    assert "dlcourse start" in told("run", path.parent / "no" / "such.ipynb")
    assert "is a folder" in told("run", path.parent)


@pytest.mark.parametrize("text", ["", "no notebook", "[]", "{}", '{"cells": [{"source": ""}]}'])
def test_what_is_no_notebook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_text(text, encoding="utf-8")
    assert "mine.ipynb cannot be read as a notebook" in told("run", path)


@pytest.mark.parametrize(
    "cells", [(), ("# claim('In prose', True)",), ("x = 'claim(1)'",), ("claim = 3",)]
)
def test_a_notebook_without_claims_is_refused(
    write: Callable[..., Path], cells: tuple[str, ...]
) -> None:
    assert "mine.ipynb makes no claim" in told("run", write(*cells))


def test_another_language_is_refused(write: Callable[..., Path]) -> None:
    path = write(*GOOD)
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert "mine.ipynb is written in R, and only Python can be run" in told("run", path)


def test_a_claim_that_no_run_reaches_is_none(write: Callable[..., Path]) -> None:
    result = dlcourse_("run", write(IMPORTS, "def never():\n    claim('One', 1 < 2)"))
    assert result.exit_code == 1
    assert "mine.ipynb reached no claim" in result.stdout


def test_a_cell_that_fails_is_named_and_the_claims_after_it_are_not_reached(
    write: Callable[..., Path],
) -> None:
    later = "if seeds.base() == 4:\n    1 / 0\nclaim('Two', True)"
    path = write(IMPORTS, "claim('One', 1 < 2)", later)
    result = dlcourse_("run", path, "--seeds", "2")
    assert result.exit_code == 0, result.stdout
    os.environ["DLCOURSE_SEED"] = "3"
    try:
        result = dlcourse_("run", path, "--seeds", "2")
    finally:
        del os.environ["DLCOURSE_SEED"]
    assert result.exit_code == 1
    assert "✘ seed 4: mine.ipynb failed at cell [3]: ZeroDivisionError" in result.stdout
    assert "✔ One: held under 3 4" in result.stdout
    assert "✘ Two: held under 3, not reached under 4" in result.stdout


def test_a_notebook_that_hangs_is_ended(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HANG": 3.0, "PAUSE": 0.1}.items():
        monkeypatch.setattr(limits, name, value)
    result = dlcourse_("run", write(IMPORTS, "import time\ntime.sleep(600)\nclaim('One', True)"))
    assert result.exit_code == 1
    assert "failed at cell [2]: it hung, without any work for 3 seconds" in result.stdout


# --- claims and seeds -----------------------------------------------------------------------------


def test_a_claim_that_falls_keeps_no_later_one_from_being_heard(
    write: Callable[..., Path],
) -> None:
    fall = "held = claim('One', seeds.base() != 1, seed=seeds.base())\nprint(held.upper())"
    path = write(IMPORTS, fall, "claim('Two', 1 < 2)")
    before = path.read_bytes()
    result = dlcourse_("run", path, "--seeds", "3")
    assert result.exit_code == 1
    assert "✘ One: held under 0 2, fell under 1\n    seed 1: seed = 1\n" in result.stdout
    assert "✔ Two: held under 0 1 2" in result.stdout
    assert path.read_bytes() == before


def test_a_claim_made_several_times_holds_where_each_does(write: Callable[..., Path]) -> None:
    project = Project.read(write(*GOOD))
    runs = {
        0: ran(project, heard("One"), heard("One", held=False), heard("One")),
        1: ran(project, heard("One"), heard("Two")),
    }
    assert projects.heard(runs) == {"One": {0: False, 1: True}, "Two": {0: None, 1: True}}


def test_a_path_is_told_from_a_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert projects.is_path("my/11_neuron.ipynb")
    assert projects.is_path("neuron.ipynb")
    assert projects.is_path(str(tmp_path))
    assert not projects.is_path("11")
    assert not projects.is_path("11_neuron")
    assert not projects.is_path(str(paths.NOTEBOOKS / "11_neuron.ipynb"))


# --- the rubric -----------------------------------------------------------------------------------


def unmet(project: Project, runs: dict[int, Run[Project]]) -> list[str]:
    """Return what the machine finds amiss."""
    return [
        f"{point.asks}: {point.found}" for point in projects.judge(project, runs) if point.found
    ]


def five(project: Project, **found: Any) -> dict[int, Run[Project]]:
    """Return five runs with which the machine finds nothing amiss."""
    claims = heard("Two", a=[0.5, 0.4, 0.6]), heard("Three", b=1)
    return {seed: ran(project, heard("One", the_mean=seed), *claims, **found) for seed in range(5)}


def test_a_good_project_meets_all_that_a_machine_judges(write: Callable[..., Path]) -> None:
    project = Project.read(write(*GOOD))
    assert unmet(project, five(project)) == []


@pytest.mark.parametrize(
    ("cells", "asks"),
    [
        ((IMPORTS, CLAIMS, CONTRACT, CARD), "A contract stands before"),
        ((IMPORTS, f"# {CONTRACT}", CLAIMS, CARD), "A contract stands before"),
        ((IMPORTS, CONTRACT, CLAIMS), "A model card closes"),
        ((*GOOD, "claim('Four', True, a=1)"), "Each claim could fall"),
        ((*GOOD, "claim('Four', held=True, a=1)"), "Each claim could fall"),
        ((*GOOD, "claim('Four', not 1 > 2, a=1)"), "Each claim could fall"),
        (
            (IMPORTS, f"def f():{CONTRACT.replace(chr(10), chr(10) + ' ')}", CLAIMS, CARD),
            "A contract",
        ),
        ((IMPORTS, CONTRACT, CLAIMS, f"lambda: {CARD.strip()}"), "A model card closes"),
        ((*GOOD, "try:\n    claim('F', 1 < 2, a=1)\nexcept Exception: 0"), "Each claim could fall"),
        ((IMPORTS, CONTRACT.replace("the mean", "a tree"), CLAIMS, CARD), "Each rival"),
        ((IMPORTS, CONTRACT.replace('{"the mean": "of all"}', "made"), CLAIMS, CARD), "Each rival"),
    ],
)
def test_what_is_amiss_with_the_code_is_found(
    write: Callable[..., Path], cells: tuple[str, ...], asks: str
) -> None:
    project = Project.read(write(*cells))
    found = unmet(project, five(project))
    assert found[0].startswith(asks), found


def test_what_is_amiss_with_the_runs_is_found(write: Callable[..., Path]) -> None:
    project = Project.read(write(*GOOD))
    good = five(project)
    assert "add --seeds 5" in unmet(project, {seed: good[seed] for seed in (0, 1)})[0]
    frozen = dict.fromkeys(good, good[0])
    assert unmet(project, frozen)[0].startswith("Its chance hangs on the seed: every figure")
    assert "took 2 seconds and 2048 MiB" in unmet(project, five(project, memory=2 << 30))[0]
    assert "took 61 seconds" in unmet(project, five(project, seconds=61.0))[0]
    failed = good | {3: ran(project, failure="mine.ipynb failed at cell [2]: NameError.")}
    assert [each[:16] for each in unmet(project, failed)] == [
        "It runs from the",
        "It makes 3 claim",
    ]
    bare = {
        seed: ran(project, heard("One", the_mean=seed), heard("Two"), heard("Three"))
        for seed in range(5)
    }
    assert [each[:16] for each in unmet(project, bare)] == ["Each claim could", "A claim gives an"]


def ticked(*lines: str) -> str:
    return "\n".join(("## The rubric", "", *lines))


def test_a_tick_counts_with_a_reason_of_its_own(write: Callable[..., Path]) -> None:
    blank = projects.rubric()
    project = Project.read(write(*GOOD, blank))
    assert [point.found for point in projects.ticks(project)] == ["not ticked."] * 8
    reason = "the clerk of {} would save an hour"
    lines = [
        f"- [x] **{name}.** {asks} *Because:* {reason.format(name)}"
        for name, asks in projects.RUBRIC.items()
    ]
    assert all(point.met for point in projects.ticks(Project.read(write(*GOOD, ticked(*lines)))))
    lines[1] = lines[1].partition("*Because:*")[0] + "*Because:* yes"
    lines[2] = lines[2].replace("[x]", "[ ]")
    lines[3] = lines[3].replace("Rivals would", "Need would").replace("of Rivals", "of Need")
    del lines[7]
    found = [p.found for p in projects.ticks(Project.read(write(*GOOD, ticked(*lines))))]
    assert [text[:12] for text in found] == [
        *("ticked with ", "ticked witho", "not ticked.", "ticked with "),
        *("", "", "", "not in the n"),
    ]  # fmt: skip


def test_the_command_shows_the_rubric_and_asks_for_all_of_it(write: Callable[..., Path]) -> None:
    result = dlcourse_("run", write(*GOOD, projects.rubric()), "--rubric")
    assert result.exit_code == 1
    assert "✔ A contract stands before the first claim" in result.stdout
    assert "✘ It was run under 5 seeds or more: 1 so far: add --seeds 5." in result.stdout
    assert "of 18 points are met." in result.stdout


# --- a place to begin -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", projects.KINDS)
def test_a_starting_point_stands_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.ipynb"
    assert dlcourse_("start", kind, "--to", path).exit_code == 0
    nbformat.validate(nbformat.read(path, as_version=4))
    assert f"{path} is there already" in told("start", kind, "--to", path)
    project = Project.read(path)
    run = build.execute(project)
    assert run.failure is None
    assert run.held
    amiss = unmet(project, {0: run})
    assert [each.partition(":")[0] for each in amiss if "card" not in each] == [
        "It was run under 5 seeds or more",
        "Its chance hangs on the seed",
    ]
    assert [point.found for point in projects.ticks(project)] == ["not ticked."] * 8


def test_a_starting_point_lies_with_the_learners_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "MINE", tmp_path / "my")
    assert dlcourse_("start", "image").exit_code == 0
    written = json.loads((tmp_path / "my" / "project_image.ipynb").read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in written["cells"])
    assert "tabular, sequence, image" in told("start", "speech")
    (tmp_path / "file").touch()
    amiss = told("start", "image", "--to", tmp_path / "file" / "mine.ipynb")
    assert "cannot be written" in amiss
    assert "name another with --to" in amiss
    assert "let it end with .ipynb" in told("start", "image", "--to", tmp_path / "mine")
