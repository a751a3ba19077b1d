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
