"""How well can MNIST be read? Networks, their rivals and few labels, for lesson 41.

    python benchmarks/studies/image_recognition.py

About 25 minutes of one core. The networks and their training are the cells tagged `recipe` of
the lesson, so that the two cannot differ. Whatever has to be chosen is chosen on the last 5,000 of
the training pictures, after training on the others; then all 60,000 train, and the test pictures
are read, and nothing is chosen by them. A part that is done is kept in `build/studies` and not
done again.
"""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits
from torch import nn

from dlcourse import data, seeds
from dlcourse.evaluation import Study
from dlcourse.paths import STUDIES
from dlcourse.training import load, predict, save

NAME, VALIDATION = "image_recognition", 5_000
RATES = (3e-3, 1e-2, 2e-2)
LABELS = {100: 200, 1_000: 40, 10_000: 8}  # training pictures, epochs
LESSON = recipe("41")
NETWORKS = {
    "LeNet": (LESSON.lenet, None),
    "LeNet, shaken digits": (LESSON.lenet, LESSON.shaken),
    "modern network": (LESSON.modern, None),
    "modern network, shaken digits": (LESSON.modern, LESSON.shaken),
}
BEST = "modern network, shaken digits"
RUNS = 5
KEPT = {"lenet": ("LeNet", 1), "plain": ("modern network", 1), "shaken": (BEST, RUNS)}
parts = Parts(NAME, LESSON)

mnist = data.load("mnist")
x, y = mnist.train.inputs[:, None] / np.float32(255), mnist.train.targets  # (60000, 1, 28, 28)
x_test, y_test = mnist.test.inputs[:, None] / np.float32(255), mnist.test.targets
fitting, held_out = slice(0, len(x) - VALIDATION), slice(len(x) - VALIDATION, len(x))
flat, flat_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)


def wrong(answers: Any, targets: Any) -> list[int]:
    """Return the numbers of the pictures that are misread."""
    return [int(row) for row in np.flatnonzero(np.asarray(answers) != np.asarray(targets))]


def answers(model: nn.Module, pictures: np.ndarray) -> np.ndarray:
    """Return a network's answers (n,)."""
    read: np.ndarray = predict(model, pictures).argmax(dim=1).numpy()
    return read


def validated(name: str) -> dict[str, int]:
    """Return how many held-out pictures a network misreads, at each peak rate."""
    build, augment = NETWORKS[name]
    found = {}
    for rate in RATES:
        stream = ("validation", name, str(rate))
        model = LESSON.train(build, x[fitting], y[fitting], *stream, rate=rate, augment=augment)
        found[str(rate)] = len(wrong(answers(model, x[held_out]), y[held_out]))
    return found


def tested(name: str, rate: float) -> dict[str, Any]:
    """Return what each run misreads, and its accuracy on digits moved by 4 pixels."""
    build, augment = NETWORKS[name]
    misread, moved = [], []
    shifted = [LESSON.moved(x_test, *move) for move in ((4, 0), (-4, 0), (0, 4), (0, -4))]
    for run in range(RUNS):
        model = LESSON.train(build, x, y, "study", name, run, rate=rate, augment=augment)
        model.half().float()  # as it will be kept: in half the room
        misread.append(wrong(answers(model, x_test), y_test))
        moved.append(float(np.mean([np.mean(answers(model, s) == y_test) for s in shifted])))
        save(model, parts.folder / f"{name}-{run}.pt")
    return {"misread": misread, "moved": moved}


def logistic() -> dict[str, Any]:
    """Return logistic regression on pixels: its weight decay, and what it misreads."""

    def model(c: float) -> LogisticRegression:
        return LogisticRegression(C=c, max_iter=300, tol=1e-3)

    return tuned(model, [(c,) for c in (0.01, 0.03, 0.1, 0.3)])


def neighbours() -> dict[str, Any]:
    """Return nearest neighbours, on principal components: which, and what they misread."""

    def model(components: int, k: int) -> Any:
        nearest = KNeighborsClassifier(k, weights="distance", algorithm="brute")
        return make_pipeline(PCA(components, random_state=seeds.seed("pca")), nearest)

    return tuned(model, product((30, 50, 80), (1, 3, 5)))


def svm(components: int, c: float, gamma: float) -> Any:
    """Return a support-vector machine with a Gaussian kernel on principal components."""
    pca = PCA(components, random_state=seeds.seed("pca"))
    return make_pipeline(pca, SVC(C=c, gamma=gamma, cache_size=500))


