"""Assignments for nbgrader, and what becomes of them: made, handed in, graded, given back."""

import csv
import hashlib
import html
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dlcourse import release
from dlcourse.course import Lesson, lessons
from dlcourse.exercises import find
from dlcourse.exercises.grading import seal
from dlcourse.paths import ROOT, locked

IDS = ("11.by-hand", "11.weighted-sum", "11.cost", "11.margin")


@pytest.fixture
def lesson(make_lesson: Callable[..., Lesson]) -> Lesson:
    """Return a lesson that has been built: four exercises, one of them further, and notes."""
    exercises = [(f'{find(id).stub}\n\ncheck("{id}", {find(id).name})', "exercise") for id in IDS]
    exercises[-1] = (*exercises[-1], "further")
    return built(
        make_lesson(
            "import numpy as np\nfrom dlcourse import check, hint", *exercises, ("1", "instructor")
        )
    )


def built(lesson: Lesson) -> Lesson:
    """Return a lesson as if each of its cells had been run."""
    notebook = nbformat.read(lesson.path, as_version=4)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.execution_count, cell.outputs = number, [nbformat.v4.new_output("stream", text="ran")]
    nbformat.write(notebook, lesson.path)
    return Lesson.read(lesson.path)


def marks(cell: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


# --- assignments -------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_every_lesson_is_an_assignment(lesson: Lesson) -> None:
    notebook = release.assignment(lesson)
    nbformat.validate(nbformat.from_dict(notebook))
    answers = [cell for cell in notebook["cells"] if marks(cell).get("solution")]
    checks = [cell for cell in notebook["cells"] if marks(cell).get("grade")]
    names = [marks(cell)["grade_id"] for cell in answers]
    assert sorted(names) == sorted(id.replace(".", "-") for id in lesson.exercises)
    assert [marks(cell)["grade_id"] for cell in checks] == [f"{name}-check" for name in names]
    assert all(marks(cell)["locked"] for cell in checks)
    exercises = [cell for cell in lesson.cells if cell.kind == "code" and "exercise" in cell.tags]
    assert [marks(cell)["points"] for cell in checks] == [
        0 if "further" in cell.tags else 1 for cell in exercises
    ]
    for cell, answer, check in zip(exercises, answers, checks, strict=True):
        import_, _, call = check["source"].partition("\n\n")
        assert import_ == "from dlcourse import check"
        assert cell.source.split() == f"{answer['source']} {call}".split(), "nothing is lost"
        assert call.startswith("check(")
    assert not any("instructor" in cell["metadata"].get("tags", ()) for cell in notebook["cells"])
    assert not any(cell.get("outputs") for cell in notebook["cells"])


def test_a_lesson_that_has_not_been_built_is_no_assignment(
    make_lesson: Callable[..., Lesson], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"^Lesson 19 has not been built: `dlcourse build 19`"):
        release.release(make_lesson("1"), tmp_path / "class")
    assert not (tmp_path / "class").exists()


def test_an_assignment_that_was_changed_is_not_overwritten(lesson: Lesson, tmp_path: Path) -> None:
    place = release.release(lesson, tmp_path / "class")
    assert release.release(lesson, tmp_path / "class") == place, "the same again does no harm"
    place.write_text("points changed by hand", encoding="utf-8")
    with pytest.raises(FileExistsError, match="move it away"):
        release.release(lesson, tmp_path / "class")
    assert place.read_text(encoding="utf-8") == "points changed by hand"


def test_settings_that_leave_the_courses_out_are_refused(lesson: Lesson, tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    with pytest.raises(ValueError, match="add to it the lines"):
        release.release(lesson, tmp_path)
    assert not (tmp_path / "source").exists()


# --- what nbgrader would take for a pass --------------------------------------------------------


def outputs_of_check(*outputs: Any) -> list[Any]:
    """Return what is left of the outputs of a check after grading has looked at them."""
    cell = nbformat.v4.new_code_cell(
        'from dlcourse import check\n\ncheck("11.by-hand", z)',
        outputs=list(outputs),
        metadata={"nbgrader": {"grade": True}},
    )
    graded, _ = release.insist(nbformat.v4.new_notebook(cells=[cell]), {})
    return list(graded.cells[0].outputs)


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the seal of exercise 11.by-hand."""
    monkeypatch.setenv("DLCOURSE_SEAL", "secret")
    return seal("11.by-hand", "secret")


def printed(text: str, name: str = "stdout") -> Any:
    return nbformat.v4.new_output("stream", text=text, name=name)


def test_a_sealed_check_has_passed_whatever_libraries_warn_of(proof: str) -> None:
    line = "✔ 11.by-hand: passed"
    assert outputs_of_check(printed(f"{line} {proof}\n"), printed("warning", "stderr")) == [
        printed(f"{line}\n")
    ]


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [printed("✔ 11.by-hand: passed\n")],
        [printed(f"✔ 11.by-hand: passed {seal('11.cost', 'secret')}\n")],
        [nbformat.v4.new_output("execute_result", {"text/plain": "1.0"})],
    ],
)
def test_a_check_without_its_own_seal_has_failed(proof: str, shown: list[Any]) -> None:
    (*_, failed) = outputs_of_check(*shown)
    assert failed.output_type == "error"
    assert "did not run to its end" in failed.evalue


def test_a_diagnosis_stays(proof: str) -> None:
    told = nbformat.v4.new_output("error", ename="AssertionError", evalue="✘ 11.by-hand: no")
    assert outputs_of_check(told) == [told]


def test_a_notebook_has_its_time_and_each_cell_less(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(release, "monotonic", lambda: clock[0])
    left = []
    for clock[0] in (100.0, 600.0, 900.0):
        release.begin(None) if clock[0] == 100 else None
        left.append(release.seconds_left(None))
    assert left == [180, 100, 1]


# --- there and back -----------------------------------------------------------------------------

NAME = "19_tiny"
LIMITS = """
from dlcourse.release import seconds_left

get_config().Execute.timeout_func = lambda cell: (
    5.0 if "while True" in cell.source else seconds_left(cell)  # no other, however busy it is here
)
"""


@pytest.fixture(scope="module")
def grader() -> dict[str, str]:
    """Return the variables that put nbgrader beside the learner's packages; it is fetched once."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = project["optional-dependencies"]["grading"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    mark = hashlib.sha256((wanted + lock + sys.version).encode()).hexdigest()[:8]
    place = ROOT / "build" / f"nbgrader-{mark}"
    place.parent.mkdir(exist_ok=True)
    with locked(place.with_suffix(".lock")):
        if not place.exists():
            fetch(wanted, place)
    programs = os.pathsep.join([str(place / "bin"), os.environ["PATH"]])
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(place)]), "PATH": programs}


