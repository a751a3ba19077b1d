"""How well is English put into French by a network, and by older methods? For lesson 53.

    python benchmarks/studies/translation.py

About ten minutes of one core. The small network is that of the cells tagged `recipe` of the lesson;
on verses it gets a dictionary besides. All methods learn from the same verses and are tuned on
the validation books. A part that is done is kept in `build/studies`.
"""

from collections import Counter
from datetime import date
from functools import cache

import numpy as np
import phrases
import torch
import torch.nn.functional as F
from parts import Parts, recipe
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from dlcourse import data, seeds, translation
from dlcourse.evaluation import Study
from dlcourse.translation import Dictionary, Pieces, bleu, bleu_counts, learn_pieces, words_of

NAME = "translation"
LESSON = recipe("53")
MERGES, WIDTH, BATCH, STEPS, RATE = 1500, 128, 64, 1600, 0.003
SEEDS = 5
STRINGS = 6500, 500
READERS = ((64, True), (64, False))
"""Width of a network, and whether it may look back."""

WEIGHTS = ((0.3, 0.7, 0.3), (0.3, 1.0, 0.6), (0.6, 0.7, 0.3), (0.6, 1.0, 1.0))
"""Of a phrase's chance backward, of the trigram model, and of a word."""

parts = Parts(NAME, LESSON, translation, phrases)


@cache
def words(part: str, column: str) -> list[list[str]]:
    """Return the words of all verses of a part."""
    return [words_of(text) for text in getattr(data.load("verses").parts[part], column)]


def score(said: list[list[str]], part: str = "validation") -> float:
    """Return the BLEU of translations against Segond's."""
    right = words(part, "targets")[: len(said)]
    return float(bleu(sum(bleu_counts(s, [r]) for s, r in zip(said, right, strict=True))))


def joined(said: list[list[str]]) -> list[str]:
    """Return translations as texts, a space between words."""
    return [" ".join(each) for each in said]


@cache
def tables() -> tuple[dict[str, int], dict[str, int]]:
    """Return the number of each English and of each French word, from 1 up."""
    english = [
        w for part in ("train", "validation", "test") for s in words(part, "inputs") for w in s
    ]
    french = [w for s in words("train", "targets") for w in s]
    return tuple(
        {word: k for k, word in enumerate(dict.fromkeys(all_), start=1)}
        for all_ in (english, french)
    )


def numbers(column: str, part: str = "train") -> list[list[int]]:
    """Return the verses as numbers of words."""
    table = tables()[column != "inputs"]
    return [[table[word] for word in verse] for verse in words(part, column)]


def nearest() -> dict[str, object]:
    """Return how near each test verse comes to a training verse, and that verse's French."""
    best: tuple[float, int, list[list[str]]] = (-1.0, 0, [])
    for longest in (1, 2, 3):
        vectors = TfidfVectorizer(analyzer=lambda s, n=longest: grams(s, n), sublinear_tf=True)
        known = vectors.fit_transform(words("train", "inputs"))
        found = {}
        for part in ("validation", "test"):
            near = vectors.transform(words(part, "inputs")) @ known.T
            at = np.asarray(near.argmax(axis=1)).ravel()
            found[part] = at, near.max(axis=1).toarray().ravel()
        said = [words("train", "targets")[k] for k in found["validation"][0]]
        if (value := score(said)) > best[0]:
            best = value, longest, found["test"]
        if longest == 1:
            similarity = found["test"][1]
    return {
        "validation": best[0],
        "longest": best[1],
        "said": joined([words("train", "targets")[k] for k in best[2][0]]),
        "similarity": similarity.round(4).tolist(),
    }


def grams(verse: list[str], longest: int) -> list[str]:
    """Return all runs of one to `longest` words."""
    return [
        " ".join(verse[k : k + n]) for n in range(1, longest + 1) for k in range(len(verse) - n + 1)
    ]


