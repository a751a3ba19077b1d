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
        return f"Split(inputs: {_shape(self.inputs)}, targets: {_shape(self.targets)})"


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
        train, validation, test = (
            Split(arrays[f"{part}_inputs"], arrays[f"{part}_targets"])
            if f"{part}_inputs" in arrays
            else None
            for part in ("train", "validation", "test")
        )
        assert train is not None
        assert test is not None
        return cls(card, train, validation, test)

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
        sizes = ", ".join(f"{len(split.inputs):,} {name}" for name, split in self.parts.items())
        return f"Dataset({self.name!r}: {sizes}; inputs {_shape(self.train.inputs[0])})"

    def _repr_html_(self) -> str:
        rows = [(name.capitalize(), repr(split)[6:-1]) for name, split in self.parts.items()]
        if self.classes:
            rows.append(("Classes", self._counts()))
        what, split, *rest = self.card.rows()
        return as_html(self.card.title, self.name, [what, *rows, split, *rest])

    def _counts(self) -> str:
        """Return each class with its number of examples in all splits together."""
        targets = np.concatenate([split.targets for split in self.parts.values()])
        counts = np.bincount(targets, minlength=len(self.classes))
        return ", ".join(
            f"{k} {name}: {n:,}"
            for k, (name, n) in enumerate(zip(self.classes, counts, strict=True))
        )


def _shape(array: np.ndarray) -> str:
    """Return an array's shape and type as a reader says them: `60,000 × 28 × 28 uint8`."""
    return f"{' × '.join(f'{n:,}' for n in array.shape)} {array.dtype}"
