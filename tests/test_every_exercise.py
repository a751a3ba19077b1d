"""What every exercise of every lesson must be; a new one falls under this by itself."""

import ast
import inspect
import math
import re
from types import FunctionType

import numpy as np
import pytest
import sample_exercises
from sample_exercises import cheap

from dlcourse.exercises import exercises, lessons, plain, sandbox

BY_LESSON = {lesson: exercises(lesson) for lesson in lessons()}
EVERY = [*sample_exercises.EXERCISES, *(one for many in BY_LESSON.values() for one in many)]

every = pytest.mark.parametrize("exercise", EVERY, ids=lambda one: one.id)
with_cases = pytest.mark.parametrize(
    "exercise", [one for one in EVERY if one.cases], ids=lambda one: one.id
)


def test_ids_are_unique_and_name_their_lesson():
    ids = [exercise.id for exercise in EVERY]
    assert sorted(set(ids)) == sorted(ids)
    for lesson, many in BY_LESSON.items():
        for exercise in many:
            assert re.fullmatch(rf"{lesson}\.[a-z0-9]+(-[a-z0-9]+)*", exercise.id)


@every
def test_is_whole(exercise):
    sources = [exercise.stub, exercise.solution, *(source for _, source in exercise.misconceptions)]
    for source in sources:
        assert len(ast.parse(source).body) == 1, "a source defines one name and does nothing else"
    for texts in (exercise.hints, [diagnosis for diagnosis, _ in exercise.misconceptions]):
        assert len(texts) >= 3
        assert all(text.strip() for text in texts)
        assert len({*texts}) == len(texts), "nothing is said twice"
    assert len(exercise.hints) == 3
    stub, solution, *wrong = map(exercise.define, sources)
    if isinstance(solution, FunctionType):
        assert bool(exercise.cases) != bool(exercise.judge), "a function has cases or a judge"
        assert len({(*inspect.signature(one).parameters,) for one in (stub, solution, *wrong)}) == 1
    elif isinstance(solution, type):
        assert exercise.judge, "a class has a judge"
    else:
        assert stub is ..., "the stub of a value is ..."
        assert not exercise.cases


@with_cases
def test_cases_are_several_and_settled(exercise, monkeypatch):
    first = repr(plain(exercise.arguments()))
    monkeypatch.setenv("DLCOURSE_SEED", "7")
    assert repr(plain(exercise.arguments())) == first
    solution = exercise.define(exercise.solution)
    results = [plain(solution(*case)) for case in exercise.arguments()]
    assert len(results) >= 3
    assert any(result is not None for result in results)
    assert not re.search(r"Other|Ellipsis", repr(results)), "results can be compared"


@with_cases
def test_every_argument_takes_several_values(exercise):
    signature = inspect.signature(exercise.define(exercise.solution))
    values = {name: set() for name in signature.parameters}
    for case in exercise.arguments():
        given = signature.bind(*case)
        given.apply_defaults()
        for name, value in given.arguments.items():
            values[name].add(repr(value) if callable(value) else repr(plain(value)))
    frozen = [name for name, seen in values.items() if len(seen) < 2]
    assert frozen == []


@with_cases
def test_form_fits_the_solution(exercise):
    if exercise.form:
        for case in exercise.arguments():
            exercise.form(plain(exercise.define(exercise.solution)(*case)))


@every
def test_stub_is_not_attempted(exercise):
    assert exercise.assess(exercise.define(exercise.stub)).state == "not attempted"


@every
def test_solution_passes_with_any_seed(exercise, monkeypatch):
    for seed in ("0", "12345"):
        monkeypatch.setenv("DLCOURSE_SEED", seed)
        assert exercise.assess(exercise.define(exercise.solution)) == ("passed", "")


@every
def test_each_misconception_fails_in_its_own_words(exercise):
    for diagnosis, source in exercise.misconceptions:
        assert exercise.assess(exercise.define(source)) == ("failed", diagnosis)


