"""The command `dlcourse`: what it shows, when it fails, and that it never shows a traceback."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from nbformat.v4 import new_notebook
from typer.testing import CliRunner, Result

import dlcourse.build
import dlcourse.copies
import dlcourse.data
from dlcourse import cli, course, doctor, paths
from dlcourse.build import LessonError, Run
from dlcourse.course import Lesson
from dlcourse.exercises import exercises, progress


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the progress of the person who runs the tests out of them."""
    monkeypatch.setattr(paths, "PROGRESS", tmp_path / "own" / "progress.json")


@pytest.fixture
def lesson(make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """Return the only lesson of a course: two exercises, one data set, nothing to run."""
    only = replace(make_lesson(), exercises=("19.first", "19.second"), data=("digits",))
    offer(monkeypatch, only)
    return only


def offer(monkeypatch: pytest.MonkeyPatch, *lessons: Lesson) -> None:
    """Let the course consist of these lessons."""
    known = {lesson.id: lesson for lesson in lessons}
    monkeypatch.setattr(cli, "all_lessons", lambda: lessons)
    monkeypatch.setattr(cli, "find_lesson", known.__getitem__)


def dlcourse_(*arguments: str, typed: str = "") -> Result:
    """Run the command with what somebody types when it asks."""
    return CliRunner().invoke(cli.app, arguments, input=typed)


def ended(monkeypatch: pytest.MonkeyPatch, lesson: Lesson, **found: Any) -> None:
    """Let every run of a lesson end with what is given."""
    usual = {"seconds": 2.0, "memory": 300 << 20, "claims": (), "failure": None}
    run = Run(lesson, new_notebook(), **(usual | found))
    monkeypatch.setattr(dlcourse.build, "execute", lambda *given: run)


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "98"], "There is no lesson '98'"),
        (["check", "nothing"], "There is no lesson 'nothing'"),
        (["run", "11", "--rubric"], "--rubric is for a notebook of your own"),
        (["release", "11", "98"], "There is no lesson '98'"),
        (["check", "00.acuracy"], "did you mean '00.accuracy'?"),
        (["hint", "00.acuracy"], "did you mean '00.accuracy'?"),
        (["solution", "00.acuracy"], "did you mean '00.accuracy'?"),
        (["data", "fetch", "minst"], "did you mean 'mnist'?"),
        (["data", "verify", "minst"], "did you mean 'mnist'?"),
    ],
)
def test_an_unknown_name_is_answered_in_one_sentence(arguments: list[str], told: str) -> None:
    with pytest.raises(SystemExit, match=f"✘ .*{told.replace('?', '.')}") as end:
        cli.main(arguments)
    assert "\n" not in str(end.value)


def test_a_seed_that_is_none_is_refused_before_anything_runs(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLCOURSE_SEED", "abc")
    with pytest.raises(SystemExit, match="✘ DLCOURSE_SEED is 'abc'"):
        cli.main(["run"])


def test_a_missing_package_is_answered_with_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "dlcourse.data", None)
    with pytest.raises(SystemExit, match="make setup"):
        cli.main(["data", "list"])


