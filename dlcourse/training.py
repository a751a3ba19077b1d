"""The one PyTorch training loop, which all lessons from 36 on use; lesson 36 opens and reads it.

`fit_one_cycle` is the recipe that most of them share: AdamW on one cycle of the learning rate.

Epochs and batches are counted from 0. Whatever is drawn in epoch e (the order of the examples,
dropout, augmentation) follows from the run's stream and e alone, never from what went before. So
a run that was interrupted ends with the same bits as one that was not, on the same machine.
"""

import io
import math
import os
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from tqdm.auto import tqdm

from dlcourse import seeds

Array = Tensor | npt.ArrayLike
Examples = tuple[Array, Array]
"""Inputs and targets, row by row: two tensors or arrays, or a split of a data set."""

Module = TypeVar("Module", bound=nn.Module)


@dataclass
class History:
    """What a run measured, epoch by epoch."""

    train_loss: list[float] = field(default_factory=list)  # mean over the examples, while training
    validation_score: list[float] = field(default_factory=list)  # empty without validation

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights the model has in the end: the best, or without scores the last.

        Of equal scores the first counts.
        """
        if self.validation_score:
            return self.validation_score.index(max(self.validation_score))
        return len(self.train_loss) - 1

    def is_over(self, epochs: int, patience: int | None) -> bool:
        """Tell whether all epochs are done, or `patience` of them in a row brought nothing new."""
        done = len(self.train_loss)
        return done >= epochs or (patience is not None and done - 1 - self.best_epoch >= patience)


def fit(
    model: nn.Module,
    train: Examples,
    *,
    optimizer: Optimizer,
    epochs: int,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    batch_size: int = 64,
    scheduler: LRScheduler | None = None,
    clip: float | None = None,
    augment: Callable[[Tensor], Tensor] | None = None,
    validation: Examples | None = None,
    score: Callable[[Tensor, Tensor], float] | None = None,
    patience: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    stream: Sequence[str | int] = ("batches",),
    progress: bool = True,
) -> History:
    """Train `model`, in place and on `device()`, and return what was measured on the way.

    `optimizer` holds the model's parameters, `scheduler` (if any) that optimiser; it is stepped
    once a batch. Gradients longer than `clip`, all taken together, are cut to that length.
    `augment` changes the inputs of each training batch and draws from PyTorch's generator.

    With `validation`, each epoch is judged by `score(outputs, targets)`, higher is better (without
    one, `accuracy`), the best epoch's weights are put back at the end, and training stops early
    when `patience` epochs in a row brought no better one.

    With `checkpoint`, a file is written after each epoch; a run that finds it goes on from there.
    Another `stream` (a run's number in it, say) makes another run. PyTorch's generator is left as
    it was found.

    Raises ValueError for what cannot be trained, FloatingPointError where a loss or a score is not
    finite.
    """
    inputs, targets = _examples("train", train)
    held_out = None if validation is None else _examples("validation", validation)
    _check(model, optimizer, epochs, batch_size, clip, held_out is not None, score, patience)
    model.to(where := device())
    run = _Run(model, optimizer, scheduler, (len(inputs), batch_size, clip, *stream))
    if checkpoint is not None and Path(checkpoint).exists():
        run.resume(checkpoint)

    history, first = run.history, len(run.history.train_loss)
    batches = math.ceil(len(inputs) / batch_size)
    gpus = [where] if where.type == "cuda" else []
    with (
        torch.random.fork_rng(gpus),
        tqdm(total=(epochs - first) * batches, leave=False, disable=not progress) as bar,
    ):
        while not history.is_over(epochs, patience):
            epoch, total = len(history.train_loss), 0.0
            torch.manual_seed(seeds.seed(*stream, epoch))
            order = torch.from_numpy(seeds.rng(*stream, epoch).permutation(len(inputs)))
            model.train()
            for batch, chosen in enumerate(torch.split(order, batch_size)):
                x, y = inputs[chosen].to(where), targets[chosen].to(where)  # data
                output = model(x if augment is None else augment(x))  # forward
                error = loss(output, y)  # loss
                total += len(chosen) * _finite(error.item(), "loss", epoch, batch)
                optimizer.zero_grad()  # zero
                error.backward()  # type: ignore[no-untyped-call]  # backward
                if clip is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), clip)
                optimizer.step()  # step
                if scheduler is not None:
                    scheduler.step()
                bar.update()
            history.train_loss.append(total / len(inputs))
            if held_out is not None:
                outputs = predict(model, held_out[0])  # evaluate
                value = float((score or accuracy)(outputs, held_out[1]))
                history.validation_score.append(_finite(value, "validation score", epoch))
            run.keep_best()
            if checkpoint is not None:
                run.save(checkpoint)
    if run.best is not None:
        model.load_state_dict(run.best)
    return history


def fit_one_cycle(
    model: nn.Module,
    train: Examples,
    *,
    rate: float,
    epochs: int,
    batch_size: int = 64,
    adamw: Mapping[str, Any] | None = None,
    cycle: Mapping[str, Any] | None = None,
    **settings: Any,
) -> History:
    """Train by AdamW while the learning rate rises to `rate` and falls to zero; no bar is drawn.

    `adamw` and `cycle` hold what is to differ from PyTorch's own settings of `AdamW` and
    `OneCycleLR`, `settings` are those of `fit`. Raises what `fit` raises, and ValueError for a rate
    that is not positive.

    The cycle: L. N. Smith and N. Topin (2017), Super-convergence, arXiv:1708.07120; the decay:
    I. Loshchilov and F. Hutter (2019), Decoupled weight decay regularization, arXiv:1711.05101.
    """
    inputs, _ = _examples("train", train)
    if not 0 < rate < math.inf or epochs < 1 or batch_size < 1:
        raise ValueError(
            f"fit_one_cycle() was given rate={rate}, epochs={epochs} and batch_size={batch_size}: "
            "give a rate above 0 and whole numbers from 1 up."
        )
    optimizer = AdamW(model.parameters(), lr=rate, **adamw or {})
    steps = epochs * math.ceil(len(inputs) / batch_size)
    scheduler = OneCycleLR(optimizer, rate, total_steps=steps, **cycle or {})
    return fit(
        model,
        train,
        optimizer=optimizer,
        scheduler=scheduler,
        epochs=epochs,
        batch_size=batch_size,
        progress=False,
        **settings,
    )


@dataclass
class _Run:
    """What a run has to know in order to go on: all that changes, and `facts` that may not."""

    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler | None
    facts: Sequence[Any]
    history: History = field(default_factory=History)
    best: dict[str, Any] | None = None  # the best epoch's weights, where there is validation

    def __post_init__(self) -> None:
        shapes = [list(p.shape) for p in self.model.parameters()]
        schedule = type(self.scheduler).__name__
        self.facts = [*self.facts, seeds.base(), self.optimizer, schedule, shapes]
        self.facts = [str(fact) for fact in self.facts]

    def keep_best(self) -> None:
        """Keep the weights, if the epoch that has just ended is the best one so far."""
        scores = self.history.validation_score
        if scores and self.history.best_epoch == len(scores) - 1:
            self.best = deepcopy(self.model.state_dict())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one file."""
        state = {
            "facts": self.facts,
            "history": vars(self.history),
            "best": self.best,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict() if self.scheduler else None,
        }
        _write(path, state)

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Read everything back, unless the file belongs to another run."""
        state = _read(path)
        if not isinstance(state, dict) or state.get("facts") != self.facts:
            raise ValueError(
                f"The checkpoint {os.fspath(path)} was not written by this run (the same data, "
                "batch size, clip, stream, seed, optimiser, schedule and model): "
                "delete it to start afresh, or name another file."
            )
        self.history, self.best = History(**state["history"]), state["best"]
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(state["scheduler"])


@torch.no_grad()
def predict(model: nn.Module, inputs: Array, batch_size: int = 1024) -> Tensor:
    """Return the model's outputs for all inputs, in evaluation mode, on the CPU."""
    rows = _tensor(inputs)
    if len(rows) == 0:
        raise ValueError("predict() was given no inputs: give it one row at least.")
    model.to(where := device())
    mode = model.training
    model.eval()
    try:
        return torch.cat([model(x.to(where)).cpu() for x in torch.split(rows, batch_size)])
    finally:
        model.train(mode)


def accuracy(outputs: Array, targets: Array) -> float:
    """Return the share of targets (n, …) that are the largest of the outputs (n, classes, …)."""
    scores, labels = _tensor(outputs), _tensor(targets)
    if scores.ndim < 2 or scores.shape[:1] + scores.shape[2:] != labels.shape or len(labels) == 0:
        raise ValueError(
            f"accuracy() was given outputs {tuple(scores.shape)} and targets "
            f"{tuple(labels.shape)}, but needs (n, classes) and (n,): "
            "give one row of class scores a target."
        )
    return (scores.argmax(dim=1) == labels).double().mean().item()


def device() -> torch.device:
    """Return the device that models train on: `DLCOURSE_DEVICE`, or the CPU."""
    name = os.environ.get("DLCOURSE_DEVICE", "").strip() or "cpu"
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:  # unknown, or not in this build of PyTorch
        raise ValueError(
            f"DLCOURSE_DEVICE is {name!r}, which PyTorch cannot use here: "
            "set it to cpu, cuda or mps, whichever this machine has, or unset it."
        ) from error


def save(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Write a model's weights to a file; the file holds no code."""
    _write(path, model.state_dict())


def load(model: Module, path: str | os.PathLike[str]) -> Module:
    """Put saved weights into `model` and return it; no code in the file is ever run.

    Raises ValueError for a file that is damaged, or holds the weights of another model.
    """
    weights = _read(path)
    try:
        model.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise ValueError(
            f"The weights in {os.fspath(path)} are not those of this {type(model).__name__}: "
            "build the model as it was when they were saved."
        ) from error
    return model


def _write(path: str | os.PathLike[str], state: Any) -> None:
    """Write a file whole or not at all: an interruption leaves the one that was there."""
    buffer, draft = io.BytesIO(), Path(f"{os.fspath(path)}.part")
    torch.save(state, buffer)
    try:
        draft.write_bytes(buffer.getvalue())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read(path: str | os.PathLike[str]) -> Any:
    """Read tensors, numbers and texts from a file, and nothing that could run."""
    content = io.BytesIO(Path(path).read_bytes())
    try:
        if damaged := ZipFile(content).testzip():  # torch.load does not compare checksums
            raise BadZipFile(damaged)
        content.seek(0)
        return torch.load(content, map_location="cpu", weights_only=True)
    except Exception as error:  # a dozen kinds, as the damage may be anywhere
        raise ValueError(
            f"{os.fspath(path)} is damaged, or was not written by dlcourse.training: "
            "delete it, or name another file."
        ) from error


def _tensor(values: Array) -> Tensor:
    """Return values as a tensor, sharing memory where it may be written to."""
    if isinstance(values, Tensor):
        return values
    return torch.from_numpy(np.require(values, requirements=("C", "W")))


def _examples(name: str, examples: Examples) -> tuple[Tensor, Tensor]:
    """Return inputs and targets as tensors of equal length, or say what is wrong with them."""
    try:
        inputs, targets = map(_tensor, examples)
        rows = len(inputs), len(targets)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"fit() needs `{name}` to be a pair of arrays of numbers: give (inputs, targets)."
        ) from error
    if rows[0] != rows[1] or rows[0] == 0:
        raise ValueError(
            f"fit() was given `{name}` with {rows[0]} inputs and {rows[1]} targets: "
            "give one target an input, and one example at least."
        )
    return inputs, targets


def _check(
    model: nn.Module,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int,
    clip: float | None,
    validated: bool,
    score: Callable[[Tensor, Tensor], float] | None,
    patience: int | None,
) -> None:
    """Say what is wrong with the settings of a run, if anything is."""
    if epochs < 1 or batch_size < 1 or (patience is not None and patience < 1):
        raise ValueError(
            f"fit() was given epochs={epochs}, batch_size={batch_size} and patience={patience}: "
            "give whole numbers from 1 up."
        )
    if clip is not None and not clip > 0:
        raise ValueError(f"fit() was given clip={clip}: give a length above 0, or leave it out.")
    if not validated and (patience is not None or score is not None):
        raise ValueError(
            "fit() was given `patience` or `score` but nothing to judge an epoch on: "
            "give validation=(inputs, targets) too."
        )
    moved = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not moved <= {id(p) for p in model.parameters()}:
        raise ValueError(
            "fit() was given an optimiser that moves the weights of another model: "
            "make it from this model.parameters()."
        )


def _finite(value: float, what: str, epoch: int, batch: int | None = None) -> float:
    """Return a finite number, or stop the run where it went wrong."""
    if math.isfinite(value):
        return value
    place = f"epoch {epoch}" if batch is None else f"epoch {epoch}, batch {batch}"
    raise FloatingPointError(
        f"The {what} is {value} in {place} (counted from 0): lower the learning rate, "
        "clip the gradients, or look for such values in the data."
    )
