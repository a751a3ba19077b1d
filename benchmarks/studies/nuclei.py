"""How many nuclei are found in half a picture that taught nothing? For lesson 42.

    python benchmarks/studies/nuclei.py

About three minutes of one core. The network and its training are the cells tagged `recipe` of the
lesson; its rivals are here. The left half of the picture teaches, the right half is the test, and
whatever has to be chosen is chosen on the left: for levels and watersheds on all of it, for
networks on its lower part, by one that the upper part taught. A part that is done is kept in
`build/studies` and not done again.
"""

from datetime import date
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
from parts import Parts, recipe
from scipy import ndimage
from skimage import filters, segmentation
from threadpoolctl import threadpool_limits

from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import save

NAME, LESSON = "nuclei", recipe("42")
RUNS = 5
RATES = (3e-3, 1e-2, 3e-2)
SURE = (0.3, 0.5, 0.7, 0.9)  # from which chance on a pixel belongs to a core, or to a nucleus
LEVELS = ("light", "log", "51 3", "101 3", "101 8")  # one for all, or a window's mean and more
SMOOTH = (0.5, 1.0, 2.0)  # pixels, of the light
BLUR, APART = (1.0, 2.0, 3.0), (3, 5, 7)  # pixels, of what a watershed goes down, and of its tops
FOLD = 256  # the row at which the left half is cut for tuning
parts = Parts(NAME, LESSON)


class Half(NamedTuple):
    """Half a picture, and its nuclei."""

    light: np.ndarray  # (h, w) uint8
    numbers: np.ndarray  # (h, w) int64: 0 for none, 1, 2, …

    def rows(self, chosen: slice) -> "Half":
        """Return some of its rows, the nuclei in them numbered anew."""
        return Half(self.light[chosen], LESSON.numbered(self.numbers[chosen]))


def half(part: str) -> Half:
    """Return the half that the data set calls so."""
    split = LESSON.nuclei.parts[part]
    return Half(split.inputs[0], split.targets[0])


def score(found: np.ndarray, there: Half) -> float:
    """Return how good a list of nuclei is: its hits over all that was said or is there."""
    return float(LESSON.found_well(found, there.numbers))


def judged(found: np.ndarray, there: Half) -> dict[str, Any]:
    """Return how good a list of nuclei and its pixels are, a 1 for each nucleus that was hit and a
    0 for each that was missed, and how many were said that are none.
    """
    hit = LESSON.common(found, there.numbers) > 0.5
    one, other = found > 0, there.numbers > 0
    return {
        "score": score(found, there),
        "pixels": float((one & other).sum() / (one | other).sum()),
        "hit": "".join(map(str, hit.any(axis=0).astype(int))),
        "false": int((~hit.any(axis=1)).sum()),
    }


# --- without a network ----------------------------------------------------------------------------


def bright(light: np.ndarray, how: str, smooth: float) -> np.ndarray:
    """Return which pixels are bright: above Otsu's level of the light, or of its logarithm, or
    above the mean of a window around them (its pixels, and by how much).
    """
    value = filters.gaussian(np.log1p(light) if how == "log" else light.astype(float), smooth)
    if how in ("light", "log"):
        return np.asarray(value > filters.threshold_otsu(value))
    window, more = map(int, how.split())
    return np.asarray(value > filters.threshold_local(value, window) + more)


def level(light: np.ndarray, how: str, smooth: float) -> np.ndarray:
    """Return what hangs together of what is bright."""
    return LESSON.large(ndimage.label(bright(light, how, smooth))[0])


def watershed(light: np.ndarray, how: str, smooth: float, blur: float, apart: int) -> np.ndarray:
    """Return what is bright, divided by a watershed."""
    return np.asarray(LESSON.divided(bright(light, how, smooth), blur, apart))


CLASSICAL = {  # and the settings of each
    "one level": (level, list(product(("light", "log"), SMOOTH))),
    "levels around": (level, list(product(LEVELS[2:], SMOOTH))),
    "one level, watershed": (
        watershed,
        list(product(("light", "log"), SMOOTH, BLUR, APART)),
    ),
    "levels around, watershed": (
        watershed,
        list(product(LEVELS[2:], SMOOTH, BLUR, APART)),
    ),
}


def classical(name: str) -> dict[str, Any]:
    """Return the best setting on the left half, and how it does on the right."""
    method, settings = CLASSICAL[name]
    taught, test = half("train"), half("test")
    tried = [score(method(taught.light, *each), taught) for each in settings]
    best = int(np.argmax(tried))
    found = judged(method(test.light, *settings[best]), test)
    return {"setting": settings[best], "taught": tried[best], "found": found}


# --- networks -------------------------------------------------------------------------------------


