"""Lesson 21: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "21.folds": Computed("[fold(3 / 8), fold(fold(3 / 8)), fold(fold(fold(3 / 8)))]"),
    "21.eighty-one": Computed(
        "sum(len(b) for _, b in answer[:-1]) == 12 "
        "and pieces([(np.array(W), exact(b)) for W, b in answer]) >= 81"
    ),
}