def machine() -> dict[str, Any]:
    """Return the tuned support-vector machine and what it misreads; 10,000 pictures tune it."""
    return tuned(svm, product((30, 50, 80), (3, 10), (0.02, 0.03, 0.04, 0.06)), rows=10_000)


def moved_machine(setting: list[float]) -> dict[str, Any]:
    """Return the same machine after a second training, on its support vectors and moved copies.

    Virtual support vectors: D. DeCoste and B. Schölkopf (2002), doi:10.1023/A:1012454411458.
    """
    components, c, gamma = setting
    first = svm(int(components), c, gamma).fit(flat, y)
    rows = first[-1].support_
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    copies = np.concatenate([LESSON.moved(x[rows], *move) for move in moves])
    second = svm(int(components), c, gamma)
    second.fit(copies.reshape(len(copies), -1), np.tile(y[rows], len(moves)))
    return {"misread": wrong(second.predict(flat_test), y_test), "vectors": len(rows)}


def tuned(model: Callable[..., Any], settings: Any, rows: int | None = None) -> dict[str, Any]:
    """Choose a setting on the held-out pictures, train with it on all, and read the test."""
    errors = []
    for setting in (listed := list(settings)):
        fitted = model(*setting).fit(flat[fitting][:rows], y[fitting][:rows])
        errors.append(len(wrong(fitted.predict(flat[held_out]), y[held_out])))
    best = listed[int(np.argmin(errors))]
    fitted = model(*best).fit(flat, y)
    return {
        "setting": best,
        "validation": [[*s, e] for s, e in zip(listed, errors, strict=True)],
        "misread": wrong(fitted.predict(flat_test), y_test),
    }


def few_labels(setting: list[float], rate: float) -> dict[str, Any]:
    """Return the accuracies of the network and the machine from few labels, in three draws."""
    found: dict[str, Any] = {"labels": list(LABELS), "network": [], "machine": []}
    components, c, gamma = setting
    for draw in range(3):
        network, machine = [], []
        for n, epochs in LABELS.items():
            rows = seeds.rng("labels", draw, n).choice(len(x), n, replace=False)
            model = LESSON.train(
                LESSON.modern, x[rows], y[rows], "labels", draw, n,
                rate=rate, epochs=epochs, augment=LESSON.shaken,
            )  # fmt: skip
            network.append(float(np.mean(answers(model, x_test) == y_test)))
            fitted = svm(min(int(components), n), c, gamma).fit(flat[rows], y[rows])
            machine.append(float(np.mean(fitted.predict(flat_test) == y_test)))
        found["network"].append(network)
        found["machine"].append(machine)
    return found


def keep_weights() -> None:
    """Write the weights that the lesson reads, with half the usual digits, a file a network."""
    for key, (name, runs) in KEPT.items():
        build = NETWORKS[name][0]
        models = nn.ModuleList(load(build(), parts.folder / f"{name}-{r}.pt") for r in range(runs))
        save(models.half(), STUDIES / f"{NAME}_{key}.pt")


def main() -> None:
    validation, rates, networks = {}, {}, {}
    for name in reversed(NETWORKS):
        validation[name] = parts.kept(validated, name)
        rate = float(min(validation[name], key=validation[name].get))
        networks[name] = parts.kept(tested, name, rate)
        rates[name] = rate
    networks = {name: networks[name] for name in NETWORKS}
    rivals = {
        "logistic regression": parts.kept(logistic),
        "nearest neighbours": parts.kept(neighbours),
    }
    rivals["support-vector machine"] = parts.kept(machine)
    setting = rivals["support-vector machine"]["setting"]
    rivals["the same, with moved copies"] = parts.kept(moved_machine, setting)
    labels = parts.kept(few_labels, setting, rates[BEST])
    keep_weights()
    Study(
        question="How many of 10,000 test digits do networks and their rivals misread?",
        metric="test pictures of MNIST misread, of 10,000",
        runs={name: [len(found["misread"])] for name, found in rivals.items()}
        | {name: [len(run) for run in found["misread"]] for name, found in networks.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "rates": rates,
            "validation": validation
            | {
                name: found["validation"] for name, found in rivals.items() if "validation" in found
            },
            "settings": {name: f["setting"] for name, f in rivals.items() if "setting" in f},
            "misread": {name: found["misread"] for name, found in rivals.items()},
            "moved": {name: found["moved"] for name, found in networks.items()},
            "labels": labels,
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
