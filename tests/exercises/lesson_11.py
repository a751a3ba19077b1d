"""Lesson 11: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "11.by-hand": Computed("weighted_sum(np.array([2, -1]), np.array([1, 3]), -1)"),
}
