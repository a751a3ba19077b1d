"""Exercises of lesson 92, fairness and privacy."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _visits(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield weights of hospitals and their sizes: one hospital, equal ones, unequal ones."""
    yield np.array([[1.0, -2.0]]), np.array([7])
    yield np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([50, 50])
    yield np.array([[0.0], [1.0]]), np.array([300, 100])
    for hospitals, weights in ((3, 4), (8, 5)):
        yield rng.normal(size=(hospitals, weights)), rng.integers(10, 400, size=hospitals)


def _surprises(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield surprises of members and of others: apart, mixed, tied, few, nearly tied, many."""
    yield np.array([0.1, 0.2]), np.array([0.5, 0.9, 0.3])
    yield np.array([0.7, 0.8, 0.9]), np.array([0.1])
    yield np.array([0.5]), np.array([0.5])
    yield np.array([0.2, 0.4, 0.4, 3.0]), np.array([0.4, 0.1, 0.4])
    yield np.array([0.1, 0.1, 9.0]), np.array([0.2, 0.3])
    yield np.array([0.3004, 0.52]), np.array([0.3, 0.5201, 0.54])
    for members, others in ((12, 12), (20, 9)):
        yield rng.exponential(0.5, members), rng.exponential(0.8, others)


def _pulls(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield gradients, a clip and noise: short, long, zero ones, one patient, none, much noise."""
    yield np.array([[3.0, 4.0], [0.3, 0.4]]), 1.0, np.zeros(2)
    yield np.array([[3.0, 4.0], [-3.0, -4.0], [0.0, 0.0]]), 2.0, np.array([0.5, -1.0])
    yield np.array([[0.1, 0.2, -0.1]]), 4.0, np.array([1.0, 0.0, -2.0])
    yield np.array([[6.0, 8.0]]), 10.0, np.array([0.25, 0.5])
    for patients, weights, clip in ((5, 3, 0.7), (12, 6, 3.0)):
        rows = rng.normal(size=(patients, weights)) * rng.exponential(2.0, size=(patients, 1))
        yield rows, clip, rng.normal(size=weights)
    yield np.zeros((0, 3)), 2.0, np.array([0.5, -1.0, 0.25])  # nobody was drawn


def _ledgers(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield losses, their chances and ε: all below, all above, mixed, one that equals ε.

    In the last, the chances lack a tenth: losses beyond the grid.
    """
    yield np.array([-1.0, 0.0, 1.0]), np.array([0.2, 0.3, 0.5]), 2.0
    yield np.array([1.0, 2.0]), np.array([0.5, 0.5]), 0.0
    yield np.array([1.0, 2.0, 3.0]), np.array([0.7, 0.2, 0.1]), 2.0
    yield np.array([4.0]), np.array([1.0]), 1.0
    for size, epsilon in ((6, 0.5), (40, 1.5)):
        chances = rng.random(size)
        yield rng.normal(0.5, 1.5, size), chances / chances.sum(), epsilon
    yield np.array([0.0, 2.0, 3.0]), np.array([0.4, 0.3, 0.2]), 1.0


def _secrets(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield secrets of hospitals and a random number for each pair: one hospital, two, more."""
    for hospitals in (1, 2, 3, 6):
        yield rng.normal(size=hospitals), rng.normal(scale=9, size=(hospitals, hospitals))


EXERCISES = (
    Exercise(
        id="92.average",
        stub='''
        def average(weights, sizes):
            """The weights of the model that goes out again: (k,).

            weights (hospitals, k) are those that came back, sizes (hospitals,) how many patients
            each hospital has. Every patient counts alike.
            """
            ...
        ''',
        solution='''
        def average(weights, sizes):
            """The weights of the model that goes out again: (k,).

            weights (hospitals, k) are those that came back, sizes (hospitals,) how many patients
            each hospital has. Every patient counts alike.
            """
            return sizes @ weights / np.sum(sizes)
        ''',
        hints=(
            "Of 400 patients 300 are in one hospital. What part of the mean is its weights?",
            "Multiply the weights of each hospital by its size, add up over the hospitals, and "
            "divide once.",
            "sum(n * w for n, w in zip(sizes, weights)) / sum(sizes)",
        ),
        misconceptions=(
            (
                "every hospital counts alike with you; every patient should",
                "def average(weights, sizes): return np.mean(weights, axis=0)",
            ),
            (
                "that is the sum over the patients: divide by how many they are",
                "def average(weights, sizes): return sizes @ weights",
            ),
            (
                "you divide by the hospitals; the parts are of all patients",
                "def average(weights, sizes): return sizes @ weights / len(sizes)",
            ),
            (
                "the smaller a hospital, the more it counts with you",
                """
                def average(weights, sizes):
                    return (1 / sizes) @ weights / np.sum(1 / sizes)
                """,
            ),
        ),
        cases=_visits,
    ),
    Exercise(
        id="92.leak",
        stub='''
        def success(members, others):
            """Of all pairs, the share in which the member surprises less than the other.

            members (m,) and others (n,) are surprises, each with one number at least. A pair that
            surprises alike counts a half.
            """
            ...
        ''',
        solution='''
        def success(members, others):
            """Of all pairs, the share in which the member surprises less than the other.

            members (m,) and others (n,) are surprises, each with one number at least. A pair that
            surprises alike counts a half.
            """
            gap = np.subtract.outer(members, others)  # (m, n)
            return np.mean((gap < 0) + 0.5 * (gap == 0))
        ''',
        hints=(
            "A pair is any member with any other: there are m · n of them.",
            "Two loops, one inside the other: count 1 where the member's number is lower, a half "
            "where both are equal, and divide by the pairs.",
            "np.mean([(a < b) + 0.5 * (a == b) for a in members for b in others])",
        ),
        misconceptions=(
            (
                "that is the share in which the member surprises more",
                """
                def success(members, others):
                    gap = np.subtract.outer(members, others)
                    return np.mean((gap > 0) + 0.5 * (gap == 0))
                """,
            ),
            (
                "equal surprises count a half, and nothing with you",
                """
                def success(members, others):
                    return np.mean(np.subtract.outer(members, others) < 0)
                """,
            ),
            (
                "equal surprises count a half, and a whole with you",
                """
                def success(members, others):
                    return np.mean(np.subtract.outer(members, others) <= 0)
                """,
            ),
            (
                "you hold everybody against the mean; hold each member against each other",
                "def success(members, others): return np.mean(members < np.mean(others))",
            ),
            (
                "you pair the first with the first; a pair is any member with any other",
                """
                def success(members, others):
                    pairs = list(zip(members, others))
                    return np.mean([(a < b) + 0.5 * (a == b) for a, b in pairs])
                """,
            ),
        ),
        cases=_surprises,
    ),
    Exercise(
        id="92.ceiling",
        stub="share_right = ...  # between 0 and 1",
        solution="share_right = np.exp(1) / (1 + np.exp(1))",
        hints=(
            "Before the release the odds are 1 to 1. By which factor may they rise?",
            "The odds become e to 1 at most, and odds of a to 1 are a chance of a / (1 + a).",
            "np.exp(1) / (1 + np.exp(1))",
        ),
        misconceptions=(
            (
                "those are the odds; of e to 1, what share is right?",
                "share_right = np.exp(1)",
            ),
            (
                "that is how often he is wrong",
                "share_right = 1 / (1 + np.exp(1))",
            ),
            (
                "that is half of the odds; a chance is odds divided by odds and one",
                "share_right = 0.5 * np.exp(1)",
            ),
            (
                "nothing learned at all would be ε = 0",
                "share_right = 0.5",
            ),
        ),
        digits=2,
    ),
    Exercise(
        id="92.private-sum",
        stub='''
        def private_sum(gradients, clip, noise):
            """The noisy sum of clipped gradients: (k,).

            gradients (patients, k) are shortened to the length clip where they are longer. The
            noise (k,) is drawn for a clip of 1, so it grows with the clip.
            """
            total = gradients.sum(axis=0)
            length = np.linalg.norm(total)
            return total * min(1, clip / length) + clip * noise
        ''',
        solution='''
        def private_sum(gradients, clip, noise):
            """The noisy sum of clipped gradients: (k,).

            gradients (patients, k) are shortened to the length clip where they are longer. The
            noise (k,) is drawn for a clip of 1, so it grows with the clip.
            """
            lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
            clipped = gradients * clip / np.maximum(lengths, clip)
            return clipped.sum(axis=0) + clip * noise
        ''',
        hints=(
            "How far can one patient move the result? Of whom does the stub take the length?",
            "A length for each patient: np.linalg.norm(gradients, axis=1, keepdims=True). A "
            "gradient that is short enough stays as it is, one of length 0 too.",
            "gradients * clip / np.maximum(lengths, clip), summed over the patients, and then "
            "clip * noise.",
        ),
        misconceptions=(
            (
                "every gradient gets the length clip with you; short ones stay as they are",
                """
                def private_sum(gradients, clip, noise):
                    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
                    clipped = gradients * clip / np.maximum(lengths, 1e-12)
                    return clipped.sum(axis=0) + clip * noise
                """,
            ),
            (
                "you cut each number; a gradient is shortened as a whole and keeps its direction",
                """
                def private_sum(gradients, clip, noise):
                    return np.clip(gradients, -clip, clip).sum(axis=0) + clip * noise
                """,
            ),
            (
                "the noise is for a clip of 1: a patient who may pull harder needs more of it",
                """
                def private_sum(gradients, clip, noise):
                    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
                    return (gradients * clip / np.maximum(lengths, clip)).sum(axis=0) + noise
                """,
            ),
            (
                "that is the mean; the sum is asked for",
                """
                def private_sum(gradients, clip, noise):
                    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
                    clipped = gradients * clip / np.maximum(lengths, clip)
                    return clipped.mean(axis=0) + clip * noise
                """,
            ),
        ),
        cases=_pulls,
    ),
    Exercise(
        id="92.excess",
        stub='''
        def excess(losses, chances, epsilon):
            """How much of the chance breaks the promise of epsilon: δ, one number.

            losses and chances are (n,). A loss l at or below epsilon breaks nothing. Above, only
            what goes beyond the promise counts: the chance, less e^(epsilon - l) times the chance.
            """
            return np.sum(chances * ...)
        ''',
        solution='''
        def excess(losses, chances, epsilon):
            """How much of the chance breaks the promise of epsilon: δ, one number.

            losses and chances are (n,). A loss l at or below epsilon breaks nothing. Above, only
            what goes beyond the promise counts: the chance, less e^(epsilon - l) times the chance.
            """
            return np.sum(chances * np.maximum(0, 1 - np.exp(epsilon - losses)))
        ''',
        hints=(
            "For a loss above ε, the factor is 1 - np.exp(epsilon - losses). What does it become "
            "for a loss below?",
            "Below ε it is negative, and has to be 0: np.maximum(0, …) takes the larger of two.",
            "np.maximum(0, 1 - np.exp(epsilon - losses))",
        ),
        misconceptions=(
            (
                "you count a loss above ε as a whole; only what goes beyond the promise counts",
                """
                def excess(losses, chances, epsilon):
                    return np.sum(chances * (losses > epsilon))
                """,
            ),
            (
                "losses below ε make up for others with you; they count 0",
                """
                def excess(losses, chances, epsilon):
                    return np.sum(chances * (1 - np.exp(epsilon - losses)))
                """,
            ),
            (
                "the sign in the exponent is turned round: the higher the loss, the more counts",
                """
                def excess(losses, chances, epsilon):
                    return np.sum(chances * np.maximum(0, 1 - np.exp(losses - epsilon)))
                """,
            ),
            (
                "those are the losses beyond ε; the promise is about chances",
                """
                def excess(losses, chances, epsilon):
                    return np.sum(chances * np.maximum(0, losses - epsilon))
                """,
            ),
        ),
        cases=_ledgers,
    ),
    Exercise(
        id="92.masks",
        stub='''
        def masked(secrets, masks):
            """What each hospital sends instead of its secret: (n,), with the same sum.

            secrets (n,) hold one number of each hospital. For i < j, hospitals i and j share the
            random number masks[i, j]: i adds it, and j subtracts it. The rest of masks (n, n) is
            not used.
            """
            ...
        ''',
        solution='''
        def masked(secrets, masks):
            """What each hospital sends instead of its secret: (n,), with the same sum.

            secrets (n,) hold one number of each hospital. For i < j, hospitals i and j share the
            random number masks[i, j]: i adds it, and j subtracts it. The rest of masks (n, n) is
            not used.
            """
            shared = np.triu(masks, 1)
            return secrets + shared.sum(axis=1) - shared.sum(axis=0)
        ''',
        hints=(
            "Take the pairs one after the other. What happens to hospital i, and what to j?",
            "sent = secrets.copy(), and for each pair with i < j: sent[i] += masks[i, j] and "
            "sent[j] -= masks[i, j].",
            "np.triu(masks, 1) keeps the pairs with i < j. Its rows are added, its columns "
            "subtracted.",
        ),
        misconceptions=(
            (
                "both add the number with you: the sum is no longer that of the secrets",
                """
                def masked(secrets, masks):
                    shared = np.triu(masks, 1)
                    return secrets + shared.sum(axis=1) + shared.sum(axis=0)
                """,
            ),
            (
                "nobody subtracts with you: the sum is no longer that of the secrets",
                """
                def masked(secrets, masks):
                    return secrets + np.triu(masks, 1).sum(axis=1)
                """,
            ),
            (
                "you use masks[j, i] too, with i < j: those two share one number",
                """
                def masked(secrets, masks):
                    return secrets + masks.sum(axis=1) - masks.sum(axis=0)
                """,
            ),
            (
                "the signs are turned round: the first of a pair adds",
                """
                def masked(secrets, masks):
                    shared = np.triu(masks, 1)
                    return secrets - shared.sum(axis=1) + shared.sum(axis=0)
                """,
            ),
        ),
        cases=_secrets,
    ),
)
