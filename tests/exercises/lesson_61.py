"""Lesson 61: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "61.silent": Computed(
        '((beats := data.load("ecg5000")).test.targets '
        '== beats.classes.index("unclassified")).sum()'
    ),
}
