"""Lesson 53: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "53.exact": {
        "in zip(right, said)": "rows that agree up to an end have the same end",
        "else len(b) + 1": "a slice beyond the row is the row",
        "if 0 in b": "what fills up stands behind an end",
    },
    "53.look": {"-np.exp(match": "the signs cancel in share / share.sum()"},
    "53.cut": {
        "'S'": "small letters and capitals count as one",
        "'LOW'": "small letters and capitals count as one",
        "'EST'": "small letters and capitals count as one",
    },
    "53.pair": {
        "get(pair, 1)": "every pair counts one more, so that the order stays",
        "get(pair, -1)": "every pair counts one less, so that the order stays",
    },
    "53.twin": {
        "default=0)": "Python's 0 is 0.0",
        "default=-0.0)": "0.0 with another sign is as large",
    },
}

STYLES = {
    "53.exact": [
        """
        def flawless(said, right):
            def upto(row):
                row = list(row)
                return row[: row.index(2) + 1] if 2 in row else row

            return np.mean([upto(a) == upto(b) for a, b in zip(said, right)])
        """,
    ],
    "53.look": [
        """
        def look(h, states, length):
            match = states @ h / len(h) ** 0.5
            match[length:] = -np.inf
            share = np.exp(match - match.max())
            return share / share.sum()
        """,
        """
        def look(h, states, length):
            import torch

            match = torch.tensor(states) @ torch.tensor(h) / len(h) ** 0.5
            match[length:] = -1e9
            return match.softmax(dim=0)
        """,
    ],
    "53.cut": ['pieces = ("s", "low", "est")', 'pieces = "s low est".split()'],
    "53.pair": [
        """
        def best_pair(words):
            from collections import Counter
            from itertools import pairwise

            counts = Counter()
            for parts, times in words.items():
                for pair in pairwise(parts):
                    counts[pair] += times
            return sorted(counts, key=lambda pair: (-counts[pair], pair))[0]
        """,
    ],
    "53.clip": [
        """
        def right_words(said, references):
            from collections import Counter

            most = Counter()
            for each in references:
                most |= Counter(each)
            return (Counter(said) & most).total()
        """,
    ],
    "53.twin": [
        """
        def twin(verse, known):
            best = 0.0
            for each in known:
                both = len(set(verse).intersection(each))
                best = max(best, both / len(set(verse).union(each)))
            return best
        """,
    ],
}

COMPUTED = {
    "53.cut": Computed(
        'translation.Pieces(pairs, "lowest").cut("slowest")[1:]',
        pairs=[("l", "o"), ("e", "s"), ("lo", "w"), ("es", "t")],
    ),
}
