"""How fast is dlcourse.autograd? Five training steps on several engines, side by side.

    python benchmarks/engine.py

A step is forward, loss, backward and Adam, in float32, from the same weights and batch on every
engine (two steps must give the same loss). Engines take turns in random order, in blocks of 50
milliseconds; the table gives the median time of a step and its ratio to PyTorch's. One process for
each number of threads, pinned to as many processors. With one thread the clock is processor time,
so that other programs cost little; with two it is the clock on the wall, and a block in which the
system took the processor away is dropped. HIPS autograd, micrograd, JAX and tinygrad (which needs
clang) take part where they are installed.
"""

import importlib.util
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

Step = Callable[[], Any]
BLOCK, ROUNDS = 0.05, 60
WORKLOADS = {
    "A64": "MLP 784-256-128-10, batch 64",
    "A256": "the same, batch 256",
    "B": "MLP 2-16-16-1, batch 100",
    "C": "CNN of two 3×3 convolutions, 28×28, batch 64",
    "D": "two transformer blocks, width 64, 4 heads, 64 places, batch 16",
}
NAMES = {
    "torch": "PyTorch",
    "best": "PyTorch, tuned",
    "ours": "dlcourse.autograd",
    "jax": "JAX, jit",
    "tinygrad": "tinygrad, TinyJit",
    "hips": "HIPS autograd",
    "micrograd": "micrograd",
}


# The networks, for PyTorch and for ours


def network(torch: Any, workload: str) -> Any:
    """Build the network of a workload, with the same weights on both engines."""
    nn, functional = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(64), nn.LayerNorm(64)
            self.qkv, self.merge = nn.Linear(64, 192), nn.Linear(64, 64)
            self.up, self.down = nn.Linear(64, 256), nn.Linear(256, 64)

        def forward(self, x: Any) -> Any:
            q, k, v = self.qkv(self.norm1(x)).reshape(16, 64, 3, 4, 16).permute(2, 0, 3, 1, 4)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.merge(y.transpose(1, 2).reshape(16, 64, 64))
            return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))

    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.symbols, self.places = nn.Embedding(65, 64), nn.Embedding(64, 64)
            self.blocks, self.norm = nn.Sequential(Block(), Block()), nn.LayerNorm(64)
            self.head = nn.Linear(64, 65)

        def forward(self, ids: Any) -> Any:
            x = self.blocks(self.symbols(ids) + self.places(torch.arange(64)))
            return self.head(self.norm(x)).reshape(1024, 65)

    torch.manual_seed(0)
    if workload == "D":
        return Transformer()
    if workload == "C":
        first = nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
        second = nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
        return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(1568, 10))
    sizes = [2, 16, 16, 1] if workload == "B" else [784, 256, 128, 10]
    layers = [nn.Linear(sizes[0], sizes[1])]
    for n, m in itertools.pairwise(sizes[1:]):
        layers += [nn.ReLU(), nn.Linear(n, m)]
    return nn.Sequential(*layers)


def batch(workload: str) -> tuple[Any, Any]:
    """Draw the inputs and targets of a workload, as NumPy arrays."""
    import numpy as np

    rng = np.random.default_rng(0)
    if workload == "D":
        return rng.integers(0, 65, (16, 64)), rng.integers(0, 65, 1024)
    if workload == "B":
        return rng.random((100, 2), np.float32), rng.random((100, 1), np.float32)
    shape = (64, 1, 28, 28) if workload == "C" else (int(workload[1:]), 784)
    return rng.random(shape, np.float32), rng.integers(0, 10, shape[0])


def tape(torch: Any, workload: str, *, best: bool = False) -> Step:
    """Return a step of PyTorch or of ours, which take the same script."""
    model, (x, y) = network(torch, workload), map(torch.tensor, batch(workload))
    if best and workload == "C":
        model, x = (a.to(memory_format=torch.channels_last) for a in (model, x))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **({"fused": True} if best else {}))
    functional = torch.nn.functional
    loss_of = functional.mse_loss if workload == "B" else functional.cross_entropy

    def step() -> Any:
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


