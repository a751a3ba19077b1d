"""Tensors that remember how they were made, so that every derivative can be worked out.

One idea carries the package. An operation computes a value with NumPy and *records*, for each of
its inputs, the function that turns g, the gradient of the loss L with respect to the value, into
the gradient with respect to that input. `backward` visits the recorded tensors from the newest to
the oldest and applies these functions: the chain rule, once for every operation.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, NamedTuple, NoReturn, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]
Number: TypeAlias = int | float
Dim: TypeAlias = int | Sequence[int] | None
Edge: TypeAlias = tuple["Tensor | Number | None", Callable[[Array], Any]]  # input, g ↦ ∂L/∂input
Sums: TypeAlias = dict["Tensor", tuple[Any, bool]]  # gradients, and whether to add to them in place

# glibc would hand large arrays back to the system when they are freed and fault them in again at
# the next step: keeping up to 1 GiB is 1.4 to 1.75 times faster. Other systems lack the call.
with suppress(AttributeError, OSError, TypeError):
    ctypes.CDLL(None).mallopt(-3, 32 << 20)  # M_MMAP_THRESHOLD: larger arrays are mapped
    ctypes.CDLL(None).mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD: more free memory is handed back

_recording = True
_clock = itertools.count()


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing in a `with` block, or in a function that this decorates."""
    global _recording
    before, _recording = _recording, False
    try:
        yield
    finally:
        _recording = before


def record(value: Any, *edges: Edge) -> Tensor:
    """Return `value` as a tensor that knows its inputs: the one way to make an operation.

    Each edge is an input and a function from g = ∂L/∂value to ∂L/∂input, in the shape of the input
    or in the one it was broadcast to. The function uses arrays of the forward pass, not tensors,
    whose `data` may be another by then. Inputs that are numbers or None have no gradient.
    """
    inputs = [x for x, _ in edges if isinstance(x, Tensor)]
    out = Tensor(_one_dtype(np.asarray(value), inputs))
    if _recording and any(x.requires_grad for x in inputs):
        out.requires_grad = True
        out._edges = [e for e in edges if isinstance(e[0], Tensor) and e[0].requires_grad]
        out._order = next(_clock)
        leaves = [x.data for x in inputs if x._edges == ()]
        out._hold = _Hold(leaves) if leaves else None
        out.data.flags.writeable = False
    return out


def _one_dtype(value: Array, inputs: list[Tensor]) -> Array:
    """Return `value` in PyTorch's dtype: float64 comes from float64 alone, never by accident."""
    if value.dtype != np.float64:
        return value
    floats = {x.data.dtype for x in inputs if x.data.dtype.kind == "f"}
    if len(floats) > 1:
        raise TypeError("This mixes float32 and float64: convert one by .float() or .double().")
    return value if floats else value.astype(np.float32)


class _Hold:
    """Keeps arrays read-only while it lives, so that a graph finds its inputs as they were.

    NumPy itself then refuses to write into them. An array may be held several times.
    """

    __slots__ = ("arrays",)
    counts: ClassVar[dict[int, int]] = {}

    def __init__(self, arrays: list[Array]) -> None:
        bases = [a.base for a in arrays if isinstance(a.base, np.ndarray)]
        self.arrays = [a for a in bases + arrays if a.flags.writeable or id(a) in self.counts]
        for a in self.arrays:
            self.counts[id(a)] = self.counts.get(id(a), 0) + 1
            a.flags.writeable = False

    def __del__(self) -> None:
        for a in self.arrays:
            self.counts[id(a)] -= 1
            if not self.counts[id(a)]:
                del self.counts[id(a)]
                with suppress(ValueError):  # a view of an array that another graph still holds
                    a.flags.writeable = True


