"""How well do a network, a Gaussian and a copier draw digits? For lesson 44.

    python benchmarks/studies/image_generation.py

About eighteen minutes of one core. The network, its training and its rivals are the cells
tagged `recipe` of the lesson, so that the two cannot differ. All of them know the first 50,000
training pictures of MNIST. Whatever has to be chosen is chosen by the Fréchet distance to the other
10,000; then the test pictures are the measure, and nothing is chosen by them. A part that is done
is kept in `build/studies` and not done again.
"""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits
from torch import nn

from dlcourse import data, seeds
from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import load, save

NAME, KNOWN = "image_generation", 50_000
LESSON = recipe("44")
RATES, SHORT, LONG = (3e-3, 6e-3), 1_000, 2_000  # steps of training
EQUAL = 8_000  # steps that take as long as fitting 256 Gaussians per digit in the longest code
RUNS, DRAWS = 5, 3  # of what learns; of what does not
GUIDES = (1.0, 1.5, 2.0, 3.0, 4.0)
SIZES, SCALES = (30, 40, 50, 75), (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2)  # of the Gaussians
CODES, COUNTS = (40, 75, 100), (4, 16, 64, 256)  # of several Gaussians per digit
COPIES = ((0.0, 0), (0.05, 0), (0.0, 1))  # noise; reach of a move
BLENDS = (0.2, 0.4, 0.6, 0.8)  # of copies with their Gaussian
ordered = np.repeat(np.arange(10), 200)
parts = Parts(NAME, LESSON)

mnist = data.load("mnist")
x = mnist.train.inputs.reshape(-1, 784) / np.float32(255)
y = mnist.train.targets.astype(np.int64)
known, held_out, label = x[:KNOWN], x[KNOWN:], torch.tensor(y[:KNOWN])
test = mnist.test.inputs.reshape(-1, 784) / np.float32(255)
seen = {name: LESSON.seen(each)[0] for name, each in (("chosen by", held_out), ("test", test))}


@cache
def strangers() -> tuple[np.ndarray, np.ndarray]:
    """Return how far 500 test pictures are from the nearest known one, as they are and moved."""
    some, labels = test[::20], mnist.test.targets[::20]
    return LESSON.nearest(some, known)[0], LESSON.undone(some, labels, known, y[:KNOWN])


def quality(pictures: np.ndarray, order: np.ndarray = ordered) -> dict[str, float]:
    """Return what the lesson asks of 2,000 ordered pictures."""
    features, read = LESSON.seen(pictures)
    some, theirs = pictures[::8], order[::8]
    new, new_undone = strangers()
    found = {
        "read": np.mean(read == order),
        "spread": LESSON.spread(features, order),
        "frechet, chosen by": LESSON.frechet(features, seen["chosen by"]),
        "frechet, test": LESSON.frechet(features, seen["test"]),
        "nearer, pixels": LESSON.nearer(LESSON.nearest(some, known)[0], new),
        "nearer, moved": LESSON.nearer(LESSON.undone(some, theirs, known, y[:KNOWN]), new_undone),
    }
    return {name: float(value) for name, value in found.items()}


def chosen_by(pictures: np.ndarray) -> float:
    """Return the Fréchet distance of pictures to those that choose."""
    return float(LESSON.frechet(LESSON.seen(pictures)[0], seen["chosen by"]))


def coded(size: int) -> tuple[nn.Module, torch.Tensor]:
    """Return a code of the known pictures, and the known pictures in it."""
    code = LESSON.Code(size).fit(known).half().float()
    return code, code.code(known)


def rates() -> dict[str, float]:
    """Return the distance that each rate reaches in a short training."""
    code, z = coded(LESSON.SIZE)
    found = {}
    for rate in RATES:
        painter = LESSON.learn(z, label, "rates", steps=SHORT, rate=rate)
        found[str(rate)] = chosen_by(LESSON.draw(code, painter, ordered, "rates", w=2.0))
    return found


def network(
    run: int, steps: int, rate: float, guides: tuple[float, ...]
) -> dict[str, dict[str, float]]:
    """Train a network, keep it, and return what it draws is worth at each strength of the order."""
    code, z = coded(LESSON.SIZE)
    painter = LESSON.learn(z, label, "study", steps, run, steps=steps, rate=rate)
    painter.half().float()  # as it will be kept: in half the room
    save(nn.ModuleList([code, painter]), parts.folder / f"{steps}-{run}.pt")
    drawn = {w: LESSON.draw(code, painter, ordered, "study", steps, run, w=w) for w in guides}
    return {str(w): quality(pictures) for w, pictures in drawn.items()}


