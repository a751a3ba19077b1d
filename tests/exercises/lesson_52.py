"""Lesson 52: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "52.uniform": Computed("bits(np.full(67, 1 / 67))"),
}
