"""A training run that several processes share: one network, and each process has rows of its own.

    python -m dlcourse.together FOLDER                                 one process
    torchrun --nproc-per-node 2 -m dlcourse.together FOLDER            two, on one machine

Lesson 93 reads it, line by line, and says what is to be given to run it on many machines.
"""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributed import HashStore  # type: ignore[attr-defined]
from torch.nn.parallel import DistributedDataParallel

from dlcourse import data, seeds

RATE = 0.5
STEPS = 50
WAYS = ("hand", "ddp")  # who averages the gradients: we, or PyTorch


def network() -> nn.Sequential:
    """Return the network to train: in every process the same, for the seed is."""
    seeds.manual_seed("together")
    return nn.Sequential(nn.Linear(64, 128), nn.Tanh(), nn.Linear(128, 10))


def join() -> tuple[int, int]:
    """Meet the other processes; return this one's number, from 0, and how many there are."""
    if "RANK" in os.environ:  # torchrun has said who we are, and where the others wait
        dist.init_process_group("gloo")
    else:
        dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    return dist.get_rank(), dist.get_world_size()


def average_gradients(model: nn.Module) -> None:
    """Put the mean over all processes in the place of each gradient."""
    for gradient in (p.grad for p in model.parameters() if p.grad is not None):
        dist.all_reduce(gradient)  # the sum, in every process
        gradient /= dist.get_world_size()


def own_weight(rows: int) -> float:
    """Return what the loss of so many rows counts: 1 where all processes have as many."""
    total = torch.tensor(float(rows))
    dist.all_reduce(total)
    return rows * dist.get_world_size() / total.item()


def train(x: Tensor, y: Tensor, weigh: bool = False, ddp: bool = False) -> dict[str, Any]:
    """Train on this process's rows, (n, 64) and (n,), and return what is to be kept."""
    model = network()
    asked = DistributedDataParallel(model) if ddp else model
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    weight = own_weight(len(x)) if weigh else 1.0
    losses, first, begun = [], torch.empty(0), time.perf_counter()
    for step in range(STEPS):
        loss = weight * F.cross_entropy(asked(x), y)  # forward, loss
        optimizer.zero_grad()  # zero
        loss.backward()  # type: ignore[no-untyped-call]  # backward; DDP averages on the way
        if not ddp:
            average_gradients(model)
        if step == 0:
            first = flat([p.grad for p in model.parameters()])
        optimizer.step()  # step
        losses.append(loss.item() / weight)
    seconds = time.perf_counter() - begun
    weights = flat(model.parameters())
    return {"losses": losses, "gradient": first, "weights": weights, "seconds": seconds}


def flat(tensors: Any) -> Tensor:
    """Return all numbers of some tensors in one row."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def main(arguments: Sequence[str] | None = None) -> None:
    """Train with the other processes, and write `hand0.npz` and the like into a folder."""
    parser = argparse.ArgumentParser(prog="dlcourse.together", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", help="rows of each process, in order")
    parser.add_argument("--weigh", action="store_true", help="weigh each process by its rows")
    parser.add_argument("--by", nargs="+", choices=WAYS, default=WAYS[:1], help="train so, in turn")
    given = parser.parse_args(arguments)
    rank, world = join()
    try:
        images, labels = data.load("digits").train
        x = torch.tensor(images.reshape(-1, 64) / 16)  # data
        y = torch.tensor(labels)
        sizes = given.sizes or [len(part) for part in y.tensor_split(world)]
        if len(sizes) != world or sum(sizes) != len(y) or min(sizes) < 1:
            raise ValueError(
                f"The sizes {sizes} do not divide {len(y)} rows among {world} processes: "
                "give each process at least one row, and every row to one process."
            )
        x, y = torch.split(x, sizes)[rank], torch.split(y, sizes)[rank]
        for way in given.by:
            kept = train(x, y, given.weigh, ddp=way == "ddp")
            np.savez(given.folder / f"{way}{rank}.npz", **kept)
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