class Agreeable:
    """Is equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None
    __le__ = __ge__ = __lt__ = __gt__ = __eq__


class AgreeableText(str):
    """A text that is equal to everything, also when it is turned into a text."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __str__(self):
        return self

    __hash__ = None


IN_ITSELF = []
IN_ITSELF.append(IN_ITSELF)
CONSTANTS = {
    **{repr(value): value for value in (None, 0, 1, -1.0, True, False, [], "", {}, ())},
    "not a number": math.nan,
    "infinity": math.inf,
    "a dictionary": {"a": {"b": []}},
    "a set": {1, "a", (2, 3)},
    "an array of objects": np.array([None, 1], dtype=object),
    "a huge array": np.broadcast_to(1.0, (10**6, 10**6)),
    "a list in itself": IN_ITSELF,
    "an agreeable object": Agreeable(),
    "an agreeable text": AgreeableText("x"),
    "a class": Agreeable,
    "NotImplemented": NotImplemented,
}


@every
def test_degenerate_answers_never_pass(exercise):
    solution = exercise.define(exercise.solution)
    if callable(solution):
        answers = {name: lambda *case, it=it: it for name, it in CONSTANTS.items()}
        answers |= {f"argument {i}": lambda *case, i=i: case[i % len(case)] for i in range(4)}
        answers["all arguments"] = lambda *case: case
    else:
        answers = {name: it for name, it in CONSTANTS.items() if repr(it) != repr(solution)}
    answers["an agreeable object"] = Agreeable()
    assert passed(exercise, answers) == []


def passed(exercise, answers):
    """Return the names of the answers that pass."""
    judged = cheap(exercise)
    return [name for name, answer in answers.items() if judged.assess(answer).state == "passed"]


def hang(*case):
    while True:
        pass


@every
def test_answers_that_do_not_return_never_pass(exercise, monkeypatch):
    monkeypatch.setattr(sandbox, "LIMIT", 0.05)
    assert passed(exercise, {"raises": lambda *case: 1 / 0, "hangs": hang}) == []


def leaves(change, value):
    """Change every array, number and text in a result."""
    if isinstance(value, dict):
        return {key: leaves(change, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [leaves(change, item) for item in value]
    return change(value)


def noise(value):
    if value is None or isinstance(value, str | set | frozenset):
        return f"{value}?"
    array = np.asarray(value)
    return ~array if array.dtype == bool else array + 0.01 * (1 + np.abs(array))


def filled(number):
    return lambda value: "" if isinstance(value, str) else np.full(np.shape(value), number)


SPOILT = {
    "with noise": lambda right: leaves(noise, right),
    "zeros of its shape": lambda right: leaves(filled(0.0), right),
    "ones of its shape": lambda right: leaves(filled(1.0), right),
    "not a number throughout": lambda right: leaves(filled(math.nan), right),
    "false throughout": lambda right: leaves(filled(False), right),
    "as a text": lambda right: f"{right}.",
    "in a list": lambda right: [right],
    "as objects": lambda right: np.array([right, None], dtype=object)[:1],
}


@pytest.mark.parametrize(
    "exercise", [one for one in EVERY if not one.judge], ids=lambda one: one.id
)
def test_spoilt_solution_never_passes(exercise):
    solution = exercise.define(exercise.solution)
    if exercise.cases:
        first = solution(*exercise.arguments()[0])
        answers = {
            name: lambda *case, spoil=spoil: spoil(solution(*case))
            for name, spoil in SPOILT.items()
        }
        answers["the first result every time"] = lambda *case: first
    else:
        answers = {name: spoil(solution) for name, spoil in SPOILT.items()}
    assert passed(exercise, answers) == []


@with_cases
@pytest.mark.parametrize("turn", [np.negative, np.transpose, np.ravel])
def test_turned_solution_passes_only_where_turning_changes_nothing(exercise, turn):
    def turned(*case):
        return turn(solution(*case))

    solution = exercise.define(exercise.solution)
    if cheap(exercise).assess(turned).state == "passed":
        for case in exercise.arguments():
            assert repr(plain(turned(*case))) == repr(plain(solution(*case)))
