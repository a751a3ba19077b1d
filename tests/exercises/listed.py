"""What the files `lesson_NN.py` beside this one say of the exercises, put together."""

import inspect
from importlib import import_module
from typing import Any

import pytest

from dlcourse.exercises import exercises, lessons

EVERY = [exercise for lesson in lessons() for exercise in exercises(lesson)]


def listed(name: str) -> dict[str, Any]:
    """Return EQUIVALENT, STYLES, COMPUTED or WRONG of all lessons; only WRONG may be missing.

    Raises ValueError if an exercise is not.
    """
    found: dict[str, Any] = {}
    for lesson in lessons():
        module = import_module(f"lesson_{lesson}")
        found |= getattr(module, name, {}) if name == "WRONG" else getattr(module, name)
    unknown = sorted(set(found) - {exercise.id for exercise in EVERY})
    if unknown:
        raise ValueError(f"{name} lists {unknown}, but no exercise is named so: mend the name.")
    return found


def sources(name: str) -> list[Any]:
    """Return parameters of a test: exercise and source of each answer in STYLES or WRONG."""
    found = listed(name)
    return [
        pytest.param(exercise, inspect.cleandoc(source), id=f"{exercise.id} {number}")
        for exercise in EVERY
        for number, source in enumerate(found.get(exercise.id, ()), start=1)
    ]