# The same networks as functions of their weights, for JAX and HIPS autograd


def scores(np: Any, convolve: Any, workload: str, p: dict[str, Any], x: Any) -> Any:
    """Compute the output of a workload's network from PyTorch's weights by name."""

    def linear(name: str, x: Any) -> Any:
        return x @ p[name + ".weight"].T + p[name + ".bias"]

    def norm(name: str, x: Any) -> Any:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)
        return x * p[name + ".weight"] + p[name + ".bias"]

    def block(name: str, x: Any) -> Any:
        qkv = linear(name + "qkv", norm(name + "norm1", x))
        q, k, v = np.transpose(qkv.reshape(16, 64, 3, 4, 16), (2, 0, 3, 1, 4))
        s = q @ np.swapaxes(k, -1, -2) / 4 + np.where(np.tri(64) > 0, 0, -1e9).astype("f")
        e = np.exp(s - s.max(-1, keepdims=True))
        y = e / e.sum(-1, keepdims=True) @ v
        x = x + linear(name + "merge", np.swapaxes(y, 1, 2).reshape(16, 64, 64))
        h = linear(name + "up", norm(name + "norm2", x))
        h = 0.5 * h * (1 + np.tanh(0.7978845608 * (h + 0.044715 * h * h * h)))
        return x + linear(name + "down", h)

    if workload == "D":
        x = p["symbols.weight"][x] + p["places.weight"]
        x = block("blocks.1.", block("blocks.0.", x))
        return linear("head", norm("norm", x)).reshape(1024, 65)
    if workload == "C":
        for name in ("0", "3"):
            x = convolve(x, p[name + ".weight"]) + p[name + ".bias"][:, None, None]
            n, c, h, w = x.shape
            x = np.maximum(x, 0).reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
        return linear("7", x.reshape(64, 1568))
    return linear("4", np.maximum(linear("2", np.maximum(linear("0", x), 0)), 0))


def loss(np: Any, convolve: Any, workload: str, p: dict[str, Any], x: Any, y: Any) -> Any:
    """Compute the loss of a workload."""
    z = scores(np, convolve, workload, p, x)
    if workload == "B":
        return ((z - y) ** 2).mean()
    z = z - z.max(-1, keepdims=True)
    return (np.log(np.exp(z).sum(-1)) - z[np.arange(len(y)), y]).mean()


def adam(np: Any, p: Any, g: Any, m: Any, v: Any, t: Any) -> tuple[Any, Any]:
    """Return the weights and the state of one array after a step."""
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    root = np.sqrt(1 - 0.999**t)
    return p - 1e-3 * root / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8 * root), (m, v)


def weights(workload: str) -> dict[str, Any]:
    """Return the first weights of a workload by name."""
    import dlcourse.autograd as ours

    return network(ours, workload).state_dict()


def jax(workload: str) -> Step:
    """Return a compiled step of JAX."""
    import jax
    import jax.numpy as np

    def convolve(x: Any, w: Any) -> Any:
        return jax.lax.conv_general_dilated(x, w, (1, 1), "SAME")

    @jax.jit
    def update(p: Any, state: Any, t: Any, x: Any, y: Any) -> Any:
        value, g = jax.value_and_grad(loss, 3)(np, convolve, workload, p, x, y)
        new = {k: adam(np, p[k], g[k], *state[k], t) for k in p}
        return value, {k: a for k, (a, _) in new.items()}, {k: s for k, (_, s) in new.items()}

    p = {k: np.asarray(a) for k, a in weights(workload).items()}
    state, t = {k: (a * 0, a * 0) for k, a in p.items()}, 0.0
    x, y = map(np.asarray, batch(workload))

    def step() -> Any:
        nonlocal p, state, t
        t += 1
        value, p, state = update(p, state, t, x, y)
        return float(value)

    return step


