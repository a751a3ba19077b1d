"""Schedules: how the learning rate changes from step to step."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse.autograd.optim import Optimizer


class _Schedule:
    """Count steps and set each group's learning rate anew."""

    def __init__(self, optimizer: "Optimizer") -> None:
        self.optimizer, self.last_epoch = optimizer, -1
        self.step()

    def step(self) -> None:
        """Move on; call it after each step of the optimiser (or each epoch, if so planned)."""
        self.last_epoch += 1
        self.apply()

    def apply(self) -> None:
        """Set the learning rates of step `last_epoch`."""
        raise NotImplementedError

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]


class LambdaLR(_Schedule):
    """The first learning rate times `lr_lambda(step)`: warm-up and decay of any form."""

    def __init__(self, optimizer: "Optimizer", lr_lambda: Callable[[int], float]) -> None:
        self.lr_lambda = lr_lambda
        self.first = [group["lr"] for group in optimizer.param_groups]
        super().__init__(optimizer)

    def apply(self) -> None:
        """Multiply."""
        for group, lr in zip(self.optimizer.param_groups, self.first, strict=True):
            group["lr"] = lr * self.lr_lambda(self.last_epoch)


class OneCycleLR(_Schedule):
    """Up to `max_lr` along half a cosine wave, then down to almost nothing (arXiv 1708.07120).

    Momentum (β₁ for Adam) moves the other way.
    """

    def __init__(
        self,
        optimizer: "Optimizer",
        max_lr: float,
        total_steps: int,
        *,
        pct_start: float = 0.3,
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.total_steps, self.peak = total_steps, pct_start * total_steps - 1
        start = max_lr / div_factor
        self.lrs = start, max_lr, start / final_div_factor
        self.momenta = (max_momentum, base_momentum, max_momentum) if cycle_momentum else None
        super().__init__(optimizer)

    def apply(self) -> None:
        """Set the learning rate and the momentum of this step."""
        if self.last_epoch > self.total_steps:
            raise ValueError(f"The cycle was planned for {self.total_steps} steps and is over.")
        for group in self.optimizer.param_groups:
            group["lr"] = self._at(*self.lrs)
            if self.momenta and "betas" in group:
                group["betas"] = (self._at(*self.momenta), group["betas"][1])
            elif self.momenta:
                group["momentum"] = self._at(*self.momenta)

    def _at(self, start: float, middle: float, end: float) -> float:
        """Return the value of this step between start, middle (at the peak) and end."""
        t, peak = self.last_epoch, self.peak
        if t <= peak:
            a, b, share = start, middle, t / peak
        else:
            a, b, share = middle, end, (t - peak) / (self.total_steps - 1 - peak)
        return b + (a - b) * (1 + math.cos(math.pi * share)) / 2
