"""Is the engine of any use? Three networks learn real data, on one thread, on this engine alone.

    python benchmarks/mnist.py                  # dlcourse.autograd
    python benchmarks/mnist.py torch            # the same script on PyTorch

MNIST by an MLP and by a CNN, judged on the 10,000 test images, and the reference manual of Python
by a small transformer, judged in bits a character on its last tenth, beside what symbols and pairs
of symbols alone can tell.
"""

import importlib
import pydoc_data.topics
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from dlcourse import autograd, data, seeds

torch: Any = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "dlcourse.autograd")
nn, functional = torch.nn, torch.nn.functional
autograd.memory.keep_freed()  # on either engine
TEXT, WIDTH, HEADS, LENGTH = "".join(pydoc_data.topics.topics.values()), 64, 4, 64


def batches(count: int, size: int, epochs: int) -> Iterator[np.ndarray]:
    """Yield the numbers of the examples in each batch, every epoch in a new order."""
    rng = seeds.rng("batches")
    for _ in range(epochs):
        order = rng.permutation(count)
        yield from (order[i : i + size] for i in range(0, count - size + 1, size))


def mlp() -> Any:
    """Return 784-256-128-10."""
    layers = nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    return nn.Sequential(nn.Flatten(), *layers)


def cnn() -> Any:
    """Return two convolutions, each with pooling, and one linear layer."""
    first = nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(32 * 7 * 7, 10))


class Block(nn.Module):  # type: ignore[misc, name-defined]
    """Attention to what came before, then a small MLP for each place."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.merge = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Any) -> Any:
        b, t, _ = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(b, t, 3, HEADS, WIDTH // HEADS)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # (B, heads, T, WIDTH / heads) each
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.merge(y.transpose(1, 2).reshape(b, t, WIDTH))
        return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Transformer(nn.Module):  # type: ignore[misc, name-defined]
    """Two blocks that read LENGTH characters and foretell the next at every place."""

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.symbols, self.places = nn.Embedding(symbols, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, symbols)

    def forward(self, ids: Any) -> Any:
        x = self.symbols(ids) + self.places(torch.arange(ids.shape[1]))
        return self.head(self.norm(self.blocks(x)))


def fit(model: Any, loss_of: Any, steps: list[np.ndarray], rate: float) -> float:
    """Train by AdamW on one cycle of the learning rate; return the core seconds it took."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=len(steps))
    start = time.process_time()
    model.train()
    for batch in steps:
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return time.process_time() - start


def images(model: Any, epochs: int, rate: float, size: int) -> tuple[float, float]:
    """Train on MNIST; return the seconds and the accuracy on the test images."""
    mnist = data.load("mnist")
    x, y = (mnist.train.inputs[:, None] / np.float32(255)), mnist.train.targets.astype(np.int64)

    def loss_of(batch: np.ndarray) -> Any:
        return functional.cross_entropy(model(torch.tensor(x[batch])), torch.tensor(y[batch]))

    seconds = fit(model, loss_of, list(batches(len(x), size, epochs)), rate)
    model.eval()
    with torch.no_grad():
        tests = mnist.test.inputs[:, None] / np.float32(255)
        guesses = [model(torch.tensor(part)).argmax(1).numpy() for part in np.split(tests, 50)]
    return seconds, float((np.concatenate(guesses) == mnist.test.targets).mean())


def text(steps: int, size: int = 16) -> tuple[float, float, dict[str, float]]:
    """Train the transformer; return seconds, bits a character, and the bits of counting alone."""
    symbols, ids = np.unique(list(TEXT), return_inverse=True)
    split = len(ids) * 9 // 10
    train, rest = ids[:split], ids[split:]
    model, rng = Transformer(len(symbols)), seeds.rng("places")

    def loss_of(starts: np.ndarray, of: np.ndarray = train) -> Any:
        window = of[starts[:, None] + np.arange(LENGTH + 1)]
        scores = model(torch.tensor(window[:, :-1])).reshape(-1, len(symbols))
        return functional.cross_entropy(scores, torch.tensor(window[:, 1:].ravel()))

    starts = [rng.integers(0, split - LENGTH, size) for _ in range(steps)]
    seconds = fit(model, loss_of, starts, 5e-3)
    with torch.no_grad():
        places = np.arange(0, len(rest) - LENGTH - 1, LENGTH)
        losses = [loss_of(part, rest).item() for part in np.array_split(places, len(places) // 64)]
    return seconds, float(np.mean(losses) / np.log(2)), counting(train, rest, len(symbols))


def counting(train: np.ndarray, rest: np.ndarray, symbols: int) -> dict[str, float]:
    """Return the bits a character of guessing from frequencies: of symbols, and of pairs."""
    pairs = np.ones((symbols, symbols))  # one of each beforehand, so that nothing is impossible
    np.add.at(pairs, (train[:-1], train[1:]), 1)
    singles = pairs.sum(axis=0)
    follow = pairs / pairs.sum(axis=1, keepdims=True)
    return {
        "symbols": float(-np.log2(singles / singles.sum())[rest].mean()),
        "pairs": float(-np.log2(follow[rest[:-1], rest[1:]]).mean()),
    }


def main() -> None:
    """Train all three and print one table."""
    table = Table(title=f"{torch.__name__}, one thread")
    for column in ("network", "core seconds", "reached", "to beat"):
        table.add_column(column, justify="left" if column == "network" else "right")
    threadpool_limits(1)
    torch.manual_seed(seeds.seed("weights"))
    for name, model, goal, *recipe in (
        ("MLP 784-256-128-10 on MNIST", mlp(), "98 % in 15 s", 6, 3e-3, 128),
        ("CNN of two convolutions on MNIST", cnn(), "98.8 % in 60 s", 3, 5e-3, 64),
    ):
        seconds, accuracy = images(model, *recipe)
        table.add_row(name, f"{seconds:.1f}", f"{accuracy:.2%}", goal)
    seconds, bits, counted = text(1000)
    goal = ", ".join(f"{name} {value:.2f}" for name, value in counted.items())
    table.add_row("transformer on Python's manual", f"{seconds:.1f}", f"{bits:.2f} bits", goal)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
