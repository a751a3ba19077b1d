"""What is pre-training worth to a reader of film reviews? Five runs of each, for lesson 51.

    python benchmarks/studies/sentiment.py

Some twenty minutes on one core. The readers and their training are the cells tagged `recipe` of the
lesson, so that the two cannot differ. What has to be chosen is chosen on a fifth of the training
films, after training on the others; then all training films train, and the test films are read
once. How people judged the same sentences is fetched beside it. A part that is done is kept in
`build/studies` and not done again.
"""

import json
import re
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from dlcourse.data import Archive
from dlcourse.data.arrays import Arrays
from dlcourse.data.store import archives
from dlcourse.evaluation import Study, group_split
from dlcourse.paths import STUDIES
from dlcourse.training import accuracy, predict

NAME, RUNS = "sentiment", 5
LESSON = recipe("51")
parts = Parts(NAME, LESSON)
reviews = LESSON.reviews
(texts, verdicts), (unseen, truth) = reviews.train, reviews.test
fitting, held_out = group_split(reviews.train.films, stream=("choose",))
shown = LESSON.slice_of(reviews.test.films)


def judged(packed: Path) -> Arrays:
    """The texts (n,) in VADER's archive, and how many people read blame, neither or praise (n, 3).

    15 to 29 people per sentence rated most of these from -4 to 4: C. J. Hutto and E. Gilbert
    (2014), VADER: A parsimonious rule-based model for sentiment analysis of social media text,
    ICWSM; under the MIT licence.
    """
    shutil.unpack_archive(packed, packed.parent, filter="data")

    def rows(name: str) -> list[list[str]]:
        file = packed.parent / "hutto_ICWSM_2014" / f"movieReviewSnippets_{name}.txt"
        return [row.split("\t") for row in file.read_text(encoding="utf-8").splitlines()]

    ratings = {number: np.sign(json.loads(line)) for number, _, _, line in rows("anonDataRatings")}
    numbers, _, texts = zip(*rows("GroundTruth"), strict=True)
    counts = [[np.sum(ratings[number] == each) for each in (-1, 0, 1)] for number in numbers]
    return {"texts": np.array(texts), "counts": np.array(counts)}


VADER = Archive(
    package="vaderSentiment",
    version="3.3.2",
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    size=2_466_783,
    members=("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz",),
    read=judged,
    source=True,
)


def votes(texts: Any) -> list[list[int]]:
    """How many people read blame, neither or praise in each text: [0, 0, 0] if none rated it."""
    with tempfile.TemporaryDirectory() as folder:
        people = archives.read(VADER, Path(folder), bar="")
    known = dict(zip(map(bare, people["texts"]), people["counts"].tolist(), strict=True))
    return [known.get(bare(text), [0, 0, 0]) for text in texts]


def bare(text: str) -> str:
    """A text's letters and digits alone, in small letters."""
    return re.sub(r"[\W_]+", "", text.lower())


def share(log_odds: Any, verdicts: Any) -> float:
    """How often the sign of the log-odds is the verdict."""
    return float(np.mean((np.asarray(log_odds) > 0) == verdicts))


def read(kind: str, some: Any, others: Any, rate: float, epochs: int, run: int) -> float:
    """The accuracy of a reader from scratch that has read `some` texts, on `others`."""
    numbers = LESSON.number_words(some[0])
    rows, rows_new = (LESSON.as_rows(texts, numbers) for texts in (some[0], others[0]))
    reader = getattr(LESSON, kind)
    model = LESSON.train_reader(reader, rows, some[1], numbers, rate, epochs, kind, run)
    return accuracy(predict(model, rows_new), others[1])


def learned(model: torch.nn.Module) -> dict[str, np.ndarray]:
    """Round what a judge has learned to half precision, in place, and return it."""
    found = {name: p for name, p in model.named_parameters() if p.requires_grad}
    for p in found.values():
        p.data = p.data.half().float()
    return {name: p.detach().numpy().astype(np.float16) for name, p in found.items()}


@cache
def encoded() -> tuple[Any, Any, np.ndarray, np.ndarray]:
    """What MiniLM makes of all texts: the states (train, test) and the averages (train, test)."""
    states = [LESSON.states(each) for each in (texts, unseen)]
    ends = [torch.stack(LESSON.of_each(LESSON.encoder.end, rows)).numpy() for rows in states]
    return (*states, *ends)


# --- The parts ------------------------------------------------------------------------------------


def counted() -> dict[str, Any]:
    """The setting of TF-IDF that folds prefer, and the log-odds that it gives to the test."""
    scores = LESSON.by_folds(texts, verdicts, reviews.train.films)
    model = LESSON.counted(*max(scores, key=scores.get)).fit(texts, verdicts)
    found = model.decision_function(unseen).tolist()
    named = {f"{kind}, strength {c}": float(score) for (kind, c), score in scores.items()}
    return named | {"answers": found}


def people() -> list[list[int]]:
    """How people judged the test sentences."""
    return votes(unseen)


def readers() -> dict[str, Any]:
    """What the readers from scratch reach, each with the setting that held-out films prefer."""
    some, rest = (texts[fitting], verdicts[fitting]), (texts[held_out], verdicts[held_out])
    found: dict[str, Any] = {}
    for kind in ("Convolution", "Recurrent"):
        settings = [(rate, epochs) for rate in (2e-3, 5e-3) for epochs in (2, 4)]
        scores = [read(kind, some, rest, *setting, 0) for setting in settings]
        rate, epochs = settings[int(np.argmax(scores))]
        both = (texts, verdicts), (unseen, truth)
        found |= {
            f"{kind}, {setting}": score for setting, score in zip(settings, scores, strict=True)
        }
        found |= {f"{kind}, chosen": (rate, epochs)}
        found[kind] = [read(kind, *both, rate, epochs, run) for run in range(RUNS)]
    return found


