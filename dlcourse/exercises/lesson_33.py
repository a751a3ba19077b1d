"""Exercises of lesson 33, autograd."""

import math
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import numpy as np

from dlcourse.autograd import Tensor, record, tensor
from dlcourse.exercises import Exercise, difference, plain

_clock = count()


def _slopes(loss: Any, inputs: Iterable[Any]) -> list[float]:
    """Return the slope of a value along each input, path by path over the edges it remembers."""

    def along(node: Any, x: Any) -> float:
        if node is x:
            return 1.0
        return sum(float(slope) * along(below, x) for below, slope in node.edges)

    return [along(loss, x) for x in inputs]


OPERATIONS: tuple[tuple[str, Callable[..., Any], Callable[..., float], Callable[..., Any]], ...] = (
    ("__add__", lambda a, b: a + b, lambda a, b: a + b, lambda a, b: [1, 1]),
    ("__sub__", lambda a, b: a - b, lambda a, b: a - b, lambda a, b: [1, -1]),
    ("__mul__", lambda a, b: a * b, lambda a, b: a * b, lambda a, b: [b, a]),
    ("tanh", lambda a: a.tanh(), math.tanh, lambda a: [1 - math.tanh(a) ** 2]),
)
"""Of each operation: its name, how it is called, its value, and its slopes."""

DIAGNOSES: dict[str, tuple[tuple[str, Callable[..., Any]], ...]] = {
    "__sub__": (("a − b falls by 1 for each unit of b: that slope is −1", lambda a, b: [1, 1]),),
    "__mul__": (
        ("the slopes of a product are swapped: a unit of a moves a · b by b", lambda a, b: [a, b]),
        ("the slopes of a product are not 1 and 1, those are of a sum", lambda a, b: [1, 1]),
    ),
    "tanh": (
        ("the slope of tanh is 1 − y², with y = tanh(x), not with x", lambda a: [1 - a * a]),
        ("the slope of tanh is 1 − y², with a square", lambda a: [1 - math.tanh(a)]),
    ),
}


def _judge_operators(Value: Callable[[float], Any]) -> str | None:
    """Look at the value and at the slopes of each operation, then at all of them in one formula."""
    for a, b in ((3.0, -2.0), (-0.5, 4.0), (0.25, 0.25), (0, 1)):
        for name, call, value, slopes in OPERATIONS:
            numbers = (a,) if name == "tanh" else (a, b)
            inputs = [Value(number) for number in numbers]
            y = call(*inputs)
            if y is None or y is ...:
                return f"{name} returns nothing yet: end it with return Value(…, […])"
            if not hasattr(y, "data") or not hasattr(y, "edges"):
                return f"{name} has to return a Value, which remembers its edges"
            born = [x.born for x in (*inputs, y)]
            if sorted({*born}) != born:
                return "a Value is numbered at its birth, after its inputs: born = next(clock)"
            if any(x.data != number or x.grad for x, number in zip(inputs, numbers, strict=True)):
                return f"{name} changes its inputs: make a new Value"
            if not math.isclose(y.data, value(*numbers), rel_tol=1e-6, abs_tol=1e-9):
                return f"the number that {name} computes is not right"
            got = _slopes(y, inputs)
            if np.allclose(got, slopes(*numbers), rtol=1e-6, atol=1e-9):
                continue
            if not any(got):
                return f"{name} remembers no edge, so nothing leads back to its inputs"
            for diagnosis, wrong in DIAGNOSES.get(name, ()):
                if np.allclose(got, wrong(*numbers)):
                    return diagnosis
            if len(got) == 2 and 0 in got and 0 not in slopes(*numbers):
                return f"{name} remembers one of its two inputs; both of them move the result"
            return f"the number that {name} computes is right, but its slopes are not"
    x, y = Value(0.5), math.tanh(0.25)
    if not np.allclose(_slopes(x * x - (x * x).tanh() * x, [x]), 1 - y - 0.5 * (1 - y * y)):
        return "each operation is right alone, but not where its inputs were computed themselves"
    return None


class _Node:
    """A value of the lesson's engine, as far as its backward pass sees it."""

    def __init__(self, edges: Iterable[tuple["_Node", float]] = ()) -> None:
        self.edges, self.grad, self.born = edges, 0.0, next(_clock)