def gaussian() -> dict[str, Any]:
    """Return one Gaussian per digit: its settings, and five draws from the best."""
    tried = []
    for size in SIZES:
        code, z = coded(size)
        for scale in SCALES:
            drawn = LESSON.gaussian(z.numpy(), y[:KNOWN], ordered, "settings", scale=scale)
            tried.append([size, scale, chosen_by(code.picture(torch.tensor(drawn)))])
    size, scale, _ = min(tried, key=lambda each: each[-1])
    code, z = coded(int(size))
    draws = [
        LESSON.gaussian(z.numpy(), y[:KNOWN], ordered, "study", run, scale=scale)
        for run in range(RUNS)
    ]
    return {
        "setting": [size, scale],
        "tried": tried,
        "runs": [quality(code.picture(torch.tensor(each))) for each in draws],
    }


def mixtures(size: int, count: int) -> dict[str, Any]:
    """Return what so many Gaussians per digit are worth, at the best of the widths."""
    code, z = coded(size)
    fits = [
        GaussianMixture(
            count,
            reg_covar=1e-3,
            max_iter=10,
            init_params="k-means++",
            random_state=seeds.seed("mixture", digit),
        ).fit(z[label == digit].double().numpy())
        for digit in range(10)
    ]
    drawn = {}
    for scale in SCALES:
        codes = np.zeros((len(ordered), size), np.float32)
        for digit, mixture in enumerate(fits):
            draws, which = mixture.sample(np.sum(ordered == digit))
            centres = mixture.means_[which]
            codes[ordered == digit] = centres + scale * (draws - centres)
        drawn[scale] = code.picture(torch.tensor(codes))
    tried = {str(scale): chosen_by(pictures) for scale, pictures in drawn.items()}
    scale = float(min(tried, key=tried.__getitem__))
    return {"tried": tried, "scale": scale, **quality(drawn[scale])}


def blended(blend: float) -> dict[str, float]:
    """Return what copies are worth that are blended with the Gaussian of their digit."""
    code, z = coded(LESSON.SIZE)
    codes = LESSON.blended(z.numpy(), y[:KNOWN], ordered, "study", blend=blend)
    pictures = code.picture(torch.tensor(codes))
    rather = np.mean(LESSON.rather(pictures, known[: len(held_out)], held_out))
    return {**quality(pictures), "nearer, known": float(rather)}


def copier(noise: float, reach: int) -> list[dict[str, float]]:
    """Return what some draws of copies are worth, with some noise or moved by some pixels."""
    draws = [
        LESSON.copied(known, y[:KNOWN], ordered, "study", run, noise=noise, reach=reach)
        for run in range(DRAWS)
    ]
    return [quality(each) for each in draws]


def real() -> list[dict[str, float]]:
    """Return what three times 2,000 real digits are worth that were not known: the yardstick."""
    rows = seeds.rng("real").permutation(len(held_out)).reshape(5, -1)[:DRAWS]
    return [quality(held_out[each], y[KNOWN:][each]) for each in rows]


def main() -> None:
    tried = parts.kept(rates)
    rate = float(min(tried, key=tried.__getitem__))
    first = parts.kept(network, 0, LONG, rate, GUIDES)
    guide = min(first, key=lambda w: first[w]["frechet, chosen by"])
    pair = (1.0, float(guide))
    long = [first, *(parts.kept(network, run, LONG, rate, pair) for run in range(1, RUNS))]
    equal = parts.kept(network, 0, EQUAL, rate, GUIDES)
    plain = parts.kept(gaussian)
    several = {
        f"{count} in {size}": parts.kept(mixtures, size, count)
        for size in CODES
        for count in COUNTS
    }
    blends = {blend: parts.kept(blended, blend) for blend in BLENDS}
    copies = {f"{noise} {reach}": parts.kept(copier, noise, reach) for noise, reach in COPIES}
    yardstick = parts.kept(real)
    kept = nn.ModuleList([LESSON.Code(LESSON.SIZE), LESSON.Painter(LESSON.SIZE)])
    save(load(kept, parts.folder / f"{LONG}-0.pt").half(), STUDIES / f"{NAME}.pt")
    opening = LESSON.draw(*kept.float(), np.arange(10), "opening", w=float(guide))
    Study(
        question="How far are drawn digits from real ones, in what lesson 41's network sees?",
        metric="Fréchet distance of 2,000 drawn digits to the test digits of MNIST",
        runs={
            "network, order alone": [run["1.0"]["frechet, test"] for run in long],
            "network, guided": [run[guide]["frechet, test"] for run in long],
            "a Gaussian per digit": [run["frechet, test"] for run in plain["runs"]],
            "copies": [run["frechet, test"] for run in copies["0.0 0"]],
            "real digits": [run["frechet, test"] for run in yardstick],
        },
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "rates": tried,
            "rate": rate,
            "guide": float(guide),
            "long": long,
            "equal time": equal,
            "gaussian": plain,
            "mixtures": several,
            "blends": blends,
            "copiers": copies,
            "real": yardstick,
            "opening": (255 * opening).round().astype(np.uint8).tobytes().hex(),
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
