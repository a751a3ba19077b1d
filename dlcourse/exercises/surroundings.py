"""What an answer finds around it, and finds again as it was: shared names, streams and settings."""

import contextlib
import os
import random
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

SHARED = (
    "builtins",
    "math",
    "random",
    "numpy",
    "numpy.linalg",
    "numpy.random",
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.optim",
)
"""Modules whose names other code uses too, so that no answer may put others in their place."""

CLASSES = ("Tensor", "nn.Module", "optim.Optimizer")
"""Classes of PyTorch's of which the same holds."""

WRITTEN = ("__warningregistry__", "__slotnames__", "Storage")
"""Names that Python writes itself, and PyTorch's for the default type of number."""

_ABSENT = object()


class Surroundings:
    """What there is before an answer runs, and how to put it back."""

    def __init__(self) -> None:
        self._back: dict[str, Callable[[], object]] = {}
        self.renew()

    def renew(self) -> None:
        """Take what there is now for right, as after an import, which may add and wrap names."""
        self._modules = {name: sys.modules.get(name) for name in SHARED}
        self._names = {name: (owner, dict(vars(owner))) for name, owner in _owners().items()}
        for name, back in _settings().items():
            self._back.setdefault(name, back)

    def mend(self) -> list[str]:
        """Put back every shared name that was changed, and the gradient modes; say which."""
        found = []
        for name, module in self._modules.items():
            if module is not None and sys.modules.get(name) is not module:
                sys.modules[name] = module
                found.append(name)
        for name, (owner, known) in self._names.items():
            if _same(vars(owner), known):
                continue  # as nearly always, which is seen in no time
            before, now = _public(owner, known), _public(owner, vars(owner))
            own = isinstance(owner, type) or name == "builtins"  # a new name may hide another there
            changed = [key for key in before if now.get(key, _ABSENT) is not before[key]]
            for key in changed + [key for key in now if own and key not in before]:
                if key in before:
                    setattr(owner, key, before[key])
                else:
                    delattr(owner, key)
                found.append(f"{name.removeprefix('builtins.')}.{key}")
        return [f"changes {_spoken(name)}, which other code uses too" for name in found]

    def restore(self) -> None:
        """Put back what an answer may change in passing: streams, folder, limits, settings."""
        for back in self._back.values():
            with contextlib.suppress(Exception):
                back()


def recording() -> dict[str, bool]:
    """Tell for PyTorch and the engine, where loaded, whether they record gradients now."""
    torch, engine = _loaded("torch"), _loaded("dlcourse.autograd.recording")
    modes = {"PyTorch": torch.is_grad_enabled()} if torch else {}
    return modes | ({"the engine": engine.recording()} if engine else {})


def record(modes: dict[str, bool]) -> None:
    """Put the gradient modes back, of which there is one for each thread."""
    if "PyTorch" in modes:
        _loaded("torch").set_grad_enabled(modes["PyTorch"])
    if "the engine" in modes:
        _loaded("dlcourse.autograd.recording")._pauses.depth = int(not modes["the engine"])


def _loaded(name: str) -> Any:
    """Return a module that was imported in full, or None."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    return None if getattr(spec, "_initializing", False) else module


def _owners() -> dict[str, Any]:
    """Return the modules and classes that are watched, by name."""
    own = [name for name in sys.modules if name.startswith("dlcourse.exercises.")]
    owners = {name: _loaded(name) for name in (*SHARED, *own)}
    for name in own:
        for part in tuple(vars(owners[name]).values()):
            if isinstance(part, type) and part.__module__ == name:
                owners[f"{name}.{part.__name__}"] = part
    if owners["torch"]:
        for name in CLASSES:
            owner = owners["torch"]
            for part in name.split("."):
                owner = getattr(owner, part)
            owners[f"torch.{name}"] = owner
    return {name: owner for name, owner in owners.items() if owner is not None}


def _same(names: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Tell whether names stand for what they stood for; no built-in function has a say in it."""
    for name, value in known.items():
        if names.get(name, _ABSENT) is not value:
            return False
    return names.keys() == known.keys()


def _public(owner: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an owner's names stand for, without those that a library keeps for itself."""
    private = owner.__name__ != "builtins" and not owner.__name__.startswith("dlcourse.")
    return {
        name: value
        for name, value in names.items()
        if name != "_" and not (private and name.startswith("_") and not isinstance(owner, type))
        if name not in WRITTEN
    }


def _spoken(name: str) -> str:
    """Return a name as it is written in code: np.mean, len."""
    return name.replace("numpy", "np").removeprefix("builtins.")


def _settings() -> dict[str, Callable[[], object]]:
    """Return what puts each setting back to what it is now."""
    back: dict[str, Callable[[], object]] = {
        "random": partial(random.setstate, random.getstate()),
        "numpy": partial(np.random.set_state, np.random.get_state()),  # noqa: NPY002
        "recursion": partial(sys.setrecursionlimit, sys.getrecursionlimit()),
        "environment": partial(_put_environment, dict(os.environ)),
        "gradients": partial(record, recording()),
        "switches": partial(sys.setswitchinterval, sys.getswitchinterval()),
    }
    with contextlib.suppress(OSError):
        back["folder"] = partial(os.chdir, os.getcwd())
    if torch := _loaded("torch"):
        back["torch"] = partial(torch.set_rng_state, torch.get_rng_state())
        back["dtype"] = partial(torch.set_default_dtype, torch.get_default_dtype())
    return back


def _put_environment(before: dict[str, str]) -> None:
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)
