"""SUPPORT2: seriously ill patients, and how long they lived."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats import pickles

TEST = 0.3
"""The share of the patients that is set aside."""

NUMBERS = {
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

KINDS = {
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

FEATURES = (
    *NUMBERS,
    *(f"{name}: {value}" for name, (_, values) in KINDS.items() for value in values),
)


def read(pickled: Path) -> Arrays:
    """Read seriously ill patients: float32 inputs (n, 60), NaN where nothing was measured.

    A target, float32 (n, 2), is the days to death, and 1 if it came, 0 if the patient was last
    seen alive. The split is drawn once: the same for every seed of the course.
    """
    with pickled.open("rb") as file:
        table = pickles.load(file)
    numbers = [np.asarray(table[column], dtype=float) for column in NUMBERS.values()]
    kinds = [
        np.asarray(table[column], dtype=str) == value
        for column, values in KINDS.values()
        for value in values
    ]
    inputs = np.stack([*numbers, *kinds], axis=1).astype(np.float32)
    targets = np.array(table[["time", "event"]], dtype=np.float32)
    order = np.random.default_rng(0).permutation(len(table))
    test, train = np.split(order, [round(TEST * len(order))])
    return divided({"inputs": inputs, "targets": targets}, train=train, test=test)


CARD = Card(
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
    features=FEATURES,
    archives=(
        Archive(
            package="survset",
            version="0.2.11",
            sha256="43b71cfd96e764ef1708eaebcffc9cf6e5157babd69174d6484775ff0c88b229",
            size=46_991_591,
            members=("SurvSet/resources/pickles/support2.pickle",),
            read=read,
        ),
    ),
    sha256="b9f149de747ebab37e1a991ba084d9be3c7d95167d2a981f306b44e8a6546573",
)
