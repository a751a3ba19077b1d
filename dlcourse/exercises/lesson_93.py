"""Exercises of lesson 93, scale."""

from collections.abc import Callable, Iterable, Iterator, Set
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise, plain


def _parts(rng: np.random.Generator) -> Iterable[tuple[list[np.ndarray], list[int]]]:
    """Yield gradients of parts and their rows: unequal, equal, one part, an empty one, matrices."""
    for rows in ([1200, 87], [1, 3, 2], [50, 50], [7], [4, 0, 1], [10, 20, 30, 1]):
        yield [rng.normal(size=5) for _ in rows], rows
    yield [rng.normal(size=(3, 2)) for _ in range(3)], [5, 9, 1]


def _judge_shard(shard: Callable[..., Any]) -> str | None:
    """Look whether each row has one process, and whether all have about as much to do."""
    for n, world in ((10, 2), (11, 2), (1287, 8), (7, 3), (5, 5), (3, 4), (0, 2), (6, 1), (8, 3)):
        where = f"with {n} rows and {world} processes"
        answers = [shard(n, rank, world) for rank in range(world)]
        listed = [list(rows) if isinstance(rows, Iterator | Set) else rows for rows in answers]
        given = [np.asarray(plain(rows)) for rows in listed]
        if any(rows.ndim != 1 or rows.dtype.kind not in "iuf" for rows in given):
            return "return the numbers of the rows, one after another: a list, range or array"
        every = np.concatenate(given)
        if len(every) and (every.min() < 0 or every.max() >= n or (every % 1).any()):
            return f"{where} a row is asked for that does not exist: they are 0 to {n - 1}"
        if missing := set(range(n)) - {*every.tolist()}:
            return f"{where} nobody reads row {min(missing)}"
        if len(every) > n:
            return f"{where} {len(every) - n} rows are read twice, and count twice"
        sizes = [len(rows) for rows in given]
        if max(sizes) - min(sizes) > 1:
            return (
                f"{where} one gets {max(sizes)} rows and another {min(sizes)}: no two may differ "
                "by more than one, for all wait for the last"
            )
    return None


def _networks(_: np.random.Generator) -> Iterable[tuple[list[int], int]]:
    """Yield the sizes of layers, and how many rows there are."""
    yield [64, 128, 10], 100
    yield [5, 3], 1
    yield [784, 512, 512, 10], 64
    yield [3, 3, 3, 3, 3], 7
    yield [2, 9, 4], 0


def _plans(_: np.random.Generator) -> Iterable[tuple[float, float, int]]:
    """Yield shares, wishes and limits: in reach, at the limit, beyond it, never, at once.

    Where a wish is met exactly, all is exact in binary: no rounding decides.
    """
    yield from ((0.95, wanted, 1000) for wanted in (1.0, 2.0, 9.9, 14.5, 18.5, 25.0))
    yield from ((1.0, wanted, 8) for wanted in (1.0, 2.0, 3.5, 8.0, 8.5))
    yield from ((0.5, wanted, 50) for wanted in (1.0, 1.2, 1.85, 2.5))
    yield 0.0, 1.0, 5
    yield 0.0, 1.5, 5
    yield 0.9, 4.0, 4
    yield 0.75, 2.0, 3
    yield 0.75, 2.0, 2


def _runs(_: np.random.Generator) -> Iterable[tuple[float, float, float, float]]:
    """Yield operations, operations per second, watts, and what cooling adds as a factor."""
    yield 3.14e23, 24.6e12, 330, 1.1
    yield 3.6e12, 1e9, 100, 1.0
    yield 1e15, 5e10, 15, 1.5
    yield 5e9, 2e9, 250, 1.3
    yield 0.0, 1e9, 30, 1.2


