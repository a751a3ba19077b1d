"""What does training against attacks buy, and who judges it? Networks and judges, for lesson 91.

    python benchmarks/studies/interpretability.py

About twelve minutes of one core. The network, the attack and the training are the cells tagged
`recipe` of the lesson. Plans were chosen on training digits 50,000 to 50,999, after training on
those before, and so is the epoch at which a training against one step is stopped; nothing is
chosen on test digits. A part that is done is kept in `build/studies` and not done again.
"""

import copy
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from torch import Tensor, nn
from torch.nn.functional import one_hot

from dlcourse import data, seeds
from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import fit_one_cycle, load, save

NAME, REACH = "interpretability", 0.3
LESSON = recipe("91")
PLANS = {
    "one step": ([(1, 1.25)] * 4, 5e-3),
    "one step, shorter": ([(1, 0.8)] * 4, 5e-3),
    "one step, slower": ([(1, 1.25)] * 4, 1e-3),
    "four steps": ([(1, 1.25)] * 2 + [(4, 0.4)] * 4, 5e-3),
}
"""Steps of the attack and their rate as a part of its reach, an epoch each; the learning rate.

The first is the fast way of E. Wong and others (2020), arXiv:2001.03994, who stop it in time.
"""
EPOCHS = {"plain": 2, "plain, six epochs": 6}
RUNS = {"plain": 3, "plain, six epochs": 2, "one step": 2, "four steps": 2}
KEPT = [("plain", 0), ("plain", 1), ("plain", 2), ("four steps", 0)]
SIDE = 0.8
"""Part of the picture that the first square of the search covers, as published for digits."""
parts = Parts(NAME, LESSON)

mnist = data.load("mnist")
x, x_all = (
    torch.from_numpy(part.inputs[:, None] / np.float32(255)) for part in (mnist.train, mnist.test)
)
y, y_all = (torch.from_numpy(p.targets.astype(np.int64)) for p in (mnist.train, mnist.test))
x, y, x_aside, y_aside = x[:50_000], y[:50_000], x[50_000:50_500], y[50_000:50_500]
x_test, y_test = x_all[::20], y_all[::20]  # the first half of the test digits is the easier one


def trained(kind: str, run: int) -> dict[str, Any]:
    """Train and keep a network; return the share of all test digits that it reads, as "clean".

    A training against one step is kept as it was after its best epoch, too, under its name and
    "stopped". Which epoch that is decide 500 digits aside, under 20 steps: "aside", per epoch.
    """
    aside: list[float] = []

    def keep(model: nn.Module, name: str) -> nn.Module:
        model = copy.deepcopy(model).half().float()  # in half the room
        save(model, parts.folder / f"{name}-{run}.pt")
        return model

    def watch(model: nn.Module) -> None:
        with torch.random.fork_rng(devices=[]):
            seeds.manual_seed("aside")
            attacked = LESSON.attack(model, x_aside, y_aside, REACH)
        aside.append(LESSON.reads(model, attacked, y_aside))
        if aside[-1] == max(aside):
            keep(model, f"{kind}, stopped")

    if kind in EPOCHS:
        model, stream = LESSON.reader(run), ("plain reader", run)
        settings: dict[str, Any] = {"rate": 3e-3, "batch_size": 128, "stream": stream}
        fit_one_cycle(model, (x, y), epochs=EPOCHS[kind], **settings)
    else:
        plan, rate = PLANS[kind]
        for model in LESSON.hardened(x, y, plan, kind, run, rate=rate):
            if kind.startswith("one step"):
                watch(model)
    return {"clean": LESSON.reads(keep(model, kind), x_all, y_all), "aside": aside}


def network(kind: str, run: int) -> nn.Module:
    """Return a trained network."""
    return load(LESSON.reader(), parts.folder / f"{kind}-{run}.pt")


def margins(scores: Tensor, y: Tensor) -> Tensor:
    """Return how far the best other score lies above that of y: (n,)."""
    other = (scores - 1e4 * one_hot(y, 10)).amax(dim=1)
    return other - scores.gather(1, y[:, None])[:, 0]


def margin(scores: Tensor, y: Tensor, reduction: str) -> Tensor:
    """Return the margins added up: a loss to walk up."""
    return margins(scores, y).sum()


