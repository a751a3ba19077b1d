"""Compares results: strict about what they are, tolerant of rounding only."""

import itertools
from collections import deque
from collections.abc import ItemsView, KeysView, ValuesView
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

# Bound here, before any answer could put others in their place.
_argwhere, _array2string, _array_equal = np.argwhere, np.array2string, np.array_equal
_asarray, _isclose, _isfinite, _stack = np.asarray, np.isclose, np.isfinite, np.stack

LARGEST = 10_000_000
"""Elements of the largest array that is looked into."""


@dataclass(frozen=True)
class Other:
    """A result that no exercise asks for, such as a generator, with its name in plain words."""

    name: str


def plain(value: Any) -> Any:
    """Return `value` in a form that is safe to compare: whatever class it came from is left behind.

    Numbers, fractions and decimals too, arrays, tensors, columns of a table and nested lists of
    equal shapes become NumPy arrays; other lists, tuples, ranges, queues and the views of a
    dictionary become lists; text, dictionaries, sets, None and ... stay; the rest, generators too,
    becomes `Other`.
    """
    if value is None or value is ...:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if hasattr(type(value), "__array__"):
        return _array(value)
    if isinstance(value, bool | int | float | complex):
        return _number(value)
    if isinstance(value, Real | Decimal):
        return np.array(float(value))
    if isinstance(value, list | tuple | range | deque | KeysView | ValuesView | ItemsView):
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
        value = _asarray(value)
    if value.size > LARGEST:
        return Other(f"an array of shape {value.shape}")
    if value.dtype.kind in "biufc":
        return np.array(value, subok=False)
    text = value.dtype.kind == "U" or (
        value.dtype.kind == "O" and value.size and all(type(item) is str for item in value.flat)
    )
    return plain(value.tolist()) if text else _other(value)


def _sequence(items: list[Any]) -> Any:
    """Stack items of one kind and shape into an array; leave others a list."""
    arrays = all(isinstance(item, np.ndarray) for item in items)
    if arrays and len({kind(item) for item in items}) <= 1:
        return _stack(items) if items else np.array([])
    return items


