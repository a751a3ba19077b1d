"""Lesson 37: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "37.factor": Computed("mean_squares(1, n, 1 / (3 * n), 2)[-1]", n=100),
}
