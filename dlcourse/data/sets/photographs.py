"""Photographs, as scikit-image brings them: what stands behind the digits that a detector finds."""

from pathlib import Path

import numpy as np
from PIL import Image

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Card, Library

SIDE = 256
PARTS = {
    "train": ("astronaut", "brick", "coffee", "gravel", "motorcycle_left"),
    "validation": ("chelsea", "ihc", "moon"),
    "test": ("camera", "coins", "grass"),
}
NAMES = tuple(name for names in PARTS.values() for name in names)


def read(*files: Path) -> Arrays:
    """Read photographs in the order of `NAMES`: grey uint8 pictures (n, 256, 256), their numbers.

    All sums are of whole numbers, so that every machine finds the same pictures.
    """
    paths = dict(zip(NAMES, files, strict=True))
    arrays: Arrays = {}
    for part, names in PARTS.items():
        arrays[f"{part}_inputs"] = np.stack([grey(paths[name]) for name in names])
        arrays[f"{part}_targets"] = np.array([NAMES.index(name) for name in names])
    return arrays


def grey(path: Path) -> np.ndarray:
    """Return the middle square of a picture, in grey (ITU-R BT.601), shrunk by a whole factor."""
    with Image.open(path) as picture:
        colours = np.asarray(picture.convert("RGB"), dtype=np.int64)
    light = (colours @ (299, 587, 114) + 500) // 1000
    factor = min(light.shape) // SIDE
    edge = SIDE * factor
    top, left = ((length - edge) // 2 for length in light.shape)
    square = light[top : top + edge, left : left + edge].reshape(SIDE, factor, SIDE, factor)
    total = square.sum(axis=(1, 3))
    return np.asarray((total + factor**2 // 2) // factor**2, dtype=np.uint8)


CARD = Card(
    name="photographs",
    title="Photographs for backgrounds",
    what="11 photographs in grey, 256 × 256 pixels of 0 (black) to 255 (white): the middle square "
    "of each, shrunk by a whole factor. The target is the photograph's own number.",
    split="By photograph: five for training, three for validation, three for testing, so that "
    "nothing seen in training comes again.",
    who="The scikit-image team collected them: a portrait and the Moon by NASA, a cup by "
    "R. Michetti (coffee), a motorcycle from the Middlebury stereo benchmark, a cat by S. van der "
    "Walt (chelsea), a stained tissue (ihc), a cameraman by L. Varshney, Greek coins from the "
    "Brooklyn Museum, brick and gravel from CC0 Textures, grass by a user of DeviantArt. "
    "All are CC0 but for astronaut, coins, ihc and moon, which have no known copyright.",
    licence="mostly CC0",
    citation="S. van der Walt and others (2014). scikit-image: image processing in Python. PeerJ "
    "2, e453.",
    doi="10.7717/peerj.453",
    flaws=(
        "Eleven photographs are no sample of the world. Whatever is said of other photographs "
        "rests on three of them.",
        "Four are textures, alike from edge to edge; one is not of this world, one is of tissue.",
        "The middle square was taken, which leaves out a third of the motorcycle.",
    ),
    classes=NAMES,
    library=Library("scikit-image", tuple(f"skimage/data/{name}.png" for name in NAMES), read),
    sha256="6461b696fcf3b203c4c36b9dda96c1072c5595533820160c969cf332c5fc7fa6",
)
