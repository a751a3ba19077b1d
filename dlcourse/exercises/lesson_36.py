"""Exercises of lesson 36, PyTorch."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.exercises import Exercise, plain
from dlcourse.exercises.compare import kind

_NAMES = {"torch": torch, "nn": nn, "F": F}


def _examples(rows: int) -> tuple[Tensor, Tensor]:
    """Return inputs (rows, 4) and classes (rows,) of three classes."""
    rng = np.random.default_rng([36, rows])
    return torch.tensor(rng.normal(size=(rows, 4))), torch.tensor(rng.integers(3, size=rows))


def _network() -> nn.Sequential:
    """Return a small network in double precision, always with the same weights."""
    model = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    rng = np.random.default_rng(36)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(rng.normal(size=p.shape)))
    return model


def _flat(tensors: Iterable[Tensor]) -> Tensor:
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def _close(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one.double(), other.double(), atol=1e-9)


def _judge_stack(Stack: Callable[[list[int]], Any]) -> str | None:
    """Look for the layers of networks of several depths, and at what comes out."""
    for sizes in ([4, 5, 3], [4, 4, 4, 4, 2], [4, 3]):
        model, other = Stack(list(sizes)), Stack(list(sizes))
        if not isinstance(model, nn.Module):
            return "a Stack has to be an nn.Module"
        wanted = [(n, k) for k, n in pairwise(sizes)]
        found = [tuple(p.shape) for p in model.parameters() if p.ndim == 2]
        if not found:
            return "parameters() still finds nothing: a plain list hides the layers from PyTorch"
        if len(found) < len(wanted):
            return (
                f"with sizes {sizes} parameters() finds {len(found)} of {len(wanted)} weight "
                "matrices: each layer needs weights of its own, and PyTorch must see them all"
            )
        if sorted(found) != sorted(wanted) or len(list(model.parameters())) != 2 * len(wanted):
            return f"with sizes {sizes} the weight matrices have the shapes {found}"
        if {*map(id, model.parameters())} & {*map(id, other.parameters())}:
            return "two Stacks share their weights: make new layers in __init__"
        x = torch.tensor(np.random.default_rng(sizes).normal(size=(len(sizes), 4))).float()
        given = model(x)
        if not isinstance(given, Tensor):
            return "forward has to return a tensor"
        problem = _stacked(model, x, given, wanted)
        if problem:
            return problem
    return None


def _stacked(model: nn.Module, x: Tensor, given: Tensor, wanted: list[tuple[int, int]]) -> str:
    """Say what is wrong with the scores, or with the way back from them; the layers are there."""
    values = list(model.parameters())
    matrices, biases = ([p for p in values if p.ndim == axes] for axes in (2, 1))
    if len(matrices) != len(biases):
        return "each layer has one bias per neuron, as nn.Linear makes them"
    layers = list(zip(matrices, biases, strict=True))
    orders = [
        order for order in permutations(layers) if [tuple(w.shape) for w, _ in order] == wanted
    ]
    for order in orders:  # they may have been registered in any
        right, bounded = _scores(order, x), _scores(order, x).tanh()
        if given.shape == right.shape and torch.allclose(given, bounded, atol=1e-6):
            return "tanh follows the last layer too; scores have no bounds"
        if given.shape == right.shape and torch.allclose(given, right, atol=1e-6):
            slopes = torch.autograd.grad(right.square().sum(), values)
            loss = given.square().sum()
            if not loss.requires_grad:
                return "the scores are right, but no gradient leads back from them"
            found = torch.autograd.grad(loss, values, allow_unused=True)
            if any(a is None or not _close(a, b) for a, b in zip(found, slopes, strict=True)):
                return "the scores are right, but their gradient does not reach every layer"
            return ""
    return "the layers are found, but forward does something else with them than before"


def _scores(layers: Iterable[tuple[Tensor, Tensor]], x: Tensor) -> Tensor:
    """Return what these weights and biases make of x, with tanh between them."""
    first, *others = layers
    x = F.linear(x, *first)
    for weight, bias in others:
        x = F.linear(x.tanh(), weight, bias)
    return x


def _batches(rows: int, size: int) -> list[tuple[Tensor, Tensor]]:
    """Return batches of `size` rows, the last of which may be smaller."""
    inputs, targets = _examples(rows)
    return list(zip(torch.split(inputs, size), torch.split(targets, size), strict=True))


_RUNS: tuple[tuple[Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer], int, int], ...] = (
    (lambda weights: torch.optim.SGD(weights, lr=0.5), 25, 10),
    (lambda weights: torch.optim.Adam(weights, lr=0.1), 7, 2),
)
"""An optimiser, and how many rows come in batches of which size."""

_DOINGS = {  # the loop's three doings in the order that a learner may give them
    "zero backward step": None,
    "backward step zero": None,  # the same, if grad was empty in the beginning
    "backward step": "nothing empties grad, so each step follows the sum of all batches so far",
    "(zero) backward step": (
        "zero_grad stands before the loop, so only the first batch finds a clean gradient"
    ),
    "backward zero step": "the weights never move: when the step comes, the gradient is gone",
}


def _weights_after(
    make: Callable[..., torch.optim.Optimizer], batches: list[tuple[Tensor, Tensor]], doings: str
) -> Tensor:
    """Return the weights after two passes in which each batch meets these doings in turn."""
    model = _network()
    optimizer = make(model.parameters())
    for _ in range(2):
        if "(zero)" in doings:
            optimizer.zero_grad()
        for x, y in batches:
            loss: Any = F.cross_entropy(model(x), y)
            calls = {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
            for doing in doings.removeprefix("(zero) ").split():
                calls[doing]()
    return _flat(model.parameters())


def _judge_epoch(train_epoch: Callable[..., object]) -> str | None:
    """Compare the weights after two passes with those of the loop, and of its known mistakes."""
    for make, rows, size in _RUNS:
        model, batches = _network(), _batches(rows, size)
        optimizer = make(model.parameters())
        try:
            train_epoch(model, optimizer, list(batches))
            train_epoch(model, optimizer, list(batches))
        except RuntimeError as error:
            if "inplace" not in str(error):
                raise
            return "the step comes before backward, and changes weights that backward still needs"
        got = _flat(model.parameters())
        known = [what for what in _DOINGS if _close(got, _weights_after(make, batches, what))]
        if not known:
            return "the weights do not end where they should: each batch makes one step, in order"
        if diagnosis := _DOINGS[known[0]]:
            return diagnosis
    return None


class _Watched(nn.Module):
    """Passes scores on, and notes how it was asked; a part of it has a mode of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.part = nn.Parameter(torch.ones(())), nn.Dropout(0)
        self.modes: list[bool] = []
        self.recorded: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes += [self.training, self.part.training]
        self.recorded.append(torch.is_grad_enabled())
        return x * self.scale


