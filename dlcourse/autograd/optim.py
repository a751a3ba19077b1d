"""Optimisers: from gradients to better weights, with PyTorch's names, defaults and arithmetic."""

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from dlcourse.autograd import lr_scheduler
from dlcourse.autograd.memory import Array
from dlcourse.autograd.operations import Tensor

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]

BLOCK = 1 << 16  # numbers updated at a time, so that a method's many passes stay in the cache
LARGE = 1 << 14  # from how many numbers on a parameter is worth an update of its own


class Optimizer:
    """What all methods share: groups of parameters, their state, and the steps they take.

    Small parameters are updated together, laid end to end, so that they cost a few NumPy calls in
    all and not a few each: on a small network this halves the time of `step`.
    """

    averages = 0  # how many running averages a method keeps of each gradient
    decoupled = False  # whether weight decay acts on the weights themselves (arXiv 1711.05101)

    def __init__(self, params: Iterable[Any], **defaults: Any) -> None:
        self.param_groups = [{**defaults, **group} for group in _groups(params)]
        for group in self.param_groups:
            if group["lr"] < 0:
                raise ValueError(f"The learning rate is {group['lr']}, but must not be negative.")
        self._states = [_State(g["params"], self.averages) for g in self.param_groups]

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for group, state in zip(self.param_groups, self._states, strict=True):
            for run in state.runs():
                self._step(group, state, run)

    def _step(self, group: dict[str, Any], state: "_State", run: list[int]) -> None:
        """Move parameters that are neighbours in the group and have made as many steps."""
        params = [state.params[i] for i in run]
        for p in params:
            if p.grad is None or p.grad.shape != p.data.shape:
                raise ValueError(f"A parameter of shape {p.shape} has a gradient of another shape.")
            if not p.data.flags.writeable:  # a graph still needs the old values
                p.data = p.data.copy()
        w, g = _end_to_end([p.data for p in params]), _end_to_end([p.grad for p in params])
        if decay := group["weight_decay"]:
            if self.decoupled:
                w *= 1 - group["lr"] * decay
            else:
                g = g + decay * w
        t, first = state.steps[run[0]] + 1, state.ends[run[0]]
        for low in range(0, len(w), BLOCK):
            part = slice(low, min(low + BLOCK, len(w)))
            averages = (a[first + part.start : first + part.stop] for a in state.averages)
            w[part] -= self.change(g[part], group, t, *averages)
        for i, p in zip(run, params, strict=True):
            state.steps[i] = t
            if not np.may_share_memory(w, p.data):
                p.data[...] = w[state.ends[i] - first : state.ends[i + 1] - first].reshape(p.shape)

    def change(self, g: Array, group: dict[str, Any], t: int, *averages: Array) -> Any:
        """Return what step t = 1, 2, … subtracts from the weights, given their gradients g."""
        raise NotImplementedError


def _groups(params: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what an optimiser was given as groups, each with its list of parameters."""
    if isinstance(params, Tensor):
        raise TypeError("An optimiser needs a list of parameters, not one tensor: pass [w].")
    groups = list(params)
    if not groups:
        raise ValueError("The optimiser was given no parameters: pass model.parameters().")
    if not isinstance(groups[0], dict):
        groups = [{"params": groups}]
    seen: set[Tensor] = set()
    for i, group in enumerate(groups):
        one = isinstance(group["params"], Tensor)
        groups[i] = {**group, "params": [group["params"]] if one else list(group["params"])}
        for p in groups[i]["params"]:
            if not isinstance(p, Tensor):
                raise TypeError(f"A parameter is a tensor, not {type(p).__name__}.")
            if p._edges != ():
                raise ValueError("This parameter was computed from others: pass those instead.")
            if p in seen:
                raise ValueError("One parameter was given twice, and would move twice.")
            seen.add(p)
    return groups


class _State:
    """What is known of a group's parameters: their steps, and their averages laid end to end."""

    def __init__(self, params: list[Tensor], averages: int) -> None:
        self.params, self.steps = params, [0] * len(params)
        self.ends = list(itertools.accumulate((p.data.size for p in params), initial=0))
        self.averages = [np.zeros(self.ends[-1], np.float32) for _ in range(averages)]

    def runs(self) -> Iterator[list[int]]:
        """Yield the neighbours that can be moved together; large parameters one by one."""
        dtypes = {p.data.dtype for p in self.params}
        if self.averages and dtypes != {self.averages[0].dtype}:  # .double() may come late
            dtype = np.result_type(*dtypes)
            self.averages = [a.astype(dtype, copy=False) for a in self.averages]

        def kind(i: int) -> tuple[Any, ...]:
            p = self.params[i]
            large = i if p.data.size >= LARGE else -1
            return p.grad is not None, self.steps[i], p.data.dtype, large

        for (ready, *_), run in itertools.groupby(range(len(self.params)), kind):
            if ready:
                yield list(run)


def _end_to_end(arrays: list[Any]) -> Array:
    """Return one array as a flat view, or several as a flat copy."""
    return (
        arrays[0].reshape(-1) if len(arrays) == 1 else np.concatenate([a.ravel() for a in arrays])
    )


class SGD(Optimizer):
    """b ← μ b + g;  w ← w − lr·b, or with Nesterov's look-ahead w ← w − lr·(g + μ b)."""

    averages = 1

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        if nesterov and not momentum:
            raise ValueError("Nesterov's method needs momentum: pass momentum=0.9, say.")
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def change(self, g: Array, group: dict[str, Any], t: int, *averages: Array) -> Any:
        """Return lr·b, or lr·(g + μ b)."""
        (b,), mu = averages, group["momentum"]
        if not mu:
            return group["lr"] * g
        b *= mu
        b += g
        return group["lr"] * (g + mu * b if group["nesterov"] else b)


class RMSprop(Optimizer):
    """v ← α v + (1 − α) g²;  w ← w − lr·g/(√v + eps), with momentum on that quotient."""

    averages = 2

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
    ) -> None:
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum
        )

    def change(self, g: Array, group: dict[str, Any], t: int, *averages: Array) -> Any:
        """Return lr·g/(√v + eps)."""
        v, b = averages
        v *= group["alpha"]
        v += (1 - group["alpha"]) * g * g
        d = g / (np.sqrt(v) + group["eps"])
        if not group["momentum"]:
            return group["lr"] * d
        b *= group["momentum"]
        b += d
        return group["lr"] * b


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  w ← w − lr·m̂/(√v̂ + eps).

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) undo the start from zero (arXiv 1412.6980).
    """

    averages = 2

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def change(self, g: Array, group: dict[str, Any], t: int, *averages: Array) -> Any:
        """Return lr·m̂/(√v̂ + eps), in one temporary array."""
        (m, v), (beta1, beta2) = averages, group["betas"]
        m *= beta1
        d = g * (1 - beta1)
        m += d
        v *= beta2
        np.multiply(g, g, out=d)
        d *= 1 - beta2
        v += d
        root = math.sqrt(1 - beta2**t)  # √v̂ = √v/root
        np.sqrt(v, out=d)
        d += group["eps"] * root
        np.divide(m, d, out=d)
        d *= group["lr"] * root / (1 - beta1**t)
        return d


class AdamW(Adam):
    """Adam, with weights that also shrink by lr·weight_decay each step (arXiv 1711.05101)."""

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)