def tinygrad(workload: str) -> Step:
    """Return a compiled step of tinygrad."""
    from tinygrad import Context, Tensor, TinyJit
    from tinygrad.nn.optim import Adam

    p = {name: Tensor(a).contiguous().realize() for name, a in weights(workload).items()}
    x, y = map(Tensor, batch(workload))
    optimizer = Adam(list(p.values()), lr=1e-3)

    def linear(name: str, x: Any) -> Any:
        return x.linear(p[name + ".weight"].T, p[name + ".bias"])

    def norm(name: str, x: Any) -> Any:
        return x.layernorm(eps=1e-5) * p[name + ".weight"] + p[name + ".bias"]

    def block(name: str, x: Any) -> Any:
        qkv = linear(name + "qkv", norm(name + "norm1", x))
        q, k, v = qkv.reshape(16, 64, 3, 4, 16).permute(2, 0, 3, 1, 4)
        z = q.scaled_dot_product_attention(k, v, is_causal=True)
        x = x + linear(name + "merge", z.transpose(1, 2).reshape(16, 64, 64))
        return x + linear(name + "down", linear(name + "up", norm(name + "norm2", x)).gelu())

    def output(x: Any) -> Any:
        if workload == "D":
            x = block("blocks.1.", block("blocks.0.", p["symbols.weight"][x] + p["places.weight"]))
            return linear("head", norm("norm", x)).reshape(1024, 65)
        if workload == "C":
            for name in ("0", "3"):
                x = x.conv2d(p[name + ".weight"], p[name + ".bias"], padding=1).relu().max_pool2d(2)
            return linear("7", x.reshape(64, 1568))
        return linear("4", linear("2", linear("0", x).relu()).relu())

    @TinyJit
    def update() -> Any:
        optimizer.zero_grad()
        z = output(x)
        loss = ((z - y) ** 2).mean() if workload == "B" else z.cross_entropy(y)
        loss.backward()
        return loss.realize(*optimizer.schedule_step())

    def step() -> Any:
        with Context(TRAINING=1):
            return update().item()

    return step


def hips(workload: str) -> Step:
    """Return a step of HIPS autograd."""
    import autograd
    import autograd.numpy as np

    def convolve(x: Any, w: Any) -> Any:
        h, v = x.shape[2:]
        x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), "constant")
        seen = [x[:, :, i : i + h, j : j + v] for i in range(3) for j in range(3)]
        y = np.tensordot(np.stack(seen, 2), w.reshape(*w.shape[:2], 9), [[1, 2], [1, 2]])
        return np.transpose(y, (0, 3, 1, 2))

    gradient = autograd.value_and_grad(lambda p: loss(np, convolve, workload, p, x, y))
    p, (x, y), t = weights(workload), batch(workload), 0
    state = {k: (a * 0, a * 0) for k, a in p.items()}

    def step() -> Any:
        nonlocal p, t
        t += 1
        value, g = gradient(p)
        for k in p:
            p[k], state[k] = adam(np, p[k], g[k].astype("f"), *state[k], t)
        return float(value)

    return step


def micrograd(_: str) -> Step:
    """Return a step of micrograd on workload B: one number at a time."""
    from micrograd.nn import MLP

    model, (x, y), state, t = MLP(2, [16, 16, 1]), batch("B"), {}, 0

    def step() -> Any:
        nonlocal t
        t += 1
        total = sum(
            (model(list(map(float, a))) - float(b[0])) ** 2 for a, b in zip(x, y, strict=True)
        )
        total = total * (1 / len(x))
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            m, v = state.get(p, (0.0, 0.0))
            m, v = 0.9 * m + 0.1 * p.grad, 0.999 * v + 0.001 * p.grad**2
            state[p] = m, v
            p.data -= 1e-3 * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
        return total.data

    return step


# Measuring


