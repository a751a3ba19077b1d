"""Lesson 22: which mutants may pass, right answers in other styles, how values are computed."""

import numpy as np
from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "22.slide": Computed(
        "slide(picture, np.array([[-1, 1], [-1, 1]]))",
        picture=np.array([[0, 1, 1], [0, 1, 0], [0, 1, 0]]),
    ),
}