def _judge_evaluate(evaluate: Callable[..., object]) -> str | None:
    """Ask about batches of unequal sizes, of a model in training mode and of one that is not."""
    labels = torch.tensor([0, 1, 2, 0, 1, 2, 0])
    for answers in ([0, 1, 2, 0, 1, 2, 1], [1, 1, 2, 0, 2, 0, 0], [1, 2, 0, 1, 2, 0, 1], [*labels]):
        scores = F.one_hot(torch.tensor(answers), 3).double() - 5  # no probabilities
        for sizes in ([3, 3, 1], [2, 2, 2, 1], [7]):
            for training in (True, False):
                model = _Watched().train(training)
                batches = [
                    *zip(torch.split(scores, sizes), torch.split(labels, sizes), strict=True)
                ]
                share = evaluate(model, list(batches))
                given = plain(share)
                if kind(given) != "a number":
                    return "return one number, the share of right answers"
                problem = _left(model, training) or _counted(float(given), batches)
                if problem:
                    return problem
    return None


def _left(model: _Watched, training: bool) -> str | None:
    """Say what is wrong with how the model was asked and how it was left."""
    if not model.modes:
        return "the model is never asked: call it on the inputs of each batch"
    if any(model.modes):
        return "the model is asked in training mode: dropout would play dice with its answers"
    if any(model.recorded):
        return "PyTorch records a graph that nobody walks back: ask inside torch.no_grad()"
    if not torch.is_grad_enabled():
        return "gradients stay off afterwards: with torch.no_grad() puts them back"
    if {model.training, model.part.training} != {training}:
        return "the model is left in another mode than it came in; put the old one back"
    return None


