"""Lesson 63: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed, Reason

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "63.by-hand": Computed(
        "kaplan_meier(np.array([2, 3, 5, 6, 8]), np.array([1, 0, 1, 0, 1]))[1][1]"
    ),
    "63.known-later": Reason("When a column was written down, its authors tell, not a function."),
}
