"""A data set as named arrays: divided so that no row is in two parts, known by its hash."""

import numpy as np
import pytest

from dlcourse.data.arrays import divided, fingerprint

COLUMNS = {"inputs": np.arange(12).reshape(6, 2), "people": np.array(list("abcdef"))}
TEST = np.array([True, False, False, True, False, False])


def test_rows_are_divided_by_masks_slices_and_numbers() -> None:
    by_mask = divided(COLUMNS, train=~TEST, test=TEST)
    assert list(by_mask) == ["train_inputs", "train_people", "test_inputs", "test_people"]
    assert by_mask["test_people"].tolist() == ["a", "d"]
    assert by_mask["train_inputs"].tolist() == [[2, 3], [4, 5], [8, 9], [10, 11]]
    by_slice = divided(COLUMNS, train=slice(3), validation=slice(3, 4), test=slice(4, None))
    assert [by_slice[f"{part}_people"].tolist() for part in ("train", "validation", "test")] == [
        *(["a", "b", "c"], ["d"], ["e", "f"])
    ]
    in_their_order = divided(COLUMNS, train=np.array([5, 0, 1]), test=np.array([4, 3, 2]))
    assert in_their_order["train_people"].tolist() == ["f", "a", "b"]
    assert in_their_order["test_people"].tolist() == ["e", "d", "c"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"train": slice(4), "test": slice(3, None)}, "hold 7 rows, 6 different ones of 6"),
        ({"train": slice(3), "test": slice(4, None)}, "hold 5 rows, 5 different ones of 6"),
        ({"train": slice(3), "test": np.array([3, 3, 4])}, "hold 6 rows, 5 different ones of 6"),
    ],
)
def test_a_row_in_two_parts_or_in_none_is_refused(parts: dict[str, slice], told: str) -> None:
    with pytest.raises(ValueError, match=f"train, test {told}: divide them"):
        divided(COLUMNS, **parts)


def test_a_fingerprint_tells_names_types_shapes_and_bytes_apart() -> None:
    arrays = {"a": np.arange(4), "b": np.arange(3.0)}
    others = [
        {"a": np.arange(4), "c": np.arange(3.0)},
        {"a": np.arange(4).astype(np.uint64), "b": np.arange(3.0)},
        {"a": np.arange(4).reshape(2, 2), "b": np.arange(3.0)},
        {"a": np.array([0, 1, 3, 2]), "b": np.arange(3.0)},
        {"a": np.arange(4)},
    ]
    known = {fingerprint(each) for each in (arrays, *others)}
    assert len(known) == 6
    turned = {"b": np.arange(3.0), "a": np.arange(4)[::-1][::-1]}
    assert fingerprint(turned) == fingerprint(arrays)