def _history(loss: _Node) -> list[_Node]:
    """Return everything that loss was computed from, the newest first."""
    found, waiting = {loss}, [loss]
    while waiting:
        new = {x for x, _ in waiting.pop().edges} - found
        found |= new
        waiting += new
    return sorted(found, key=lambda node: node.born, reverse=True)


def _loss(a: _Node, b: _Node) -> _Node:
    """Return a loss whose slope is 5·(2 + 3·4) = 70 along a and −6·(2 + 3·4) = −84 along b."""
    c = _Node([(a, 5.0), (b, -6.0)])
    d = _Node([(c, 3.0)])
    return _Node([(c, 2.0), (d, 4.0)])


def _judge_twice(backward: Callable[[Any], object]) -> str | None:
    """Walk one graph, then another with the same inputs, then the first one again."""
    a, b = _Node(), _Node()
    first = _loss(a, b)
    backward(first)
    if (a.grad, b.grad) == (0, 0):
        return "the inputs end with nothing: what arrives at them has to stay there"
    if not np.allclose((a.grad, b.grad), (70, -84)):
        return "the first walk through a graph is wrong already"
    backward(_loss(a, b))
    if not np.allclose((a.grad, b.grad), (140, -168)):
        return "the inputs forget what an earlier loss has told them; it should be added up"
    try:
        backward(first)
    except RuntimeError:
        return None
    if np.allclose((a.grad, b.grad), (140, -168)):
        return "the second walk does nothing and says nothing: do it right, or refuse it"
    if not np.allclose((a.grad, b.grad), (210, -252)):
        return "what the first walk left in the nodes between is handed on once more"
    return _judge_shared(backward)


def _judge_shared(backward: Callable[[Any], object]) -> str | None:
    """Walk back from two losses that share a node, then from one of them for a third time."""
    a = _Node()
    shared = _Node([(a, 3.0)])
    one, other = _Node([(shared, 2.0)]), _Node([(shared, 5.0), (a, 1.0)])
    backward(one)
    backward(other)
    if not math.isclose(a.grad, 6 + 16):
        return "two losses share a node, and what the first left in it is handed on by the second"
    backward(one)
    backward(one)
    if not math.isclose(a.grad, 6 + 16 + 6 + 6):
        return "the second walk is right, but not the third one"
    return None


GRAPHS: tuple[tuple[dict[str, list[str]], str], ...] = (
    ({"loss": []}, "loss"),
    ({"a": [], "loss": ["a"]}, "loss"),
    ({"a": [], "b": ["a", "a"], "c": ["b"], "d": ["c"], "L": ["b", "d"]}, "L"),
    ({"a": [], "b": ["a"], "c": ["a", "b"], "d": ["c", "a"], "L": ["d", "b", "c"]}, "L"),
    ({"a": [], "x": [], "b": ["a"], "L": ["b", "a"], "y": ["L", "x"]}, "L"),
    ({"out": ["w2", "h"], "w1": [], "h": ["w1", "x"], "w2": [], "x": []}, "out"),  # not by age
    ({"d": ["b", "c"], "c": ["b"], "b": ["a"], "a": []}, "d"),
)


def _needed(inputs: dict[str, list[str]], last: str) -> set[str]:
    """Return all that `last` depends on, itself among them."""
    return {last}.union(*(_needed(inputs, x) for x in inputs[last]))


def _in_order(order: list[str], inputs: dict[str, list[str]]) -> bool:
    place = {node: i for i, node in enumerate(order)}
    return all(place[node] < place[x] for node in order for x in inputs[node])


def _judge_order(backward_order: Callable[[Any, str], object]) -> str | None:
    """Say what is wrong with the orders of several graphs; any order that works is right."""
    for inputs, last in GRAPHS:
        given = {node: [*below] for node, below in inputs.items()}
        answer = backward_order(given, last)
        if not isinstance(answer, list | tuple) or not all(type(node) is str for node in answer):
            return "return a list of the names of nodes"
        if given != inputs:
            return "backward_order changes its argument inputs: work on a copy of it"
        order, needed = list(answer), _needed(inputs, last)
        if len({*order}) < len(order):
            return "a node stands in the list more than once, so it would hand on its message twice"
        if not needed >= {*order}:
            return "the loss does not depend on some of these nodes; leave them out"
        if {*order} != needed:
            return "some nodes are missing"
        if _in_order(order, inputs):
            continue
        if _in_order(order[::-1], inputs):
            return "this is the order of the forward pass; turn it round, so that the loss is first"
        return "a node speaks before another one that still has a message for it"
    return None


