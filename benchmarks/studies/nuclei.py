"""How many nuclei are found in half a picture that taught nothing? For lesson 42.

    python benchmarks/studies/nuclei.py

About MINUTES minutes of one core. The network and its training are the cells tagged `recipe` of the
lesson; its rivals are here. Each half of the picture is the test once and teaches once, and
whatever has to be chosen is chosen on the half that teaches: for levels and watersheds on all of
it, for networks on its lower part, by one that the upper part taught. A part that is done is kept
in `build/studies` and not done again.
"""

from datetime import date
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
from parts import Parts, recipe
from scipy import ndimage
from skimage import feature, filters, segmentation
from threadpoolctl import threadpool_limits

from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import save

NAME, LESSON = "nuclei", recipe("42")
RUNS = 3
HALVES = {"right": ("train", "test"), "left": ("test", "train")}  # tested, by (teaches, tested)
RATES = (1e-2,)
SURE = (0.3, 0.5, 0.7, 0.9)  # from which chance on a pixel belongs to a core, or to a nucleus
LEVELS = ("light", "log", "51 3", "101 3", "101 8")  # one for all, or a window's mean and more
SMOOTH = (0.5, 1.0, 2.0)  # pixels, of the light
BLUR, APART = (1.0, 2.0, 3.0), (3, 5, 7)  # pixels, of what a watershed goes down, and of its tops
FOLD = 256  # the row at which a half is cut for tuning
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


def judged(found: np.ndarray, there: Half) -> list[float]:
    """Return how good a list of nuclei is, and how good its pixels are."""
    one, other = found > 0, there.numbers > 0
    return [
        LESSON.found_well(found, there.numbers),
        float((one & other).sum() / (one | other).sum()),
    ]


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


def divided(among: np.ndarray, heights: np.ndarray, blur: float, apart: int) -> np.ndarray:
    """Return pixels divided by a watershed, from tops of the blurred heights that lie apart."""
    heights = filters.gaussian(heights, blur)
    regions = ndimage.label(among)[0]
    tops = feature.peak_local_max(heights, min_distance=apart, labels=regions, exclude_border=False)
    seeds = np.zeros(among.shape, int)
    seeds[tuple(tops.T)] = np.arange(1, len(tops) + 1)
    return LESSON.large(segmentation.watershed(-heights, seeds, mask=among))


def watershed(
    light: np.ndarray, how: str, smooth: float, of: str, blur: float, apart: int
) -> np.ndarray:
    """Return what is bright, divided from the tops of its depth or of its light."""
    among = bright(light, how, smooth)
    depth = ndimage.distance_transform_edt(among)
    return divided(among, depth if of == "depth" else light.astype(float), blur, apart)


CLASSICAL = {  # and the settings of each
    "one level": (level, list(product(("light", "log"), SMOOTH))),
    "levels around": (level, list(product(LEVELS[2:], SMOOTH))),
    "one level, watershed": (
        watershed,
        list(product(("light", "log"), SMOOTH, ("depth", "light"), BLUR, APART)),
    ),
    "levels around, watershed": (
        watershed,
        list(product(LEVELS[2:], SMOOTH, ("depth", "light"), BLUR, APART)),
    ),
}


def classical(name: str, teaches: str, tested: str) -> dict[str, Any]:
    """Return the best setting on the half that teaches, and how it does on the other."""
    method, settings = CLASSICAL[name]
    taught, test = half(teaches), half(tested)
    best = max(settings, key=lambda each: judged(method(taught.light, *each), taught)[0])
    return {
        "setting": best,
        "taught": judged(method(taught.light, *best), taught),
        "found": judged(method(test.light, *best), test),
    }


# --- networks -------------------------------------------------------------------------------------


def pieces(chance: np.ndarray, sure: float) -> np.ndarray:
    """Return what hangs together where a network is sure of a nucleus."""
    return LESSON.large(ndimage.label(chance[1] > sure)[0])


def cut(chance: np.ndarray, sure: float, blur: float, apart: int) -> np.ndarray:
    """Return where a network is sure of a nucleus, divided by a watershed."""
    among = chance[1] > sure
    return divided(among, ndimage.distance_transform_edt(among), blur, apart)


WAYS = {  # from what each pixel is to nuclei, and settings
    "plain": {
        "network": (pieces, [(sure,) for sure in SURE]),
        "network, watershed": (cut, list(product(SURE, BLUR, APART))),
    },
    "rims": {"network with rims": (LESSON.from_cores, [(sure,) for sure in SURE])},
}
KINDS = {"plain": lambda numbers: (numbers > 0).astype(int), "rims": LESSON.kinds}


def tuned(name: str, teaches: str) -> dict[str, Any]:
    """Return the rate of a network, and of each way its setting, that do best on the lower part."""
    upper, lower = (half(teaches).rows(rows) for rows in (slice(FOLD), slice(FOLD, None)))
    found: dict[str, list[Any]] = {}
    for rate in RATES:
        model = LESSON.learn(upper.light, KINDS[name](upper.numbers), "fold", rate=rate)
        chance = LESSON.chances(model, lower.light)
        for way, (method, settings) in WAYS[name].items():
            scores = [judged(method(chance, *each), lower)[0] for each in settings]
            best = int(np.argmax(scores))
            found.setdefault(way, []).append([scores[best], rate, settings[best]])
    _, rate, _ = max(each for tried in found.values() for each in tried)
    ways = {way: {r: s for _, r, s in tried}[rate] for way, tried in found.items()}
    return {"rate": rate, "ways": ways, "tried": found}


def tested(name: str, run: int, teaches: str, other: str) -> dict[str, list[float]]:
    """Return how well each way of a network does on the half that did not teach it."""
    taught, test = half(teaches), half(other)
    best = parts.kept(tuned, name, teaches)
    model = LESSON.learn(taught.light, KINDS[name](taught.numbers), "study", run, rate=best["rate"])
    model.half().float()  # as it will be kept: in half the room
    save(model, parts.folder / f"{name}-{run}-{other}.pt")
    chance = LESSON.chances(model, test.light)
    return {
        way: judged(WAYS[name][way][0](chance, *setting), test)
        for way, setting in best["ways"].items()
    }


def main() -> None:
    runs: dict[str, list[float]] = {}
    pixels: dict[str, list[float]] = {}
    settings: dict[str, Any] = {}
    for side, (teaches, other) in HALVES.items():
        for name in CLASSICAL:
            each = parts.kept(classical, name, teaches, other)
            settings[f"{side}, {name}"] = each["setting"]
            runs[f"{side}, {name}"], pixels[f"{side}, {name}"] = ([one] for one in each["found"])
        for name in KINDS:
            best = parts.kept(tuned, name, teaches)
            for run in range(RUNS):
                for way, (score, share) in parts.kept(tested, name, run, teaches, other).items():
                    runs.setdefault(f"{side}, {way}", []).append(score)
                    pixels.setdefault(f"{side}, {way}", []).append(share)
            for way, setting in best["ways"].items():
                settings[f"{side}, {way}"] = [best["rate"], *setting]
    keep_weights()
    Study(
        question="How many nuclei are found in half a picture that taught nothing?",
        metric="hits over all that was said or is there, at an overlap of one half",
        runs=runs,
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"overlap of all pixels": pixels, "settings": settings},
    ).save(NAME)


def keep_weights() -> None:
    """Write the weights of the first run that the left half taught, which the lesson reads."""
    model = LESSON.load(LESSON.UNet(3), parts.folder / "rims-0-test.pt")
    save(model.half(), STUDIES / f"{NAME}.pt")


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
