"""Exercises of lesson 43, self-driving."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.exercises import Exercise

Driver = Callable[[float], float]
Ride = Callable[[Driver], list[float]]
Learn = Callable[[Sequence[float], Sequence[float]], Driver]


def _places(rng: np.random.Generator) -> list[tuple[float, float, float, float, float]]:
    """Return places and angles of a car, and places to drive to: all around, none behind."""
    ahead = (0.0, 0.0, 0.0, 0.0, 10.0), (3.0, -2.0, 0.0, 8.0, -2.0), (3, 4, 0, -7, 4)
    west = (1.0, 1.0, math.pi / 2, -9.0, 1.0), (1.0, 1.0, math.pi / 2, 1.0, 6.0)
    turned = (5.0, -4.0, 7.1, 8.0, 9.0), (-6.0, 2.0, -3.9, 0.5, 0.0)
    drawn = [tuple(map(float, rng.normal(scale=(20, 20, 2, 20, 20)))) for _ in range(12)]
    return [*ahead, *west, *turned, *drawn]  # type: ignore[list-item]


def _frames(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pictures and actions: of several shapes, one alone, of whole numbers."""
    shapes = ((5, 3, 4), (1, 2, 2), (4, 4, 4), (4, 2, 2), (2, 5, 3))
    listed = [(rng.random(shape), rng.uniform(-1, 1, (shape[0], 2))) for shape in shapes]
    whole = rng.integers(9, size=(3, 4, 4)), rng.integers(-1, 2, size=(3, 2))
    straight = rng.random((2, 3, 3)), np.array([[0.0, 1.0], [0.5, -0.5]])
    return [*listed, whole, straight]


def _world(slope: float, drift: float, length: int) -> tuple[Ride, Driver]:
    """Return the rides of a small world, and its teacher: each action moves the place."""

    def ride(driver: Driver) -> list[float]:
        places = [0.0]
        while len(places) < length:
            places.append(places[-1] + 0.5 * driver(places[-1]) + drift)
        return places

    def teacher(place: float) -> float:
        return float(np.clip(1 - slope * place, -2, 2))

    return ride, teacher


def _line(places: Sequence[float], answers: Sequence[float]) -> Driver:
    """Return a pupil who draws the best line through the answers, a little flat."""
    x, y = np.asarray(places, float), np.asarray(answers, float)
    flat = ((x - x.mean()) * (y - y.mean())).sum() / (((x - x.mean()) ** 2).sum() + 1)
    return lambda place: float(y.mean() + flat * (place - x.mean()))


def _mean(places: Sequence[float], answers: Sequence[float]) -> Driver:
    """Return a pupil who always does what the teacher does on average."""
    return lambda place: float(np.mean(answers))


def _worlds(rng: np.random.Generator) -> list[tuple[Ride, Driver, Learn, int]]:
    """Return worlds with their teachers, pupils and numbers of rounds, none among them.

    In most of them the teacher goes on and on; in the last two it comes back, or stands still.
    """
    onward = (0.3, 0.0, 4, 3), (0.8, 0.5, 6, 2), (0.1, -0.4, 3, 1), (0.6, 0.2, 5, 0)
    settings = (*onward, (3.0, 0.0, 5, 2), (2.0, 0.0, 4, 1))
    worlds = [(*_world(*setting[:3]), _line, setting[3]) for setting in settings]
    return [*worlds, (*_world(0.5, 0.3, 4), _mean, 2), (*_world(0.9, 1.0, 1), _mean, 4)]


