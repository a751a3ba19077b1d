"""Exercises of lesson 02, arrays, slopes and chance."""

from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _pages(rng: np.random.Generator) -> list[tuple[np.ndarray]]:
    """Pictures light and dark, blank ones, whole numbers, one alone, as many as they are wide."""
    light = rng.random((3, 2, 4)) * np.array([0.3, 5.0, 16.0])[:, None, None]
    blank = np.concatenate([rng.random((2, 4, 3)), np.zeros((1, 4, 3))])
    square = rng.integers(1, 17, (3, 3, 3)) * np.array([1, 2, 3])[:, None, None]
    return [(light,), (blank,), (square,), (rng.random((1, 3, 5)) / 4,)]


def _forecasts(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Forecasts and what came: alone, even odds, drawn, some certain, some next to impossible."""
    certain = (np.array([1.0, 0.0, 0.9, 1.0, 0.2]), np.array([True, False, True, True, False]))
    drawn = [(rng.uniform(0.05, 0.95, n), rng.random(n) < 0.4) for n in (6, 11)]
    alone, even = (np.array([0.25]), np.array([True])), (np.full(4, 0.5), np.eye(4)[0] == 1)
    rare = (np.array([1e-9, 0.3, 0.002]), np.array([True, False, True]))
    return [alone, even, *drawn, certain, rare]


def _runs(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """Values with the t that belongs to them: two, five, equal ones, whole numbers, many."""
    return [
        (np.array([0.91, 0.95, 0.93, 0.9, 0.96]), 2.776),
        (np.array([3.0, 8.0]), 12.71),
        (np.full(4, 0.5), 3.182),
        (rng.integers(0, 17, 10), 2.262),
        (rng.normal(5, 2, 40), 1.684),
    ]


def _spread(values: np.ndarray) -> Any:
    """Return the distance from the smallest value to the largest."""
    return np.max(values) - np.min(values)


def _redraws(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Statistics, values, redrawn positions, and levels, each of several kinds."""
    return [
        (statistic, values, rng.integers(len(values), size=(draws, len(values))), level)
        for statistic, values, draws, level in (
            (np.mean, rng.normal(size=6), 40, 0.95),
            (np.median, np.array([1, 1, 2, 5, 9]), 30, 0.8),
            (_spread, rng.exponential(size=8), 50, 0.5),
            (np.mean, np.array([0.0, 10.0]), 7, 0.9),
            (np.median, rng.normal(size=4), 1, 0.95),
        )
    ]


EXERCISES = (
    Exercise(
        id="02.own-darkest",
        stub='''
            def own_darkest(pictures):
                """Pictures (n, h, w), n ≥ 1, each divided by its own largest number, if above 0."""
                return pictures / pictures.max()
        ''',
        solution='''
            def own_darkest(pictures):
                """Pictures (n, h, w), n ≥ 1, each divided by its own largest number, if above 0."""
                largest = pictures.max(axis=(1, 2), keepdims=True)
                return pictures / np.where(largest > 0, largest, 1)
        ''',
        hints=(
            "pictures.max() is one number for all pictures. How many do you need?",
            "Take the maximum along axes 1 and 2, and keep them with keepdims=True.",
            "Divide by np.where(largest > 0, largest, 1), with largest = "
            "pictures.max(axis=(1, 2), keepdims=True).",
        ),
        misconceptions=(
            (
                "you divide by the largest number of all pictures; each picture has its own",
                "def own_darkest(pictures): return pictures / np.max(pictures)",
            ),
            (
                "a blank picture turned into 0/0, which is no number: leave it as it is",
                """
                def own_darkest(pictures):
                    with np.errstate(invalid="ignore"):
                        return pictures / pictures.max(axis=(1, 2), keepdims=True)
                """,
            ),
            (
                "axis=0 runs over the pictures: you took the largest number of each pixel",
                """
                def own_darkest(pictures):
                    largest = pictures.max(axis=0)
                    return pictures / np.where(largest > 0, largest, 1)
                """,
            ),
            (
                "without keepdims=True the n numbers are lined up with the columns",
                """
                def own_darkest(pictures):
                    largest = pictures.max(axis=(1, 2))
                    return pictures / np.where(largest > 0, largest, 1)
                """,
            ),
            (
                "axis=2 alone leaves one number per row: name both axes of a picture",
                """
                def own_darkest(pictures):
                    largest = pictures.max(axis=2, keepdims=True)
                    return pictures / np.where(largest > 0, largest, 1)
                """,
            ),
        ),
        cases=_pages,
    ),
    Exercise(
        id="02.shapes",
        stub="shapes = ...",
        solution="shapes = [(8, 8), (100,), (100, 8, 8), (100, 10)]",
        hints=(
            "Write (100, 8, 8) down and cross out the axes that are named. What is left?",
            "A difference is as large as the larger side. In a product the inner numbers vanish.",
            "The third is as large as the pictures; the fourth is (100, 64) @ (64, 10).",
        ),
        misconceptions=(
            (
                "the axis that is named vanishes; you kept it and dropped the others",
                "shapes = [(100,), (8, 8), (100, 8, 8), (100, 10)]",
            ),
            (
                "a shape with one axis has a comma: (100,)",
                "shapes = [(8, 8), 100, (100, 8, 8), (100, 10)]",
            ),
            (
                "taking the same picture from each of the 100 leaves 100 pictures",
                "shapes = [(8, 8), (100,), (8, 8), (100, 10)]",
            ),
            (
                "in a matrix product the inner numbers, both 64, are added up and vanish",
                "shapes = [(8, 8), (100,), (100, 8, 8), (64, 64)]",
            ),
            (
                "the product has a row for each picture and a column for each average",
                "shapes = [(8, 8), (100,), (100, 8, 8), (10, 100)]",
            ),
        ),
    ),
    Exercise(
        id="02.gears",
        stub="slope_at_2 = ...",
        solution="slope_at_2 = 30",
        hints=(
            "There are two gears: from s to 3 s − 1, and from there to its square.",
            "The first gear turns 3 for 1. The second turns 2 · (3 s − 1) for 1.",
            "At s = 2 the second gear turns 2 · 5 for 1. Multiply both gears.",
        ),
        misconceptions=(
            ("the inner gear is missing: 3 s − 1 moves by 3 when s moves by 1", "slope_at_2 = 10"),
            ("that is the value at 2; the slope says how fast it grows", "slope_at_2 = 25"),
            ("the square turns by twice what goes into it: the 2 is missing", "slope_at_2 = 15"),
            ("what goes into the square is 3 s − 1, which is 5, not s", "slope_at_2 = 12"),
            ("gears that drive each other multiply; you added them", "slope_at_2 = 13"),
        ),
    ),
    Exercise(
        id="02.surprise",
        stub='''
            def mean_surprise(p, came):
                """Mean of -log of what p (n,) had given to what came (n,), True or False; n ≥ 1."""
                ...
        ''',
        solution='''
            def mean_surprise(p, came):
                """Mean of -log of what p (n,) had given to what came (n,), True or False; n ≥ 1."""
                given = np.where(came, p, 1 - p)
                return -np.mean(np.log(given))
        ''',
        hints=(
            "Where the event came, p was given to it. What was given to its not coming?",
            "np.where(came, p, 1 - p) is what was given to what came, for each forecast.",
            "Take np.log of that, then the mean, and turn the sign round.",
        ),
        misconceptions=(
            (
                "where the event did not come, what came had the probability 1 - p",
                """
                def mean_surprise(p, came):
                    with np.errstate(all="ignore"):
                        return -np.mean(np.log(p))
                """,
            ),
            (
                "a surprise is never below zero: the minus is missing",
                """
                def mean_surprise(p, came):
                    return np.mean(np.log(np.where(came, p, 1 - p)))
                """,
            ),
            (
                "you add the surprises up; their mean is asked for",
                """
                def mean_surprise(p, came):
                    return -np.sum(np.log(np.where(came, p, 1 - p)))
                """,
            ),
            (
                "0 · log 0 is no number: choose p or 1 - p first, then take one logarithm",
                """
                def mean_surprise(p, came):
                    with np.errstate(all="ignore"):
                        return -np.mean(came * np.log(p) + (1 - came) * np.log(1 - p))
                """,
            ),
            (
                "you take the logarithm of the mean; take the mean of the logarithms",
                """
                def mean_surprise(p, came):
                    return -np.log(np.mean(np.where(came, p, 1 - p)))
                """,
            ),
            (
                "a forecast that you clip hides its largest surprises: take p as it was said",
                """
                def mean_surprise(p, came):
                    p = np.clip(p, 0.01, 0.99)
                    return -np.mean(np.log(np.where(came, p, 1 - p)))
                """,
            ),
            (
                "in this course log is the natural logarithm, np.log",
                """
                def mean_surprise(p, came):
                    return -np.mean(np.log2(np.where(came, p, 1 - p)))
                """,
            ),
        ),
        cases=_forecasts,
    ),
    Exercise(
        id="02.interval",
        stub='''
            def interval(values, t):
                """Both ends of the mean ± t standard errors of n ≥ 2 values, spread by n - 1."""
                mean = np.mean(values)
                standard_error = ...
                return mean - t * standard_error, mean + t * standard_error
        ''',
        solution='''
            def interval(values, t):
                """Both ends of the mean ± t standard errors of n ≥ 2 values, spread by n - 1."""
                mean = np.mean(values)
                standard_error = np.std(values, ddof=1) / np.sqrt(len(values))
                return mean - t * standard_error, mean + t * standard_error
        ''',
        hints=(
            "How far do single values spread, and how much steadier is a mean of n of them?",
            "The standard error is the spread divided by the square root of n.",
            "standard_error = np.std(values, ddof=1) / np.sqrt(len(values))",
        ),
        misconceptions=(
            (
                "np.std divides by n unless it is told ddof=1, and comes out too small",
                """
                def interval(values, t):
                    reach = t * np.std(values) / np.sqrt(len(values))
                    return np.mean(values) - reach, np.mean(values) + reach
                """,
            ),
            (
                "that is the spread of single values; a mean of n is steadier by √n",
                """
                def interval(values, t):
                    reach = t * np.std(values, ddof=1)
                    return np.mean(values) - reach, np.mean(values) + reach
                """,
            ),
            (
                "a mean of n values is steadier by the square root of n, not by n",
                """
                def interval(values, t):
                    reach = t * np.std(values, ddof=1) / len(values)
                    return np.mean(values) - reach, np.mean(values) + reach
                """,
            ),
            (
                "the reach is t standard errors, for the t that was given, not 2 each time",
                """
                def interval(values, t):
                    reach = 2 * np.std(values, ddof=1) / np.sqrt(len(values))
                    return np.mean(values) - reach, np.mean(values) + reach
                """,
            ),
            (
                "that is the variance: the spread is its square root",
                """
                def interval(values, t):
                    reach = t * np.var(values, ddof=1) / np.sqrt(len(values))
                    return np.mean(values) - reach, np.mean(values) + reach
                """,
            ),
        ),
        cases=_runs,
    ),
    Exercise(
        id="02.which-chance",
        stub="varied = ...",
        solution='varied = ["people", "runs", "splits", "people"]',
        hints=(
            "Ask of each sentence: what would be another one, if it were to happen again?",
            "The same pages, trained again: runs. Other pages by the same writers: splits.",
            "The first and the last speak of people who have written nothing for us yet.",
        ),
        misconceptions=(
            (
                "a new customer is another person; training again tells nothing about people",
                'varied = ["runs", "runs", "splits", "people"]',
            ),
            (
                "patients are people: cutting the same 300 anew brings no new hospital",
                'varied = ["people", "runs", "splits", "splits"]',
            ),
            (
                "training again with other starting weights, on the same pages, is another run",
                'varied = ["people", "splits", "splits", "people"]',
            ),
            (
                "the writers of the third sentence stay the same; only their pages change",
                'varied = ["people", "runs", "people", "people"]',
            ),
        ),
    ),
    Exercise(
        id="02.bootstrap",
        stub='''
            def bootstrap_ends(statistic, values, positions, level):
                """Ends of the middle `level` of a statistic; positions (draws, n) redraw values."""
                ...
        ''',
        solution='''
            def bootstrap_ends(statistic, values, positions, level):
                """Ends of the middle `level` of a statistic; positions (draws, n) redraw values."""
                redrawn = [statistic(values[row]) for row in positions]
                outside = (1 - level) / 2
                return np.quantile(redrawn, [outside, 1 - outside])
        ''',
        hints=(
            "Each row of positions makes one redraw, values[row]. What is computed from it?",
            "Collect statistic(values[row]) of all rows; a middle of 0.95 leaves 0.025 per side.",
            "np.quantile(redrawn, [outside, 1 - outside]) with outside = (1 - level) / 2.",
        ),
        misconceptions=(
            (
                "what lies outside is shared by two sides: halve 1 - level",
                """
                def bootstrap_ends(statistic, values, positions, level):
                    redrawn = [statistic(values[row]) for row in positions]
                    return np.quantile(redrawn, [1 - level, level])
                """,
            ),
            (
                "you take the mean, whatever statistic was asked for",
                """
                def bootstrap_ends(statistic, values, positions, level):
                    outside = (1 - level) / 2
                    redrawn = values[positions].mean(axis=1)
                    return np.quantile(redrawn, [outside, 1 - outside])
                """,
            ),
            (
                "that is the middle of the values; take that of the statistic over the redraws",
                """
                def bootstrap_ends(statistic, values, positions, level):
                    outside = (1 - level) / 2
                    return np.quantile(values, [outside, 1 - outside])
                """,
            ),
            (
                "a redraw is a row of positions; you went down the columns",
                """
                def bootstrap_ends(statistic, values, positions, level):
                    redrawn = [statistic(values[column]) for column in positions.T]
                    outside = (1 - level) / 2
                    return np.quantile(redrawn, [outside, 1 - outside])
                """,
            ),
        ),
        cases=_redraws,
    ),
)
