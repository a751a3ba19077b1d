"""Every data set, from every source: what is fetched or brought along is what was pinned."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import Archive
from dlcourse.data.arrays import Arrays, fingerprint
from dlcourse.data.store import archives

read_digits = data.catalog["digits"].library.read
LIBRARIES = [name for name, card in data.catalog.items() if card.library]
ARCHIVES = [(name, archive) for name, card in data.catalog.items() for archive in card.archives]


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_a_library_brings_is_as_pinned(name: str) -> None:
    data.verify(name)
    data.fetch(name)
    assert data.fetched(name)


def test_loading_from_a_library_does_not_import_it() -> None:
    """It takes seconds, which lesson 00 does not have."""
    program = "import sys; from dlcourse import data; data.load('digits'); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"sklearn", "torch", "pandas", "zarr", "tqdm"} & set(run.stdout.split())


def changed(table: Path) -> Arrays:
    """Read digits one pixel of which was changed."""
    arrays = read_digits(table)
    arrays["test_inputs"] = arrays["test_inputs"].copy()
    arrays["test_inputs"][0, 0, 0] += 1
    return arrays


def missing(table: Path) -> Arrays:
    """Find no table."""
    return {"inputs": np.loadtxt(table / "none")}


@pytest.mark.parametrize("ask", [data.load, data.verify])
@pytest.mark.parametrize(
    ("library", "trouble"),
    [
        ({"read": changed}, "is other data in sklearn/datasets/data/digits.csv.gz"),
        ({"read": missing}, "cannot be read from sklearn/datasets/data/digits.csv.gz"),
        ({"package": "no-such-package"}, "cannot be read from"),
    ],
)
def test_other_data_in_a_library_are_refused(
    ask: Callable[[str], object],
    library: dict[str, Any],
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = data.catalog["digits"]
    spoilt = dataclasses.replace(whole, library=dataclasses.replace(whole.library, **library))
    monkeypatch.setitem(data.catalog, "digits", spoilt)
    with pytest.raises(ValueError, match=trouble) as caught:
        ask("digits")
    assert f"`pip install --force-reinstall --no-deps {spoilt.library.package}`" in str(
        caught.value
    )


@pytest.mark.network
@pytest.mark.parametrize(
    ("name", "archive"), ARCHIVES, ids=lambda value: getattr(value, "name", value)
)
def test_every_source_gives_the_pinned_arrays(name: str, archive: Archive, tmp_path: Path) -> None:
    try:
        arrays = archives.read(archive, tmp_path, bar="")
    except ConnectionError as error:
        pytest.skip(f"{error}: no network here")
    assert fingerprint(arrays) == data.catalog[name].sha256
    assert sum(path.stat().st_size for path in tmp_path.glob("*.whl")) == archive.size
