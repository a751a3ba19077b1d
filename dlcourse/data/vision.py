"""Readers of image data."""

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.data.card import Arrays

DIGITS_TRAIN = 1_287  # the first ten of fourteen forms


def digits(table: Path) -> Arrays:
    """Read scikit-learn's digits: float32 images (n, 8, 8) of 0..16, int64 labels.

    The file is in the order of its writers, so it is cut, not shuffled: its last four forms,
    510 images, are the test.
    """
    rows = np.loadtxt(table, delimiter=",")
    images, labels = rows[:, :-1].reshape(-1, 8, 8).astype(np.float32), rows[:, -1].astype(np.int64)
    return {
        "train_inputs": images[:DIGITS_TRAIN],
        "train_targets": labels[:DIGITS_TRAIN],
        "test_inputs": images[DIGITS_TRAIN:],
        "test_targets": labels[DIGITS_TRAIN:],
    }


def mnist_zarr(store: Path) -> Arrays:
    """Read MNIST from a zipped zarr store: uint8 images (n, 28, 28), int64 labels."""
    import zarr

    with zarr.storage.ZipStore(store, mode="r") as opened:
        group = zarr.open_group(opened, mode="r")
        return {
            f"{part}_{ours}": np.asarray(group[f"{part}_{theirs}"], dtype=dtype)
            for part in ("train", "test")
            for ours, theirs, dtype in (("inputs", "images", "u1"), ("targets", "labels", "i8"))
        }


def mnist_pickle(pickled: Path) -> Arrays:
    """Read MNIST from a gzipped pickle of three (images, labels) pairs, pixels as n/256.

    Its first two pairs, 50,000 and 10,000, are the published training set in order.
    """
    with gzip.open(pickled) as file:
        first, second, test = _ArrayUnpickler(file, encoding="latin1").load()
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


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that can build NumPy arrays and nothing else, so that no code can hide in it."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what NumPy rebuilds an array with; refuse everything else."""
        known = {
            ("numpy.core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"): ("numpy", "ndarray"),
            ("numpy", "dtype"): ("numpy", "dtype"),
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a pickle of arrays.")
        return super().find_class(*known[module, name])
