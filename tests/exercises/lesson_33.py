"""Lesson 33: which mutants may pass, right answers in other styles, how values are computed."""

from itertools import count

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "33.product": Computed("[slope for _, slope in (Value(3) * Value(-2)).edges]", clock=count()),
}
