"""Exercises of lesson 41, image recognition."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise, plain

Reader = Callable[[np.ndarray], np.ndarray]


def moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return pictures (n, h, w) moved by whole pixels; paper comes in where ink has left."""
    p = max(abs(down), abs(right))
    height, width = images.shape[1:]
    sheet = np.pad(images, ((0, 0), (p, p), (p, p)))
    return sheet[:, p - down : p - down + height, p - right : p - right + width]


def _pictures(rng: np.random.Generator) -> list[tuple[np.ndarray, int, int]]:
    """Return stacks of pictures with ink up to their edges, and moves in every direction."""
    moves = ((0, 2), (3, 0), (-1, 0), (0, -2), (2, -3), (-2, 1), (0, 0), (-5, 0), (1, 6), (5, -6))
    listed = [(rng.random((2, 6, 7)) + 0.1, down, right) for down, right in moves]
    scanned = rng.integers(1, 256, size=(1, 4, 5)).astype(np.uint8)
    return [*listed, (scanned, -1, 2), (scanned, 0, 4)]


def _slopes(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pictures, and the slope of a loss along each place of a map that is smaller."""
    sizes = (
        *(((5, 5), (3, 3)), ((6, 4), (5, 3)), ((7, 9), (5, 4)), ((8, 4), (3, 3))),
        *(((4, 3), (1, 1)), ((3, 5), (3, 5)), ((3, 2), (1, 2)), ((1, 5), (1, 3))),
    )
    listed = [(rng.normal(size=picture), rng.normal(size=answer)) for picture, answer in sizes]
    return [*listed, (rng.integers(256, size=(6, 5)), rng.integers(-3, 4, size=(2, 3)))]


def _audits(rng: np.random.Generator) -> list[tuple[Reader, np.ndarray, np.ndarray, int]]:
    """Return readers, pictures, labels, and how far to move; each reader is worst at another move.

    A picture is one dot in its middle, whose blackness is the picture's number. So a reader can
    tell the move from where the dot lies, and reads as many pictures as it is meant to there.
    """
    corners = ((-1, -1), (1, 1), (-1, 1), (1, -1))
    sides = ((-1, 0), (0, -1), (0, 1), (1, 0))
    knight = (0.5, 1)  # on no row, column or diagonal
    worst = ((0, 0), *corners, *sides, (0.5, 0), (1, 0), (0.34, 0.34), knight)  # times the reach
    listed: list[tuple[Reader, np.ndarray, np.ndarray, int]] = []
    for case, (down, right) in enumerate(worst):
        reach, names = (2, 1, 3)[case % 3], rng.integers(10, size=60)
        side = 2 * reach + 1
        known = rng.integers(12, 60, size=(side, side))  # at each move
        known[round(down * reach) + reach, round(right * reach) + reach] = 4 + case % 6
        known = np.pad(known, 1)  # nothing is read beyond the reach

        def read(images: np.ndarray, known: np.ndarray = known, names: Any = names) -> np.ndarray:
            row, column = (np.argmax(images.max(axis=axis), axis=1) for axis in (2, 1))
            numbers = np.rint(60 * images.max(axis=(1, 2))).astype(int) - 1
            middle, last = len(known) // 2 - 4, len(known) - 1
            place = np.clip(row + middle, 0, last), np.clip(column + middle, 0, last)
            shuffled = (7 * numbers + 31 * row + 57 * column) % 60  # others at each move
            seen = (shuffled < known[place]) | ((numbers < 2) & (known[place] > 0))
            return np.where(seen, names[numbers], -1)

        order = rng.permutation(60)
        images = np.zeros((60, 9, 9))
        images[:, 4, 4] = (order + 1) / 60
        listed.append((read, images, names[order], reach))
    return listed


_BOTH = "digits can move up and to the left as well: let both moves run from -reach to reach"
_END = "range leaves its end out, so the farthest moves down and right are never tried"
_DIAGONAL = "you move along one diagonal: every move down goes together with every move right"
_CROSS = "you move along rows and along columns, but never both: a scanner does both at once"
_STAR = "you move along rows, columns and diagonals: two down and one to the right is a move, too"
_RIM = "you try only the farthest moves: a reader can be worst nearer by, or not moved at all"
_MOVES: dict[str, Callable[[int], list[tuple[int, int]]]] = {
    "": lambda r: [(d, s) for d in range(-r, r + 1) for s in range(-r, r + 1)],
    _BOTH: lambda r: [(d, s) for d in range(r + 1) for s in range(r + 1)],
    _END: lambda r: [(d, s) for d in range(-r, r) for s in range(-r, r)],
    _DIAGONAL: lambda r: [(d, d) for d in range(-r, r + 1)],
    _CROSS: lambda r: [move for d in range(-r, r + 1) for move in ((d, 0), (0, d))],
    _STAR: lambda r: [m for m in _MOVES[""](r) if 0 in m or abs(m[0]) == abs(m[1])],
    _RIM: lambda r: [m for m in _MOVES[""](r) if r in (abs(m[0]), abs(m[1]))],
}
_MEAN = "that is the mean over the moves: one scanner has one move, so report the worst"
_BEST = "that is the best move: a seller reports it, a buyer needs the worst"
_WRONG = "that is the share of wrong answers at the worst move: return the share of right ones"
_COUNT = "that is how many answers are right: return their share"
_ALWAYS = (
    "that is the share of pictures that are read correctly at every move, a number worth knowing; "
    "asked for is the lowest share at any one move"
)
_SUMMARIES: dict[str, Callable[[np.ndarray], float]] = {  # of what is right, (moves, pictures)
    _MEAN: np.mean,
    _BEST: lambda right: right.mean(axis=1).max(),
    _WRONG: lambda right: 1 - right.mean(axis=1).min(),
    _COUNT: lambda right: right.sum(axis=1).min(),
    _ALWAYS: lambda right: right.all(axis=0).mean(),
}


def _judge_audit(worst_accuracy: Callable[..., object]) -> str | None:
    """Say what is wrong with an audit, from what it returns for several readers."""
    got: list[float] = []
    expected: dict[str, list[float]] = {name: [] for name in (*_MOVES, *_SUMMARIES)}
    for read, images, labels, reach in (audits := _audits(np.random.default_rng(41))):
        score = plain(worst_accuracy(read, images.copy(), labels.copy(), reach))
        if score is None:
            return "worst_accuracy returns nothing: end it with return"
        if not isinstance(score, np.ndarray) or score.ndim or score.dtype.kind not in "iuf":
            return "worst_accuracy has to return one number, the lowest share of right answers"
        got.append(float(score))
        right = {move: read(moved(images, *move)) == labels for move in _MOVES[""](reach)}
        for name, moves in _MOVES.items():
            expected[name].append(min(right[move].mean() for move in moves(reach)))
        for name, summary in _SUMMARIES.items():
            expected[name].append(summary(np.array([*right.values()])))
    for name, scores in expected.items():
        if np.allclose(got, scores, rtol=0, atol=1e-6):
            return name or None
    wrong = next(i for i in range(len(got)) if abs(got[i] - expected[""][i]) > 1e-6)
    return (
        f"for a reader, 60 pictures and reach = {audits[wrong][3]} you return {got[wrong]:.4g}, "
        f"where {expected[''][wrong]:.4g} is right: move all pictures, read them, take the share "
        "of right answers, and keep the lowest"
    )


EXERCISES = (
    Exercise(
        id="41.post-code",
        stub="went_astray = ...  # letters of 1,000, rounded to a whole number",
        solution="went_astray = 96",
        hints=(
            "A letter arrives only if all five of its digits are read correctly.",
            "All five are right with probability 0.98 · 0.98 · 0.98 · 0.98 · 0.98.",
            "round(1000 * (1 - 0.98**5))",
        ),
        misconceptions=(
            (
                "that is how many of 1,000 single digits are misread; a letter has five of them",
                "went_astray = 20",
            ),
            (
                "five times two per cent counts a letter with two misread digits twice: "
                "ask how many letters have all five right",
                "went_astray = 100",
            ),
            ("those are the letters that arrive", "went_astray = 904"),
            (
                "that is how many arrive if one digit in ten is misread: here it is one in fifty",
                "went_astray = 590",
            ),
        ),
    ),
    Exercise(
        id="41.size",
        stub='''
            def output_size(n, k, padding, stride):
                """How many places a filter of k pixels has on a row of n, padded on both sides.

                It has one at least.
                """
                ...
        ''',
        solution='''
            def output_size(n, k, padding, stride):
                """How many places a filter of k pixels has on a row of n, padded on both sides.

                It has one at least.
                """
                return (n + 2 * padding - k) // stride + 1
        ''',
        hints=(
            "Without padding, and one pixel a step: where does the filter start first, where last?",
            "It starts at 0 and last at n - k: n - k + 1 places. Padding makes the row longer, "
            "and of the steps after the first place only every stride-th counts.",
            "(n + 2 * padding - k) // stride + 1",
        ),
        misconceptions=(
            (
                "you count the steps between the places: there is one more place than steps",
                "def output_size(n, k, padding, stride): return (n + 2 * padding - k) // stride",
            ),
            (
                "the row is padded on both sides, not on one",
                "def output_size(n, k, padding, stride): return (n + padding - k) // stride + 1",
            ),
            (
                "the first place is there whatever the stride: divide the steps, then add it",
                """
                def output_size(n, k, padding, stride):
                    return (n + 2 * padding - k + 1) // stride
                """,
            ),
            (
                "the padding has no stride: the padded row has n + 2 * padding pixels, "
                "whatever the stride",
                """
                def output_size(n, k, padding, stride):
                    return (n - k) // stride + 2 * padding + 1
                """,
            ),
            (
                "a filter that hangs over the edge has no place: round down, not up",
                """
                def output_size(n, k, padding, stride):
                    return -(-(n + 2 * padding - k) // stride) + 1
                """,
            ),
        ),
        cases=lambda rng: [
            (28, 5, 0, 1),
            (28, 5, 2, 1),
            (28, 3, 1, 2),
            (12, 3, 1, 1),
            (11, 4, 0, 3),
            (9, 2, 3, 4),
            (7, 7, 0, 2),
        ],
    ),
    Exercise(
        id="41.filter-gradient",
        stub='''
            def filter_gradient(x, g):
                """The loss's slope along each weight, from a picture x and its slopes g along z."""
                rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                slopes = np.zeros((rows, columns))
                for a in range(rows):
                    for b in range(columns):
                        slopes[a, b] = ...
                return slopes
        ''',
        solution='''
            def filter_gradient(x, g):
                """The loss's slope along each weight, from a picture x and its slopes g along z."""
                rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                slopes = np.zeros((rows, columns))
                for a in range(rows):
                    for b in range(columns):
                        slopes[a, b] = (g * x[a : a + len(g), b : b + len(g[0])]).sum()
                return slopes
        ''',
        hints=(
            "The weight w[a, b] meets the pixel x[i + a, j + b] at the place (i, j). "
            "How much does z[i, j] change when the weight does?",
            "By x[i + a, j + b]. Multiply with g[i, j], and add up over all places.",
            "(g * x[a : a + len(g), b : b + len(g[0])]).sum()",
        ),
        misconceptions=(
            (
                "the weight is used at every place, so its slopes add up: you took their mean",
                """
                def filter_gradient(x, g):
                    rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                    slopes = np.zeros((rows, columns))
                    for a in range(rows):
                        for b in range(columns):
                            slopes[a, b] = (g * x[a : a + len(g), b : b + len(g[0])]).mean()
                    return slopes
                """,
            ),
            (
                "you looked at the first place only: the same weight serves at every place",
                """
                def filter_gradient(x, g):
                    rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                    return g[0, 0] * x[:rows, :columns]
                """,
            ),
            (
                "the filter is not flipped on the way back to itself: "
                "w[a, b] meets x[i + a, j + b], as it did on the way there",
                """
                def filter_gradient(x, g):
                    rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                    slopes = np.zeros((rows, columns))
                    for a in range(rows):
                        for b in range(columns):
                            slopes[a, b] = (g * x[a : a + len(g), b : b + len(g[0])]).sum()
                    return slopes[::-1, ::-1]
                """,
            ),
            (
                "rows and columns are exchanged: w[a, b] meets x[i + a, j + b]",
                """
                def filter_gradient(x, g):
                    rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                    slopes = np.zeros((columns, rows))
                    for a in range(rows):
                        for b in range(columns):
                            slopes[b, a] = (g * x[a : a + len(g), b : b + len(g[0])]).sum()
                    return slopes
                """,
            ),
            (
                "each place has a pixel and a slope of its own: multiply place by place, then add",
                """
                def filter_gradient(x, g):
                    rows, columns = len(x) - len(g) + 1, len(x[0]) - len(g[0]) + 1
                    slopes = np.zeros((rows, columns))
                    for a in range(rows):
                        for b in range(columns):
                            slopes[a, b] = g.sum() * x[a : a + len(g), b : b + len(g[0])].sum()
                    return slopes
                """,
            ),
        ),
        cases=_slopes,
    ),
    Exercise(
        id="41.slide",
        stub='''
            def slid(images, down, right):
                """Pictures (n, h, w) moved by whole pixels, with paper (0) where ink has left.

                No move is as long as the pictures.
                """
                return np.roll(images, (down, right), axis=(1, 2))
        ''',
        solution='''
            def slid(images, down, right):
                """Pictures (n, h, w) moved by whole pixels, with paper (0) where ink has left.

                No move is as long as the pictures.
                """
                p = max(abs(down), abs(right))
                height, width = images.shape[1:]
                sheet = np.pad(images, ((0, 0), (p, p), (p, p)))
                return sheet[:, p - down : p - down + height, p - right : p - right + width]
        ''',
        hints=(
            "Try it on a picture with ink at its right edge, moved to the right. Where is the ink?",
            "np.roll brings it in again at the left. Lay the picture on a larger sheet of paper "
            "(np.pad) and cut it out again at another place.",
            "Pad height and width by p on each side; rows p - down to p - down + h, and columns "
            "p - right to p - right + w, are the moved picture.",
        ),
        misconceptions=(
            (
                "right for moves down and to the right, but for negative moves the ink comes in "
                "again on the other side",
                """
                def slid(images, down, right):
                    rolled = np.roll(images, (down, right), axis=(1, 2)).copy()
                    if down > 0:
                        rolled[:, :down] = 0
                    if right > 0:
                        rolled[:, :, :right] = 0
                    return rolled
                """,
            ),
            (
                "the pictures move the other way: to move the ink down, cut the sheet higher up",
                """
                def slid(images, down, right):
                    p = max(abs(down), abs(right))
                    height, width = images.shape[1:]
                    sheet = np.pad(images, ((0, 0), (p, p), (p, p)))
                    return sheet[:, p + down : p + down + height, p + right : p + right + width]
                """,
            ),
            (
                "rows and columns are exchanged: down is along axis 1, right along axis 2",
                """
                def slid(images, down, right):
                    p = max(abs(down), abs(right))
                    height, width = images.shape[1:]
                    sheet = np.pad(images, ((0, 0), (p, p), (p, p)))
                    return sheet[:, p - right : p - right + height, p - down : p - down + width]
                """,
            ),
            (
                "the sheet grows on one side only, so that moves up or to the left wrap around",
                """
                def slid(images, down, right):
                    height, width = images.shape[1:]
                    up, left = max(-down, 0), max(-right, 0)
                    sheet = np.pad(images, ((0, 0), (max(down, 0), up), (max(right, 0), left)))
                    return sheet[:, :height, :width]
                """,
            ),
            (
                "the edge's ink is repeated where paper should come in: pad with 0",
                """
                def slid(images, down, right):
                    p = max(abs(down), abs(right))
                    height, width = images.shape[1:]
                    sheet = np.pad(images, ((0, 0), (p, p), (p, p)), mode="edge")
                    return sheet[:, p - down : p - down + height, p - right : p - right + width]
                """,
            ),
        ),
        cases=_pictures,
    ),
    Exercise(
        id="41.worst-shift",
        stub='''
            def worst_accuracy(read, images, labels, reach):
                """The lowest accuracy of all moves by up to `reach` pixels, down, up, right, left.

                read(images) returns an answer a picture; moved(images, down, right) moves them.
                """
                ...
        ''',
        solution='''
            def worst_accuracy(read, images, labels, reach):
                """The lowest accuracy of all moves by up to `reach` pixels, down, up, right, left.

                read(images) returns an answer a picture; moved(images, down, right) moves them.
                """
                moves = range(-reach, reach + 1)
                return min(
                    np.mean(read(moved(images, down, right)) == labels)
                    for down in moves
                    for right in moves
                )
        ''',
        hints=(
            "One move is one test: move all pictures alike, read them, count the right answers.",
            "Two loops, one for the moves down and one for the moves right, both from -reach to "
            "reach; keep the lowest share.",
            "min(np.mean(read(moved(images, d, r)) == labels) for d in moves for r in moves)",
        ),
        misconceptions=(
            (
                _BOTH,
                """
                def worst_accuracy(read, images, labels, reach):
                    return min(
                        np.mean(read(moved(images, down, right)) == labels)
                        for down in range(reach + 1)
                        for right in range(reach + 1)
                    )
                """,
            ),
            (
                _END,
                """
                def worst_accuracy(read, images, labels, reach):
                    return min(
                        np.mean(read(moved(images, down, right)) == labels)
                        for down in range(-reach, reach)
                        for right in range(-reach, reach)
                    )
                """,
            ),
            (
                _DIAGONAL,
                """
                def worst_accuracy(read, images, labels, reach):
                    return min(
                        np.mean(read(moved(images, move, move)) == labels)
                        for move in range(-reach, reach + 1)
                    )
                """,
            ),
            (
                _CROSS,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    along = [(move, 0) for move in moves] + [(0, move) for move in moves]
                    return min(np.mean(read(moved(images, *move)) == labels) for move in along)
                """,
            ),
            (
                _MEAN,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    return np.mean(
                        [np.mean(read(moved(images, d, r)) == labels) for d in moves for r in moves]
                    )
                """,
            ),
            (
                _BEST,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    return max(
                        np.mean(read(moved(images, d, r)) == labels) for d in moves for r in moves
                    )
                """,
            ),
            (
                _ALWAYS,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    right = [read(moved(images, d, r)) == labels for d in moves for r in moves]
                    return np.all(right, axis=0).mean()
                """,
            ),
            (
                _RIM,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    return min(
                        np.mean(read(moved(images, down, right)) == labels)
                        for down in moves
                        for right in moves
                        if max(abs(down), abs(right)) == reach
                    )
                """,
            ),
            (
                _WRONG,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    return max(
                        np.mean(read(moved(images, d, r)) != labels) for d in moves for r in moves
                    )
                """,
            ),
            (
                _COUNT,
                """
                def worst_accuracy(read, images, labels, reach):
                    moves = range(-reach, reach + 1)
                    return min(
                        np.sum(read(moved(images, d, r)) == labels) for d in moves for r in moves
                    )
                """,
            ),
        ),
        judge=_judge_audit,
        given={"moved": moved},
    ),
)