def word_for_word() -> dict[str, object]:
    """Return translations by the likeliest word; how, is chosen on validation."""
    english, french = numbers("inputs"), numbers("targets")
    table, names = tables(), {k: word for word, k in tables()[1].items()}
    back = Dictionary(french, english, len(table[0]) + 1)
    there = Dictionary(english, french, len(table[1]) + 1)
    best: tuple[float, object, list[list[str]]] = (-1.0, None, [])
    for _ in range(2):
        there.learn(5), back.learn(5)
        source, target = there.keys // there.size, there.keys % there.size
        for power in (0.0, 0.5, 1.0):
            worth = there.chance * back.of(target, source) ** power
            order = np.lexsort((worth, source))
            likeliest = dict(zip(source[order].tolist(), target[order].tolist(), strict=True))

            def said(part: str, likeliest: dict[int, int] = likeliest) -> list[list[str]]:
                return [
                    [
                        names[likeliest[table[0][w]]] if table[0][w] in likeliest else w
                        for w in verse
                    ]
                    for verse in words(part, "inputs")
                ]

            if (value := score(said("validation"))) > best[0]:
                best = value, power, said("test")
    return {"validation": best[0], "power": best[1], "said": joined(best[2])}


def by_phrases() -> dict[str, object]:
    """Return translations by a phrase table; the weights are chosen on validation."""
    table, names = tables(), {k: word for word, k in tables()[1].items()}
    model = phrases.PhraseTable(numbers("inputs"), numbers("targets"), len(table[1]) + 1)
    copied = {k: table[1][word] for word, k in table[0].items() if word in table[1]}

    def said(part: str, weights: tuple[float, float, float]) -> list[list[str]]:
        found = (model.translate(verse, weights, copied) for verse in numbers("inputs", part))
        return [[names[k] for k in verse] for verse in found]

    tried = [score(said("validation", weights)) for weights in WEIGHTS]
    best = WEIGHTS[int(np.argmax(tried))]
    return {"validation": tried, "weights": best, "said": joined(said("test", best))}


class WithDictionary(LESSON.Translator):  # type: ignore[name-defined,misc]
    """A translator that also looks up what the words it looks at stand for.

    P. Arthur, G. Neubig and S. Nakamura (2016), Incorporating discrete translation lexicons into
    neural machine translation, EMNLP, arXiv:1606.02006.
    """

    def __init__(self, size: int, width: int, table: Tensor) -> None:
        super().__init__(size, width)
        self.table = table  # (size, size), the chance of each target piece given a source piece
        self.floor = nn.Parameter(torch.tensor(-6.0))

    def decode(self, x: Tensor, *rest: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Add the logarithm of the dictionary's chance to the scores."""
        scores, now, weights = super().decode(x, *rest)
        return scores + torch.log(weights @ self.table[x] + self.floor.exp()), now, weights


def padded(verses: list[list[int]]) -> Tensor:
    """Return verses as one tensor, filled up with zeros."""
    return nn.utils.rnn.pad_sequence([torch.tensor(verse) for verse in verses], batch_first=True)


def batches(sizes: np.ndarray, epoch: int) -> list[np.ndarray]:
    """Return the rows of an epoch's batches, each of verses of about one size, in random order."""
    rng = seeds.rng(NAME, epoch)
    order = rng.permutation(len(sizes))
    order = order[np.argsort(sizes[order], kind="stable")]
    cut = np.split(order, np.arange(BATCH, len(order), BATCH))
    return [cut[k] for k in rng.permutation(len(cut))]


def network() -> dict[str, object]:
    """Train the network on pieces of words and return its translations, and one verse's weights."""
    text = {side: words("train", side) for side in ("inputs", "targets")}
    count = Counter(word for side in text.values() for verse in side for word in verse)
    pieces = Pieces(learn_pieces(count, MERGES), "".join(count))
    size = len(pieces.names)
    english = [pieces.encode(verse) for verse in text["inputs"]]
    french = [pieces.encode(verse) for verse in text["targets"]]
    known = Dictionary(english, [[*verse, 2] for verse in french], size).learn(5)
    table = torch.zeros(size, size)
    table[known.keys // size, known.keys % size] = torch.tensor(known.chance, dtype=torch.float32)
    table[0] = 0
    torch.manual_seed(seeds.seed(NAME))
    model = WithDictionary(size, WIDTH, table)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, STEPS, pct_start=0.1)
    sizes = np.array([len(e) + len(f) for e, f in zip(english, french, strict=True)])
    step, epoch, curve = 0, 0, []
    while step < STEPS:
        for chosen in batches(sizes, epoch)[: STEPS - step]:
            x = padded([english[k] for k in chosen])  # data
            y = padded([[1, *french[k], 2] for k in chosen])
            scores, _, _ = model.decode(x, *model.encode(x), y[:, :-1])  # forward
            error = F.cross_entropy(scores.flatten(0, 1), y[:, 1:].flatten(), ignore_index=0)
            optimizer.zero_grad()  # zero
            error.backward()  # backward
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()  # step
            schedule.step()
            step += 1
        epoch += 1
        curve.append([step, score(read(model, pieces, "validation"))])  # evaluate
        print(curve[-1], flush=True)
    verse, weights = shown(model, pieces)
    said = joined(read(model, pieces, "test"))
    return {"curve": curve, "said": said, "pieces": size, "verse": verse, "weights": weights}


def read(model: WithDictionary, pieces: Pieces, part: str) -> list[list[str]]:
    """Return the network's translations of a part."""
    x = padded([pieces.encode(verse) for verse in words(part, "inputs")])
    said = [LESSON.translate(model, some, 48)[0] for some in torch.split(x, 256)]
    model.train()
    return [pieces.decode(row) for some in said for row in some.tolist()]


@torch.no_grad()
def shown(model: WithDictionary, pieces: Pieces) -> tuple[dict[str, object], list[list[float]]]:
    """Return a test verse's pieces and where the network looks while it reads the human's."""
    place = next(
        k for k, v in enumerate(words("test", "inputs")) if 9 <= len(v) <= 12 and "son" not in v
    )
    english, french = (words("test", side)[place] for side in ("inputs", "targets"))
    x, y = torch.tensor([pieces.encode(english)]), torch.tensor([[1, *pieces.encode(french)]])
    weights = model.decode(x, *model.encode(x), y)[2][0, :-1]
    names = {side: [pieces.names[k] for k in row] for side, row in (("x", x[0]), ("y", y[0, 1:]))}
    return {"place": place, **names}, weights.double().numpy().round(3).tolist()


def ibm(place: int) -> list[list[float]]:
    """Return the dictionary's shares of a test verse: French words by English words."""
    table = Dictionary(numbers("inputs"), numbers("targets"), len(tables()[1]) + 1).learn(5)
    english = np.array(numbers("inputs", "test")[place])
    french = np.array([tables()[1].get(w, 0) for w in words("test", "targets")[place]])
    share = table.of(english[None], french[:, None])
    return (share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9)).round(3).tolist()


