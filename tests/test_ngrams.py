"""The counting model agrees with its equation, and tokens with lists that are merged by hand."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from dlcourse import data
from dlcourse.ngrams import KneserNey, among, cut, grams, learn_merges

ROW = np.array([int(c) for c in "0123012210022101302310"])


def by_hand(row, n, size, past, symbol):
    """Modified Kneser–Ney, straight from Chen and Goodman (1999); past and symbol are tuples."""
    if n == 0:
        return 1 / size
    full = len(past) + 1
    counts = Counter(tuple(row[i : i + full]) for i in range(len(row) - full + 1))
    for order in range(full - 1, n - 1, -1):  # each distinct gram counts once in the next shorter
        counts = Counter(gram[1:] for gram in counts)
        assert all(len(gram) == order for gram in counts)
    n1, n2, n3, n4 = (max(1, list(counts.values()).count(k)) for k in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    taken = [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    taken = [min(max(d, 0), k) for k, d in enumerate(taken)]
    short = tuple(past[len(past) - n + 1 :])
    after = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == short}
    below = by_hand(row, n - 1, size, past, symbol)
    if not after:
        return below
    kept = after.get(symbol, 0) - taken[min(after.get(symbol, 0), 3)]
    freed = sum(taken[min(count, 3)] for count in after.values())
    return (kept + freed * below) / sum(after.values())


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_kneser_ney_is_its_equation(n):
    model = KneserNey(ROW, n, 4)
    for number in range(4 ** (n - 1)):
        past = tuple(int(c) for c in np.base_repr(number, 4).zfill(n - 1))[-(n - 1) or n :]
        p = model.probability(np.full(4, number), np.arange(4))
        assert p.sum() == pytest.approx(1)
        expected = [by_hand(ROW.tolist(), n, 4, past, symbol) for symbol in range(4)]
        assert p == pytest.approx(expected)


def test_grams_are_numbers_in_the_base():
    assert grams(np.array([1, 2, 0, 3]), 3, 10).tolist() == [0, 0, 120, 203]


def test_among_tells_what_is_there():
    assert among(np.array([0, 3, 9]), np.array([1, 3, 5])).tolist() == [False, True, False]


@pytest.mark.parametrize(("row", "n", "size"), [([], 1, 3), ([1, 2], 3, 3), ([1], 0, 3)])
def test_what_cannot_be_counted_is_refused(row, n, size):
    with pytest.raises(ValueError, match="n symbols or more"):
        KneserNey(np.array(row, dtype=np.int64), n, size)


def merged(tokens, pair, token):
    """One merge, from the left, on a plain list: no library of tokenizers is needed to compare."""
    found, place = [], 0
    while place < len(tokens):
        if tuple(tokens[place : place + 2]) == pair:
            found.append(token)
            place += 2
        else:
            found.append(tokens[place])
            place += 1
    return found


@pytest.mark.parametrize("text", ["aaaaabaaab", "the thin thing then that there", "abcabcabc"])
def test_merges_are_those_of_plain_lists(text):
    row = np.array([ord(c) - 32 for c in text])
    tokens, pairs = row.tolist(), []
    for token in range(100, 104):
        counts = Counter(pairwise(tokens))
        pairs.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        tokens = merged(tokens, pairs[-1], token)
    assert learn_merges(row, 100, 4) == pairs
    assert cut(row, pairs, 100).tolist() == tokens


HAMLET = (
    "e_|th|t_|s_|d_|,_|ou|in|er|an|y_|or|o_|//|ar|,/|_th|en|on|ll|.//|of|is_|ha|st|you|and_|"
    "to_|ea|_m|no|ing|es|r_|om|of_|at|wi|ch|_the_|it_|le|_s|O/|ear|it|st_|se|the_|.//H|/T|_a|"
    "gh|ow|OR|er_|re|li|ll_|AM|ET|LET|AMLET|/A|my_|nd_|in_|TI|ATI|hi|th_|hat_|ORATI|US|he_|"
    "not_|for|ri|ve_|at_|AR|I_|ed_|his_|ord|ORATIO/|oo|ho|k_|al|un|AMLET/|ee|fa|ut_|ra|ti|,/A|"
    "._|;_|EL|,/T|lord|ther|ing_|ir|is|be|you_|com|ur|our_|es_|ke_|or_|as_|.//HAMLET/|?//|ell|"
    "your_|her|me|s,_|t,_|en_|ay|igh|oul|on_|/W|ce_|ay_|'s_|:_|CEL|LUS|MAR|bl|me_|ch_|CELLUS|"
    "MARCELLUS|ER|f_|/B|e,_|now|/I|d,_|ost_|se_|.//HORATIO/|/And_|--|ro|my_lord|Ha|sp|that_|a_|"
    "ent|ol|thou|_my_|,/And_|di|hea|lo|'d_|hear|ul|our|an_|ati|sel|be_|ce|ev|to|with|him|IUS|"
    ",/W|DO/|de|nigh|par|rea|y,_|ous_|/O|HORATIO/|ag|ain|_this_|with_|/S|by_|ck|el"
)
"""What `tokenizers` 0.23.3 merges in the first 40,000 symbols of Hamlet, line breaks as /, spaces
as _: `BpeTrainer(vocab_size=67 + 200, initial_alphabet=symbols)`, without a pre-tokenizer."""


def test_merges_are_those_of_a_library_of_tokenizers():
    plays = data.load("shakespeare")
    symbols = sorted(set("".join(plays.train.inputs)))
    begin = plays.train.inputs[plays.train.titles.tolist().index("Hamlet")][:40_000]
    spelled = [*symbols]
    for first, second in learn_merges(np.array([*map(symbols.index, begin)]), 67, 200):
        spelled.append(spelled[first] + spelled[second])
    assert "|".join(spelled[67:]).replace("\n", "/").replace(" ", "_") == HAMLET


def test_cutting_loses_nothing():
    row = np.random.default_rng(0).integers(0, 4, size=500)
    pairs = learn_merges(row, 4, 30)
    spelled = [(k,) for k in range(4)]
    for first, second in pairs:
        spelled.append(spelled[first] + spelled[second])
    other = np.random.default_rng(1).integers(0, 4, size=300)
    tokens = cut(other, pairs, 4)
    assert len(tokens) < len(other)
    assert [k for token in tokens for k in spelled[token]] == other.tolist()
    assert cut(np.array([], dtype=np.int64), pairs, 4).tolist() == []


def test_merges_need_pairs_and_small_numbers():
    with pytest.raises(ValueError, match="after 1 there is one token left"):
        learn_merges(np.array([1, 2]), 3, 2)
    with pytest.raises(ValueError, match="use fewer symbols"):
        cut(np.array([60_000]), [], 70_000)
