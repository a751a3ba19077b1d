"""Hospitals that do not share, thieves, and what privacy costs: six lots, for lesson 92.

    python benchmarks/studies/private_hospitals.py

About six minutes of one core. The networks and their training are the cells tagged `recipe` of the
lesson, so that the two cannot differ. Each lot divides the 9,105 patients anew. The rates of all
ways to train together or alone are chosen once, on a quarter of the training patients of a lot of
its own; clip and rate of the private models of 2,000 likewise, on those of whom they know nothing.
A part that is done is kept in `build/studies` and not done again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

from dlcourse import evaluation, seeds
from dlcourse.evaluation import Study

NAME, LESSON = "private_hospitals", recipe("92")
LOTS, ASIDE, TEST = 6, 8, 2732  # how many; the lot on which the rates are chosen
RATES = (0.01, 0.03, 0.1, 0.3)
PASSES, ROUNDS = 10, (1, 2, 5, 10)  # over each hospital's patients in all; how often they meet
MEMBERS, LOT, NOISE = 2000, 0.064, 4.5  # of the thieves' models
CLIPS, NOISES = (1, 4), (1, 2, 4)
PRIVATE, PRIVATE_RATES = ("private network", "private regression"), (0.01, 0.03, 0.06, 0.125, 0.25)
parts = Parts(NAME, LESSON)


def drawn(lot: int) -> list[Any]:
    """Return training and test patients of a lot, prepared: inputs, outcomes, diseases."""
    sides = LESSON.ward.train, LESSON.ward.test
    inputs, ends = (np.concatenate([side[k] for side in map(tuple, sides)]) for k in (0, 1))
    order = seeds.rng("patients", lot).permutation(len(inputs))
    test, train = np.split(order, [TEST])
    prepared: list[Any] = LESSON.prepared((inputs[train], ends[train]), (inputs[test], ends[test]))
    return prepared


def places(kind: str, disease: np.ndarray, lot: int) -> np.ndarray:
    """Return the hospital of each patient: by disease, or dealt out in hospitals of those sizes."""
    return disease if kind == "unlike" else seeds.rng("dealt", lot).permutation(disease)


def together(kind: str, rounds: int, train: Any, rate: float, lot: int) -> Any:
    """Return a network that learned by federated averaging, or for 0 rounds from the pooled."""
    x, y, disease = train
    model = LESSON.network(x, lot)
    if not rounds:
        return LESSON.descend(model, x, y, PASSES, rate)
    hospitals = LESSON.divided(x, y, places(kind, disease, lot))
    return LESSON.federated(model, hospitals, rounds, PASSES // rounds, rate)


def alone(kind: str, train: Any, rate: float, lot: int) -> list[Any]:
    """Return eight networks, each of which learned from one hospital."""
    x, y, disease = train
    hospitals = LESSON.divided(x, y, places(kind, disease, lot))
    return [LESSON.descend(LESSON.network(x, lot), *own, PASSES, rate) for own in hospitals]


def ways() -> dict[str, Callable[[Any, float, int], list[Any]]]:
    """Return all ways to learn: functions that return one network or eight."""

    def meeting(kind: str, rounds: int) -> Callable[[Any, float, int], list[Any]]:
        return lambda train, rate, lot: [together(kind, rounds, train, rate, lot)]

    found: dict[str, Callable[[Any, float, int], list[Any]]] = {"pooled": meeting("", 0)}
    for kind in ("alike", "unlike"):
        found[f"alone, {kind}"] = partial(alone, kind)
        found |= {f"{rounds} rounds, {kind}": meeting(kind, rounds) for rounds in ROUNDS}
    return found


def rates() -> dict[str, float]:
    """Return for each way to learn the rate that surprises least on a quarter of the patients."""
    (x, y, disease), _ = drawn(ASIDE)
    rows = seeds.rng("quarter").permutation(len(x))
    held, ours = np.split(rows, [len(x) // 4])
    train = x[ours], y[ours], disease[ours]

    def error(way: Callable[..., list[Any]], rate: float) -> float:
        models = way(train, rate, ASIDE)
        return float(np.mean([log_loss(y[held], LESSON.chances(m, x[held])) for m in models]))

    found = {}
    for name, way in ways().items():
        errors = {rate: error(way, rate) for rate in RATES}
        found[name] = min(RATES, key=errors.__getitem__)
    return found


@cache
def chosen() -> dict[str, float]:
    """Return the rate of each way to learn."""
    found: dict[str, float] = parts.kept(rates)
    return found


def federation(lot: int) -> dict[str, dict[str, Any]]:
    """Return of each way to learn the AUC on all test patients, and the surplus per disease."""
    train, (x, y, disease) = drawn(lot)
    found = {}
    for name, way in ways().items():
        p = np.array([LESSON.chances(model, x) for model in way(train, chosen()[name], lot)])
        areas = [roc_auc_score(y, each) for each in p]
        own = [roc_auc_score(y[disease == k], p[k % len(p)][disease == k]) for k in range(8)]
        found[name] = {
            "area": round(float(np.mean(areas)), 5),
            "own": round(float(np.mean(own)), 5),
            "surplus": surplus(p[0], y, disease),
        }
    return found


def surplus(p: np.ndarray, y: Any, disease: np.ndarray) -> list[float]:
    """Return the mean forecast less what happened, for each disease."""
    gaps = p - y.numpy()
    return [round(float(gaps[disease == k].mean()), 4) for k in range(8)]


def quiet(name: str, x: Any, y: Any, clip: float, rate: float, lot: int) -> Any:
    """Return a private network or a private regression that learned from MEMBERS patients."""
    model = LESSON.linear(x) if name == "private regression" else LESSON.network(x, lot)
    return LESSON.private(model, x, y, clip, NOISE, rate, share=LOT, run=lot)


def private_settings() -> dict[str, dict[str, Any]]:
    """Return of each private model what was tried, and the clip and rate whose AUC is best."""
    (x, y, _), _ = drawn(ASIDE)
    held = slice(2 * MEMBERS, None)
    found = {}
    for name in PRIVATE:
        areas = {}
        for clip in CLIPS:
            for rate in PRIVATE_RATES:
                models = [
                    quiet(name, x[k : k + MEMBERS], y[k : k + MEMBERS], clip, rate, ASIDE)
                    for k in (0, MEMBERS)
                ]
                each = [roc_auc_score(y[held], LESSON.chances(m, x[held])) for m in models]
                areas[clip, rate] = float(np.mean(each))
        best = max(areas, key=areas.__getitem__)
        tried = {f"clip {clip}, rate {rate:g}": round(a, 4) for (clip, rate), a in areas.items()}
        found[name] = {"tried": tried, "clip": best[0], "rate": best[1]}
    return found


@cache
def settings() -> dict[str, dict[str, Any]]:
    """Return clip and rate of each private model of MEMBERS patients."""
    found: dict[str, dict[str, Any]] = parts.kept(private_settings)
    return found


def regression(x: Any, y: Any) -> Any:
    """Return a logistic regression that promises nothing, as a network without hidden units."""
    fitted = LogisticRegression(C=0.01, max_iter=1000).fit(x, y)
    model = LESSON.linear(x)
    weights = torch.tensor([*fitted.coef_[0], *fitted.intercept_], dtype=torch.float32)
    LESSON.vector_to_parameters(weights, model.parameters())
    return model


def thieves(lot: int) -> dict[str, float]:
    """Return how much models give away, to the plain thief and to the one with a reference."""
    (x, y, _), (x_test, y_test, _) = drawn(lot)
    one, other, third = (
        (x[k * MEMBERS : (k + 1) * MEMBERS], y[k * MEMBERS : (k + 1) * MEMBERS]) for k in range(3)
    )
    new, memorise = LESSON.network, LESSON.memorise
    learners: dict[str, Callable[[Any, Any], Any]] = {
        "by heart": lambda x, y: memorise(new(x, lot), x, y),
        "stopped early": lambda x, y: memorise(new(x, lot), x, y, 3),
        "one pass": lambda x, y: memorise(new(x, lot), x, y, 1),
        "regression": regression,
    }
    for name, chosen in settings().items():
        learners[name] = partial(quiet, name, clip=chosen["clip"], rate=chosen["rate"], lot=lot)
    found = {}
    for name, learner in learners.items():
        models, reference = [learner(*one), learner(*other)], learner(*third)
        p = LESSON.chances(reference, x_test)
        found[name] = LESSON.given_away(models, one, other)
        found[f"{name}, reference"] = LESSON.given_away(models, one, other, reference)
        found[f"{name}, AUC"] = float(roc_auc_score(y_test, p))
        found[f"{name}, error"] = float(log_loss(y_test, p))
    teacher = LogisticRegression(C=0.01, max_iter=1000).fit(third[0], third[1])
    known = [
        (x, torch.tensor(teacher.predict(x), dtype=torch.float32)) for x, _ in (one, other, third)
    ]
    *models, reference = (learners["by heart"](*lot) for lot in known)
    name = "by heart, outcomes that can be known"
    found[name] = LESSON.given_away(models, *known[:2])
    found[f"{name}, reference"] = LESSON.given_away(models, *known[:2], reference)
    return {name: round(float(value), 4) for name, value in found.items()}


def mending(lot: int) -> dict[str, dict[str, Any]]:
    """Return what sixteen private numbers mend of two private networks, and what one does."""
    (x, y, disease), (x_test, y_test, disease_test) = drawn(lot)
    found = {}
    for clip in CLIPS:
        model = LESSON.private(LESSON.network(x, lot), x, y, clip, 1, 0.5 / clip, run=lot)
        said = LESSON.chances(model, x_test)
        rng = seeds.rng("mending", lot)
        off = LESSON.shifts(LESSON.chances(model, x), y.numpy(), disease, rng)
        one = LESSON.temperature(model, x, y.numpy(), rng)
        ways = {
            "as it is": said,
            "by disease": (said - off[disease_test]).clip(0.01, 0.99),
            "by disease, no limits": said - off[disease_test],
            "one temperature": LESSON.chances(model, x_test, one),
        }
        for name, p in ways.items():
            found[f"clip {clip}, {name}"] = {
                "area": round(float(roc_auc_score(y_test, p)), 4),
                "error": round(float(log_loss(y_test, p.clip(1e-6, 1 - 1e-6))), 4),
                "surplus": surplus(p, y_test, disease_test),
            }
        found[f"clip {clip}, one temperature"]["temperature"] = round(float(one), 3)
    return found


def anatomy(lot: int) -> dict[str, dict[str, Any]]:
    """Return what clipping, noise and step size do to order, chances and diseases."""
    (x, y, _), (x_test, y_test, disease) = drawn(lot)
    free = 1e9  # a clip that touches nobody
    taken: dict[str, tuple[float, float, float]] = {
        "neither": (free, 0, 0.125),
        "noise alone": (free, 4 / free, 0.125),
        "clip 4, noise 1, small steps": (4, 1, 0.03),
        "clip 4, noise 1, large steps": (4, 1, 0.5),
        "clip 1, noise 1, small steps": (1, 1, 0.125),
        "clip 1, noise 1, large steps": (1, 1, 2),
    }
    taken |= {
        f"clip {clip}, noise {noise}": (clip, noise, 0.5 / clip)
        for clip in CLIPS
        for noise in (0, *NOISES)
    }
    found = {}
    for name, (clip, noise, rate) in taken.items():
        model = LESSON.private(LESSON.network(x, lot), x, y, clip, noise, rate, run=lot)
        p = LESSON.chances(model, x_test)
        found[name] = {
            "area": round(float(roc_auc_score(y_test, p)), 4),
            "error": round(float(log_loss(y_test, p)), 4),
            "calibration": round(evaluation.calibration(y_test.numpy(), p).error, 4),
            "surplus": surplus(p, y_test, disease),
        }
    return found


def by_name(lots: Sequence[dict[str, dict[str, Any]]]) -> dict[str, dict[str, list[Any]]]:
    """Return what was found in all lots, by name and figure."""
    return {
        name: {key: [lot[name][key] for lot in lots] for key in each}
        for name, each in lots[0].items()
    }


def main() -> None:
    chosen()
    settings()
    kept = [
        [parts.kept(part, lot) for part in (federation, thieves, anatomy, mending)]
        for lot in range(LOTS)
    ]
    lots, stolen, taken_apart, mended = zip(*kept, strict=True)
    Study(
        question="Does it cost accuracy to learn without sharing, or in private?",
        metric="AUC on the test patients of a lot",
        runs={name: [lot[name]["area"] for lot in lots] for name in lots[0]},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "rates": chosen(),
            "own patients": {name: [lot[name]["own"] for lot in lots] for name in lots[0]},
            "surplus": {name: [lot[name]["surplus"] for lot in lots] for name in lots[0]},
            "private settings": settings(),
            "thieves": {name: [lot[name] for lot in stolen] for name in stolen[0]},
            "anatomy": by_name(taken_apart),
            "mending": by_name(mended),
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
