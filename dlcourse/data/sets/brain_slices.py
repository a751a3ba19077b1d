"""Slices of an averaged brain, with its grey and white matter; as `brain-axial`, cut otherwise."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays, divided
from dlcourse.data.card import Archive, Card

CLASSES = ("other", "grey matter", "white matter")
HALF = slice(3, 99)
"""The columns of one half of the head, up to the middle: the other half is its mirror image."""


def volume(path: Path) -> np.ndarray:
    """Read a compressed NIfTI-1 file of bytes: (x to the right, y to the front, z up)."""
    content = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(content, "<i2", 3, offset=42)
    start = int(np.frombuffer(content, "<f4", 1, offset=108)[0])
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape, order="F")


def labelled(t1: Path, grey: Path, white: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return brightness and label of half a head, both uint8: whatever has the largest share."""
    bright, *shares = (volume(path)[HALF] for path in (t1, grey, white))
    parts = np.stack([255 - shares[0].astype(int) - shares[1], *shares])
    return bright, parts.argmax(axis=0).astype(np.uint8)


def arranged(slices: list[np.ndarray], places: np.ndarray, parts: dict[str, range]) -> Arrays:
    """Divide inputs and targets (n, height, width) by their places in mm, in the parts' order."""
    columns = dict(zip(("inputs", "targets"), map(np.ascontiguousarray, slices), strict=True))
    columns["places"] = places
    rows = {part: np.searchsorted(places, list(each)) for part, each in parts.items()}
    kept = np.concatenate(list(rows.values()))
    return divided(
        {name: column[kept] for name, column in columns.items()},
        **{part: np.searchsorted(kept, each) for part, each in rows.items()},
    )


CORONAL = {"train": range(40, 130, 2), "validation": range(138, 150, 2), "test": range(158, 194, 2)}
"""The slices of each part, in mm from the back of the head; between two parts lie 8 mm and more."""


def read_coronal(*paths: Path) -> Arrays:
    """Read upright slices from ear to ear: uint8 (n, 152, 96)."""
    slices = [each[:, :, 151::-1].transpose(1, 2, 0) for each in labelled(*paths)]
    return arranged(slices, np.arange(len(slices[0])), CORONAL)


MEMBERS = tuple(
    f"nilearn/datasets/data/mni_icbm152_{what}_tal_nlin_sym_09a_converted.nii.gz"
    for what in ("t1", "gm", "wm")
)
WHO = (
    "V. Fonov, D. L. Collins and others, Montreal Neurological Institute, for the ICBM. Copyright "
    "(C) 1993-2004 Louis Collins, McConnell Brain Imaging Centre, Montreal Neurological Institute, "
    "McGill University. Whoever keeps this notice may use, copy, change and pass on the averages "
    "for any purpose and without fee; they come without warranty. The package nilearn, which "
    "carries them, gives their licence as unknown."
)
CITATION = (
    "V. Fonov and others (2011), Unbiased average age-appropriate atlases for pediatric studies. "
    "NeuroImage 54(1), 313–327."
)
FLAWS = (
    "One brain, the average of 152 heads of young adults: what differs between people, and every "
    "disease, has been averaged away. Nothing here tells how well a method does on a patient.",
    "The average was made symmetric: the right half repeats the left one to the last bit, so only "
    "one half is kept.",
    "The labels were found by a computer, with the brightness that is given as input, and cut off "
    "where they were largest: to agree with them is not to be right.",
    "The average is far smoother and freer of noise than any scan.",
    "Skull and skin were removed beforehand.",
)


def carrier(read: Callable[..., Arrays]) -> Archive:
    """Return the archive that both sets are read from."""
    return Archive(
        package="nilearn",
        version="0.14.1",
        sha256="725206484e9fb3f6691f9c2d20204a068759d5072f12055324702ee0cb2bbe8a",
        size=11_509_444,
        members=MEMBERS,
        read=read,
    )


CARD = Card(
    name="brain-slices",
    title="Slices of an averaged brain",
    what="69 slices from ear to ear, 2 mm apart, of the left half of the average of 152 heads "
    "(MNI ICBM 152, symmetric, 2009a; magnetic resonance, T1): brightness 0 to 255, one pixel per "
    "mm. A target is a picture too: what has the largest share of each pixel. `places` are in mm "
    "from the back.",
    split="By slab: the back and the middle to learn, further in front slices to choose by, the "
    "front to test. Between slabs 8 mm and more are left out, since neighbouring slices are alike.",
    who=WHO,
    licence="MNI, free use",
    citation=CITATION,
    doi="10.1016/j.neuroimage.2010.07.033",
    flaws=FLAWS,
    classes=CLASSES,
    archives=(carrier(read_coronal),),
    sha256="cf8f799f6d28a972a678b3419449c65b8bd629eedf0696ff9a2786b2d25a582f",
)
