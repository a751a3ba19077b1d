"""Nuclei of cells under the microscope, each outlined by a person."""

from pathlib import Path

import numpy as np
from PIL import Image

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

GAP = slice(240, 272)
"""The columns between the halves, wide enough that no nucleus reaches across."""

MEMBERS = ("stardist/data/images/img2d.tif", "stardist/data/images/mask2d.tif")


def read(picture: Path, outlines: Path) -> Arrays:
    """Read two halves: uint8 light (1, 512, 240), int64 nuclei 1, 2, … (same shape), 0 for none."""
    with Image.open(picture) as file:
        light = np.asarray(file).astype(np.uint8)
    with Image.open(outlines) as file:
        numbers = np.asarray(file).astype(np.int64)
    halves = slice(GAP.start), slice(GAP.stop, None)
    numbered = [np.unique(numbers[:, half], return_inverse=True)[1] for half in halves]
    inputs = np.stack([light[:, half] for half in halves])
    columns: Arrays = {"inputs": inputs, "targets": np.array(numbered).reshape(inputs.shape)}
    return divided(columns, train=slice(1), test=slice(1, 2))


def _wheel(version: str, sha256: str, size: int) -> Archive:
    return Archive(
        "stardist", version, sha256, size, MEMBERS, read, built_for=("3.11", "win_amd64")
    )


CARD = Card(
    name="nuclei",
    title="Nuclei of cells",
    what="One picture of stained nuclei in fluorescence, 512 pixels high, of which the set has a "
    "left and a right half of 240 columns. The targets number the nuclei: pixels of the first are "
    "1, of the second 2, and 0 where there is none.",
    split="By place: 70 nuclei on the left for training, 51 on the right for testing. The 32 "
    "columns between the halves are left out, so that no nucleus lies on both sides.",
    who="The 2018 Data Science Bowl, outlined by a team of biologists; the authors of StarDist "
    "chose this picture as their example.",
    licence="CC0 1.0",
    citation="J. C. Caicedo and others (2019). Nucleus segmentation across imaging experiments: "
    "the 2018 Data Science Bowl. Nature Methods 16, 1247–1253.",
    doi="10.1038/s41592-019-0612-7",
    flaws=(
        "One picture: another stain, microscope or tissue is not in it.",
        "Where nuclei lie over one another, each pixel belongs to one of them alone.",
        "Nuclei at the edges are cut, a few to less than 20 pixels.",
        "It was chosen as an example, which is seldom the hardest of a collection.",
    ),
    archives=(
        _wheel(
            "0.9.2", "55bdebeed30f91a61ea7803db7fe8e22dbb3d003703efaa2be71ba764334bbd0", 790_241
        ),
        _wheel(
            "0.9.1", "6cdd0e9902489724b3b00082ff4c05775cb4b82feb971814b9ca141eee162d8a", 786_064
        ),
    ),
    sha256="e10cc4c58ae1a8a30e7faecd21f4987bee99a78c80eec334a30feeef4c3b3939",
)
