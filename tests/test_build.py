"""Running a lesson, and writing it back so that only what changed changes."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from PIL import Image

from dlcourse import build, limits, portability, replication
from dlcourse.course import Lesson
from dlcourse.paths import ROOT
from dlcourse.pictures import encode, pictures_of

PLOT = """
import matplotlib.pyplot as plt
plt.plot([0, 1, 2], [0, 1, 0])
plt.show()
"""


def stored(lesson: Lesson) -> nbformat.NotebookNode:
    """Return a lesson's notebook as its file holds it."""
    return nbformat.read(lesson.path, as_version=4)


def edit(lesson: Lesson, cell: int, **changes: object) -> None:
    """Change a cell of a lesson's file."""
    notebook = stored(lesson)
    notebook.cells[cell].update(changes)
    nbformat.write(notebook, lesson.path)


# --- execution ------------------------------------------------------------------------------------


def test_a_run_has_outputs_claims_and_progress(make_lesson, monkeypatch):
    lesson = make_lesson(
        "from dlcourse import claim\nimport os",
        "claim('Two is more than one', 2 > 1, two=2)",
        "print(os.environ['DLCOURSE_LESSON'], os.path.basename(os.getcwd()))",
        "import sys\n(sys.prefix, os.environ['OMP_NUM_THREADS'])",
    )
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    seen = []
    run = build.execute(lesson, on_cell=lambda done, total: seen.append((done, total)))
    assert run.failure is None
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert run.notebook.cells[2].outputs[0].text == f"19_tiny {lesson.path.parent.name}\n"
    assert run.notebook.cells[3].outputs[0].data["text/plain"] == repr((sys.prefix, "1"))
    [claimed] = run.claims
    assert claimed["text"] == "Two is more than one"
    assert claimed["lesson"] == "19_tiny"
    assert claimed["held"] is True
    assert claimed["figures"] == {"two": 2}
    assert run.seconds > 0


def test_a_run_passes_its_claims_on_to_the_ledger_that_was_asked_for(
    make_lesson, tmp_path, monkeypatch
):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text('{"text": "earlier"}\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLCOURSE_LEDGER", "ledger.jsonl")
    monkeypatch.setenv("DLCOURSE_SEED", "3")
    build.execute(make_lesson("from dlcourse import claim\nclaim('It is so', True)"))
    entries = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    assert [entry["text"] for entry in entries] == ["earlier", "It is so"]
    assert entries[1]["seed"] == 3


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("undefined", "NameError: name 'undefined' is not defined"),
        ("from dlcourse import claim\nclaim('Up is down', False)", "ClaimError: ✘ Up is down"),
        ("import os\nos._exit(1)", "its kernel died"),
    ],
)
def test_a_failing_cell_is_named_in_one_sentence(make_lesson, source, told):
    run = build.execute(make_lesson("1", source, "2"))
    assert run.failure is not None
    assert run.failure.startswith(f"Lesson 19 (A tiny lesson) failed at cell [2]: {told}")
    assert "\n" not in run.failure


ENDLESS = "while True:\n    pass"
DEAF = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{ENDLESS}"
WAITING = "import threading\nthreading.Event().wait()"
ELSEWHERE = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'while True: pass'])\n"
    "print(child.pid, file=open('child', 'w'))\n"
    "child.wait()"
)
HURRY = {"CELL_LIMIT": 1.0, "HANG": 3.0, "PAUSE": 0.1}
"""Limits for cells of a test: a fraction of those of lessons."""


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (ENDLESS, "it used more than 1 seconds of a core and was ended"),
        (DEAF, "it used more than 1 seconds of a core and was ended"),
        (ELSEWHERE, "it used more than 1 seconds of a core and was ended"),
        (WAITING, "it hung, without any work for 3 seconds, and was ended"),
    ],
    ids=["endless", "deaf", "elsewhere", "waiting"],
)
def test_a_cell_that_takes_too_much_or_hangs_is_ended(make_lesson, monkeypatch, source, told):
    for name, value in HURRY.items():
        monkeypatch.setattr(limits, name, value)
    lesson = make_lesson("1", source, "2")
    run = build.execute(lesson)
    assert run.failure == f"Lesson 19 (A tiny lesson) failed at cell [2]: {told}."
    child = lesson.path.with_name("child")
    assert not (child.exists() and is_running(int(child.read_text(encoding="utf-8"))))