def kinds(numbers: np.ndarray, rim: int = 3) -> np.ndarray:
    """Return what each pixel is: 0 nothing, 1 the core of a nucleus, 2 its rim."""
    edges = segmentation.find_boundaries(numbers, mode="inner")
    core = ndimage.distance_transform_edt((numbers > 0) & ~edges) >= rim
    return np.where(core, 1, np.where(numbers > 0, 2, 0))


def from_cores(chance: np.ndarray, sure: float) -> np.ndarray:
    """Return nuclei from what each pixel is: each core, grown over the rim around it."""
    cores = ndimage.label(chance[1] > sure)[0]
    there = (chance[0] < 0.5) | (cores > 0)
    return np.asarray(LESSON.large(segmentation.watershed(-chance[1], cores, mask=there)))


def pieces(chance: np.ndarray, sure: float) -> np.ndarray:
    """Return what hangs together where a network is sure of a nucleus."""
    return np.asarray(LESSON.large(ndimage.label(chance[1] > sure)[0]))


def cut(chance: np.ndarray, sure: float, blur: float, apart: int) -> np.ndarray:
    """Return where a network is sure of a nucleus, divided by a watershed."""
    return np.asarray(LESSON.divided(chance[1] > sure, blur, apart))


WAYS = {  # from what each pixel is to nuclei, and settings
    "plain": {
        "network": (pieces, [(sure,) for sure in SURE]),
        "network, watershed": (cut, list(product(SURE, BLUR, APART))),
    },
    "rims": {"network with rims": (from_cores, [(sure,) for sure in SURE])},
}
KINDS = {"plain": lambda numbers: (numbers > 0).astype(int), "rims": kinds}


def tuned(name: str) -> dict[str, Any]:
    """Return the rate of a network, and of each way its setting, that do best on the lower part."""
    upper, lower = (half("train").rows(rows) for rows in (slice(FOLD), slice(FOLD, None)))
    found: dict[str, list[Any]] = {}
    for rate in RATES:
        model = LESSON.learn(upper.light, KINDS[name](upper.numbers), "fold", rate=rate)
        chance = LESSON.chances(model, lower.light)
        for way, (method, settings) in WAYS[name].items():
            scores = [score(method(chance, *each), lower) for each in settings]
            best = int(np.argmax(scores))
            found.setdefault(way, []).append([scores[best], rate, settings[best]])
    _, rate, _ = max(each for tried in found.values() for each in tried)
    ways = {way: {r: (t, s) for t, r, s in tried}[rate] for way, tried in found.items()}
    return {"rate": rate, "ways": ways}


def tested(name: str, run: int) -> dict[str, dict[str, Any]]:
    """Return how well each way of a network does on the right half, which did not teach it."""
    taught, test = half("train"), half("test")
    best = parts.kept(tuned, name)
    model = LESSON.learn(taught.light, KINDS[name](taught.numbers), "study", run, rate=best["rate"])
    model.half().float()  # as it will be kept: in half the room
    save(model, parts.folder / f"{name}-{run}.pt")
    chance = LESSON.chances(model, test.light)
    return {
        way: judged(WAYS[name][way][0](chance, *setting), test)
        for way, (_, setting) in best["ways"].items()
    }


def main() -> None:
    found: dict[str, list[dict[str, Any]]] = {}
    chosen: dict[str, Any] = {}  # how it did where it was chosen, and the settings
    for name in CLASSICAL:
        each = parts.kept(classical, name)
        chosen[name], found[name] = [each["taught"], each["setting"]], [each["found"]]
    for name in KINDS:
        best = parts.kept(tuned, name)
        for way, (taught, setting) in best["ways"].items():
            chosen[way] = [taught, [best["rate"], *setting]]
        for run in range(RUNS):
            for way, each in parts.kept(tested, name, run).items():
                found.setdefault(way, []).append(each)
    keep_weights()
    Study(
        question="How many nuclei are found in half a picture that taught nothing?",
        metric="hits over all that was said or is there, at an overlap of one half",
        runs={name: [each["score"] for each in runs] for name, runs in found.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "overlap of all pixels": {n: [each["pixels"] for each in r] for n, r in found.items()},
            "hit": {name: [each["hit"] for each in runs] for name, runs in found.items()},
            "false": {name: [each["false"] for each in runs] for name, runs in found.items()},
            "chosen": chosen,
        },
    ).save(NAME)


def keep_weights() -> None:
    """Write the weights of the first run, which the lesson reads, with half the usual digits."""
    model = LESSON.load(LESSON.UNet(2), parts.folder / "plain-0.pt")
    save(model.half(), STUDIES / f"{NAME}.pt")


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
