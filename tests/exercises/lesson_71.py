"""Lesson 71: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "71.accuracy": Computed("round(100 * (1 - 108 / 85_443), 2)"),
}