def _judge_softplus(softplus: Callable[[Tensor], object]) -> str | None:
    """Compare values and gradients, weighted ones too, with those of ln(1 + eˣ)."""
    rng = np.random.default_rng(33)
    drawn = [rng.normal(size=shape) for shape in (3, (2, 4), ())]
    far = np.array([-800.0, -40, 0, 40, 800])
    for x in (*drawn, far, far.astype(np.float32)):
        input, g = tensor(x, requires_grad=True), rng.normal(size=x.shape).astype(x.dtype)
        y = softplus(input)
        if not np.array_equal(input.data, x):
            return "softplus changes its input"
        if not isinstance(y, Tensor):
            return "return a tensor: record(value, (input, function)) makes one"
        if y is input or difference(plain(np.logaddexp(0, x)), plain(y.data)):
            if np.abs(x).max() > 100 and not np.isfinite(y.data).all() and x.shape == y.shape:
                return "eˣ overflows for large x: let np.logaddexp(0, x) add up e⁰ and eˣ"
            return "the value is not ln(1 + eˣ)"
        if not y.requires_grad:
            return "the value is right, but nothing leads back to the input: record the edge"
        y.backward(g)
        slope = np.exp(x - np.logaddexp(0, x))
        if not difference(plain(slope), plain(input.grad)):
            return "g is missing: multiply the slope by what comes back from above"
        if difference(plain(g * slope), plain(input.grad)):
            return "the value is right, but its slope is eˣ / (1 + eˣ), for large x too"
    return None


def _value(
    sub: str = "Value(self.data - other.data, [(self, 1.0), (other, -1.0)])",
    mul: str = "Value(self.data * other.data, [(self, other.data), (other, self.data)])",
    tanh: str = "Value(math.tanh(self.data), [(self, 1 - math.tanh(self.data) ** 2)])",
) -> str:
    """Return the source of a Value whose operations return what is given here."""
    return f"""
        class Value:
            def __init__(self, data, edges=()):
                self.data, self.edges, self.grad, self.born = data, edges, 0.0, next(clock)

            def __add__(self, other):
                return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

            def __sub__(self, other):
                return {sub}

            def __mul__(self, other):
                return {mul}

            def tanh(self):
                return {tanh}
    """