def as_it_is() -> dict[str, Any]:
    """Logistic regression on what MiniLM says, with the strength that held-out films prefer."""
    _, _, v, v_test = encoded()

    def fitted(strength: float, rows: Any) -> Any:
        return LogisticRegression(C=strength, max_iter=1000).fit(v[rows], verdicts[rows])

    strengths = (0.03, 0.1, 0.3, 1.0, 3.0)
    scores = [fitted(c, fitting).score(v[held_out], verdicts[held_out]) for c in strengths]
    model = fitted(strengths[int(np.argmax(scores))], slice(None))
    return {
        **{f"strength {c}": score for c, score in zip(strengths, scores, strict=True)},
        "answers": model.decision_function(v_test).tolist(),
        "weights": [*model.coef_[0].tolist(), float(model.intercept_[0])],
    }


def tuned_on(rows: Any, rate: float, passes: int, size: int, *stream: str | int) -> Any:
    """A judge fine-tuned on some of the training texts."""
    h = encoded()[0]
    return LESSON.fine_tune([h[i] for i in rows], verdicts[rows], rate, passes, size, *stream)


def tuned(size: int) -> dict[str, Any]:
    """The rate and the passes that held-out films prefer, in batches of a size."""
    h = encoded()[0]
    rows = {32: fitting, 16: fitting[LESSON.pool(0, fitting)]}[size]
    settings = [(rate, passes) for rate in (1e-3, 2e-3, 4e-3) for passes in (1, 2)]
    scores = []
    for setting in settings:
        model = tuned_on(rows, *setting, size, "rate")
        judged = LESSON.answers(model, [h[i] for i in held_out])
        scores.append(share(judged, verdicts[held_out]))
    named = {str(setting): score for setting, score in zip(settings, scores, strict=True)}
    return named | {"chosen": settings[int(np.argmax(scores))]}


def whole(run: int, rate: float, passes: int) -> dict[str, Any]:
    """The log-odds of one run that is fine-tuned on all verdicts; the first keeps its weights."""
    model = tuned_on(range(len(texts)), rate, passes, 32, "whole", run)
    weights = learned(model)
    if run == 0:
        np.savez(parts.folder / "weights.npz", allow_pickle=False, **weights)
    return {"answers": LESSON.answers(model, encoded()[1]).tolist()}


def few(run: int, rate: float, passes: int) -> dict[str, Any]:
    """What 600 verdicts teach three kinds of reader."""
    _, h_test, v, v_test = encoded()
    rows = LESSON.pool(run, texts)
    some, here = [h_test[i] for i in shown], truth[shown]
    model = tuned_on(rows, rate, passes, 16, "few", run)
    frozen = LogisticRegression(C=1.0, max_iter=1000).fit(v[rows], verdicts[rows])
    words = LESSON.counted("words, pairs", 10).fit(texts[rows], verdicts[rows])
    return {
        "TF-IDF": words.score(unseen[shown], here),
        "MiniLM as it is": frozen.score(v_test[shown], here),
        "MiniLM, fine-tuned": share(LESSON.answers(model, some), here),
    }


def main() -> None:
    """Do what is not done yet, and write the study."""
    count, scratch, rated = (parts.kept(part) for part in (counted, readers, people))
    frozen = parts.kept(as_it_is)
    tried = {"all verdicts": parts.kept(tuned, 32), "600 verdicts": parts.kept(tuned, 16)}
    wholes = [parts.kept(whole, run, *tried["all verdicts"]["chosen"]) for run in range(RUNS)]
    small = [parts.kept(few, run, *tried["600 verdicts"]["chosen"]) for run in range(RUNS)]

    a_words, a_frozen = np.array(count["answers"]), np.array(frozen["answers"])
    a_tuned = np.array([one["answers"] for one in wholes])
    settings = {
        name: {key: value for key, value in found.items() if not isinstance(value, list)}
        | {key: value for key, value in found.items() if key.endswith("chosen")}
        for name, found in (("counted", count), ("readers", scratch))
    } | {"fine-tuned": tried}
    Study(
        question="What is pre-training worth to a reader of film reviews?",
        metric="share of 2,591 test sentences whose verdict is named correctly",
        runs={
            "TF-IDF": [share(a_words, truth)],
            "convolution, from scratch": scratch["Convolution"],
            "recurrent, from scratch": scratch["Recurrent"],
            "MiniLM as it is": [share(a_frozen, truth)],
            "MiniLM as it is, with TF-IDF": [share(a_frozen + a_words, truth)],
            "MiniLM, fine-tuned": [share(a, truth) for a in a_tuned],
            "MiniLM, fine-tuned, with TF-IDF": [share(a + a_words, truth) for a in a_tuned],
        },
        seconds=parts.seconds,
        date=date.today().isoformat(),
        extra={
            "chosen": settings,
            "few labels": {name: [one[name] for one in small] for name in small[0]},
        },
    ).save(NAME)
    kept = dict(np.load(parts.folder / "weights.npz"))
    kept["as it is"] = np.array(frozen["weights"], dtype=np.float32)
    kept["answers as it is"] = a_frozen.astype(np.float16)
    kept["votes"] = np.array(rated, dtype=np.uint8)  # (2591, 3): blame, neither, praise
    kept["answers"] = a_tuned.astype(np.float16)
    np.savez_compressed(STUDIES / f"{NAME}.npz", **kept)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
