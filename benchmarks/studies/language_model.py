"""How far do learning and counting get on Shakespeare, given more than a minute? For lesson 52.

    python benchmarks/studies/language_model.py

About 40 minutes of one core, and at most ten minutes a run. The counts, the transformer and its
training are the cells tagged `recipe` of the lesson, so that the two cannot differ. Whatever is
chosen (sizes, rates, the weights of mixtures) is chosen on the two validation plays; the three test
plays are read once by each run. A part that is done is kept in `build/studies` and not done again.
"""

import lzma
import math
import time
from datetime import date
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from parts import Parts, recipe
from rich.console import Console
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from dlcourse import seeds
from dlcourse.evaluation import Study

NAME = "language_model"
LESSON = recipe("52")
parts = Parts(NAME, LESSON)
plays, symbols, V, train, bits = LESSON.plays, LESSON.symbols, LESSON.V, LESSON.train, LESSON.bits


# --- transformers of several sizes ----------------------------------------------------------------


def transformer(width: int, run: int) -> dict[str, float]:
    """Return the bits a character of one transformer, its weights, and its seconds of training."""
    begin = time.process_time()
    model = LESSON.trained(width, "study", run)
    seconds = time.process_time() - begin
    found = {"weights": sum(p.numel() for p in model.parameters()), "seconds": seconds}
    for name, part in (("validation", plays.validation), ("test", plays.test)):
        found[name] = bits(np.concatenate([LESSON.learned(model, x) for x in part.inputs]))
    return found


def rate_tried(width: int, peak: float) -> float:
    """Return the bits a character of the validation plays at another peak of the rate, peak / d."""
    model = LESSON.trained(width, "study", 0, peak=peak)
    found = [LESSON.learned(model, x) for x in plays.validation.inputs]
    return round(float(bits(np.concatenate(found))), 5)


# --- a network that is told which n-grams it has before it ----------------------------------------


