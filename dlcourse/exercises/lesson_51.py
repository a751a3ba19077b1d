"""Exercises of lesson 51, sentiment."""

import numpy as np

from dlcourse.exercises import Exercise


def _bags(rng: np.random.Generator) -> list[tuple[np.ndarray]]:
    """Return counts (texts, words): some words are rare, some repeated, one stands nowhere."""
    listed = []
    for texts, width in ((6, 5), (9, 4), (4, 7), (5, 5), (1, 3)):
        counts = rng.poisson(0.9, size=(texts, width))
        counts[:, 0] = rng.integers(1, 4, size=texts)  # a word like "the"
        counts[0, 1], counts[1:, 1] = 3, 0  # three times in one text
        counts[:, 2] = 0
        listed.append((counts,))
    return listed


def _sides(rng: np.random.Generator) -> list[tuple[list[str], list[str], list[str], list[str]]]:
    """Return texts and films of two sides: films on both, and texts that differ in their marks."""
    openings = ["A dull film", "Not bad", "Warm and wise", "Two hours of my life", "See it twice"]
    listed = []
    for seed in range(3):
        order = rng.permutation(5)
        said = [openings[i] for i in order]
        train = [f"{said[0]}.", f"{said[1]}!", f"{said[2]}, {seed} stars."]
        test = [
            f"{said[3]}.",
            said[0].upper(),  # the same words, of another film
            f"“{said[1].lower()}”",
            f"{said[4]}; a new one.",
            f"{said[2]}, {seed + 1} stars.",
            train[2],  # a copy under another name
        ]
        films = ["b", "d", "e", "c", "f", "g"]
        rows = rng.permutation(6)[: 4 + seed] if seed else np.array([4, 1, 0, 5, 3, 2])
        shown = [test[i] for i in rows], [films[i] for i in rows]
        listed.append((train, [f"film {seed}", "b", "c"], *shown))
    train = [
        "Well-made, and never dull.",
        "A film of two halves — both dull!",
        "It’s in decent taste",
    ]
    test = [
        "Never dull, and well made.",  # the same words in another order
        "well made and never dull",
        "Wellmade, and never dull.",  # other words
        "A film of two halves",  # the beginning alone
        "A film   of two halves...both dull",
        "It’s indecent taste",
        "It's in decent taste?",
        "A film of two halves, both dull; and more",
        "Told twice, and by two critics.",  # twice in the test, and never in training
        "Told twice, and by two critics!",
    ]
    films = [*"jklmnopqr", "h"]
    known = [("h", "h", "i"), ("n", "l", "k"), ("j", "r", "q")]
    listed += [(train, [*names], test, films) for names in known]  # "k" and "l" leak in two ways
    return [*listed, ([], [], test[:2], films[:2]), (train, ["h", "h", "h"], [], [])]


