"""Exercises of lesson 52, a language model."""

import numpy as np

from dlcourse.exercises import Exercise


def _texts(rng: np.random.Generator) -> list[tuple[str]]:
    """Return short texts of few symbols, such that some follow many others and some only one."""
    texts = ["".join(rng.choice(list("abcde "), size=n)) for n in (12, 30, 60)]
    edges = ("banana", "", "x", "oooo", "To be,\nor not to be", " aAb ", "bananas")
    return [*((text + "quququ",) for text in texts), *((text,) for text in edges)]


def _queries(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return queries, keys and values (t, d); the last give scores of a thousand and more."""
    sizes = ((3, 2), (5, 4), (6, 3), (4, 4), (3, 1), (1, 2))
    large = (
        np.array([[1024.0], [-1024.0], [512.0]]),
        np.array([[1.0], [1025 / 1024], [1023 / 1024]]),
    )
    return [
        *(tuple(rng.normal(size=(3, t, d))) for t, d in sizes),
        (*large, rng.normal(size=(3, 1))),
    ]


def _forecasts(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """Return probabilities (n,) and a share: drawn, one that is reached exactly, one, and all."""
    drawn = [(rng.dirichlet(np.ones(n)), share) for n, share in ((5, 0.6), (8, 0.9), (6, 0.35))]
    halves = np.array([0.125, 0.5, 0.0625, 0.25, 0.0625])
    exact = [(halves, share) for share in (0.5, 0.75, 0.875, 0.8, 0.01, 1.0)]
    return [*drawn, *exact, (np.array([0.0, 0.75, 0.25]), 1.0), (np.array([1.0]), 0.5)]


def _lists(rng: np.random.Generator) -> list[tuple[list[str], tuple[str, str]]]:
    """Return lists of tokens, some of several letters, and a pair of neighbours to merge."""
    drawn = [[*rng.choice(["a", "b", "c", "ab"], size=n)] for n in (8, 20, 30)]
    pairs = (("a", "b"), ("ab", "c"), ("b", "b"))
    listed = [
        ([str(one) for one in tokens], pair) for tokens, pair in zip(drawn, pairs, strict=True)
    ]
    edges = [
        ([*"banana"], ("a", "n")),
        ([*"aaa"], ("a", "a")),
        ([*"baaaa"], ("a", "a")),
        (["th", "e", " ", "t", "h", "e"], ("th", "e")),
        (["a", "bc", "ab", "c"], ("ab", "c")),
        ([*"abc"], ("c", "a")),
        ([*"xab"], ("a", "b")),
        (["a"], ("a", "b")),
        ([], ("a", "b")),
    ]
    return listed + edges


def _passages(rng: np.random.Generator) -> list[tuple[list[str], str, int]]:
    """Return passages, some with a stolen run somewhere, the source, and the run's length."""
    listed = []
    for n, order in ((6, (0, 1, 2, 3, 4, 5)), (8, (5, 4, 2, 0, 1, 3)), (10, (3, 0, 4, 2, 5, 1))):
        source = "".join(rng.choice(list("abcdefgh "), size=120))
        own = ["".join(rng.choice(list("abcdefgh "), size=50)) for _ in range(5)]
        passages = [
            source[5:45],  # all of it stolen
            f"{source[60 : 61 + n]}?{own[1]}",  # its beginning
            f"{own[2][:13]}?{source[80 : 80 + n]}?{own[2][13:]}",  # a run in its middle
            f"{own[3][:21]}?{source[30 : 29 + n]}?{own[3][21:]}",  # one symbol too few
            f"{own[4][: 2 * n]}{source[50 : 50 + n]}?{own[4]}",  # a run after two of its length
            own[0],
        ]
        listed.append(([passages[k] for k in order], source, n))
    source = "abcdefghij"
    passages = ["?abc", "hij", "hij?", "?hij", "ab", "", "aBc", "cba", "abdc", "?abc", "efg?abc"]
    one = ["", "xyz", "xyj", "J"]
    return [*listed, (passages, source, 3), (one, source, 1), (passages, "ab", 3), ([], source, 2)]


def _lines(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Return weights, bits a character near a power law, and a bar below all of them or among."""
    listed = []
    for scale, power, bar in ((1e4, 0.1, 2.2), (1e4, 0.15, 1.9), (2, 0.07, 2.9), (0.3, 0.3, 3.3)):
        weights = scale * np.array([3, 1, 10, 30]) * rng.uniform(0.8, 1.2, size=4)
        bits = 3.0 * (weights / scale) ** -power * np.exp(rng.normal(0, 0.005, size=4))
        listed.append((weights, bits, bar))
    return [*listed, (np.array([100.0, 400.0]), np.array([4.0, 2.0]), 1.0)]


EXERCISES = (
    Exercise(
        id="52.uniform",
        stub="bits_each = ...  # a number",
        solution="bits_each = math.log2(67)",
        hints=(
            "What is the probability of each symbol, if all 67 are equally probable?",
            "It is 1/67, and the surprise at a probability p is -log2 p.",
            "-math.log2(1 / 67), which is a little more than 6.",
        ),
        misconceptions=(
            ("that is the logarithm to base e: bits want base 2", "bits_each = math.log(67)"),
            (
                "a surprise is never negative: it is minus the logarithm of the probability",
                "bits_each = math.log2(1 / 67)",
            ),
            (
                "that is the probability of each symbol: its surprise is -log2 of it",
                "bits_each = 1/67",
            ),
            (
                "that many yes-or-no questions always suffice; the surprise need not be whole",
                "bits_each = 7",
            ),
            (
                "that is how many symbols there are, not how surprising each one is",
                "bits_each = 67",
            ),
        ),
        digits=1,
    ),
    Exercise(
        id="52.continuations",
        stub='''
            def continuations(text):
                """Of each symbol, how many different symbols stand right before it: a dictionary.

                A symbol that nothing stands before is left out.
                """
                ...
        ''',
        solution='''
            def continuations(text):
                """Of each symbol, how many different symbols stand right before it: a dictionary.

                A symbol that nothing stands before is left out.
                """
                before = {}
                for first, second in zip(text, text[1:]):
                    before.setdefault(second, set()).add(first)
                return {symbol: len(those) for symbol, those in before.items()}
        ''',
        hints=(
            "In 'banana', b and n stand before a. How often they do so does not matter.",
            "Go through the pairs zip(text, text[1:]) and gather, for the second, a set of firsts.",
            "before.setdefault(second, set()).add(first) for each pair; then the size of each set.",
        ),
        misconceptions=(
            (
                "you count each time anew: two that are alike before it count once",
                """
                def continuations(text):
                    counts = {}
                    for symbol in text[1:]:
                        counts[symbol] = counts.get(symbol, 0) + 1
                    return counts
                """,
            ),
            (
                "these stand after the symbol: those before it are asked for",
                """
                def continuations(text):
                    after = {}
                    for first, second in zip(text, text[1:]):
                        after.setdefault(first, set()).add(second)
                    return {symbol: len(those) for symbol, those in after.items()}
                """,
            ),
            (
                "you left out what repeats itself: a symbol may stand before its like",
                """
                def continuations(text):
                    before = {}
                    for first, second in zip(text, text[1:]):
                        before.setdefault(second, set()).add(first)
                    return {symbol: len(those - {symbol}) for symbol, those in before.items()}
                """,
            ),
        ),
        cases=_texts,
    ),
    Exercise(
        id="52.copied",
        stub='''
            def copied(passages, source, n):
                """The numbers, from 0, of passages sharing n symbols in a row with the source."""
                ...
        ''',
        solution='''
            def copied(passages, source, n):
                """The numbers, from 0, of passages sharing n symbols in a row with the source."""
                known = {source[i : i + n] for i in range(len(source) - n + 1)}
                return [
                    number
                    for number, text in enumerate(passages)
                    if any(text[i : i + n] in known for i in range(len(text) - n + 1))
                ]
        ''',
        hints=(
            "A stolen sentence may stand in the middle of a passage, with other words around it.",
            "Gather all runs of n symbols of the source in a set; look up each run of a passage.",
            "any(text[i : i + n] in known for i in range(len(text) - n + 1)) for each passage.",
        ),
        misconceptions=(
            (
                "you look for the whole passage: a part of it may be copied",
                """
                def copied(passages, source, n):
                    return [number for number, text in enumerate(passages) if text in source]
                """,
            ),
            (
                "you look at the beginning alone: a copied run may stand anywhere",
                """
                def copied(passages, source, n):
                    return [k for k, text in enumerate(passages) if text[:n] in source]
                """,
            ),
            (
                "you cut the passage into pieces: a run that lies across a cut goes unnoticed",
                """
                def copied(passages, source, n):
                    return [
                        k for k, text in enumerate(passages)
                        if any(text[i : i + n] in source for i in range(0, len(text) - n + 1, n))
                    ]
                """,
            ),
            (
                "those are the honest passages: the numbers of the copied ones are asked for",
                """
                def copied(passages, source, n):
                    known = {source[i : i + n] for i in range(len(source) - n + 1)}
                    return [
                        k for k, text in enumerate(passages)
                        if not any(text[i : i + n] in known for i in range(len(text) - n + 1))
                    ]
                """,
            ),
        ),
        cases=_passages,
    ),
    Exercise(
        id="52.attention",
        stub='''
            def masked_attention(q, k, v):
                """What each place finds, at itself and before it: (t, d), as q, k and v are."""
                scores = q @ k.T / np.sqrt(q.shape[1])
                e = np.exp(scores - scores.max(axis=1, keepdims=True))
                weights = e / e.sum(axis=1, keepdims=True)
                return np.tril(weights) @ v
        ''',
        solution='''
            def masked_attention(q, k, v):
                """What each place finds, at itself and before it: (t, d), as q, k and v are."""
                scores = q @ k.T / np.sqrt(q.shape[1])
                scores = np.where(np.tril(np.ones(scores.shape)) > 0, scores, -np.inf)
                e = np.exp(scores - scores.max(axis=1, keepdims=True))
                weights = e / e.sum(axis=1, keepdims=True)
                return weights @ v
        ''',
        hints=(
            "What do the weights of the first place add up to, after np.tril?",
            "The divisor holds the future too. Hide the future before the softmax, by -inf.",
            "scores = np.where(np.tril(np.ones(scores.shape)) > 0, scores, -np.inf), then softmax.",
        ),
        misconceptions=(
            (
                "now nothing hides the future: each place reads the answer",
                """
                def masked_attention(q, k, v):
                    scores = q @ k.T / np.sqrt(q.shape[1])
                    e = np.exp(scores - scores.max(axis=1, keepdims=True))
                    return e / e.sum(axis=1, keepdims=True) @ v
                """,
            ),
            (
                "a score of 0 still has weight, as e to the 0 is 1: only -inf takes it away",
                """
                def masked_attention(q, k, v):
                    scores = np.tril(q @ k.T / np.sqrt(q.shape[1]))
                    e = np.exp(scores - scores.max(axis=1, keepdims=True))
                    return e / e.sum(axis=1, keepdims=True) @ v
                """,
            ),
            (
                "you hid the past and show the future: rows ask, columns answer",
                """
                def masked_attention(q, k, v):
                    scores = q @ k.T / np.sqrt(q.shape[1])
                    scores = np.where(np.triu(np.ones(scores.shape)) > 0, scores, -np.inf)
                    e = np.exp(scores - scores.max(axis=1, keepdims=True))
                    return e / e.sum(axis=1, keepdims=True) @ v
                """,
            ),
            (
                "you hid each place from itself: it may look at itself too",
                """
                def masked_attention(q, k, v):
                    scores = q @ k.T / np.sqrt(q.shape[1])
                    with np.errstate(all="ignore"):
                        e = np.tril(np.exp(scores - scores.max(axis=1, keepdims=True)), -1)
                        return e / e.sum(axis=1, keepdims=True) @ v
                """,
            ),
            (
                "the mask is right, but the division by the root of d is lost",
                """
                def masked_attention(q, k, v):
                    scores = q @ k.T
                    scores = np.where(np.tril(np.ones(scores.shape)) > 0, scores, -np.inf)
                    e = np.exp(scores - scores.max(axis=1, keepdims=True))
                    return e / e.sum(axis=1, keepdims=True) @ v
                """,
            ),
        ),
        cases=_queries,
    ),
    Exercise(
        id="52.crossing",
        stub='''
            def crossing(weights, bits, bar):
                """The number of weights at which a line meets the bar.

                It is the line of least squares through log bits against log weights.
                """
                ...
        ''',
        solution='''
            def crossing(weights, bits, bar):
                """The number of weights at which a line meets the bar.

                It is the line of least squares through log bits against log weights.
                """
                slope, height = np.polyfit(np.log(weights), np.log(bits), 1)
                return float(np.exp((np.log(bar) - height) / slope))
        ''',
        hints=(
            "A power law is a straight line if both axes are logarithmic.",
            "np.polyfit(np.log(weights), np.log(bits), 1) gives slope and height: solve it.",
            "np.exp((np.log(bar) - height) / slope)",
        ),
        misconceptions=(
            (
                "that line is straight in the figures themselves: take logarithms of both",
                """
                def crossing(weights, bits, bar):
                    slope, height = np.polyfit(weights, bits, 1)
                    return float((bar - height) / slope)
                """,
            ),
            (
                "you took the logarithm of the weights alone: of the bits too",
                """
                def crossing(weights, bits, bar):
                    slope, height = np.polyfit(np.log(weights), bits, 1)
                    return float(np.exp((bar - height) / slope))
                """,
            ),
            (
                "that is the logarithm of the number of weights: raise e to it",
                """
                def crossing(weights, bits, bar):
                    slope, height = np.polyfit(np.log(weights), np.log(bits), 1)
                    return float((np.log(bar) - height) / slope)
                """,
            ),
        ),
        cases=_lines,
    ),
    Exercise(
        id="52.merge",
        stub='''
            def merge(tokens, pair):
                """The tokens, a list of texts, with each `pair` of neighbours joined to one."""
                ...
        ''',
        solution='''
            def merge(tokens, pair):
                """The tokens, a list of texts, with each `pair` of neighbours joined to one."""
                merged = []
                for token in tokens:
                    if merged and (merged[-1], token) == pair:
                        merged[-1] += token
                    else:
                        merged.append(token)
                return merged
        ''',
        hints=(
            "Go through the list from the left, and look at the token that you wrote last.",
            "Where that one and the next are the pair, join the next to it; else append the next.",
            "for token in tokens: if merged and (merged[-1], token) == pair: merged[-1] += token; "
            "else: merged.append(token)",
        ),
        misconceptions=(
            (
                "a token is used twice: after a merge go on behind both of its parts",
                """
                def merge(tokens, pair):
                    merged = []
                    for place, token in enumerate(tokens):
                        if tuple(tokens[place : place + 2]) == tuple(pair):
                            merged.append(pair[0] + pair[1])
                        elif place == 0 or tuple(tokens[place - 1 : place + 1]) != tuple(pair):
                            merged.append(token)
                    return merged
                """,
            ),
            (
                "you merge the first place alone: the pair may stand in many",
                """
                def merge(tokens, pair):
                    for place in range(len(tokens) - 1):
                        if tuple(tokens[place : place + 2]) == tuple(pair):
                            return [*tokens[:place], pair[0] + pair[1], *tokens[place + 2 :]]
                    return list(tokens)
                """,
            ),
            (
                "the joined token is put in, and its second part is still there",
                """
                def merge(tokens, pair):
                    return [
                        pair[0] + pair[1] if tuple(tokens[k : k + 2]) == tuple(pair) else tokens[k]
                        for k in range(len(tokens))
                    ]
                """,
            ),
            (
                "this looks at the letters: “ab” may also begin inside a token, or be one already",
                """
                def merge(tokens, pair):
                    joined, merged = pair[0] + pair[1], []
                    text = "".join(tokens)
                    while text:
                        size = len(joined) if text.startswith(joined) else 1
                        merged.append(text[:size])
                        text = text[size:]
                    return merged
                """,
            ),
        ),
        cases=_lists,
    ),
    Exercise(
        id="52.top-p",
        stub='''
            def top_p(p, share):
                """Probabilities (n,): the largest, as few as reach `share`; the others are 0.

                What is kept is divided by its sum.
                """
                ...
        ''',
        solution='''
            def top_p(p, share):
                """Probabilities (n,): the largest, as few as reach `share`; the others are 0.

                What is kept is divided by its sum.
                """
                kept, total = np.zeros(len(p)), 0
                for symbol in np.argsort(-p):
                    if total < share:
                        kept[symbol] = p[symbol]
                        total += p[symbol]
                return kept / kept.sum()
        ''',
        hints=(
            "Go from the most probable symbol down. When have you enough?",
            "np.argsort(-p) gives the symbols in that order; add up until the sum reaches share.",
            "for symbol in np.argsort(-p): if total < share, keep p[symbol] and add it "
            "to the total. At the end divide by the sum.",
        ),
        misconceptions=(
            (
                "they no longer add up to one: divide by their sum",
                """
                def top_p(p, share):
                    kept, total = np.zeros(len(p)), 0
                    for symbol in np.argsort(-p):
                        if total < share:
                            kept[symbol] = p[symbol]
                            total += p[symbol]
                    return kept
                """,
            ),
            (
                "you stop before the share is reached: the symbol that reaches it is kept as well",
                """
                def top_p(p, share):
                    order = np.argsort(-p)
                    kept = np.zeros(len(p))
                    inside = order[np.cumsum(p[order]) <= share]
                    kept[inside] = p[inside]
                    with np.errstate(all="ignore"):
                        return kept / kept.sum()
                """,
            ),
            (
                "share is no limit for a single probability: it is what the kept have together",
                """
                def top_p(p, share):
                    kept = np.where(p >= 1 - share, p, 0)
                    with np.errstate(all="ignore"):
                        return kept / kept.sum()
                """,
            ),
            (
                "you begin with the least probable symbols: the tail is what has to go",
                """
                def top_p(p, share):
                    kept, total = np.zeros(len(p)), 0
                    for symbol in np.argsort(p):
                        if total < share:
                            kept[symbol] = p[symbol]
                            total += p[symbol]
                    return kept / kept.sum()
                """,
            ),
            (
                "you return them in order of size: each has to stay in its symbol's place",
                """
                def top_p(p, share):
                    kept, total = np.zeros(len(p)), 0
                    for place, size in enumerate(np.sort(p)[::-1]):
                        if total < share:
                            kept[place] = size
                            total += size
                    return kept / kept.sum()
                """,
            ),
        ),
        cases=_forecasts,
    ),
)
