"""Which pictures teach a network to drive? For lesson 43.

    python benchmarks/studies/self_driving.py

About eighteen minutes of one core. The teacher, the pupil and their training are the cells tagged
`recipe` of the lesson, so that the two cannot differ. Each run has tracks of its own to learn from,
and fresh ones on which all ways to learn are judged. How hard something pulls at the wheel was
chosen on other tracks. A part that is done is kept in `build/studies` and not done again.
"""

from datetime import date
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from threadpoolctl import threadpool_limits
from torch import nn

from dlcourse import driving
from dlcourse.evaluation import Study
from dlcourse.training import load, predict, save

NAME = "self_driving"
RUNS = 5, 8  # of most ways to learn; of the two that differ by the last action
JUDGED, TRIED = 20, 10  # fresh tracks of a run; of a weather, or of a setting that is tried
LESSON = recipe("43")
LOOKS = LESSON.LOOKS
PULLS = (0.1, 0.2, 0.4)
parts = Parts(NAME, LESSON, driving)


def tracks(use: str, run: int, count: int) -> range:
    """Return the numbers of tracks that have no other use."""
    first = 100_000 * (1 + ("learn", "judge", "choose").index(use)) + 1_000 * run
    return range(first, first + count)


def one_lap(run: int) -> nn.Module:
    """Return a pupil that has learned from 500 looks of the teacher's."""
    x, y = LESSON.record(LESSON.by_map, tracks("learn", run, 9))
    return LESSON.learn(x, y, "one lap", run)


def more_laps(run: int, count: int = 2 * LOOKS, dials: int = 1, **settings: Any) -> nn.Module:
    """Return a pupil that has learned from more looks of the teacher's."""
    x, y = LESSON.record(LESSON.by_map, tracks("learn", run, 9), count)
    return LESSON.learn(x, y, "more laps", count, dials, run, dials=dials, **settings)


def last_action(run: int) -> nn.Module:
    """Return a pupil that has learned from the same looks, and has its last action as an input."""
    return more_laps(run, dials=3)


def four_laps(run: int) -> nn.Module:
    """Return a pupil that has learned from twice as many looks as all the others."""
    return more_laps(run, count=4 * LOOKS)


def more_laps_mirrored(run: int) -> nn.Module:
    """Return a pupil that has learned from the same looks, and from their mirror images."""
    return more_laps(run, mirror=True)


def more_laps_longer(run: int) -> nn.Module:
    """Return a pupil that has learned from these four times as long."""
    return more_laps(run, mirror=True, steps=2000)


def with_pulls(run: int, size: float, mirror: bool = False) -> nn.Module:
    """Return a pupil that has learned from laps of a teacher who is pulled aside."""
    driver = LESSON.pulled(size, "study", run)
    x, y = LESSON.record(driver, tracks("learn", run, 99), 2 * LOOKS)
    return LESSON.learn(x, y, "pulls", run, mirror=mirror)


def with_pulls_mirrored(run: int, size: float) -> nn.Module:
    """Return a pupil that has learned from the same looks, and from their mirror images."""
    return with_pulls(run, size, mirror=True)


def own_laps(run: int) -> nn.Module:
    """Return a pupil that was corrected on its own laps, and keep what it learned from."""
    mine = tracks("learn", run, 120)
    x, y = LESSON.record(LESSON.by_map, mine[:9])
    pupil, x, y = LESSON.corrected(x, y, mine[100:], "own laps", run)
    np.savez(parts.folder / f"own laps-{run}.npz", x=x, y=y)
    return pupil


def own_laps_mirrored(run: int) -> nn.Module:
    """Return a pupil that has learned from the same looks, and from their mirror images."""
    with np.load(parts.folder / f"own laps-{run}.npz") as kept:
        return LESSON.learn(kept["x"], kept["y"], "mirror", run, mirror=True)