def _scored(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return scores (n, length) and where words are; each row has one word at least."""
    listed = []
    for rows, length in ((3, 5), (4, 8), (2, 3), (4, 4)):
        filled = np.arange(length) < rng.integers(1, length + 1, size=rows)[:, None]
        filled[0, length - 1 :] = False
        listed.append((rng.normal(size=(rows, length)), filled))
    filled = np.array([[True, True, False], [True, True, False], [False, True, False]])
    scores = np.array([[2000.0, 2001.0, 1.0], [-1500.0, -1502.0, -1501.0], [3.0, 1.0, 900.0]])
    far = np.array([[5000.0, 3.0, 0.0, 1.0], [2.0, -4000.0, -1.0, 3000.0]])  # from their mean too
    most = np.array([[True, True, True, False], [True, True, False, True]])
    return [
        *listed,
        (scores, filled),
        (far, most),
        (rng.normal(size=(3, 3)), np.ones((3, 3), bool)),
    ]


def _states(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return places (n, length, width) and where words are; the filler is not zero."""
    return [
        (rng.normal(size=(*scores.shape, width)), filled)
        for width, (scores, filled) in enumerate(_scored(rng), start=1)
    ]


EXERCISES = (
    Exercise(
        id="51.leaks",
        stub='''
            def leaks(train_texts, train_films, test_texts, test_films):
                """The test rows that training knows already: a list of row numbers, rising.

                Their film is in the training, or the same words in the same order are; case does
                not count, and marks part words as spaces do.
                """
                ...
        ''',
        solution='''
            def leaks(train_texts, train_films, test_texts, test_films):
                """The test rows that training knows already: a list of row numbers, rising.

                Their film is in the training, or the same words in the same order are; case does
                not count, and marks part words as spaces do.
                """
                def bare(text):
                    letters = (c if c.isalnum() else " " for c in text.lower())
                    return " ".join("".join(letters).split())

                known = {bare(text) for text in train_texts}
                return [
                    row
                    for row, (text, film) in enumerate(zip(test_texts, test_films))
                    if film in set(train_films) or bare(text) in known
                ]
        ''',
        hints=(
            "Two ways lead from training to test. A film is one; what is the other?",
            'Bring each text into a form in which "Not bad!" and "“not bad”" are equal.',
            'bare = " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split()); '
            "then ask of each row whether its film or its bare text is known.",
        ),
        misconceptions=(
            (
                "a film with two names slips through: the same words, whatever the film, leak too",
                """
                def leaks(train_texts, train_films, test_texts, test_films):
                    return [
                        row for row, film in enumerate(test_films) if film in set(train_films)
                    ]
                """,
            ),
            (
                "a full stop or a capital hides a copy: compare the words alone",
                """
                def leaks(train_texts, train_films, test_texts, test_films):
                    known, seen = set(train_texts), set(train_films)
                    return [
                        row for row, (text, film) in enumerate(zip(test_texts, test_films))
                        if film in seen or text in known
                    ]
                """,
            ),
            (
                "copies are found, but the film is what tells most: another sentence of it leaks",
                """
                def leaks(train_texts, train_films, test_texts, test_films):
                    def bare(text):
                        letters = (c if c.isalnum() else " " for c in text.lower())
                        return " ".join("".join(letters).split())

                    known = {bare(text) for text in train_texts}
                    return [row for row, text in enumerate(test_texts) if bare(text) in known]
                """,
            ),
            (
                "a bag of words forgets the order: other sentences are made of the same words",
                """
                def leaks(train_texts, train_films, test_texts, test_films):
                    def bag(text):
                        letters = (c if c.isalnum() else " " for c in text.lower())
                        return frozenset("".join(letters).split())

                    known, seen = {bag(text) for text in train_texts}, set(train_films)
                    return [
                        row for row, (text, film) in enumerate(zip(test_texts, test_films))
                        if film in seen or bag(text) in known
                    ]
                """,
            ),
            (
                "without its marks and spaces a text hides where its words end: put a space in a "
                "mark's place",
                """
                def leaks(train_texts, train_films, test_texts, test_films):
                    def bare(text):
                        return "".join(c for c in text.lower() if c.isalnum())

                    known, seen = {bare(text) for text in train_texts}, set(train_films)
                    return [
                        row for row, (text, film) in enumerate(zip(test_texts, test_films))
                        if film in seen or bare(text) in known
                    ]
                """,
            ),
            (
                "you return the rows that may stay; asked are those that leak",
                """
                def leaks(train_texts, train_films, test_texts, test_films):
                    def bare(text):
                        letters = (c if c.isalnum() else " " for c in text.lower())
                        return " ".join("".join(letters).split())

                    known, seen = {bare(text) for text in train_texts}, set(train_films)
                    return [
                        row for row, (text, film) in enumerate(zip(test_texts, test_films))
                        if film not in seen and bare(text) not in known
                    ]
                """,
            ),
        ),
        cases=_sides,
    ),
    Exercise(
        id="51.idf",
        stub='''
            def idf(counts):
                """The weight of each word, from counts (texts, words): an array (words,)."""
                ...
        ''',
        solution='''
            def idf(counts):
                """The weight of each word, from counts (texts, words): an array (words,)."""
                texts = len(counts)
                holding = (counts > 0).sum(axis=0)
                return np.log((1 + texts) / (1 + holding)) + 1
        ''',
        hints=(
            "The formula needs two numbers: how many texts there are, and how many hold the word.",
            "A text that holds a word three times is one text: count where counts > 0.",
            "np.log((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1",
        ),
        misconceptions=(
            (
                "you count how often a word stands; a text that repeats it is still one text",
                """
                def idf(counts):
                    return np.log((1 + len(counts)) / (1 + counts.sum(axis=0))) + 1
                """,
            ),
            (
                "upside down: common words would weigh most",
                """
                def idf(counts):
                    return np.log((1 + (counts > 0).sum(axis=0)) / (1 + len(counts))) + 1
                """,
            ),
            (
                "you count along the texts' rows: d_w needs a number for each word, axis=0",
                """
                def idf(counts):
                    return np.log((1 + counts.shape[1]) / (1 + (counts > 0).sum(axis=1))) + 1
                """,
            ),
            (
                "the formula counts one text more that holds each word: so no word divides by zero",
                """
                def idf(counts):
                    with np.errstate(divide="ignore"):
                        return np.log(len(counts) / (counts > 0).sum(axis=0)) + 1
                """,
            ),
            (
                "without the 1 at the end, a word of all texts would weigh nothing",
                """
                def idf(counts):
                    return np.log((1 + len(counts)) / (1 + (counts > 0).sum(axis=0)))
                """,
            ),
        ),
        cases=_bags,
    ),
    Exercise(
        id="51.attend",
        stub='''
            def attention(scores, filled):
                """Weights (n, length) that sum to 1 in each row; 0 where `filled` is False.

                Scores may be as large as a thousand and more.
                """
                ...
        ''',
        solution='''
            def attention(scores, filled):
                """Weights (n, length) that sum to 1 in each row; 0 where `filled` is False.

                Scores may be as large as a thousand and more.
                """
                scores = np.where(filled, scores, -np.inf)
                powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                return powers / powers.sum(axis=1, keepdims=True)
        ''',
        hints=(
            "Softmax gives nothing to a score that is very low. How low must the filler's be?",
            "Give the filler the score -np.inf before the exponential; then divide by the sum.",
            "np.where(filled, scores, -np.inf), np.exp of it, divided by its sum along axis 1 "
            "with keepdims=True.",
        ),
        misconceptions=(
            (
                "e⁰ is 1: a filler with the score 0 gets a weight like any other place",
                """
                def attention(scores, filled):
                    scores = np.where(filled, scores, 0)
                    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                    return powers / powers.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "the filler is taken away after the division, so that the rest sums to less than 1",
                """
                def attention(scores, filled):
                    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
                    return filled * powers / powers.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "the sum runs over all texts: each text shares out its own weights, axis=1",
                """
                def attention(scores, filled):
                    scores = np.where(filled, scores, -np.inf)
                    powers = np.exp(scores - scores.max())
                    return powers / powers.sum()
                """,
            ),
            (
                "e to the power 1000 is more than a number can hold: first subtract the largest "
                "score of each row, as in lesson 31; the weights stay the same",
                """
                def attention(scores, filled):
                    with np.errstate(all="ignore"):
                        powers = np.exp(np.where(filled, scores, -np.inf))
                        return powers / powers.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "the largest score that you subtract is a filler's: hide the filler first",
                """
                def attention(scores, filled):
                    with np.errstate(all="ignore"):
                        powers = filled * np.exp(scores - scores.max(axis=1, keepdims=True))
                        return powers / powers.sum(axis=1, keepdims=True)
                """,
            ),
            (
                "all words weigh alike: the scores must count",
                """
                def attention(scores, filled):
                    return filled / filled.sum(axis=1, keepdims=True)
                """,
            ),
        ),
        cases=_scored,
    ),
    Exercise(
        id="51.pieces",
        stub="found = ...  # a list of texts",
        solution='found = ["un", "##inter", "##esting"]',
        hints=(
            "From the left, the longest piece that the vocabulary holds. Is it `un`?",
            "`uninterest` is not in this vocabulary. After `un`, every piece begins with ##.",
            "un, then the longest of ##i, ##in, ##int, … that is there, and so on.",
        ),
        misconceptions=(
            (
                "inside a word only pieces with ## count: `interest` stands for a word's beginning",
                'found = ["un", "interest", "##ing"]',
            ),
            (
                "the pieces are right; those inside a word are written with ##",
                'found = ["un", "inter", "esting"]',
            ),
            (
                "always the longest that fits: `##esting` fits where you take `##est` and `##ing`",
                'found = ["un", "##inter", "##est", "##ing"]',
            ),
            (
                "always the longest that fits: `##inter` fits where `##in` leads to a dead end",
                'found = ["un", "##in", "[UNK]"]',
            ),
            (
                "it can be cut: try again with what is left after `un`",
                'found = ["[UNK]"]',
            ),
        ),
    ),
    Exercise(
        id="51.average",
        stub='''
            def average_places(h, filled):
                """The mean over the filled places: from (n, length, width) to (n, width)."""
                return (h * filled[..., None]).mean(axis=1)
        ''',
        solution='''
            def average_places(h, filled):
                """The mean over the filled places: from (n, length, width) to (n, width)."""
                return (h * filled[..., None]).sum(axis=1) / filled.sum(axis=1)[:, None]
        ''',
        hints=(
            "Try a sentence of one word, filled up to ten places. What should come out, what does?",
            "The sum is right. By how many places is it divided?",
            "Divide the sum along axis 1 by filled.sum(axis=1)[:, None].",
        ),
        misconceptions=(
            (
                "the filler counts in the sum now: its places are not zero",
                """
                def average_places(h, filled):
                    return h.sum(axis=1) / filled.sum(axis=1)[:, None]
                """,
            ),
            (
                "you divide by the places of all sentences together: each has its own length",
                """
                def average_places(h, filled):
                    return (h * filled[..., None]).sum(axis=1) / filled.sum()
                """,
            ),
            (
                "the filler is set to zero, and still counts as a place: divide by how many are "
                "filled",
                """
                def average_places(h, filled):
                    return np.where(filled[..., None], h, 0).mean(axis=1)
                """,
            ),
            (
                "the filler is in the sum and in the number of places: "
                "the vector then depends on the longest sentence of the batch",
                """
                def average_places(h, filled):
                    return h.mean(axis=1)
                """,
            ),
        ),
        cases=_states,
    ),
)