def steps(workload: str) -> dict[str, Step]:
    """Return a step for every engine that is installed."""
    import torch

    import dlcourse.autograd as ours

    found: dict[str, Step] = {
        "torch": tape(torch, workload),
        "best": tape(torch, workload, best=True),
        "ours": tape(ours, workload),
    }
    if importlib.util.find_spec("jax"):
        found["jax"] = jax(workload)
    if importlib.util.find_spec("tinygrad") and shutil.which("clang"):
        found["tinygrad"] = tinygrad(workload)
    if importlib.util.find_spec("autograd"):
        found["hips"] = hips(workload)
    if workload == "B" and importlib.util.find_spec("micrograd"):
        found["micrograd"] = micrograd(workload)
    return found


def block(step: Step, threads: int) -> tuple[float, bool]:
    """Run a step for a while; return its seconds, and whether the processor was ours throughout."""
    count, start, own, spent = 0, time.perf_counter(), time.thread_time(), time.process_time()
    wall = 0.0
    while wall < BLOCK:
        step()
        count, wall = count + 1, time.perf_counter() - start
    own, spent = time.thread_time() - own, time.process_time() - spent
    return (spent if threads == 1 else wall) / count, own > 0.95 * wall


def measure(workload: str, threads: int) -> dict[str, Any]:
    """Return the median milliseconds of a step on each engine, and how many blocks counted."""
    engines = steps(workload)
    losses = {name: [step() for _ in range(2)] for name, step in engines.items()}
    for name, values in losses.items():
        if name != "micrograd" and abs(values[1] / losses["torch"][1] - 1) > 1e-4:
            raise RuntimeError(f"{name} does not compute the same on {workload}: {losses}.")
    times: dict[str, list[tuple[float, bool]]] = {name: [] for name in engines}
    for turn in range(ROUNDS):
        for name in random.sample(list(engines), len(engines)):
            if name != "micrograd" or turn % 20 == 0:
                times[name].append(block(engines[name], threads))
    result = {}
    for name, blocks in times.items():
        calm = [seconds for seconds, undisturbed in blocks if undisturbed]
        kept = calm if calm and threads > 1 else [seconds for seconds, _ in blocks]
        result[name] = (1e3 * statistics.median(kept), len(calm), len(blocks))
    return result


def child(threads: int) -> None:
    """Measure everything with so many threads and print it as JSON."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import torch

    from dlcourse.autograd import memory

    memory.keep_freed()  # for every engine in this process alike
    torch.set_num_threads(threads)
    print(json.dumps({workload: measure(workload, threads) for workload in WORKLOADS}))


def show(threads: int, results: dict[str, dict[str, Any]]) -> None:
    """Print the table of one number of threads."""
    table = Table(
        title=f"One training step with {threads} thread{'s' * (threads > 1)}, milliseconds"
    )
    table.add_column("engine")
    for workload in WORKLOADS:
        table.add_column(workload, justify="right")
    for name, title in NAMES.items():
        row = []
        for found in results.values():
            ms, base = found.get(name, [None])[0], found["torch"][0]
            row.append("" if ms is None else f"{ms:.3g} ({ms / base:.2f})")
        if any(row):
            table.add_row(title, *row, style="bold" if name == "ours" else "")
        else:
            table.add_row(title, "not installed")
    Console(width=100).print(table)
    calm = [n / of for found in results.values() for _, n, of in found.values()]
    print(f"In brackets: times PyTorch's. Undisturbed blocks: {statistics.mean(calm):.0%}.")


def main() -> None:
    """Measure with one and with two threads."""
    if len(sys.argv) > 1:
        child(int(sys.argv[1]))
        return
    for threads in (1, 2):
        libraries = ("OMP", "OPENBLAS", "MKL")
        several = "true" if threads > 1 else "false"
        env = os.environ | {f"{name}_NUM_THREADS": str(threads) for name in libraries}
        env["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={several}"
        run = [sys.executable, __file__, str(threads)]
        output = subprocess.run(run, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
        show(threads, json.loads(output.splitlines()[-1]))
    for workload, meaning in WORKLOADS.items():
        print(f"{workload}: {meaning}")


if __name__ == "__main__":
    main()