WAYS = {
    "one lap": one_lap,
    "more laps": more_laps,
    "and last action": last_action,
    "four laps": four_laps,
    "laps with pulls": with_pulls,
    "its own laps": own_laps,
    "more laps, mirrored": more_laps_mirrored,
    "more laps, mirrored, longer": more_laps_longer,
    "laps with pulls, mirrored": with_pulls_mirrored,
    "its own laps, mirrored": own_laps_mirrored,
}


def judged(way: str, run: int, *setting: float) -> dict[str, Any]:
    """Teach a pupil, keep it, and return how it drives, and how wrong it is picture by picture."""
    pupil = WAYS[way](run, *setting)
    save(pupil, parts.folder / f"{way}-{run}.pt")
    fresh = tracks("judge", run, JUDGED)
    laps, looks, answers = LESSON.drive(LESSON.at_the_wheel(pupil), fresh)
    _, x, y = LESSON.drive(LESSON.by_map, fresh[:4])
    return told(laps) | {"error": wrong(pupil, x, y), "own error": wrong(pupil, looks, answers)}


def told(laps: list[Any]) -> dict[str, list[float]]:
    """Return the score of each lap, and whether it was finished and never left the road."""
    return {
        "scores": [round(lap.score, 1) for lap in laps],
        "clean": [bool(lap.done and all(lap.on_road)) for lap in laps],
        "left": [not all(lap.on_road) for lap in laps],
    }


def wrong(pupil: nn.Module, looks: np.ndarray, answers: np.ndarray) -> list[float]:
    """Return by how much steering and pedal are off, on average."""
    said = predict(pupil, looks).numpy().clip(-1, 1)
    return [float(each) for each in np.abs(said - answers).mean(axis=0)]


def teacher(run: int) -> dict[str, list[float]]:
    """Return how the teacher drives on the fresh tracks of a run."""
    return told(LESSON.drive(LESSON.by_map, tracks("judge", run, JUDGED))[0])


def weather(way: str, run: int, *names: str) -> dict[str, dict[str, list[float]]]:
    """Return how a pupil drives in each weather that is named, and in the mirror."""
    pupil = load(LESSON.Pupil(), parts.folder / f"{way}-{run}.pt")
    driver, fresh = LESSON.at_the_wheel(pupil), tracks("judge", run, TRIED)
    found = {name: LESSON.through(LESSON.WEATHER[name], driver) for name in names}
    found["mirror"] = LESSON.in_mirror(driver)
    return {name: told(LESSON.drive(each, fresh)[0]) for name, each in found.items()}


def pull_chosen() -> dict[str, float]:
    """Return the mean score that each size of pulls teaches, in two runs on other tracks."""
    found = {}
    for size in PULLS:
        scores = []
        for run in (100, 101):
            driver = LESSON.at_the_wheel(with_pulls(run, size))
            laps, _, _ = LESSON.drive(driver, tracks("choose", run, TRIED))
            scores += [lap.score for lap in laps]
        found[str(size)] = float(np.mean(scores))
    return found


def main() -> None:
    pulls = parts.kept(pull_chosen)
    size = float(max(pulls, key=pulls.__getitem__))
    few, many = map(range, RUNS)
    runs = dict.fromkeys(WAYS, few) | dict.fromkeys(("more laps", "and last action"), many)
    setting = {way: (size,) * way.startswith("laps with pulls") for way in WAYS}
    ways = {way: [parts.kept(judged, way, run, *setting[way]) for run in runs[way]] for way in WAYS}
    taught = [parts.kept(teacher, run) for run in few]
    changed = {
        way: [parts.kept(weather, way, run, *LESSON.WEATHER) for run in few]
        for way in ("its own laps", "its own laps, mirrored")
    }
    Study(
        question="Which pictures teach a network to drive?",
        metric="mean score on twenty fresh tracks",
        runs={"teacher": [float(np.mean(run["scores"])) for run in taught]}
        | {way: [float(np.mean(run["scores"])) for run in runs] for way, runs in ways.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "pulls": pulls,
            "pull": size,
            "teacher": taught,
            "ways": ways,
            "weather": changed,
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
