"""Do deep plain networks end worse, or later? Towers of 20 and 56 layers, for lesson 37.

    python benchmarks/studies/hundred_layers.py

About ten minutes of one core. The towers are the cells tagged `recipe` of the lesson. Each learns
the same 6,400 digits for 40 epochs, in its first run at three rates. The rate that reads most of
those digits in the end (of equals, most of the held-out ones) makes four more runs with other
weights and another order of the digits. Then the 56 plain layers get three times as long. A part
that is done is kept in `build/studies` and not done again.
"""

from datetime import date
from typing import Any

import torch
from parts import Parts, recipe
from threadpoolctl import threadpool_limits

from dlcourse.evaluation import Study
from dlcourse.training import accuracy, fit_one_cycle, predict

NAME = "hundred_layers"
DIGITS = 6_400
LESSON = recipe("37")
parts = Parts(NAME, LESSON)


def learned(kind: str, layers: int, rate: float, epochs: int, run: int) -> dict[str, Any]:
    """Return the loss by epoch and the shares of digits read: its own, held-out ones, the test."""
    depth = layers - 2  # beside the first and the last one
    layer = LESSON.plain if kind == "plain" else LESSON.residual(depth)
    tower = LESSON.Tower(layer, depth, run=run)
    x, y = LESSON.images, LESSON.labels
    history = fit_one_cycle(
        tower,
        (x[:DIGITS], y[:DIGITS]),
        rate=rate,
        epochs=epochs,
        adamw={"weight_decay": 0},
        cycle={"pct_start": 0.2, "cycle_momentum": False},
        stream=("hundred layers", run),
    )
    return {
        "loss": history.train_loss,
        "own": accuracy(predict(tower, x[:DIGITS]), y[:DIGITS]),
        "held out": accuracy(predict(tower, x[58_000:]), y[58_000:]),
        "test": accuracy(predict(tower, LESSON.test_images), LESSON.test_labels),
    }


def main() -> None:
    rates, runs = (0.0001, 0.0003, 0.001), range(5)
    towers = [(kind, layers) for layers in (56, 20) for kind in ("plain", "residual")]
    chosen, tried, found = {}, {}, {}
    for kind, layers in towers:
        name = f"{kind}, {layers} layers"
        trials = {rate: parts.kept(learned, kind, layers, rate, 40, 0) for rate in rates}
        tried[name] = {str(rate): trial["own"] for rate, trial in trials.items()}
        chosen[name] = max(trials, key=lambda rate: (trials[rate]["own"], trials[rate]["held out"]))
        found[name] = [parts.kept(learned, kind, layers, chosen[name], 40, run) for run in runs]
    rate = chosen["plain, 56 layers"]
    found["plain, 56 layers, 120 epochs"] = [
        parts.kept(learned, "plain", 56, rate, 120, run) for run in runs[:3]
    ]
    Study(
        question="Do deep plain networks end worse than shallower ones, or do they learn later?",
        metric="share of its own 6,400 training digits that a network reads in the end",
        runs={name: [run["own"] for run in trained] for name, trained in found.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "rates": chosen,
            "tried": tried,
            "loss": {name: [run["loss"] for run in trained] for name, trained in found.items()},
            "test": {name: [run["test"] for run in trained] for name, trained in found.items()},
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