def test_listing_lessons_loads_no_numerical_library() -> None:
    program = (
        "import sys\nfrom dlcourse.cli import main\n"
        "try:\n    main(['lessons'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print({'numpy', 'torch', 'matplotlib', 'nbclient'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert run.stdout.splitlines()[-1] == b"set()"


# --- lessons -----------------------------------------------------------------------------------


def test_lessons_are_listed_under_their_part(lesson: Lesson) -> None:
    shown = dlcourse_("lessons").stdout
    assert shown.index("Neurons") < shown.index("A tiny lesson")
    assert "Does the machinery work?" in shown


def test_a_run_shows_claims_time_and_memory_against_the_budget(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(
        monkeypatch, lesson, claims=({"text": "One", "held": True}, {"text": "Two", "held": True})
    )
    result = dlcourse_("run")
    assert result.exit_code == 0
    assert all(part in result.stdout for part in ("2 of 2", "2 of 5", "300 of 1536", "✔"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_lesson_that_fails_is_named_and_the_others_are_run(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    claims = "from dlcourse import claim\nclaim('Holds', True)\nclaim('Is false', False, x=3)"
    failing = make_lesson("x = 3", claims)
    other = replace(failing, id="18", path=failing.path.with_name("18_other.ipynb"))
    text = failing.path.read_text(encoding="utf-8").replace("'Is false', False", "'Is true', True")
    other.path.write_text(text, encoding="utf-8")
    offer(monkeypatch, failing, other)
    result = dlcourse_("run", "--jobs", jobs)
    assert result.exit_code == 1
    assert "1 of 2" in result.stdout
    assert "2 of 2" in result.stdout
    assert "Lesson 19 (A tiny lesson) failed at cell [2]: ClaimError" in result.stdout


def test_ctrl_c_ends_the_lessons_that_run(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = iter([True])
    before = psutil.Process().children()  # other tests' own

    def running() -> list[psutil.Process]:
        new = [child for child in psutil.Process().children() if child not in before]
        return [child for child in new if child.status() != psutil.STATUS_ZOMBIE]

    def wait_until_interrupted(*arguments: Any, **options: Any) -> Any:
        if next(waits, False):
            while not running():
                time.sleep(0.05)
            raise KeyboardInterrupt
        return wait(*arguments, **options)

    endless = make_lesson("while True: pass")
    offer(monkeypatch, endless, endless)
    monkeypatch.setattr(cli, "wait", wait_until_interrupted)
    assert dlcourse_("run").exit_code == 130
    assert running() == []


def test_check_shows_how_each_exercise_of_the_saved_notebook_stands(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = ("19.first", "19.second", "19.third")
    printed = "print('✔ 19.first: passed')\nprint('19.third: prose')\nprint('✘ 19.second: no [3]')"
    offer(monkeypatch, replace(make_lesson("1", printed, "1 / 0"), exercises=ids))
    result = dlcourse_("check", "19")
    assert result.exit_code == 1
    first, second, third, failure = result.stdout.splitlines()
    assert first == "✔ 19.first: passed"
    assert second == "✘ 19.second: no [3]"
    assert third == "○ 19.third: not reached"
    assert "ZeroDivisionError" in failure


def test_what_an_earlier_run_printed_never_counts(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = make_lesson("1 / 0", "print('✔ 19.first: passed')")
    stored = lesson.path.read_text(encoding="utf-8")
    notebook = json.loads(stored)
    notebook["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["✔ 19.first: passed\n"]}
    ]
    lesson.path.write_text(json.dumps(notebook), encoding="utf-8")
    offer(monkeypatch, replace(lesson, exercises=("19.first",)))
    result = dlcourse_("check", "19")
    assert result.stdout.startswith("○ 19.first: not reached\n")
    assert result.exit_code == 1


def test_check_looks_at_the_learners_own_copy(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    offer(monkeypatch, replace(make_lesson("1"), exercises=("19.first",)))
    mine = tmp_path / "my"
    mine.mkdir()
    monkeypatch.setattr(paths, "MINE", mine)
    assert "not reached" in dlcourse_("check", "19").stdout
    copy = make_lesson("print('✔ 19.first: passed')").path
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    notebook["metadata"]["dlcourse"]["exercises"] = ["19.first"]
    (mine / copy.name).write_text(json.dumps(notebook), encoding="utf-8")
    assert dlcourse_("check", "19").stdout == "✔ 19.first: passed\n"


def test_next_goes_on_with_what_was_begun_and_else_begins_what_can_be(
    make_lesson: Callable[..., Lesson],
) -> None:
    first = replace(make_lesson(), exercises=("19.a", "19.b"))
    second = replace(first, id="20", title="Another", needs=("19",), exercises=("20.a", "20.b"))
    course = (first, second)
    begin = "Begin lesson 19, A tiny lesson (5 minutes): it needs no other."
    assert cli.next_of(course, set()) == begin
    assert "Go on with lesson 19, A tiny lesson: exercise 19.b" in cli.next_of(course, {"19.a"})
    told = cli.next_of(course, {"19.a", "19.b"})
    assert told == "Begin lesson 20, Another (5 minutes): it builds on 19, which you have done."
    assert "exercise 20.a waits" in cli.next_of(course, {"19.a", "20.b"}), "where one reads now"
    assert "Every exercise" in cli.next_of(course, {"19.a", "19.b", "20.a", "20.b"})


def test_next_is_told_in_a_line(lesson: Lesson) -> None:
    progress.attempt("19.first", passed=True)
    assert dlcourse_("next").stdout == (
        "Go on with lesson 19, A tiny lesson: exercise 19.second waits, 1 of 2 are passed.\n"
    )


def test_update_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlcourse.copies, "update", lambda: iter(["my/19_tiny.ipynb is new."]))
    assert dlcourse_("update").stdout == "my/19_tiny.ipynb is new.\n"
    monkeypatch.setattr(dlcourse.copies, "update", lambda: iter([]))
    assert "are up to date" in dlcourse_("update").stdout


def test_a_notebook_that_is_none_keeps_no_command_from_the_others(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_lesson("1").path.parent
    whole = (folder / "19_tiny.ipynb").read_text(encoding="utf-8")
    troubles = {
        "12_notes.ipynb": whole.replace('"dlcourse"', '"other"'),
        "13_broken.ipynb": "<<<<<<< HEAD\n" + whole,
        "19_tiny_mine.ipynb": whole,
    }
    for name, text in troubles.items():
        (folder / name).write_text(text, encoding="utf-8")
    found, told = course.survey(folder)
    assert [each.path.name for each in found] == ["19_tiny.ipynb"]
    assert [sentence.split()[0] for sentence in told] == list(troubles)
    assert "keep a copy" in told[1]
    with pytest.raises(ValueError, match="12_notes"):
        course.lessons(folder)
    monkeypatch.setattr(cli, "survey", lambda: (found, told))
    cli.all_lessons.cache_clear()
    shown = dlcourse_("lessons").stdout
    cli.all_lessons.cache_clear()
    assert [line[:3] for line in shown.splitlines()[:3]] == ["✘ 1"] * 3
    assert "A tiny lesson" in shown


def test_without_lessons_every_command_says_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "survey", lambda: ((), []))
    cli.all_lessons.cache_clear()
    with pytest.raises(SystemExit, match="run the command in a clone of the course"):
        cli.main(["lessons"])
    cli.all_lessons.cache_clear()


def test_check_of_one_exercise_shows_that_one(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [exercise.id for exercise in exercises("00")]
    offer(monkeypatch, replace(lesson, id="00", exercises=tuple(ids)))
    ended(monkeypatch, replace(lesson, exercises=tuple(ids)))
    assert dlcourse_("check", ids[1]).stdout == f"○ {ids[1]}: not reached\n"


def test_check_succeeds_once_all_is_passed(
    make_lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = replace(make_lesson("print('✔ 19.first: passed')"), exercises=("19.first",))
    offer(monkeypatch, passed)
    assert dlcourse_("check").exit_code == 0


def test_build_says_what_changed_and_goes_on_after_a_failure(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(each: Lesson, on_cell: Any) -> bool:
        if each.id == "18":
            raise LessonError("Lesson 18 failed.")
        return each.id == "19"

    offer(monkeypatch, replace(lesson, id="18"), lesson, replace(lesson, id="20"))
    monkeypatch.setattr(dlcourse.build, "build", build)
    result = dlcourse_("build")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "✘ Lesson 18 failed.",
        "✔ 19_tiny.ipynb: written",
        "✔ 19_tiny.ipynb: unchanged",
    ]


# --- exercises ---------------------------------------------------------------------------------


def test_hints_come_one_after_the_other() -> None:
    id = exercises("00")[0].id
    assert [dlcourse_("hint", id).stdout[:8] for _ in range(3)] == [
        "Hint 1/3",
        "Hint 2/3",
        "Hint 3/3",
    ]


def test_solution_is_shown() -> None:
    exercise = exercises("00")[0]
    assert dlcourse_("solution", exercise.id).stdout == exercise.solution


def test_progress_counts_what_was_passed(lesson: Lesson) -> None:
    progress.attempt("19.first", passed=False)
    progress.attempt("19.second", passed=True)
    shown = dlcourse_("progress").stdout
    assert "1 of 2" in shown
    assert "○ ✔" in shown


@pytest.mark.parametrize(
    ("arguments", "typed", "kept"),
    [
        ([], "n\n", {"19.first", "01.other"}),
        ([], "y\n", set()),
        (["19"], "y\n", {"01.other"}),
        (["19", "--yes"], "", {"01.other"}),
        (["18"], "y\n", {"19.first", "01.other"}),
    ],
)
def test_reset_asks_and_forgets_what_was_named(
    lesson: Lesson,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    typed: str,
    kept: set[str],
) -> None:
    offer(monkeypatch, lesson, replace(lesson, id="18", exercises=("18.first",)))
    for id in ("19.first", "01.other"):
        progress.attempt(id, passed=True)
    assert dlcourse_("reset", *arguments, typed=typed).exit_code == 0
    assert set(progress.load()) == kept


def test_reset_reads_the_lessons_once(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def find(name: str) -> Lesson:
        read.append(name)
        return lesson

    monkeypatch.setattr(cli, "find_lesson", find)
    for id in ("19.first", "19.second", "01.other"):
        progress.attempt(id, passed=True)
    assert dlcourse_("reset", "19", "--yes").exit_code == 0
    assert read == ["19"]


# --- data --------------------------------------------------------------------------------------


def test_data_sets_are_listed_with_their_licence() -> None:
    shown = dlcourse_("data", "list").stdout
    for name, card in dlcourse.data.catalog.items():
        assert name in shown
        assert card.licence in shown


def test_fetch_without_names_fetches_what_lessons_need(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, lesson, replace(lesson, id="20", data=("mnist", "digits")))
    fetched: list[str] = []
    monkeypatch.setattr(dlcourse.data, "fetch", fetched.append)
    dlcourse_("data", "fetch")
    assert fetched == ["digits", "mnist"]
    dlcourse_("data", "fetch", "breast-cancer")
    assert fetched[2:] == ["breast-cancer"]


def test_verify_looks_at_all_that_is_here_and_fails_if_one_is_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def verify(name: str) -> None:
        if name == "digits":
            raise ValueError("digits are damaged.")

    here = ("digits", "breast-cancer")
    monkeypatch.setattr(dlcourse.data, "fetched", lambda name: name in here)
    monkeypatch.setattr(dlcourse.data, "verify", verify)
    result = dlcourse_("data", "verify")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["✔ breast-cancer", "✘ digits are damaged."]


# --- doctor ------------------------------------------------------------------------------------


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Return a function that has the doctor look at one subject only, and find it amiss."""
    every = doctor.LOOKS

    def only(subject: str) -> str:
        monkeypatch.setattr(doctor, "LOOKS", {subject: every[subject]})
        (finding,) = doctor.examine()
        assert not finding.ready
        return finding.text

    return only


@pytest.mark.parametrize("subject", ["Python", "Packages", "PyTorch", "JupyterLab", "Cores"])
def test_doctor_finds_the_environment_of_the_tests_ready(subject: str) -> None:
    assert doctor.LOOKS[subject]()


def test_doctor_looks_at_everything_and_fails_if_one_thing_is_amiss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def amiss() -> str:
        raise OSError("the disk is full:\ndelete something.")

    monkeypatch.setattr(doctor, "LOOKS", {"Disk": amiss, "Cores": lambda: "2"})
    result = dlcourse_("doctor")
    assert result.exit_code == 1
    assert "✘ Disk        the disk is full: delete something.\n✔ Cores       2" in result.stdout
    monkeypatch.setattr(doctor, "LOOKS", {"Cores": lambda: "2"})
    assert dlcourse_("doctor").exit_code == 0


def test_doctor_names_missing_and_unfit_packages(
    look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {"torch": "2.12.0", "zarr": None}
    monkeypatch.setattr(doctor, "installed", lambda name: versions.get(name, doctor.version(name)))
    monkeypatch.setattr(doctor, "version", lambda name: doctor.metadata(name)["Version"])
    found = look("Packages")
    assert "torch is 2.12.0 (needs ==2.13.0)" in found
    assert "zarr is missing" in found
    assert "numpy" not in found


@pytest.mark.parametrize(
    ("variable", "value", "answer"),
    [
        ("DLCOURSE_SEED", "abc", "a seed is a whole number"),
        ("DLCOURSE_SED", "1", "did you mean DLCOURSE_SEED?"),
        ("DLCOURSE_LEDGER", f"{__file__}/ledger", "cannot be written"),
    ],
)
def test_doctor_names_settings_that_mean_nothing(
    look: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    answer: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert answer in look("Settings")


def test_doctor_names_what_misleads_lessons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    assert "MPLBACKEND" in doctor.shell()


def test_doctor_names_a_library_that_is_broken(
    look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise AttributeError("module 'numpy' has no attribute 'ndarray'")

    monkeypatch.setitem(doctor.LOOKS, "PyTorch", broken)
    assert "no attribute 'ndarray'" in look("PyTorch")


def test_doctor_names_a_device_that_is_not_here(
    look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLCOURSE_DEVICE", "toaster")
    assert "DLCOURSE_DEVICE=toaster" in look("PyTorch")


def test_doctor_names_a_cache_that_cannot_be_filled(
    look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dlcourse.data, "fetched", lambda name: name != "mnist")
    assert "mnist will be fetched" in doctor.LOOKS["Data"]()
    monkeypatch.setattr(doctor, "writable", lambda folder: False)
    assert look("Data").startswith("mnist cannot be fetched")


def test_doctor_names_want_of_memory_and_disk(
    look: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 29))
    little = SimpleNamespace(available=1 << 30)
    monkeypatch.setattr(doctor.psutil, "virtual_memory", lambda: little)
    assert "1.0 GiB is free" in look("Memory")
    assert "0.5 GiB is free" in look("Disk")


def test_a_folder_that_is_not_there_yet_is_writable_where_it_can_be_made(tmp_path: Any) -> None:
    assert doctor.writable(tmp_path / "new" / "newer")
    (tmp_path / "file").touch()
    assert not doctor.writable(tmp_path / "file" / "newer")
