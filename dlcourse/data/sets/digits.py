"""Handwritten digits, 8 × 8, as scikit-learn brings them."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Card, Library

TRAIN = 1_287  # the first ten of fourteen forms


def read(table: Path) -> Arrays:
    """Read scikit-learn's digits: float32 images (n, 8, 8) of 0..16, int64 labels.

    The file is in the order of its writers, so it is cut, not shuffled: its last four forms,
    510 images, are the test.
    """
    rows = np.loadtxt(table, delimiter=",")
    columns: Arrays = {
        "inputs": rows[:, :-1].reshape(-1, 8, 8).astype(np.float32),
        "targets": rows[:, -1].astype(np.int64),
    }
    return divided(columns, train=slice(TRAIN), test=slice(TRAIN, None))


CARD = Card(
    name="digits",
    title="Handwritten digits, 8 × 8",
    what="1,797 grey images of the digits 0 to 9, 8 × 8 pixels, each pixel the number of black "
    "dots, 0 to 16, in a 4 × 4 block of the scanned form.",
    split="By order: ten forms for training, the last four, 510 images, for testing. The file "
    "runs from writer to writer, so that the test was written by people training has not met.",
    who="E. Alpaydin and C. Kaynak, Boğaziçi University, Istanbul; 13 writers.",
    licence="CC BY 4.0",
    citation="E. Alpaydin and C. Kaynak (1998). Optical Recognition of Handwritten Digits. "
    "UCI Machine Learning Repository.",
    doi="10.24432/C50P49",
    flaws=(
        "It is only the test part of the original, whose training part holds 30 other writers.",
        "Who wrote which image is not recorded. The labels repeat fourteen times, form after "
        "form, though only thirteen writers are named.",
        "A shuffled split mixes all writers and flatters every model: logistic regression "
        "reads .966 ± .009 instead of .914.",
    ),
    classes=tuple("0123456789"),
    library=Library("scikit-learn", ("sklearn/datasets/data/digits.csv.gz",), read),
    sha256="8f77d8ea5d2c714a9d744a512dfd9d944b5055c74729242a6c3b7987740f29c7",
)
