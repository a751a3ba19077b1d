"""The page on the engine says what is so: its recipe runs, and what it quotes is in the source."""

import inspect
import re
import textwrap

import numpy as np
import torch

import dlcourse.autograd as ours
from dlcourse.paths import ROOT

PAGE = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_first_script_runs_on_both_engines():
    losses = []
    for name in ("dlcourse.autograd", "torch"):
        script = BLOCKS[0].replace("import dlcourse.autograd as torch", f"import {name} as torch")
        engine = ours if name == "dlcourse.autograd" else torch
        names = {
            "images": engine.tensor(np.full((8, 784), 0.5, np.float32)),
            "labels": engine.tensor(np.arange(8)),
        }
        exec(script, names)
        losses.append(names["loss"].item())
    np.testing.assert_allclose(*losses, rtol=1e-6)


def test_the_operation_that_it_quotes_is_the_one_in_the_source():
    assert BLOCKS[1] == textwrap.dedent(inspect.getsource(ours.Tensor.tanh))


def test_its_recipe_for_an_operation_is_right():
    names: dict = {}
    exec(BLOCKS[2], names)
    a, b = np.array([3.0, -5.0]), np.array([[4.0], [12.0]])
    results = []
    for engine, hypot in ((ours, names["hypot"]), (torch, torch.hypot)):
        x, z = engine.tensor(a, requires_grad=True), engine.tensor(b, requires_grad=True)
        y = hypot(x, z)
        y.sum().backward()
        results.append([y.detach().numpy(), np.asarray(x.grad), np.asarray(z.grad)])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, 1e-12)
    definition = BLOCKS[2][BLOCKS[2].index("def ") : BLOCKS[2].index("gradcheck(hypot")]
    assert len(definition.strip().splitlines()) < 10