def digits(run: int, width: int, attention: bool) -> list[float]:
    """Return the share of strings that are reversed without a mistake, of 2 digits and more."""
    pairs = LESSON.strings(sum(STRINGS), ("strings", run))
    numbers = LESSON.numbered(pairs)
    train, test = pairs[STRINGS[1] :], pairs[: STRINGS[1]]
    model = LESSON.learn(train, numbers, ("study", run), width=width, attention=attention)
    right, length = LESSON.exact(model, test, numbers), np.array([len(s) for s, _ in test])
    return [float(right[length == n].mean()) for n in range(2, LESSON.LONGEST + 1)]


def main() -> None:
    learned, near = parts.kept(network), parts.kept(nearest)
    simple, table = parts.kept(word_for_word), parts.kept(by_phrases)
    names = [f"{width}, {'attention' if looks else 'one vector'}" for width, looks in READERS]
    runs = [[parts.kept(digits, run, *reader) for reader in READERS] for run in range(SEEDS)]
    curves = dict(zip(names, map(list, zip(*runs, strict=True)), strict=True))
    tuned = {
        "nearest": [near["validation"], near["longest"]],
        "word for word": [simple["validation"], simple["power"]],
        "phrases": [table["validation"], table["weights"]],
        "network": learned["curve"],
    }
    said = {
        "nearest verse": near["said"],
        "word for word": simple["said"],
        "phrases": table["said"],
        "network": learned["said"],
    }
    Study(
        question="How well do verses go from English into French, without a near twin?",
        metric="share of strings of 2 to 14 digits that are reversed without a mistake",
        runs={name: [float(np.mean(run)) for run in all_] for name, all_ in curves.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "curves": curves,
            "tuned": tuned,
            "said": said,
            "similarity": near["similarity"],
            "verse": learned["verse"],
            "weights": learned["weights"],
            "ibm": parts.kept(ibm, learned["verse"]["place"]),
        },
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