def _counted(share: float, batches: list[tuple[Tensor, Tensor]]) -> str | None:
    """Say what is wrong with the share of right answers."""
    right = [(x.argmax(dim=1) == y).double() for x, y in batches]
    every = torch.cat(right)
    if abs(share - every.mean()) < 1e-6:
        return None
    if abs(share - every.sum()) < 1e-6:
        return "that is how many answers are right; divide by how many there are"
    if abs(share - torch.stack([batch.mean() for batch in right]).mean()) < 1e-6:
        return "the batches have unequal sizes, and the mean of their shares is not that of all"
    return f"of {len(every)} answers {every.sum():.0f} are right, and your share is {share:.3g}"


def _judge_pieces(gradient_in_pieces: Callable[..., object]) -> str | None:
    """Compare the gradient with that of the whole batch, and watch how much is seen at once."""
    for rows, size in ((12, 4), (10, 4), (5, 8), (7, 1)):
        inputs, targets = _examples(rows)
        whole, model = _network(), _network()
        loss: Any = F.cross_entropy(whole(inputs), targets)
        loss.backward()
        for p in model.parameters():
            p.grad = torch.ones_like(p)  # left over from an earlier step
        seen, waiting = _watch(model)
        gradient_in_pieces(model, inputs, targets, size)
        if max(seen, default=0) > size:
            return f"the model is given {max(seen)} rows at once, where {size} fit into memory"
        if sum(seen) != rows:
            return f"the model sees {sum(seen)} rows of a batch of {rows}"
        if max(waiting, default=0) > 1:
            return (
                f"the graphs of {max(waiting)} pieces wait for one backward at the end, and fill "
                "the memory as the whole batch would: walk back after each piece"
            )
        if not torch.equal(_flat(model.parameters()), _flat(whole.parameters())):
            return "the weights have moved: find the gradient, and leave the step to an optimiser"
        problem = _compared(model, _flat(_gradients(whole)), inputs, targets, size)
        if problem:
            return problem
    return None


def _watch(model: nn.Module) -> tuple[list[int], list[int]]:
    """Let a model note how many rows it sees at once, and how many graphs wait for a walk back."""
    seen: list[int] = []
    waiting: list[int] = []
    walked: list[Tensor] = []

    def asked(_: nn.Module, x: tuple[Tensor], output: Tensor) -> None:
        seen.append(len(x[0]))
        waiting.append(len(seen) - len(walked))
        if output.requires_grad:
            output.register_hook(walked.append)  # type: ignore[no-untyped-call]

    model.register_forward_hook(asked)
    return seen, waiting


def _gradients(model: nn.Module) -> Iterator[Tensor]:
    for p in model.parameters():
        yield torch.zeros_like(p) if p.grad is None else p.grad


def _compared(
    model: nn.Module, right: Tensor, inputs: Tensor, targets: Tensor, size: int
) -> str | None:
    """Say what is wrong with the gradient that was collected."""
    got = _flat(_gradients(model))
    if _close(got, right):
        return None
    if _close(got, right + 1):
        return "what an earlier step left in grad is still in it: zero it first"
    if _close(got, right * len(inputs)):
        return "that is the gradient of the summed loss: divide by the number of all rows"
    other = _network()
    pieces = list(zip(torch.split(inputs, size), torch.split(targets, size), strict=True))
    for x, y in pieces:
        loss: Any = F.cross_entropy(other(x), y)
        loss.backward()
    added = _flat(_gradients(other))
    if _close(got, added):
        return "the pieces' mean losses are added up: each piece counts by its share of the rows"
    if _close(got, added / len(pieces)):
        return "the last piece is smaller and counts less: weigh each piece by its rows"
    return "this is not the gradient of the mean loss over the whole batch"


