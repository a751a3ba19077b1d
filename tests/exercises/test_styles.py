"""A right answer passes in whatever style it is written."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from listed import EVERY, sources

from dlcourse.exercises import plain


@pytest.mark.parametrize(("exercise", "source"), sources("STYLES"))
def test_listed_style_passes(exercise, source):
    assert exercise.assess(exercise.define(source)) == ("passed", "")


# --- results in another form ----------------------------------------------------------------------


def each(change, value):
    """Change every array, number and text in a result, whatever holds them."""
    if isinstance(value, dict):
        return {key: each(change, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return type(value)(each(change, item) for item in value)
    return change(value)


def is_number(value):
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def numbers(change):
    """Return a change of single numbers; True and False are none."""
    return lambda value: change(value) if is_number(value) else value


def arrays(change):
    """Return a change of arrays of numbers, and of lists that can be such arrays."""

    def changed(value):
        given = plain(value) if isinstance(value, list | tuple | np.ndarray) else None
        if isinstance(given, np.ndarray) and given.ndim:
            return change(given)
        if isinstance(value, list | tuple):
            return type(value)(changed(item) for item in value)
        return value

    return changed


def nested(kind, value):
    """Return lists of lists as another kind of sequence throughout."""
    return kind(nested(kind, item) for item in value) if isinstance(value, list) else value


def exact(kind, array):
    """Return an array's finite floating-point numbers as lists of exact ones."""
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        return array
    return np.vectorize(lambda x: kind(float(x)), otypes=[object])(array).tolist()


def finite(kind):
    return lambda x: kind(float(x)) if np.isfinite(x) else x


def single(value):
    """Return floating-point numbers in single precision."""
    is_float = getattr(value, "dtype", np.array(value).dtype).kind == "f"
    return np.asarray(value).astype(np.float32)[()] if is_float else value


FORMS = {
    "lists": arrays(lambda array: array.tolist()),
    "tuples": arrays(lambda array: nested(tuple, array.tolist())),
    "arrays": arrays(np.array),
    "tensors": arrays(torch.tensor),
    "single precision": arrays(single),
    "tensors of single precision": arrays(lambda array: torch.tensor(single(array))),
    "lists of fractions": arrays(lambda array: exact(Fraction, array)),
    "lists of decimals": arrays(lambda array: exact(Decimal, array)),
    "a fraction": lambda value: each(numbers(finite(Fraction)), value),
    "a decimal": lambda value: each(numbers(finite(Decimal)), value),
    "a number of NumPy": lambda value: each(numbers(lambda x: np.array(x)[()]), value),
    "a number in single precision": lambda value: each(numbers(single), value),
    "an array without axes": lambda value: each(numbers(np.array), value),
    "a tensor without axes": lambda value: each(numbers(torch.tensor), value),
}
VALUE_FORMS = {
    "whole numbers as floats": lambda value: each(numbers(float), value),
    "capitals, and spaces around": lambda value: each(
        lambda x: f" {x.upper()} " if isinstance(x, str) else x, value
    ),
    "small letters": lambda value: each(lambda x: x.lower() if isinstance(x, str) else x, value),
}


def accepts_all(exercise, answers):
    verdicts = {name: exercise.assess(answer) for name, answer in answers.items()}
    told = [f"  {name}: {v.message}" for name, v in verdicts.items() if v.state != "passed"]
    if told:
        pytest.fail("\n".join([f"{exercise.id} refuses", *told]), pytrace=False)


@pytest.mark.parametrize("exercise", EVERY, ids=lambda one: one.id)
def test_right_result_passes_in_every_form(exercise):
    solution = exercise.define(exercise.solution)
    if isinstance(solution, type):
        pytest.skip("a class returns nothing")
    if callable(solution):
        answers = {
            name: lambda *case, form=form: form(solution(*case)) for name, form in FORMS.items()
        }
        answers["an optional argument more"] = lambda *case, verbose=False: solution(*case)
    else:
        answers = {name: form(solution) for name, form in (FORMS | VALUE_FORMS).items()}
    accepts_all(exercise, answers)


# --- computed in single precision -----------------------------------------------------------------


@pytest.mark.parametrize("exercise", [one for one in EVERY if one.cases], ids=lambda one: one.id)
def test_solution_passes_in_single_precision(exercise):
    def narrowed(*case):
        return solution(*each(lambda x: single(x) if isinstance(x, np.ndarray) else x, case))

    solution = exercise.define(exercise.solution)
    accepts_all(exercise, {"single precision": narrowed})
