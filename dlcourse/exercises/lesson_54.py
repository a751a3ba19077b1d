"""Exercises of lesson 54, an assistant."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _questions(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield questions, paragraphs and shares: words repeated, none shared, all, no question."""
    share = {"why": 0.5, "divide": 0.02, "root": 0.01, "the": 0.9, "of": 0.85, "d": 0.1}
    yield ["why", "divide", "the", "root"], ["the", "root", "of", "two"], share
    yield ["the", "the", "root"], ["root", "of", "of"], share
    yield ["d", "d", "d", "why"], ["d", "d"], share
    yield ["why"], ["because"], share
    yield ["root", "of"], ["of", "root", "root"], share
    yield ["divide"], [], share
    yield [], ["the", "root"], share
    words = list(share)
    for _ in range(4):
        yield (
            rng.choice(words, size=4).tolist(),
            rng.choice(words, size=6).tolist(),
            {word: float(rng.uniform(0.01, 0.95)) for word in words},
        )


def _found(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield lessons found and lessons that are right: none, one, several, and repeated."""
    yield [["11", "12", "21"]], [["11", "12"]]
    yield [["11", "11", "12"], ["21", "22", "31"]], [["11"], ["41"]]
    yield [["11", "12", "21"], ["31", "32", "33"]], [["21"], ["33", "31"]]
    yield [["11"], ["12"]], [["12"], ["11"]]
    yield [["11", "12", "21"]], [["52", "51", "11"]]
    names = np.array(["11", "12", "21", "31", "41", "51"])
    for n in (3, 7):
        found = [rng.choice(names, size=3).tolist() for _ in range(n)]
        yield found, [rng.choice(names, size=1 + k % 2, replace=False).tolist() for k in range(n)]


def _scores(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield scores, what can be answered and what mistakes cost: ties, other costs, all alike."""
    yield np.array([0.2, 0.9, 0.5]), np.array([0, 1, 1]), 3, 1
    yield np.array([0.2, 0.9, 0.5, 0.5]), np.array([0, 1, 1, 0]), 3, 1
    yield np.array([0.9, 0.1]), np.array([0, 1]), 3, 1
    yield np.array([3.0]), np.array([1]), 3, 1
    yield np.array([0.4, 0.4, 0.7, 0.7]), np.array([1, 1, 1, 1]), 3, 1
    yield np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]), 1, 1
    yield np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]), 3, 1
    yield np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]), 3, 5
    for wrong, silent in ((3, 1), (1, 1), (2, 5), (10, 1)):
        answerable = (rng.random(30) < 0.6).astype(int)
        yield (answerable + rng.normal(size=30)).round(1), answerable, wrong, silent