def is_running(pid: int) -> bool:
    """Tell whether a process is still there and not merely waiting to be forgotten."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_cell_is_not_ended_by_the_clock(make_lesson, monkeypatch):
    """It works a little all the time, and far longer by the clock than a cell may use a core."""
    for name, value in HURRY.items():
        monkeypatch.setattr(limits, name, value)
    monkeypatch.setattr(limits, "REST", 0.01)
    slow = (
        "import time\nuntil = time.monotonic() + 5\n"
        "while time.monotonic() < until:\n    sum(range(10**6))\n    time.sleep(0.4)"
    )
    assert build.execute(make_lesson(slow)).failure is None


def test_a_cell_may_use_more_on_a_slower_processor(make_lesson, monkeypatch):
    for name, value in HURRY.items():
        monkeypatch.setattr(limits, name, value)
    monkeypatch.setenv(limits.SLOW, "100")
    works = "import time\nwhile time.process_time() < 3:\n    sum(range(10**6))"
    assert build.execute(make_lesson(works)).failure is None
    monkeypatch.setenv(limits.SLOW, "0.5")
    assert "more than 0.5 seconds of a core" in str(build.execute(make_lesson(ENDLESS)).failure)


@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_a_kernel_that_dies_at_once_is_started_again(make_lesson, monkeypatch, deaths):
    """As it does where another program takes one of its ports before it can."""
    start, died = build._Runner.run, []

    def dies(runner, *given):
        if len(died) < deaths:
            died.append(runner)
            raise RuntimeError("Kernel died before replying to kernel_info")
        return start(runner, *given)

    monkeypatch.setattr(build._Runner, "run", dies)
    lesson = make_lesson("print(1)")
    if deaths == build.STARTS:
        with pytest.raises(RuntimeError, match="Kernel died"):
            build.execute(lesson)
    else:
        assert build.execute(lesson).notebook.cells[0].outputs[0].text == "1\n"


def test_limits_leave_room_for_every_lesson():
    assert limits.CELL_LIMIT >= 3 * 60  # a lesson may declare 60 seconds
    assert limits.HANG >= 60


def test_the_peak_of_memory_is_seen_after_it_was_given_back(make_lesson):
    size = 300 << 20
    lean = build.execute(make_lesson("import numpy as np", "1")).memory
    work = f"np.ones({size}, np.uint8).sum()"
    heavy = build.execute(make_lesson("import numpy as np", work, "1")).memory
    assert 30 << 20 < lean < 300 << 20
    assert size * 0.9 < heavy - lean < size * 1.3


def test_a_process_that_ended_uses_nothing():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert limits.peak_memory(ended.pid) == limits.core_seconds(ended.pid) == 0
    assert limits.peak_memory(os.getpid()) >= psutil.Process().memory_info().rss * 0.9


def test_core_seconds_are_those_of_work():
    before, until = limits.core_seconds(os.getpid()), time.process_time() + 0.3
    while time.process_time() < until:
        pass
    used = limits.core_seconds(os.getpid()) - before
    assert used == pytest.approx(0.3, abs=0.1)


def test_children_count_in_what_a_process_uses():
    """A data loader's workers are a lesson's own, those that run and those that have ended."""
    work = "while time.process_time() < 0.5: pass\nprint(len(data), flush=True)\ninput()"
    code = f"import time\ndata = b'x' * (100 << 20)\n{work}"
    before = limits.core_seconds(os.getpid()), limits.peak_memory(os.getpid())
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as child:
        child.stdout.readline()
        seconds, memory = limits.core_seconds(os.getpid()), limits.peak_memory(os.getpid())
        assert seconds - before[0] > 0.4
        assert memory - before[1] > 100 << 20
        child.communicate(b"\n")
    assert limits.core_seconds(os.getpid()) - before[0] > 0.4


# --- building -------------------------------------------------------------------------------------


def test_a_second_build_changes_nothing_whatever_the_environment(make_lesson, monkeypatch):
    lesson = make_lesson(
        PLOT,
        ("import time\nprint(time.time_ns())", "nbval-ignore-output"),
        ("import ipywidgets\nipywidgets.IntSlider()", "nbval-ignore-output"),
        "print('a')\nprint('b', flush=True)\nprint('c')",
        "from dlcourse import seeds\n(seeds.base(), hash('text'))",
    )
    assert build.build(lesson)
    first = lesson.path.read_bytes()
    assert [output.text for output in stored(lesson).cells[3].outputs] == ["a\nb\nc\n"]
    monkeypatch.setenv("DLCOURSE_SEED", "5")
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    assert not build.build(lesson)
    assert lesson.path.read_bytes() == first


def test_a_build_keeps_what_belongs_to_a_lesson_and_nothing_else(make_lesson):
    notebook = stored(make_lesson("1", " ", "2"))
    notebook.metadata.update(widgets={"x": 1}, kernelspec={"name": "mine", "display_name": "Mine"})
    belongs = {
        "tags": ["exercise"],
        "mystnb": {"image": {"alt": "A line"}},
        "slideshow": {"slide_type": "slide"},
        "nbgrader": {"grade": True},
        "jupyter": {"source_hidden": True},
    }
    first, _, last = notebook.cells
    first.metadata.update(deepcopy(belongs), execution={"started": "now"}, collapsed=True)
    first.metadata["jupyter"]["outputs_hidden"] = False
    first.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "1"})]
    last.metadata.update(trusted=True, jupyter={"outputs_hidden": True})
    dlcourse = notebook.metadata.dlcourse
    build.normalise(notebook, deepcopy(notebook))
    assert set(notebook.metadata) == {"dlcourse", "kernelspec", "language_info"}
    assert notebook.metadata.kernelspec["name"] == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert notebook.metadata.dlcourse == dlcourse
    assert first.metadata == belongs
    assert last.metadata == {"tags": []}
    assert [cell.id for cell in notebook.cells] == ["cell-0", "cell-1", "cell-2"]
    assert [cell.execution_count for cell in notebook.cells] == [1, None, 2]
    assert first.outputs[0].execution_count == 1


def picture(level: int) -> nbformat.NotebookNode:
    """Return an output that is a grey picture."""
    file = io.BytesIO()
    Image.new("L", (64, 64), level).save(file, "png")
    return nbformat.v4.new_output("display_data", {"image/png": encode(file.getvalue())})


def text(content: str) -> nbformat.NotebookNode:
    """Return an output that is text."""
    return nbformat.v4.new_output("stream", text=content)


def rebuilt(source: str, before: list[Any], after: list[Any], *tags: str, edited: str = "") -> Any:
    """Return the outputs of a cell that had some outputs when built, and others when built again.

    The cell has another source by then where `edited` says so.
    """

    def notebook(source: str, outputs: list[Any]) -> nbformat.NotebookNode:
        cell = nbformat.v4.new_code_cell(source, id="x", outputs=outputs, metadata={"tags": tags})
        return nbformat.v4.new_notebook(cells=[cell], metadata={"dlcourse": {}})

    first = notebook(source, before)
    build.normalise(first, notebook(source, []))
    second = notebook(edited or source, after)
    second.cells[0].metadata = deepcopy(first.cells[0].metadata)
    first.cells[0].source = second.cells[0].source  # an editor leaves outputs beside new sources
    build.normalise(second, first)
    return second.cells[0].outputs


def test_an_output_is_the_new_one():
    assert rebuilt("now()", [text("1")], [text("2")]) == [text("2")]


def test_a_volatile_output_is_kept_until_its_source_changes():
    tag, before, after = "nbval-ignore-output", [text("1")], [text("2")]
    assert rebuilt("now()", before, after, tag) == before
    assert rebuilt("now()", before, after, tag, edited="now( )") == after


def test_a_volatile_output_is_made_anew_when_code_before_it_changes():
    def notebook(first: str, shown: str) -> nbformat.NotebookNode:
        cells = [
            nbformat.v4.new_code_cell(first, id="a"),
            nbformat.v4.new_code_cell(
                "n", id="b", outputs=[text(shown)], metadata={"tags": ["nbval-ignore-output"]}
            ),
        ]
        return nbformat.v4.new_notebook(cells=cells, metadata={"dlcourse": {}})

    stored = notebook("n = 1", "1")
    build.normalise(stored, notebook("n = 1", ""))
    for first, shown in (("n = 1", "1"), ("n = 2", "2")):
        again = notebook(first, "2")
        build.normalise(again, stored)
        assert again.cells[1].outputs == [text(shown)]


def test_a_figure_is_kept_when_it_looks_the_same_and_its_source_is():
    before, same, other = picture(100), picture(102), picture(120)
    assert rebuilt("plot()", [before], [same]) == [before]
    assert rebuilt("plot()", [before], [same], edited="plot(1)") == [same]
    assert rebuilt("plot()", [before], [other]) == [other]
    assert rebuilt("plot()", [before], [text("x"), same, same]) == [text("x"), before, same]


def test_a_widget_is_not_stored():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a1"}, "text/plain": "Slider"}
    slider = nbformat.v4.new_output("display_data", view)
    assert rebuilt("slide()", [], [text("x"), slider]) == [text("x")]


def test_a_failing_cell_leaves_the_file_untouched(make_lesson):
    lesson = make_lesson("1", "1 / 0")
    before = lesson.path.read_bytes()
    with pytest.raises(build.LessonError, match=r"Lesson 19 .* cell \[2\]: ZeroDivisionError"):
        build.build(lesson)
    assert lesson.path.read_bytes() == before
    assert list(lesson.path.parent.iterdir()) == [lesson.path]


def test_a_build_that_is_interrupted_while_it_writes_leaves_the_notebook_whole(
    make_lesson, monkeypatch
):
    lesson = make_lesson("1")
    before = lesson.path.read_bytes()

    def interrupted(self: Path, content: bytes) -> None:
        with self.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.build(lesson)
    assert lesson.path.read_bytes() == before
    monkeypatch.undo()
    assert build.build(lesson)  # what was left behind is in nobody's way
    assert list(lesson.path.parent.iterdir()) == [lesson.path]


def test_what_somebody_saves_during_a_build_is_kept(make_lesson):
    lesson = make_lesson("1")
    with pytest.raises(build.LessonError, match="was saved by somebody else"):
        build.build(lesson, on_cell=lambda *_: edit(lesson, 0, source="2"))
    assert stored(lesson).cells[0].source == "2"


# --- the tests that every lesson goes through -----------------------------------------------------


def test_lessons_are_tested_with_their_figures_and_their_budget(make_lesson, tmp_path):
    draw = "from PIL import Image\nImage.new('L', (64, 64), level)"
    good = make_lesson("level = 100", draw, "x = b'x' * (100 << 20)\nprint(len(x))")
    build.build(good)
    bad = stored(good)
    bad.cells[0].source = "level = 120"
    bad.cells[2].source = "print(100 << 20)"
    bad.metadata.dlcourse.seconds = 0
    nbformat.write(bad, tmp_path / "18_bad.ipynb")
    nbformat.write(bad, tmp_path / "Untitled.ipynb")  # a learner's own, and left alone
    shutil.copy(ROOT / "conftest.py", tmp_path)
    told = output_of_pytest(tmp_path)
    assert "2 failed, 6 passed" in told
    pair = re.search(r"Figure 1 differs .* by 20\.0 .*: compare (\S+) and (\S+)\.", told)
    assert pair is not None, told
    before, after = (Path(name) for name in pair.groups())
    assert [before.read_bytes()] == pictures_of(bad.cells[1].outputs)
    assert Image.open(after).getpixel((0, 0)) == 120
    before.unlink()
    after.unlink()
    assert re.search(r"Lesson 19 took \d+ s, but declares 0 s: make it quicker", told)
    table = {row.split()[0]: row.split()[1:] for row in told.splitlines() if row[2:4].isdigit()}
    cells, seconds, budget, mebibytes, most = map(float, table["19_tiny"])
    assert (cells, budget, most) == (3, 5, 1536)
    assert 0 < seconds < 60
    assert 130 < mebibytes < 500
    assert table["18_bad"][2] == "0"


def test_a_cell_that_was_ended_fails_its_lesson_once(make_lesson, tmp_path):
    too_much = "it used more than 1 seconds of a core and was ended"
    ended = {
        ENDLESS: too_much,
        DEAF: too_much,
        WAITING: "it hung, without any work for 3 seconds, and was ended",
        "import os\nos._exit(1)": "its kernel died, for want of memory perhaps",
    }
    for number, source in enumerate(ended, start=11):
        lesson = make_lesson("1", source, *["x"] * 40)
        lesson.path.rename(tmp_path / f"{number}_ended.ipynb")
    shutil.copy(ROOT / "conftest.py", tmp_path)
    hurry = "".join(f"limits.{name} = {value}\n" for name, value in HURRY.items())
    (tmp_path / "hurry.py").write_text(f"from dlcourse import limits\n{hurry}", encoding="utf-8")
    said = output_of_pytest(tmp_path, "-p", "hurry", "-o", "xfail_strict=true")
    assert "4 failed, 4 passed, 164 skipped" in said  # the cells after those, and the budgets
    for told in set(ended.values()):
        assert said.count(f"Cell 1: {told}") == list(ended.values()).count(told)
    assert "Not run, for the kernel ended with cell 1." in said


def output_of_pytest(folder: Path, *more: str) -> str:
    """Return what pytest says of the lessons in a folder, tested as `make test` tests lessons."""
    plugins = ["-p", "nbval.plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider", "-rs", *more]
    options = ["-n", "1", "--dist", "loadfile", "--nbval", "--nbval-current-env", "--color=no"]
    place = ["-c", os.devnull, f"--rootdir={folder}", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *options, *place],
        capture_output=True,
        cwd=folder,
        env=os.environ
        | build.ONE_THREAD
        | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        encoding="utf-8",
        check=False,
    ).stdout


def test_an_output_that_depends_on_the_machine_is_found(make_lesson, monkeypatch, capsys):
    lesson = make_lesson("import os\nprint(os.environ['OMP_NUM_THREADS'])", "1 + 1")
    build.build(lesson)
    machines = {"small": {}, "large": {"OMP_NUM_THREADS": "64"}}
    monkeypatch.setattr(portability, "MACHINES", machines)
    monkeypatch.setattr(portability, "lessons", lambda: (lesson,))
    assert portability.main([]) == 1
    told = capsys.readouterr().out
    assert re.search(r"19 A tiny lesson │ ✔ +│ ✘ 1", told)
    assert "lesson 19, large" in told
    assert "Cell 0: " in told
    assert "- 64" in told
    assert "lesson 19, small" not in told


BY_SEED = """
from dlcourse import claim, seeds
claim("Three is not drawn", seeds.base() != 3)
"""


@pytest.fixture
def replicate(monkeypatch, tmp_path):
    """Return a function that replicates one lesson, and returns its code and what is kept of it."""
    monkeypatch.setattr(replication, "KEPT", tmp_path / "replication.json")

    def replicate(lesson, *arguments):
        monkeypatch.setattr(replication, "lessons", lambda: (lesson,))
        code = replication.main(["--jobs", "1", *arguments])
        return code, replication.read()["19"]

    return replicate


def test_seeds_under_which_a_claim_falls_are_found_and_kept(make_lesson, replicate, capsys):
    code, kept = replicate(make_lesson(BY_SEED), "--to", "3")
    assert (code, kept["held"], list(kept["fell"])) == (1, [1, 2], ["3"])
    assert "Three is not drawn" in kept["fell"]["3"]
    assert kept["claims"] == 1
    assert len(replication.used(kept, "seconds")) == len(replication.used(kept, "MiB")) == 3
    assert min(replication.used(kept, "seconds") + replication.used(kept, "MiB")) > 0
    assert re.search(r"19 A tiny lesson │ 1 +│ 1 2 +│ 3 ", capsys.readouterr().out)


def test_seeds_that_are_known_to_hold_are_not_run_again(make_lesson, replicate, capsys):
    lesson = make_lesson(BY_SEED)
    replicate(lesson, "--to", "1")
    capsys.readouterr()
    assert replicate(lesson, "--to", "2")[1]["held"] == [1, 2]
    told = capsys.readouterr().out
    assert "seed 2: 1 claims held" in told
    assert "seed 1:" not in told


@pytest.mark.parametrize("changed", ["code", "result"])
def test_a_lesson_that_has_changed_is_replicated_anew(make_lesson, replicate, changed):
    lesson = make_lesson(BY_SEED)
    build.build(lesson)
    lesson = Lesson.read(lesson.path)
    replicate(lesson, "--to", "2")
    if changed == "code":
        lesson = make_lesson(BY_SEED + "# more")
    else:
        text = lesson.path.read_text(encoding="utf-8").replace("is not drawn", "is never drawn", 2)
        lesson.path.write_text(text, encoding="utf-8")
        lesson = Lesson.read(lesson.path)
    assert replicate(lesson, "--to", "1")[1]["held"] == [1]
