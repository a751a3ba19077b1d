"""The catalogue, and how a data set shows itself."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import Card, Dataset

ANY = pytest.mark.parametrize("name", list(data.catalog))


@pytest.fixture
def validated() -> Dataset:
    """Return a data set with a validation split and with a title that is no HTML."""
    words = dict.fromkeys(("what", "split", "who", "licence", "citation"), "Some words")
    card = Card(
        name="tiny",
        title="Tiny <b>& odd",
        doi="10.1000/182",
        flaws=("It is tiny.", "It is made up."),
        sha256="0" * 64,
        classes=("no", "yes"),
        **words,
    )
    rows = {"train": [0, 1, 1], "validation": [0], "test": [1, 1]}
    inputs = {f"{part}_inputs": np.zeros((len(k), 2)) for part, k in rows.items()}
    return Dataset.from_arrays(
        card, inputs | {f"{p}_targets": np.array(k) for p, k in rows.items()}
    )


@ANY
def test_a_card_is_complete(name: str) -> None:
    card = data.catalog[name]
    assert card.name == name
    assert all(all(paragraphs) and paragraphs for _, paragraphs in card.rows())
    assert re.fullmatch(r"10\.\d{4,}/\S+", card.doi)
    hashes = [card.sha256, *(archive.sha256 for archive in card.archives)]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes)
    assert bool(card.library) != bool(card.archives)


@ANY
def test_a_card_is_told_as_text(name: str) -> None:
    card = data.catalog[name]
    lines = str(card).splitlines()
    assert lines[0] == card.title
    assert max(map(len, lines)) <= 88
    told = " ".join(str(card).split())
    assert all(" ".join(flaw.split()) in told for flaw in (*card.flaws, card.licence, card.doi))


def test_a_card_is_told_as_html(validated: Dataset) -> None:
    html = validated._repr_html_()
    text = "".join(ElementTree.fromstring(html.replace("<br>", "<br/>")).itertext())
    for words in (
        "Tiny <b>& odd",
        "3 train, 1 validation, 2 test; inputs (2,) float64, targets int64",
        "0 no\N{NO-BREAK SPACE}(2), 1 yes\N{NO-BREAK SPACE}(4)",
        "It is made up.",
    ):
        assert words in text
    assert '<a href="https://doi.org/10.1000/182">doi:10.1000/182</a>' in html
    assert "<br>".join(validated.card.flaws) in html


def test_a_data_set_is_named_in_one_line(validated: Dataset) -> None:
    sizes = "3 train, 1 validation, 2 test; inputs (2,) float64, targets int64"
    assert repr(validated) == f"Dataset('tiny': {sizes})"
    assert repr(validated.train) == "Split(inputs: float64 (3, 2), targets: int64 (3,))"
    assert repr(validated.card) == "Card('tiny': Tiny <b>& odd)"


def test_a_data_set_cannot_be_changed(validated: Dataset) -> None:
    with pytest.raises(ValueError, match="read-only"):
        validated.train.inputs[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        validated.test.targets[0] = 1
    with pytest.raises(AttributeError):
        validated.train = validated.test  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mnits", "did you mean 'mnist'?"),
        ("MNIST", "did you mean 'mnist'?"),
        ("cancer", "did you mean 'breast-cancer'?"),
        ("", "choose one of digits, mnist"),
        (None, "choose one of digits, mnist"),
    ],
)
@pytest.mark.parametrize("ask", [data.load, data.fetch, data.fetched, data.verify])
def test_an_unknown_name_meets_the_nearest_known(ask: object, name: object, hint: str) -> None:
    with pytest.raises(LookupError, match=re.escape(f"There is no data set {name!r}: {hint}")):
        ask(name)


def test_the_catalogue_reads_as_a_table() -> None:
    lines = repr(data.catalog).splitlines()
    assert [line.split()[0] for line in lines] == list(data.catalog)
    assert all(card.title in line for card, line in zip(data.catalog.values(), lines, strict=True))
