"""Readers of medical data."""

from pathlib import Path

import numpy as np

from dlcourse.data.card import Arrays

NUCLEUS = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
"""What was measured on each cell nucleus."""

BREAST_CANCER_FEATURES = (
    *(f"mean {measure}" for measure in NUCLEUS),
    *(f"{measure} error" for measure in NUCLEUS),
    *(f"worst {measure}" for measure in NUCLEUS),
)
"""The mean over a patient's nuclei, its standard error, and the mean of the three largest."""

BREAST_CANCER_TEST = (64, 107)
"""How many malignant and benign lumps are set aside: three in ten of each."""


def breast_cancer(table: Path) -> Arrays:
    """Read scikit-learn's breast cancer data: float32 inputs (n, 30), int64 0 malignant, 1 benign.

    The split is stratified and drawn once: the same for every seed of the course.
    """
    rows = np.random.default_rng(0).permutation(np.loadtxt(table, delimiter=",", skiprows=1))
    inputs, targets = rows[:, :-1].astype(np.float32), rows[:, -1].astype(np.int64)
    test = np.zeros(len(rows), dtype=bool)
    for target, count in enumerate(BREAST_CANCER_TEST):
        test[np.flatnonzero(targets == target)[:count]] = True
    return {
        "train_inputs": inputs[~test],
        "train_targets": targets[~test],
        "test_inputs": inputs[test],
        "test_targets": targets[test],
    }
