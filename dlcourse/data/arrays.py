"""A data set as named arrays: how its rows are divided, and the hash by which it is known."""

import hashlib

import numpy as np

Arrays = dict[str, np.ndarray]
"""A data set's arrays by name: `train_inputs`, `train_targets`, `test_inputs`, and so on.

What else is known of each row has a name of its own, `train_films`; texts are arrays of `str`.
"""


def divided(columns: Arrays, **parts: slice | np.ndarray) -> Arrays:
    """Divide the rows of all columns: `divided({"inputs": x}, train=~test, test=test)`.

    A part is named by a slice, a mask or the numbers of its rows, in the order wanted; its arrays
    are `train_inputs` and so on. Raise ValueError unless every row is in exactly one part.
    """
    count = len(next(iter(columns.values())))
    taken = np.concatenate([np.arange(count)[rows] for rows in parts.values()])
    if not np.array_equal(np.sort(taken), np.arange(count)):
        raise ValueError(
            f"{', '.join(parts)} hold {len(taken):,} rows, {len(np.unique(taken)):,} different "
            f"ones of {count:,}: divide them so that each row is in exactly one part."
        )
    return {
        f"{part}_{name}": columns[name][rows] for part, rows in parts.items() for name in columns
    }


def fingerprint(arrays: Arrays) -> str:
    """Return the SHA-256 of the arrays: their names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
