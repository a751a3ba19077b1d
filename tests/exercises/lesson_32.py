"""Lesson 32: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "32.by-hand": Computed('sweep(slopes)["x"]', t=1),
    "32.paths": Computed(
        'sweep({n: dict.fromkeys(below, 1) for below, above in pairs for n in above})["x"]',
        pairs=[("xyz", "abcd"), ("abcd", "efghi"), ("efghi", "L")],
    ),
}
