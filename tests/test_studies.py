"""What studies rest on: recipes as modules, parts done again after changes, pinned archives."""

import sys
import traceback

import pytest

from dlcourse.paths import STUDIES

sys.path.insert(0, str(STUDIES))
import parts

STUDY = '''"""A study."""
from parts import Parts
SIZE = 3  # of what is done
calls = []

def done(run):
    """Count a call."""
    calls.append(run)
    return [SIZE, run]

def main():
    pass
'''


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """Keep parts in a folder of the test's own, on the run's own seed."""
    monkeypatch.delenv("DLCOURSE_SEED", raising=False)
    monkeypatch.setattr(parts, "KEPT", tmp_path / "kept")


@pytest.fixture
def study(tmp_path):
    """Return a function that loads a study from its source and does its part for run 0.

    It tells how often the part was done: 1, or 0 where it was kept.
    """

    def do(source=STUDY, *recipes):
        path = tmp_path / "study.py"
        path.write_text(source, encoding="utf-8")
        module = parts.ModuleType("study")
        exec(compile(source, path, "exec"), vars(module))
        kept = parts.Parts("study", *recipes)
        assert kept.kept(module.done, 0)[1] == 0
        assert kept.seconds >= 0
        return len(module.calls)

    return do


def test_a_part_is_done_once(study):
    assert [study(), study(), study()] == [1, 0, 0]


@pytest.mark.parametrize(
    ("old", "new"),
    [("SIZE = 3", "SIZE = 4"), ("[SIZE, run]", "[SIZE, run, 1]"), ("calls = []", "calls = [*[]]")],
)
def test_a_part_is_done_again_when_code_or_constants_change(study, old, new):
    assert study() == 1
    changed = STUDY.replace(old, new)
    assert changed != STUDY
    assert [study(changed), study(changed), study()] == [1, 0, 0]


@pytest.mark.parametrize(
    ("old", "new"),
    [("  # of what", "  # OF WHAT"), ("A study", "The study"), ("    pass", "    print()")],
)
def test_comments_and_what_calls_the_parts_do_not_count(study, old, new):
    assert study() == 1
    changed = STUDY.replace(old, new)
    assert changed != STUDY
    assert study(changed) == 0


def test_a_part_is_done_again_with_other_libraries_seeds_and_training(study, tmp_path, monkeypatch):
    assert study() == 1
    with monkeypatch.context() as patch:
        patch.setattr(parts, "library_versions", lambda: {"torch": "9"})
        assert study() == 1
    with monkeypatch.context() as patch:
        patch.setenv("DLCOURSE_SEED", "1")
        assert study() == 1
    package = tmp_path / "dlcourse"
    package.mkdir()
    (package / "training.py").write_text("RATE = 1\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(parts, "ROOT", tmp_path)
        patch.setattr(parts, "BENEATH", ("training.py",))
        assert study() == 1
        (package / "training.py").write_text("RATE = 2\n", encoding="utf-8")
        assert study() == 1
    assert study() == 0


def test_what_decides_the_figures_is_there():
    assert all((parts.ROOT / "dlcourse" / place).exists() for place in parts.BENEATH)


def test_an_interrupted_part_is_not_taken_for_done(study):
    failing = STUDY.replace("return [SIZE, run]", "return [SIZE, run, ...]")  # which JSON refuses
    for _ in range(2):
        with pytest.raises(TypeError, match="not JSON serializable"):
            study(failing)


# Recipes


def lesson_of(make_lesson, monkeypatch, *cells):
    made = make_lesson(*cells)
    monkeypatch.setattr(parts, "lesson", lambda id: made)


def test_a_recipe_is_a_module_whose_lines_a_traceback_shows(make_lesson, monkeypatch):
    fails = ("def fail():\n    raise KeyError('here')  # the very line", "recipe")
    lesson_of(make_lesson, monkeypatch, ("a = 1", "recipe"), "a = 2", fails)
    recipe = parts.recipe("19")
    assert recipe.a == 1
    with pytest.raises(KeyError) as caught:
        recipe.fail()
    told = "".join(traceback.format_exception(caught.value))
    assert "recipe_19.py" in told
    assert "the very line" in told


def test_a_part_is_done_again_when_the_recipe_changes(study, make_lesson, monkeypatch):
    done = []
    for value in (1, 1, 2):
        lesson_of(make_lesson, monkeypatch, (f"a = {value}", "recipe"), f"b = {len(done)}")
        done.append(study(STUDY, parts.recipe("19")))
    assert done == [1, 0, 1]
