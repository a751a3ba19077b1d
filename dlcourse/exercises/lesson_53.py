"""Exercises of lesson 53, translation."""

import numpy as np

from dlcourse.exercises import Exercise


def _ended(rng: np.random.Generator) -> list[tuple[list[list[int]], list[list[int]]]]:
    """Return sentences said and right: with rubbish after the end, without an end, one alone."""
    right = [[5, 6, 2, 0, 0], [7, 2, 0, 0, 0], [3, 4, 5, 6, 2], [2, 0, 0, 0, 0]]
    said = [[5, 6, 2, 9, 9], [7, 7, 2, 0, 0], [3, 4, 5, 6, 2], [2, 2, 5, 0, 0]]
    unended = [[5, 6, 0, 0, 0], [7, 2, 7, 2, 7], [3, 4, 5, 6, 6], [8, 2, 0, 0, 0]]
    wrong = [[6, 5, 2, 0, 0], [2, 7, 2, 0, 0], [3, 4, 5, 2, 6], [3, 2, 0, 0, 0]]
    drawn = rng.integers(2, 4, size=(2, 30, 3))
    after = np.cumsum(drawn[1] == 2, axis=1) - (drawn[1] == 2) > 0
    drawn[1][after] = 0
    endless = [[3, 4, 6], [3, 4, 5]], [[3, 4, 5], [3, 4, 5]]
    some = [(said, right), (unended, right), (wrong, right), (right, right), endless]
    return [
        *some,
        (said[:1], right[:1]),
        (wrong[:1], right[:1]),
        (drawn[0].tolist(), drawn[1].tolist()),
    ]


