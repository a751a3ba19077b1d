"""The catalogue: every data set of the course, in the order of the lessons.

Each card stands beside the reader of its data, in the module of its domain.
"""

import difflib
from typing import NoReturn

from dlcourse.data import finance, health, language, vision
from dlcourse.data.card import Card


class Catalog(dict[str, Card]):
    """The cards by name, in the order of the lessons; an unknown name suggests the nearest."""

    def __missing__(self, name: object) -> NoReturn:
        near = difflib.get_close_matches(str(name).lower(), self, n=1, cutoff=0.4)
        meant = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(self)}."
        raise LookupError(f"There is no data set {name!r}: {meant}")

    def __repr__(self) -> str:
        return "\n".join(f"{name:<16}{card.title} ({card.licence})" for name, card in self.items())


_CARDS = (
    vision.DIGITS,
    vision.MNIST,
    health.BREAST_CANCER,
    language.FILM_REVIEWS,
    language.MINILM,
    language.SHAKESPEARE,
    health.ECG5000,
    health.ROTTERDAM_GBSG,
    health.SUPPORT2,
    finance.CARD_FRAUD,
)
catalog = Catalog((card.name, card) for card in _CARDS)
