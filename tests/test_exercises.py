"""How answers are compared, run and judged, and what is remembered of them."""

import _thread
import asyncio
import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import hypothesis.extra.numpy as arrays
import nbformat
import numpy as np
import pytest
import sample_exercises
import torch
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from sample_exercises import COUNT, COUNTER, STEP, WEIGHTED_SUM

import dlcourse.exercises
from dlcourse import check, hint, paths, solution
from dlcourse.exercises import (
    Exercise,
    difference,
    find,
    grading,
    kind,
    plain,
    progress,
    sandbox,
)
from dlcourse.exercises.compare import show, state


@pytest.fixture(autouse=True)
def lesson(monkeypatch, tmp_path) -> Path:
    """Have the samples stand for a lesson 99, and progress kept in a place of the test's own."""
    monkeypatch.setitem(sys.modules, "dlcourse.exercises.lesson_99", sample_exercises)
    monkeypatch.setattr(dlcourse.exercises, "lessons", lambda: ["99"])
    monkeypatch.setattr(paths, "PROGRESS", tmp_path / "own" / "progress.json")
    monkeypatch.setattr(paths, "EARLIER_PROGRESS", tmp_path / "clone" / "progress.json")
    monkeypatch.setattr(progress, "_unsaved", {})
    monkeypatch.setattr(grading, "IS_ON", False)
    return paths.PROGRESS


def right(weights, inputs, bias):
    return float(np.dot(weights, inputs) + bias)


def say(capsys, answer, exercise=WEIGHTED_SUM) -> str:
    """Return what `check` prints, without the exercise's name."""
    check(exercise.id, answer)
    text = capsys.readouterr().out
    assert text.count("\n") == 1, "one line"
    return text.strip().replace(f" {exercise.id}: ", " ")


# What is the same, and what is not

numbers = arrays.arrays(
    np.float64,
    arrays.array_shapes(max_dims=3, max_side=4),
    elements=st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3),
)
structures = st.recursive(
    numbers | st.booleans() | st.integers() | st.text(max_size=5) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@given(structures)
def test_everything_is_the_same_as_itself(value):
    assert difference(plain(value), plain(value)) == ""


@given(structures, structures)
def test_difference_is_symmetric_in_what_it_refuses(one, other):
    one, other = plain(one), plain(other)
    if kind(one) != kind(other):
        assert difference(one, other)
        assert difference(other, one)


@given(numbers, st.data())
def test_one_element_off_by_more_than_rounding_differs(expected, data):
    where = tuple(data.draw(st.integers(0, side - 1)) for side in expected.shape)
    off = 3e-5 * abs(expected[where]) + 3e-7 * np.abs(expected).max() + 1e-9
    got = expected.copy()
    got[where] += data.draw(st.sampled_from([-1, 1])) * off
    assert difference(plain(expected), plain(got))


@given(numbers)
def test_single_precision_is_the_same(expected):
    assert difference(plain(expected), plain(torch.tensor(expected, dtype=torch.float32))) == ""
    assert difference(plain(expected), plain(expected.tolist())) == ""


@given(numbers)
def test_other_shapes_are_never_the_same(expected):
    for got in (expected[None], expected[..., None], expected.ravel(), expected.T, [expected]):
        if np.shape(got) != expected.shape:
            assert difference(plain(expected), plain(got))
    assert difference(plain(expected), plain(float(expected.flat[0])))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1.0, True),
        (1, True),
        (True, 1),
        ([1.0, 2.0], [True, 2.0]),
        (1.0, 1.0 + 0j),
        (1.0, [1.0]),
        (1.0, "1.0"),
        (1.0, None),
        (1.0, float("inf")),
        (float("inf"), 1.0),
        (float("inf"), float("-inf")),
        (1.0, float("nan")),
        (3e-6, 0.0),
        (1_199_882, 1_199_881),
        (1_199_882, 1_199_881.0),
        ([1e6, 0.5], [1e6, 5.0]),
        ([1.0, 2.0], [1.0, 2.0, 3.0]),
        ([1.0, [2.0, 3.0]], [1.0, [2.0, 4.0]]),
        ([1.0, 2.0], np.array([1.0, 2.0], dtype=object)),
        (["a", "b"], ["a", "c"]),
        ("a\0", "a"),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [("a", 1)]),
        ({"a", "b"}, {"a", "c"}),
        ({"a": [1.0, 2.0]}, {"a": [1.0, 2.5]}),
        ([1.0], iter([1.0])),
        ([1.0], (x for x in [1.0])),
    ],
)
def test_what_is_not_the_same(expected, got):
    assert difference(plain(expected), plain(got))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (3, 3.0),
        (3, 3 + 5e-7),
        (3.0, np.int64(3)),
        (1.0, torch.tensor(1.0, requires_grad=True)),
        (0.1 + 0.2, 0.3),
        (0.0, 1e-17),
        (float("nan"), float("nan")),
        (2**70, 2.0**70),
        ((1.0, 2.0), np.array([1.0, 2.0])),
        ([], np.array([])),
        (range(3), [0, 1, 2]),
        ([np.ones(2), np.ones(3)], (torch.ones(2), [1, 1, 1])),
        (["a", "b"], np.array(["a", "b"])),
        ({1, 2}, {np.int64(1), 2}),
        ({"a": 1.0, "b": 2}, {"b": 2, "a": np.float32(1)}),
    ],
)
def test_what_is_the_same(expected, got):
    assert difference(plain(expected), plain(got)) == ""


