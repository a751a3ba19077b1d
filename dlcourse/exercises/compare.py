"""Compares results: strict about what they are, tolerant of rounding only."""

from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 10_000_000
"""Elements of the largest array that is looked into."""


@dataclass(frozen=True)
class Other:
    """A result that no exercise asks for, such as a generator, with its name in plain words."""

    name: str


def plain(value: Any) -> Any:
    """Return `value` in a form that is safe to compare: whatever class it came from is left behind.

    Numbers, arrays, tensors and nested lists of equal shapes become NumPy arrays, other lists and
    tuples become lists; text, dictionaries, sets, None and ... stay; the rest becomes `Other`.
    """
    if value is None or value is ...:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool | int | float | complex):
        return _number(value)
    if hasattr(type(value), "__array__"):
        return _array(value)
    if isinstance(value, list | tuple | range):
        return _sequence([plain(item) for item in value])
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return frozenset(_key(item) for item in value)
    return _other(value)


def _number(value: complex) -> np.ndarray:
    array = np.array(value)
    return array if array.dtype.kind in "biufc" else np.array(float(value.real))  # above 64 bits


def _array(value: Any) -> Any:
    """Return an array, tensor or table as an array of its own, text in it as a list."""
    if hasattr(value, "detach"):  # a tensor may carry gradients
        value = value.detach()
    if not isinstance(value, np.ndarray):
        value = np.asarray(value)
    if value.size > LARGEST:
        return Other(f"an array of shape {value.shape}")
    if value.dtype.kind in "biufc":
        return np.array(value, subok=False)
    return plain(value.tolist()) if value.dtype.kind == "U" else _other(value)


def _sequence(items: list[Any]) -> Any:
    """Stack items of one kind and shape into an array; leave others a list."""
    arrays = all(isinstance(item, np.ndarray) for item in items)
    if arrays and len({kind(item) for item in items}) <= 1:
        return np.stack(items) if items else np.array([])
    return items


def _key(value: Any) -> Any:
    """Return a key of a dictionary, or an item of a set, as plain Python."""
    value = plain(value)
    value = value.tolist() if isinstance(value, np.ndarray) else value
    return tuple(value) if isinstance(value, list) else value


def _other(value: Any) -> Other:
    if isinstance(value, np.ndarray):
        return Other(f"an array of {value.dtype} objects")
    name = type(value).__name__
    return Other(f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}")


def kind(value: Any) -> str:
    """Say what a plain value is, without giving its contents away: "an array of shape (3,)"."""
    match value:
        case np.ndarray(ndim=0):
            return {"b": "True or False", "c": "a complex number"}.get(value.dtype.kind, "a number")
        case np.ndarray():
            of = {"b": " of True and False", "c": " of complex numbers"}.get(value.dtype.kind, "")
            return f"an array of shape {value.shape}{of}"
        case list() | frozenset():
            items = "1 item" if len(value) == 1 else f"{len(value)} items"
            return f"a {'list' if isinstance(value, list) else 'set'} of {items}"
        case dict():
            return f"a dictionary with the keys {', '.join(sorted(map(repr, value)))}"
        case str():
            return "a text"
        case Other():
            return value.name
    return "..." if value is ... else "None"


def difference(expected: Any, got: Any, tolerance: float = 1e-5) -> str:
    """Say how the plain value `got` differs from `expected`, or return "" if it does not.

    True is not 1, a single number is not an array that holds it, and a NaN only equals a NaN. Whole
    numbers are compared exactly, others within `tolerance` of each, and a hundredth of it of the
    largest beside it, so that single precision is precise enough.
    """
    if kind(expected) != kind(got):
        return f"expected {kind(expected)}, got {kind(got)}"
    if isinstance(expected, list | dict):
        for key in expected if isinstance(expected, dict) else range(len(expected)):
            if found := difference(expected[key], got[key], tolerance):
                return f"at [{key!r}], {found}"
        return ""
    if isinstance(expected, np.ndarray):
        return _array_difference(expected, got, tolerance)
    return "" if expected == got else f"expected {show(expected)}, got {show(got)}"


def _array_difference(expected: np.ndarray, got: np.ndarray, tolerance: float) -> str:
    """Say how two arrays of one shape and kind differ; of large ones, where they first do."""
    if np.array_equal(expected, got):  # quicker than what follows
        return ""
    wrong = np.argwhere(~_close(expected, got, tolerance))
    if not len(wrong):
        return ""
    if expected.size <= 8:
        return f"expected {show(expected)}, got {show(got)}"
    first = wrong[0].tolist()
    return f"at {first}, expected {show(expected[*first, ...])}, got {show(got[*first, ...])}"


def _close(expected: np.ndarray, got: np.ndarray, tolerance: float) -> Any:
    """Tell for each element whether it agrees."""
    if expected.dtype.kind == "b":
        return expected == got
    if expected.dtype.kind in "iu":
        return np.isclose(got, expected, rtol=0, atol=1e-6)
    rounding = tolerance / 100 * np.abs(expected[np.isfinite(expected)]).max(initial=0) + 1e-12
    return np.isclose(got, expected, rtol=tolerance, atol=rounding, equal_nan=True)


def show(value: Any, width: int = 80) -> str:
    """Return a plain value as a short line of text."""
    match value:
        case np.ndarray():
            digits = "{:.6g}".format
            formats: Any = {"float_kind": digits, "complex_kind": digits, "bool": str}
            rows = np.array2string(value, separator=", ", threshold=20, formatter=formats)
            text = " ".join(rows.split())
        case list():
            text = f"[{', '.join(map(show, value))}]"
        case dict():
            text = f"{{{', '.join(f'{key!r}: {show(item)}' for key, item in value.items())}}}"
        case frozenset():
            text = f"{{{', '.join(sorted(map(repr, value)))}}}"
        case str():
            text = repr(value)
        case _:
            text = kind(value)
    return text if len(text) <= width else text[: width - 1] + "…"