EXERCISES = (
    Exercise(
        id="93.combine",
        stub='''
        def combine(gradients, rows):
            """The gradient of the mean loss over all rows.

            gradients[k] is that of the mean loss over the rows[k] rows of part k.
            """
            ...
        ''',
        solution='''
        def combine(gradients, rows):
            """The gradient of the mean loss over all rows.

            gradients[k] is that of the mean loss over the rows[k] rows of part k.
            """
            return sum(n / sum(rows) * g for n, g in zip(rows, gradients))
        ''',
        hints=(
            "A mean over all rows: each row has to count the same, whichever part it lies in.",
            "A part's mean times its rows is its sum. Add up the sums; divide by all rows.",
            "Part k counts rows[k] / sum(rows).",
        ),
        misconceptions=(
            (
                "that is the mean of the parts: a row of a small part counts more than others",
                "def combine(gradients, rows): return sum(gradients) / len(gradients)",
            ),
            (
                "that is the sum over all rows: divide by how many there are",
                "def combine(gradients, rows): return sum(n * g for n, g in zip(rows, gradients))",
            ),
            (
                "the gradients are means already, so adding them up makes them too long",
                "def combine(gradients, rows): return sum(gradients)",
            ),
            (
                "the shares of the rows add up to one: do not divide by the parts once more",
                """
                def combine(gradients, rows):
                    parts = [n / sum(rows) * g for n, g in zip(rows, gradients)]
                    return sum(parts) / len(parts)
                """,
            ),
            (
                "you divide by the rows of each part: its gradient is a mean already",
                """
                def combine(gradients, rows):
                    return sum(g / max(n, 1) for n, g in zip(rows, gradients))
                """,
            ),
        ),
        cases=_parts,
    ),
    Exercise(
        id="93.shard",
        stub='''
        def shard(n, rank, world):
            """The numbers of the rows, of 0 to n - 1, that process `rank` of `world` reads.

            Each row is read by one process, and no two differ by more than one row.
            """
            ...
        ''',
        solution='''
        def shard(n, rank, world):
            """The numbers of the rows, of 0 to n - 1, that process `rank` of `world` reads.

            Each row is read by one process, and no two differ by more than one row.
            """
            return range(rank, n, world)
        ''',
        hints=(
            "Deal the rows out as one deals cards.",
            "Process 0 of 3 gets the rows 0, 3, 6 and so on; process 1 gets 1, 4, 7 and so on.",
            "Begin at rank, stop before n, and go on by world.",
        ),
        misconceptions=(
            (
                "with 11 rows and 2 processes nobody reads row 10",
                """
                def shard(n, rank, world):
                    size = n // world
                    return range(rank * size, (rank + 1) * size)
                """,
            ),
            (
                "with 11 rows and 2 processes a row is asked for that does not exist: "
                "they are 0 to 10",
                """
                def shard(n, rank, world):
                    size = -(-n // world)
                    return range(rank * size, (rank + 1) * size)
                """,
            ),
            (
                "with 1287 rows and 8 processes one gets 167 rows and another 160: no two may "
                "differ by more than one, for all wait for the last",
                """
                def shard(n, rank, world):
                    size = n // world
                    return range(rank * size, n if rank == world - 1 else (rank + 1) * size)
                """,
            ),
            (
                "with 10 rows and 2 processes 10 rows are read twice, and count twice",
                "def shard(n, rank, world): return range(n)",
            ),
        ),
        judge=_judge_shard,
    ),
    Exercise(
        id="93.operations",
        stub='''
        def operations(sizes, rows):
            """The operations of the matrix products in one training step, forward and backward.

            sizes = [64, 128, 10] has 64 inputs, a layer of 128 and one of 10. A multiplication
            is an operation, and so is an addition.
            """
            ...
        ''',
        solution='''
        def operations(sizes, rows):
            """The operations of the matrix products in one training step, forward and backward.

            sizes = [64, 128, 10] has 64 inputs, a layer of 128 and one of 10. A multiplication
            is an operation, and so is an addition.
            """
            products = [2 * rows * n * k for n, k in zip(sizes, sizes[1:])]
            return 3 * sum(products) - products[0]
        ''',
        hints=(
            "Forward, a layer from n to k takes 2 · rows · n · k operations. Backward, how many "
            "products are as large?",
            "Backward there are two: one for the weights, one to tell the layer below. Below the "
            "first layer nobody asks.",
            "Three products per layer, and two for the first.",
        ),
        misconceptions=(
            (
                "a multiplication and an addition are two operations; you count one",
                """
                def operations(sizes, rows):
                    products = [rows * n * k for n, k in zip(sizes, sizes[1:])]
                    return 3 * sum(products) - products[0]
                """,
            ),
            (
                "nobody asks for the slopes along the inputs: the first layer has one product less",
                """
                def operations(sizes, rows):
                    return sum(6 * rows * n * k for n, k in zip(sizes, sizes[1:]))
                """,
            ),
            (
                "that is the way forward alone; add the products of the way back",
                """
                def operations(sizes, rows):
                    return sum(2 * rows * n * k for n, k in zip(sizes, sizes[1:]))
                """,
            ),
            (
                "the way back has two products per layer, for its weights and for the layer below",
                """
                def operations(sizes, rows):
                    return sum(4 * rows * n * k for n, k in zip(sizes, sizes[1:]))
                """,
            ),
        ),
        cases=_networks,
    ),
    Exercise(
        id="93.lost",
        stub="total = ...  # a whole number",
        solution="total = 256",
        hints=(
            "Which is the first whole number that eight binary digits cannot hold?",
            "257 is 100000001 in binary: nine digits.",
            "256 + 1 is rounded to the nearest number with eight digits, and that is 256 again.",
        ),
        misconceptions=(
            (
                "that is what a number with enough digits would hold; this one has eight",
                "total = 1000",
            ),
            (
                "257 needs nine binary digits: it is rounded away",
                "total = 257",
            ),
            (
                "255 is the largest whole number of eight binary digits, but 256 is 1 and eight "
                "zeros, which the exponent takes care of",
                "total = 255",
            ),
            (
                "128 + 1 still has eight binary digits: 10000001",
                "total = 128",
            ),
        ),
    ),
    Exercise(
        id="93.enough",
        stub='''
        def enough(share, wanted, most):
            """The fewest processes, 1 to `most`, that are at least `wanted` times as fast as one.

            `share` of a step (0 to 1) is divided among them, the rest is not. None if too few.
            """
            ...
        ''',
        solution='''
        def enough(share, wanted, most):
            """The fewest processes, 1 to `most`, that are at least `wanted` times as fast as one.

            `share` of a step (0 to 1) is divided among them, the rest is not. None if too few.
            """
            for processes in range(1, most + 1):
                if 1 / (1 - share + share / processes) >= wanted:
                    return processes
            return None
        ''',
        hints=(
            "Try 1, 2, 3 and so on, and stop at the first that is fast enough.",
            "With K processes a step takes 1 - share + share / K of the time that one takes.",
            "So it is 1 / (1 - share + share / K) times as fast; after the loop return None.",
        ),
        misconceptions=(
            (
                "the share that is not divided takes its time, however many there are",
                """
                def enough(share, wanted, most):
                    for processes in range(1, most + 1):
                        if processes >= wanted:
                            return processes
                    return None
                """,
            ),
            (
                "`most` itself may be taken; range ends before its end",
                """
                def enough(share, wanted, most):
                    for processes in range(1, most):
                        if 1 / (1 - share + share / processes) >= wanted:
                            return processes
                    return None
                """,
            ),
            (
                "at least as fast as wanted: equally fast is enough",
                """
                def enough(share, wanted, most):
                    for processes in range(1, most + 1):
                        if 1 / (1 - share + share / processes) > wanted:
                            return processes
                    return None
                """,
            ),
            (
                "the wrong part is divided: `share` is what the processes can share",
                """
                def enough(share, wanted, most):
                    for processes in range(1, most + 1):
                        if 1 / (share + (1 - share) / processes) >= wanted:
                            return processes
                    return None
                """,
            ),
            (
                "where all of them are too few, the answer is None",
                """
                def enough(share, wanted, most):
                    for processes in range(1, most + 1):
                        if 1 / (1 - share + share / processes) >= wanted:
                            return processes
                    return most
                """,
            ),
        ),
        cases=_plans,
    ),
    Exercise(
        id="93.padded",
        stub="twice = ...  # a whole number",
        solution="twice = 3",
        hints=(
            "Each process is given equally many rows. How many, at the least?",
            "1,287 / 10 is 128.7, so each gets 129.",
            "10 · 129 = 1,290",
        ),
        misconceptions=(
            ("each process gets 129 rows, for 128 would leave some out", "twice = 0"),
            (
                "seven are left over if each gets 128; how many are missing if each gets 129?",
                "twice = 7",
            ),
            ("that is how many rows each process gets", "twice = 129"),
        ),
    ),
    Exercise(
        id="93.energy",
        stub='''
        def energy(operations, rate, watts, overhead):
            """The energy of a run, in kilowatt-hours.

            A machine does `rate` operations per second and draws `watts`; cooling and the like
            multiply what it draws by `overhead`.
            """
            ...
        ''',
        solution='''
        def energy(operations, rate, watts, overhead):
            """The energy of a run, in kilowatt-hours.

            A machine does `rate` operations per second and draws `watts`; cooling and the like
            multiply what it draws by `overhead`.
            """
            hours = operations / rate / 3600
            return hours * watts / 1000 * overhead
        ''',
        hints=(
            "How long does it run?",
            "operations / rate seconds; 3,600 of them are an hour, and 1,000 watts a kilowatt.",
            "hours · watts / 1000 · overhead",
        ),
        misconceptions=(
            (
                "that is in joules, watts times seconds: 3.6 million of them are a kilowatt-hour",
                """
                def energy(operations, rate, watts, overhead):
                    return operations / rate * watts * overhead
                """,
            ),
            (
                "that is in watt-hours; a thousand of them are a kilowatt-hour",
                """
                def energy(operations, rate, watts, overhead):
                    return operations / rate / 3600 * watts * overhead
                """,
            ),
            (
                "what cooling draws has to be paid as well",
                """
                def energy(operations, rate, watts, overhead):
                    return operations / rate / 3600 * watts / 1000
                """,
            ),
            (
                "overhead multiplies what the machine draws; it is not added to it",
                """
                def energy(operations, rate, watts, overhead):
                    return operations / rate / 3600 * watts / 1000 + overhead
                """,
            ),
            (
                "an hour has 3,600 seconds, not 60",
                """
                def energy(operations, rate, watts, overhead):
                    return operations / rate / 60 * watts / 1000 * overhead
                """,
            ),
        ),
        cases=_runs,
    ),
)