def test_difference_of_large_arrays_is_shown_where_it_lies():
    expected = np.arange(12.0).reshape(3, 4)
    got = expected.copy()
    got[1, 2] = 9
    assert difference(plain(expected), plain(got)) == "at [1, 2], expected 6, got 9"
    assert difference(plain({"w": [1, "a"]}), plain({"w": [1, "b"]})) == (
        "at ['w'], at [1], expected 'a', got 'b'"
    )


def test_difference_of_long_texts_is_shown_from_shortly_before_it():
    same = "x" * 100
    for right, wrong in (("right", "wrong"), ("right", ""), ("", "more")):
        assert difference(same + right, same + wrong) == (
            f"expected '…{same[:20]}{right}', got '…{same[:20]}{wrong}'"
        )


def test_difference_of_what_no_exercise_asks_for_names_it():
    assert difference(plain(1), plain(object())) == "expected a number, got an object"
    assert difference(plain(1), plain(slice(3))) == "expected a number, got a slice"


@pytest.mark.parametrize(("expected", "got"), [(0.004, 1e-5), (1e-5, 0.01), (0.5, 0.503)])
def test_a_number_with_more_decimals_is_off_by_half_of_its_own_last_one(expected, got):
    assert difference(plain(expected), plain(got), digits=2)
    assert not difference(plain(expected), plain(round(expected, 2)), digits=2)


def test_each_entry_of_a_dictionary_is_part_of_an_arguments_state():
    assert difference(state({"a": [1], "b": [2]}), state({"a": [3], "b": [2]})) == (
        "at ['a'], at [0], expected 1, got 3"
    )


def test_plain_values_are_shown_in_short():
    assert show(plain([0.5, 1 / 3])) == "[0.5, 0.333333]"
    assert show(plain([True, False])) == "[True, False]"
    assert show(plain({"a": [0.5, "b"], "c": 0.25})) == "{'a': [0.5, 'b'], 'c': 0.25}"
    assert show(plain({3, "b"})) == "{'b', 3}"
    assert len(show(plain("long" * 100))) == 80


# Answers of every sort


@pytest.mark.parametrize(
    "answer",
    [
        right,
        lambda w, x, b: np.float32(right(w, x, b)),
        lambda w, x, b: torch.tensor(right(w, x, b), requires_grad=True),
        lambda *case: right(*case),
        lambda inputs, weights, bias=0.0, extra=None: right(inputs, weights, bias),
    ],
)
def test_right_answers_pass(capsys, answer):
    assert say(capsys, answer) == "✔ passed"


