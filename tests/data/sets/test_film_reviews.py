"""Film reviews: published sizes, counts, moments and baselines."""

import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from dlcourse.data import Dataset
from dlcourse.data.sets.film_reviews import SAME_FILM


def test_no_film_is_on_both_sides(loaded: Callable[[str], Dataset]) -> None:
    reviews = loaded("film-reviews")
    films = [set(split.films) for split in reviews.parts.values()]
    assert [len(names) for names in films] == [406, 101]
    assert not set.intersection(*films)
    assert len(reviews.train.inputs) + len(reviews.test.inputs) == 12_749
    counts = Counter(film for split in reviews.parts.values() for film in split.films)
    assert max(counts.values()) == 35
    assert not counts.keys() & SAME_FILM.keys()


def test_no_review_repeats_another(loaded: Callable[[str], Dataset]) -> None:
    texts = [text for split in loaded("film-reviews").parts.values() for text in split.inputs]
    plain = {re.sub(r"\W+", " ", text.lower()).strip() for text in texts}
    assert len(plain) == len(texts)
    assert all(text == " ".join(text.split()) for text in texts)


def test_film_reviews_are_fresh_as_often_as_the_card_says(loaded: Callable[[str], Dataset]) -> None:
    reviews = loaded("film-reviews")
    targets = np.concatenate([split.targets for split in reviews.parts.values()])
    assert targets.mean() == pytest.approx(0.58, abs=0.005)
    assert reviews.classes[reviews.train.targets[0]] == "fresh"
    assert reviews.train.inputs[0] == "A three-hour cinema master class."


def test_bags_of_words_judge_77_of_100_reviews_rightly(loaded: Callable[[str], Dataset]) -> None:
    reviews = loaded("film-reviews")
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=4)
    ).fit(*reviews.train)
    assert model.score(*reviews.test) == pytest.approx(0.775, abs=0.02)
