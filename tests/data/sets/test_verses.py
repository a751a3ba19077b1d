"""The verses: counts, an honest split by book, and texts of one kind."""

from collections.abc import Callable

from dlcourse.data import Dataset
from dlcourse.data.sets.verses import plain


def test_there_are_as_many_as_the_card_says(loaded: Callable[[str], Dataset]) -> None:
    verses = loaded("verses")
    assert [len(split.inputs) for split in verses.parts.values()] == [15_459, 290, 1_272]
    assert verses.train.inputs[0] == "In the beginning God created the heavens and the earth."
    assert verses.train.targets[0] == "Au commencement, Dieu créa les cieux et la terre."
    assert verses.train.darby[0] == "Au commencement Dieu créa les cieux et la terre."


def test_no_book_is_on_two_sides(loaded: Callable[[str], Dataset]) -> None:
    train, validation, test = loaded("verses").parts.values()
    assert set(test.books.tolist()) == {14, 21, 42, 48}
    assert set(validation.books.tolist()) == {7, 50}
    assert not set(train.books.tolist()) & {7, 14, 21, 42, 48, 50}


def test_the_editions_are_those_that_the_card_names(loaded: Callable[[str], Dataset]) -> None:
    """Segond's revision of 1910 says sacrificateur of Israel's priests; this English, Yahweh."""
    train = loaded("verses").train
    assert sum("Yahweh" in text for text in train.inputs) > 2_000
    assert sum("sacrificateur" in text for text in train.targets) > 200
    assert not any("prêtres de l'Éternel" in text for text in train.targets)
    assert not any("Yahweh" in text for text in [*train.targets, *train.darby])


def test_there_are_no_numbers_brackets_or_odd_marks(loaded: Callable[[str], Dataset]) -> None:
    for split in loaded("verses").parts.values():
        text = "".join([*split.inputs, *split.targets, *split.darby])
        assert not set(text) & set("[]0123456789’`«»œ#\n")


def test_references_and_headings_are_left_out() -> None:
    assert plain("(7:26) L’Éternel  dit :") == "L'Éternel dit:"
    assert plain("son nom Emmanuel» [Ésaïe 7:14], ce qui") == 'son nom Emmanuel", ce qui'
    assert plain("he was afraid [of him]. Psalm 4 For the Musician") == "he was afraid of him."