def _states(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return a state that asks, states that are looked at, and how many of them count."""
    sizes = ((4, 5, 5), (4, 5, 3), (2, 1, 1), (9, 6, 1), (16, 7, 6), (1, 3, 2))
    listed = [(rng.normal(size=d), rng.normal(size=(s, d)), n) for d, s, n in sizes]
    large = 9000 * rng.normal(size=(6, 8))
    listed += [(rng.normal(size=8), large, 4), (np.zeros(3), rng.normal(size=(4, 3)), 3)]
    return [*listed, (np.ones(8), -abs(large), 4)]  # what fills up matches best


def _words(rng: np.random.Generator) -> list[tuple[dict[tuple[str, ...], int]]]:
    """Return words as parts with their counts: rare and common, ties, pairs that repeat."""
    drawn = {
        tuple(rng.choice([*"abc"], size=n).tolist()): int(rng.integers(1, 9))
        for n in (2, 3, 4, 5, 6, 7)
    }
    return [
        ({("l", "o", "w"): 5, ("n", "e", "w"): 9, ("o", "w", "l"): 3},),
        ({("a", "b"): 1, ("a", "c"): 1, ("x", "y", "x", "y"): 3},),
        ({("t", "o"): 2, ("a", "t"): 2, ("n", "o"): 1},),
        ({("b", "a"): 4, ("a", "b"): 4, ("c",): 9},),
        ({("th", "e"): 7, ("th", "i", "s"): 6, ("i", "s"): 2},),
        ({("a", "b"): 1, ("c", "d"): 1, ("e", "f"): 1, ("c", "d", "d"): 1},),
        ({("m", "a", "m", "a"): 1, ("p", "q"): 1},),
        ({("ab", "c"): 2, ("a", "bd"): 2},),
        (drawn,),
    ]


def _sayings(rng: np.random.Generator) -> list[tuple[list[str], list[list[str]]]]:
    """Return what was said and its references: repeated words, several references, nothing."""
    the = ["the", "the", "the", "the"]
    cat = [
        ["the", "cat", "is", "on", "the", "mat"],
        ["there", "is", "a", "cat", "on", "the", "mat"],
    ]
    drawn = [rng.choice([*"abcd"], size=n).tolist() for n in (9, 6, 7, 8)]
    return [
        (the, cat),
        (the, cat[1:]),
        (["a", "cat", "is", "a", "cat"], cat),
        (["on", "the", "mat"], cat),
        (["mat", "the", "on", "the"], [cat[0], cat[0]]),
        (["le", "chat"], cat),
        ([], cat),
        (["a", "a", "b"], [["a"], ["b", "a", "a", "a"], []]),
        (drawn[0], drawn[1:]),
        (drawn[1], drawn[:1]),
    ]


def _verses(rng: np.random.Generator) -> list[tuple[list[str], list[list[str]]]]:
    """Return a verse and known ones: itself, a longer one, repeated words, none at all."""
    said = ["and", "god", "said"]
    known = [["and", "god", "saw", "the", "light"], ["then", "said", "he"], ["god", "god", "said"]]
    drawn = [rng.choice([*"abcdefgh"], size=n).tolist() for n in (6, 5, 7, 4)]
    return [
        (said, known),
        (said, [*known, said[::-1]]),
        (said, [*known, said]),
        (said, known[1:]),
        (["and", "and", "and", "it"], [["and", "it", "was", "so"], ["it", "it"]]),
        (["selah"], known),
        (said, []),
        (said[:1], known[:1]),
        (drawn[0], drawn[1:]),
    ]


EXERCISES = (
    Exercise(
        id="53.exact",
        stub='''
            def flawless(said, right):
                """The share (float) of rows that agree up to the first 2, a sentence's end."""
                ...
        ''',
        solution='''
            def flawless(said, right):
                """The share (float) of rows that agree up to the first 2, a sentence's end."""
                hits = 0
                for a, b in zip(said, right):
                    end = b.index(2) + 1 if 2 in b else len(b)
                    hits += a[:end] == b[:end]
                return hits / len(right)
        ''',
        hints=(
            "What stands behind the 2 does not count: where does each right row end?",
            "b.index(2) is the place of the first 2 in the list b. Compare the rows up to there, "
            "with the 2.",
            "end = b.index(2) + 1 if 2 in b else len(b); hits += a[:end] == b[:end]",
        ),
        misconceptions=(
            (
                "what stands behind the end does not count",
                """
                def flawless(said, right):
                    return float(np.mean([a == b for a, b in zip(said, right)]))
                """,
            ),
            (
                "a sentence that does not end where it should is wrong: compare the 2 as well",
                """
                def flawless(said, right):
                    hits = 0
                    for a, b in zip(said, right):
                        end = b.index(2) if 2 in b else len(b)
                        hits += a[:end] == b[:end]
                    return hits / len(right)
                """,
            ),
            (
                "that is a share of symbols: one wrong symbol makes the sentence wrong",
                """
                def flawless(said, right):
                    hits = total = 0
                    for a, b in zip(said, right):
                        end = b.index(2) + 1 if 2 in b else len(b)
                        hits += sum(x == y for x, y in zip(a[:end], b[:end]))
                        total += end
                    return hits / total
                """,
            ),
        ),
        cases=_ended,
    ),
    Exercise(
        id="53.look",
        stub='''
            def look(h, states, length):
                """Weights (s,): softmax of states (s, d) · h (d,) / √d, and 0 from `length` on."""
                ...
        ''',
        solution='''
            def look(h, states, length):
                """Weights (s,): softmax of states (s, d) · h (d,) / √d, and 0 from `length` on."""
                match = states[:length] @ h / np.sqrt(len(h))
                share = np.exp(match - match.max())
                weights = np.zeros(len(states))
                weights[:length] = share / share.sum()
                return weights
        ''',
        hints=(
            "states @ h is one number per state. Only the first `length` stand for symbols.",
            "Take those, divide by √d, and make chances of them: e to each, over their sum.",
            "match = states[:length] @ h / np.sqrt(len(h)); share = np.exp(match - match.max())",
        ),
        misconceptions=(
            (
                "what only fills the sentence up gets a weight: from `length` on it is 0",
                """
                def look(h, states, length):
                    match = states @ h / np.sqrt(len(h))
                    share = np.exp(match - match.max())
                    return share / share.sum()
                """,
            ),
            (
                "divide by the root of d before the softmax",
                """
                def look(h, states, length):
                    match = states[:length] @ h
                    share = np.exp(match - match.max())
                    weights = np.zeros(len(states))
                    weights[:length] = share / share.sum()
                    return weights
                """,
            ),
            (
                "a match of 0 still has a weight: e to the 0 is 1",
                """
                def look(h, states, length):
                    match = states @ h / np.sqrt(len(h))
                    match[length:] = 0
                    share = np.exp(match - match.max())
                    return share / share.sum()
                """,
            ),
            (
                "cut first, then divide by the sum: the weights of a sentence add up to 1",
                """
                def look(h, states, length):
                    match = states @ h / np.sqrt(len(h))
                    share = np.exp(match - match.max())
                    weights = share / share.sum()
                    weights[length:] = 0
                    return weights
                """,
            ),
        ),
        cases=_states,
    ),
    Exercise(
        id="53.cut",
        stub="pieces = ...  # a list of texts",
        solution='pieces = ["s", "low", "est"]',
        hints=(
            "Take the pairs in their order, and join each wherever it stands.",
            "s l o w e s t becomes s lo w e s t, then s lo w es t. Which pair is next?",
            "Then lo and w, then es and t: three pieces are left.",
        ),
        misconceptions=(
            (
                "e and s are joined before s could be joined with t",
                'pieces = ["s", "low", "e", "st"]',
            ),
            (
                "lo and w stand side by side: the third pair joins them",
                'pieces = ["s", "lo", "w", "est"]',
            ),
            (
                "no pair joins s and low: a piece is made of pairs that are in the list",
                'pieces = ["slow", "est"]',
            ),
        ),
    ),
    Exercise(
        id="53.pair",
        stub='''
            def best_pair(words):
                """The commonest pair of neighbours; of equal ones the first in sorted order.

                `words` maps each word, a tuple of parts, to how often it is there.
                """
                ...
        ''',
        solution='''
            def best_pair(words):
                """The commonest pair of neighbours; of equal ones the first in sorted order.

                `words` maps each word, a tuple of parts, to how often it is there.
                """
                counts = {}
                for parts, times in words.items():
                    for pair in zip(parts, parts[1:]):
                        counts[pair] = counts.get(pair, 0) + times
                return min(counts, key=lambda pair: (-counts[pair], pair))
        ''',
        hints=(
            "zip(parts, parts[1:]) gives the pairs of neighbours of one word.",
            "A word that is there nine times adds nine to each of its pairs.",
            "counts[pair] = counts.get(pair, 0) + times; then "
            "min(counts, key=lambda pair: (-counts[pair], pair))",
        ),
        misconceptions=(
            (
                "a word that is there nine times counts nine times",
                """
                def best_pair(words):
                    counts = {}
                    for parts in words:
                        for pair in zip(parts, parts[1:]):
                            counts[pair] = counts.get(pair, 0) + 1
                    return min(counts, key=lambda pair: (-counts[pair], pair))
                """,
            ),
            (
                "of equally common pairs take the first in sorted order",
                """
                def best_pair(words):
                    counts = {}
                    for parts, times in words.items():
                        for pair in zip(parts, parts[1:]):
                            counts[pair] = counts.get(pair, 0) + times
                    return max(counts, key=lambda pair: (counts[pair], pair))
                """,
            ),
            (
                "a pair that stands twice in a word counts twice",
                """
                def best_pair(words):
                    counts = {}
                    for parts, times in words.items():
                        for pair in set(zip(parts, parts[1:])):
                            counts[pair] = counts.get(pair, 0) + times
                    return min(counts, key=lambda pair: (-counts[pair], pair))
                """,
            ),
        ),
        cases=_words,
    ),
    Exercise(
        id="53.clip",
        stub='''
            def right_words(said, references):
                """How many words are right, each at most as often as one reference has it."""
                return sum(any(word in each for each in references) for word in said)
        ''',
        solution='''
            def right_words(said, references):
                """How many words are right, each at most as often as one reference has it."""
                right = 0
                for word in set(said):
                    right += min(said.count(word), max(each.count(word) for each in references))
                return right
        ''',
        hints=(
            'What does the stub say of "the the the the"?',
            "A word that is said four times and stands twice in a reference is right twice.",
            "For each word of set(said): min(said.count(word), max(r.count(word) for r in "
            "references))",
        ),
        misconceptions=(
            (
                "a word is right at most as often as one of the references has it",
                """
                def right_words(said, references):
                    return sum([any(word in each for each in references) for word in said])
                """,
            ),
            (
                "references are not added up: the one that has the word most decides",
                """
                def right_words(said, references):
                    right = 0
                    for word in set(said):
                        right += min(said.count(word), sum(each.count(word) for each in references))
                    return right
                """,
            ),
            (
                "one reference is enough: not all of them need to have the word",
                """
                def right_words(said, references):
                    right = 0
                    for word in set(said):
                        right += min(said.count(word), min(each.count(word) for each in references))
                    return right
                """,
            ),
            (
                "the best reference is chosen word by word, not once for the sentence",
                """
                def right_words(said, references):
                    return max(
                        sum(min(said.count(word), each.count(word)) for word in set(said))
                        for each in references
                    )
                """,
            ),
        ),
        cases=_sayings,
    ),
    Exercise(
        id="53.twin",
        stub='''
            def twin(verse, known):
                """How near a known verse comes (float): shared words over the words of either.

                Verses are lists of words, of which each counts once. 0.0 where none is known.
                """
                ...
        ''',
        solution='''
            def twin(verse, known):
                """How near a known verse comes (float): shared words over the words of either.

                Verses are lists of words, of which each counts once. 0.0 where none is known.
                """
                mine = set(verse)
                shares = [len(mine & set(each)) / len(mine | set(each)) for each in known]
                return max(shares, default=0.0)
        ''',
        hints=(
            "Sets have & for what both have, and | for what either has.",
            "One share per known verse, and the largest of them.",
            "max((len(mine & set(k)) / len(mine | set(k)) for k in known), default=0.0)",
        ),
        misconceptions=(
            (
                "divide by the words of either verse: a long verse shares words with all",
                """
                def twin(verse, known):
                    mine = set(verse)
                    return max([len(mine & set(each)) / len(mine) for each in known], default=0.0)
                """,
            ),
            (
                "compare with one verse at a time, not with all of them together",
                """
                def twin(verse, known):
                    mine, theirs = set(verse), {word for each in known for word in each}
                    return len(mine & theirs) / len(mine | theirs)
                """,
            ),
            (
                "the nearest verse counts, not the average one",
                """
                def twin(verse, known):
                    mine = set(verse)
                    shares = [len(mine & set(each)) / len(mine | set(each)) for each in known]
                    return sum(shares) / max(1, len(shares))
                """,
            ),
        ),
        cases=_verses,
    ),
)
