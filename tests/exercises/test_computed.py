"""The answer of every Trace and Predict exercise is what the lesson's own function computes."""

from collections.abc import Callable

import pytest
from computed import Computed, Reason
from listed import EVERY, listed

from dlcourse.exercises import difference, plain

COMPUTED = listed("COMPUTED")
VALUES = [one for one in EVERY if not isinstance(one.define(one.solution), Callable)]


def test_only_values_are_listed():
    assert sorted(set(COMPUTED) - {exercise.id for exercise in VALUES}) == []


@pytest.mark.parametrize("exercise", VALUES, ids=lambda one: one.id)
def test_answer_is_what_the_lesson_computes(exercise):
    assert exercise.id in COMPUTED, "COMPUTED does not say how the lesson computes this answer"
    computed = COMPUTED[exercise.id]
    if isinstance(computed, Reason):
        assert computed.strip()
        return
    assert isinstance(computed, Computed)
    value = computed.value(exercise.id)
    if exercise.judge:
        assert value, f"the lesson's own function refuses the solution: {computed.expression}"
    else:
        answer = exercise.define(exercise.solution)
        assert not difference(plain(value), plain(answer), exercise.tolerance), (
            f"{computed.expression} is {value}, but the solution says {answer}"
        )
