"""Exercises of lesson 42, object detection."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.boxes import overlap
from dlcourse.exercises import Exercise


def _pairs(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield boxes that are equal, apart, touching, one in the other, and drawn ones."""
    yield (2, 3, 6, 11), (2, 3, 6, 11)
    yield (0, 0, 4, 4), (10, 12, 14, 15)
    yield (0, 0, 4, 4), (1, 10, 3, 12)
    yield (0, 0, 4, 4), (10, 1, 12, 3)
    yield (0, 0, 4, 4), (4, 0, 8, 4)
    yield (0, 0, 10, 8), (2, 3, 5, 5)
    yield (-3.5, -2, 4, 6.25), (-1, 0.5, 9, 3)
    for _ in range(6):
        corners = rng.integers(0, 12, size=(2, 2))
        edges = rng.integers(4, 15, size=(2, 2))
        one, other = np.concatenate([corners, corners + edges], axis=1)
        yield one, other


def _overlaps(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield overlaps of boxes with digits: none hit, doubles, first and second choice, one half."""
    yield (np.array([[0.9, 0.0], [0.8, 0.1], [0.2, 0.7]]),)
    yield (np.array([[0.75, 0.0], [0.625, 0.5], [0.25, 0.5]]),)
    yield (np.array([[0.6, 0.9], [0.7, 0.2]]),)
    yield (np.array([[0.4, 0.3], [0.6, 0.1], [0.0, 0.0]]),)
    yield (np.array([[0.45, 0.2], [0.1, 0.48], [0.8, 0.0], [0.0, 0.55]]),)
    yield (np.array([[0.6, 0.9], [0.7, 0.55], [0.95, 0.52]]),)
    yield (np.array([[0.5], [1.0], [0.5]]),)
    yield (np.array([[0.3, 0.5, 0.1]]),)
    for boxes, digits in ((6, 3), (9, 5), (4, 6)):
        yield (rng.permutation(boxes * digits).reshape(boxes, digits) / (boxes * digits),)


def _crowds(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield overlaps of boxes among themselves, and limits, one of them met exactly."""
    chain = np.array([[1, 0.625, 0.125], [0.625, 1, 0.75], [0.125, 0.75, 1]])
    yield from ((chain, limit) for limit in (0.5, 0.625, 0.75, 0.0625, 0.9))
    yield np.eye(5) + 0.75 * (np.eye(5, k=1) + np.eye(5, k=-1)), 0.5
    yield np.ones((1, 1)), 0.5
    yield np.zeros((0, 0)), 0.5
    yield np.ones((3, 3)), 0.25
    yield np.eye(4), 0.5
    for count, limit in ((8, 0.3), (14, 0.1), (20, 0.6)):
        corner = rng.integers(0, 12, size=(count, 2))
        boxes = np.concatenate([corner, corner + rng.integers(5, 12, size=(count, 2))], axis=1)
        yield overlap(boxes, boxes), limit


def _cells(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield boxes and cells of several sizes, in the middle and away from it."""
    yield (10, 20, 26, 52), 18, 38, 4
    yield (0, 0, 1, 30), 0.5, 14, 4
    yield np.array([4, 8, 20, 32]), 14.0, 14.0, 8
    for cell in (1, 2, 16):
        left, top = rng.integers(0, 40, size=2)
        width, height = rng.integers(8, 50, size=2)
        middle = left + 0.3 * width, top + 0.6 * height
        yield np.array([left, top, left + width, top + height]), *middle, cell


EXERCISES = (
    Exercise(
        id="42.overlap",
        stub='''
        def overlap(one, other):
            """The area that two boxes share, over the area that they cover together.

            A box is (left, top, right, bottom), with left < right and top < bottom.
            """
            ...
        ''',
        solution='''
        def overlap(one, other):
            """The area that two boxes share, over the area that they cover together.

            A box is (left, top, right, bottom), with left < right and top < bottom.
            """
            width = min(one[2], other[2]) - max(one[0], other[0])
            height = min(one[3], other[3]) - max(one[1], other[1])
            common = max(width, 0) * max(height, 0)
            areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
            return common / (sum(areas) - common)
        ''',
        hints=(
            "What two boxes share is a box again. Where is its left side, where its right one?",
            "Its left side is the larger of the two left sides, its right side the smaller of the "
            "right ones. If right comes before left, nothing is shared. Together they cover both "
            "areas, less what was counted twice.",
            "width = min(one[2], other[2]) - max(one[0], other[0]), and height alike; common = "
            "max(width, 0) * max(height, 0); the result is common / (area + area - common).",
        ),
        misconceptions=(
            (
                "two boxes that are apart in both directions share nothing: your width and height "
                "are both below zero there, and their product is above; cut each at 0",
                """
                def overlap(one, other):
                    width = min(one[2], other[2]) - max(one[0], other[0])
                    height = min(one[3], other[3]) - max(one[1], other[1])
                    common = width * height
                    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
                    return common / (sum(areas) - common)
                """,
            ),
            (
                "what both boxes cover is counted twice in the sum of the areas: subtract it once",
                """
                def overlap(one, other):
                    width = min(one[2], other[2]) - max(one[0], other[0])
                    height = min(one[3], other[3]) - max(one[1], other[1])
                    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
                    return max(width, 0) * max(height, 0) / sum(areas)
                """,
            ),
            (
                "you divide by the smaller area: then a dot inside a box overlaps it fully; divide "
                "by what they cover together",
                """
                def overlap(one, other):
                    width = min(one[2], other[2]) - max(one[0], other[0])
                    height = min(one[3], other[3]) - max(one[1], other[1])
                    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
                    return max(width, 0) * max(height, 0) / min(areas)
                """,
            ),
            (
                "you count a pixel more in each direction: right and bottom are edges, so the "
                "width is right - left",
                """
                def overlap(one, other):
                    width = min(one[2], other[2]) - max(one[0], other[0]) + 1
                    height = min(one[3], other[3]) - max(one[1], other[1]) + 1
                    common = max(width, 0) * max(height, 0)
                    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (one, other)]
                    return common / (sum(areas) - common)
                """,
            ),
            (
                "that is the area that they share: divide it by what they cover together",
                """
                def overlap(one, other):
                    width = min(one[2], other[2]) - max(one[0], other[0])
                    height = min(one[3], other[3]) - max(one[1], other[1])
                    return max(width, 0) * max(height, 0)
                """,
            ),
        ),
        cases=_pairs,
    ),
    Exercise(
        id="42.hits",
        stub='''
        def hits(overlaps):
            """For each box, the best first, whether it is a hit.

            overlaps (n, m) are those of n boxes with m digits, at least one each. A box takes, of
            the digits still free, the one that it overlaps most, if by 0.5 or more.
            """
            return [max(row) >= 0.5 for row in overlaps]
        ''',
        solution='''
        def hits(overlaps):
            """For each box, the best first, whether it is a hit.

            overlaps (n, m) are those of n boxes with m digits, at least one each. A box takes, of
            the digits still free, the one that it overlaps most, if by 0.5 or more.
            """
            free, found = np.array(overlaps), []
            for row in free:
                best = row.argmax()
                found.append(row[best] >= 0.5)
                if found[-1]:
                    free[:, best] = 0
            return found
        ''',
        hints=(
            "What does the second box that finds the same digit have to be told?",
            "Keep which digits are free. Each box, the best first, looks among those alone.",
            "Copy the overlaps. For each row take best = row.argmax(); it is a hit from 0.5 on; "
            "after a hit set the whole column best of the copy to 0.",
        ),
        misconceptions=(
            (
                "a box whose first choice is taken may still hit another digit: look among those "
                "that are free",
                """
                def hits(overlaps):
                    taken, found = set(), []
                    for row in overlaps:
                        best = int(np.argmax(row))
                        found.append(row[best] >= 0.5 and best not in taken)
                        if found[-1]:
                            taken.add(best)
                    return found
                """,
            ),
            (
                "you take a digit away even where the box is no hit: only a hit takes it",
                """
                def hits(overlaps):
                    free, found = np.array(overlaps), []
                    for row in free:
                        best = row.argmax()
                        found.append(row[best] >= 0.5)
                        free[:, best] = 0
                    return found
                """,
            ),
            (
                "an overlap of 0.5 is enough: by 0.5 or more",
                """
                def hits(overlaps):
                    free, found = np.array(overlaps), []
                    for row in free:
                        best = row.argmax()
                        found.append(row[best] > 0.5)
                        if found[-1]:
                            free[:, best] = 0
                    return found
                """,
            ),
            (
                "you let each digit choose its box; it is the boxes that choose, the best first",
                """
                def hits(overlaps):
                    found = [False] * len(overlaps)
                    for column in np.transpose(overlaps):
                        if len(column) and column.max() >= 0.5:
                            found[int(column.argmax())] = True
                    return found
                """,
            ),
            (
                "a box that hits a digit does not make all later boxes wrong: they may hit others",
                """
                def hits(overlaps):
                    found = []
                    for row in overlaps:
                        found.append(max(row) >= 0.5 and not any(found))
                    return found
                """,
            ),
        ),
        cases=_overlaps,
    ),
    Exercise(
        id="42.sides",
        stub='''
        def sides(box, x, y, cell):
            """The four numbers d that a cell should give for a box (left, top, right, bottom).

            (x, y), the middle of the cell, lies inside the box; the cell is `cell` pixels wide.
            """
            return [...]
        ''',
        solution='''
        def sides(box, x, y, cell):
            """The four numbers d that a cell should give for a box (left, top, right, bottom).

            (x, y), the middle of the cell, lies inside the box; the cell is `cell` pixels wide.
            """
            left, top, right, bottom = box
            return [math.log(d / cell) for d in (x - left, y - top, right - x, bottom - y)]
        ''',
        hints=(
            "Solve the first equation for d: how far is it from X to the left side?",
            "X − left is c times e to the power d, so d is the logarithm of (X − left) / c. The "
            "right side lies on the other side of X.",
            "[np.log(d / cell) for d in (x - left, y - top, right - x, bottom - y)]",
        ),
        misconceptions=(
            (
                "those are the distances in cells; the cell answers with their logarithms",
                """
                def sides(box, x, y, cell):
                    left, top, right, bottom = box
                    return [d / cell for d in (x - left, y - top, right - x, bottom - y)]
                """,
            ),
            (
                "the distances are counted in cells: divide them by the cell's width first",
                """
                def sides(box, x, y, cell):
                    left, top, right, bottom = box
                    return [math.log(d) for d in (x - left, y - top, right - x, bottom - y)]
                """,
            ),
            (
                "you multiply by the cell's width; the equations do, so turned round they divide",
                """
                def sides(box, x, y, cell):
                    left, top, right, bottom = box
                    return [math.log(d * cell) for d in (x - left, y - top, right - x, bottom - y)]
                """,
            ),
            (
                "the order is left, top, right, bottom",
                """
                def sides(box, x, y, cell):
                    left, top, right, bottom = box
                    return [math.log(d / cell) for d in (x - left, right - x, y - top, bottom - y)]
                """,
            ),
            (
                "you measure from the middle of the box; the cell measures from its own middle",
                """
                def sides(box, x, y, cell):
                    left, top, right, bottom = box
                    half = (right - left) / 2, (bottom - top) / 2
                    return [math.log(d / cell) for d in half * 2]
                """,
            ),
        ),
        cases=_cells,
    ),
    Exercise(
        id="42.suppress",
        stub='''
        def suppress(overlaps, limit):
            """The numbers of the boxes that are kept, in order.

            overlaps (n, n) are those of n boxes, the best first. A box goes if it overlaps a better
            one that is kept by more than `limit`.
            """
            ...
        ''',
        solution='''
        def suppress(overlaps, limit):
            """The numbers of the boxes that are kept, in order.

            overlaps (n, n) are those of n boxes, the best first. A box goes if it overlaps a better
            one that is kept by more than `limit`.
            """
            kept = []
            for i in range(len(overlaps)):
                if all(overlaps[i, j] <= limit for j in kept):
                    kept.append(i)
            return kept
        ''',
        hints=(
            "The best box is kept. What decides about the second?",
            "Go through the boxes in order with a list of those that are kept so far. A box is "
            "kept if it overlaps none of them by more than the limit.",
            "if all(overlaps[i, j] <= limit for j in kept): kept.append(i)",
        ),
        misconceptions=(
            (
                "a box that is gone strikes out none: compare with those that are kept alone",
                """
                def suppress(overlaps, limit):
                    n = len(overlaps)
                    return [
                        i for i in range(n) if all(overlaps[i, j] <= limit for j in range(i))
                    ]
                """,
            ),
            (
                "you compare with the best box alone; every box that is kept strikes out others",
                """
                def suppress(overlaps, limit):
                    return [i for i in range(len(overlaps)) if i == 0 or overlaps[i, 0] <= limit]
                """,
            ),
            (
                "you compare with the last box that was kept alone: go through all of them",
                """
                def suppress(overlaps, limit):
                    kept = []
                    for i in range(len(overlaps)):
                        if not kept or overlaps[i, kept[-1]] <= limit:
                            kept.append(i)
                    return kept
                """,
            ),
            (
                "an overlap of the limit itself is allowed: a box goes for more than that",
                """
                def suppress(overlaps, limit):
                    kept = []
                    for i in range(len(overlaps)):
                        if all(overlaps[i, j] < limit for j in kept):
                            kept.append(i)
                    return kept
                """,
            ),
            (
                "those are the boxes that go; asked for are those that are kept",
                """
                def suppress(overlaps, limit):
                    kept, gone = [], []
                    for i in range(len(overlaps)):
                        good = all(overlaps[i, j] <= limit for j in kept)
                        (kept if good else gone).append(i)
                    return gone
                """,
            ),
        ),
        cases=_crowds,
    ),
    Exercise(
        id="42.tail",
        stub="after_the_tail = ...  # average precision, to two decimals",
        solution="after_the_tail = 81 / 101",
        hints=(
            "Which precisions does the sum pick for each recall, and where in the list do they "
            "stand?",
            "For each recall that is reached, the best precision at that place or later; recall "
            "grows at hits alone, and there is none among the 990.",
            "The eight hits stand at the top, with precision 1, up to recall 0.8: 81 of the 101 "
            "recalls have precision 1, the rest 0.",
        ),
        misconceptions=(
            (
                "that is the share of hits in the whole list, its precision at the end; the "
                "average is taken over recalls",
                "after_the_tail = 8 / 1000",
            ),
            (
                "nothing is lost from the precision of the first eight, but two digits are never "
                "found: the recalls above 0.8 count 0",
                "after_the_tail = 1.0",
            ),
            (
                "precision falls behind the last hit, but it is read off where recall grows",
                "after_the_tail = 0",
            ),
            (
                "that takes precision and recall of the first ten boxes times each other; the "
                "eight hits stand at the top, where the precision is 1",
                "after_the_tail = 0.64",
            ),
        ),
        digits=2,
    ),
    Exercise(
        id="42.merged",
        stub="said_as_one = ...  # the measure of this list, to two decimals",
        solution="said_as_one = 1 / 2",
        hints=(
            "How far does the region that was said overlap the larger nucleus? More than one half?",
            "It shares 500 pixels with the larger one, and together they cover 800: a hit. What "
            "was said, what is there, and what was counted twice?",
            "One hit; one region was said, two nuclei are there, and the hit counts once: "
            "1 / (1 + 2 - 1).",
        ),
        misconceptions=(
            (
                "all pixels are right, but a list of nuclei is judged: one of the two is missed",
                "said_as_one = 1.0",
            ),
            (
                "the region overlaps the larger nucleus by 500 of 800 pixels, which is more than "
                "one half: a hit",
                "said_as_one = 0",
            ),
            (
                "the hit is one of what was said and one of what is there: count it once",
                "said_as_one = 1 / 3",
            ),
            (
                "that is how far the region overlaps the larger nucleus, enough for a hit; asked "
                "for is the measure of the list",
                "said_as_one = 500 / 800",
            ),
        ),
        digits=2,
    ),
)
