"""Do two pictures look the same? Stored figures compared with newly drawn ones."""

import base64
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dlcourse.paths import ROOT

PNG = "image/png"
"""The one kind of picture that lessons store."""

LIMIT = 4.0
"""The largest difference that still counts as the same picture.

Measured on Matplotlib's figures: noise in a curve of 1e-4 of its size scores 0.1 and of 3e-3 2.6;
a full stop after the title 7, two names swapped in a legend 8, another colour of a curve 8 to 36,
other numbers on an axis 16, a word of the title 18, a bar that is 1 % longer 64. Neither a line
that is half a point wider nor one digit in the smallest print is seen.
"""

FOLDER = ROOT / "build" / "figures"
"""Where pictures that differ are kept to be looked at."""

_BLOCKS = 32  # along each side


def pictures_of(outputs: Iterable[Mapping[str, Any]]) -> list[bytes]:
    """Return the pictures among a cell's outputs, as the files that they are."""
    found = (output.get("data", {}).get(PNG) for output in outputs)
    return [base64.b64decode("".join(picture)) for picture in found if picture]


def encode(picture: bytes) -> str:
    """Return a picture as a notebook's file holds it."""
    return base64.b64encode(picture).decode("ascii")


def compress(picture: bytes) -> bytes:
    """Return a picture without texts and dates in it, and in 128 colours where they suffice.

    The texts change when the picture does not, with the version of the library that drew it. So
    few colours take a third of the room, but a colour map needs all of its own.
    """
    drawn = _on_white(picture)
    few = _png(drawn.quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))
    return few if difference(few, picture) < LIMIT / 4 else _png(drawn)


def _png(image: Image.Image) -> bytes:
    """Return an image as a PNG file, as small as it gets."""
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _on_white(picture: bytes) -> Image.Image:
    """Return a picture in red, green and blue, what is transparent in white."""
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def difference(one: bytes, other: bytes) -> float:
    """Return the difference between two pictures where they differ most, in levels of 0 to 255.

    A pixel counts by how far it is beyond what the other picture has within one pixel of it: when a
    figure drifts in the sixth digit, markers and lines jump by a pixel. The picture is divided into
    32×32 blocks; the result is the mean of the block where it is largest.
    """
    image = _on_white(one)
    again = _on_white(other).resize(image.size)
    beyond = np.maximum(_beyond(image, again), _beyond(again, image)).max(axis=2)
    blocks = Image.fromarray(beyond).resize((_BLOCKS, _BLOCKS), Image.Resampling.BOX)
    return float(np.asarray(blocks).max())


def _beyond(one: Image.Image, other: Image.Image) -> NDArray[np.float32]:
    """Return how far each pixel is beyond what the other picture has there and next to it."""
    low = np.asarray(other.filter(ImageFilter.MinFilter(3)), dtype=np.float32)
    high = np.asarray(other.filter(ImageFilter.MaxFilter(3)), dtype=np.float32)
    pixels = np.asarray(one, dtype=np.float32)  # (height, width, 3)
    beyond: NDArray[np.float32] = np.abs(pixels - np.clip(pixels, low, high))
    return beyond


def alike(one: bytes, other: bytes) -> bool:
    """Tell whether two pictures look the same."""
    return one == other or difference(one, other) <= LIMIT


def compare(stored: list[bytes], drawn: list[bytes], name: str, folder: Path = FOLDER) -> list[str]:
    """Return a sentence for each drawn figure of a cell that is not the stored one.

    Both pictures are then kept in `folder`, in files that begin with `name`.
    """
    if len(stored) != len(drawn):
        return [f"{len(drawn)} figures were drawn where {len(stored)} are stored."]
    said = []
    for number, (before, after) in enumerate(zip(stored, drawn, strict=True), start=1):
        if alike(before, after):
            continue
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / f"{name}-{number}-{kind}.png" for kind in ("stored", "drawn")]
        for file, picture in zip(files, (before, after), strict=True):
            file.write_bytes(picture)
        said.append(
            f"Figure {number} differs from the stored one by {difference(before, after):.1f} "
            f"(up to {LIMIT:g} is the same picture): compare {files[0]} and {files[1]}."
        )
    return said
