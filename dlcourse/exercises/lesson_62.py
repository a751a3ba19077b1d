"""Exercises of lesson 62, medical imaging."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _maps(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield two maps and a label: equal, apart, empty on one side and on both, drawn ones."""
    one = np.array([[1, 1, 0], [2, 2, 2]])
    for label in (0, 1, 2):
        yield one, one.copy(), label
        yield one, np.array([[1, 0, 0], [2, 1, 2]]), label
    yield np.zeros((2, 3), int), one, 1
    yield one, np.zeros((2, 3), int), 2
    yield np.zeros((2, 3), int), np.zeros((2, 3), int), 1
    for height, width in ((4, 5), (9, 3)):
        found, truth = rng.integers(0, 3, size=(2, height, width))
        yield found, truth, int(rng.integers(0, 3))


def _places(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield places, tested places and gaps: before, behind, between, met exactly, none tested."""
    line = np.arange(0, 40, 2)
    yield line, np.array([20, 22, 24]), 8
    yield line, np.array([0, 38]), 6
    yield line, np.array([10]), 0
    yield line, np.array([36, 38]), 7
    yield np.array([5]), np.array([5]), 1
    yield np.array([30, 2, 17, 9]), np.array([16, 4]), 5
    for gap in (3, 10):
        yield rng.permutation(60)[:25], rng.permutation(60)[:4], gap


def _chances(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield chances of three classes for one pixel and for several, some of them 0 or 1."""
    yield (np.array([[1.0, 0.0, 0.0]]),)
    yield (np.array([[0.25, 0.25, 0.5], [0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]),)
    yield (np.array([[0.5, 0.5], [0.125, 0.875]]),)
    for pixels, classes in ((1, 3), (6, 3), (4, 5)):
        yield (rng.dirichlet(np.ones(classes), size=pixels),)


def _sizes(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield heights, widths and factors: one that fits, one row short, one row over."""
    yield 152, 96, 8
    yield 151, 97, 8
    yield 1, 8, 8
    yield 30, 45, 4
    yield 7, 9, 1
    for factor in (2, 16):
        height, width = rng.integers(1, 200, size=2)
        yield int(height), int(width), factor


EXERCISES = (
    Exercise(
        id="62.dice",
        stub='''
        def dice(found, truth, label):
            """Twice the pixels that both maps give the label, over the pixels of both together.

            1 where neither map has any pixel of the label.
            """
            ...
        ''',
        solution='''
        def dice(found, truth, label):
            """Twice the pixels that both maps give the label, over the pixels of both together.

            1 where neither map has any pixel of the label.
            """
            shared = ((found == label) & (truth == label)).sum()
            total = (found == label).sum() + (truth == label).sum()
            return 2 * shared / total if total else 1
        ''',
        hints=(
            "Turn each map into a mask: True where the pixel has the label.",
            "Count where both masks are True, and count each mask by itself.",
            "2 * (one & other).sum() / (one.sum() + other.sum()); where that sum is 0, return 1.",
        ),
        misconceptions=(
            (
                "that is the overlap of lesson 42, what both share over what they cover together; "
                "Dice takes twice the shared pixels over the sum of both",
                """
                def dice(found, truth, label):
                    one, other = found == label, truth == label
                    total = (one | other).sum()
                    return (one & other).sum() / total if total else 1.0
                """,
            ),
            (
                "that is the share of all pixels that are right: the dark background would flatter "
                "every method",
                """
                def dice(found, truth, label):
                    return float((found == truth).mean())
                """,
            ),
            (
                "that is the share of the true pixels that were found: whoever gives the label to "
                "every pixel would have 1",
                """
                def dice(found, truth, label):
                    one, other = found == label, truth == label
                    total = other.sum()
                    return (one & other).sum() / total if total else 1.0
                """,
            ),
        ),
        cases=_maps,
    ),
    Exercise(
        id="62.gap",
        stub='''
        def may_train(places, tested, gap):
            """For each place, whether it lies `gap` mm or more from every tested place."""
            return [place not in tested for place in places]
        ''',
        solution='''
        def may_train(places, tested, gap):
            """For each place, whether it lies `gap` mm or more from every tested place."""
            return [min(abs(place - other) for other in tested) >= gap for place in places]
        ''',
        hints=(
            "A slice that is not tested may still lie next to one that is.",
            "For each place, find the distance to the nearest of the tested places.",
            "min(abs(place - other) for other in tested) >= gap, for each place.",
        ),
        misconceptions=(
            (
                "a slice next to a tested one is nearly its copy: it has to lie `gap` mm or more "
                "away",
                """
                def may_train(places, tested, gap):
                    return [place not in tested for place in places]
                """,
            ),
            (
                "it has to be far from every tested slice, not from one of them",
                """
                def may_train(places, tested, gap):
                    return [max(abs(place - other) for other in tested) >= gap for place in places]
                """,
            ),
            (
                "a slice exactly `gap` mm away may train",
                """
                def may_train(places, tested, gap):
                    return [min(abs(place - other) for other in tested) > gap for place in places]
                """,
            ),
            (
                "slices behind a tested one lie near it as well: take the distance without its "
                "sign",
                """
                def may_train(places, tested, gap):
                    return [min(other - place for other in tested) >= gap for place in places]
                """,
            ),
        ),
        cases=_places,
    ),
    Exercise(
        id="62.mirror",
        stub="different_halves = ...  # of 138",
        solution="different_halves = 69",
        hints=(
            "What does the right half of this brain look like, held against the left one?",
            "Mirror the right half of a slice. Which of the pictures do you have in your hand?",
            "Each right half is the mirror image of the left half of its own slice: two count as "
            "one.",
        ),
        misconceptions=(
            (
                "no two are the same picture, but each right half is the mirror image of a left "
                "one, and the two count as one",
                "different_halves = 138",
            ),
            (
                "that would be one in four: two count as one, a left half and its mirror image",
                "different_halves = 34.5",
            ),
            (
                "the slices differ from each other; only left and right of one slice are alike",
                "different_halves = 2",
            ),
        ),
    ),
    Exercise(
        id="62.padding",
        stub='''
        def padding(height, width, factor):
            """The rows and columns to add, as few as can be, so that factor divides both."""
            return height % factor, width % factor
        ''',
        solution='''
        def padding(height, width, factor):
            """The rows and columns to add, as few as can be, so that factor divides both."""
            return -height % factor, -width % factor
        ''',
        hints=(
            "How many rows are missing from 151 to the next multiple of 8?",
            "height % factor is how many are too many, not how many are missing.",
            "What is missing is -height % factor, which is 0 where nothing is missing.",
        ),
        misconceptions=(
            (
                "that many rows are too many: the question is how many are missing",
                """
                def padding(height, width, factor):
                    return height % factor, width % factor
                """,
            ),
            (
                "where the factor divides a size already, nothing is added",
                """
                def padding(height, width, factor):
                    return factor - height % factor, factor - width % factor
                """,
            ),
            (
                "that is the size after padding: return what is added",
                """
                def padding(height, width, factor):
                    return height + -height % factor, width + -width % factor
                """,
            ),
        ),
        cases=_sizes,
    ),
    Exercise(
        id="62.doubt",
        stub='''
        def doubt(chances):
            """The entropy of each pixel's chances, in nats: (pixels, classes) to (pixels,).

            A chance of 0 adds nothing.
            """
            return -(chances * np.log(chances)).sum()
        ''',
        solution='''
        def doubt(chances):
            """The entropy of each pixel's chances, in nats: (pixels, classes) to (pixels,).

            A chance of 0 adds nothing.
            """
            logs = np.log(np.where(chances > 0, chances, 1.0))
            return -(chances * logs).sum(axis=1)
        ''',
        hints=(
            "A map of doubt has one number per pixel. How many does this function return?",
            "Sum over the classes alone. And what is 0 times the logarithm of 0?",
            "With logs = np.log(np.where(chances > 0, chances, 1)): -(chances * logs).sum(axis=1).",
        ),
        misconceptions=(
            (
                "each pixel has a doubt of its own: sum over its classes, not over the pixels",
                """
                def doubt(chances):
                    logs = np.log(np.where(chances > 0, chances, 1.0))
                    return -(chances * logs).sum()
                """,
            ),
            (
                "0 times the logarithm of 0 is no number to a computer: let a chance of 0 add 0",
                """
                def doubt(chances):
                    with np.errstate(all="ignore"):
                        return -(chances * np.log(chances)).sum(axis=1)
                """,
            ),
            (
                "that is the chance of being wrong, which ignores how the rest is shared out",
                """
                def doubt(chances):
                    return 1 - chances.max(axis=1)
                """,
            ),
            (
                "the entropy is never below 0: turn its sign",
                """
                def doubt(chances):
                    logs = np.log(np.where(chances > 0, chances, 1.0))
                    return (chances * logs).sum(axis=1)
                """,
            ),
        ),
        cases=_chances,
    ),
)
