"""What the tests of the data share."""

from collections.abc import Callable
from functools import cache

import pytest

from dlcourse import data
from dlcourse.data import Dataset, Pretrained


@pytest.fixture(scope="session")
def loaded() -> Callable[[str], Dataset | Pretrained]:
    """Return a function that loads a data set or a model once, or skips where it cannot be had."""

    @cache
    def load(name: str) -> Dataset | Pretrained:
        try:
            return data.load(name) if data.catalog[name].split else data.pretrained(name)
        except ConnectionError as error:
            pytest.skip(str(error))

    return load
