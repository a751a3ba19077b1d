"""The sentence encoder: published sizes, counts, moments and baselines."""

from collections.abc import Callable

import numpy as np

from dlcourse.data import Pretrained


def test_the_encoder_has_the_published_parts(loaded: Callable[[str], Pretrained]) -> None:
    minilm = loaded("minilm")
    assert minilm.weights["embeddings.word_embeddings.weight"].shape == (30_522, 384)
    layers = {name.split(".")[2] for name in minilm.weights if name.startswith("encoder.layer")}
    assert layers == set("012345")
    assert sum(array.size for array in minilm.weights.values()) == 22_713_216
    assert {array.dtype for array in minilm.weights.values()} == {np.dtype(np.float32)}
    assert len(minilm.vocabulary) == 30_522
    assert [minilm.vocabulary[k] for k in (0, 100, 101, 102, 1996)] == [
        *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the")
    ]


def test_words_of_one_meaning_are_near_in_the_encoder(loaded: Callable[[str], Pretrained]) -> None:
    """Cosines between word vectors: the weights are trained ones, and in their places."""
    minilm = loaded("minilm")
    place = {word: k for k, word in enumerate(minilm.vocabulary)}
    words = minilm.weights["embeddings.word_embeddings.weight"]
    words = words / np.linalg.norm(words, axis=1, keepdims=True)

    def likeness(one: str, other: str) -> float:
        return float(words[place[one]] @ words[place[other]])

    for one, near, far in (("film", "movie", "carbon"), ("good", "great", "north")):
        assert likeness(one, near) > likeness(one, far) + 0.2
