"""nbgrader's assignments, made of lessons.

An exercise becomes two cells: the answer, which the student writes, and below it its check, which
is locked and graded. All other cells stay free, for lessons ask to change them. The folder of the
course gets an `nbgrader_config.py` that calls `configure` here, so that a check which did not run
earns no point, and a notebook that never ends does end.
"""

import os
import re
import secrets
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from dlcourse.copies import bare
from dlcourse.course import Lesson
from dlcourse.exercises.grading import seal
from dlcourse.paths import write_whole

CELL, NOTEBOOK = 180.0, 600.0
"""Seconds by the clock that a cell may take under grading, and all of a notebook's together."""

CONFIG = """\
# nbgrader's settings for assignments of the course, as `dlcourse release` wrote them. Add your own.
from dlcourse.release import configure

configure(get_config())
"""

Cell = dict[str, Any]

_CHECK = re.compile(r'^check\("([\w.-]+)", .*', re.MULTILINE | re.DOTALL)


def release(lesson: Lesson, course: Path) -> Path:
    """Write a lesson into a folder of nbgrader's as the source of an assignment; return its path.

    Raises ValueError where the lesson has not been built or the folder has settings that leave ours
    out, and FileExistsError rather than overwrite an assignment that is another.
    """
    text = nbformat.writes(nbformat.from_dict(assignment(lesson))) + "\n"
    place = course / "source" / lesson.name / lesson.path.name
    config = course / "nbgrader_config.py"
    if config.exists() and "dlcourse.release" not in config.read_text(encoding="utf-8"):
        raise ValueError(
            f"{config} does not know how the course is graded: add to it the lines "
            "`from dlcourse.release import configure` and `configure(get_config())`."
        )
    if place.exists() and place.read_text(encoding="utf-8") != text:
        raise FileExistsError(
            f"{place} is there and another, of an earlier edition or changed by you: "
            "move it away, then release the lesson again."
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, text)
    if not config.exists():
        write_whole(config, CONFIG)
    return place


def assignment(lesson: Lesson) -> dict[str, Any]:
    """Return a lesson as an assignment's notebook, without outputs and instructor's notes.

    Raises ValueError where the lesson has not been built.
    """
    code = [cell for cell in lesson.cells if cell.kind == "code" and cell.source.strip()]
    if None in [cell.execution_count for cell in code]:
        raise ValueError(
            f"Lesson {lesson.id} has not been built: `dlcourse build {lesson.id}` runs it from the "
            "top, as whoever gets it as an assignment will."
        )
    notebook = bare(nbformat.read(lesson.path, as_version=4))
    shown = [cell for cell in notebook["cells"] if "instructor" not in _tags(cell)]
    return notebook | {"cells": [part for cell in shown for part in _parts(cell)]}


def _tags(cell: Cell) -> list[str]:
    tags: list[str] = cell["metadata"].get("tags", [])
    return tags


def _parts(cell: Cell) -> list[Cell]:
    """Return a cell as it is, or that of an exercise as two: the answer, and its check."""
    found = _CHECK.search(cell["source"])
    if not found or "exercise" not in _tags(cell):
        return [cell]
    name = found[1].replace(".", "-")  # nbgrader's names have no full stop
    answer = cell["source"][: found.start()].rstrip()
    graded = f"from dlcourse import check\n\n{found[0]}"
    return [
        _marked(cell | {"source": answer}, grade_id=name, solution=True),
        _marked(
            cell | {"source": graded, "id": f"{cell['id']}-check"},
            grade_id=f"{name}-check",
            grade=True,
            locked=True,
            points=0 if "further" in _tags(cell) else 1,
        ),
    ]


def _marked(cell: Cell, **marks: Any) -> Cell:
    """Return a cell with nbgrader's metadata."""
    usual = {"schema_version": 3, "solution": False, "grade": False, "locked": False, "task": False}
    return cell | {"metadata": cell["metadata"] | {"nbgrader": usual | marks}}


# --- under nbgrader ------------------------------------------------------------------------------

_begun = [0.0]
"""When the notebook that is graded now was begun; no object, for nbgrader copies its settings."""


def configure(config: Any) -> None:
    """Set nbgrader up for assignments of the course, in the process that grades."""
    os.environ["DLCOURSE_SEAL"] = secrets.token_hex()  # which a kernel takes out at its start
    config.GenerateAssignment.preprocessors = _named(
        # without ClearSolutions, which would wipe the stubs that are to be mended
        *("LockCells", "ComputeChecksums", "SaveCells", "CheckCellMetadata", "ClearOutput"),
    )
    config.Execute.extra_arguments = ["--IPKernelApp.exec_lines=import dlcourse.exercises"]
    config.Execute.iopub_timeout = 60  # seconds for a busy machine to show what was printed
    config.Execute.on_notebook_start = begin
    config.Execute.timeout_func = seconds_left
    config.Autograde.autograde_preprocessors = [
        *_named("Execute"),
        "dlcourse.release.insist",
        *_named("LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata"),
    ]


def _named(*names: str) -> list[str]:
    return [f"nbgrader.preprocessors.{name}" for name in names]


def begin(notebook: NotebookNode) -> None:
    """Note when a notebook is begun."""
    _begun[0] = monotonic()


def seconds_left(cell: NotebookNode) -> float:
    """Return how long a cell may take: less, once its notebook has taken its time."""
    return max(1.0, min(CELL, _begun[0] + NOTEBOOK - monotonic()))


def insist(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Let every check that shows no seal fail; a preprocessor of nbgrader's, after Execute.

    To nbgrader a cell without an error has passed, be it that it was skipped, silenced or replaced.
    By now it has put back the source of each locked cell.
    """
    for cell in notebook.cells:
        found = _CHECK.search(cell.source)
        if not found or not cell.metadata.get("nbgrader", {}).get("grade"):
            continue
        id, proof = found[1], seal(found[1], os.environ["DLCOURSE_SEAL"])
        printed = [output for output in cell.outputs if output.get("name") == "stdout"]
        failed = [output for output in cell.outputs if output.output_type == "error"]
        if any(proof in output.text for output in printed):
            for output in printed:
                output.text = output.text.replace(f" {proof}", "")
            failed = []
        elif not failed:
            told = f"✘ {id}: this check did not run to its end, and only that earns a point"
            failed = [new_output("error", ename="NotPassed", evalue=told, traceback=[told])]
        cell.outputs = printed + failed
    return notebook, resources
