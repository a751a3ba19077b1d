"""Lesson 51: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "51.pieces": Computed(
        'pieces("unforgivably")',
        number_of=["un", "forgive", "##forg", "##ive", "##able", "##ab", "##ly", "##ably"],
    ),
}
