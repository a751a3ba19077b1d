"""What `load` returns: a frozen data set that displays itself."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from dlcourse.data.card import Arrays, Card, as_html


class Split(NamedTuple):
    """One part of a data set, unpacked as `images, labels = mnist.train`; row i belongs to row i.

    Both arrays are read-only, so that no cell can change what another one sees: copy before you
    write (`inputs.copy()`, `torch.tensor(inputs)`).
    """

    inputs: np.ndarray
    targets: np.ndarray

    def __repr__(self) -> str:
        inputs, targets = (f"{array.dtype} {array.shape}" for array in self)
        return f"Split(inputs: {inputs}, targets: {targets})"


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Arrays for training, validation (or None) and testing, and the card that describes them."""

    card: Card
    train: Split
    validation: Split | None
    test: Split

    @classmethod
    def from_arrays(cls, card: Card, arrays: Arrays) -> Self:
        """Put named arrays together, as `train_inputs` and so on, and make them read-only."""
        for array in arrays.values():
            array.setflags(write=False)
        parts = {
            part: Split(arrays[f"{part}_inputs"], arrays[f"{part}_targets"])
            for part in ("train", "validation", "test")
            if f"{part}_inputs" in arrays
        }
        return cls(card, parts["train"], parts.get("validation"), parts["test"])

    @property
    def name(self) -> str:
        """The name in the catalogue."""
        return self.card.name

    @property
    def classes(self) -> tuple[str, ...]:
        """What the targets stand for: target k means `classes[k]`."""
        return self.card.classes

    @property
    def features(self) -> tuple[str, ...]:
        """What the columns of the inputs measure; empty for images."""
        return self.card.features

    @property
    def parts(self) -> dict[str, Split]:
        """The splits that exist, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}: {self._sizes()})"

    def _repr_html_(self) -> str:
        what, *rest = self.card.rows()
        rows = [what, ("Size", (self._sizes(),))]
        if self.classes:
            rows.append(("Targets", (self._counts(),)))
        return as_html(self.card.title, self.name, [*rows, *rest])

    def _sizes(self) -> str:
        """Return the number of examples in each split, and the shape and type of one."""
        inputs, targets = self.train
        sizes = ", ".join(f"{len(split.inputs):,} {name}" for name, split in self.parts.items())
        return f"{sizes}; inputs {_one(inputs)}, targets {_one(targets)}"

    def _counts(self) -> str:
        """Return each class with its number of examples in all splits together."""
        targets = np.concatenate([split.targets for split in self.parts.values()])
        counts = np.bincount(targets, minlength=len(self.classes))
        named = [name if name == str(k) else f"{k} {name}" for k, name in enumerate(self.classes)]
        return ", ".join(
            f"{name}\N{NO-BREAK SPACE}({n:,})" for name, n in zip(named, counts, strict=True)
        )


def _one(array: np.ndarray) -> str:
    """Return the shape and type of one row of an array: `(28, 28) uint8`, or `int64`."""
    return f"{array.shape[1:]} {array.dtype}" if array.ndim > 1 else str(array.dtype)
