"""The catalogue, and how a data set shows itself."""

import copy
import pickle
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import Card, Dataset, Pretrained, Split, catalogue, sets

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
    arrays = {f"{part}_inputs": np.zeros((len(k), 2)) for part, k in rows.items()}
    arrays |= {f"{part}_targets": np.array(k) for part, k in rows.items()}
    arrays |= {f"{part}_people": np.array(["Ada"] * len(k)) for part, k in rows.items()}
    return Dataset.from_arrays(card, arrays)


@pytest.fixture
def model() -> Pretrained:
    """Return a model of six weights and two tokens."""
    words = dict.fromkeys(("what", "who", "licence", "citation"), "Some words")
    card = Card(
        name="dwarf",
        title="A dwarf",
        split="",
        doi="10.1000/182",
        flaws=("It is tiny.",),
        sha256="0" * 64,
        **words,
    )
    arrays = {"layer.weight": np.ones((2, 2)), "layer.bias": np.zeros(2)}
    return Pretrained.from_arrays(card, arrays | {"vocabulary": np.array(["yes", "no"])})


@ANY
def test_a_card_is_complete(name: str) -> None:
    card = data.catalog[name]
    assert card.name == name
    assert find_spec(f"{sets.__name__}.{name.replace('-', '_')}"), "its file has another name"
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
        "3 train, 1 validation, 2 test; inputs (2,) float64, targets int64, people text",
        "0 no\N{NO-BREAK SPACE}(2), 1 yes\N{NO-BREAK SPACE}(4)",
        "It is made up.",
    ):
        assert words in text
    assert '<a href="https://doi.org/10.1000/182">doi:10.1000/182</a>' in html
    assert "<br>".join(validated.card.flaws) in html


def test_a_data_set_is_named_in_one_line(validated: Dataset) -> None:
    sizes = "3 train, 1 validation, 2 test; inputs (2,) float64, targets int64, people text"
    assert repr(validated) == f"Dataset('tiny': {sizes})"
    columns = "inputs: float64 (3, 2), targets: int64 (3,), people: text (3,)"
    assert repr(validated.train) == f"Split({columns})"
    assert repr(validated.card) == "Card('tiny': Tiny <b>& odd)"


def test_a_data_set_cannot_be_changed(validated: Dataset) -> None:
    with pytest.raises(ValueError, match="read-only"):
        validated.train.inputs[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        validated.test.targets[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        validated.test.people[0] = "Eve"
    with pytest.raises(AttributeError):
        validated.train = validated.test  # type: ignore[misc]
    for name in ("inputs", "people", "new"):
        with pytest.raises(AttributeError, match=f"cannot be changed: give '{name}' a variable"):
            setattr(validated.train, name, np.zeros(3))


def test_a_split_is_a_pair_that_knows_more_of_its_rows(validated: Dataset) -> None:
    inputs, targets = validated.train
    assert (len(inputs), targets.tolist()) == (3, [0, 1, 1])
    assert validated.train.people.tolist() == ["Ada"] * 3
    assert "people" in dir(validated.train)
    with pytest.raises(AttributeError, match="no 'films': it has inputs, targets, people"):
        _ = validated.train.films


@pytest.mark.parametrize(
    "remake", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_split_survives_copying(remake: Callable[[Split], Split], validated: Dataset) -> None:
    again = remake(validated.train)
    assert type(again) is Split
    assert repr(again) == repr(validated.train)
    assert again.people.tolist() == ["Ada"] * 3


def test_a_model_shows_itself(model: Pretrained) -> None:
    assert repr(model) == "Pretrained('dwarf': 6 weights in 2 arrays, 2 tokens)"
    text = "".join(ElementTree.fromstring(model._repr_html_().replace("<br>", "<br/>")).itertext())
    assert "6 weights in 2 arrays, 2 tokens" in text
    assert "It is tiny." in text
    assert "Split" not in dict(model.card.rows())


def test_a_model_cannot_be_changed(model: Pretrained) -> None:
    assert set(model.weights) == {"layer.weight", "layer.bias"}
    assert model.vocabulary.tolist() == ["yes", "no"]
    with pytest.raises(ValueError, match="read-only"):
        model.weights["layer.bias"][0] = 1
    with pytest.raises(TypeError):
        model.weights["layer.bias"] = np.ones(2)  # type: ignore[index]


def test_data_and_models_are_not_taken_for_each_other() -> None:
    with pytest.raises(
        LookupError, match=r"no data set but a model: use data.pretrained\('minilm'\)"
    ):
        data.load("minilm")
    with pytest.raises(LookupError, match=r"no model but a data set: use data.load\('mnist'\)"):
        data.pretrained("mnist")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mnits", "did you mean 'mnist'?"),
        ("MNIST", "did you mean 'mnist'?"),
        ("cancer", "did you mean 'breast-cancer'?"),
        ("", "choose one of brain-axial, brain-slices"),
        (None, "choose one of brain-axial, brain-slices"),
    ],
)
@pytest.mark.parametrize("ask", [data.load, data.pretrained, data.fetch, data.fetched, data.verify])
def test_an_unknown_name_meets_the_nearest_known(ask: object, name: object, hint: str) -> None:
    with pytest.raises(LookupError, match=re.escape(f"There is no data set {name!r}: {hint}")):
        ask(name)


def test_the_catalogue_reads_as_a_table() -> None:
    lines = repr(data.catalog).splitlines()
    assert [line.split()[0] for line in lines] == list(data.catalog)
    assert all(card.title in line for card, line in zip(data.catalog.values(), lines, strict=True))


def test_a_data_set_is_found_by_its_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a_new_one.py"
    lines = (
        "import dataclasses",
        "from dlcourse.data.sets import digits",
        "CARD = dataclasses.replace(digits.CARD, name='a-new-one')",
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(sets, "__path__", [*sets.__path__, str(tmp_path)])
    found = catalogue.found()
    assert list(found) == sorted([*data.catalog, "a-new-one"])
    assert found["a-new-one"].title == data.catalog["digits"].title