class NgramLSTM(nn.Module):
    """Scores of the next symbol: a recurrent network whose input names the last 1 to 6 symbols.

    Each gram of 2 to 6 symbols has a row of a hashed table (grams may share one); the rows are
    added to the symbol's own. While training, a fifth of them is left out at random, so that the
    network does not lean on grams that it will not meet again. After T. Mikolov et al. (2011),
    Strategies for training large scale neural network language models, ASRU,
    doi:10.1109/ASRU.2011.6163930, who hashed grams into the output.
    """

    orders, rows, wide, hidden, left_out = range(2, 7), 2**17, 128, 320, 0.2

    def __init__(self) -> None:
        super().__init__()
        self.symbol = nn.Embedding(V, self.wide)
        rows = self.rows * len(self.orders)
        self.table = nn.EmbeddingBag(rows, self.wide, mode="sum", sparse=True)
        nn.init.normal_(self.table.weight, std=0.1)
        self.recur = nn.LSTM(self.wide, self.hidden, batch_first=True)
        self.scores = nn.Linear(self.hidden, V)
        self.drop = nn.Dropout(0.15)

    def places(self, row: np.ndarray) -> np.ndarray:
        """Return where in the table the grams that end at each place of a row are: (n, 5)."""
        found = []
        for k, order in enumerate(self.orders):
            number = LESSON.grams(row, order, V).astype(np.uint64)
            mixed = (number * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - 17)  # Fibonacci
            found.append(mixed.astype(np.int64) + k * self.rows)
        return np.stack(found, axis=-1)

    def forward(self, x: Tensor, places: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        b, t = x.shape
        flat = places.reshape(b * t, -1)
        weight = torch.ones(flat.shape)
        if self.training:
            weight = (torch.rand(flat.shape) > self.left_out).float() / (1 - self.left_out)
        grams = self.table(flat, per_sample_weights=weight).view(b, t, -1)
        y, state = self.recur(self.drop(self.symbol(x) + grams), state)
        return self.scores(self.drop(y)), state


def ngram_lstm(run: int) -> NgramLSTM:
    """Return a network trained on 32 streams of the training plays at once, 64 symbols a step."""
    seeds.manual_seed("ngram-lstm", run)
    model, batch, length, steps = NgramLSTM(), 32, 64, 4500
    columns = (len(train) - 1) // batch
    x, y = (torch.tensor(v[: batch * columns]).view(batch, -1) for v in (train[:-1], train[1:]))
    places = torch.tensor(model.places(train)[: batch * columns]).view(batch, columns, -1)
    dense = [p for name, p in model.named_parameters() if not name.startswith("table")]
    optimizers = (
        torch.optim.AdamW(dense, betas=(0.9, 0.99)),
        torch.optim.SparseAdam(model.table.parameters(), betas=(0.9, 0.99)),
    )
    state, at, mean = None, columns, 0.0
    for step in range(steps):
        rate = 3e-3 * min(1, (step + 1) / 50) * (1 + math.cos(math.pi * step / steps)) / 2
        for group in (group for each in optimizers for group in each.param_groups):
            group["lr"] = rate
        if at + length > columns:  # all is read: once more, from another place
            at, state = int(seeds.rng("ngram-lstm", run, step).integers(length)), None
        part = slice(at, at + length)  # data
        z, state = model(x[:, part], places[:, part], state)  # forward
        state = tuple(s.detach() for s in state)
        loss = F.cross_entropy(z.flatten(0, 1), y[:, part].flatten())  # loss
        for each in optimizers:  # zero
            each.zero_grad()
        loss.backward()  # backward
        nn.utils.clip_grad_norm_(dense, 1.0)
        for each in optimizers:  # step
            each.step()
        at, mean = at + length, 0.99 * mean + 0.01 * loss.item()
        if step % 500 == 499:
            Console().print(f"run {run}, step {step + 1}: {mean / math.log(2):.3f} bits")
    return model.eval()


@torch.no_grad()
def recurred(model: NgramLSTM, text: str, pieces: int = 64, warm: int = 128) -> np.ndarray:
    """Return the probability of each symbol of a text, read in pieces, each with a run-up."""
    row = LESSON.encode([text])
    places, n = model.places(row), len(row) - 1
    size = -(-n // pieces)
    index = np.arange(pieces)[:, None] * size + np.arange(-warm, size)
    inside, index = (index >= 0) & (index < n), index.clip(0, n - 1)
    state, found = None, []
    for begin in range(0, index.shape[1], 256):
        at = index[:, begin : begin + 256]
        z, state = model(torch.tensor(row[at]), torch.tensor(places[at]), state)
        p = z.softmax(dim=-1).gather(2, torch.tensor(row[at + 1])[..., None])
        found.append(p[..., 0].double().numpy())
    p = np.concatenate(found, axis=1)[:, warm:]
    return np.asarray(p[inside[:, warm:]][7:])


@torch.no_grad()
def written(model: NgramLSTM, run: int, texts: int = 20, length: int = 1000) -> dict[str, Any]:
    """Return texts that a network writes at temperature 0.8, and the surprise at each symbol."""
    draw = seeds.rng("written", run)
    rows = np.zeros((texts, 8), np.int64)
    state, surprises = None, []
    context = [model.places(row)[None] for row in rows]
    z, state = model(torch.tensor(rows), torch.tensor(np.concatenate(context)), state)
    for _ in range(length):
        plain = z[:, -1].double().softmax(dim=-1).numpy()
        p = plain ** (1 / 0.8)
        p /= p.sum(axis=1, keepdims=True)
        drawn = (p.cumsum(axis=1) < draw.random((texts, 1))).sum(axis=1).clip(max=V - 1)
        surprises.append(-np.log2(plain[np.arange(texts), drawn]))
        rows = np.concatenate([rows, drawn[:, None]], axis=1)
        places = np.stack([model.places(row[-8:])[-1:] for row in rows])
        z, state = model(torch.tensor(rows[:, -1:]), torch.tensor(places), state)
    lines = ["".join(symbols[k] for k in row[8:]) for row in rows]
    return {"texts": lines, "bits": [[round(float(s[0]), 2) for s in surprises]]}


# --- mixtures -------------------------------------------------------------------------------------


def weights(parts: np.ndarray, rounds: int = 200) -> np.ndarray:
    """Return the shares (k,) of k forecasts (k, n) under which the text is most probable (EM)."""
    share = np.full(len(parts), 1 / len(parts))
    for _ in range(rounds):
        posterior = share[:, None] * parts
        share = (posterior / posterior.sum(axis=0)).mean(axis=1)
    return share


def long(run: int) -> dict[str, Any]:
    """Return what one long run reaches, alone and mixed with counting."""
    begin = time.process_time()
    model = ngram_lstm(run)
    found: dict[str, Any] = {"training": time.process_time() - begin}
    counts = LESSON.KneserNey(train, 8, V)
    read: dict[str, list[list[np.ndarray]]] = {}
    for name, part in (("validation", plays.validation), ("test", plays.test)):
        read[name] = [
            [recurred(model, x) for x in part.inputs],
            [LESSON.counted(counts, x) for x in part.inputs],
            [LESSON.read_on(x) for x in part.inputs],
        ]
    forecasts = {
        "network": [0],
        "counts": [1],
        "counts, reading on": [1, 2],
        "network and counts": [0, 1],
        "network and counts, reading on": [0, 1, 2],
    }
    for mixture, members in forecasts.items():
        share = weights(np.stack([np.concatenate(read["validation"][k]) for k in members]))
        texts = [
            share @ np.stack([read["test"][k][play] for k in members])
            for play in range(len(plays.test.inputs))
        ]
        known = share @ np.stack([np.concatenate(read["validation"][k]) for k in members])
        found[mixture] = {
            "share": share.round(3).tolist(),
            "validation": bits(known),
            "test": bits(np.concatenate(texts)),
            "plays": [bits(p) for p in texts],
            "blocks": [LESSON.blocks(p).round(4).tolist() for p in texts],
        }
    return found | {"written": written(model, run)}


def packed() -> float:
    """Return what xz adds for the test plays after the training plays, in bits a character."""
    before, after = ("".join(part.inputs) for part in (plays.train, plays.test))
    sizes = [len(lzma.compress(text.encode(), preset=6)) for text in (before, before + after)]
    return 8 * (sizes[1] - sizes[0]) / len(after)


def main() -> None:
    """Do what is not done yet, and write the study."""
    widths, farther_width = (32, 48, 64, 96), 128  # of transformers: for the line, and to try it
    runs_each, farther_runs, long_runs = 5, 2, 3
    xz = parts.kept(packed)
    first = parts.kept(long, 0)
    sizes = {
        width: [parts.kept(transformer, width, run) for run in range(runs_each)] for width in widths
    }
    longs = [first, *(parts.kept(long, run) for run in range(1, long_runs))]
    rates = {
        str(width): {str(peak): parts.kept(rate_tried, width, peak) for peak in (0.16, 0.32, 0.64)}
        for width in (32, 48, 64)
    }
    farther = [parts.kept(transformer, farther_width, run) for run in range(farther_runs)]
    runs = {"xz": [xz]} | {
        name: [longs[0][name]["test"]] for name in ("counts", "counts, reading on")
    }
    for width in widths:
        runs[f"transformer {width}"] = [run["test"] for run in sizes[width]]
    runs[f"transformer {farther_width}"] = [run["test"] for run in farther]
    for name in ("network", "network and counts", "network and counts, reading on"):
        runs[name] = [run[name]["test"] for run in longs]
    every = {**sizes, farther_width: farther}
    Study(
        question="How many bits a character do counting and learning need for unseen plays?",
        metric="bits a character on Twelfth Night, Henry V and Macbeth",
        runs=runs,
        seconds=parts.seconds,
        date=date.today().isoformat(),
        extra={
            "widths": [*widths, farther_width],
            "weights": [every[width][0]["weights"] for width in every],
            "seconds": [
                round(float(np.mean([r["seconds"] for r in v])), 1) for v in every.values()
            ],
            "rates": rates,
            "long": {name: longs[0][name] for name in longs[0] if name != "written"},
            "written": longs[0]["written"],
        },
    ).save(NAME)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with threadpool_limits(1):
        main()
