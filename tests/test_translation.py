"""Translation by counting: merges, the dictionary, BLEU; numerals and dates in words."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from dlcourse.data import load
from dlcourse.translation import (
    Dictionary,
    Pieces,
    bleu,
    bleu_counts,
    in_french,
    learn_pieces,
    merged,
    spoken,
    words_of,
)

LIBRARY = """
▁+t, h+e, ▁t+he, ▁+a, ▁+,, ▁+o, ▁+w, ▁+i, n+d, ▁+s, ▁o+f, r+e, h+i, ▁+., ▁a+nd, ▁+b, h+a, ▁t+o,
o+u, e+n, ▁+m, ▁+c, ▁+y, e+d, e+r, ▁+d, ▁+f, e+l, e+s, i+n, o+n, ▁i+n, o+r, ▁+g, i+t, ▁+hi, a+n,
▁y+ou, ▁+p, l+l, r+a, ▁+l, a+h, ▁i+s, ha+t, ▁+n, ▁b+e, ▁w+a, ▁s+a, s+t, ▁+j, ▁+he, i+d, ▁t+hat,
e+a, r+i, ▁+ha, h+o, r+o, h+t, l+d, ▁+;, u+t, ▁+e, ra+el, ▁is+rael, en+t, a+m, w+e, ▁f+or, s+e,
v+e, in+g, ▁g+o, c+h, ▁wa+s, o+w, ▁the+m, ▁the+y, v+er, it+h, ▁hi+m, g+ht, ▁y+ah, we+h,
▁yah+weh, t+he, ▁w+ith, ▁w+i, ▁hi+s, ▁+u, ▁c+hi, a+in, ▁o+n, re+n, ▁chi+ld, ▁child+ren, a+y,
l+e, ▁+k, i+r, ▁the+re, ▁w+ho, the+r, c+e, ▁sa+id, ▁i+t, t+h, ▁+:, ▁a+ll, ▁w+e, ▁+re, ▁m+en,
or+d, ▁go+d, ▁m+an, g+ain, n+g, o+m, ▁t+hi, ▁a+gain, re+d, a+r, e+t, i+m, ▁a+b, ▁a+s, ▁w+hi,
▁w+ent, ▁wi+ll, i+l, ▁o+ut, ea+r, o+re, ▁t+h, ▁+-, ▁a+m, ▁n+o, ▁whi+ch, a+l, am+e, es+s, h+ri,
u+s, ▁the+ir, ▁w+he, ▁c+hri, it+es, ▁again+st, ▁chri+st
"""
"""What `tokenizers` 0.23.3 merges in the English of the validation verses, cut at spaces."""


def test_merges_are_those_of_a_library_of_tokenizers() -> None:
    words = Counter(w for text in load("verses").validation.inputs for w in words_of(text))
    assert ["+".join(pair) for pair in learn_pieces(words, 150)] == LIBRARY.replace(
        "\n", " "
    ).strip().split(", ")


def test_a_pair_is_merged_from_the_left() -> None:
    assert merged(["a", "a", "a"], ("a", "a")) == ["aa", "a"]
    assert merged(["aa", "a", "a"], ("aa", "a")) == ["aaa", "a"]


def test_pieces_lose_nothing_but_letters_never_seen() -> None:
    words = {"low": 5, "lowest": 2, "newer": 6, "wider": 3}
    pieces = Pieces(learn_pieces(words, 8), "".join(words))
    said = ["low", "newest", "wide", "lower"]
    assert pieces.decode(pieces.encode(said)) == said
    assert pieces.decode([*pieces.encode(["low"]), 2, *pieces.encode(["new"])]) == ["low"]
    assert pieces.decode(pieces.encode(["löw"])) == ["lw"]
    with pytest.raises(ValueError, match="ask for fewer merges"):
        learn_pieces({"ab": 1}, 3)


def test_words_keep_the_apostrophe_that_ends_them() -> None:
    assert words_of('L\'Éternel dit: "Va!"') == ["l'", "éternel", "dit", ":", '"', "va", "!", '"']


def test_the_dictionary_finds_who_stands_for_whom() -> None:
    """The example of two sentences: das Haus, das Buch, ein Buch."""
    model = Dictionary([[1, 2], [1, 3], [4, 3]], [[1, 2], [1, 3], [4, 3]], 5).learn(60)
    assert model.best()[1] == 1
    assert model.best()[3] == 3
    assert model.of(np.array([2, 4, 1]), np.array([2, 4, 9])).round(1).tolist() == [1.0, 1.0, 0.0]


def test_a_round_raises_the_likelihood_and_chances_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    pairs = [[rng.integers(1, 9, size=5).tolist() for _ in range(30)] for _ in range(2)]
    model = Dictionary(*pairs, 9)
    seen = [model.learn(1).chance.copy() for _ in range(4)]
    likelihood = [np.log(np.bincount(model._place, chance[model._of])).sum() for chance in seen]
    assert np.all(np.diff(likelihood) > 0)
    assert np.allclose(np.bincount(model.keys // 9, model.chance), 1)


def test_bleu_is_that_of_sacrebleu() -> None:
    rng = np.random.default_rng(1)
    draw = lambda n: rng.choice([*"abcd"], size=n).tolist()  # noqa: E731
    said = [draw(n) for n in (9, 12, 5, 3, 1)]
    ours = [[draw(n) for n in (8, 10, 7, 4, 2)], [draw(n) for n in (12, 13, 4, 2, 5)]]
    counts = sum(bleu_counts(s, [a, b]) for s, a, b in zip(said, *ours, strict=True))
    texts = [[" ".join(each) for each in side] for side in (said, *ours)]
    theirs = BLEU(tokenize="none").corpus_score(texts[0], texts[1:])
    assert bleu(counts) == pytest.approx(theirs.score, abs=1e-9)
    assert bleu(np.stack([counts, counts])).shape == (2,)
    assert bleu(bleu_counts(["x"], [["y"]])) == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"),
        (21, "vingt et un"),
        (71, "soixante et onze"),
        (77, "soixante dix-sept"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt un"),
        (91, "quatre-vingt onze"),
        (200, "deux cents"),
        (201, "deux cent un"),
        (1_000, "mille"),
        (80_000, "quatre-vingt mille"),
        (200_101, "deux cent mille cent un"),
    ],
)
def test_numerals_are_french(number: int, words: str) -> None:
    assert " ".join(in_french(number)) == words


def test_dates_are_said_in_three_ways() -> None:
    assert " ".join(spoken(date(1987, 5, 3))) == "the third of may nineteen eighty seven"
    assert " ".join(spoken(date(1905, 3, 21), 1)) == "march the twenty first nineteen oh five"
    assert " ".join(spoken(date(2000, 12, 12), 2)) == "december twelfth two thousand"
    assert " ".join(spoken(date(1900, 1, 30), 2)) == "january thirtieth nineteen hundred"
    with pytest.raises(ValueError, match="1900 to 2099"):
        spoken(date(1899, 1, 1))
    with pytest.raises(ValueError, match="from 0 to 999,999"):
        in_french(1_000_000)
