"""The learner's own copy: whatever the course and the learner do, nothing of theirs is lost."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelspec import get_kernel_dict

from dlcourse import copies, paths

STUB = "def neuron(x):\n    ...\n\ncheck('11.neuron', neuron)"
ANSWER = STUB.replace("...", "return x > 0")


def code(id, source, *tags, outputs=()):
    return {
        "id": id,
        "cell_type": "code",
        "source": source,
        "metadata": {"tags": list(tags)},
        "outputs": list(outputs),
        "execution_count": 1 if outputs else None,
    }


def text(id, source):
    return {"id": id, "cell_type": "markdown", "source": source, "metadata": {}}


def printed(words):
    return {"output_type": "stream", "name": "stdout", "text": words}


def lesson():
    """Return the cells of a first edition, as they are stored: with outputs."""
    return [
        text("title", "# One neuron"),
        code("load", "x = 3", outputs=[printed("loaded")]),
        code("show", "print(x)", outputs=[printed("3\n")]),
        code("answer", STUB, "exercise", outputs=[printed("○ 11.neuron: not attempted")]),
        text("end", "That was it."),
    ]


def by_id(cells):
    return {cell["id"]: cell for cell in cells}


class Course:
    """A course of small lessons, and what a learner has of it."""

    def __init__(self, root):
        self.root = root

    def publish(self, cells, name="11_neuron.ipynb"):
        (self.root / "notebooks").mkdir(exist_ok=True)
        self.write(self.root / "notebooks" / name, cells)

    def write(self, path, cells):
        whole = {"cells": cells, "metadata": {"dlcourse": {"id": path.name[:2]}}}
        path.write_text(json.dumps(whole | {"nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")

    def update(self):
        return " ".join(copies.update())

    def mine(self, name="11_neuron.ipynb"):
        return json.loads((paths.MINE / name).read_text(encoding="utf-8"))

    def sources(self, name="11_neuron.ipynb"):
        return {cell["id"]: cell["source"] for cell in self.mine(name)["cells"]}

    def work(self, **sources):
        """Let the learner change cells, and run every one of them."""
        notebook = self.mine()
        for cell in notebook["cells"]:
            cell["source"] = sources.get(cell["id"], cell["source"])
            if cell["cell_type"] == "code":
                cell |= {"outputs": [printed(f"ran {cell['id']}")], "execution_count": 1}
        self.save(notebook)

    def save(self, notebook):
        (paths.MINE / "11_neuron.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    def kept(self):
        return [path.read_text(encoding="utf-8") for path in paths.MINE.glob("kept/*.ipynb")]


def settle(monkeypatch, root):
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(paths, "NOTEBOOKS", root / "notebooks")
    monkeypatch.setattr(paths, "MINE", root / "my")
    monkeypatch.setattr(paths, "EDITIONS", root / "my" / ".editions")
    return Course(root)


@pytest.fixture
def course(monkeypatch, tmp_path):
    made = settle(monkeypatch, tmp_path)
    made.publish(lesson())
    return made


def test_a_copy_has_no_outputs_and_nothing_that_opening_it_would_change(course):
    assert course.update() == ""
    mine = course.mine()
    assert [cell.get("outputs", []) for cell in mine["cells"]] == [[]] * 5
    assert {cell.get("execution_count") for cell in mine["cells"]} == {None}
    assert by_id(mine["cells"])["answer"]["metadata"]["tags"] == ["exercise"]
    kernel = get_kernel_dict()
    assert mine["metadata"]["kernelspec"] == {
        "display_name": kernel["display_name"],
        "language": kernel["language"],
        "name": "python3",
    }
    assert mine["metadata"]["language_info"] == IPythonKernel.language_info


def test_what_a_figure_shows_can_be_read_below_it(course):
    cells = lesson()
    cells[2]["metadata"]["mystnb"] = {"image": {"alt": "A line from 1 to 2."}}
    course.publish(cells)
    course.update()
    assert list(course.sources()) == ["title", "load", "show", "show-shows", "answer", "end"]
    assert "A line from 1 to 2." in course.sources()["show-shows"]
    course.work(answer=ANSWER)
    cells[2]["metadata"]["mystnb"]["image"]["alt"] = "A line from 1 to 3."
    course.publish(cells)
    course.update()
    assert "A line from 1 to 3." in course.sources()["show-shows"]
    assert course.sources()["answer"] == ANSWER


def test_a_second_start_changes_nothing(course):
    course.update()
    course.work(answer=ANSWER)
    before = (paths.MINE / "11_neuron.ipynb").read_bytes()
    assert course.update() == ""
    assert (paths.MINE / "11_neuron.ipynb").read_bytes() == before


def test_outputs_alone_are_no_new_edition(course):
    course.update()
    cells = lesson()
    cells[1]["outputs"] = [printed("loaded anew")]
    course.publish(cells)
    assert course.update() == ""


def test_a_copy_in_which_nothing_was_written_becomes_the_new_edition(course):
    course.update()
    course.work()
    cells = lesson()
    cells[2]["source"] = "print(x + 1)"
    course.publish(cells)
    assert "is the new edition" in course.update()
    assert course.sources()["show"] == "print(x + 1)"


def test_answers_notes_and_outputs_survive_a_new_edition(course):
    course.update()
    course.work(answer=ANSWER)
    notebook = course.mine()
    notebook["cells"].insert(2, text("note", "My note."))
    course.save(notebook)
    cells = lesson()
    cells[2]["source"] = "print(x + 1)"
    cells.insert(4, text("more", "More to read."))
    course.publish(cells)
    assert "with what you changed" in course.update()
    assert list(course.sources()) == ["title", "load", "note", "show", "answer", "more", "end"]
    mine = by_id(course.mine()["cells"])
    assert (mine["answer"]["source"], mine["note"]["source"]) == (ANSWER, "My note.")
    assert mine["load"]["outputs"] == [printed("ran load")]
    assert mine["show"]["outputs"] == [], "those were of the source that it had before"
    assert course.kept() == []


def test_an_answer_stays_where_the_exercise_has_a_new_text(course):
    course.update()
    course.work(answer=ANSWER)
    cells = lesson()
    cells[3]["source"] = STUB.replace("neuron(x)", "neuron(x, bias)")
    course.publish(cells)
    assert "answers to 1 of its exercises stand, but their text is new" in course.update()
    assert course.sources()["answer"] == ANSWER
    assert course.update() == ""


def test_where_both_changed_a_cell_the_course_has_it_and_the_learners_is_kept(course):
    course.update()
    course.work(answer=ANSWER, show="print('mine', x)")
    before = course.mine()
    cells = lesson()
    cells[2]["source"] = "print('course', x)"
    course.publish(cells)
    told = course.update()
    assert "my/kept/11_neuron" in told
    assert course.sources()["show"] == "print('course', x)"
    assert course.sources()["answer"] == ANSWER
    assert list(map(json.loads, course.kept())) == [before]


def test_an_answer_to_an_exercise_that_is_gone_is_kept(course):
    course.update()
    course.work(answer=ANSWER)
    cells = lesson()
    del cells[3]
    course.publish(cells)
    assert "kept" in course.update()
    assert ANSWER in "".join(course.sources().values()) or course.kept()


@pytest.mark.parametrize(
    "damage", ["", "{", "<<<<<<< HEAD\n{}", '{"cells": 3}', '{"cells": [{"source": 1}]}']
)
def test_a_damaged_copy_is_kept_and_a_new_one_made(course, damage):
    course.update()
    (paths.MINE / "11_neuron.ipynb").write_text(damage, encoding="utf-8")
    cells = lesson()
    cells[0]["source"] = "# A neuron"
    course.publish(cells)
    assert "cannot be read: it is kept as my/kept/11_neuron" in course.update()
    assert course.sources()["title"] == "# A neuron"
    assert course.kept() == [damage]


def test_what_is_kept_twice_in_a_day_is_kept_twice(course):
    for number in range(3):
        course.update()
        (paths.MINE / "11_neuron.ipynb").write_text(f"damaged {number}", encoding="utf-8")
        cells = lesson()
        cells[0]["source"] = f"# Edition {number}"
        course.publish(cells)
    course.update()
    assert sorted(course.kept()) == ["damaged 0", "damaged 1", "damaged 2"]


def test_a_copy_that_was_deleted_is_made_anew(course):
    course.update()
    (paths.MINE / "11_neuron.ipynb").unlink()
    assert "here is a new one" in course.update()
    assert course.sources()["answer"] == STUB


def test_a_lesson_that_is_renamed_keeps_its_copy(course):
    course.update()
    course.work(answer=ANSWER)
    (paths.NOTEBOOKS / "11_neuron.ipynb").rename(paths.NOTEBOOKS / "11_one_neuron.ipynb")
    assert "your copy is my/11_one_neuron.ipynb now" in course.update()
    assert course.sources("11_one_neuron.ipynb")["answer"] == ANSWER
    assert not (paths.MINE / "11_neuron.ipynb").exists()


def test_a_lesson_that_is_removed_leaves_its_copy(course):
    course.publish(lesson(), "12_layers.ipynb")
    course.update()
    course.work(answer=ANSWER)
    (paths.NOTEBOOKS / "11_neuron.ipynb").unlink()
    assert "is no lesson any more" in course.update()
    assert course.sources()["answer"] == ANSWER
    assert course.update() == "", "which is told once"


def test_the_learners_own_notebooks_are_left_alone(course):
    course.update()
    for name in ("notes.ipynb", "12_mine.ipynb", "11_neuron_mine.ipynb"):
        (paths.MINE / name).write_text("mine", encoding="utf-8")
    course.publish(lesson()[1:])
    course.update()
    for name in ("notes.ipynb", "12_mine.ipynb", "11_neuron_mine.ipynb"):
        assert (paths.MINE / name).read_text(encoding="utf-8") == "mine"


def test_one_lesson_that_cannot_be_read_keeps_no_other_from_its_copy(course):
    (paths.NOTEBOOKS / "10_broken.ipynb").write_text("<<<<<<< HEAD", encoding="utf-8")
    assert "10_broken.ipynb could not be brought up to date" in course.update()
    assert course.sources()["answer"] == STUB


def test_where_there_is_no_course_nothing_is_made(course):
    (paths.NOTEBOOKS / "11_neuron.ipynb").unlink()
    with pytest.raises(FileNotFoundError, match="in a clone of the course"):
        course.update()
    assert not paths.MINE.exists()


@pytest.mark.parametrize("writes", [0, 1])
def test_an_update_that_is_interrupted_is_done_again(course, monkeypatch, writes):
    course.update()
    course.work(answer=ANSWER)
    cells = lesson()
    cells[2]["source"] = "print(x + 1)"
    course.publish(cells)
    replace, done = paths.os.replace, []

    def cut(source, target):
        if len(done) == writes:
            raise KeyboardInterrupt
        done.append(target)
        replace(source, target)

    monkeypatch.setattr(paths.os, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        course.update()
    monkeypatch.setattr(paths.os, "replace", replace)
    assert course.sources()["answer"] == ANSWER
    course.update()
    assert course.sources()["answer"] == ANSWER
    assert course.sources()["show"] == "print(x + 1)"
    assert course.update() == ""


def test_the_story_of_a_copy_through_two_editions(course, monkeypatch):
    """Answers kept, a conflict, an interrupted merge, a damaged file, as one learner sees them."""
    course.publish(lesson(), "12_layers.ipynb")
    course.update()
    course.work(answer=ANSWER, show="print('my own way', x)")

    # The second edition explains more, draws the same cell in its own way, and renames a lesson.
    second = lesson()
    second[2]["source"] = "print('a better way', x)"
    second.insert(3, text("why", "Why it is so."))
    course.publish(second)
    (paths.NOTEBOOKS / "12_layers.ipynb").rename(paths.NOTEBOOKS / "12_many_layers.ipynb")
    told = course.update()
    assert "your copy is my/12_many_layers.ipynb now" in told
    assert "Where you and the course changed the same cell" in told
    assert list(course.sources()) == ["title", "load", "show", "why", "answer", "end"]
    assert course.sources()["answer"] == ANSWER
    assert "my own way" in "".join(course.kept())

    # The learner goes on; the machine dies in the middle of the third edition's merge.
    course.work(title="# One neuron, and my notes")
    third = deepcopy(second)
    third[-1]["source"] = "That was it, and more."
    course.publish(third)
    replace = paths.os.replace
    monkeypatch.setattr(paths.os, "replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        course.update()
    monkeypatch.setattr(paths.os, "replace", replace)
    assert "with what you changed" in course.update()
    assert course.sources()["title"] == "# One neuron, and my notes"
    assert course.sources()["end"] == "That was it, and more."
    assert course.sources()["answer"] == ANSWER

    # At last the file is damaged: it is kept as it is, and the lesson can be read again.
    (paths.MINE / "11_neuron.ipynb").write_text("<<<<<<< mine", encoding="utf-8")
    course.publish(lesson())
    assert "cannot be read: it is kept" in course.update()
    assert "<<<<<<< mine" in course.kept()
    assert course.sources()["answer"] == STUB
    assert course.update() == ""


# --- where copies lie ----------------------------------------------------------------------------

PLACES = """
import os, sys
if "shared" in sys.argv:
    os.access = lambda *_: False
