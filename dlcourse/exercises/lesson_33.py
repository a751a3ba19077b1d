"""Exercises of lesson 33, autograd."""

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import numpy as np

from dlcourse.autograd import Tensor, record, tensor
from dlcourse.exercises import Exercise, difference, plain

_clock = count()


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
    return None


GRAPHS = (
    ({"a": [], "L": ["a"]}, "L"),
    ({"a": [], "b": ["a", "a"], "c": ["b"], "d": ["c"], "L": ["b", "d"]}, "L"),
    ({"a": [], "b": ["a"], "c": ["a", "b"], "d": ["c", "a"], "L": ["d", "b", "c"]}, "L"),
    ({"a": [], "x": [], "b": ["a"], "L": ["b", "a"], "y": ["L", "x"]}, "L"),
)


def _judge_order(backward_order: Callable[[Any, str], object]) -> str | None:
    """Say what is wrong with the orders of several graphs; any order that works is right."""
    for inputs, last in GRAPHS:
        order = backward_order({node: [*below] for node, below in inputs.items()}, last)
        if not isinstance(order, list) or not all(type(node) is str for node in order):
            return "return a list of the names of nodes"
        needed = {node for node in inputs if node not in "xy"}
        if len({*order}) < len(order):
            return "a node stands in the list more than once, so it would hand on its message twice"
        if not needed >= {*order}:
            return "the loss does not depend on some of these nodes; leave them out"
        if {*order} != needed:
            return "some nodes are missing"
        if order[-1] == last:
            return "this is the order of the forward pass; turn it round, so that the loss is first"
        place = {node: i for i, node in enumerate(order)}
        if any(place[node] > place[x] for node in order for x in inputs[node]):
            return "a node speaks before another one that still has a message for it"
    return None


def _judge_softplus(softplus: Callable[[Tensor], object]) -> str | None:
    """Compare values and gradients, weighted ones too, with those of ln(1 + eˣ)."""
    rng = np.random.default_rng(33)
    for x in (rng.normal(size=3), rng.normal(size=(2, 4)), np.array([-800.0, 0.0, 800.0])):
        input, g = tensor(x, requires_grad=True), rng.normal(size=x.shape)
        y = softplus(input)
        if not isinstance(y, Tensor):
            return "return a tensor: record(value, (input, function)) makes one"
        if y is input or difference(plain(np.logaddexp(0, x)), plain(y.data)):
            if np.abs(x).max() > 100 and not np.isfinite(y.data).all():
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


def _graphs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return a chain, a fork, and a fork of unequal lengths, with slopes drawn at random."""
    shapes: tuple[dict[str, str], ...] = (
        {"b": "a", "L": "b"},
        {"b": "a", "c": "a", "L": "bc"},
        {"b": "ax", "c": "b", "d": "cb", "L": "bdx"},
    )
    return [
        ({node: {x: float(rng.normal()) for x in below} for node, below in shape.items()}, "L")
        for shape in shapes
    ]


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
                for node in history(loss):
                    if node.edges:
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
