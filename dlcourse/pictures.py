"""Do two pictures look the same? Stored figures compared with newly drawn ones."""

import base64
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dlcourse.paths import ROOT

PNG = "image/png"
"""The one kind of picture that lessons store."""

LIMIT = 5.0
"""The largest difference that still counts as the same picture.

Measured on Matplotlib's figures: noise of 1e-4 in a curve scores 0.3 and of 1e-3 up to 4; a wider
curve 7, two names swapped in a legend 9, other numbers on an axis 9, one word of a title 10,
another colour of a curve 11 to 57, a curve shifted by its width 26. Half the resolution does not
see the axis and the legend, and a comparison in grey does not see the colour.
"""

FOLDER = ROOT / "build" / "figures"
"""Where pictures that differ are kept to be looked at."""

_SIDE, _BLOCK = 128, 8  # pixels of a thumbnail, and of the blocks that are compared


def pictures(outputs: Iterable[Mapping[str, Any]]) -> list[bytes]:
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
    """Return the difference between two pictures, in levels of 0 to 255.

    It is the mean over the block of their thumbnails, and the colour, where they differ most.
    """
    gap = np.abs(_thumbnail(one) - _thumbnail(other))  # (128, 128, 3)
    blocks = gap.reshape(_SIDE // _BLOCK, _BLOCK, _SIDE // _BLOCK, _BLOCK, 3)
    return float(blocks.mean(axis=(1, 3)).max())


def _thumbnail(picture: bytes) -> NDArray[np.float64]:
    """Return a picture at 128×128 pixels in red, green and blue."""
    small = _on_white(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)


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
