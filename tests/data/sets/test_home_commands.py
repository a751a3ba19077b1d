"""Commands to a house: sizes, an honest split, slots, and the templates that they come from."""

from collections.abc import Callable

import numpy as np
import pytest

from dlcourse.data import Dataset
from dlcourse.data.formats.templates import Templates


def test_there_are_as_many_as_the_card_says(loaded: Callable[[str], Dataset]) -> None:
    home = loaded("home-commands")
    templates = [np.unique(split.templates) for split in home.parts.values()]
    assert [len(split.inputs) for split in home.parts.values()] == [4_792, 1_589]
    assert len(np.unique(np.concatenate(templates))) == 825
    assert len(home.classes) == 27
    assert all(set(split.targets) == set(range(27)) for split in home.parts.values())


def test_no_template_and_no_command_is_on_two_sides(loaded: Callable[[str], Dataset]) -> None:
    home = loaded("home-commands")
    assert not set(home.train.templates) & set(home.test.templates)
    texts = [text for split in home.parts.values() for text in split.inputs]
    assert len(texts) == len(set(texts))


def test_each_word_has_a_slot(loaded: Callable[[str], Dataset]) -> None:
    home = loaded("home-commands")
    for split in home.parts.values():
        for text, slots in zip(split.inputs, split.slots, strict=True):
            assert len(text.split()) == len(slots.split())
    kinds = {slot for slots in home.train.slots for slot in slots.split()}
    assert {"O", "area", "name", "brightness"} <= kinds


def drawn(template: str, times: int = 40) -> set[tuple[str, str]]:
    """Return what is drawn from a template with a rule and a list."""
    draw = Templates({"the": "(the|my)"}, lambda name, rng: "(living room|attic)")
    rng = np.random.default_rng(0)
    return {draw(template, rng) for _ in range(times)}


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ("turn (on|off)", {"turn on", "turn off"}),
        ("[please ]stop", {"please stop", "stop"}),
        ("lamp[s]", {"lamp", "lamps"}),
        ("<the> lamp", {"the lamp", "my lamp"}),
        ("a|b", {"a", "b"}),
        ("(now;stop)", {"now stop", "stop now"}),
    ],
)
def test_a_template_makes_all_its_sentences(template: str, texts: set[str]) -> None:
    assert {text for text, _ in drawn(template)} == texts


def test_the_words_of_a_value_are_marked_by_its_slot() -> None:
    assert drawn("in {area:place} now") == {
        ("in living room now", "O place place O"),
        ("in attic now", "O place O"),
    }
    assert ("attic%", "area") in drawn("{area}%")


@pytest.mark.parametrize(("template", "told"), [("(a", "never closes"), ("a)", "never opened")])
def test_brackets_have_to_match(template: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        drawn(template, 1)
