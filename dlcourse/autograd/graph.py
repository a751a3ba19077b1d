"""How gradients are found: the engine's one idea, to be read first.

An operation computes a value with NumPy and *records*, for each of its inputs, the function that
turns g, the gradient of the loss L with respect to the value, into the gradient with respect to
that input. `backward` visits the recorded tensors from the newest to the oldest and applies these
functions: the chain rule, once for every operation. `operations` gives tensors their arithmetic.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from dlcourse.autograd.memory import Array, Hold, Part
from dlcourse.autograd.recording import recording

if TYPE_CHECKING:
    from dlcourse.autograd.operations import Tensor

Number: TypeAlias = int | float
Edge: TypeAlias = tuple["Tensor | Number | None", Callable[[Array], Any]]  # input, g ↦ ∂L/∂input
Sums: TypeAlias = dict["Node", tuple[Any, bool]]  # gradients, and whether to add to them in place

_clock = itertools.count()


class Node:
    """The bones of a tensor: an array that remembers how it was made.

    `data` is a NumPy array; `grad`, after `backward`, is another of the same shape, or None.
    While a graph needs `data`, NumPy refuses to change it in place; assigning a new array is safe.
    """

    __slots__ = ("__weakref__", "_edges", "_hold", "_order", "data", "grad", "requires_grad")
    tensor: ClassVar[type[Tensor]]  # what `record` makes: nodes with arithmetic

    def __init__(self, data: Array, requires_grad: bool = False) -> None:
        if requires_grad and data.dtype.kind != "f":
            raise TypeError(f"Only floating-point tensors have gradients, not {data.dtype}.")
        self.data = data
        self.grad: Array | None = None
        self.requires_grad = requires_grad
        self._edges: Any = ()  # a leaf's; of what `record` made, a list until the graph is freed
        self._order = -1
        self._hold: Hold | None = None

    def backward(self, gradient: Any = None, *, create_graph: bool = False) -> None:
        """Add ∂L/∂x to `grad` of every leaf x this L was computed from, and free the graph.

        Where this tensor is not the loss but one on the way to it, `gradient` is ∂L/∂self.
        """
        if create_graph:
            raise NotImplementedError("For derivatives of derivatives, take PyTorch.")
        nodes = self._graph()
        sums: Sums = {self: (self._first_gradient(gradient), False)}
        for node in nodes:
            g, _ = sums.pop(node)
            for x, gradient_of in node._edges:
                _add(sums, x, gradient_of(g))
            node._edges = node._hold = None  # memory is given back on the way
        _give(sums)

    def _graph(self) -> list[Node]:
        """Return the recorded tensors this one was computed from, newest first.

        A tensor is made after its inputs, so the order of creation is a topological order.
        """
        if not self.requires_grad:
            raise RuntimeError("There is nothing to differentiate: no input requires a gradient.")
        seen, stack = {self}, [self]
        while stack:
            edges = stack.pop()._edges
            if edges is None:
                raise RuntimeError(
                    "backward() already ran through this graph and freed it: compute the loss "
                    "again, or add the losses and call backward() once."
                )
            new = {x for x, _ in edges} - seen
            seen |= new
            stack += new
        return sorted((x for x in seen if x._edges), key=lambda x: x._order, reverse=True)

    def _first_gradient(self, gradient: Any) -> Array:
        if gradient is None and self.data.size != 1:
            raise RuntimeError(
                f"backward() starts from one number, but this tensor has shape {self.data.shape}: "
                "take its sum or mean, or pass gradient=."
            )
        g = np.ones_like(self.data) if gradient is None else np.array(gradient, self.data.dtype)
        if g.shape != self.data.shape:
            raise ValueError(f"gradient has shape {g.shape}, but needs {self.data.shape}.")
        return g


def record(value: Any, *edges: Edge) -> Tensor:
    """Return `value` as a tensor that knows its inputs: the one way to make an operation.

    Each edge is an input and a function from g = ∂L/∂value to ∂L/∂input, in the shape of the input
    or in the one it was broadcast to. The function uses arrays of the forward pass, not tensors,
    whose `data` may be another by then. Inputs that are numbers or None have no gradient.
    """
    inputs: list[Node] = []
    wanted = False
    for x, _ in edges:
        if isinstance(x, Node):
            inputs.append(x)
            wanted = wanted or x.requires_grad
        elif isinstance(x, np.ndarray):
            raise TypeError(f"An array of shape {x.shape} is no input: wrap it in tensor().")
    out = Node.tensor(_one_dtype(np.asarray(value), inputs))
    if wanted and recording():
        connect(out, edges)
    return out


def connect(out: Node, edges: tuple[Edge, ...]) -> None:
    """Let a new tensor remember those inputs that need a gradient, and keep all of them as is."""
    out.requires_grad = True
    out._edges = [e for e in edges if isinstance(e[0], Node) and e[0].requires_grad]
    out._order = next(_clock)
    leaves = [x.data for x, _ in edges if isinstance(x, Node) and x._edges == ()]
    out._hold = Hold(leaves) if leaves else None
    for a in leaves:
        if a is out.data:
            out.data = a.view()  # an input's own array is held for a time, not for ever
    out.data.setflags(write=False)


def _one_dtype(value: Array, inputs: list[Node]) -> Array:
    """Return `value` in PyTorch's dtype: float64 comes from float64 alone, never by accident."""
    if value.dtype.kind != "f":
        return value
    wanted = None
    for x in inputs:
        dtype = x.data.dtype
        if dtype.kind == "f" and dtype is not wanted:
            if wanted not in (None, dtype):
                raise TypeError("This mixes float32 and float64: call .float() or .double() first.")
            wanted = dtype
    return value if value.dtype is wanted else value.astype(wanted or np.float32, copy=False)


def _add(sums: Sums, x: Node, g: Any) -> None:
    """Add a contribution to the gradient of x, in the shape and the dtype of x."""
    have, own = sums.get(x, (None, False))
    if isinstance(g, Part):
        if not own:
            have = np.zeros_like(x.data) if have is None else have.copy()
        g.add_to(have)
        sums[x] = have, True
        return
    if g.dtype is not x.data.dtype:  # whole numbers took part
        g = g.astype(x.data.dtype)
    g = g if g.shape == x.data.shape else unbroadcast(g, x.data.shape)
    if own:
        have += g
    else:
        sums[x] = (g, False) if have is None else (np.asarray(have + g), True)


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """Sum g over every dimension along which an input of `shape` was repeated."""
    new = g.ndim - len(shape)
    if new > 0 and g.shape[new:] == shape:  # a bias: a product is 1.3 to 3 times as fast as sum
        rows = g.reshape(math.prod(g.shape[:new]), math.prod(shape))
        total = np.ones(len(rows), g.dtype) @ rows
        return total.reshape(shape)
    repeated = [i for i, n in enumerate(g.shape) if i < new or shape[i - new] == 1 != n]
    total = np.asarray(g.sum(axis=tuple(repeated), keepdims=True))
    if new < 0 or total.shape[new:] != shape:
        raise ValueError(
            f"An operation returned a gradient of shape {g.shape} for an input of shape {shape}: "
            "mend the function in its record(...)."
        )
    return total.reshape(shape)


def _give(leaves: Sums) -> None:
    """Add to each leaf's `grad`; copy only what leaves share, or what views a larger array."""
    given: set[int] = set()
    for leaf, (g, _) in leaves.items():
        if leaf.grad is not None:
            leaf.grad += g
        else:
            g = np.asarray(g)
            leaf.grad = g.copy() if id(g) in given or g.base is not None else g
            given.add(id(g))
