"""Lesson 36: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "36.products": Computed("3 * layers - 1", layers=3),  # the first layer's inputs need no slope
}
