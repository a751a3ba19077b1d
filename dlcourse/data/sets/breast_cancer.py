"""Breast cancer: what the cells of a lump look like, as scikit-learn brings it."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Card, Library

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

FEATURES = (
    *(f"mean {measure}" for measure in NUCLEUS),
    *(f"{measure} error" for measure in NUCLEUS),
    *(f"worst {measure}" for measure in NUCLEUS),
)
"""The mean over a patient's nuclei, its standard error, and the mean of the three largest."""

TEST = (64, 107)
"""How many malignant and benign lumps are set aside: three in ten of each."""


def read(table: Path) -> Arrays:
    """Read scikit-learn's breast cancer data: float32 inputs (n, 30), int64 0 malignant, 1 benign.

    The split is stratified and drawn once: the same for every seed of the course.
    """
    rows = np.random.default_rng(0).permutation(np.loadtxt(table, delimiter=",", skiprows=1))
    inputs, targets = rows[:, :-1].astype(np.float32), rows[:, -1].astype(np.int64)
    test = np.zeros(len(rows), dtype=bool)
    for target, count in enumerate(TEST):
        test[np.flatnonzero(targets == target)[:count]] = True
    return divided({"inputs": inputs, "targets": targets}, train=~test, test=test)


CARD = Card(
    name="breast-cancer",
    title="Breast cancer, Wisconsin (diagnostic)",
    what="569 breast lumps, one patient each: ten measures of the cell nuclei in a fine-needle "
    "aspirate under the microscope, each as the mean, its standard error and the worst (the "
    "mean of the three largest), and whether the lump was malignant.",
    split="Stratified by diagnosis and drawn once: 398 for training, 171 for testing.",
    who="W. H. Wolberg, W. N. Street and O. L. Mangasarian, University of Wisconsin, 1995.",
    licence="CC BY 4.0",
    citation="W. N. Street, W. H. Wolberg and O. L. Mangasarian (1993). Nuclear feature "
    "extraction for breast tumor diagnosis. Proceedings of SPIE 1905, 861–870.",
    doi="10.1117/12.148698",
    flaws=(
        "All patients come from one hospital; a person chose and outlined the cells.",
        "37 in 100 are malignant, many more than among women who are screened.",
        "Age and history are missing, and no units are published: treat lengths as relative.",
        "Target 1 means benign, so a detector of cancer looks for 0.",
    ),
    classes=("malignant", "benign"),
    features=FEATURES,
    library=Library("scikit-learn", ("sklearn/datasets/data/breast_cancer.csv",), read),
    sha256="ece5c3b0f307b02fdc6cf5e57a33d06afcec9e01b00e0c30159d29609c2a1304",
)
