"""Which model of card holders is ahead, whoever is drawn into the test? For lesson 72.

    python benchmarks/studies/credit_risk.py

About six minutes of one core. The columns, the models and their grids are the cells tagged `recipe`
of the lesson, so that the two cannot differ. Each lot divides the 30,000 accounts anew, in shares
as those of the data set, and every model is tuned again on the validation accounts of its lot. The
1,000 German loans are cross-validated; within each fold a model is tuned on a quarter of what it
may learn from. A part that is done is kept in `build/studies` and not done again.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from threadpoolctl import threadpool_limits

from dlcourse import data, evaluation, seeds
from dlcourse.evaluation import Study

NAME, LESSON = "credit_risk", recipe("72")
LOTS, CARDS, RUNS = 10, 200, 3  # lots for all models, for the scorecard alone; trainings of each
PLAIN = 0.01  # C of the scorecard that is judged in many lots
REPEATS, FOLDS, BATCH = 5, 5, 16  # of the loans
KINDS: dict[str, Callable[..., Any]] = {
    kind.__name__: kind for kind in (LESSON.scorecard, LESSON.boosting, LESSON.network)
}
parts = Parts(NAME, LESSON)


def everybody(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets of a data set, all parts together."""
    sides = data.load(name).parts.values()
    inputs = np.concatenate([side.inputs for side in sides])
    return inputs, np.concatenate([side.targets for side in sides])


def drawn(lot: int) -> list[np.ndarray]:
    """Return the rows for training, validation and testing, as many as in the data set."""
    sizes = [len(side.targets) for side in data.load("card-default").parts.values()]
    order = seeds.rng("lot", lot).permutation(sum(sizes))
    return np.split(order, np.cumsum(sizes)[:-1])


def judged(lot: int) -> dict[str, dict[str, Any]]:
    """Return of each model its setting, the AUC, and how far its chances are off, in a lot."""
    accounts, y = everybody("card-default")
    rows = drawn(lot)
    targets = [y[each] for each in rows]
    found, outputs = {}, {}
    for name, make in {"raw scorecard": np.asarray, **dict.fromkeys(KINDS, LESSON.columns)}.items():
        kind = KINDS[name.split()[-1]]
        prepare = LESSON.scaled(accounts[rows[0]], make)
        ready = [(prepare(accounts[each]), side) for each, side in zip(rows, targets, strict=True)]
        setting = chosen(kind, *ready[:2])
        runs = RUNS if name in ("boosting", "network") else 1
        z = np.array([kind(run, setting, *ready[0])(ready[2][0]) for run in range(runs)])
        found[name], outputs[name] = measured(targets[2], z, setting), z
    both = (outputs["boosting"] + outputs["network"]) / 2
    return {**found, "both together": measured(targets[2], both, None)}


def chosen(kind: Callable[..., Any], train: Any, validation: Any, **more: Any) -> float:
    """Return the setting whose chances surprise least on the validation rows."""
    errors: dict[float, float] = LESSON.tuned(kind, train, validation, **more)
    return min(errors, key=lambda setting: errors[setting])


def measured(targets: np.ndarray, z: np.ndarray, setting: float | None) -> dict[str, Any]:
    """Return the AUC, in the mean over runs z (runs, n), and the calibration error of the first."""
    error = evaluation.calibration(targets, LESSON.sigmoid(z[0])).error
    return {
        "area": round(float(np.mean([roc_auc_score(targets, run) for run in z])), 5),
        "error": round(error, 4),
        "setting": setting,
    }


def card(lot: int) -> float:
    """Return the AUC of one scorecard in a lot."""
    accounts, y = everybody("card-default")
    ours, _, theirs = drawn(lot)
    prepare = LESSON.scaled(accounts[ours], LESSON.columns)
    model = LESSON.scorecard(0, PLAIN, prepare(accounts[ours]), y[ours])
    return round(float(roc_auc_score(y[theirs], model(prepare(accounts[theirs])))), 4)


def cards() -> list[float]:
    """Return the AUC of one scorecard in many lots."""
    return [card(lot) for lot in range(CARDS)]


def loans() -> dict[str, Any]:
    """Return of each model the AUC on German loans, and its leads over the scorecard.

    A loan's score is that of the model which did not see it. Intervals are over loans, in the mean
    over divisions into folds.
    """
    inputs, bad = everybody("german-credit")
    scores = {name: np.zeros((len(bad), REPEATS)) for name in KINDS}
    for repeat in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seeds.seed("folds", repeat))
        for ours, theirs in folds.split(inputs, bad):
            for name in KINDS:
                scores[name][theirs, repeat] = asked(name, inputs, bad, ours, theirs)
    areas = {name: evaluation.bootstrap(area, bad, each) for name, each in scores.items()}
    leads = {
        name: evaluation.paired_bootstrap(area, bad, scores[name], scores["scorecard"])
        for name in ("boosting", "network")
    }
    return {"areas": rounded(areas), "leads": rounded(leads)}


def asked(
    name: str, inputs: np.ndarray, bad: np.ndarray, ours: np.ndarray, theirs: np.ndarray
) -> np.ndarray:
    """Return a model's chances for their loans; it is tuned and trained on ours."""
    more = {"batch_size": BATCH} if name == "network" else {}
    prepare = LESSON.scaled(inputs[ours], np.asarray)
    x, y = prepare(inputs[ours]), bad[ours]
    some, rest = train_test_split(
        np.arange(len(y)), test_size=0.25, stratify=y, random_state=seeds.seed("inner")
    )
    setting = chosen(KINDS[name], (x[some], y[some]), (x[rest], y[rest]), **more)
    z = KINDS[name](0, setting, x, y, **more)(prepare(inputs[theirs]))
    chances: np.ndarray = LESSON.sigmoid(z)
    return chances


def area(targets: np.ndarray, runs: np.ndarray) -> float:
    """Return the AUC in the mean over runs (n, runs)."""
    return float(np.mean([roc_auc_score(targets, run) for run in runs.T]))


def rounded(intervals: dict[str, evaluation.Interval]) -> dict[str, list[float]]:
    """Return intervals as lists of numbers."""
    return {name: [round(value, 4) for value in each] for name, each in intervals.items()}


def main() -> None:
    lots = [parts.kept(judged, lot) for lot in range(LOTS)]
    many, german = parts.kept(cards), parts.kept(loans)
    Study(
        question="Which model of card holders is ahead, whoever is drawn into the test?",
        metric="AUC on the test accounts of a lot",
        runs={name: [lot[name]["area"] for lot in lots] for name in lots[0]},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "calibration": {name: [lot[name]["error"] for lot in lots] for name in lots[0]},
            "settings": {
                name: [lot[name]["setting"] for lot in lots] for name in ("raw scorecard", *KINDS)
            },
            "one scorecard in many lots": many,
            "german loans": german,
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