EXERCISES = (
    Exercise(
        id="36.products",
        stub="products = ...",
        solution="products = 8",
        hints=(
            "Forward, a layer makes one product. Backward, which gradients does it have to find?",
            "Backward, a layer makes one product for its weights and one for its inputs.",
            "The inputs of the first layer are pictures. Does anybody ask for their gradient?",
        ),
        misconceptions=(
            (
                "nobody asks for the gradient along the pictures, so the first layer spares it",
                "products = 9",
            ),
            (
                "backward, a layer also finds the gradient of its inputs, for the layer below",
                "products = 6",
            ),
            ("those are the products of the forward pass alone", "products = 3"),
            ("that was for two layers; here are three", "products = 5"),
        ),
    ),
    Exercise(
        id="36.stack",
        stub='''
            class Stack(nn.Module):
                """Linear layers of the given sizes, with tanh between them."""

                def __init__(self, sizes):
                    super().__init__()
                    self.layers = [nn.Linear(n, k) for n, k in pairwise(sizes)]

                def forward(self, x):
                    for layer in self.layers[:-1]:
                        x = torch.tanh(layer(x))
                    return self.layers[-1](x)
        ''',
        solution='''
            class Stack(nn.Module):
                """Linear layers of the given sizes, with tanh between them."""

                def __init__(self, sizes):
                    super().__init__()
                    self.layers = nn.ModuleList(nn.Linear(n, k) for n, k in pairwise(sizes))

                def forward(self, x):
                    for layer in self.layers[:-1]:
                        x = torch.tanh(layer(x))
                    return self.layers[-1](x)
        ''',
        hints=(
            "Make a Stack and look at list(Stack([4, 5, 3]).parameters()).",
            "A module finds parameters and modules among its attributes, but not inside a list.",
            "nn.ModuleList(…) is a list that a module looks into: put it around the layers.",
        ),
        misconceptions=(
            (
                "with sizes [4, 5, 3] parameters() finds 1 of 2 weight matrices: each layer needs "
                "weights of its own, and PyTorch must see them all",
                """
                class Stack(nn.Module):
                    def __init__(self, sizes):
                        super().__init__()
                        self.layers = [nn.Linear(n, k) for n, k in pairwise(sizes)]
                        self.last = self.layers[-1]

                    def forward(self, x):
                        for layer in self.layers[:-1]:
                            x = torch.tanh(layer(x))
                        return self.last(x)
                """,
            ),
            (
                "parameters() still finds nothing: a plain list hides the layers from PyTorch",
                """
                class Stack(nn.Module):
                    def __init__(self, sizes):
                        super().__init__()
                        self.layers = tuple(nn.Linear(n, k) for n, k in pairwise(sizes))

                    def forward(self, x):
                        for layer in self.layers[:-1]:
                            x = torch.tanh(layer(x))
                        return self.layers[-1](x)
                """,
            ),
            (
                "tanh follows the last layer too; scores have no bounds",
                """
                class Stack(nn.Module):
                    def __init__(self, sizes):
                        super().__init__()
                        self.layers = nn.ModuleList(nn.Linear(n, k) for n, k in pairwise(sizes))

                    def forward(self, x):
                        for layer in self.layers:
                            x = torch.tanh(layer(x))
                        return x
                """,
            ),
        ),
        judge=_judge_stack,
        given=_NAMES | {"pairwise": pairwise},
    ),
    Exercise(
        id="36.epoch",
        stub='''
            def train_epoch(model, optimizer, batches):
                """One pass over the batches, each a pair (x, y)."""
                for x, y in batches:  # data
                    loss = F.cross_entropy(model(x), y)  # forward, loss
                    loss.backward()  # backward
                    optimizer.zero_grad()  # zero
                    optimizer.step()  # step
        ''',
        solution='''
            def train_epoch(model, optimizer, batches):
                """One pass over the batches, each a pair (x, y)."""
                for x, y in batches:  # data
                    loss = F.cross_entropy(model(x), y)  # forward, loss
                    optimizer.zero_grad()  # zero
                    loss.backward()  # backward
                    optimizer.step()  # step
        ''',
        hints=(
            "What is in grad at the moment of the step?",
            "backward fills grad, zero_grad empties it, step uses it. In which order?",
            "Empty, fill, use: put zero_grad before backward.",
        ),
        misconceptions=(
            (
                "nothing empties grad, so each step follows the sum of all batches so far",
                """
                def train_epoch(model, optimizer, batches):
                    for x, y in batches:
                        loss = F.cross_entropy(model(x), y)
                        loss.backward()
                        optimizer.step()
                """,
            ),
            (
                "zero_grad stands before the loop, so only the first batch finds a clean gradient",
                """
                def train_epoch(model, optimizer, batches):
                    optimizer.zero_grad()
                    for x, y in batches:
                        loss = F.cross_entropy(model(x), y)
                        loss.backward()
                        optimizer.step()
                """,
            ),
            (
                "the weights never move: when the step comes, the gradient is gone",
                """
                def train_epoch(model, optimizer, batches):
                    for x, y in batches:
                        F.cross_entropy(model(x), y).backward()
                        model.zero_grad()
                        optimizer.step()
                """,
            ),
            (
                "the step comes before backward, and changes weights that backward still needs",
                """
                def train_epoch(model, optimizer, batches):
                    for x, y in batches:
                        loss = F.cross_entropy(model(x), y)
                        optimizer.step()
                        optimizer.zero_grad()
                        loss.backward()
                """,
            ),
        ),
        judge=_judge_epoch,
        given=_NAMES,
    ),
    Exercise(
        id="36.floor",
        stub='''
            def smallest_loss(classes):
                """The smallest cross-entropy when the scores are probabilities already."""
                ...
        ''',
        solution='''
            def smallest_loss(classes):
                """The smallest cross-entropy when the scores are probabilities already."""
                return math.log(1 + (classes - 1) / math.e)
        ''',
        hints=(
            "The best that the network can say is 1 for the right class and 0 for the others.",
            "cross_entropy takes softmax once more: e¹ for one class, e⁰ = 1 for each other.",
            "The loss is −ln(e / (e + classes − 1)).",
        ),
        misconceptions=(
            (
                "zero would need a score that is infinitely far ahead; here it is ahead by 1",
                "def smallest_loss(classes): return 0.0",
            ),
            (
                "that is the loss of a network that knows nothing; this one knows everything",
                "def smallest_loss(classes): return math.log(classes)",
            ),
            (
                "the right class is among the classes: the others are one fewer",
                "def smallest_loss(classes): return math.log(1 + classes / math.e)",
            ),
            (
                "a loss is the logarithm with its sign turned, −ln p",
                "def smallest_loss(classes): return -math.log(1 + (classes - 1) / math.e)",
            ),
        ),
        cases=lambda rng: [(1,), (2,), (3,), (10,), (100,), (1000,)],
    ),
    Exercise(
        id="36.evaluate",
        stub='''
            def evaluate(model, batches):
                """Share of right answers over batches (x, y); the model is left as it was."""
                ...
        ''',
        solution='''
            def evaluate(model, batches):
                """Share of right answers over batches (x, y); the model is left as it was."""
                mode, right, rows = model.training, 0, 0
                model.eval()
                with torch.no_grad():
                    for x, y in batches:
                        right += (model(x).argmax(dim=1) == y).sum()
                        rows += len(y)
                model.train(mode)
                return (right / rows).item()
        ''',
        hints=(
            "Four things: evaluation mode, no graph, all rows counted alike, the old mode again.",
            "Count right answers and rows over all batches inside torch.no_grad(); divide once.",
            "mode = model.training; model.eval(); …; model.train(mode); return right / rows.",
        ),
        misconceptions=(
            (
                "the batches have unequal sizes, and the mean of their shares is not that of all",
                """
                def evaluate(model, batches):
                    mode, shares = model.training, []
                    model.eval()
                    with torch.no_grad():
                        for x, y in batches:
                            shares.append((model(x).argmax(dim=1) == y).double().mean().item())
                    model.train(mode)
                    return sum(shares) / len(shares)
                """,
            ),
            (
                "the model is asked in training mode: dropout would play dice with its answers",
                """
                def evaluate(model, batches):
                    right, rows = 0, 0
                    with torch.no_grad():
                        for x, y in batches:
                            right += (model(x).argmax(dim=1) == y).sum().item()
                            rows += len(y)
                    return right / rows
                """,
            ),
            (
                "PyTorch records a graph that nobody walks back: ask inside torch.no_grad()",
                """
                def evaluate(model, batches):
                    mode, right, rows = model.training, 0, 0
                    model.eval()
                    for x, y in batches:
                        right += (model(x).argmax(dim=1) == y).sum().item()
                        rows += len(y)
                    model.train(mode)
                    return right / rows
                """,
            ),
            (
                "the model is left in another mode than it came in; put the old one back",
                """
                def evaluate(model, batches):
                    right, rows = 0, 0
                    model.eval()
                    with torch.no_grad():
                        for x, y in batches:
                            right += (model(x).argmax(dim=1) == y).sum().item()
                            rows += len(y)
                    return right / rows
                """,
            ),
            (
                "that is how many answers are right; divide by how many there are",
                """
                def evaluate(model, batches):
                    mode = model.training
                    model.eval()
                    with torch.no_grad():
                        right = sum((model(x).argmax(1) == y).sum().item() for x, y in batches)
                    model.train(mode)
                    return right
                """,
            ),
        ),
        judge=_judge_evaluate,
        given=_NAMES,
    ),
    Exercise(
        id="36.pieces",
        stub='''
            def gradient_in_pieces(model, inputs, targets, size):
                """Leave the mean loss's gradient in grad; the model sees `size` rows at once."""
                ...
        ''',
        solution='''
            def gradient_in_pieces(model, inputs, targets, size):
                """Leave the mean loss's gradient in grad; the model sees `size` rows at once."""
                model.zero_grad()
                for x, y in zip(inputs.split(size), targets.split(size)):
                    loss = F.cross_entropy(model(x), y, reduction="sum") / len(inputs)
                    loss.backward()
        ''',
        hints=(
            "backward adds to grad. This once, that is what we want.",
            "The mean over all rows is the sum of the pieces' sums, divided by all rows.",
            'Zero once; then F.cross_entropy(…, reduction="sum") / len(inputs) for each piece.',
        ),
        misconceptions=(
            (
                "the pieces' mean losses are added up: each piece counts by its share of the rows",
                """
                def gradient_in_pieces(model, inputs, targets, size):
                    model.zero_grad()
                    for x, y in zip(inputs.split(size), targets.split(size)):
                        F.cross_entropy(model(x), y).backward()
                """,
            ),
            (
                "the last piece is smaller and counts less: weigh each piece by its rows",
                """
                def gradient_in_pieces(model, inputs, targets, size):
                    model.zero_grad()
                    pieces = list(zip(inputs.split(size), targets.split(size)))
                    for x, y in pieces:
                        (F.cross_entropy(model(x), y) / len(pieces)).backward()
                """,
            ),
            (
                "what an earlier step left in grad is still in it: zero it first",
                """
                def gradient_in_pieces(model, inputs, targets, size):
                    for x, y in zip(inputs.split(size), targets.split(size)):
                        loss = F.cross_entropy(model(x), y, reduction="sum") / len(inputs)
                        loss.backward()
                """,
            ),
            (
                "the model is given 12 rows at once, where 4 fit into memory",
                """
                def gradient_in_pieces(model, inputs, targets, size):
                    model.zero_grad()
                    F.cross_entropy(model(inputs), targets).backward()
                """,
            ),
            (
                "the weights have moved: find the gradient, and leave the step to an optimiser",
                """
                def gradient_in_pieces(model, inputs, targets, size):
                    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                    optimizer.zero_grad()
                    for x, y in zip(inputs.split(size), targets.split(size)):
                        loss = F.cross_entropy(model(x), y, reduction="sum") / len(inputs)
                        loss.backward()
                    optimizer.step()
                """,
            ),
        ),
        judge=_judge_pieces,
        given=_NAMES,
    ),
)