EXERCISES = (
    Exercise(
        id="43.bearing",
        stub='''
            def bearing(x, y, angle, east, north):
                """How far to the right of straight ahead a place lies, in radians.

                The car is at (x, y), the place at (east, north). At angle 0 the car faces north,
                and the angle grows to the left. Straight ahead is 0, to the left is below 0.
                """
                right, ahead = ..., ...  # of the place, as the car's driver sees it, in metres
                return math.atan2(right, ahead)
        ''',
        solution='''
            def bearing(x, y, angle, east, north):
                """How far to the right of straight ahead a place lies, in radians.

                The car is at (x, y), the place at (east, north). At angle 0 the car faces north,
                and the angle grows to the left. Straight ahead is 0, to the left is below 0.
                """
                right = (east - x) * math.cos(angle) + (north - y) * math.sin(angle)
                ahead = (north - y) * math.cos(angle) - (east - x) * math.sin(angle)
                return math.atan2(right, ahead)
        ''',
        hints=(
            "First from the car: east - x and north - y. At angle 0 these are right and ahead.",
            "At angle π/2 the car faces west: what lies north is to its right, what lies west "
            "ahead. A cosine of the angle and a sine join the two cases.",
            "right = (east - x) * math.cos(angle) + (north - y) * math.sin(angle), and "
            "ahead = (north - y) * math.cos(angle) - (east - x) * math.sin(angle)",
        ),
        misconceptions=(
            (
                "you forget where the car is: take its place off first",
                """
                def bearing(x, y, angle, east, north):
                    right = east * math.cos(angle) + north * math.sin(angle)
                    ahead = north * math.cos(angle) - east * math.sin(angle)
                    return math.atan2(right, ahead)
                """,
            ),
            (
                "you forget which way the car faces: right holds for a car that faces north",
                "def bearing(x, y, angle, east, north): return math.atan2(east - x, north - y)",
            ),
            (
                "you turn the wrong way: at angle π/2 the car faces west, north is to its right",
                """
                def bearing(x, y, angle, east, north):
                    right = (east - x) * math.cos(angle) - (north - y) * math.sin(angle)
                    ahead = (north - y) * math.cos(angle) + (east - x) * math.sin(angle)
                    return math.atan2(right, ahead)
                """,
            ),
            (
                "to the right is above 0: yours is above 0 to the left",
                """
                def bearing(x, y, angle, east, north):
                    right = (east - x) * math.cos(angle) + (north - y) * math.sin(angle)
                    ahead = (north - y) * math.cos(angle) - (east - x) * math.sin(angle)
                    return math.atan2(-right, ahead)
                """,
            ),
            (
                "straight ahead is 0: yours is 0 to the right, for `right` comes first in atan2",
                """
                def bearing(x, y, angle, east, north):
                    right = (east - x) * math.cos(angle) + (north - y) * math.sin(angle)
                    ahead = (north - y) * math.cos(angle) - (east - x) * math.sin(angle)
                    return math.atan2(ahead, right)
                """,
            ),
            (
                "a place behind the car is more than π/2 away: atan alone cannot tell, atan2 can",
                """
                def bearing(x, y, angle, east, north):
                    right = (east - x) * math.cos(angle) + (north - y) * math.sin(angle)
                    ahead = (north - y) * math.cos(angle) - (east - x) * math.sin(angle)
                    return math.atan(right / ahead)
                """,
            ),
        ),
        cases=_places,
    ),
    Exercise(
        id="43.clean",
        stub="clean_laps = ...  # a share, to four decimals",
        solution="clean_laps = 0.99**500",
        hints=(
            "The first decision is right with probability 0.99. The first two?",
            "0.99 · 0.99. Each further decision multiplies by 0.99 again.",
            "0.99**500",
        ),
        misconceptions=(
            (
                "that is the share of right decisions: a lap has 500 of them",
                "clean_laps = 0.99",
            ),
            (
                "probabilities of independent events are multiplied: 500 · 0.01 is the mean number "
                "of mistakes",
                "clean_laps = 0",
            ),
            ("a probability lies between 0 and 1", "clean_laps = 1 - 500 * 0.01"),
            (
                "that is the share of laps with a mistake: the clean ones were asked for",
                "clean_laps = 1 - 0.99**500",
            ),
            ("that is the mean number of mistakes per lap", "clean_laps = 5"),
        ),
        digits=4,
    ),
    Exercise(
        id="43.mirror",
        stub='''
            def reflected(pictures, actions):
                """Pictures (n, rows, columns) and actions (n, 2) on the mirror image of a track.

                Columns run from left to right. An action is steering (1 is right) and pedal.
                """
                return pictures[:, ::-1], actions
        ''',
        solution='''
            def reflected(pictures, actions):
                """Pictures (n, rows, columns) and actions (n, 2) on the mirror image of a track.

                Columns run from left to right. An action is steering (1 is right) and pedal.
                """
                return pictures[:, :, ::-1], actions * np.array([-1, 1])
        ''',
        hints=(
            "A bend to the left becomes one to the right. What has to change beside the picture?",
            "[:, ::-1] turns rows about: the sky comes to lie below. Steering changes its sign, "
            "the pedal does not.",
            "pictures[:, :, ::-1], actions * np.array([-1, 1])",
        ),
        misconceptions=(
            (
                "rows are turned about: the road stands on its head",
                "def reflected(pictures, actions): "
                "return pictures[:, ::-1], actions * np.array([-1, 1])",
            ),
            (
                "in the mirror a bend to the left is one to the right: "
                "whoever steers as before leaves the road",
                "def reflected(pictures, actions): return pictures[:, :, ::-1], actions",
            ),
            (
                "gas stays gas in the mirror: only steering changes its sign",
                "def reflected(pictures, actions): return pictures[:, :, ::-1], -actions",
            ),
            (
                "the road stands on its head: that is half a turn, and not a mirror",
                "def reflected(pictures, actions): "
                "return pictures[:, ::-1, ::-1], actions * np.array([-1, 1])",
            ),
            (
                "that is the drive backwards in time: each picture has to be mirrored",
                "def reflected(pictures, actions): "
                "return pictures[::-1], actions[::-1] * np.array([-1, 1])",
            ),
            (
                "the pictures are as before: they have to be mirrored too",
                "def reflected(pictures, actions): return pictures, actions * np.array([-1, 1])",
            ),
        ),
        cases=_frames,
    ),
    Exercise(
        id="43.ask",
        stub='''
            def asked(ride, teacher, learn, rounds):
                """All places come to, in order, and what the teacher says there: two lists.

                ride(driver) lists the places that a driver comes to; teacher(place) is the right
                action there; learn(places, actions) makes a driver. The teacher rides once, then,
                `rounds` times, a driver that has learned from all that was asked so far.
                """
                places = ride(teacher)
                for _ in range(rounds):
                    driver = learn(places, [teacher(place) for place in places])
                    places = ride(driver)
                return places, [teacher(place) for place in places]
        ''',
        solution='''
            def asked(ride, teacher, learn, rounds):
                """All places come to, in order, and what the teacher says there: two lists.

                ride(driver) lists the places that a driver comes to; teacher(place) is the right
                action there; learn(places, actions) makes a driver. The teacher rides once, then,
                `rounds` times, a driver that has learned from all that was asked so far.
                """
                places = ride(teacher)
                for _ in range(rounds):
                    driver = learn(places, [teacher(place) for place in places])
                    places = places + ride(driver)
                return places, [teacher(place) for place in places]
        ''',
        hints=(
            "How many places are in the list after the second round, and how many should be?",
            "Each round throws away what was asked before. The A in DAgger is for aggregation.",
            "places = places + ride(driver)",
        ),
        misconceptions=(
            (
                "each round forgets what was asked before: it has to be kept",
                """
                def asked(ride, teacher, learn, rounds):
                    places = ride(teacher)
                    for _ in range(rounds):
                        driver = learn(places, [teacher(place) for place in places])
                        places = ride(driver)
                    return places, [teacher(place) for place in places]
                """,
            ),
            (
                "the teacher rides every time: those are more ordinary laps, "
                "and nobody learns to come back",
                """
                def asked(ride, teacher, learn, rounds):
                    places = ride(teacher)
                    for _ in range(rounds):
                        places = places + ride(teacher)
                    return places, [teacher(place) for place in places]
                """,
            ),
            (
                "you write down what the pupil does in its new places: that is its mistakes, "
                "confirmed; the teacher is to be asked",
                """
                def asked(ride, teacher, learn, rounds):
                    places = ride(teacher)
                    actions = [teacher(place) for place in places]
                    for _ in range(rounds):
                        driver = learn(places, actions)
                        new = ride(driver)
                        places, actions = places + new, actions + [driver(each) for each in new]
                    return places, actions
                """,
            ),
            (
                "the driver learns once and never again: after each ride it has to learn anew",
                """
                def asked(ride, teacher, learn, rounds):
                    places = ride(teacher)
                    driver = learn(places, [teacher(place) for place in places])
                    for _ in range(rounds):
                        places = places + ride(driver)
                    return places, [teacher(place) for place in places]
                """,
            ),
            (
                "the teacher's own ride is missing from what was asked",
                """
                def asked(ride, teacher, learn, rounds):
                    first = ride(teacher)
                    places = []
                    for _ in range(rounds):
                        known = first + places
                        driver = learn(known, [teacher(place) for place in known])
                        places = places + ride(driver)
                    return places, [teacher(place) for place in places]
                """,
            ),
            (
                "that is one ride too many: the teacher's comes before the `rounds` of the pupil",
                """
                def asked(ride, teacher, learn, rounds):
                    places = ride(teacher)
                    for _ in range(rounds + 1):
                        driver = learn(places, [teacher(place) for place in places])
                        places = places + ride(driver)
                    return places, [teacher(place) for place in places]
                """,
            ),
        ),
        cases=_worlds,
    ),
    Exercise(
        id="43.never",
        stub='''
            def at_most(tracks, doubt=0.05):
                """The share of bad tracks at which `tracks` fresh ones are all good, by luck.

                That luck has the probability `doubt`, above 0 and below 1. `tracks` is 1 or more.
                """
                ...
        ''',
        solution='''
            def at_most(tracks, doubt=0.05):
                """The share of bad tracks at which `tracks` fresh ones are all good, by luck.

                That luck has the probability `doubt`, above 0 and below 1. `tracks` is 1 or more.
                """
                return 1 - doubt ** (1 / tracks)
        ''',
        hints=(
            "If the share p of all tracks is bad, one fresh track is good with probability 1 − p. "
            "And `tracks` of them?",
            "All are good with probability (1 − p)ⁿ. Set that equal to `doubt` and solve for p.",
            "1 - doubt ** (1 / tracks)",
        ),
        misconceptions=(
            (
                "that is the rule of three, a good one for many tracks: solve (1 − p)ⁿ = doubt",
                "def at_most(tracks, doubt=0.05): return -math.log(doubt) / tracks",
            ),
            (
                "all have to be good at once: (1 − p)ⁿ = doubt, and not n · p = doubt",
                "def at_most(tracks, doubt=0.05): return doubt / tracks",
            ),
            (
                "`doubt` is the probability that all are good, not that one is bad",
                "def at_most(tracks, doubt=0.05): return 1 - (1 - doubt) ** (1 / tracks)",
            ),
            (
                "solve for p: the n-th root of `doubt` is 1 − p",
                "def at_most(tracks, doubt=0.05): return 1 - doubt**tracks",
            ),
            (
                "that is 1 − p, the share of good tracks",
                "def at_most(tracks, doubt=0.05): return doubt ** (1 / tracks)",
            ),
        ),
        cases=lambda rng: [
            *((n,) for n in (1, 2, 20, 100)),
            *((n, d) for n, d in ((1, 0.5), (3, 0.01), (20, 0.9), (160, 0.05), (7, 0.3))),
        ],
    ),
)
