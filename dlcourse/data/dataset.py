"""What `load` and `pretrained` return: frozen objects that display themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, NoReturn, Self

import numpy as np

from dlcourse.data.arrays import Arrays
from dlcourse.data.card import Card, as_html


class _Pair(NamedTuple):
    inputs: np.ndarray
    targets: np.ndarray


class Split(_Pair):
    """One part of a data set, unpacked as `images, labels = mnist.train`; row i belongs to row i.

    What else is known of each row is an attribute (`reviews.train.films`), listed by `dir`. All
    arrays are read-only, so that no cell can change what another one sees: copy before you write
    (`inputs.copy()`, `torch.tensor(inputs)`).
    """

    def __new__(cls, inputs: np.ndarray, targets: np.ndarray, **more: np.ndarray) -> Self:
        """Put together what belongs to the same rows."""
        split = super().__new__(cls, inputs, targets)
        vars(split).update(more)
        return split

    def __getattr__(self, name: str) -> np.ndarray:  # of a name that is not there
        known = ", ".join(("inputs", "targets", *vars(self)))
        raise AttributeError(f"This split has no {name!r}: it has {known}.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"A split cannot be changed: give {name!r} a variable of its own.")

    def __repr__(self) -> str:
        columns = {"inputs": self.inputs, "targets": self.targets, **vars(self)}
        shown = (f"{name}: {_type(array)} {array.shape}" for name, array in columns.items())
        return f"Split({', '.join(shown)})"


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Arrays for training, validation (or None) and testing, and the card that describes them."""

    card: Card
    train: Split
    validation: Split | None
    test: Split

    @classmethod
    def from_arrays(cls, card: Card, arrays: Arrays) -> Self:
        """Put named arrays together, `train_inputs` as `train.inputs`, and make them read-only."""
        for array in arrays.values():
            array.setflags(write=False)
        named: dict[str, Arrays] = {}
        for name, array in arrays.items():
            part, _, column = name.partition("_")
            named.setdefault(part, {})[column] = array
        parts = {part: Split(**columns) for part, columns in named.items()}
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
        """What the columns of the inputs measure; empty for images, signals and texts."""
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
        sizes = ", ".join(f"{len(split.inputs):,} {name}" for name, split in self.parts.items())
        columns = {"inputs": self.train.inputs, "targets": self.train.targets, **vars(self.train)}
        return f"{sizes}; {', '.join(f'{name} {_one(array)}' for name, array in columns.items())}"

    def _counts(self) -> str:
        """Return each class with its number of examples in all splits together."""
        targets = np.concatenate([split.targets for split in self.parts.values()])
        counts = np.bincount(targets, minlength=len(self.classes))
        named = [name if name == str(k) else f"{k} {name}" for k, name in enumerate(self.classes)]
        return ", ".join(
            f"{name}\N{NO-BREAK SPACE}({n:,})" for name, n in zip(named, counts, strict=True)
        )


@dataclass(frozen=True, repr=False, eq=False)
class Pretrained:
    """The weights of a model that somebody else has trained, and the card that describes it."""

    card: Card
    weights: Mapping[str, np.ndarray]  # by their published names, read-only
    vocabulary: np.ndarray  # token k is `vocabulary[k]`

    @classmethod
    def from_arrays(cls, card: Card, arrays: Arrays) -> Self:
        """Put named arrays together: `vocabulary`, and the weights."""
        for array in arrays.values():
            array.setflags(write=False)
        weights = {name: array for name, array in arrays.items() if name != "vocabulary"}
        return cls(card, MappingProxyType(weights), arrays["vocabulary"])

    @property
    def name(self) -> str:
        """The name in the catalogue."""
        return self.card.name

    def __repr__(self) -> str:
        return f"Pretrained({self.name!r}: {self._size()})"

    def _repr_html_(self) -> str:
        what, *rest = self.card.rows()
        return as_html(self.card.title, self.name, [what, ("Size", (self._size(),)), *rest])

    def _size(self) -> str:
        """Return how many numbers and tokens there are."""
        numbers = sum(array.size for array in self.weights.values())
        arrays, tokens = len(self.weights), len(self.vocabulary)
        return f"{numbers:,} weights in {arrays} arrays, {tokens:,} tokens"


def _one(array: np.ndarray) -> str:
    """Return the shape and type of one row of an array: `(28, 28) uint8`, or `int64`."""
    return f"{array.shape[1:]} {_type(array)}" if array.ndim > 1 else _type(array)


def _type(array: np.ndarray) -> str:
    """Return what an array holds: `float32`, or `text`."""
    return "text" if array.dtype.kind == "U" else str(array.dtype)
