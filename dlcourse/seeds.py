"""One place for every random choice, so that a run can be repeated or shifted as a whole.

A lesson names its streams (`rng("batches")`, `rng("weights", run)`), and the environment variable
`DLCOURSE_SEED` moves all of them at once. A claim has to hold wherever they land.
"""

import os
import random

import numpy as np


def base() -> int:
    """Return the seed of this run: `DLCOURSE_SEED`, or 0. Raise ValueError if it is no seed."""
    text = os.environ.get("DLCOURSE_SEED", "").strip() or "0"
    if not (text.isascii() and text.isdigit()):
        raise ValueError(
            f"DLCOURSE_SEED is {text!r}, but a seed is a whole number from 0 up: "
            "set it to one, such as DLCOURSE_SEED=1, or unset it."
        )
    return int(text)


def _sequence(stream: tuple[str | int, ...]) -> np.random.SeedSequence:
    """Mix the run's seed with a stream's name; distinct names give independent streams.

    The parts are joined by "/". One within a part becomes the byte 255, which UTF-8 never uses, so
    that ("a/b",) and ("a", "b") are two names.
    """
    name = b"/".join(str(part).encode().replace(b"/", b"\xff") for part in stream)
    return np.random.SeedSequence([base(), *name])


def rng(*stream: str | int) -> np.random.Generator:
    """Return a NumPy generator of its own for the named stream: `rng("batches")`."""
    return np.random.default_rng(_sequence(stream))


def seed(*stream: str | int) -> int:
    """Return a number below 2³² for libraries that want one: `random_state=seed("svm")`."""
    return int(_sequence(stream).generate_state(1)[0])


def manual_seed(*stream: str | int) -> int:
    """Seed Python, NumPy's old global state and PyTorch for the named stream; return the seed."""
    import torch

    number = seed(*stream)
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002  libraries we call still draw from it
    torch.manual_seed(number)
    return number
