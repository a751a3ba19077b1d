"""Lesson 34: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "34.three-steps": Computed(
        "[w := momentum(w, 1, memory, 0.1) for _ in range(3)][-1]", w=0, memory={}
    ),
    "34.first-step": Computed("adam(np.ones(3), np.array([5, -0.002, 100]), {}, 0.01)"),
}
