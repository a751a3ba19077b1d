"""Every small change of a solution fails its check, or stands in a list with the reason why not."""

import time

import pytest
import sample_exercises
from listed import EVERY, listed
from mutants import mutants, survives
from sample_exercises import cheap

from dlcourse.exercises import sandbox

EQUIVALENT = listed("EQUIVALENT")

pytestmark = pytest.mark.filterwarnings("ignore")  # mutants divide by zero, and worse


def test_machine_makes_what_people_get_wrong():
    names = [mutant.name for mutant in mutants(sample_exercises.STEP)]
    for name in (
        "return [p - rate * g for p, g in zip(parameters, gradients)] → "
        "return [p + rate * g for p, g in zip(parameters, gradients)]",
        "return [p - rate * g for p, g in zip(parameters, gradients)] → "
        "return [p - g for p, g in zip(parameters, gradients)]",
        "return [p - rate * g for p, g in zip(parameters, gradients)] → "
        "return [p - rate * g for p, g in zip(gradients, parameters)]",
        "return [p - rate * g for p, g in zip(parameters, gradients)] → "
        "return [p - rate * g for p, g in list(zip(parameters, gradients))[:-1]]",
        "gradients stays at its first value",
        "rate stays at its default",
    ):
        assert name in names
    assert len({*names}) == len(names)
    assert [mutant.name for mutant in mutants(sample_exercises.STEP)] == names, "always the same"


def test_only_what_no_case_shows_survives():
    step = sample_exercises.STEP  # all of whose cases give the rate: its default is never used
    alive = [mutant.name for mutant in mutants(step) if survives(cheap(step), mutant)]
    assert alive
    assert all(name.startswith("def step(parameters, gradients, rate=0.1)") for name in alive)


@pytest.mark.parametrize("exercise", EVERY, ids=lambda one: one.id)
def test_mutants_fail(exercise, monkeypatch):
    """An entry of EQUIVALENT is a part of the names of mutants, all of which must survive."""
    excused, judged = EQUIVALENT.get(exercise.id, {}), cheap(exercise)
    assert all(reason.strip() for reason in excused.values()), "a reason is missing"
    limit, short = sandbox.LIMIT, short_limit(judged)
    alive, matched = [], dict.fromkeys(excused, False)
    for mutant in mutants(exercise):
        keys = [key for key in excused if key in mutant.name]
        monkeypatch.setattr(sandbox, "LIMIT", limit if keys else short)  # one may be slow, and pass
        passes = survives(judged, mutant)
        if passes and not keys:
            alive.append(f"  {mutant.kind}, line {mutant.line}: {mutant.name}")
        elif keys and not passes:
            pytest.fail(
                f"{keys[0]!r} is listed as equivalent, but {mutant.name!r} fails: unlist it"
            )
        matched |= dict.fromkeys(keys, True)
    assert not [key for key, found in matched.items() if not found], (
        "no mutant is named so any more"
    )
    if alive:
        told = "\n".join([f"{len(alive)} mutants of {exercise.id} pass:", *alive])
        pytest.fail(f"{told}\n\n{exercise.solution}", pytrace=False)


def short_limit(exercise):
    """Return ten times what the solution takes: what takes longer loops for ever."""
    solution = exercise.define(exercise.solution)
    exercise.assess(solution)  # loads what it needs
    start = time.perf_counter()
    assert exercise.assess(solution) == ("passed", "")
    return max(0.15, 10 * (time.perf_counter() - start))
