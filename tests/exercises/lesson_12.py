"""Lesson 12: which mutants may pass, right answers in other styles, how values are computed."""

from itertools import product

import numpy as np
from computed import Computed

EQUIVALENT = {}

STYLES = {}

COMPUTED = {
    "12.corner": Computed(
        "[*(h := [neuron([1, 1], both_on, c)[0] for c in (-0.5, -1.5)]), "
        "neuron([1, -1], np.array([h]), -0.5)[0]]",
        both_on=np.array([[1, 1]]),
    ),
    "12.three-switches": Computed(
        "(layer(layer(x, *map(np.array, answer[:2]), threshold), *answer[2:], threshold) "
        "== x.sum(axis=1) % 2).all()",
        x=np.array([*product([0, 1], repeat=3)]),
    ),
    "12.shapes": Computed(
        "[W1.shape, b1.shape, (h := layer(x, W1, b1, relu)).shape, "
        "W2.shape, b2.shape, layer(h, W2, b2, relu).shape]",
        x=np.zeros((100, 64)),
        W1=np.zeros((64, 32)),
        b1=np.zeros(32),
        W2=np.zeros((32, 10)),
        b2=np.zeros(10),
    ),
}
