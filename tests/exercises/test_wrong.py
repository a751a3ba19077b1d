"""A wrong answer that looks right fails, though no diagnosis is written for it."""

import pytest
from listed import sources


@pytest.mark.parametrize(("exercise", "source"), sources("WRONG"))
def test_listed_wrong_answer_fails(exercise, source):
    assert exercise.assess(exercise.define(source)).state == "failed"
