"""Every small change of a solution fails its check, or stands in a list with the reason why not."""

import time

import pytest
from listed import EVERY, listed
from mutants import cheap, mutants, survives

from dlcourse.exercises import sandbox

EQUIVALENT = listed("EQUIVALENT")


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
        if survives(judged, mutant) and not keys:
            alive.append(mutant)
        elif keys and not survives(judged, mutant):
            pytest.fail(
                f"{keys[0]!r} is listed as equivalent, but {mutant.name!r} fails: unlist it"
            )
        matched |= dict.fromkeys(keys, True)
    assert not [key for key, found in matched.items() if not found], (
        "no mutant is named so any more"
    )
    assert not alive, f"{len(alive)} mutants of {exercise.id} pass:\n" + "\n".join(
        describe(exercise, mutant) for mutant in alive
    )


def short_limit(exercise):
    """Return ten times what the solution takes: what takes longer loops for ever."""
    solution = exercise.define(exercise.solution)
    exercise.assess(solution)  # loads what it needs
    start = time.perf_counter()
    assert exercise.assess(solution) == ("passed", "")
    return max(0.15, 10 * (time.perf_counter() - start))


def describe(exercise, mutant):
    line = exercise.solution.splitlines()[mutant.line - 1].strip()
    return f"  {mutant.kind} in line {mutant.line} ({line})\n    {mutant.name}"
