"""Exercises of lesson 44, image generation."""

from collections.abc import Callable

import numpy as np

from dlcourse.exercises import Exercise

Velocity = Callable[[np.ndarray, float], np.ndarray]


def nearest(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each of a (n, d) is from the nearest of b (m, d), and that one's row."""
    distances = np.sqrt(((np.asarray(a)[:, None] - np.asarray(b)[None]) ** 2).sum(axis=2))
    return distances.min(axis=1), distances.argmin(axis=1)


def _rows(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pairs of rows of numbers: other lengths, centres and widths, in either order."""
    sizes = ((5, 5), (3, 8), (40, 12), (2, 2), (2, 30), (9, 4))
    places = ((0.0, 2.0, 1.0, 1.0), (3.0, 0.0, 0.5, 4.0), (-1.0, -1.5, 3.0, 1.0))
    listed = []
    for case, (n, m) in enumerate(sizes):
        here, there, narrow, wide = places[case % 3]
        listed.append((rng.normal(here, narrow, n), rng.normal(there, wide, m)))
    whole = rng.integers(10, size=7), rng.integers(10, size=3)
    level = np.full(4, 2.0), np.array([5.0, 5.0, 5.0])
    return [*listed, whole, level, (listed[0][0], listed[0][0])]


def _still(x: np.ndarray, t: float) -> np.ndarray:
    """Return the same velocity everywhere, always."""
    return np.full_like(x, 3.0)


def _inward(x: np.ndarray, t: float) -> np.ndarray:
    """Return velocities towards zero, faster from farther out."""
    velocity: np.ndarray = -1.5 * x
    return velocity


def _later(x: np.ndarray, t: float) -> np.ndarray:
    """Return velocities that grow with time, and turn with the place."""
    velocity: np.ndarray = np.sin(x) + 4 * t**2
    return velocity


def _home(x: np.ndarray, t: float) -> np.ndarray:
    """Return the velocities that lead to 2 by time 1: without end at time 1 itself."""
    with np.errstate(divide="ignore"):
        velocity: np.ndarray = (2.0 - x) / np.float64(1.0 - t)
    return velocity


def _walks(rng: np.random.Generator) -> list[tuple[Velocity, np.ndarray, int]]:
    """Return velocities, places to begin from, and numbers of steps."""
    ways = ((_still, (4,), 7), (_inward, (3, 2), 5), (_later, (2, 5), 10), (_home, (6, 1), 4))
    more = ((_later, (1,), 1), (_inward, (2,), 1), (_home, (3,), 2), (_later, (5,), 3))
    return [(way, rng.normal(size=shape), steps) for way, shape, steps in (*ways, *more)]


def _orders(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Return velocities without and with an order, and strengths below, at and above 1."""
    shapes = ((3,), (4, 2), (1, 5), (2, 2), (3, 3), (6,))
    strengths = (2.0, 0.0, 1.0, 0.5, 3, 7.5)
    return [
        (rng.normal(size=shape), rng.normal(size=shape), w)
        for shape, w in zip(shapes, strengths, strict=True)
    ]


def _pictures(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return drawn, new and known pictures: honest, copied, one alone, with equal distances."""
    listed = [
        (rng.random((n, 6)), rng.random((m, 6)), rng.random((k, 6)))
        for n, m, k in ((5, 5, 12), (4, 9, 30), (11, 3, 2), (6, 6, 1))
    ]
    known = rng.random((12, 6))
    copies = known[[3, 3, 7, 0]]
    near = known[:5] + 0.01 * rng.random((5, 6))
    far = rng.random((3, 6)) + 3
    line = np.array([[0.0], [10.0], [20.0]])
    drawn, new = np.array([[1.0], [12.0], [23.0]]), np.array([[2.0], [8.0], [21.0], [17.0]])
    return [
        *listed,
        (copies, rng.random((6, 6)), known),
        (near, rng.random((7, 6)), known),
        (far, rng.random((4, 6)), known),
        (rng.random((1, 6)), rng.random((1, 6)), known[:1]),
        (drawn, new, line),
        (new, drawn, line),
        (copies, known[:2], known),
    ]


EXERCISES = (
    Exercise(
        id="44.frechet",
        stub='''
            def line_distance(a, b):
                """The Fréchet distance of two rows, of two numbers or more; widths have n − 1."""
                ...
        ''',
        solution='''
            def line_distance(a, b):
                """The Fréchet distance of two rows, of two numbers or more; widths have n − 1."""
                gap = np.mean(a) - np.mean(b)
                return gap**2 + (np.std(a, ddof=1) - np.std(b, ddof=1)) ** 2
        ''',
        hints=(
            "Each row has a mean and a width (its standard deviation). Two gaps, each squared.",
            "NumPy's std divides by n; std(ddof=1) divides by n − 1.",
            "(np.mean(a) - np.mean(b)) ** 2 + (np.std(a, ddof=1) - np.std(b, ddof=1)) ** 2",
        ),
        misconceptions=(
            (
                "you take the gap between the means alone: rows of one width and of another "
                "would be alike",
                "def line_distance(a, b): return (np.mean(a) - np.mean(b)) ** 2",
            ),
            (
                "the second term is the gap between the widths, not between their squares, "
                "the variances",
                """
                def line_distance(a, b):
                    gap = np.mean(a) - np.mean(b)
                    return gap**2 + (np.var(a, ddof=1) - np.var(b, ddof=1)) ** 2
                """,
            ),
            (
                "you divide by n in the widths: np.cov divides by n − 1, and so does std(ddof=1)",
                """
                def line_distance(a, b):
                    return (np.mean(a) - np.mean(b)) ** 2 + (np.std(a) - np.std(b)) ** 2
                """,
            ),
            (
                "the formula has no root at its end: it is the sum of the two squares",
                """
                def line_distance(a, b):
                    gap = np.mean(a) - np.mean(b)
                    return np.sqrt(gap**2 + (np.std(a, ddof=1) - np.std(b, ddof=1)) ** 2)
                """,
            ),
            (
                "widths are compared by their gap: their sum would not be zero for equal rows",
                """
                def line_distance(a, b):
                    gap = np.mean(a) - np.mean(b)
                    return gap**2 + (np.std(a, ddof=1) + np.std(b, ddof=1)) ** 2
                """,
            ),
            (
                "that is (gap of the means)² + σ² + σ²: the widths are compared with one another",
                """
                def line_distance(a, b):
                    gap = np.mean(a) - np.mean(b)
                    return gap**2 + np.var(a, ddof=1) + np.var(b, ddof=1)
                """,
            ),
        ),
        cases=_rows,
    ),
    Exercise(
        id="44.path",
        stub="place_and_velocity = ...  # two numbers",
        solution="place_and_velocity = (1.25, -3)",
        hints=(
            "At time 0 the path is at the noise, at time 1 at the picture.",
            "Three quarters of the noise and one quarter of the picture. The velocity is the way "
            "in a time of 1.",
            "(0.75 * 2 + 0.25 * -1, -1 - 2)",
        ),
        misconceptions=(
            (
                "time 0 is the noise: a quarter of the way from it is near the noise yet",
                "place_and_velocity = (-0.25, -3)",
            ),
            (
                "the path leads from the noise to the picture: the velocity is x1 - x0",
                "place_and_velocity = (1.25, 3)",
            ),
            (
                "that is the way already gone: the velocity is the whole way, in a time of 1",
                "place_and_velocity = (1.25, -0.75)",
            ),
            (
                "that is the way that is left: the velocity is the whole way, in a time of 1",
                "place_and_velocity = (1.25, -2.25)",
            ),
            (
                "time 0 is the noise, and the path leads from it to the picture",
                "place_and_velocity = (-0.25, 3)",
            ),
        ),
    ),
    Exercise(
        id="44.walk",
        stub='''
            def walk(velocity, x, steps):
                """Where x at time 0 has come at time 1, in equal steps along velocity(x, t)."""
                for step in range(1, steps + 1):
                    x = x + velocity(x, step / steps) / steps
                return x
        ''',
        solution='''
            def walk(velocity, x, steps):
                """Where x at time 0 has come at time 1, in equal steps along velocity(x, t)."""
                for step in range(steps):
                    x = x + velocity(x, step / steps) / steps
                return x
        ''',
        hints=(
            "Write down the times at which it asks for the velocity, for steps = 4. "
            "What time is it when the first step begins?",
            "It begins at time 0. The last step begins at 1 − 1/steps and ends at 1.",
            "for step in range(steps)",
        ),
        misconceptions=(
            (
                "a step lasts 1/steps: it goes on by the velocity times that duration",
                """
                def walk(velocity, x, steps):
                    for step in range(steps):
                        x = x + velocity(x, step / steps)
                    return x
                """,
            ),
            (
                "that is one step too few: it stops before time 1",
                """
                def walk(velocity, x, steps):
                    for step in range(steps - 1):
                        x = x + velocity(x, step / steps) / steps
                    return x
                """,
            ),
            (
                "the first step begins at time 0: you leave it out",
                """
                def walk(velocity, x, steps):
                    for step in range(1, steps):
                        x = x + velocity(x, step / steps) / steps
                    return x
                """,
            ),
            (
                "time goes on with each step: you ask for the velocity at time 0 in all of them",
                """
                def walk(velocity, x, steps):
                    for step in range(steps):
                        x = x + velocity(x, 0) / steps
                    return x
                """,
            ),
            (
                "ask for the velocity where the walk has come, not where it began",
                """
                def walk(velocity, x, steps):
                    begin = x
                    for step in range(steps):
                        x = x + velocity(begin, step / steps) / steps
                    return x
                """,
            ),
            (
                "time runs from 0, the noise, to 1, the picture: you walk it backwards",
                """
                def walk(velocity, x, steps):
                    for step in range(steps, 0, -1):
                        x = x - velocity(x, step / steps) / steps
                    return x
                """,
            ),
            (
                "the middle of each step is a good time to ask for another method; "
                "here the velocity is that at its beginning",
                """
                def walk(velocity, x, steps):
                    for step in range(steps):
                        x = x + velocity(x, (step + 0.5) / steps) / steps
                    return x
                """,
            ),
        ),
        cases=_walks,
    ),
    Exercise(
        id="44.guide",
        stub='''
            def stronger(free, ordered, w):
                """The velocity to follow, from those without and with an order: arrays alike."""
                return ...
        ''',
        solution='''
            def stronger(free, ordered, w):
                """The velocity to follow, from those without and with an order: arrays alike."""
                return free + w * (ordered - free)
        ''',
        hints=(
            "What has to come out at w = 0, and what at w = 1?",
            "Start at `free` and go w times the way from it to `ordered`.",
            "free + w * (ordered - free)",
        ),
        misconceptions=(
            (
                "at w = 0 nothing is ordered: start from `free` (papers that start from "
                "`ordered` count w from 0 where we count from 1)",
                "def stronger(free, ordered, w): return ordered + w * (ordered - free)",
            ),
            (
                "at w = 1 the answer has to be `ordered`: the way there is ordered - free",
                "def stronger(free, ordered, w): return free + w * ordered",
            ),
            (
                "that is where the two change places: w = 1 has to give `ordered`",
                "def stronger(free, ordered, w): return ordered + w * (free - ordered)",
            ),
            (
                "the velocity without an order is left out: w stretches the way from it",
                "def stronger(free, ordered, w): return w * ordered",
            ),
            (
                "you forget the start: go from `free` by w times the way",
                "def stronger(free, ordered, w): return w * (ordered - free)",
            ),
        ),
        cases=_orders,
    ),
    Exercise(
        id="44.nearer",
        stub='''
            def nearer_than_new(drawn, new, known):
                """In which share of the pairs of a drawn and a new picture the drawn one is nearer.

                Nearer to its nearest known picture; where both lie as near, half a pair counts.
                """
                ...
        ''',
        solution='''
            def nearer_than_new(drawn, new, known):
                """In which share of the pairs of a drawn and a new picture the drawn one is nearer.

                Nearer to its nearest known picture; where both lie as near, half a pair counts.
                """
                ours, theirs = nearest(drawn, known)[0][:, None], nearest(new, known)[0]
                return np.mean((ours < theirs) + (ours == theirs) / 2)
        ''',
        hints=(
            "nearest(drawn, known)[0] is how far each drawn picture is from the nearest known one. "
            "Who else needs such a distance?",
            "The new pictures do, from the known ones. Compare each drawn distance with each new "
            "one: ours[:, None] < theirs has a row for each drawn picture.",
            "np.mean((ours < theirs) + (ours == theirs) / 2)",
        ),
        misconceptions=(
            (
                "that is how probable it is that the drawn picture lies farther away",
                """
                def nearer_than_new(drawn, new, known):
                    ours, theirs = nearest(drawn, known)[0][:, None], nearest(new, known)[0]
                    return np.mean((ours > theirs) + (ours == theirs) / 2)
                """,
            ),
            (
                "where both lie as near, half a pair counts: you count none",
                """
                def nearer_than_new(drawn, new, known):
                    ours, theirs = nearest(drawn, known)[0][:, None], nearest(new, known)[0]
                    return np.mean(ours < theirs)
                """,
            ),
            (
                "where both lie as near, half a pair counts: you count a whole one",
                """
                def nearer_than_new(drawn, new, known):
                    ours, theirs = nearest(drawn, known)[0][:, None], nearest(new, known)[0]
                    return np.mean(ours <= theirs)
                """,
            ),
            (
                "compare with every new picture, not with their mean distance",
                """
                def nearer_than_new(drawn, new, known):
                    ours, theirs = nearest(drawn, known)[0], nearest(new, known)[0].mean()
                    return np.mean((ours < theirs) + (ours == theirs) / 2)
                """,
            ),
            (
                "you ask how far the new pictures are from the drawn ones: "
                "a copy is near a known picture",
                """
                def nearer_than_new(drawn, new, known):
                    ours, theirs = nearest(drawn, known)[0][:, None], nearest(new, drawn)[0]
                    return np.mean((ours < theirs) + (ours == theirs) / 2)
                """,
            ),
            (
                "that is how many pairs: divide by the number of all pairs",
                """
                def nearer_than_new(drawn, new, known):
                    ours, theirs = nearest(drawn, known)[0][:, None], nearest(new, known)[0]
                    return np.sum((ours < theirs) + (ours == theirs) / 2)
                """,
            ),
        ),
        cases=_pictures,
        given={"nearest": nearest},
    ),
)
