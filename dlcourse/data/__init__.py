"""Real data for the lessons: pinned to the byte, described by a card, offline once fetched.

`load("mnist")` is all that most lessons need; `pretrained("minilm")` loads the weights of a model.
`catalog` lists what there is.
"""

from dlcourse.data.arrays import Arrays, fingerprint
from dlcourse.data.card import Archive, Card, Library
from dlcourse.data.catalogue import catalog
from dlcourse.data.dataset import Dataset, Pretrained, Split
from dlcourse.data.store import cache

__all__ = [
    "Archive",
    "Card",
    "Dataset",
    "Library",
    "Pretrained",
    "Split",
    "catalog",
    "fetch",
    "fetched",
    "load",
    "pretrained",
    "verify",
]


def load(name: str) -> Dataset:
    """Return a data set by its name in the catalogue, fetching it the first time it is asked for.

    Raise LookupError for an unknown name, ConnectionError if it has to be fetched and cannot be,
    ValueError if what arrives is not the pinned data, OSError if the cache cannot be written.
    """
    card = catalog[name]
    if not card.split:
        raise LookupError(f"{name!r} is no data set but a model: use data.pretrained({name!r}).")
    return Dataset.from_arrays(card, _arrays(card))


def pretrained(name: str) -> Pretrained:
    """Return a pre-trained model by its name in the catalogue; raise what `load` raises."""
    card = catalog[name]
    if card.split:
        raise LookupError(f"{name!r} is no model but a data set: use data.load({name!r}).")
    return Pretrained.from_arrays(card, _arrays(card))


def _arrays(card: Card) -> Arrays:
    """Return the arrays of a card, verified, fetching them first if need be."""
    return _installed(card, card.library) if card.library else cache.fetch(card, progress=True)


def _installed(card: Card, library: Library) -> Arrays:
    """Return the arrays that a package brings along, or raise ValueError if they are others."""
    try:
        arrays = library.arrays()
    except Exception as error:  # a package that is damaged or missing can raise nearly anything
        trouble = f"cannot be read from {library} ({type(error).__name__})"
    else:
        if (known := fingerprint(arrays)) == card.sha256:
            return arrays
        trouble = f"is other data in {library}, SHA-256 {known}"
    mend = f"`pip install --force-reinstall --no-deps {library.package}`"
    raise ValueError(f"{card.title} {trouble}: {mend} mends it.")


def fetch(name: str, progress: bool = True) -> None:
    """Make sure that a data set can be loaded without a network; raise what `load` raises."""
    card = catalog[name]
    if not card.library:
        cache.fetch(card, progress)


def fetched(name: str) -> bool:
    """Return whether a data set can be loaded without a network, as far as one can see at once."""
    card = catalog[name]
    return card.library is not None or cache.location(card).exists()


def verify(name: str) -> None:
    """Compare every byte of a data set with its pinned SHA-256.

    Raise FileNotFoundError if it has not been fetched and ValueError if it is not the pinned data.
    """
    card = catalog[name]
    if not fetched(name):
        raise FileNotFoundError(
            f"{card.title} is not in the data cache yet: run `dlcourse data fetch {name}` first."
        )
    if card.library:
        _installed(card, card.library)
    elif cache.read(card) is None:
        raise ValueError(
            f"{card.title} is not the data that the course was written with: `dlcourse data fetch "
            f"{name}` fetches them again."
        )
