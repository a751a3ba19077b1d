"""The conversations: published sizes, an honest split, and nothing by which to reach somebody."""

import re
from collections.abc import Callable

import numpy as np

from dlcourse.data import Dataset
from dlcourse.data.sets.conversations import plain


def test_there_are_as_many_as_the_card_says(loaded: Callable[[str], Dataset]) -> None:
    chats = loaded("conversations")
    assert [len(split.inputs) for split in chats.parts.values()] == [72_600, 9_335, 8_825]
    people = np.concatenate([split.people for split in chats.parts.values()])
    assert 1_000 < len(np.unique(people)) <= 1_315
    first = np.sort(np.bincount(people))[::-1][:3].sum() / len(people)
    assert 0.2 < first < 0.26  # three people give a quarter of all replies


def test_no_conversation_is_on_two_sides(loaded: Callable[[str], Dataset]) -> None:
    sides = [set(split.conversations.tolist()) for split in loaded("conversations").parts.values()]
    assert not sides[0] & sides[1] | sides[0] & sides[2] | sides[1] & sides[2]


def test_turns_are_short_and_replies_say_something(loaded: Callable[[str], Dataset]) -> None:
    for split in loaded("conversations").parts.values():
        assert max(map(len, [*split.inputs, *split.targets])) <= 160
        assert min(len(reply.split()) for reply in split.targets) >= 3


def test_nobody_can_be_reached(loaded: Callable[[str], Dataset]) -> None:
    reached = re.compile(r"\w@\w+\.\w|\d{3}[ .-]?\d{3}[ .-]\d{4}")
    for split in loaded("conversations").parts.values():
        assert not [text for text in [*split.inputs, *split.targets] if reached.search(text)]


def test_addresses_and_numbers_are_left_out() -> None:
    told = "write  to jo.doe+1@mail.example.org\nor call (801) 555-0199"
    assert plain(told) == "write to [e-mail] or call [number]"