def _key(value: Any) -> Any:
    """Return a key of a dictionary, or an item of a set, as plain Python."""
    value = plain(value)
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, list):
        return tuple(map(_key, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _other(value: Any) -> Other:
    if isinstance(value, np.ndarray):
        return Other(f"an array of {value.dtype} objects")
    name = type(value).__name__
    return Other(f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}")


def state(value: Any) -> Any:
    """Return, in plain form, all that an answer may change in an argument.

    That of a module is its mode, parameters and buffers; that of a tensor its values, whether it
    asks for a gradient, and the gradient.
    """
    if isinstance(value, list | tuple):
        return [state(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): state(item) for key, item in value.items()}
    if hasattr(value, "named_modules"):
        modes = {name: plain(part.training) for name, part in value.named_modules()}
        tensors = [*value.named_parameters(), *value.named_buffers()]
        return [modes, {name: state(tensor) for name, tensor in tensors}]
    if hasattr(value, "requires_grad"):
        values = value.detach() if hasattr(value, "detach") else value.data
        return [plain(values), plain(value.requires_grad), plain(value.grad)]
    return plain(value)


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


def unstacked(one: Any, other: Any) -> tuple[Any, Any]:
    """Return two plain values, as lists where only one of the two could be stacked to an array.

    A learner gave a list for both, and is to be told of its items.
    """
    if isinstance(one, list) != isinstance(other, list):
        many = [isinstance(x, list) or (isinstance(x, np.ndarray) and x.ndim) for x in (one, other)]
        if all(many):
            return [plain(item) for item in one], [plain(item) for item in other]
    return one, other


def difference(expected: Any, got: Any, tolerance: float = 1e-5, digits: int | None = None) -> str:
    """Say how the plain value `got` differs from `expected`, or return "" if it does not.

    True is not 1, a single number is not an array that holds it, and a NaN only equals a NaN. Whole
    numbers are compared exactly, others within `tolerance` of each, and a hundredth of it of the
    largest beside it, so that single precision is precise enough. What is correctly rounded to
    `digits` decimals or more agrees as well.
    """
    expected, got = unstacked(expected, got)
    if kind(expected) != kind(got):
        return f"expected {kind(expected)}, got {kind(got)}"
    if isinstance(expected, list | dict):
        for key in expected if isinstance(expected, dict) else range(len(expected)):
            if found := difference(expected[key], got[key], tolerance, digits):
                return f"at [{key!r}], {found}"
        return ""
    if isinstance(expected, np.ndarray):
        return _array_difference(expected, got, tolerance, digits)
    if expected == got and repr(sorted(map(repr, _items(expected)))) == repr(
        sorted(map(repr, _items(got)))
    ):
        return ""
    return _contrast(expected, got)


def _items(value: Any) -> frozenset[Any]:
    return value if isinstance(value, frozenset) else frozenset()


def _array_difference(
    expected: np.ndarray, got: np.ndarray, tolerance: float, digits: int | None
) -> str:
    """Say how two arrays of one shape and kind differ; of large ones, where they first do."""
    if _array_equal(expected, got):  # quicker than what follows
        return ""
    agrees = _close(expected, got, tolerance)
    if digits is not None and expected.dtype.kind == "f" and got.dtype.kind in "iuf":
        agrees = agrees | _rounded(expected, got, digits)
    wrong = _argwhere(~agrees)
    if not len(wrong):
        return ""
    if expected.size <= 8:
        return _contrast(expected, got)
    first = wrong[0].tolist()
    return f"at {first}, {_contrast(expected[*first, ...], got[*first, ...])}"


def _close(expected: np.ndarray, got: np.ndarray, tolerance: float) -> Any:
    """Tell for each element whether it agrees."""
    if expected.dtype.kind == "b":
        return expected == got
    if expected.dtype.kind in "iu":
        return _isclose(got, expected, rtol=0, atol=1e-6)
    rounding = tolerance / 100 * abs(expected[_isfinite(expected)]).max(initial=0) + 1e-12
    return _isclose(got, expected, rtol=tolerance, atol=rounding, equal_nan=True)


def _rounded(expected: np.ndarray, got: np.ndarray, digits: int) -> Any:
    """Tell for each element whether it is what is expected, rounded as it is written.

    It is off by half a unit of its own last decimal at most, and has at least `digits` of them;
    those of a number in single precision are told within its precision.
    """
    agrees = expected == got
    for decimals in range(digits, 13):
        written = abs(got - got.round(decimals)) <= 1e-7 * abs(got)
        half = 0.5 * 10.0**-decimals + 1e-7 * abs(expected)
        agrees = agrees | (written & (abs(got - expected) <= half))
    return agrees


def _contrast(expected: Any, got: Any) -> str:
    """Say what was expected and what came, with as many digits as make the two differ."""
    if isinstance(expected, str) and isinstance(got, str):
        start = next(
            (i for i, (a, b) in enumerate(zip(expected, got, strict=False)) if a != b),
            min(len(expected), len(got)),
        )
        if start > 60:
            expected, got = "…" + expected[start - 20 :], "…" + got[start - 20 :]
    for width, digits in ((80, 6), *itertools.product((80, 10_000), (9, 12, 17))):
        one, other = show(expected, width, digits), show(got, width, digits)
        if one != other:
            break
    return f"expected {one}, got {other}"


def show(value: Any, width: int = 80, digits: int = 6) -> str:
    """Return a plain value as a short line of text, its numbers with so many digits."""
    match value:
        case np.ndarray():
            formats: Any = {
                "float_kind": lambda x: _digits(x, digits),
                "complex_kind": f"{{:.{digits}g}}".format,
                "bool": str,
            }
            rows = _array2string(value, separator=", ", threshold=20, formatter=formats)
            text = " ".join(rows.split())
        case list():
            text = f"[{', '.join(show(item, 10_000, digits) for item in value)}]"
        case dict():
            items = (f"{key!r}: {show(item, 10_000, digits)}" for key, item in value.items())
            text = f"{{{', '.join(items)}}}"
        case frozenset():
            text = f"{{{', '.join(sorted(map(repr, value)))}}}"
        case str():
            text = repr(value)
        case _:
            text = kind(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def _digits(number: float, digits: int) -> str:
    """Write a number short, but a whole one in full, so that a count can be told from its like."""
    whole = abs(number) < 1e15 and number == int(number)
    return f"{number:.0f}" if whole else f"{number:.{digits}g}"
