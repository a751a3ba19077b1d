"""Where things lie: the clone, its lessons, what is the learner's own, the data; and locks."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path, user_data_path

ROOT = Path(__file__).resolve().parent.parent
"""The clone: the folder that holds `dlcourse` and `notebooks`."""

NOTEBOOKS = ROOT / "notebooks"
"""The lessons in reading order."""

STUDIES = ROOT / "benchmarks" / "studies"
"""What takes longer than a lesson may: scripts, their results, and small weights."""


def _named(variable: str) -> Path | None:
    """Return the path that a variable of the environment gives, or None."""
    given = os.environ.get(variable, "").strip()
    return Path(given).expanduser() if given else None


MINE = _named("DLCOURSE_MY") or (
    ROOT / "my" if os.access(ROOT, os.W_OK) else Path.home() / "dlcourse"
)
"""The learner's own copies of the lessons, never part of a commit: `DLCOURSE_MY`, or `my` here.

A class may share one clone: where it cannot be written, `dlcourse` in the learner's home has them.
"""

EDITIONS = MINE / ".editions"
"""What each copy was last made from, or brought up to."""

PROGRESS = (
    _named("DLCOURSE_PROGRESS") or user_data_path("dlcourse", appauthor=False) / "progress.json"
)
"""Which exercises a learner has passed: `DLCOURSE_PROGRESS`, or a file in their data folder.

It belongs to the learner, not to the clone, which a class may share.
"""

EARLIER_PROGRESS = ROOT / ".dlcourse" / "progress.json"
"""Where earlier editions of the course kept it."""


def data_cache() -> Path:
    """Return the folder that holds fetched data: `DLCOURSE_DATA`, or the user's cache folder."""
    return _named("DLCOURSE_DATA") or own_cache()


def own_cache() -> Path:
    """Return the folder for what is made from the learner's own copy, and can be made again."""
    return user_cache_path("dlcourse", appauthor=False)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one go, so that no reader, and no interruption, ever finds half of it."""
    part = path.with_suffix(".part")
    part.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    os.replace(part, path)


@contextmanager
def locked(file: Path, timeout: float = -1) -> Iterator[None]:
    """Keep other processes out; raise TimeoutError, an OSError, if that takes too many seconds.

    Others of a class must be able to take the lock, too. Some file systems know no locks: there, it
    is done without.
    """
    lock = FileLock(file, timeout, mode=0o666)
    try:
        lock.acquire()
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            raise
    try:
        yield
    finally:
        lock.release()
