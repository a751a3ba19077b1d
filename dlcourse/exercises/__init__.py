"""Exercises that are checked on the spot: `check`, `hint` and `solution`.

Each lesson has a module `lesson_NN` that defines `EXERCISES`, a tuple of `Exercise`.
"""

import difflib
import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from dlcourse.exercises import grading, progress
from dlcourse.exercises.base import Exercise, Once, Verdict
from dlcourse.exercises.compare import difference, kind, plain

__all__ = [
    "Exercise",
    "Once",
    "Verdict",
    "check",
    "difference",
    "exercises",
    "find",
    "hint",
    "kind",
    "lessons",
    "plain",
    "solution",
]


def check(id: str, answer: Any) -> None:
    """Print whether `answer` solves the exercise, and if it does not, what is wrong with it.

    Under nbgrader (`NBGRADER_EXECUTION` is set when this package is imported) anything but a pass
    raises AssertionError, a pass is sealed, and progress is left alone.
    """
    if _mend:
        _mend()
    verdict = find(id).assess(answer)
    line = {
        "passed": f"✔ {id}: passed",
        "failed": f"✘ {id}: {verdict.message}",
        "not attempted": f'○ {id}: not attempted yet — hint("{id}") gives a nudge',
    }[verdict.state]
    if grading.IS_ON:
        if verdict.state != "passed":
            raise AssertionError(line)
        line = f"{line} {grading.seal(id)}".rstrip()
    elif verdict.state != "not attempted":
        progress.attempt(id, verdict.state == "passed")
    print(line)
    _offer(hint, solution)


def _offer(*functions: Callable[[str], None]) -> None:
    """Make functions known in a notebook under their names, where these mean nothing yet."""
    if shell := "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        for function in functions:
            shell.user_ns.setdefault(function.__name__, function)


def hint(id: str) -> None:
    """Print the next of the exercise's three hints, from a nudge to nearly the solution."""
    hints = find(id).hints
    number = 1 if grading.IS_ON else progress.next_hint(id)
    print(f"Hint {number}/{len(hints)}: {hints[number - 1]}")


def solution(id: str) -> None:
    """Show the exercise's solution."""
    source = find(id).solution
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        code = {"text/plain": source, "text/markdown": f"```python\n{source}```"}
        sys.modules["IPython"].display.display(code, raw=True)
    else:
        print(source, end="")


def lessons() -> list[str]:
    """Return the lessons that have exercises: ["00", "01", "11", …]."""
    modules = [module.name for module in pkgutil.iter_modules(__path__)]
    return sorted(name.removeprefix("lesson_") for name in modules if name.startswith("lesson_"))


def exercises(lesson: str) -> tuple[Exercise, ...]:
    """Return the exercises of one of `lessons()`, in order."""
    found: tuple[Exercise, ...] = import_module(f"{__name__}.lesson_{lesson}").EXERCISES
    return found


def find(id: str) -> Exercise:
    """Return the exercise named `id`; raise ValueError, with the nearest name, if there is none."""
    if not isinstance(id, str):
        raise TypeError(
            f"An exercise is named by a text such as '11.weighted-sum', but was given a "
            f"{type(id).__name__}: put the name first, then the answer."
        )
    lesson = id.partition(".")[0]
    for exercise in exercises(lesson) if lesson in lessons() else ():
        if exercise.id == id:
            return exercise
    known = [exercise.id for lesson in lessons() for exercise in exercises(lesson)]
    nearest = difflib.get_close_matches(id, known, n=1, cutoff=0)
    raise ValueError(
        f"There is no exercise {id!r}" + (f": did you mean {nearest[0]!r}?" if nearest else ".")
    )


_mend = grading.guard(f"{__name__}.") if grading.IS_ON else None