def fetch(wanted: str, place: Path) -> None:
    """Install a package into a folder of its own, in the versions of the lock; skip without it."""
    part = place.with_suffix(".part")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, "--quiet"]
    done = subprocess.run(
        [*uv, "--target", str(part), "-c", str(ROOT / "requirements.lock"), wanted],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        pytest.skip(f"nbgrader cannot be had here: {done.stderr.strip()[-300:]}")
    part.rename(place)


Change = Callable[[dict[str, str]], object]
"""What a student does to an assignment: to the sources of its cells, by nbgrader's names."""


def student(first: str = "", **answers: str) -> Change:
    """Return a student whose first cell ends with some lines, and who gives these answers."""

    def change(sources: dict[str, str]) -> None:
        sources[""] += f"\n{first}"
        sources.update({f"11-{name}": source for name, source in answers.items()})

    return change


def skipping(sources: dict[str, str]) -> None:
    """Skip one check, and delete the others."""
    for name in [name for name in sources if name.endswith("-check")]:
        del sources[name]
    sources["11-by-hand-check"] = "SKIP"


SOLUTIONS = {id.partition(".")[2]: find(id).solution for id in IDS}
ONCE_PER_INPUT = """
def weighted_sum(weights, inputs, bias):
    return sum(weight * value + bias for weight, value in zip(weights, inputs))
"""
UNSET = """
import os, sys
os.environ.pop("NBGRADER_EXECUTION", None)
for name in [name for name in sys.modules if name.startswith("dlcourse")]:
    del sys.modules[name]
"""
REPLACE = """
import dlcourse
dlcourse.check = dlcourse.exercises.check = lambda id, answer: print(f"✔ {id}: passed")
"""
SWALLOW = """
get_ipython().set_custom_exc((BaseException,), lambda *_, **__: None)
get_ipython().input_transformers_cleanup.append(lambda lines: ["1.0"])
"""
STUDENTS: dict[str, tuple[int, Change]] = {
    "Ada": (3, student('hint("11.cost")', **SOLUTIONS)),
    "José Ångström y Muñoz": (
        1,
        student(**{"by-hand": SOLUTIONS["by-hand"], "weighted-sum": ONCE_PER_INPUT}),
    ),
    "hangs": (2, student(**SOLUTIONS | {"by-hand": "while True:\n    pass"})),
    "replaces": (0, student(REPLACE)),
    "skips": (0, skipping),
    "swallows": (0, student(SWALLOW)),
    "unsets": (0, student(UNSET)),
}


def hand_in(released: Path, place: Path, change: Change) -> None:
    """Write what a student makes of an assignment."""
    notebook = nbformat.read(released, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}
    sources = {name: cell.source for name, cell in cells.items()}
    change(sources)
    notebook.cells = [cells[name] for name in cells if name in sources]
    for name in cells.keys() & sources.keys():
        cells[name].source = sources[name]
        if sources[name] == "SKIP":
            cells[name].metadata |= {"tags": ["skip-execution"]}
            cells[name].metadata.nbgrader |= {"points": 100, "locked": False}
    place.parent.mkdir(parents=True)
    nbformat.write(notebook, place)


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader is for servers that are no Windows")
def test_round_trip(lesson: Lesson, grader: dict[str, str], tmp_path: Path) -> None:
    """Right, mixed, hanging and cheating students get what they should, and are told why."""
    course, own = tmp_path / "class", tmp_path / "grader"
    release.release(lesson, course)
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(LIMITS)
    homes = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = os.environ | grader | {name: str(own / name) for name in homes}
    environment |= {"DLCOURSE_PROGRESS": str(own / "progress.json")}

    def nbgrader(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=course,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    made = nbgrader("generate_assignment", NAME)
    assert made.returncode == 0, made.stderr
    released = course / "release" / NAME / f"{NAME}.ipynb"
    for student, (_, change) in STUDENTS.items():
        hand_in(released, course / "submitted" / student / NAME / released.name, change)
    essay = course / "submitted" / "no notebook" / NAME / released.name
    essay.parent.mkdir(parents=True)
    essay.write_text("My essay on neurons.", encoding="utf-8")

    graded = nbgrader("autograde", NAME)
    failed = re.findall(r"error processing assignment '\w+' for student '(.*)'", graded.stderr)
    assert {*failed} == {"no notebook"}, graded.stderr
    assert nbgrader("generate_feedback", NAME).returncode == 0
    assert nbgrader("export", "--to", "grades.csv").returncode == 0
    with (course / "grades.csv").open(encoding="utf-8", newline="") as table:
        rows = {row["student_id"]: row for row in csv.DictReader(table)}
    assert {float(rows[student]["max_score"]) for student in STUDENTS} == {3}
    points = {student: float(rows[student]["score"]) for student in STUDENTS}
    assert points == {student: wanted for student, (wanted, _) in STUDENTS.items()}

    told = feedback(course, "José Ångström y Muñoz")
    assert "✘ 11.weighted-sum: you add the bias once per input" in told
    assert "11.cost: not attempted yet" in told
    assert "✔ 11.by-hand: passed\n" in feedback(course, "Ada"), "without the seal"
    assert "did not run to its end" in feedback(course, "replaces")
    assert not list(own.glob("*.json")), "the grader's own progress is left alone"


def feedback(course: Path, student: str) -> str:
    """Return the text of the page that a student gets."""
    page = (course / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    return html.unescape(page)
