"""What a lesson's kernel uses, and when it is ended, in seconds of a core rather than the clock's.

On a busy machine a lesson takes many times longer by the clock, and about as long by this count.
"""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

CELL_LIMIT = 180.0
"""Seconds of a core that one cell may use: three times what a whole lesson may declare."""

SLOW = "DLCOURSE_SLOW"
"""The variable of the environment that says how many times slower a processor is than usual."""

HANG = 120.0
"""Seconds by the clock without any work after which a cell waits for what will not come."""

REST = 0.1
"""Seconds of a core that are no work: a kernel that waits looks around now and then."""

PAUSE = 1.0
"""Seconds by the clock between two looks at a cell that runs."""


@contextmanager
def watched(pid: int) -> Iterator[list[str]]:
    """Watch a kernel while a cell runs: end it, with its children, once it is too much or hangs.

    Yields a list, to which the sentence is added that says why it was ended.
    """
    reasons: list[str] = []
    is_done = threading.Event()
    watch = threading.Thread(target=_watch, args=(pid, is_done, reasons), daemon=True)
    watch.start()
    try:
        yield reasons
    finally:
        is_done.set()
        watch.join()


def _watch(pid: int, is_done: threading.Event, reasons: list[str]) -> None:
    """Look at a kernel until a cell is done."""
    if is_done.wait(PAUSE):
        return  # a short cell does not pay for a look
    limit = CELL_LIMIT * float(os.environ.get(SLOW, "1"))
    begun = moved = core_seconds(pid)
    quiet = 0.0  # added up look by look, for a machine that sleeps does not look
    while not reasons and not is_done.wait(PAUSE):
        used = core_seconds(pid)
        quiet += PAUSE
        if abs(used - moved) > REST:
            moved, quiet = used, 0.0
        if used - begun > limit:
            reasons.append(f"it used more than {limit:g} seconds of a core and was ended")
        elif quiet >= HANG:
            reasons.append(f"it hung, without any work for {HANG:g} seconds, and was ended")
    if reasons:
        end(pid)


def end(pid: int) -> None:
    """End a process, if it still runs, and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def peak_memory(pid: int) -> int:
    """Return the most memory that a process and its children have held, in bytes.

    Where the system keeps no peak (macOS), it is what they hold now; 0 for one that has ended.
    """
    return int(_sum(_peak, pid))


def core_seconds(pid: int) -> float:
    """Return the seconds of one core that a process and its children have used.

    Unlike the clock's, they are much the same on a busy machine; 0 for one that has ended.
    """
    return _sum(lambda process: sum(process.cpu_times()[:4]), pid)  # its own, ended children's


def _sum(measure: Callable[[psutil.Process], float], pid: int) -> float:
    """Add up a measure over a process and its children."""
    try:
        process = psutil.Process(pid)
        return sum(measure(each) for each in (process, *process.children(recursive=True)))
    except (psutil.Error, OSError):
        return 0


def _peak(process: psutil.Process) -> int:
    """Return the most memory that one process has held, in bytes."""
    if sys.platform == "linux":
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        if mark := re.search(r"VmHWM:\s*(\d+) kB", status):
            return int(mark[1]) * 1024
    held = process.memory_info()
    return int(getattr(held, "peak_wset", held.rss))