class Part(NamedTuple):
    """The gradient of `x[index]`: g at `index`, nothing elsewhere.

    All parts of one x are added into one buffer, so that reading T slices costs T and not T².
    """

    index: Any
    g: Array

    def add_to(self, whole: Array) -> None:
        """Add g into `whole`, once for every time an element was read."""
        index, g = self
        parts = index if isinstance(index, tuple) else (index,)
        if not any(isinstance(p, np.ndarray) and p.dtype != bool for p in parts):
            here = whole[index]  # no element was read twice
            here += g
            if not np.may_share_memory(here, whole):
                whole[index] = here
        elif isinstance(index, tuple) or whole.ndim == 1 or not g.size:
            np.add.at(whole, index, g)
        else:  # whole rows: sort them and sum equal ones, six times faster than np.add.at
            rows = index.ravel() % len(whole)
            order = np.argsort(rows, kind="stable")
            starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
            sums = np.add.reduceat(g.reshape(-1, *whole.shape[1:])[order], starts)
            whole[rows[order[starts]]] += sums


def _add(sums: Sums, x: Tensor, g: Array | Part) -> None:
    """Add a contribution to the gradient of x."""
    have, own = sums.get(x, (None, False))
    if isinstance(g, Part):
        if not own:
            have = np.zeros_like(x.data) if have is None else have.copy()
        g.add_to(have)
        sums[x] = have, True
        return
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


def _comparison(compare: Callable[[Any, Any], Any]) -> Any:
    """Return the method for an operator that has truth values and no gradient."""
    return lambda self, other: Tensor(np.asarray(compare(self.data, _value(other))))


