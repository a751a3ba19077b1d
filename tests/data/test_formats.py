"""Files that could hold code are opened so that it cannot run."""

import importlib
import inspect
import json
import pickle
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dlcourse.data.formats import pickles
from dlcourse.data.formats.safetensors import safetensors


def test_safetensors_are_read_as_they_were_written(tmp_path: Path) -> None:
    arrays = {"b": np.arange(3), "a": np.array([[1.5, -2]], dtype=np.float32)}
    header, end = {"__metadata__": {"format": "np"}}, 0
    for name, array in arrays.items():
        entry = {"dtype": {"f": "F32", "i": "I64"}[array.dtype.kind], "shape": array.shape}
        header[name] = entry | {"data_offsets": [end, end + array.nbytes]}
        end += array.nbytes
    text = json.dumps(header).encode()
    content = b"".join(array.tobytes() for array in arrays.values())
    (tmp_path / "file").write_bytes(len(text).to_bytes(8, "little") + text + content)
    read = safetensors(tmp_path / "file")
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array, strict=True)


def unpickle(content: bytes, folder: Path) -> Any:
    """Open a pickle as the readers do."""
    path = folder / "some.pickle"
    path.write_bytes(content)
    with path.open("rb") as file:
        return pickles.load(file, encoding="latin1")


@pytest.mark.parametrize("era", [b"numpy._core", b"numpy.core"])
def test_a_pickle_of_arrays_is_read(era: bytes, tmp_path: Path) -> None:
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    content = pickle.dumps((numbers,), protocol=3).replace(b"numpy._core", era)
    np.testing.assert_array_equal(unpickle(content, tmp_path)[0], numbers)


@pytest.mark.parametrize("harmful", [eval, subprocess.Popen, np.load, np.save, pd.eval, getattr])
def test_a_pickle_of_anything_else_is_refused(harmful: object, tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError, match="has no place in a pickle of arrays"):
        unpickle(pickle.dumps(harmful), tmp_path)


@pytest.mark.parametrize("protocol", range(6))
def test_what_a_pickle_would_run_is_not_run(protocol: int, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "sprung",)

    with pytest.raises(pickle.UnpicklingError):
        unpickle(pickle.dumps([np.arange(3), Trap()], protocol=protocol), tmp_path)
    assert not (tmp_path / "sprung").exists()


def test_no_attribute_of_what_is_known_can_be_reached(tmp_path: Path) -> None:
    dotted = b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93."
    with pytest.raises(pickle.UnpicklingError, match=r"numpy\.ndarray\.tofile has no place"):
        unpickle(dotted, tmp_path)


def test_pickles_know_parts_of_arrays_and_tables_and_no_others() -> None:
    """Each name more could be called by whoever writes a pickle: add none without need."""
    known = [(module, name) for module, names in pickles.KNOWN.items() for name in names]
    found = {name: getattr(importlib.import_module(module), name) for module, name in known}
    functions = {name for name, value in found.items() if not inspect.isclass(value)}
    assert functions == {
        *("_reconstruct", "_frombuffer", "__pyx_unpickle_NDArrayBacked"),
        *("_unpickle_block", "_new_Index"),
    }
    assert found.keys() - functions == {
        *("dtype", "ndarray", "slice", "Categorical", "CategoricalDtype"),
        *("DataFrame", "Index", "RangeIndex", "BlockManager"),
    }
