"""Whether operations are recorded: every thread decides for itself, as in PyTorch."""

import functools
import inspect
import threading
from collections.abc import Generator
from typing import Any


class _Pauses(threading.local):
    """How many `no_grad` the running thread is inside of."""

    depth = 0


_pauses = _Pauses()


def recording() -> bool:
    """Return whether the running thread records what it computes."""
    return not _pauses.depth


class no_grad:
    """Record nothing in a `with` block, or in a function or generator that this decorates.

    It holds for the thread that asks for it, as in PyTorch.
    """

    def __enter__(self) -> None:
        _pauses.depth += 1

    def __exit__(self, *_: object) -> None:
        _pauses.depth -= 1

    def __call__(self, function: Any) -> Any:
        """Return a function, or a generator, that records nothing while its own lines run."""

        @functools.wraps(function)
        def quiet(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        @functools.wraps(function)
        def quiet_steps(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            steps, sent = function(*args, **kwargs), None
            while True:
                try:
                    with self:
                        value = steps.send(sent)
                except StopIteration as end:
                    return end.value
                sent = yield value

        return quiet_steps if inspect.isgeneratorfunction(function) else quiet