def test_not_attempted_points_to_a_hint(capsys):
    line = '○ not attempted yet — hint("99.weighted-sum") gives a nudge'
    for answer in (..., WEIGHTED_SUM.define(WEIGHTED_SUM.stub)):
        assert say(capsys, answer) == line
    assert not paths.PROGRESS.exists()


def undefined(weights, inputs, bias):
    total = weights @ inputs
    return total + undefind  # noqa: F821


def deep(weights, inputs, bias):
    return deep(weights, inputs, bias)


def changes(weights, inputs, bias):
    weights *= inputs
    return weights.sum() + bias


def sometimes(weights, inputs, bias):
    return right(weights, inputs, bias) if len(weights) == 3 else None


async def coroutine(weights, inputs, bias):
    return right(weights, inputs, bias)


def generator(weights, inputs, bias):
    yield right(weights, inputs, bias)


FORM = "this needs the function weighted_sum(weights, inputs, bias) itself, without calling it, but"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (undefined, "stops with NameError: name 'undefind' is not defined (line "),
        (undefined, "return total + undefind"),
        (deep, "weighted_sum calls itself without end"),
        (changes, "weighted_sum changes its argument weights: work on a copy of it"),
        (sometimes, "expected a number, got None"),
        (coroutine, "weighted_sum is defined with async def: def alone is what is needed"),
        (generator, "expected a number, got a generator"),
        (lambda w, x, b: None, "weighted_sum returns nothing: end it with return"),
        (lambda w, x, b: print(right(w, x, b)), "prints its result but returns nothing"),
        (lambda w, x, b: ..., "weighted_sum still returns ...: put your answer in its place"),
        (lambda w, x, b: sys.exit(), "weighted_sum ends the whole program"),
        (lambda w, x, b: input("? "), "nothing can be typed in during a check"),
        (lambda w, x, b: right, "expected a number, got a function"),
        (lambda w, x, b: asyncio, "expected a number, got a module"),
        (lambda w, x, b: [right(w, x, b)], "expected a number, got an array of shape (1,)"),
        (lambda w, x, b: 2 * right(w, x, b), "for weights = [0.84348, -0.575881"),
        (lambda w, x: 0.0, "the function has other arguments than weighted_sum(weights, inputs, b"),
        (np.dot, "weighted_sum stops with TypeError"),
        (len, "the function has other arguments than weighted_sum(weights, inputs, bias)"),
        (dict, f"{FORM} was given the class dict"),
        (3.0, f"{FORM} was given a value of type float"),
        ("right", f"{FORM} was given a value of type str"),
        (asyncio, f"{FORM} was given a value of type module"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(capsys, answer, words):
    line = say(capsys, answer)
    assert line.startswith("✘")
    assert words in line


def test_value_is_never_given_away(capsys):
    assert say(capsys, 79510, COUNT) == "✔ passed"
    assert say(capsys, 79510.0, COUNT) == "✔ passed"
    assert say(capsys, 79509, COUNT) == "✘ parameters is 79509, which is not right"
    assert say(capsys, [79510], COUNT) == (
        "✘ parameters is an array of shape (1,) where a number is needed"
    )
    assert say(capsys, right, COUNT) == "✘ this needs a value, but was given a function"


def test_class_where_a_class_is_needed(capsys):
    line = say(capsys, right, COUNTER)
    assert line == "✘ this needs the class Counter, but was given a function"


def test_bug_that_was_not_mended_is_not_attempted_whatever_the_comments_say(capsys):
    commented = STEP.stub.replace("return", "# downhill\n    return")
    assert say(capsys, STEP.define(commented), STEP).startswith("○")
    assert say(capsys, STEP.define(STEP.stub.replace("+ rate", "- rate")), STEP) == "✔ passed"


def test_judge_must_say_none_for_a_pass():
    exercise = Exercise(
        id="99.any",
        stub="x = ...",
        solution="x = 1",
        hints=("", "", ""),
        misconceptions=(),
        judge=lambda answer: False,
    )
    assert exercise.assess(1).state == "failed"


def test_judge_may_take_its_time_to_get_ready(monkeypatch):
    monkeypatch.setattr(sandbox, "LIMIT", 0.1)

    @functools.cache
    def data():
        time.sleep(0.3)
        return 1

    exercise = Exercise(
        id="99.ready",
        stub="x = ...",
        solution="x = 1",
        hints=("", "", ""),
        misconceptions=(),
        judge=lambda answer: None if answer == data() else "no",
    )
    assert exercise.assess(1).state == "passed"


def test_check_inside_the_function_is_told_to_move_out(capsys):
    def f(weights, inputs, bias):
        check("99.weighted-sum", f)

    assert "a check is running already" in say(capsys, f)
    assert say(capsys, right) == "✔ passed"


def test_answers_do_not_print(capfd):
    def talks(weights, inputs, bias):
        print("to you")
        print("and you", file=sys.stderr)
        return right(weights, inputs, bias)

    check("99.weighted-sum", talks)
    assert capfd.readouterr() == ("✔ 99.weighted-sum: passed\n", "")


# Answers that do not end


def forever(weights, inputs, bias):
    while True:
        pass


def stubborn(weights, inputs, bias):
    while True:
        try:
            len(weights)
        except BaseException:
            continue


def endless(weights, inputs, bias):
    class Endless(list):
        def __iter__(self):
            while True:
                yield 1.0

    return Endless()


def ended(before: set[threading.Thread]) -> bool:
    """Tell whether every thread that came since has ended, in a moment at the latest."""
    deadline = time.monotonic() + 10
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not left


@pytest.mark.parametrize("answer", [forever, stubborn, endless])
def test_loops_are_stopped(capsys, monkeypatch, answer):
    monkeypatch.setattr(sandbox, "LIMIT", 0.1)
    before = set(threading.enumerate())
    line = say(capsys, answer)
    assert line == (
        "✘ weighted_sum still ran after 0.1 s of work and was stopped: see whether each "
        "of its loops ends"
    )
    assert ended(before)
    assert say(capsys, right) == "✔ passed"


def test_waiting_answer_is_left_behind(capsys, monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 0.1)
    released = threading.Event()
    assert "still waited" in say(capsys, lambda *case: released.wait(60))
    assert say(capsys, right) == "✔ passed"
    released.set()


def test_interrupt_stops_the_check_and_the_answer(monkeypatch):
    def interrupted(weights, inputs, bias):
        _thread.interrupt_main()
        forever(weights, inputs, bias)

    monkeypatch.setattr(sandbox, "LIMIT", 0.2)
    before, ask, out = set(threading.enumerate()), input, sys.stdout
    # Who starts the tests in the background of a shell starts them deaf to Ctrl-C.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            check("99.weighted-sum", interrupted)
    finally:
        signal.signal(signal.SIGINT, heard)
    assert ended(before)
    assert (input, sys.stdout) == (ask, out)


# check, hint, solution


def test_hints_go_from_one_to_three_and_stay(capsys):
    for _ in range(4):
        hint("99.weighted-sum")
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "Hint 1/3",
        "Hint 2/3",
        "Hint 3/3",
        "Hint 3/3",
    ]
    assert lines[2].endswith(WEIGHTED_SUM.hints[2])


