"""What does training against attacks buy, and who judges it? Networks and judges, for lesson 91.

    python benchmarks/studies/interpretability.py

About eight minutes of one core. The network, the attack and the training are the cells tagged
`recipe` of the lesson. Plans were chosen on training digits 50,000 to 50,999, after training on
those before; nothing is chosen on test digits. A part that is done is kept in `build/studies` and
not done again.
"""

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
    "one step": [(1, 1.25)] * 4,  # the fast way of E. Wong and others (2020), arXiv:2001.03994
    "four steps": [(1, 1.25)] * 2 + [(4, 0.4)] * 4,
}
"""Steps of the attack and their rate as a part of its reach, an epoch each."""
RUNS = {"plain": 3, "one step": 2, "four steps": 2}
KEPT = [("plain", 0), ("plain", 1), ("plain", 2), ("four steps", 0)]
parts = Parts(NAME, LESSON)

mnist = data.load("mnist")
x, x_all = (
    torch.from_numpy(part.inputs[:, None] / np.float32(255)) for part in (mnist.train, mnist.test)
)
y, y_all = (torch.from_numpy(p.targets.astype(np.int64)) for p in (mnist.train, mnist.test))
x, y = x[:50_000], y[:50_000]
x_test, y_test = x_all[::20], y_all[::20]  # the first half of the test digits is the easier one


def trained(kind: str, run: int) -> float:
    """Train and keep a network; return the share of all test digits that it reads."""
    if kind == "plain":
        model = LESSON.reader(run)
        fit_one_cycle(
            model, (x, y), rate=3e-3, epochs=2, batch_size=128, stream=("plain reader", run)
        )
    else:
        model = LESSON.hardened(x, y, PLANS[kind], kind, run)
    model.half().float()  # as it will be kept: in half the room
    save(model, parts.folder / f"{kind}-{run}.pt")
    return LESSON.reads(model, x_all, y_all)


def network(kind: str, run: int) -> nn.Module:
    """Return a trained network."""
    return load(LESSON.reader(), parts.folder / f"{kind}-{run}.pt")


def margin(scores: Tensor, y: Tensor, reduction: str) -> Tensor:
    """Return how far the best other score lies above that of y, added up: a loss to walk up."""
    other = (scores - 1e4 * one_hot(y, 10)).amax(dim=1)
    return (other - scores.gather(1, y[:, None])[:, 0]).sum()


@torch.no_grad()
def search(model: nn.Module, x: Tensor, y: Tensor, tries: int = 500) -> Tensor:
    """Attack without slopes: squares of noise at ±reach, each kept where the margin grows.

    M. Andriushchenko and others (2020), Square attack, arXiv:1912.00049, with a plain schedule.
    """
    rng = seeds.rng("search")

    def signs(*shape: int) -> Tensor:
        return REACH * torch.from_numpy(rng.choice([-1.0, 1.0], shape).astype(np.float32))

    def margins(noise: Tensor) -> Tensor:
        scores = model((x + noise).clip(0, 1))
        other = (scores - 1e4 * one_hot(y, 10)).amax(dim=1)
        return other - scores.gather(1, y[:, None])[:, 0]

    noise = signs(len(x), 1, 1, 28).expand_as(x).clone()
    best = margins(noise)
    for attempt in range(tries):
        side = max(2, round(10 * (1 - attempt / tries)))
        row, column = rng.integers(0, 29 - side, size=2)
        changed = noise.clone()
        changed[:, :, row : row + side, column : column + side] = signs(len(x), 1, 1, 1)
        now = margins(changed)
        better = now > best
        noise[better], best[better] = changed[better], now[better]
    return (x + noise).clip(0, 1)


Attack = Callable[[nn.Module, Tensor, Tensor], Tensor]


def pgd(steps: int, rate: float, **settings: Any) -> Attack:
    """Return the lesson's attack with its settings."""
    return lambda model, x, y: LESSON.attack(model, x, y, REACH, steps, rate, **settings)


