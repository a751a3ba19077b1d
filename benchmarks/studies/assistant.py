"""What an assistant of this course rests on: vectors of its texts, and of chats. For lesson 54.

    python benchmarks/studies/assistant.py

Some ten minutes on one core, most of it MiniLM at work; the seconds in the study are the heads'. It
writes `assistant.npz`, which the lesson reads: the paragraphs of all lessons *as they are now*, the
recall questions and those of `benchmarks/questions.csv`, each with its vector, and some chats as
vectors. So the lesson speaks of one edition of the course, and need not be built anew when another
lesson is changed; `benchmarks/ask.py` measures the edition that is there. It also writes
`assistant.json`: what two heads learn of five times as many chats. The heads and their training are
the cells tagged `recipe` of the lesson. A text that has been encoded is kept in `build/studies` and
not encoded again.
"""

import csv
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import torch
from parts import KEPT, Parts, recipe
from threadpoolctl import threadpool_limits

from dlcourse import data
from dlcourse.asking import paragraphs
from dlcourse.course import lessons
from dlcourse.encoder import Encoder
from dlcourse.evaluation import Study
from dlcourse.paths import ROOT, STUDIES
from dlcourse.spacing import questions

NAME, RUNS = "assistant", 5
SMALL, LARGE, JUDGED, CHOOSING = 6_000, 30_000, 1_500, 1_000  # pairs
KEPT_NUMBERS = 128  # of the 384 of a turn that the lesson is given, after a rotation
LESSON = recipe("54")
parts = Parts(NAME, LESSON)
chats = data.load("conversations")


def encoded(texts: Sequence[str]) -> np.ndarray:
    """Return the vectors of texts (n, 384), those that are known from a file."""
    place = KEPT / NAME / "vectors.npz"
    known: dict[str, np.ndarray] = {}
    if place.exists():
        with np.load(place) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    if new := sorted(set(texts) - set(known)):
        vectors = Encoder(data.pretrained("minilm"))(new)
        known |= dict(zip(new, vectors.astype(np.float16), strict=True))
        np.savez(place, texts=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[text] for text in texts], dtype=np.float32)


def some(split: Any, count: int) -> np.ndarray:
    """Return the rows of whole conversations, drawn by lot, until there are `count` pairs."""
    names, sizes = np.unique(split.conversations, return_counts=True)
    order = np.random.default_rng(1).permutation(len(names))
    enough = np.searchsorted(sizes[order].cumsum(), count) + 1
    return np.flatnonzero(np.isin(split.conversations, names[order[:enough]]))


def pairs(split: Any, rows: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return the different texts of some pairs, and the pairs as places among them (n, 2)."""
    both = np.stack([split.inputs[rows], split.targets[rows]], axis=1)
    texts, places = np.unique(both, return_inverse=True)
    return texts.tolist(), places.reshape(both.shape)


def whole(split: Any, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return vectors (texts, 384) and pairs (n, 2) of a part of the chats."""
    texts, places = pairs(split, some(split, count))
    return torch.tensor(encoded(texts)), torch.tensor(places)


def heads(count: int) -> dict[str, Any]:
    """Choose epochs and rate on the validation chats, then train `RUNS` heads and judge them."""
    (v, known), (v_val, choosing), (v_test, judged) = (
        whole(split, size)
        for split, size in (
            (chats.train, count),
            (chats.validation, CHOOSING),
            (chats.test, JUDGED),
        )
    )
    tried = {}
    for rate in (1e-4, 5e-4):
        for epochs in (2, 5, 10):
            found = LESSON.learn(v, known, epochs, rate, 0)
            tried[f"{rate:g}, {epochs}"] = LESSON.found_of_ten(v_val, choosing, *found).mean()
    rate, epochs = max(tried, key=tried.get).split(", ")
    trained = [LESSON.learn(v, known, int(epochs), float(rate), run) for run in range(RUNS)]
    return {
        "tried": {name: float(each) for name, each in tried.items()},
        "runs": [float(LESSON.found_of_ten(v_test, judged, *each).mean()) for each in trained],
        "frozen": float(LESSON.found_of_ten(v_test, judged).mean()),
    }


def bytes_of(vectors: np.ndarray) -> np.ndarray:
    """Return vectors as whole numbers from −127 to 127: 127 stands for the largest number."""
    return np.round(vectors * (127 / abs(vectors).max())).astype(np.int8)


def course() -> dict[str, np.ndarray]:
    """Return the paragraphs of all lessons but the assistant's own, and the questions."""
    known = [each for each in lessons() if each.id != "54"]
    found = paragraphs(known)
    with (ROOT / "benchmarks" / "questions.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["kind"], row["lessons"], row["question"]) for row in csv.DictReader(file)]
    rows = [("recall", each.about, each.asks) for each in questions(known)] + rows
    kinds, about, asked = (np.array(column) for column in zip(*rows, strict=True))
    texts = [each.text for each in found]
    return {
        "texts": np.array(texts),
        "sections": np.array([each.section for each in found]),
        "lessons": np.array([each.lesson.id for each in found]),
        "vectors": bytes_of(encoded(texts)),
        "kinds": kinds,
        "about": about,
        "questions": asked,
        "question_vectors": bytes_of(encoded(asked.tolist())),
    }


def talk() -> dict[str, np.ndarray]:
    """Return some chats: rows of the data set, pairs as places among turns, turns as vectors."""
    kept, turn = {}, None
    sizes = {"train": SMALL, "validation": CHOOSING, "test": JUDGED}
    for part, count in sizes.items():
        split = getattr(chats, part)
        rows = some(split, count)
        texts, places = pairs(split, rows)
        vectors = encoded(texts)
        if turn is None:  # the directions in which the training turns differ most come first
            turn = np.linalg.svd(vectors, full_matrices=False)[2][:KEPT_NUMBERS].T
        kept |= {f"{part}_rows": rows.astype(np.int32), f"{part}_pairs": places.astype(np.int32)}
        kept[f"{part}_turns"] = bytes_of(vectors @ turn)
    return kept


def main() -> None:
    """Do what is not done yet, and write the vectors and the study."""
    np.savez_compressed(STUDIES / f"{NAME}.npz", **course(), **talk())
    found = {count: parts.kept(heads, count) for count in (SMALL, LARGE)}
    Study(
        question="What do two heads on a frozen encoder learn from chats?",
        metric="share of 1,500 turns whose reply is found among ten",
        runs={
            "frozen": [found[LARGE]["frozen"]],
            "heads, 6,000 pairs": found[SMALL]["runs"],
            "heads, 30,000 pairs": found[LARGE]["runs"],
        },
        seconds=parts.seconds,
        date=date.today().isoformat(),
        extra={"chosen": {str(count): each["tried"] for count, each in found.items()}},
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
