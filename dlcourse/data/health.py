"""Readers of medical data."""

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

BREAST_CANCER_TEST = 171


def breast_cancer() -> Arrays:
    """Read scikit-learn's breast cancer data: float32 inputs (n, 30), int64 0 malignant, 1 benign.

    The split is stratified and drawn once: the same for every seed of the course.
    """
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split

    inputs, targets = load_breast_cancer(return_X_y=True)
    train, test, train_targets, test_targets = train_test_split(
        inputs, targets, test_size=BREAST_CANCER_TEST, stratify=targets, random_state=0
    )
    return {
        "train_inputs": train.astype(np.float32),
        "train_targets": train_targets.astype(np.int64),
        "test_inputs": test.astype(np.float32),
        "test_targets": test_targets.astype(np.int64),
    }
