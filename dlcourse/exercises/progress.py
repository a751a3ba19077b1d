"""What a learner has passed: one small file of their own (`dlcourse.paths.PROGRESS`)."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from dlcourse import paths


@dataclass(frozen=True)
class Record:
    """One exercise: how often it was attempted, hints seen, and when it was first passed (UTC)."""

    attempts: int = 0
    hints: int = 0
    passed: str | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(count, int) and count >= 0 for count in (self.attempts, self.hints)):
            raise ValueError(f"Attempts and hints are whole numbers from 0 up, not {self!r}.")
        if self.passed is not None:
            datetime.fromisoformat(self.passed)


_unsaved: dict[str, Record] = {}
"""What could not be written, so that hints still move on where the file cannot be."""


def load() -> dict[str, Record]:
    """Return every exercise that was attempted or hinted at, by its id."""
    try:
        with _locked():
            return _read()
    except OSError:  # where nothing can be written, something may still be read
        return _parse(_text())[0]


def attempt(id: str, passed: bool) -> None:
    """Count an attempt, and note the time if it is the first that passed."""
    now = datetime.now(UTC).isoformat(timespec="seconds") if passed else None
    _change(
        id,
        lambda record: replace(record, attempts=record.attempts + 1, passed=record.passed or now),
    )


def next_hint(id: str, last: int = 3) -> int:
    """Count a hint and return its number, from 1 to `last`, where it stays."""
    return _change(id, lambda record: replace(record, hints=min(record.hints + 1, last))).hints


def reset(*ids: str) -> None:
    """Forget the named exercises, or all of them."""
    with _locked():
        kept = {id: record for id, record in _read().items() if ids and id not in ids}
        _write(kept)
    for id in ids or list(_unsaved):
        _unsaved.pop(id, None)


def _change(id: str, step: Callable[[Record], Record]) -> Record:
    """Replace one record, in the file if it can be written and in memory if not."""
    try:
        with _locked():
            records = _read()
            records[id] = step(records.get(id, Record()))
            _write(records)
            return records[id]
    except OSError as error:
        print(f"Your progress is not saved ({error.strerror or error}); all else works as ever.")
        _unsaved[id] = step(_unsaved.get(id, Record()))
        return _unsaved[id]


@contextmanager
def _locked() -> Iterator[None]:
    """Keep other processes out for the moment; raise OSError where no lock can be had."""
    paths.PROGRESS.parent.mkdir(parents=True, exist_ok=True)
    with paths.locked(paths.PROGRESS.with_suffix(".lock"), timeout=2):
        _adopt()
        yield


def _adopt() -> None:
    """Take over, once, what earlier editions kept inside the clone."""
    old = paths.EARLIER_PROGRESS
    if not old.exists() or (paths.PROGRESS.exists() and not os.access(old.parent, os.W_OK)):
        return
    earlier = _parse(old.read_text(encoding="utf-8", errors="replace"))[0]
    _write(earlier | _read())
    with suppress(OSError):  # a clone that cannot be written: now there is a newer file
        old.rename(old.with_suffix(".json.moved"))


def _read() -> dict[str, Record]:
    """Return the records; of a damaged file keep a copy, and what can be read in it."""
    records, damaged = _parse(_text())
    if damaged:
        aside = paths.PROGRESS.with_suffix(".json.damaged")
        shutil.copyfile(paths.PROGRESS, aside)
        _write(records)
        print(
            f"Your progress was damaged: {len(records)} exercises are kept, the rest is in {aside}."
        )
    return records


def _text() -> str:
    try:
        return paths.PROGRESS.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return "{}"


def _parse(text: str) -> tuple[dict[str, Record], bool]:
    """Return the records and False, or those on undamaged lines and True."""
    wrong = (ValueError, TypeError, AttributeError)
    with suppress(*wrong):
        return {id: Record(**entry) for id, entry in json.loads(text).items()}, False
    records = {}
    for line in text.splitlines():
        with suppress(*wrong):
            ((id, entry),) = json.loads("{" + line.strip().rstrip(",") + "}").items()
            records[id] = Record(**entry)
    return records, True


def _write(records: dict[str, Record]) -> None:
    """Write the file, one record a line, so that much of a damaged one can still be read."""
    lines = [f"{json.dumps(id)}: {json.dumps(asdict(records[id]))}" for id in sorted(records)]
    paths.write_whole(paths.PROGRESS, "{\n" + ",\n".join(lines) + "\n}\n")