import make
from dlcourse import paths
assert make.MINE == paths.MINE, (make.MINE, paths.MINE)
print(paths.MINE, make.OWN.parent, paths.ROOT, sep="\\n")
"""


@pytest.mark.parametrize("clone", ["own", "shared"])
@pytest.mark.parametrize("named", ["", "~/elsewhere"])
def test_copies_lie_in_the_clone_unless_a_class_shares_it_or_a_variable_says(
    tmp_path, clone, named
):
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    shown = subprocess.run(
        [sys.executable, "-c", PLACES, clone],
        env=os.environ
        | home
        | {"DLCOURSE_MY": named, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    mine, own, root = map(Path, shown.stdout.splitlines())
    by_itself = root / "my" if clone == "own" else tmp_path / "dlcourse"
    assert mine == (tmp_path / "elsewhere" if named else by_itself)
    assert own == (root if clone == "own" else tmp_path)


def test_what_is_kept_outside_the_clone_is_told_in_full(course, monkeypatch, tmp_path_factory):
    home = tmp_path_factory.mktemp("home") / "dlcourse"
    monkeypatch.setattr(paths, "MINE", home)
    monkeypatch.setattr(paths, "EDITIONS", home / ".editions")
    course.update()
    (home / "11_neuron.ipynb").write_text("damaged", encoding="utf-8")
    cells = lesson()
    cells[0]["source"] = "# A neuron"
    course.publish(cells)
    assert f"kept as {home.as_posix()}/kept/11_neuron" in course.update()
    assert course.kept() == ["damaged"]


# --- work that was done in the course's own folder ---------------------------------------------


@pytest.fixture
def clone(course):
    """Return a course whose first edition is committed."""
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "First"),
    ):
        subprocess.run(["git", *command], cwd=course.root, check=True)
    return course


def test_work_in_the_courses_own_folder_is_carried_over(clone):
    cells = lesson()
    cells[3]["source"] = ANSWER
    clone.publish(cells)
    told = clone.update()
    assert "stand in my/11_neuron.ipynb now" in told
    assert "git checkout -- notebooks/11_neuron.ipynb" in told
    assert clone.sources()["answer"] == ANSWER
    theirs = json.loads((paths.NOTEBOOKS / "11_neuron.ipynb").read_text(encoding="utf-8"))
    assert by_id(theirs["cells"])["answer"]["source"] == ANSWER, "nothing is taken back"
    clone.work(answer=ANSWER.replace("> 0", ">= 0"))
    assert clone.update() == ""
    assert clone.sources()["answer"] == ANSWER.replace("> 0", ">= 0")


def test_running_a_lesson_in_the_courses_own_folder_is_no_work_to_carry_over(clone):
    cells = lesson()
    cells[1]["outputs"] = [printed("another run")]
    clone.publish(cells)
    assert clone.update() == ""
    assert clone.mine()["cells"][1]["outputs"] == []


# --- whatever happens ----------------------------------------------------------------------------

CELLS = st.sampled_from(["title", "load", "show", "answer", "end"])
OURS = st.dictionaries(CELLS, st.sampled_from([None, "a = 1", "b = 2\nc = 3"]), max_size=3)
THEIRS = st.dictionaries(
    CELLS, st.sampled_from([None, "mine = 1", ANSWER, "# My note"]), max_size=3
)


def changed(cells, how):
    """Return cells with some of them changed, and those left out that become None."""
    cells = deepcopy(cells)
    for cell in cells:
        cell["source"] = how.get(cell["id"], cell["source"])
    return [cell for cell in cells if cell["source"] is not None]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(editions=st.lists(st.tuples(THEIRS, OURS), min_size=1, max_size=2))
def test_nothing_that_a_learner_wrote_is_ever_lost(tmp_path_factory, editions):
    with pytest.MonkeyPatch.context() as monkeypatch:
        course = settle(monkeypatch, tmp_path_factory.mktemp("course"))
        course.publish(lesson())
        course.update()
        for theirs, ours in editions:
            before = course.mine()
            notebook = before | {"cells": changed(before["cells"], theirs)}
            theirs_now = {cell["source"] for cell in notebook["cells"]} & {*theirs.values()}
            course.save(notebook)
            course.publish(changed(lesson(), ours))
            course.update()
            everywhere = [*course.kept(), json.dumps(course.mine())]
            for source in theirs_now:
                assert any(json.dumps(source)[1:-1] in whole for whole in everywhere)
            answer, edition = theirs.get("answer"), by_id(changed(lesson(), ours))
            if answer and "answer" in by_id(before["cells"]) and "answer" in edition:
                assert course.sources()["answer"] == answer
            assert course.update() == ""