class Tensor:
    """An array of numbers that can be differentiated.

    `data` is a NumPy array; `grad`, after `backward`, is another of the same shape, or None.
    While a graph needs `data`, NumPy refuses to change it in place; assigning a new array is safe.
    """

    __slots__ = ("__weakref__", "_edges", "_hold", "_order", "data", "grad", "requires_grad")
    __array_ufunc__ = None  # so that NumPy refuses `array * tensor` instead of guessing
    __hash__ = object.__hash__

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.data: Array = data if isinstance(data, np.ndarray) else _array(data)
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(f"Only floating-point tensors have gradients, not {self.data.dtype}.")
        self.grad: Array | None = None
        self.requires_grad = requires_grad
        self._edges: Any = ()  # a leaf's; of what `record` made, a list until the graph is freed
        self._order = -1
        self._hold: _Hold | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each dimension."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.data.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of each number."""
        return self.data.dtype

    @property
    def T(self) -> Tensor:
        """The tensor with its dimensions in reverse order."""
        return self.permute(*reversed(range(self.ndim)))

    def __len__(self) -> int:
        return len(self.data)

    def __bool__(self) -> bool:
        return bool(self.data)

    def __repr__(self) -> str:
        numbers = np.array2string(self.data, separator=", ", prefix="tensor(", precision=4)
        return f"tensor({numbers}{', requires_grad=True' if self.requires_grad else ''})"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def item(self) -> Any:
        """Return the only element as a Python number."""
        return self.data.item()

    def numpy(self) -> Array:
        """Return the array, which stays shared; refuse where a gradient would be lost."""
        if self.requires_grad:
            raise RuntimeError("This tensor requires a gradient: call x.detach().numpy().")
        return self.data

    def detach(self) -> Tensor:
        """Return a tensor that shares the array and has no history."""
        return Tensor(self.data)

    def float(self) -> Tensor:
        """Return the tensor in float32."""
        return self._to(np.float32)

    def double(self) -> Tensor:
        """Return the tensor in float64."""
        return self._to(np.float64)

    def _to(self, dtype: DTypeLike) -> Tensor:
        x, y = self.data, self.data.astype(dtype)
        return record(y, (self, lambda g: g.astype(x.dtype))) if x.dtype.kind == "f" else Tensor(y)

    # The backward pass

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

    def _graph(self) -> list[Tensor]:
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
                f"backward() starts from one number, but this tensor has shape {self.shape}: "
                "take its sum or mean, or pass gradient=."
            )
        g = np.ones_like(self.data) if gradient is None else np.array(gradient, self.dtype)
        if g.shape != self.shape:
            raise ValueError(f"gradient has shape {g.shape}, but needs {self.shape}.")
        return g

    # Arithmetic, with broadcasting: `backward` sums a gradient over what was repeated

    def __add__(self, other: Tensor | Number) -> Tensor:
        """Return a + b; ∂L/∂a = g, ∂L/∂b = g."""
        return record(self.data + _value(other), (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other: Tensor | Number) -> Tensor:
        """Return a − b; ∂L/∂a = g, ∂L/∂b = −g."""
        return record(self.data - _value(other), (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other: Tensor | Number) -> Tensor:
        """Return a·b; ∂L/∂a = g·b, ∂L/∂b = g·a."""
        a, b = self.data, _value(other)
        return record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        """Return y = a/b; ∂L/∂a = g/b, ∂L/∂b = −g·y/b."""
        a, b = self.data, _value(other)
        y = a / b
        return record(y, (self, lambda g: g / b), (other, lambda g: -g * y / b))

    def __pow__(self, exponent: Number) -> Tensor:
        """Return xⁿ for a number n; ∂L/∂x = g·n·xⁿ⁻¹."""
        if isinstance(exponent, Tensor):
            raise TypeError("The exponent must be a number: write (b * a.log()).exp() for a ** b.")
        x, n = self.data, _value(exponent)
        return record(x**n, (self, lambda g: g * (n * x ** (n - 1)) if n else np.zeros_like(g)))

    def __matmul__(self, other: Tensor) -> Tensor:
        """Return the matrix product A B; ∂L/∂A = g Bᵀ, ∂L/∂B = Aᵀ g."""
        if self.ndim == 1:
            return (self.unsqueeze(0) @ other).squeeze(-2 if other.ndim > 1 else 0)
        if other.ndim == 1:
            return (self @ other.unsqueeze(1)).squeeze(-1)
        a, b = self.data, other.data

        def gradient_b(g: Array) -> Array:
            if b.ndim == 2:  # one product for the whole batch, not each and their sum
                return as_rows(a).T @ as_rows(g)
            return a.swapaxes(-1, -2) @ g

        return record(a @ b, (self, lambda g: g @ b.swapaxes(-1, -2)), (other, gradient_b))

    def __neg__(self) -> Tensor:
        return self * -1

    def __rsub__(self, other: Number) -> Tensor:
        return -self + other

    def __rtruediv__(self, other: Number) -> Tensor:
        """Return y = a/b for a number a; ∂L/∂b = −g·y/b."""
        b = self.data
        y = _value(other) / b
        return record(y, (self, lambda g: -g * y / b))

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            "Tensors do not change in place, since a graph may need the old values: write "
            "x = x + y, or assign to x.data once backward() has run."
        )

    __radd__, __rmul__ = __add__, __mul__
    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ipow__ = __imatmul__ = __setitem__ = _refuse
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)

    # Functions of each element

    def exp(self) -> Tensor:
        """Return y = eˣ; ∂L/∂x = g·y."""
        y = np.exp(self.data)
        return record(y, (self, lambda g: g * y))

    def log(self) -> Tensor:
        """Return ln x; ∂L/∂x = g/x."""
        x = self.data
        return record(np.log(x), (self, lambda g: g / x))

    def sqrt(self) -> Tensor:
        """Return y = √x; ∂L/∂x = g/2y."""
        y = np.sqrt(self.data)
        return record(y, (self, lambda g: g / (2 * y)))

    def tanh(self) -> Tensor:
        """Return y = tanh x; ∂L/∂x = g·(1 − y²)."""
        y = np.tanh(self.data)
        return record(y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self) -> Tensor:
        """Return y = 1/(1 + e⁻ˣ); ∂L/∂x = g·y·(1 − y)."""
        y = logistic(self.data)
        return record(y, (self, lambda g: g * y * (1 - y)))

    def relu(self) -> Tensor:
        """Return y = max(x, 0); ∂L/∂x = g where y > 0, else 0."""
        y = np.maximum(self.data, 0)
        return record(y, (self, lambda g: g * (y > 0)))  # seven times as fast as np.where

    def abs(self) -> Tensor:
        """Return |x|; ∂L/∂x = g·sign x."""
        x = self.data
        return record(np.abs(x), (self, lambda g: g * np.sign(x)))

    def clamp(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Limit x to min … max; ∂L/∂x = g where x lies there, else 0."""
        x = self.data
        y = np.clip(x, min, max)
        return record(y, (self, lambda g: g * (x == y)))

    # Reductions over one dimension, several, or all

    def sum(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return Σ x; ∂L/∂x = g, repeated."""
        x, axes = self.data, _axes(dim)
        y = x.sum(axis=axes, keepdims=keepdim)
        return record(y, (self, lambda g: _repeat(g, x.shape, axes, keepdim)))

    def mean(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return Σ x/n."""
        total = self.sum(dim, keepdim)
        return total / (self.data.size / max(total.data.size, 1))

    def var(self, dim: Dim = None, *, correction: Number = 1, keepdim: bool = False) -> Tensor:
        """Return Σ (x − x̄)²/(n − correction)."""
        total = ((self - self.mean(dim, keepdim=True)) ** 2).sum(dim, keepdim)
        return total / (self.data.size / max(total.data.size, 1) - correction)

    def amax(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return y = max x; ∂L/∂x = g where x = y, shared evenly where several are."""
        x, axes = self.data, _axes(dim)
        y = x.max(axis=axes, keepdims=True)

        def gradient(g: Array) -> Any:
            hits = x == y
            g = _repeat(g, x.shape, axes, keepdim)
            return g * hits / hits.sum(axis=axes, keepdims=True)

        return record(y if keepdim else y.squeeze(axes), (self, gradient))

    def max(self, dim: int | None = None, keepdim: bool = False) -> Tensor | Extremum:
        """Return the largest element, or with `dim` the largest of each line and where it stands.

        Along `dim`, ∂L/∂x = g at the first such element, else 0; over everything, as for `amax`.
        """
        if dim is None:
            return self.amax()
        x, at = self.data, self.argmax(dim, keepdim=True).data
        y = np.take_along_axis(x, at, dim)

        def gradient(g: Array) -> Array:
            gx = np.zeros_like(x)
            np.put_along_axis(gx, at, g, dim)
            return gx

        values = record(y, (self, gradient))
        return Extremum(*(v if keepdim else v.squeeze(dim) for v in (values, Tensor(at))))

    def min(self, dim: int | None = None, keepdim: bool = False) -> Tensor | Extremum:
        """Return what `max` does, for the smallest element: min x = −max(−x)."""
        found = (-self).max(dim, keepdim)
        return -found if isinstance(found, Tensor) else Extremum(-found.values, found.indices)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Return where the largest element stands, the first one where several do."""
        return Tensor(np.asarray(np.argmax(self.data, axis=dim, keepdims=keepdim)))

    # Shapes

    def reshape(self, *shape: Any) -> Tensor:
        """Return the elements in another shape; ∂L/∂x = g in the shape of x."""
        x = self.data
        return record(x.reshape(*shape), (self, lambda g: g.reshape(x.shape)))

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Join the dimensions from `start_dim` to `end_dim` into one."""
        shape, ndim = self.shape or (1,), self.ndim or 1
        first, last = start_dim % ndim, end_dim % ndim + 1
        return self.reshape(*shape[:first], math.prod(shape[first:last]), *shape[last:])

    def unsqueeze(self, dim: int) -> Tensor:
        """Insert a dimension of length one."""
        return self.reshape(np.expand_dims(self.data, dim).shape)

    def squeeze(self, dim: int | None = None) -> Tensor:
        """Drop dimension `dim` if its length is one, or all of length one."""
        keep = dim is not None and self.shape[dim] != 1
        return self.reshape(self.shape if keep else self.data.squeeze(dim).shape)

    def permute(self, *dims: Any) -> Tensor:
        """Return the dimensions in the order given; ∂L/∂x = g with that undone."""
        order = [d % self.ndim for d in (dims[0] if isinstance(dims[0], tuple) else dims)]
        return record(self.data.transpose(order), (self, lambda g: g.transpose(np.argsort(order))))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Swap two dimensions; ∂L/∂x = g with them swapped back."""
        return record(self.data.swapaxes(dim0, dim1), (self, lambda g: g.swapaxes(dim0, dim1)))

    def __getitem__(self, index: Any) -> Tensor:
        """Return x[index]; ∂L/∂x = g there, added up where an element is read twice, else 0."""
        index = tuple(map(_plain, index)) if isinstance(index, tuple) else _plain(index)
        return record(self.data[index], (self, lambda g: Part(index, g)))

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))


class Extremum(NamedTuple):
    """What `max` and `min` return along a dimension."""

    values: Tensor
    indices: Tensor


def _array(data: Any) -> Array:
    """Return data as an array of numbers, Python's floats as float32."""
    a = data.data if isinstance(data, Tensor) else np.asarray(data)
    if a.dtype.kind not in "fiub":
        raise TypeError(f"A tensor holds numbers, not {a.dtype}: convert the data first.")
    return a.astype(np.float32) if a.dtype == np.float64 and not hasattr(data, "dtype") else a


def _value(x: Any) -> Any:
    """Return a tensor's array, or a number as Python's own, which leaves dtypes as they are."""
    if isinstance(x, Tensor):
        return x.data
    if isinstance(x, int | float | np.generic):
        return x.item() if isinstance(x, np.generic) else x
    raise TypeError(f"An operation needs tensors and numbers: wrap {type(x).__name__} in tensor().")


def _plain(index: Any) -> Any:
    """Return one part of an index as NumPy wants it."""
    return _array(index) if isinstance(index, Tensor | list) else index


def _axes(dim: Dim) -> Any:
    """Return `dim` as NumPy wants it."""
    return tuple(dim) if isinstance(dim, Sequence) else dim


def _repeat(g: Array, shape: tuple[int, ...], axes: Any, keepdim: bool) -> Array:
    """Undo a reduction: repeat g along the dimensions that it summed, as a view."""
    return np.broadcast_to(g if keepdim or axes is None else np.expand_dims(g, axes), shape)


def as_rows(x: Array) -> Array:
    """Return (…, n) as (rows, n)."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def logistic(x: Array) -> Any:
    """Return 1/(1 + e⁻ˣ) without overflow on either side."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


# Making and joining tensors


def tensor(data: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a tensor with a copy of `data`; Python's floats become float32."""
    return Tensor(np.array(_array(data), dtype=dtype), requires_grad)


def zeros(*size: int) -> Tensor:
    """Return a tensor of zeros in float32."""
    return Tensor(np.zeros(size, np.float32))


def ones(*size: int) -> Tensor:
    """Return a tensor of ones in float32."""
    return Tensor(np.ones(size, np.float32))


def arange(end: int) -> Tensor:
    """Return 0, 1, …, end − 1."""
    return Tensor(np.arange(end))


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along `dim`; ∂L/∂x = the part of g that came from x."""
    ends = itertools.accumulate(x.shape[dim] for x in tensors)

    def edge(x: Tensor, end: int) -> Edge:
        part = slice(end - x.shape[dim], end)
        return x, lambda g: g.swapaxes(0, dim)[part].swapaxes(0, dim)

    return record(np.concatenate([x.data for x in tensors], dim), *map(edge, tensors, ends))


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension."""
    return cat([x.unsqueeze(dim) for x in tensors], dim)


def where(condition: Tensor, input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """Return a where the condition holds, else b; ∂L/∂a = g there, ∂L/∂b = g elsewhere."""
    c = condition.data
    y = np.where(c, _value(input), _value(other))
    return record(y, (input, lambda g: g * c), (other, lambda g: g * ~c))


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Return the larger of a and b; ∂L/∂a = g where a > b and g/2 where a = b, so for b."""
    a, b = input.data, other.data
    share = np.add(a > b, a >= b, dtype=a.dtype) / 2
    y = np.maximum(a, b)
    return record(y, (input, lambda g: g * share), (other, lambda g: g * (1 - share)))
