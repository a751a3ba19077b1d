"""Files of arrays in the safetensors format, which cannot hold code."""

import json
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays


def safetensors(path: Path) -> Arrays:
    """Read the arrays of a file by their names.

    The file is the length of a header, as an 8-byte integer; the header, JSON that maps each name
    to its type, its shape, and where it begins and ends; and the bytes of all arrays.
    """
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    header.pop("__metadata__", None)
    types = {"F32": "<f4", "I64": "<i8"}
    arrays = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        numbers = np.frombuffer(content[begin + first : begin + last], types[entry["dtype"]])
        arrays[name] = numbers.reshape(entry["shape"])
    return arrays
