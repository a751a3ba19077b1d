"""What the files `lesson_NN.py` beside this one say of the exercises, put together."""

from importlib import import_module
from typing import Any

from dlcourse.exercises import exercises, lessons

EVERY = [exercise for lesson in lessons() for exercise in exercises(lesson)]


def listed(name: str) -> dict[str, Any]:
    """Return EQUIVALENT, STYLES, COMPUTED or WRONG of all lessons that have it.

    Raises ValueError if an exercise is not.
    """
    found: dict[str, Any] = {}
    for lesson in lessons():
        found |= getattr(import_module(f"lesson_{lesson}"), name, {})
    unknown = sorted(set(found) - {exercise.id for exercise in EVERY})
    if unknown:
        raise ValueError(f"{name} lists {unknown}, but no exercise is named so: mend the name.")
    return found
