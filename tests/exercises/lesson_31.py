"""Lesson 31: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "31.one-step": Computed("descend(0.1, 1, w=3.0)[-1]", gradient=lambda w: 2 * w),
}
