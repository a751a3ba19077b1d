"""A wrong answer that looks right fails, though no diagnosis is written for it."""

import inspect

import pytest
from listed import EVERY, listed

SOURCES = [
    pytest.param(exercise, source, id=f"{exercise.id} {number}")
    for exercise in EVERY
    for number, source in enumerate(listed("WRONG").get(exercise.id, ()), start=1)
]


@pytest.mark.parametrize(("exercise", "source"), SOURCES)
def test_listed_wrong_answer_fails(exercise, source):
    assert exercise.assess(exercise.define(inspect.cleandoc(source))).state == "failed"