def test_solution_is_printed(capsys):
    solution("99.weighted-sum")
    assert capsys.readouterr().out == WEIGHTED_SUM.solution


def test_unknown_name_suggests_the_nearest():
    for unknown in ("99.weigthed-sum", "98.weighted-sum", "weighted-sum", "99.Weighted_Sum"):
        with pytest.raises(ValueError, match=r"did you mean '99\.weighted-sum'"):
            find(unknown)
    with pytest.raises(TypeError, match="given a function: put the name first"):
        check(right, "99.weighted-sum")


def test_check_imports_only_its_own_lesson():
    code = (
        "import sys, dlcourse.exercises as e; first = e.lessons()[0]; e.exercises(first);"
        "print(*(name for name in sys.modules if name.startswith('dlcourse.exercises.lesson_')),"
        " first, 'torch' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert printed == [f"dlcourse.exercises.lesson_{printed[1]}", printed[1], "False"]


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_grading_raises_unless_passed_and_leaves_progress_alone(monkeypatch, capsys, mode):
    monkeypatch.setattr(grading, "IS_ON", bool(mode))
    check("99.weighted-sum", right)
    assert capsys.readouterr().out == "✔ 99.weighted-sum: passed\n"
    with pytest.raises(AssertionError, match="not attempted"):
        check("99.weighted-sum", ...)
    with pytest.raises(AssertionError, match="returns nothing"):
        check("99.weighted-sum", lambda *case: None)
    hint("99.weighted-sum")
    hint("99.weighted-sum")
    assert "2/3" not in capsys.readouterr().out
    assert not paths.PROGRESS.exists()


def test_in_a_notebook(tmp_path):
    cells = [
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import sample_exercises, dlcourse.exercises, dlcourse.paths, pathlib\n"
        "from dlcourse import check\n"
        "sys.modules['dlcourse.exercises.lesson_99'] = sample_exercises\n"
        "dlcourse.exercises.lessons = lambda: ['99']\n"
        f"dlcourse.paths.PROGRESS = pathlib.Path({str(tmp_path / 'p.json')!r})",
        'def f(weights, inputs, bias):\n    print("!")\n    return undefind\n\n'
        'check("99.weighted-sum", f)',
        'def f(weights, inputs, bias):\n    while True: pass\n\ncheck("99.weighted-sum", f)',
        'check("99.weighted-sum", lambda w, x, b: float(input("? ")))',
        'solution("99.count")',  # which check has made known
        'hint("99.count")',
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert outputs[0] == []
    assert "(line 3: return undefind)" in outputs[1][0].text
    assert "still ran after 1 s" in outputs[2][0].text
    assert "nothing can be typed in" in outputs[3][0].text
    assert outputs[4][0].data["text/markdown"] == f"```python\n{COUNT.solution}```"
    assert outputs[5][0].text.startswith("Hint 1/3")
    assert [len(each) for each in outputs[1:]] == [1] * 5


# Progress


def test_progress_counts_attempts_and_keeps_the_first_pass(capsys, lesson):
    hint("99.weighted-sum")
    check("99.weighted-sum", lambda *case: 0.0)
    check("99.weighted-sum", right)
    first = progress.load()["99.weighted-sum"]
    assert (first.attempts, first.hints) == (2, 1)
    check("99.weighted-sum", lambda *case: 0.0)
    assert progress.load()["99.weighted-sum"].passed == first.passed is not None
    assert json.loads(lesson.read_text(encoding="utf-8"))["99.weighted-sum"]["attempts"] == 3


def test_progress_is_reset_by_name_or_as_a_whole():
    for id in ("99.a", "99.b", "99.c"):
        progress.attempt(id, passed=True)
    progress.reset("99.b")
    assert [*progress.load()] == ["99.a", "99.c"]
    progress.reset()
    assert progress.load() == {}


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) - 30],
        lambda text: text.replace('"99.c": {"att', '"99.c": {"atx'),
        lambda text: text.replace('"99.c"', "\x00\ufffd"),
        lambda text: text.replace('"99.c": {"attempts": 1', '"99.c": {"attempts": "many"'),
        lambda text: text.replace('"99.c": {', '"99.c": [{'),
    ],
)
def test_damaged_progress_is_set_aside_and_the_rest_kept(lesson, capsys, harm):
    for id in ("99.a", "99.b", "99.c"):
        progress.attempt(id, passed=True)
    damaged = harm(lesson.read_text(encoding="utf-8"))
    lesson.write_text(damaged, encoding="utf-8")
    assert [*progress.load()] == ["99.a", "99.b"]
    notice = capsys.readouterr().out
    assert notice.startswith("Your progress was damaged: 2 exercises are kept")
    assert notice.count("\n") == 1
    aside = lesson.with_name("progress.json.damaged")
    assert aside.read_text(encoding="utf-8") == damaged
    assert [*progress.load()] == ["99.a", "99.b"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe\x00", b"null", b'{"99.a": null}'])
def test_progress_that_is_no_progress_is_set_aside(lesson, capsys, content):
    lesson.parent.mkdir()
    lesson.write_bytes(content)
    check("99.weighted-sum", right)
    assert capsys.readouterr().out.endswith("✔ 99.weighted-sum: passed\n")
    assert [*progress.load()] == ["99.weighted-sum"]
    assert lesson.with_name("progress.json.damaged").read_bytes() == content


def test_place_that_cannot_be_written_costs_a_sentence(lesson, capsys):
    lesson.parent.write_text("a file where the folder should be", encoding="utf-8")
    check("99.weighted-sum", right)
    notice, line = capsys.readouterr().out.splitlines()
    assert notice.startswith("Your progress is not saved (")
    assert line == "✔ 99.weighted-sum: passed"
    hint("99.weighted-sum")
    hint("99.weighted-sum")
    assert "Hint 2/3" in capsys.readouterr().out


def test_full_disk_leaves_what_was_there(lesson, capsys, monkeypatch):
    check("99.weighted-sum", right)
    before = lesson.read_bytes()

    def full(*given, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    check("99.weighted-sum", right)
    assert "not saved (No space left on device)" in capsys.readouterr().out
    assert lesson.read_bytes() == before
    assert progress.load()["99.weighted-sum"].attempts == 1


def test_read_only_place_can_still_be_read(monkeypatch):
    progress.attempt("99.a", passed=True)

    def refuse(*given, **named):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(paths, "FileLock", refuse)
    assert [*progress.load()] == ["99.a"]


def test_progress_that_the_clone_kept_is_taken_over_once():
    progress.attempt("99.now", passed=True)
    paths.EARLIER_PROGRESS.parent.mkdir()
    paths.EARLIER_PROGRESS.write_text(
        '{"99.then": {"attempts": 2, "hints": 1, "passed": "2026-01-01T00:00:00+00:00"},\n'
        '"99.now": {"attempts": 9, "hints": 0, "passed": null}}',
        encoding="utf-8",
    )
    assert {id: record.attempts for id, record in progress.load().items()} == {
        "99.then": 2,
        "99.now": 1,
    }
    assert not paths.EARLIER_PROGRESS.exists()
    progress.reset("99.then")
    assert [*progress.load()] == ["99.now"]


def test_progress_lies_with_the_learner_or_where_a_variable_says(tmp_path):
    code = "from dlcourse import paths; print(paths.PROGRESS); print(paths.ROOT)"
    for named in ("", str(tmp_path / "mine.json")):
        shown = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"DLCOURSE_PROGRESS": named},
            capture_output=True,
            text=True,
            check=True,
        )
        place, clone = map(Path, shown.stdout.split("\n")[:2])
        assert place == Path(named) if named else not place.is_relative_to(clone)


def test_two_processes_lose_nothing(lesson):
    code = (
        "import sys, pathlib; from dlcourse import paths; from dlcourse.exercises import progress\n"
        "paths.PROGRESS = pathlib.Path(sys.argv[1])\n"
        "for i in range(25): progress.attempt('99.both', False); progress.next_hint(sys.argv[2])"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(lesson), id], env={**os.environ})
        for id in ("99.one", "99.two")
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert progress.load()["99.both"].attempts == 50
    assert {*progress.load()} == {"99.both", "99.one", "99.two"}
