"""Exercises of lesson 01, rules or learning."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from dlcourse import data
from dlcourse.exercises import Exercise, kind, plain


@cache
def _zeros_and_ones() -> tuple[np.ndarray, np.ndarray]:
    """300 zeros and ones of MNIST that lesson 01 does not show: ink, and whether it is a zero."""
    images, labels = data.load("mnist").train
    chosen = np.flatnonzero(labels[20_000:22_000] < 2)[:300] + 20_000
    return images[chosen] > 80, labels[chosen] == 0


def _judge_rule(looks_like_zero: Callable[[np.ndarray], object]) -> str | None:
    """Say how far a rule for zeros is from 98 of 100, or None if it gets there."""
    pictures, zero = _zeros_and_ones()
    said = [looks_like_zero(picture.copy()) for picture in pictures]
    if any(kind(plain(answer)) != "True or False" for answer in said):
        return "return True or False for a picture: compare what you measure with a number"
    called = np.array([bool(answer) for answer in said])
    if len({*called.tolist()}) == 1:
        return "it says the same of every picture; look at where the ink lies"
    right, needed = np.count_nonzero(called == zero), round(0.98 * len(zero))
    if right < 0.1 * len(zero):
        return "it is the wrong way round: True stands for a zero"
    if right < needed:
        return f"it is right on {right} of {len(zero)} pictures; {needed} are needed"
    return None


def _curves(rng: np.random.Generator) -> list[tuple[Sequence[int], list[float], float]]:
    """Learning curves that rise, dip again, tie, stay too low, fall at the end, or are short."""
    counts = [10, 30, 100, 300, 1000]
    return [
        (counts, [0.31, 0.52, 0.71, 0.84, 0.9], 0.6),
        (counts, [0.3, 0.65, 0.58, 0.7, 0.8], 0.6),
        (counts, [0.3, 0.6, 0.7, 0.8, 0.9], 0.6),
        (counts, [0.1, 0.2, 0.3, 0.4, 0.5], 0.6),
        (counts, sorted(rng.uniform(0.2, 0.9, 5).tolist()), 0.15),
        ([7, 20, 55, 400], [0.4, 0.8, 0.9, 0.5], 0.5),
        ([7, 20, 55, 400], [0.9, 0.4, 0.4, 0.51], 0.5),
        ([5, 6, 90, 91, 92, 1000], [0.8, 0.2, 0.7, 0.6, 0.65, 0.9], 0.6),
        (range(1, 9), [0.3, 0.4, 0.7, 0.8, 0.9, 0.95, 0.45, 0.7], 0.5),
        ([40], [0.7], 0.6),
        ([40], [0.6], 0.6),
    ]


EXERCISES = (
    Exercise(
        id="01.strokes",
        stub='''
            def count_strokes(line):
                """The number of runs of True in line: a whole number."""
                ...
        ''',
        solution='''
            def count_strokes(line):
                """The number of runs of True in line: a whole number."""
                before = np.concatenate([[False], line[:-1]])
                return np.count_nonzero(line & ~before)
        ''',
        hints=(
            "Walk along the line: at which squares does a stroke begin?",
            "A stroke begins where there is ink and there was none on the square before.",
            "Put a False in front of line without its last entry; that is the square before. "
            "Count where line is True and the square before is not.",
        ),
        misconceptions=(
            (
                "you count the squares with ink; neighbouring squares are one stroke",
                "def count_strokes(line): return np.count_nonzero(line)",
            ),
            (
                "a stroke that begins on the very first square is missed",
                """
                def count_strokes(line):
                    return np.count_nonzero(np.diff(line.astype(int)) == 1)
                """,
            ),
            (
                "you count every change; a stroke has a beginning and an end, count one of them",
                """
                def count_strokes(line):
                    return np.count_nonzero(np.diff(line.astype(int), prepend=0, append=0))
                """,
            ),
            (
                "you count the gaps between strokes; count the strokes",
                """
                def count_strokes(line):
                    return np.count_nonzero(np.diff(np.flatnonzero(line)) > 1)
                """,
            ),
        ),
        cases=lambda rng: [
            (np.array([True, True, False, True]),),
            (np.array([False, True, True, False, False, True, False, True]),),
            *[(np.full(length, ink),) for length in (1, 6) for ink in (True, False)],
            (np.array([False, False, True]),),
            *[(rng.random(28) < share,) for share in (0.2, 0.5, 0.8)],
        ],
    ),
    Exercise(
        id="01.better-rule",
        stub='''
            def looks_like_zero(picture):
                """True if the picture (28, 28), True where there is ink, is a zero, not a one."""
                ...
        ''',
        solution='''
            def looks_like_zero(picture):
                """True if the picture (28, 28), True where there is ink, is a zero, not a one."""
                middle = picture[14]
                begins = middle & ~np.concatenate([[False], middle[:-1]])
                return np.count_nonzero(begins) >= 2
        ''',
        hints=(
            "Draw a line across the picture at half height. What does it cross in a 0, in a 1?",
            "The row at half height is picture[14]. Count its strokes, as in 01.strokes.",
            "Two strokes or more in picture[14] mean a zero: return count_strokes(...) >= 2.",
        ),
        misconceptions=(
            (
                "it says the same of every picture; look at where the ink lies",
                "def looks_like_zero(picture): return True",
            ),
            (
                "it is the wrong way round: True stands for a zero",
                """
                def looks_like_zero(picture):
                    return np.count_nonzero(np.diff(picture[14].astype(int)) == 1) < 2
                """,
            ),
            (
                "return True or False for a picture: compare what you measure with a number",
                """
                def looks_like_zero(picture):
                    return np.count_nonzero(np.diff(picture[14].astype(int)) == 1)
                """,
            ),
        ),
        judge=_judge_rule,
    ),
    Exercise(
        id="01.first-match",
        stub='''
            def first_match(held, digits, default):
                """Answers (n,) from held (n, rules) of True and False and digits (rules,)."""
                ...
        ''',
        solution='''
            def first_match(held, digits, default):
                """Answers (n,) from held (n, rules) of True and False and digits (rules,)."""
                first = held.argmax(axis=1)
                return np.where(held.any(axis=1), digits[first], default)
        ''',
        hints=(
            "Where is the first True in a row? And what if there is none?",
            "held.argmax(axis=1) finds each row's first True, but answers 0 for a row without any.",
            "np.where(held.any(axis=1), digits[held.argmax(axis=1)], default) treats both.",
        ),
        misconceptions=(
            (
                "where no rule fits, argmax says 0; such pictures get the default",
                "def first_match(held, digits, default): return digits[held.argmax(axis=1)]",
            ),
            (
                "the last fitting rule decides in yours; the first one should",
                """
                def first_match(held, digits, default):
                    answers = np.full(len(held), default)
                    for rule, digit in enumerate(digits):
                        answers[held[:, rule]] = digit
                    return answers
                """,
            ),
            (
                "you return the number of the rule; its digit is asked for",
                """
                def first_match(held, digits, default):
                    return np.where(held.any(axis=1), held.argmax(axis=1), default)
                """,
            ),
        ),
        cases=lambda rng: [
            (
                np.array([[False, True, True], [False, False, False], [True, False, True]]),
                np.array([8, 0, 9]),
                1,
            ),
            *[(rng.random((n, 4)) < 0.3, rng.permutation(9)[:4] + 1, 5) for n in (12, 25)],
            (rng.random((20, 6)) < 0.3, np.array([6, 1, 6, 0, 5, 1]), -1),
            (np.array([[True], [False]]), np.array([3]), 3),
            (np.array([[False, False]]), np.array([2, 7]), 0),
        ],
    ),
    Exercise(
        id="01.labels-needed",
        stub='''
            def labels_needed(counts, accuracies, rules):
                """The smallest count from which on every accuracy is above rules, or None."""
                ...
        ''',
        solution='''
            def labels_needed(counts, accuracies, rules):
                """The smallest count from which on every accuracy is above rules, or None."""
                needed = None
                for count, accuracy in zip(reversed(counts), reversed(accuracies)):
                    if accuracy <= rules:
                        break
                    needed = count
                return needed
        ''',
        hints=(
            "A curve can rise above the rules and fall below them again. Which end is safe?",
            "Begin at the largest count and walk down for as long as learning is better.",
            "Loop over zip(reversed(counts), reversed(accuracies)); stop at the first accuracy "
            "that is not above rules; the last count before that is the answer.",
        ),
        misconceptions=(
            (
                "you stop at the first count that is better, though a larger one is worse again",
                """
                def labels_needed(counts, accuracies, rules):
                    for count, accuracy in zip(counts, accuracies):
                        if accuracy > rules:
                            return count
                """,
            ),
            (
                "a tie is not better: learning has to be above the rules",
                """
                def labels_needed(counts, accuracies, rules):
                    needed = None
                    for count, accuracy in zip(reversed(counts), reversed(accuracies)):
                        if accuracy < rules:
                            break
                        needed = count
                    return needed
                """,
            ),
            (
                "you return the position in the list; the number of labels is asked for",
                """
                def labels_needed(counts, accuracies, rules):
                    needed = None
                    for i in reversed(range(len(counts))):
                        if accuracies[i] <= rules:
                            break
                        needed = i
                    return needed
                """,
            ),
            (
                "where learning is never better the answer is None",
                """
                def labels_needed(counts, accuracies, rules):
                    needed = counts[-1]
                    for count, accuracy in zip(reversed(counts), reversed(accuracies)):
                        if accuracy <= rules:
                            break
                        needed = count
                    return needed
                """,
            ),
        ),
        cases=_curves,
    ),
    Exercise(
        id="01.leap-year",
        stub='''
            def leap_year(year):
                """True if the whole number year is a leap year of the Gregorian calendar."""
                return year % 4 == 0
        ''',
        solution='''
            def leap_year(year):
                """True if the whole number year is a leap year of the Gregorian calendar."""
                return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        ''',
        hints=(
            "It is right about 98 of 100 years. Which years did the network of this lesson miss?",
            "Full centuries are no leap years, except every fourth one, such as 2000.",
            "Keep year % 4 == 0, and ask besides that year % 100 != 0 or year % 400 == 0.",
        ),
        misconceptions=(
            (
                "2000 was a leap year: every fourth full century is one",
                "def leap_year(year): return year % 4 == 0 and year % 100 != 0",
            ),
            (
                "2024 was a leap year: years such as this need not be divisible by 400",
                "def leap_year(year): return year % 400 == 0",
            ),
            (
                "2023 was none: being no full century does not make a leap year",
                "def leap_year(year): return year % 100 != 0 or year % 400 == 0",
            ),
        ),
        cases=lambda rng: [
            *[(year,) for year in (2023, 2024, 1900, 2000, 2100, 2400)],
            *[(year,) for year in range(1600, 3300, 100)],
            *[(int(year),) for year in rng.integers(1583, 3000, 40)],
        ],
    ),
)
