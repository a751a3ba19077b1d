"""Lesson 41: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "41.post-code": Computed("round(1000 * (1 - 0.98**5))"),
}