def from_elsewhere(source: nn.Module) -> Attack:
    """Return an attack that was made for another network."""
    return lambda model, x, y: LESSON.attack(source, x, y, REACH, 40, 0.1)


def judges(kind: str, run: int) -> Iterator[tuple[str, list[Attack]]]:
    """Return the attacks by name, each with its attempts."""
    yield "one step", [pgd(1, 1.25)]
    yield "20 steps", [pgd(20, 0.125)] * 5
    yield "100 steps", [pgd(100, 0.04)] * 2
    yield "100 steps, margin", [pgd(100, 0.04, loss=margin)] * 2
    yield "40 steps, long", [pgd(40, 0.3)]
    yield "200 steps, short", [pgd(200, 0.01, loss=margin)]
    hardened = next(other for other in PLANS if other != kind)
    others = [network("plain", run), network(hardened, run)]
    yield "made for others", [from_elsewhere(other) for other in others]
    yield "squares, no slopes", [search]


def judged(kind: str, run: int, names: list[str] | None = None) -> dict[str, float]:
    """Return the share of 500 test digits that withstand each attack, and all together."""
    seeds.manual_seed("judges", kind, run)
    model, found = network(kind, run), {"clean": 0.0}
    found["clean"] = LESSON.reads(model, x_test, y_test)
    all_together = torch.ones(len(x_test), dtype=torch.bool)
    for name, attempts in judges(kind, run):
        if names is None or name in names:
            withstood = survivors(model, attempts, x_test, y_test)
            found[name] = withstood.double().mean().item()
            all_together &= withstood
    found["all together"] = all_together.double().mean().item()
    return found


def survivors(model: nn.Module, attempts: list[Attack], x: Tensor, y: Tensor) -> Tensor:
    """Return which digits (n,) are read correctly after every attempt."""
    stands = torch.ones(len(x), dtype=torch.bool)
    for attempt in attempts:
        rows = stands.nonzero()[:, 0]
        attacked = attempt(model, x[rows], y[rows])
        with torch.no_grad():
            stands[rows] = model(attacked).argmax(dim=1) == y[rows]
    return stands


def on_all() -> list[int]:
    """Return which of all test digits the kept network misreads under PGD-20 from 3 starts."""
    seeds.manual_seed("all test digits")
    model, fallen = network("four steps", 0), []
    for first in range(0, len(x_all), 1000):
        lot = slice(first, first + 1000)
        stands = survivors(model, [pgd(20, 0.125)] * 3, x_all[lot], y_all[lot])
        fallen += [first + int(row) for row in (~stands).nonzero()[:, 0]]
    return fallen


def searched(tries: int) -> float:
    """Return the share of 500 test digits with which the kept network withstands a long search."""
    attacks = [lambda model, x, y: search(model, x, y, tries)]
    return survivors(network("four steps", 0), attacks, x_test, y_test).double().mean().item()


def main() -> None:
    clean = {
        kind: [parts.kept(trained, kind, run) for run in range(runs)] for kind, runs in RUNS.items()
    }
    models = nn.ModuleList(network(*each) for each in KEPT)
    save(models.half(), STUDIES / f"{NAME}.pt")
    fallen = parts.kept(on_all)
    weak, strong = (
        [parts.kept(judged, kind, run, names) for run in range(RUNS[kind])]
        for kind, names in (("one step", ["one step", "20 steps"]), ("four steps", None))
    )
    Study(
        question="What does training against attacks buy, and who judges it?",
        metric=f"share of 500 test digits that withstand an attack of reach {REACH}",
        runs={
            f"trained against {kind}, judged by {name}": [run[name] for run in runs]
            for kind, runs in (("one step", weak), ("four steps", strong))
            for name in runs[0]
            if kind == "four steps" or name != "all together"
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"clean": clean, "fallen": fallen, "searched": parts.kept(searched, 3000)},
    ).save(NAME)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
