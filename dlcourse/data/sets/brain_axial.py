"""The averaged brain of `brain-slices` once more, cut level instead of upright."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Card
from dlcourse.data.sets.brain_slices import (
    CITATION,
    CLASSES,
    FLAWS,
    WHO,
    arranged,
    carrier,
    labelled,
)

AXIAL = {"train": range(50, 110, 2), "validation": range(118, 126, 2), "test": range(134, 148, 2)}
"""The slices of each part, in mm from below."""


def read(*paths: Path) -> Arrays:
    """Read level slices, the forehead above: uint8 (n, 192, 96)."""
    slices = [each[:, 211:19:-1].transpose(2, 1, 0) for each in labelled(*paths)]
    return arranged(slices, np.arange(len(slices[0])), AXIAL)


CARD = Card(
    name="brain-axial",
    title="Level slices of an averaged brain",
    what="41 level slices, 2 mm apart, of the same half head as `brain-slices`, with the same "
    "labels; `places` are in mm from below.",
    split="By slab: the middle to learn, then slices to choose by, the top to test. Between slabs "
    "8 mm and more are left out.",
    who=WHO,
    licence="MNI, free use",
    citation=CITATION,
    doi="10.1016/j.neuroimage.2010.07.033",
    flaws=(
        "The same brain as in `brain-slices`: what was learned there must not be tested here, for "
        "the slices cross.",
        *FLAWS,
    ),
    classes=CLASSES,
    archives=(carrier(read),),
    sha256="4df2afb257fb756714892648d07d5256670470b5a31cb3abb302a6e11dd3bc46",
)
