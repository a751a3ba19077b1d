"""Optimisers: from gradients to better weights, with PyTorch's names, defaults and arithmetic."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import numpy as np

from dlcourse.autograd import lr_scheduler
from dlcourse.autograd.tensor import Array, Tensor

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]

BLOCK = 1 << 16  # numbers updated at a time, so that a method's many passes stay in the cache


class Optimizer:
    """What all methods share: groups of parameters, and the steps they take.

    The gradients of a group are laid end to end, so that an update costs a few NumPy calls in all
    and not a few for each parameter: twice as fast on small networks.
    """

    state_names: ClassVar[tuple[str, ...]] = ()
    decoupled = False  # whether weight decay acts on the weights themselves (arXiv 1711.05101)

    def __init__(self, params: Iterable[Any], **defaults: Any) -> None:
        groups = list(params)
        if not groups:
            raise ValueError("The optimiser was given no parameters: pass model.parameters().")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        if defaults["lr"] < 0:
            raise ValueError(f"The learning rate is {defaults['lr']}, but must not be negative.")
        self.param_groups = [{**defaults, **g, "params": list(g["params"])} for g in groups]
        self._flat = [_Flat(g["params"], len(self.state_names)) for g in self.param_groups]

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for group, flat in zip(self.param_groups, self._flat, strict=True):
            for run, t in flat.runs():
                self._step(group, flat, run, t)

    def _step(self, group: dict[str, Any], flat: "_Flat", run: list[int], t: int) -> None:
        """Take step t = 1, 2, … of neighbouring parameters."""
        whole = flat.span(run)
        g = flat.change[whole]
        np.concatenate([flat.params[i].grad.ravel() for i in run], out=g)  # type: ignore[union-attr]
        decay = group["weight_decay"]
        weights = np.concatenate([flat.params[i].data.ravel() for i in run]) if decay else g
        if decay and not self.decoupled:
            g += decay * weights
        for start in range(whole.start, whole.stop, BLOCK):
            block = slice(start, min(start + BLOCK, whole.stop))
            self.update(flat.change[block], t, group, *(state[block] for state in flat.state))
        if decay and self.decoupled:
            g += group["lr"] * decay * weights
        for i in run:
            flat.subtract(i)

    def update(self, g: Array, t: int, group: dict[str, Any], *state: Array) -> None:
        """Turn gradients g, in place, into what step t = 1, 2, … subtracts from the weights."""
        raise NotImplementedError


class _Flat:
    """The parameters of a group and, laid end to end as they are, their changes and state."""

    def __init__(self, params: list[Tensor], states: int) -> None:
        self.params, self.steps = params, [0] * len(params)
        self.ends = list(itertools.accumulate((p.data.size for p in params), initial=0))
        dtype = np.result_type(*(p.dtype for p in params))
        self.change = np.empty(self.ends[-1], dtype)
        self.state = [np.zeros(self.ends[-1], dtype) for _ in range(states)]

    def runs(self) -> Iterator[tuple[list[int], int]]:
        """Yield neighbours that have gradients and have made the same number of steps."""

        def key(i: int) -> tuple[bool, int]:
            return self.params[i].grad is not None, self.steps[i]

        for (ready, steps), run in itertools.groupby(range(len(self.params)), key):
            if ready:
                yield list(run), steps + 1

    def span(self, run: list[int]) -> slice:
        """Return where a run of parameters lies."""
        return slice(self.ends[run[0]], self.ends[run[-1] + 1])

    def subtract(self, i: int) -> None:
        """Subtract its change from parameter i, in a new array if a graph still needs the old."""
        p = self.params[i]
        if not p.data.flags.writeable:
            p.data = p.data.copy()
        p.data -= self.change[self.ends[i] : self.ends[i + 1]].reshape(p.shape)
        self.steps[i] += 1


class SGD(Optimizer):
    """b ← μ b + g;  w ← w − lr·b, or with Nesterov's look-ahead w ← w − lr·(g + μ b)."""

    state_names = ("momentum_buffer",)

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

    def update(self, g: Array, t: int, group: dict[str, Any], *state: Array) -> None:
        """Replace g by lr·b."""
        if mu := group["momentum"]:
            (b,) = state
            b *= mu
            b += g
            if group["nesterov"]:
                g += mu * b
            else:
                g[:] = b
        g *= group["lr"]


class RMSprop(Optimizer):
    """v ← α v + (1 − α) g²;  w ← w − lr·g / (√v + eps), with momentum on that quotient."""

    state_names = ("square_avg", "momentum_buffer")

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

    def update(self, g: Array, t: int, group: dict[str, Any], *state: Array) -> None:
        """Replace g by lr·g / (√v + eps)."""
        v, b = state
        v *= group["alpha"]
        v += (1 - group["alpha"]) * g * g
        g /= np.sqrt(v) + group["eps"]
        if mu := group["momentum"]:
            b *= mu
            b += g
            g[:] = b
        g *= group["lr"]


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  w ← w − lr·m̂ / (√v̂ + eps).

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) undo the start from zero (arXiv 1412.6980).
    """

    state_names = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, g: Array, t: int, group: dict[str, Any], *state: Array) -> None:
        """Replace g by lr·m̂ / (√v̂ + eps), in eleven passes."""
        (m, v), (beta1, beta2) = state, group["betas"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        g *= g
        g *= 1 - beta2
        v += g
        root = (1 - beta2**t) ** 0.5  # √v̂ = √v / root
        np.sqrt(v, out=g)
        g += group["eps"] * root
        np.divide(m, g, out=g)
        g *= group["lr"] * root / (1 - beta1**t)


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
