"""Lesson 35: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "35.quarter": Computed("1000 * (0.08 / 0.02) ** (1 / 0.5)"),  # solved for the labels
}
