"""Exercises of lesson 22, features of features."""

from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _stacks() -> list[tuple[list[tuple[int, int]]]]:
    """Return stacks of (size, step), bottom first, from no layer to six."""
    return [
        ([],),
        ([(1, 1)],),
        ([(4, 3)],),
        ([(2, 1), (5, 4)],),
        ([(5, 1)],),
        ([(5, 1), (2, 2)],),
        ([(5, 1), (2, 2), (3, 1), (2, 2)],),
        ([(5, 1), (2, 2), (3, 1), (2, 2), (3, 1), (2, 2)],),
        ([(7, 2), (3, 3), (4, 1), (3, 2)],),
        ([(3, 1), (3, 1), (3, 1)],),
    ]


def _sets(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return sets of points with labels and a number of neighbours."""
    line = np.array([[0.0], [0.0], [5.0], [5.5]])  # two equal rows
    whole = np.array([[0, 0], [1, 0], [0, 3], [900, 900], [900, 700]])
    sets: list[tuple[Any, ...]] = [
        (line, np.array([0, 1, 7, 7]), 1),
        (line, np.array([3, 3, 7, 7]), 1),
        (line[1:3], np.array([4, 4]), 1),  # each is the other's neighbour
        (whole, np.array([2, 2, 2, 5, 2]), 2),
        (whole, np.array([2, 2, 2, 5, 2]), 4),  # all the others
    ]
    for n, d, k in ((6, 2, 1), (12, 3, 3), (15, 4, 5)):
        labels = rng.integers(3, size=n)
        sets.append((rng.normal(size=(n, d)) + labels[:, None], labels, k))
    return sets


def _few(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return a few labelled examples, classes of unequal size among them, and new ones."""
    whole = np.array([[0], [1], [4], [10]])
    cases: list[tuple[Any, ...]] = [
        (whole, np.array([1, 1, 0, 0]), np.array([[3.6], [4]])),  # means at ½ and 7
        (whole, np.array([6, 6, 6, 6]), np.array([[99]])),  # one class alone
        (whole, np.array([0, 1, 2, 3]), np.array([[-5], [3], [6], [8]])),  # an example each
    ]
    for classes, counts, d in (
        ([0, 1], [3, 6], 2),
        ([0, 1, 2], [2, 5, 9], 3),
        ([3, 5, 8], [7, 2, 4], 4),
    ):
        labels = rng.permutation(np.repeat(classes, counts))
        centres = dict(zip(classes, 1.5 * rng.normal(size=(len(classes), d)), strict=True))
        features = np.array([centres[c] for c in labels]) + rng.normal(size=(len(labels), d))
        cases.append((features, labels, 2 * rng.normal(size=(40, d))))
    return cases


EXERCISES = (
    Exercise(
        id="22.slide",
        stub="answers = ...  # two rows of two numbers",
        solution="answers = [[2, -1], [2, -2]]",
        hints=(
            "Lay the filter on the upper left four pixels, multiply pair by pair, and add up.",
            "Upper left: −1·0 + 1·1 − 1·0 + 1·1. Then slide one pixel to the right.",
            "Upper right: −1·1 + 1·1 − 1·1 + 1·0. The lower row is found in the same way.",
        ),
        misconceptions=(
            (
                "an answer below zero stays as it is: the weighted sum alone is asked for here",
                "answers = [[2, 0], [2, 0]]",
            ),
            (
                "you turned the filter over, as mathematicians do; in networks it is laid on as is",
                "answers = [[-2, 1], [-2, 2]]",
            ),
            (
                "the filter slides by one pixel, so there are two places per row, not one",
                "answers = [[2]]",
            ),
            (
                "you multiplied without adding up: a place of the map holds one number",
                "answers = [[[0, 1], [0, 1]], [[-1, 1], [-1, 0]], [[0, 1], [0, 1]], "
                "[[-1, 0], [-1, 0]]]",
            ),
            (
                "the right numbers, row and column swapped: first come the two upper places",
                "answers = [[2, 2], [-1, -2]]",
            ),
            (
                "ink under a weight of −1 counts against: look again at the places on the right",
                "answers = [[2, 1], [2, 2]]",
            ),
        ),
    ),
    Exercise(
        id="22.parameters",
        stub='''
            def sliding_parameters(size, maps_in, maps_out):
                """Weights and biases of maps_out neurons, size by size, over maps_in maps."""
                ...
        ''',
        solution='''
            def sliding_parameters(size, maps_in, maps_out):
                """Weights and biases of maps_out neurons, size by size, over maps_in maps."""
                return maps_out * (size * size * maps_in + 1)
        ''',
        hints=(
            "Take one neuron. Wherever it stands, its weights are the same.",
            "It has size times size weights for each map below, and one bias.",
            "There are maps_out such neurons, each with size * size * maps_in + 1 numbers.",
        ),
        misconceptions=(
            (
                "a bias belongs to each neuron: one more number for each map that comes out",
                "def sliding_parameters(size, maps_in, maps_out): "
                "return size**2 * maps_in * maps_out",
            ),
            (
                "a neuron has weights of its own for each map below it",
                "def sliding_parameters(size, maps_in, maps_out): return maps_out * (size**2 + 1)",
            ),
            (
                "a filter is size by size: its weights are size times size, not size",
                "def sliding_parameters(size, maps_in, maps_out): "
                "return maps_out * (size * maps_in + 1)",
            ),
            (
                "one bias per neuron, not one for each map that it looks at",
                "def sliding_parameters(size, maps_in, maps_out): "
                "return maps_out * maps_in * (size**2 + 1)",
            ),
            (
                "a bias belongs to each neuron of this layer, not to each map below it",
                "def sliding_parameters(size, maps_in, maps_out): "
                "return size**2 * maps_in * maps_out + maps_in",
            ),
            (
                "the layer has one bias per neuron; you count one for the whole layer",
                "def sliding_parameters(size, maps_in, maps_out): "
                "return size**2 * maps_in * maps_out + 1",
            ),
        ),
        cases=lambda rng: [(5, 1, 8), (3, 8, 16), (7, 64, 3), (1, 6, 4), (1, 1, 1), (2, 5, 1)],
    ),
    Exercise(
        id="22.sees",
        stub='''
            def field(stack):
                """Pixels across seen on top of a stack of (size, step), bottom first; none: 1."""
                ...
        ''',
        solution='''
            def field(stack):
                """Pixels across seen on top of a stack of (size, step), bottom first; none: 1."""
                seen, apart = 1, 1
                for size, step in stack:
                    seen += (size - 1) * apart
                    apart *= step
                return seen
        ''',
        hints=(
            "Go from the bottom up. What does a layer add to what one unit below it sees?",
            "It adds (size − 1) times the distance, in pixels, between neighbours below it.",
            "Keep two numbers: seen += (size - 1) * apart, and only then apart *= step.",
        ),
        misconceptions=(
            (
                "the steps are missing: after a step of 2, neighbours are two pixels apart",
                "def field(stack): return 1 + sum(size - 1 for size, step in stack)",
            ),
            (
                "a step spreads the layers above it, not its own: widen first, then step",
                """
                def field(stack):
                    seen, apart = 1, 1
                    for size, step in stack:
                        apart *= step
                        seen += (size - 1) * apart
                    return seen
                """,
            ),
            (
                "patches of neighbours overlap: a layer adds size − 1 steps, not size",
                """
                def field(stack):
                    seen, apart = 1, 1
                    for size, step in stack:
                        seen += size * apart
                        apart *= step
                    return seen
                """,
            ),
            (
                "patches of neighbours overlap, so that their widths do not multiply",
                "def field(stack): return math.prod(size for size, step in stack)",
            ),
            (
                "the step of a layer spreads all the layers above it, not the next one alone",
                """
                def field(stack):
                    seen, apart = 1, 1
                    for size, step in stack:
                        seen += (size - 1) * apart
                        apart = step
                    return seen
                """,
            ),
        ),
        cases=lambda rng: _stacks(),
    ),
    Exercise(
        id="22.neighbours",
        stub='''
            def neighbour_share(features, labels, k):
                """Share of the k nearest other rows (n, d) with a row's label; some are equal."""
                gaps = np.linalg.norm(features[:, None] - features[None], axis=2)  # (n, n)
                nearest = np.argsort(gaps, axis=1)[:, :k]
                return np.mean(labels[nearest] == labels[:, None])
        ''',
        solution='''
            def neighbour_share(features, labels, k):
                """Share of the k nearest other rows (n, d) with a row's label; some are equal."""
                gaps = np.linalg.norm(features[:, None] - features[None], axis=2)  # (n, n)
                np.fill_diagonal(gaps, np.inf)
                nearest = np.argsort(gaps, axis=1)[:, :k]
                return np.mean(labels[nearest] == labels[:, None])
        ''',
        hints=(
            "Which row is always the nearest one to row 0, at distance 0?",
            "A row must not count as its own neighbour: make its distance to itself infinite.",
            "Before sorting: np.fill_diagonal(gaps, np.inf). Then the order begins with others.",
        ),
        misconceptions=(
            (
                "of two equal rows the other one may come first: keep a row out by its number, not "
                "by its place in the order",
                """
                def neighbour_share(features, labels, k):
                    gaps = np.linalg.norm(features[:, None] - features[None], axis=2)
                    nearest = np.argsort(gaps, axis=1, kind="stable")[:, 1:k + 1]
                    return np.mean(labels[nearest] == labels[:, None])
                """,
            ),
            (
                "an equal row is a neighbour too: keep out the row itself, not all at distance 0",
                """
                def neighbour_share(features, labels, k):
                    gaps = np.linalg.norm(features[:, None] - features[None], axis=2)
                    gaps[gaps == 0] = np.inf
                    nearest = np.argsort(gaps, axis=1, kind="stable")[:, :k]
                    return np.mean(labels[nearest] == labels[:, None])
                """,
            ),
            (
                "now each row has one neighbour too few: skip the first, and take k after it",
                """
                def neighbour_share(features, labels, k):
                    gaps = np.linalg.norm(features[:, None] - features[None], axis=2)
                    nearest = np.argsort(gaps, axis=1)[:, 1:max(k, 2)]
                    return np.mean(labels[nearest] == labels[:, None])
                """,
            ),
            (
                "you add one neighbour and still count the row itself among them",
                """
                def neighbour_share(features, labels, k):
                    gaps = np.linalg.norm(features[:, None] - features[None], axis=2)
                    nearest = np.argsort(gaps, axis=1)[:, :k + 1]
                    return np.mean(labels[nearest] == labels[:, None])
                """,
            ),
            (
                "you leave the first row of the set out, not each row's first neighbour",
                """
                def neighbour_share(features, labels, k):
                    gaps = np.linalg.norm(features[:, None] - features[None], axis=2)
                    nearest = np.argsort(gaps, axis=1)[1:, :k]
                    return np.mean(labels[nearest] == labels[1:, None])
                """,
            ),
            (
                "with 0 on the diagonal a row is still nearest to itself: infinity keeps it away",
                """
                def neighbour_share(features, labels, k):
                    gaps = np.linalg.norm(features[:, None] - features[None], axis=2)
                    np.fill_diagonal(gaps, 0)
                    nearest = np.argsort(-gaps, axis=1)[:, :k]
                    return np.mean(labels[nearest] == labels[:, None])
                """,
            ),
        ),
        cases=_sets,
    ),
    Exercise(
        id="22.prototypes",
        stub='''
            def nearest_mean(features, labels, features_new):
                """Labels (m,) for features_new (m, d), from features (n, d) with labels (n,)."""
                ...
        ''',
        solution='''
            def nearest_mean(features, labels, features_new):
                """Labels (m,) for features_new (m, d), from features (n, d) with labels (n,)."""
                classes = np.unique(labels)
                means = np.array([features[labels == c].mean(axis=0) for c in classes])
                gaps = np.linalg.norm(features_new[:, None] - means, axis=2)
                return classes[gaps.argmin(axis=1)]
        ''',
        hints=(
            "Two steps: one mean for each class, then the nearest mean for each new row.",
            "np.unique(labels) names the classes; features[labels == c].mean(axis=0) is a mean.",
            "gaps = np.linalg.norm(features_new[:, None] - means, axis=2); then argmin(axis=1).",
        ),
        misconceptions=(
            (
                "that is the nearest example; the nearest mean of a class is asked for",
                """
                def nearest_mean(features, labels, features_new):
                    gaps = np.linalg.norm(features_new[:, None] - features, axis=2)
                    return labels[gaps.argmin(axis=1)]
                """,
            ),
            (
                "you return the place in the list of classes: classes[place] is the label",
                """
                def nearest_mean(features, labels, features_new):
                    classes = np.unique(labels)
                    means = np.array([features[labels == c].mean(axis=0) for c in classes])
                    gaps = np.linalg.norm(features_new[:, None] - means, axis=2)
                    return gaps.argmin(axis=1)
                """,
            ),
            (
                "the largest inner product is not the smallest distance: long means would win",
                """
                def nearest_mean(features, labels, features_new):
                    classes = np.unique(labels)
                    means = np.array([features[labels == c].mean(axis=0) for c in classes])
                    return classes[(features_new @ means.T).argmax(axis=1)]
                """,
            ),
            (
                "you add the examples up: divide by their number, or large classes lie far out",
                """
                def nearest_mean(features, labels, features_new):
                    classes = np.unique(labels)
                    sums = np.array([features[labels == c].sum(axis=0) for c in classes])
                    gaps = np.linalg.norm(features_new[:, None] - sums, axis=2)
                    return classes[gaps.argmin(axis=1)]
                """,
            ),
        ),
        cases=_few,
    ),
)
