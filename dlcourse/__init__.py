"""What the lessons of *Demystifying Deep Learning* share.

`from dlcourse import check, claim, data` is how most lessons begin. Names are fetched on first use,
so that importing the package is quick and loads neither torch nor matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcourse.asking import ask
    from dlcourse.claims import claim
    from dlcourse.exercises import check, hint, solution

    from . import autograd, data, evaluation, plots, seeds, training, widgets

__version__ = "0.1.0"

_MODULES = ("autograd", "data", "evaluation", "plots", "seeds", "training", "widgets")
_NAMES = {
    "ask": "dlcourse.asking",
    "check": "dlcourse.exercises",
    "claim": "dlcourse.claims",
    "hint": "dlcourse.exercises",
    "solution": "dlcourse.exercises",
}
__all__ = [
    "ask",
    "autograd",
    "check",
    "claim",
    "data",
    "evaluation",
    "hint",
    "plots",
    "seeds",
    "solution",
    "training",
    "widgets",
]


def __getattr__(name: str) -> Any:
    """Import `name` the first time it is asked for (PEP 562)."""
    if name not in (*_MODULES, *_NAMES):
        raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")
    try:
        module = import_module(_NAMES.get(name, f"dlcourse.{name}"))
    except AttributeError as error:  # which `from dlcourse import` would take for a missing name
        raise ImportError(
            f"dlcourse.{name} cannot be loaded, for a library is not the one that was installed "
            f"for it ({error})"
        ) from error
    if name in _MODULES:
        return module
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
