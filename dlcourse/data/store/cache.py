"""The data cache: one plain file a data set, complete or absent, checked whenever it is read."""

import errno
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from dlcourse.data.arrays import Arrays, fingerprint
from dlcourse.data.card import Card
from dlcourse.data.store import archives
from dlcourse.paths import data_cache, locked


def location(card: Card) -> Path:
    """Return where a data set is cached; other contents, another file."""
    return data_cache() / f"{card.name}-{card.sha256[:12]}.npz"


def read(card: Card) -> Arrays | None:
    """Return the cached arrays, or None if they are missing or are not the pinned ones."""
    try:
        with np.load(location(card), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception:  # a damaged file can raise nearly anything, depending on the byte
        return None
    return arrays if fingerprint(arrays) == card.sha256 else None


def fetch(card: Card, progress: bool) -> Arrays:
    """Return the cached arrays, filling the cache first if need be.

    Of two processes that fetch at once, the second waits and finds the work done. Raise
    ConnectionError if no archive can be had, ValueError if none is the pinned one, OSError if the
    cache cannot be written; nothing half-made remains.
    """
    arrays = read(card)  # before anything is written, so that a read-only cache will do
    if arrays:
        return arrays
    folder = data_cache()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / f".{card.name}.lock"):
            return read(card) or _fill(card, folder, progress)
    except ConnectionError:
        raise
    except OSError as error:
        raise type(error)(_unwritable(card, error)) from error


def _fill(card: Card, folder: Path, progress: bool) -> Arrays:
    """Fetch the arrays and put them into the cache in one step."""
    for left in folder.glob(f".{card.name}.*part"):  # a run's that was killed: we hold the lock
        shutil.rmtree(left, ignore_errors=True)  # another user's may stay, and is in nobody's way
    with TemporaryDirectory(".part", f".{card.name}.", folder, ignore_cleanup_errors=True) as part:
        arrays = _first_source(card, Path(part), progress)
        draft = Path(part, "data.npz")
        np.savez(draft, allow_pickle=False, **arrays)
        os.replace(draft, location(card))
    return arrays


def _first_source(card: Card, part: Path, progress: bool) -> Arrays:
    """Return the arrays from the first archive that can be had and is the pinned one."""
    failures: list[Exception] = []
    for archive in card.archives:
        folder = part / archive.name
        folder.mkdir()
        try:
            arrays = archives.read(archive, folder, bar=card.title if progress else "")
            if (known := fingerprint(arrays)) == card.sha256:
                return arrays
            failures.append(ValueError(f"{archive.name} holds other data, SHA-256 {known}"))
        except (ConnectionError, ValueError) as failure:
            failures.append(failure)
    unreachable = all(isinstance(failure, ConnectionError) for failure in failures)
    raise (ConnectionError if unreachable else ValueError)(_unfetched(card, failures))


def _unfetched(card: Card, failures: list[Exception]) -> str:
    """Say that no source could be used, why, and what helps."""
    return (
        f"{_missing(card)} and could not be fetched ({'; '.join(map(str, failures))}): once that "
        f"is mended, run `dlcourse data fetch {card.name}`, or set DLCOURSE_DATA to a folder that "
        "holds it."
    )


def _unwritable(card: Card, error: OSError) -> str:
    """Say that the cache cannot take the data, why, and what helps."""
    if error.errno == errno.ENOSPC:
        trouble, mend = "is full", "free some space, or set DLCOURSE_DATA to a folder with room"
    else:
        trouble = f"cannot be written ({error.strerror or error})"
        mend = "set DLCOURSE_DATA to a folder that can"
    return f"{_missing(card)}, which {trouble}: {mend}."


def _missing(card: Card) -> str:
    """Begin the sentence that says what is the matter."""
    state = "is damaged in" if location(card).exists() else "is not in"
    return f"{card.title} {state} the data cache {data_cache()}"