def _groups(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield groups of training and test rows: none shared, all shared, no training at all."""
    yield np.array([1, 1, 2]), np.array([2, 3, 3, 1])
    yield np.array([5]), np.array([4, 6])
    yield np.array([7, 8]), np.array([8, 7, 7])
    yield np.array([], dtype=int), np.array([1, 2])
    yield np.array([3, 1, 2]), np.array([0, 3])
    for n in (8, 20):
        yield rng.integers(0, 12, size=n), rng.integers(0, 12, size=n)


def _margins(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield log-chances of two replies, new and old, and β: equal, far apart, one pair."""
    yield np.array([[-1.0, -2.0]]), np.array([[-1.0, -2.0]]), 0.1
    yield np.array([[-1.0, -3.0], [-2.0, -0.5]]), np.array([[-2.0, -2.5], [-1.0, -1.5]]), 1.0
    yield np.array([[-900.0, -1.0]]), np.array([[-1.0, -900.0]]), 2.0
    yield np.array([[-1.0, -900.0]]), np.array([[-900.0, -1.0]]), 2.0
    for n, beta in ((5, 0.1), (8, 1.0), (8, 3.0)):
        yield -rng.exponential(3, size=(n, 2)), -rng.exponential(3, size=(n, 2)), beta


EXERCISES = (
    Exercise(
        id="54.shared",
        stub='''
        def shared(question, paragraph, share):
            """The part of the question's surprise that stands in the paragraph, 0 to 1.

            question and paragraph are lists of words; a word that is repeated counts once.
            share[w] is the share of all paragraphs that have the word w, above 0 and below 1;
            every word of the question is in it. A question without words has the score 0.
            """
            ...
        ''',
        solution='''
        def shared(question, paragraph, share):
            """The part of the question's surprise that stands in the paragraph, 0 to 1.

            question and paragraph are lists of words; a word that is repeated counts once.
            share[w] is the share of all paragraphs that have the word w, above 0 and below 1;
            every word of the question is in it. A question without words has the score 0.
            """
            surprise = {word: -math.log(share[word]) for word in question}
            common = sum(surprise[word] for word in surprise if word in paragraph)
            return common / sum(surprise.values()) if surprise else 0
        ''',
        hints=(
            "How much does each different word of the question tell? Which of them are there?",
            "Make a set of each list. Add −log share[w] over the words of the question, and over "
            "those that both have; divide.",
            "sum(-math.log(share[w]) for w in set(question) & set(paragraph)), divided by the same "
            "sum over set(question); 0 for no question.",
        ),
        misconceptions=(
            (
                "that is the share of the words; a rare word tells more than a common one",
                """
                def shared(question, paragraph, share):
                    words = set(question)
                    return len(words & set(paragraph)) / len(words) if words else 0.0
                """,
            ),
            (
                "a word that is repeated counts once",
                """
                def shared(question, paragraph, share):
                    whole = sum(-math.log(share[w]) for w in question)
                    common = sum(-math.log(share[w]) for w in question if w in paragraph)
                    return common / whole if question else 0.0
                """,
            ),
            (
                "that weighs a word by how common it is; rare words tell more",
                """
                def shared(question, paragraph, share):
                    words = set(question)
                    whole = sum(share[w] for w in words)
                    return sum(share[w] for w in words if w in paragraph) / whole if words else 0.0
                """,
            ),
            (
                "that is the surprise that is shared; divide by that of the whole question",
                """
                def shared(question, paragraph, share):
                    return sum(-math.log(share[w]) for w in set(question) & set(paragraph))
                """,
            ),
            (
                "a question without words has the score 0",
                """
                def shared(question, paragraph, share):
                    words = set(question)
                    whole = sum(-math.log(share[w]) for w in words)
                    common = sum(-math.log(share[w]) for w in words & set(paragraph))
                    return common / whole
                """,
            ),
        ),
        cases=_questions,
    ),
    Exercise(
        id="54.hits",
        stub='''
        def hits(found, right):
            """Share of the questions with a right lesson among those found.

            found[i] are the lessons found for question i, the best first; right[i] are those that
            answer it, one or more.
            """
            good = 0
            for lessons_found, lessons_right in zip(found, right, strict=True):
                for lesson in lessons_found:
                    if lesson in lessons_right:
                        good += 1
            return good / len(found)
        ''',
        solution='''
        def hits(found, right):
            """Share of the questions with a right lesson among those found.

            found[i] are the lessons found for question i, the best first; right[i] are those that
            answer it, one or more.
            """
            good = 0
            for lessons_found, lessons_right in zip(found, right, strict=True):
                if any(lesson in lessons_right for lesson in lessons_found):
                    good += 1
            return good / len(found)
        ''',
        hints=(
            "What does it count for a question of which two lessons found are right?",
            "A question is answered or it is not: count it once, however many lessons are right.",
            "Ask any(lesson in lessons_right for lesson in lessons_found), and add 1 if so.",
        ),
        misconceptions=(
            (
                "that looks at the best lesson only; any of those found may be right",
                """
                def hits(found, right):
                    return sum(a[0] in b for a, b in zip(found, right)) / len(found)
                """,
            ),
            (
                "that asks that all lessons found are right; one is enough",
                """
                def hits(found, right):
                    return sum(all(x in b for x in a) for a, b in zip(found, right)) / len(found)
                """,
            ),
            (
                "that asks that every right lesson is found; one is enough",
                """
                def hits(found, right):
                    return sum(all(x in a for x in b) for a, b in zip(found, right)) / len(found)
                """,
            ),
            (
                "that divides by the lessons found; divide by the questions",
                """
                def hits(found, right):
                    good = sum(any(x in b for x in a) for a, b in zip(found, right))
                    return good / sum(map(len, found))
                """,
            ),
        ),
        cases=_found,
    ),
    Exercise(
        id="54.threshold",
        stub='''
        def cheapest(scores, answerable, wrong, silent):
            """The score from which on to answer so that mistakes cost least in all.

            scores (n,) are numbers, answerable (n,) are 0 or 1. Whoever scores the threshold or
            more is answered. An answer where there is none costs `wrong`, a refusal where there
            is one costs `silent`. The threshold is one of the scores, the lowest where several
            are as cheap.
            """
            ...
        ''',
        solution='''
        def cheapest(scores, answerable, wrong, silent):
            """The score from which on to answer so that mistakes cost least in all.

            scores (n,) are numbers, answerable (n,) are 0 or 1. Whoever scores the threshold or
            more is answered. An answer where there is none costs `wrong`, a refusal where there
            is one costs `silent`. The threshold is one of the scores, the lowest where several
            are as cheap.
            """
            def cost(threshold):
                answered = scores >= threshold
                needless = np.sum(~answered & (answerable == 1))
                return wrong * np.sum(answered & (answerable == 0)) + silent * needless

            return min(np.unique(scores), key=cost)
        ''',
        hints=(
            "Try each score as the threshold. Which two kinds of mistake does it make?",
            "Answered are scores >= t. Those with answerable 0 cost `wrong` each; those not "
            "answered with answerable 1 cost `silent` each.",
            "Define cost(t), and return min(np.unique(scores), key=cost): np.unique sorts, and min "
            "keeps the first of equals.",
        ),
        misconceptions=(
            (
                "whoever scores exactly the threshold is answered: use >=",
                """
                def cheapest(scores, answerable, wrong, silent):
                    def cost(t):
                        a = scores > t
                        return wrong * np.sum(a & (answerable == 0)) + silent * np.sum(
                            ~a & (answerable == 1)
                        )
                    return min(np.unique(scores), key=cost)
                """,
            ),
            (
                "that counts the two kinds of mistake alike; they cost `wrong` and `silent`",
                """
                def cheapest(scores, answerable, wrong, silent):
                    def cost(t):
                        return np.sum((scores >= t) != (answerable == 1))
                    return min(np.unique(scores), key=cost)
                """,
            ),
            (
                "the costs are exchanged: a wrong answer costs `wrong`, a refusal `silent`",
                """
                def cheapest(scores, answerable, wrong, silent):
                    def cost(t):
                        a = scores >= t
                        return silent * np.sum(a & (answerable == 0)) + wrong * np.sum(
                            ~a & (answerable == 1)
                        )
                    return min(np.unique(scores), key=cost)
                """,
            ),
            (
                "where several thresholds are as cheap, give the lowest",
                """
                def cheapest(scores, answerable, wrong, silent):
                    def cost(t):
                        a = scores >= t
                        return wrong * np.sum(a & (answerable == 0)) + silent * np.sum(
                            ~a & (answerable == 1)
                        )
                    return min(np.unique(scores)[::-1], key=cost)
                """,
            ),
            (
                "that is what it costs; give the threshold",
                """
                def cheapest(scores, answerable, wrong, silent):
                    def cost(t):
                        a = scores >= t
                        return wrong * np.sum(a & (answerable == 0)) + silent * np.sum(
                            ~a & (answerable == 1)
                        )
                    return min(cost(t) for t in np.unique(scores))
                """,
            ),
        ),
        cases=_scores,
    ),
    Exercise(
        id="54.knows-nothing",
        stub="loss_at_first = ...  # a number",
        solution="loss_at_first = math.log(256)",
        digits=2,
        hints=(
            "Equal scores make equal probabilities. How many replies are there to choose from?",
            "Each of the 256 replies in the batch has the probability 1/256, the right one too.",
            "The cross-entropy is −log of the probability of the right one: math.log(256).",
        ),
        misconceptions=(
            ("ten replies are judged; a batch holds 256", "loss_at_first = math.log(10)"),
            (
                "that is the probability of the right one; the loss is its −log",
                "loss_at_first = 1 / 256",
            ),
            (
                "that is in bits; cross-entropy takes the natural logarithm",
                "loss_at_first = 8.0",
            ),
            (
                "the loss is −log of the probability, which is not negative",
                "loss_at_first = -math.log(256)",
            ),
        ),
    ),
    Exercise(
        id="54.preference",
        stub='''
        def preference_loss(new, old, beta):
            """The mean of −log σ(β · (new margin − old margin)) over pairs of replies.

            new and old are log-chances (n, 2) of two replies for each turn, the preferred one
            first. The log of the sigmoid must not overflow, however large the margins are.
            """
            ...
        ''',
        solution='''
        def preference_loss(new, old, beta):
            """The mean of −log σ(β · (new margin − old margin)) over pairs of replies.

            new and old are log-chances (n, 2) of two replies for each turn, the preferred one
            first. The log of the sigmoid must not overflow, however large the margins are.
            """
            margin = (new[:, 0] - new[:, 1]) - (old[:, 0] - old[:, 1])
            return np.mean(np.logaddexp(0, -beta * margin))
        ''',
        hints=(
            "A margin is how much better the preferred reply does. How much has it grown?",
            "The margin is column 0 less column 1. −log σ(z) is log(1 + exp(−z)), and "
            "np.logaddexp(0, −z) computes that without overflow.",
            "m = (new[:, 0] - new[:, 1]) - (old[:, 0] - old[:, 1]); "
            "np.mean(np.logaddexp(0, -beta * m)).",
        ),
        misconceptions=(
            (
                "the old model is left out: take its margin off",
                """
                def preference_loss(new, old, beta):
                    margin = new[:, 0] - new[:, 1]
                    return np.mean(np.logaddexp(0, -beta * margin))
                """,
            ),
            (
                "that rewards the reply that was not preferred: the sign is turned round",
                """
                def preference_loss(new, old, beta):
                    margin = (new[:, 0] - new[:, 1]) - (old[:, 0] - old[:, 1])
                    return np.mean(np.logaddexp(0, beta * margin))
                """,
            ),
            (
                "β is left out",
                """
                def preference_loss(new, old, beta):
                    margin = (new[:, 0] - new[:, 1]) - (old[:, 0] - old[:, 1])
                    return np.mean(np.logaddexp(0, -margin))
                """,
            ),
            (
                "where the margin is very negative, the exponential overflows: use np.logaddexp",
                """
                def preference_loss(new, old, beta):
                    margin = (new[:, 0] - new[:, 1]) - (old[:, 0] - old[:, 1])
                    with np.errstate(all="ignore"):
                        return np.mean(-np.log(1 / (1 + np.exp(-beta * margin))))
                """,
            ),
            (
                "that is the sum; give the mean over the pairs",
                """
                def preference_loss(new, old, beta):
                    margin = (new[:, 0] - new[:, 1]) - (old[:, 0] - old[:, 1])
                    return np.sum(np.logaddexp(0, -beta * margin))
                """,
            ),
        ),
        cases=_margins,
    ),
    Exercise(
        id="54.strangers",
        stub='''
        def strangers(train_groups, test_groups):
            """Which rows of the test may be judged: those whose group has no row in training.

            Both are arrays of whole numbers, one for each row; the result holds True or False
            for each row of the test.
            """
            ...
        ''',
        solution='''
        def strangers(train_groups, test_groups):
            """Which rows of the test may be judged: those whose group has no row in training.

            Both are arrays of whole numbers, one for each row; the result holds True or False
            for each row of the test.
            """
            return ~np.isin(test_groups, train_groups)
        ''',
        hints=(
            "For one row of the test: when has its group been seen?",
            "Compare each group of the test with all groups of the training rows.",
            "np.isin(test_groups, train_groups) tells which were seen; ~ turns it round.",
        ),
        misconceptions=(
            (
                "those are the rows whose group was seen; you want the others",
                """
                def strangers(train_groups, test_groups):
                    return np.isin(test_groups, train_groups)
                """,
            ),
            (
                "those are rows of the training; judge the test",
                """
                def strangers(train_groups, test_groups):
                    return ~np.isin(train_groups, test_groups)
                """,
            ),
            (
                "those are the groups; say of each row of the test whether it may be judged",
                """
                def strangers(train_groups, test_groups):
                    return np.setdiff1d(test_groups, train_groups)
                """,
            ),
            (
                "a group above all of training is not the only kind that was not seen",
                """
                def strangers(train_groups, test_groups):
                    return test_groups > max(train_groups, default=-1)
                """,
            ),
        ),
        cases=_groups,
    ),
)
