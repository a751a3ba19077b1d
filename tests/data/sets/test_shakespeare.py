"""Shakespeare's plays: published sizes, counts, moments and baselines."""

from collections.abc import Callable

from dlcourse.data import Dataset


def test_shakespeare_is_whole_and_without_mark_up(loaded: Callable[[str], Dataset]) -> None:
    plays = loaded("shakespeare")
    text = "".join(play for split in plays.parts.values() for play in split.inputs)
    assert len(text) == 4_956_274
    assert len(set(text)) == 67
    assert not set(text) & set("#*_\\$()0123456789")
    assert len("".join(plays.train.inputs)) == 4_382_926
    assert plays.test.titles.tolist() == ["Twelfth Night", "Henry V", "Macbeth"]
    assert plays.validation.titles.tolist() == ["Julius Caesar", "The Tempest"]
    assert [plays.classes[kind] for kind in plays.test.targets] == ["comedy", "history", "tragedy"]
    assert "Friends, Romans, countrymen, lend me your ears;\n" in plays.validation.inputs[0]


def test_each_play_bears_its_title(loaded: Callable[[str], Dataset]) -> None:
    """The heading in the file is not always one, and loses its number with the other digits."""
    parts = loaded("shakespeare").parts.values()
    heads = {
        t: text[:40] for part in parts for t, text in zip(part.titles, part.inputs, strict=True)
    }
    assert len(heads) == 38
    assert {title for title in heads if title[-1].isdigit()} == {
        *("Henry IV, Part 1", "Henry IV, Part 2"),
        *("Henry VI, Part 1", "Henry VI, Part 2", "Henry VI, Part 3"),
    }
    assert heads.pop("Measure for Measure").startswith("ACT I\n")
    assert all(head.startswith(title.rstrip(" 123")) for title, head in heads.items())
