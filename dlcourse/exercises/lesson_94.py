"""Exercises of lesson 94, deployment."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _matrices(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield weights: one, rows far apart, negative ends, rows of zeros, and drawn ones."""
    yield (np.array([[0.5]]),)
    yield (np.array([[-2.0]]),)
    yield (np.array([[0.3, -1.27, 0.101], [127.0, 3.2, -1.1]]),)
    yield (np.array([[0.0, 0.0, 0.0], [0.254, -0.1011, 0.0]]),)
    yield (np.zeros((2, 2)),)
    for rows, columns in ((1, 7), (6, 1), (4, 9)):
        yield (rng.normal(size=(rows, columns)) * rng.choice([0.01, 1, 30], size=(rows, 1)),)


def _scans(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield scans of whole numbers: of paper, of ink, of grey without either, and drawn ones."""
    yield (np.full((2, 3), 255, dtype=np.uint8),)
    yield (np.zeros((2, 2), dtype=np.uint8),)
    yield (np.array([[200, 90, 60]], dtype=np.uint8),)
    yield from ((rng.integers(0, 256, size=size, dtype=np.uint8),) for size in ((4, 4), (3, 5)))


def _times(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield times of one, few and many requests, ties among them, and shares up to all."""
    yield [0.25], 0.5
    yield [0.25], 1.0
    yield [0.3, 0.1], 0.5
    yield [0.2, 0.2, 0.2, 0.9], 0.75
    yield [0.4, 0.1, 0.3, 0.2], 1.0
    yield [0.4, 0.1, 0.3, 0.2], 0.1
    yield [0.4, 0.1, 0.3, 0.2], 0.6
    for n, share in ((10, 0.9), (20, 0.95), (100, 0.99), (100, 0.5), (7, 0.8)):
        yield rng.exponential(size=n).round(4).tolist(), share


def _audits(_: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield audits, with chances of 0, a half and 1, a risk met exactly, and usual ones."""
    yield 1, 0.5, 0.5
    yield 2, 0.5, 0.25
    yield 10, 0.0, 0.01
    yield 3, 1.0, 0.1
    yield 3, 0.5, 0.1
    yield from (
        (200, 0.005, 0.01),
        (200, 0.005, 0.001),
        (500, 0.01, 0.01),
        (50, 0.1, 0.05),
        (20, 0.8, 0.2),
    )


def _bills(_: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield work of no time, of an hour, and of days."""
    yield 0, 30, 0.3
    yield 3600, 1000, 0.25
    yield 86400, 15, 0.4
    yield 500.0, 250.0, 1.5


EXERCISES = (
    Exercise(
        id="94.stowaway",
        stub="""
        pictures_inside = ...  # pictures of 28 × 28 single floats that the largest entry can hold
        """,
        solution="""
        pictures_inside = 10_000
        """,
        hints=(
            "A .pt2 file is a zip archive: ZipFile(path).infolist() names its entries, each with "
            "its file_size in bytes.",
            "The largest has some 31.36 million bytes. One number takes four of them, and a "
            "picture has 28 × 28 numbers. The rest, some kilobytes, is the entry's own header.",
            "largest = max(ZipFile(path).infolist(), key=lambda entry: entry.file_size); then "
            "largest.file_size // (28 * 28 * 4)",
        ),
        misconceptions=(
            (
                "a number takes four bytes: 28 × 28 bytes are a quarter of a picture",
                "pictures_inside = 40_002",
            ),
            (
                "one is what we gave as the example; look at how large the largest entry is",
                "pictures_inside = 1",
            ),
            (
                "that is the whole training part; the example was cut from another array: count "
                "from the bytes",
                "pictures_inside = 60_000",
            ),
            (
                "you took the weights for pictures: 38,714 is how many weights there are",
                "pictures_inside = 38_714",
            ),
        ),
    ),
    Exercise(
        id="94.eight-bits",
        stub='''
        def eight_bits(w):
            """Weights w (rows, columns) as whole numbers from -127 to 127, and a scale per row.

            Returns the numbers (rows, columns) and the scales (rows,): a number times its row's
            scale is the nearest that there is to the weight. The number of a row's largest weight,
            whatever its sign, is 127 or -127. A row of zeros has the scale 1.
            """
            ...
        ''',
        solution='''
        def eight_bits(w):
            """Weights w (rows, columns) as whole numbers from -127 to 127, and a scale per row.

            Returns the numbers (rows, columns) and the scales (rows,): a number times its row's
            scale is the nearest that there is to the weight. The number of a row's largest weight,
            whatever its sign, is 127 or -127. A row of zeros has the scale 1.
            """
            largest = np.abs(w).max(axis=1)
            scales = np.where(largest > 0, largest / 127, 1)
            return np.round(w / scales[:, None]), scales
        ''',
        hints=(
            "Which scale makes 127 of the largest weight of a row?",
            "The scale is the largest weight, without its sign, over 127; where that is 0, it is "
            "1. Divide each row by its scale, and round.",
            "largest = np.abs(w).max(axis=1); scales = np.where(largest > 0, largest / 127, 1); "
            "then np.round(w / scales[:, None]) and scales",
        ),
        misconceptions=(
            (
                "each row has a scale of its own; you took one for all of them",
                """
                def eight_bits(w):
                    largest = np.abs(w).max()
                    scales = np.full(len(w), largest / 127 if largest > 0 else 1)
                    return np.round(w / scales[:, None]), scales
                """,
            ),
            (
                "the largest weight of a row may be negative: take its size without the sign",
                """
                def eight_bits(w):
                    largest = w.max(axis=1)
                    scales = np.where(largest > 0, largest / 127, 1)
                    return np.round(w / scales[:, None]), scales
                """,
            ),
            (
                "whole numbers are asked for: round to the nearest after the division",
                """
                def eight_bits(w):
                    largest = np.abs(w).max(axis=1)
                    scales = np.where(largest > 0, largest / 127, 1)
                    return w / scales[:, None], scales
                """,
            ),
            (
                "you cut the decimals off; the nearest whole number is asked for",
                """
                def eight_bits(w):
                    largest = np.abs(w).max(axis=1)
                    scales = np.where(largest > 0, largest / 127, 1)
                    return np.trunc(w / scales[:, None]), scales
                """,
            ),
            (
                "your scale is its own inverse: a number times its scale is to give the weight",
                """
                def eight_bits(w):
                    largest = np.abs(w).max(axis=1)
                    scales = np.where(largest > 0, 127 / np.where(largest > 0, largest, 1), 1)
                    return np.round(w * scales[:, None]), scales
                """,
            ),
        ),
        cases=_matrices,
        tolerance=1e-4,
    ),
    Exercise(
        id="94.prepared",
        stub='''
        def prepared(scan):
            """A scanner's picture as the network learned to see it: paper is 0, ink is 1.

            scan holds whole numbers of type uint8, from 0 (ink) to 255 (paper).
            """
            return scan / 255
        ''',
        solution='''
        def prepared(scan):
            """A scanner's picture as the network learned to see it: paper is 0, ink is 1.

            scan holds whole numbers of type uint8, from 0 (ink) to 255 (paper).
            """
            return 1 - scan / 255
        ''',
        hints=(
            "What does this make of a sheet without ink? And what should it be?",
            "Divided by 255 the numbers lie between 0 and 1, but with the paper at 1.",
            "Turn them round: 1 minus what is there now.",
        ),
        misconceptions=(
            (
                "paper is still 1 and ink 0: turn it round",
                """
                def prepared(scan):
                    return scan / 255
                """,
            ),
            (
                "the numbers still go to 255: the network learned from 0 to 1",
                """
                def prepared(scan):
                    return 255 - scan
                """,
            ),
            (
                "the type uint8 has no negative numbers: 1 - scan goes round at 0. Divide first",
                """
                def prepared(scan):
                    return (1 - scan) / 255
                """,
            ),
            (
                "you scale by the brightest and darkest pixel of each picture: a sheet without "
                "ink has none; the scale is always 255",
                """
                def prepared(scan):
                    light, dark = float(scan.max()), float(scan.min())
                    return (light - scan) / max(light - dark, 1)
                """,
            ),
        ),
        cases=_scans,
    ),
    Exercise(
        id="94.within",
        stub='''
        def answered_within(seconds, share):
            """The shortest time within which at least this share of the requests was answered.

            seconds holds how long each request took, in any order, one at least; share is above 0
            and at most 1. The time is one of those in seconds.
            """
            return sorted(seconds)[int(share * len(seconds))]
        ''',
        solution='''
        def answered_within(seconds, share):
            """The shortest time within which at least this share of the requests was answered.

            seconds holds how long each request took, in any order, one at least; share is above 0
            and at most 1. The time is one of those in seconds.
            """
            return min(t for t in seconds if np.mean(np.array(seconds) <= t) >= share)
        ''',
        hints=(
            "Try the bug on four times and the share 1. Which place does it look at?",
            "Of four times and the share 0.75 the third is asked for: places are counted from 0.",
            "Of all times t take the smallest for which the share of times up to t is large "
            "enough: np.mean(np.array(seconds) <= t) >= share",
        ),
        misconceptions=(
            (
                "places are counted from 0, so yours is one too far when the share is met exactly, "
                "and beyond the end for all",
                """
                def answered_within(seconds, share):
                    return sorted(seconds)[int(share * len(seconds))]
                """,
            ),
            (
                "that is a time within which fewer than the share were answered: round the place "
                "up, not down",
                """
                def answered_within(seconds, share):
                    return sorted(seconds)[max(int(share * len(seconds)) - 1, 0)]
                """,
            ),
            (
                "you take the place in the order of arrival: sort by time first",
                """
                def answered_within(seconds, share):
                    return seconds[math.ceil(share * len(seconds) - 1e-9) - 1]
                """,
            ),
            (
                "you go between two times; one that was measured is asked for",
                """
                def answered_within(seconds, share):
                    return np.quantile(seconds, share)
                """,
            ),
        ),
        cases=_times,
    ),
    Exercise(
        id="94.alarm",
        stub='''
        def alarm_at(n, chance, risk):
            """The smallest number of misread pictures, among n, that sets off the alarm.

            Each picture is misread with this chance, whatever the others are. So many, or more,
            are misread with a probability of at most `risk`, a number between 0 and 1. Where no
            number is so rare, it is n + 1.
            """
            ...
        ''',
        solution='''
        def alarm_at(n, chance, risk):
            """The smallest number of misread pictures, among n, that sets off the alarm.

            Each picture is misread with this chance, whatever the others are. So many, or more,
            are misread with a probability of at most `risk`, a number between 0 and 1. Where no
            number is so rare, it is n + 1.
            """
            so_many, k = 1, 0  # the probability of k or more
            while so_many > risk:
                so_many -= math.comb(n, k) * chance**k * (1 - chance) ** (n - k)
                k += 1
            return k
        ''',
        hints=(
            "With which probability are none misread? And so, with which one or more?",
            "Exactly k of n are misread with the probability math.comb(n, k) * chance**k * "
            "(1 - chance)**(n - k). Begin with 1, the probability of 0 or more, and take away.",
            "so_many, k = 1, 0; while so_many > risk: take the probability of exactly k from "
            "so_many, then add 1 to k; return k",
        ),
        misconceptions=(
            (
                "yours is the probability of more than so many: that many count, too",
                """
                def alarm_at(n, chance, risk):
                    so_many, k = 1, 0
                    while so_many > risk:
                        so_many -= math.comb(n, k) * chance**k * (1 - chance) ** (n - k)
                        k += 1
                    return max(k - 1, 0)
                """,
            ),
            (
                "you ask how rare exactly so many are; count those with more as well",
                """
                def alarm_at(n, chance, risk):
                    mean = math.ceil(n * chance)
                    for k in range(mean, n + 1):
                        if math.comb(n, k) * chance**k * (1 - chance) ** (n - k) <= risk:
                            return k
                    return n + 1
                """,
            ),
            (
                "that is how many are misread on average, rounded up: on every other day the "
                "alarm would ring",
                """
                def alarm_at(n, chance, risk):
                    return math.ceil(n * chance)
                """,
            ),
            (
                "math.comb(n, k) is missing: there are many ways to misread k of n",
                """
                def alarm_at(n, chance, risk):
                    so_many, k = 1, 0
                    while so_many > risk and k <= n:
                        so_many -= chance**k * (1 - chance) ** (n - k)
                        k += 1
                    return k
                """,
            ),
        ),
        cases=_audits,
    ),
    Exercise(
        id="94.bill",
        stub='''
        def bill(seconds, watts, price):
            """The energy in kilowatt-hours, and what it costs: two numbers.

            A machine that draws so many watts works for so many seconds; price is that of a
            kilowatt-hour.
            """
            energy = ...  # a watt for a second is a joule
            return energy, ...
        ''',
        solution='''
        def bill(seconds, watts, price):
            """The energy in kilowatt-hours, and what it costs: two numbers.

            A machine that draws so many watts works for so many seconds; price is that of a
            kilowatt-hour.
            """
            energy = watts / 1000 * seconds / 3600  # a watt for a second is a joule
            return energy, energy * price
        ''',
        hints=(
            "How many seconds has an hour, and how many watts a kilowatt?",
            "A kilowatt-hour is 1,000 watts for 3,600 seconds: how many joules are that?",
            "watts * seconds are joules; divide by 1,000 · 3,600. The cost is energy times price.",
        ),
        misconceptions=(
            (
                "those are watt-hours: a kilowatt has a thousand watts",
                """
                def bill(seconds, watts, price):
                    energy = watts * seconds / 3600
                    return energy, energy * price
                """,
            ),
            (
                "those are kilojoules: an hour has 3,600 seconds",
                """
                def bill(seconds, watts, price):
                    energy = watts * seconds / 1000
                    return energy, energy * price
                """,
            ),
            (
                "watts are already joules per second: multiply by the time, do not divide by it",
                """
                def bill(seconds, watts, price):
                    energy = watts / 1000 / max(seconds / 3600, 1e-9)
                    return energy, energy * price
                """,
            ),
            (
                "an hour has 3,600 seconds; 60 of them are a minute",
                """
                def bill(seconds, watts, price):
                    energy = watts * seconds / 60_000
                    return energy, energy * price
                """,
            ),
        ),
        cases=_bills,
    ),
)