def _graphs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return an input alone, a chain, and forks, with slopes drawn at random."""
    shapes: tuple[tuple[dict[str, list[str]], str], ...] = (
        ({}, "a"),
        ({"b": ["a"], "L": ["b"]}, "L"),
        ({"b": ["a"], "c": ["a"], "L": ["b", "c"]}, "L"),
        ({"h": ["w", "x"], "g": ["h"], "y": ["g", "h"], "loss": ["h", "y", "x"]}, "loss"),
    )
    return [
        ({node: {x: float(rng.normal()) for x in below} for node, below in shape.items()}, last)
        for shape, last in shapes
    ] + [({"b": {"a": 0, "x": 2}, "c": {"b": 3, "a": 5, "y": 0}}, "c")]


EXERCISES = (
    Exercise(
        id="33.product",
        stub="product_slopes = ...",
        solution="product_slopes = (-2, 3)",
        hints=(
            "Move a by one unit and leave b where it is. By how much does a · b move?",
            "The product moves by b for each unit of a, and by a for each unit of b.",
            "The first slope is b, the second is a. Put their numbers in.",
        ),
        misconceptions=(
            (
                "the two are swapped: a unit of a moves the product by b",
                "product_slopes = (3, -2)",
            ),
            ("those are the slopes of a sum; this is a product", "product_slopes = (1, 1)"),
            ("that is the product itself; how fast does it move?", "product_slopes = (-6, -6)"),
        ),
    ),
    Exercise(
        id="33.operators",
        stub='''
            class Value:
                """A number that remembers how it was made."""

                def __init__(self, data, edges=()):
                    self.data, self.edges = data, edges  # edges: pairs of (input, slope)
                    self.grad, self.born = 0.0, next(clock)

                def __add__(self, other):
                    return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

                def __sub__(self, other): ...

                def __mul__(self, other): ...

                def tanh(self): ...
        ''',
        solution='''
            class Value:
                """A number that remembers how it was made."""

                def __init__(self, data, edges=()):
                    self.data, self.edges = data, edges  # edges: pairs of (input, slope)
                    self.grad, self.born = 0.0, next(clock)

                def __add__(self, other):
                    return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

                def __sub__(self, other):
                    return Value(self.data - other.data, [(self, 1.0), (other, -1.0)])

                def __mul__(self, other):
                    return Value(self.data * other.data, [(self, other.data), (other, self.data)])

                def tanh(self):
                    y = math.tanh(self.data)
                    return Value(y, [(self, 1 - y * y)])
        ''',
        hints=(
            "Each operation is one line like __add__: the number, then a pair for each input.",
            "a − b moves by 1 and by −1, a · b by b and by a. For y = tanh(x) it is 1 − y².",
            "return Value(self.data * other.data, [(self, other.data), (other, self.data)]), and "
            "for tanh return Value(y, [(self, 1 - y * y)]).",
        ),
        misconceptions=(
            (
                "a − b falls by 1 for each unit of b: that slope is −1",
                _value(sub="Value(self.data - other.data, [(self, 1.0), (other, 1.0)])"),
            ),
            (
                "the slopes of a product are swapped: a unit of a moves a · b by b",
                _value(
                    mul="Value(self.data * other.data, [(self, self.data), (other, other.data)])"
                ),
            ),
            (
                "the slope of tanh is 1 − y², with y = tanh(x), not with x",
                _value(tanh="Value(math.tanh(self.data), [(self, 1 - self.data**2)])"),
            ),
            (
                "__mul__ remembers no edge, so nothing leads back to its inputs",
                _value(mul="Value(self.data * other.data)"),
            ),
        ),
        judge=_judge_operators,
        given={"clock": _clock},
    ),
    Exercise(
        id="33.accumulate",
        stub='''
            def sweep(slopes, last):
                """The slope of `last` along every node; slopes[node] maps its inputs to slopes."""
                g = {last: 1.0}
                for node in reversed(slopes):
                    for x, slope in slopes[node].items():
                        g[x] = g[node] * slope
                return g
        ''',
        solution='''
            def sweep(slopes, last):
                """The slope of `last` along every node; slopes[node] maps its inputs to slopes."""
                g = {last: 1.0}
                for node in reversed(slopes):
                    for x, slope in slopes[node].items():
                        g[x] = g.get(x, 0.0) + g[node] * slope
                return g
        ''',
        hints=(
            "On a chain it works. Try a node that two others use: how many messages does it get?",
            "The second message to x takes the place of the first. What should happen to both?",
            "Add the new message to what x has already: g.get(x, 0.0) + g[node] * slope.",
        ),
        misconceptions=(
            (
                "the last message still overwrites the others; add it to them",
                """
                def sweep(slopes, last):
                    g = {last: 1.0}
                    for node in reversed(slopes):
                        g.update({x: g[node] * slope for x, slope in slopes[node].items()})
                    return g
                """,
            ),
            (
                "only the first message counts now; all of them do",
                """
                def sweep(slopes, last):
                    g = {last: 1.0}
                    for node in reversed(slopes):
                        for x, slope in slopes[node].items():
                            g.setdefault(x, g[node] * slope)
                    return g
                """,
            ),
            (
                "where paths meet, slopes add; they multiply along a path",
                """
                def sweep(slopes, last):
                    g = {last: 1.0}
                    for node in reversed(slopes):
                        for x, slope in slopes[node].items():
                            g[x] = g.get(x, 1.0) * g[node] * slope
                    return g
                """,
            ),
            (
                "you add up the slopes alone; each has to be multiplied by the message, g[node]",
                """
                def sweep(slopes, last):
                    g = {last: 1.0}
                    for node in reversed(slopes):
                        for x, slope in slopes[node].items():
                            g[x] = g.get(x, 0.0) + slope
                    return g
                """,
            ),
        ),
        cases=_graphs,
    ),
    Exercise(
        id="33.order",
        stub='''
            def backward_order(inputs, last):
                """What `last` depends on, each node before its inputs; inputs[node] lists those."""
                order = []

                def visit(node):
                    if node not in order:
                        order.append(node)
                        for x in inputs[node]:
                            visit(x)

                visit(last)
                return order
        ''',
        solution='''
            def backward_order(inputs, last):
                """What `last` depends on, each node before its inputs; inputs[node] lists those."""
                order = []

                def visit(node):
                    if node not in order:
                        for x in inputs[node]:
                            visit(x)
                        order.append(node)

                visit(last)
                return order[::-1]
        ''',
        hints=(
            "L uses b and d, d uses c, c uses b. In which place does b end up, and in which c?",
            "A node is entered on first sight, before we know who else uses it. Enter it later.",
            "Append a node after its inputs have been visited, and return the list turned round.",
        ),
        misconceptions=(
            (
                "a node speaks before another one that still has a message for it",
                """
                def backward_order(inputs, last):
                    order, waiting = [], [last]
                    while waiting:
                        node = waiting.pop(0)
                        if node not in order:
                            order.append(node)
                            waiting += inputs[node]
                    return order
                """,
            ),
            (
                "this is the order of the forward pass; turn it round, so that the loss is first",
                """
                def backward_order(inputs, last):
                    order = []

                    def visit(node):
                        if node not in order:
                            for x in inputs[node]:
                                visit(x)
                            order.append(node)

                    visit(last)
                    return order
                """,
            ),
            (
                "a node stands in the list more than once, so it would hand on its message twice",
                """
                def backward_order(inputs, last):
                    order, waiting = [], [last]
                    while waiting:
                        order.append(waiting.pop(0))
                        waiting += inputs[order[-1]]
                    return order
                """,
            ),
            (
                "the loss does not depend on some of these nodes; leave them out",
                "def backward_order(inputs, last): return list(inputs)[::-1]",
            ),
        ),
        judge=_judge_order,
    ),
    Exercise(
        id="33.twice",
        stub='''
            def backward(loss):
                """Add the slope of loss along each input to the input's grad, at every call."""
                loss.grad = 1.0
                for node in history(loss):
                    for x, slope in node.edges:
                        x.grad += node.grad * slope
        ''',
        solution='''
            def backward(loss):
                """Add the slope of loss along each input to the input's grad, at every call."""
                between = [node for node in history(loss) if node.edges]
                for node in between:
                    node.grad = 0.0
                loss.grad = 1.0
                for node in history(loss):
                    for x, slope in node.edges:
                        x.grad += node.grad * slope
        ''',
        hints=(
            "After the first walk, which nodes still hold a number that is not needed any more?",
            "Inputs, the nodes without edges, keep their sums. All others must start from zero.",
            "Before the walk: for each node of history(loss) that has edges, set grad to 0.0.",
        ),
        misconceptions=(
            (
                "the inputs forget what an earlier loss has told them; it should be added up",
                """
                def backward(loss):
                    for node in history(loss):
                        node.grad = 0.0
                    loss.grad = 1.0
                    for node in history(loss):
                        for x, slope in node.edges:
                            x.grad += node.grad * slope
                """,
            ),
            (
                "the inputs end with nothing: what arrives at them has to stay there",
                """
                def backward(loss):
                    loss.grad = 1.0
                    for node in history(loss):
                        for x, slope in node.edges:
                            x.grad += node.grad * slope
                        node.grad = 0.0
                """,
            ),
            (
                "the second walk does nothing and says nothing: do it right, or refuse it",
                """
                def backward(loss):
                    if loss.grad:
                        return
                    loss.grad = 1.0
                    for node in history(loss):
                        for x, slope in node.edges:
                            x.grad += node.grad * slope
                """,
            ),
            (
                "what the first walk left in the nodes between is handed on once more",
                """
                def backward(loss):
                    loss.grad += 1.0
                    for node in history(loss):
                        for x, slope in node.edges:
                            x.grad += node.grad * slope
                """,
            ),
        ),
        judge=_judge_twice,
        given={"history": _history},
    ),
    Exercise(
        id="33.unbroadcast",
        stub='''
            def unbroadcast(g, shape):
                """Sum g over the axes along which an array of `shape` was repeated to make g's."""
                ...
        ''',
        solution='''
            def unbroadcast(g, shape):
                """Sum g over the axes along which an array of `shape` was repeated to make g's."""
                g = g.sum(axis=tuple(range(g.ndim - len(shape))))
                repeated = tuple(i for i, length in enumerate(shape) if length == 1)
                return g.sum(axis=repeated, keepdims=True)
        ''',
        hints=(
            "A number that was used five times gets five messages. What is its slope?",
            "Two things are repeated: axes that are missing at the front, and axes of length one.",
            "First g.sum(axis=tuple(range(g.ndim - len(shape)))), then sum with keepdims=True over "
            "the axes where shape has a 1.",
        ),
        misconceptions=(
            (
                "axes of length one are repeated as well; sum over them, and keep them",
                """
                def unbroadcast(g, shape):
                    return g.sum(axis=tuple(range(g.ndim - len(shape))))
                """,
            ),
            (
                "add the messages up, do not average them",
                """
                def unbroadcast(g, shape):
                    g = g.mean(axis=tuple(range(g.ndim - len(shape))))
                    repeated = tuple(i for i, length in enumerate(shape) if length == 1)
                    return g.mean(axis=repeated, keepdims=True)
                """,
            ),
            (
                "missing axes are at the front; sum over those too",
                """
                def unbroadcast(g, shape):
                    repeated = tuple(i for i, length in enumerate(shape) if length == 1)
                    return g.sum(axis=repeated, keepdims=True)
                """,
            ),
            (
                "you keep one of the messages and lose the others",
                """
                def unbroadcast(g, shape):
                    while g.ndim > len(shape):
                        g = g[0]
                    return g[tuple(slice(length) for length in shape)]
                """,
            ),
        ),
        cases=lambda rng: [
            (rng.normal(size=big), small)
            for big, small in (
                ((4, 3), (3,)),
                ((4, 3), (4, 1)),
                ((4, 3), (4, 3)),
                ((2, 4, 3), (1, 3)),
                ((2, 4, 3), (4, 1)),
                ((5, 2), ()),
                ((), ()),
                ((6,), (1,)),
                ((3, 3), (3,)),
                ((3, 2, 4), (3, 1, 4)),
                ((2, 1, 3), (1, 3)),
                ((0, 3), (3,)),
            )
        ],
    ),
    Exercise(
        id="33.softplus",
        stub='''
            def softplus(input):
                """ln(1 + eˣ) of each element, as an operation of dlcourse.autograd."""
                ...
        ''',
        solution='''
            def softplus(input):
                """ln(1 + eˣ) of each element, as an operation of dlcourse.autograd."""
                x = input.data
                y = np.logaddexp(0, x)
                return record(y, (input, lambda g: g * np.exp(x - y)))
        ''',
        hints=(
            "Three lines, like tanh: array, value, record. What is the slope of ln(1 + eˣ)?",
            "The slope is eˣ / (1 + eˣ). With y = np.logaddexp(0, x) it is np.exp(x - y).",
            "return record(y, (input, lambda g: g * np.exp(x - y))), with x = input.data.",
        ),
        misconceptions=(
            (
                "g is missing: multiply the slope by what comes back from above",
                """
                def softplus(input):
                    x = input.data
                    y = np.logaddexp(0, x)
                    return record(y, (input, lambda g: np.exp(x - y)))
                """,
            ),
            (
                "the value is right, but nothing leads back to the input: record the edge",
                "def softplus(input): return record(np.logaddexp(0, input.data))",
            ),
            (
                "the value is right, but its slope is eˣ / (1 + eˣ), for large x too",
                """
                def softplus(input):
                    x = input.data
                    return record(np.logaddexp(0, x), (input, lambda g: g / (1 + np.exp(x))))
                """,
            ),
            (
                "eˣ overflows for large x: let np.logaddexp(0, x) add up e⁰ and eˣ",
                """
                def softplus(input):
                    with np.errstate(all="ignore"):
                        x, y = input.data, np.log(1 + np.exp(input.data))
                        return record(y, (input, lambda g: g * np.exp(x - y)))
                """,
            ),
        ),
        judge=_judge_softplus,
        given={"record": record},
    ),
)
