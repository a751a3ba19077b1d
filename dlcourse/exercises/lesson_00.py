"""Exercises of lesson 00, start here."""

import numpy as np

from dlcourse.exercises import Exercise


def _answers(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of digits read and digits meant: drawn, and with one, none or all of them right."""
    pairs = []
    for n in (5, 8, 30):
        true = rng.integers(0, 10, n)
        slips = np.where(rng.random(n) < 0.4, rng.integers(1, 10, n), 0)  # upwards and downwards
        slips[:2] = 5, 0
        pairs.append(((true + slips) % 10, true))
    listed = [([7], [7]), ([0], [9]), ([3, 1, 4], [3, 1, 4]), ([2, 9, 0, 8], [9, 2, 8, 0])]
    return [*pairs, *((np.array(read), np.array(meant)) for read, meant in listed)]


def _label_sets(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and test labels with commonest labels of their own, and without ties.

    The commonest is the middle one, the smallest, the largest, neither first nor last, or never
    in the test.
    """
    return [
        (rng.permutation([3, 3, 3, 1, 1, 7]), rng.permutation([1, 1, 1, 3, 3, 9, 9])),
        (rng.permutation([0] * 5 + [8] * 9), rng.permutation([8] * 3 + [0] * 10)),
        (rng.permutation([6] * 20 + [2] * 11), rng.permutation([6] * 9 + [2] * 11 + [4] * 5)),
        (np.array([5, 0, 7, 0, 8, 0, 7, 9]), np.array([0, 7, 7, 7])),
        (np.array([1, 9, 2, 9, 3, 4, 9, 4]), np.array([4, 4, 9, 2, 4])),
        (np.array([8, 4, 4, 6]), np.array([1, 8, 6, 6])),
        (np.array([2]), np.array([2])),
    ]


EXERCISES = (
    Exercise(
        id="00.numbers-per-image",
        stub="numbers_per_image = ...",
        solution="numbers_per_image = 64",
        hints=(
            "Count the squares, one number for each.",
            "There are eight rows; how many squares are there in one row?",
            "Eight rows of eight squares: multiply the two.",
        ),
        misconceptions=(
            ("8 is the length of one side; there are 8 rows of 8 squares", "numbers_per_image = 8"),
            ("that adds the two sides; rows of squares multiply", "numbers_per_image = 16"),
            (
                "10 is how many scores come out; the question is how many numbers go in",
                "numbers_per_image = 10",
            ),
        ),
    ),
    Exercise(
        id="00.accuracy",
        stub='''
            def accuracy(predicted, true):
                """The share of entries in which predicted equals true: a number from 0 to 1."""
                ...
        ''',
        solution='''
            def accuracy(predicted, true):
                """The share of entries in which predicted equals true: a number from 0 to 1."""
                return np.mean(predicted == true)
        ''',
        hints=(
            "Compare the two arrays entry by entry first: what does predicted == true give?",
            "True counts as 1 and False as 0; which average of them is the share of Trues?",
            "np.mean(predicted == true) is the share of entries that agree.",
        ),
        misconceptions=(
            (
                "you count the right answers; divide by how many answers there are",
                "def accuracy(predicted, true): return np.sum(predicted == true)",
            ),
            (
                "that is the share of wrong answers; accuracy is the share of right ones",
                "def accuracy(predicted, true): return np.mean(predicted != true)",
            ),
            (
                "accuracy runs from 0 to 1 here; yours runs from 0 to 100",
                "def accuracy(predicted, true): return 100 * np.mean(predicted == true)",
            ),
        ),
        cases=_answers,
    ),
    Exercise(
        id="00.guessing",
        stub='''
            def guessing_accuracy(train_labels, test_labels):
                """Accuracy on the test labels of always answering the commonest training label."""
                ...
        ''',
        solution='''
            def guessing_accuracy(train_labels, test_labels):
                """Accuracy on the test labels of always answering the commonest training label."""
                answer = np.bincount(train_labels).argmax()
                return np.mean(test_labels == answer)
        ''',
        hints=(
            "There are two steps: choose the answer, then judge it. Which labels belong to which?",
            "np.bincount(labels) counts how often 0, 1, 2, … occur; argmax finds the largest.",
            "Take answer = np.bincount(train_labels).argmax(), then the mean of "
            "test_labels == answer.",
        ),
        misconceptions=(
            (
                "you choose the answer by looking at the test labels; a guesser may not see them",
                """
                def guessing_accuracy(train_labels, test_labels):
                    return np.mean(test_labels == np.bincount(test_labels).argmax())
                """,
            ),
            (
                "you judge the guesser on the training labels; judge it on the test labels",
                """
                def guessing_accuracy(train_labels, test_labels):
                    return np.mean(train_labels == np.bincount(train_labels).argmax())
                """,
            ),
            (
                "the middle label need not be the commonest one: count how often each occurs",
                """
                def guessing_accuracy(train_labels, test_labels):
                    return np.mean(test_labels == np.median(train_labels))
                """,
            ),
            (
                "you return the digit that is guessed; return how often it is right",
                """
                def guessing_accuracy(train_labels, test_labels):
                    return np.bincount(train_labels).argmax()
                """,
            ),
        ),
        cases=_label_sets,
    ),
    Exercise(
        id="00.mistakes",
        stub='''
            def mistakes(predicted, true):
                """Positions of the wrong answers, as an array of whole numbers in rising order."""
                return np.flatnonzero(predicted == true)
        ''',
        solution='''
            def mistakes(predicted, true):
                """Positions of the wrong answers, as an array of whole numbers in rising order."""
                return np.flatnonzero(predicted != true)
        ''',
        hints=(
            "Try it on three answers of which one is wrong: which positions come back?",
            "np.flatnonzero gives the positions of the Trues. Where should the Trues stand?",
            "A mistake is where predicted != true; put that comparison inside np.flatnonzero.",
        ),
        misconceptions=(
            (
                "you return one True or False for each answer; return the positions of the Trues",
                "def mistakes(predicted, true): return predicted != true",
            ),
            (
                "you return the wrong answers themselves; return where they stand",
                "def mistakes(predicted, true): return predicted[predicted != true]",
            ),
            (
                "you return how many mistakes there are; return where they stand",
                "def mistakes(predicted, true): return np.sum(predicted != true)",
            ),
            (
                "np.nonzero returns its array inside a tuple: take [0] of it, or np.flatnonzero",
                "def mistakes(predicted, true): return np.nonzero(predicted != true)",
            ),
            (
                "a mistake may lie above the right digit or below it: compare with !=",
                "def mistakes(predicted, true): return np.flatnonzero(predicted > true)",
            ),
        ),
        cases=_answers,
    ),
    Exercise(
        id="00.split-by-writer",
        stub='''
            def split_by_writer(writers, held_out):
                """Positions (train, test), each rising; test has all of held_out's pictures."""
                ...
        ''',
        solution='''
            def split_by_writer(writers, held_out):
                """Positions (train, test), each rising; test has all of held_out's pictures."""
                in_test = np.isin(writers, held_out)
                return np.flatnonzero(~in_test), np.flatnonzero(in_test)
        ''',
        hints=(
            "Decide for each picture whether its writer is one of those held out.",
            "np.isin(writers, held_out) is True where a picture belongs to the test.",
            "np.flatnonzero turns True and False into positions; ~ turns them round for training.",
        ),
        misconceptions=(
            (
                "the two are the wrong way round: the people in held_out belong to the test",
                """
                def split_by_writer(writers, held_out):
                    in_test = np.isin(writers, held_out)
                    return np.flatnonzero(in_test), np.flatnonzero(~in_test)
                """,
            ),
            (
                "you return True and False for each picture; return positions (np.flatnonzero)",
                """
                def split_by_writer(writers, held_out):
                    in_test = np.isin(writers, held_out)
                    return ~in_test, in_test
                """,
            ),
            (
                "you hold out only the first person of held_out; hold out all of them",
                """
                def split_by_writer(writers, held_out):
                    in_test = writers == held_out[0]
                    return np.flatnonzero(~in_test), np.flatnonzero(in_test)
                """,
            ),
            (
                "you cut the pictures at one place, so the same person stands on both sides; "
                "go by the writer",
                """
                def split_by_writer(writers, held_out):
                    cut = len(writers) - np.isin(writers, held_out).sum()
                    return np.arange(cut), np.arange(cut, len(writers))
                """,
            ),
        ),
        cases=lambda rng: [
            (np.array([7, 8, 7, 9, 8]), [7]),
            (rng.permutation(np.repeat([1, 2, 3, 4], 3)), [2, 4]),
            (rng.permutation(np.repeat([10, 20, 30], [5, 2, 8])), [30, 10]),
            (rng.permutation(np.repeat([1, 2, 3, 4, 5], [4, 1, 3, 2, 6])), [5, 1, 2]),
            (np.array(["Ada", "Ben", "Ada", "Cleo", "Ben", "Dan"]), ["Dan", "Ben"]),
        ],
    ),
    Exercise(
        id="00.rings",
        stub='ring_of = ...  # a list of four texts, such as ["AI", "AI", "AI", "AI"]',
        solution='ring_of = ["AI", "ML", "DL", "AI"]',
        hints=(
            "Ask of each program: did it learn anything from examples?",
            "Who never learned stays in the outer ring. Of those that learned, which has layers?",
            "1 and 4 follow what people wrote down; 2 learned by counting; 3 learned with layers.",
        ),
        misconceptions=(
            (
                "programs 1 and 4 learned nothing: people wrote down what they follow",
                'ring_of = ["ML", "ML", "DL", "ML"]',
            ),
            (
                "the thermostat's table (4) was set by an engineer; nothing was learned",
                'ring_of = ["AI", "ML", "DL", "ML"]',
            ),
            (
                "counting words (2) is learning, but there are no layers in it",
                'ring_of = ["AI", "DL", "DL", "AI"]',
            ),
            (
                "AI holds all four, but the narrowest ring is asked for",
                'ring_of = ["AI", "AI", "AI", "AI"]',
            ),
        ),
    ),
)
