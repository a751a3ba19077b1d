"""Machinery that the idea in `graph` can do without: what keeps it safe, and what makes it quick.

`Hold` keeps arrays as a graph needs them, `Part` keeps the gradients of slices small, and
`keep_freed`, which nothing calls by itself, changes how the whole process allocates memory.
"""

import ctypes
import threading
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def keep_freed() -> bool:
    """Let this process keep up to 1 GiB that it has freed; return whether the system can.

    glibc hands large arrays back to the system when they are freed, and the next step faults them
    in again, page by page. Kept, a step is 1.5 times as fast on a transformer and 1.6 times on a
    CNN; on small MLPs it gains nothing. The price: all code in the process, not this engine alone,
    gives back less of what it has once used.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return False
    larger_is_mapped, more_is_handed_back = (-3, 32 << 20), (-1, 1 << 30)
    return bool(mallopt(*larger_is_mapped) and mallopt(*more_is_handed_back))


class Hold:
    """Keeps arrays read-only while it lives, so that a graph finds its inputs as they were.

    NumPy itself then refuses to write into them. All views of one array are held, counted and given
    back together with the array that owns the memory: no view becomes writeable before it does.
    """

    __slots__ = ("owners",)
    held: ClassVar[dict[int, list[Any]]] = {}  # by id: how many holds, and which arrays are locked
    lock: ClassVar[Any] = threading.RLock()  # reentrant, as a garbage collection may end a hold

    def __init__(self, arrays: list[Array]) -> None:
        self.owners: list[int] = []
        with self.lock:
            for a in arrays:
                owner = a
                while isinstance(owner.base, np.ndarray):
                    owner = owner.base
                number = id(owner)
                held = self.held.get(number)
                if held is None:
                    if not (a.flags.writeable and _unlocks(owner)):
                        continue
                    held = self.held[number] = [0, owner]
                    owner.setflags(write=False)
                held[0] += 1
                self.owners.append(number)
                if a.flags.writeable:  # a view of it
                    held.append(a)
                    a.setflags(write=False)

    def __del__(self) -> None:
        with self.lock:
            for owner in self.owners:
                held = self.held[owner]
                held[0] -= 1
                if not held[0]:
                    del self.held[owner]
                    for x in held[1:]:
                        x.setflags(write=True)


def _unlocks(owner: Array) -> bool:
    """Return whether NumPy would make this array writeable again: not where a library lent it."""
    lender: Any = owner.base
    if lender is None:
        return owner.flags.writeable
    try:
        return owner.flags.writeable and not memoryview(lender).readonly
    except TypeError:
        return False


class Part(NamedTuple):
    """The gradient of `x[index]`: g at `index`, nothing elsewhere.

    All parts of one x are added into one buffer, so that reading T slices costs T and not T².
    """

    index: Any
    g: Array

    def add_to(self, whole: Array) -> None:
        """Add g into `whole`, once for every time an element was read."""
        index, g = self
        parts = index if isinstance(index, tuple) else (index,)
        if not any(isinstance(p, np.ndarray) and p.dtype != bool for p in parts):
            here = whole[index]  # no element was read twice
            here += g
            if not np.may_share_memory(here, whole):
                whole[index] = here
        elif isinstance(index, tuple) or whole.ndim == 1 or not g.size:
            np.add.at(whole, index, g)
        else:  # whole rows: sort them and sum equal ones, six times faster than np.add.at
            rows = index.ravel() % len(whole)
            order = np.argsort(rows, kind="stable")
            starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
            sums = np.add.reduceat(g.reshape(-1, *whole.shape[1:])[order], starts)
            whole[rows[order[starts]]] += sums