@torch.no_grad()
def search(model: nn.Module, x: Tensor, y: Tensor, tries: int = 1000) -> Tensor:
    """Attack without slopes: paint a square lighter or darker, and keep it if the margin grows.

    M. Andriushchenko and others (2020), Square attack, arXiv:1912.00049, with their schedule:
    squares of a place and a shade of its own for each picture (n, 1, 28, 28), ever smaller.
    """
    rng = seeds.rng("search")

    def shades(*shape: int) -> Tensor:
        return REACH * torch.from_numpy(rng.choice([-1.0, 1.0], shape).astype(np.float32))

    def reached(noise: Tensor) -> Tensor:
        return margins(model((x + noise).clip(0, 1)), y)

    noise, lines = shades(len(x), 1, 1, 28).expand_as(x), torch.arange(28)
    best = reached(noise)
    for attempt in range(tries):
        side = side_of_square(attempt / tries)
        row, column = torch.from_numpy(rng.integers(0, 29 - side, size=(2, len(x), 1)))
        rows, columns = ((lines >= at) & (lines < at + side) for at in (row, column))  # (n, 28)
        inside = (rows[:, :, None] & columns[:, None, :])[:, None]
        changed = torch.where(inside, shades(len(x), 1, 1, 1), noise)
        now = reached(changed)
        better = now > best
        noise = torch.where(better[:, None, None, None], changed, noise)
        best = torch.where(better, now, best)
    return (x + noise).clip(0, 1)


def side_of_square(done: float) -> int:
    """Return the side, in pixels, of the square that is tried when a part of the tries is done."""
    halved = sum(done > mark for mark in (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8))
    return min(27, max(1, round((SIDE / 2**halved) ** 0.5 * 28)))


Attack = Callable[[nn.Module, Tensor, Tensor], Tensor]


def pgd(steps: int, rate: float, **settings: Any) -> Attack:
    """Return the lesson's attack with its settings."""
    return lambda model, x, y: LESSON.attack(model, x, y, REACH, steps, rate, **settings)


def from_elsewhere(source: nn.Module) -> Attack:
    """Return an attack that was made for another network."""
    return lambda model, x, y: LESSON.attack(source, x, y, REACH, 40, 0.1)


def judges(run: int) -> Iterator[tuple[str, list[Attack]]]:
    """Return the attacks by name, each with its attempts."""
    yield "clean", [lambda model, x, y: x]
    yield "one step", [pgd(1, 1.25)]
    yield "20 steps", [pgd(20, 0.125)] * 5
    yield "100 steps", [pgd(100, 0.04)] * 2
    yield "100 steps, margin", [pgd(100, 0.04, loss=margin)] * 2
    yield "40 steps, long", [pgd(40, 0.3)]
    yield "200 steps, short", [pgd(200, 0.01, loss=margin)]
    others = [network("plain", run), network("one step", run)]
    yield "made for others", [from_elsewhere(other) for other in others]
    yield "squares, no slopes", [search]


def judged(kind: str, run: int, names: list[str] | None = None) -> dict[str, list[int]]:
    """Return which of 500 test digits the network misreads under each attack, or those named."""
    seeds.manual_seed("judges", kind, run)
    model = network(kind, run)
    return {
        name: (~survivors(model, attempts, x_test, y_test)).nonzero()[:, 0].tolist()
        for name, attempts in judges(run)
        if names is None or name in names
    }


def survivors(model: nn.Module, attempts: list[Attack], x: Tensor, y: Tensor) -> Tensor:
    """Return which digits (n,) are read correctly after every attempt."""
    stands = torch.ones(len(x), dtype=torch.bool)
    for attempt in attempts:
        rows = stands.nonzero()[:, 0]
        attacked = attempt(model, x[rows], y[rows])
        with torch.no_grad():
            stands[rows] = model(attacked).argmax(dim=1) == y[rows]
    return stands


def shares(runs: list[dict[str, list[int]]]) -> dict[str, list[float]]:
    """Return the share of 500 test digits that each network reads under each attack, and all."""
    together = [{"all together": sorted(set().union(*run.values()))} for run in runs]
    runs = [run | whole for run, whole in zip(runs, together, strict=True)]
    return {name: [1 - len(run[name]) / len(x_test) for run in runs] for name in runs[0]}


def main() -> None:
    one_step = [kind for kind in PLANS if kind.startswith("one step")]
    aside = {kind: parts.kept(trained, kind, 0)["aside"] for kind in one_step}
    rival = max(one_step, key=lambda kind: max(aside[kind]))
    clean = {
        kind: [parts.kept(trained, kind, run)["clean"] for run in range(runs)]
        for kind, runs in (RUNS | {rival: 2}).items()
    }
    models = nn.ModuleList(network(*each) for each in KEPT)
    save(models.half(), STUDIES / f"{NAME}.pt")
    few = ["clean", "one step", "20 steps"]
    fallen = {
        name: [parts.kept(judged, kind, run, names) for run in range(2)]
        for name, kind, names in (
            ("one step", "one step", few),
            ("one step, tuned", f"{rival}, stopped", few),
            ("four steps", "four steps", None),
        )
    }
    Study(
        question="What does training against attacks buy, and who judges it?",
        metric=f"share of 500 test digits that withstand an attack of reach {REACH}",
        runs={
            f"trained against {kind}, judged by {name}": found
            for kind, runs in fallen.items()
            for name, found in shares(runs).items()
            if kind == "four steps" or name != "all together"
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"clean": clean, "aside": aside, "rival": rival, "fallen": fallen["four steps"]},
    ).save(NAME)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
