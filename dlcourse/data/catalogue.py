"""The catalogue: every data set of the course, found by its file in `sets`."""

import difflib
import pkgutil
from importlib import import_module
from typing import NoReturn

from dlcourse.data import sets
from dlcourse.data.card import Card


class Catalog(dict[str, Card]):
    """The cards by name, in the order of the alphabet; an unknown name suggests the nearest."""

    def __missing__(self, name: object) -> NoReturn:
        told = name.lower() if isinstance(name, str) else ""
        near = difflib.get_close_matches(told, self, n=1, cutoff=0.4)
        meant = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(self)}."
        raise LookupError(f"There is no data set {name!r}: {meant}")

    def __repr__(self) -> str:
        return "\n".join(f"{name:<18}{card.title} ({card.licence})" for name, card in self.items())


def found() -> Catalog:
    """Return the cards of all files in `sets`."""
    files = (file.name for file in pkgutil.iter_modules(sets.__path__))
    cards = (import_module(f"{sets.__name__}.{file}").CARD for file in files)
    return Catalog((card.name, card) for card in sorted(cards, key=lambda card: card.name))


catalog = found()
