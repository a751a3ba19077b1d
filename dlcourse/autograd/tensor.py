"""Tensors that remember how they were made, so that every derivative can be worked out.

One idea carries the package. An operation computes a value with NumPy and *records*, for each of
its inputs, the function that turns g, the gradient of the loss L with respect to the value, into
the gradient with respect to that input. `backward` visits the recorded tensors from the newest to
the oldest and applies these functions: the chain rule, once for every operation.
"""

import ctypes
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator, suppress
from typing import Any, ClassVar, NamedTuple, NoReturn, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]
Number: TypeAlias = int | float
Dim: TypeAlias = int | Sequence[int] | None
Edge: TypeAlias = tuple["Tensor | Number", Callable[[Array], Any]]  # an input; from g to ∂L/∂input

# glibc would hand large arrays back to the system when they are freed and fault them in again at
# the next step: keeping up to 1 GiB is 1.4 to 1.75 times faster. Other systems lack the call.
with suppress(AttributeError, OSError, TypeError):
    ctypes.CDLL(None).mallopt(-3, 32 << 20)  # M_MMAP_THRESHOLD: larger arrays are mapped
    ctypes.CDLL(None).mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD: more free memory is handed back

_recording = True
_clock = itertools.count()


class no_grad(ContextDecorator):
    """Record nothing inside `with no_grad():`, or in a function under `@no_grad()`."""

    def __init__(self) -> None:
        self.before: list[bool] = []  # a decorated function may call itself

    def __enter__(self) -> None:
        global _recording
        self.before.append(_recording)
        _recording = False

    def __exit__(self, *_: object) -> None:
        global _recording
        _recording = self.before.pop()


def record(value: Any, *edges: Edge) -> "Tensor":
    """Return `value` as a tensor that knows its inputs: the one way to make an operation.

    Each edge is an input and a function from g = ∂L/∂value to ∂L/∂input, in the shape of the input
    or in the one it was broadcast to. The function uses arrays of the forward pass, not tensors,
    whose `data` may be another by then.
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


def _one_dtype(value: Array, inputs: list["Tensor"]) -> Array:
    """Return `value` in PyTorch's dtype: float64 comes from float64 alone, never by accident."""
    if value.dtype != np.float64:
        return value
    floats = {x.data.dtype for x in inputs if x.data.dtype.kind == "f"}
    if len(floats) > 1:
        raise TypeError(
            "This operation mixes float32 and float64, which would slow everything after it: "
            "convert one side with .float() or .double()."
        )
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
            whole[index] += g  # no element was read twice
        elif isinstance(index, tuple) or whole.ndim == 1 or not g.size:
            np.add.at(whole, index, g)
        else:  # whole rows: sort them and sum equal ones, six times faster than np.add.at
            rows = index.ravel() % len(whole)
            order = np.argsort(rows, kind="stable")
            starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
            sums = np.add.reduceat(g.reshape(-1, *whole.shape[1:])[order], starts)
            whole[rows[order[starts]]] += sums


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """Sum g over every dimension along which an input of `shape` was repeated."""
    if g.ndim > len(shape):
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(i for i, n in enumerate(shape) if n == 1 != g.shape[i])
    g = g.sum(axis=repeated, keepdims=True) if repeated else g
    if g.shape != shape:
        raise ValueError(
            f"An operation returned a gradient of shape {g.shape} for an input of shape {shape}: "
            "mend the function in its record(...)."
        )
    return g


class _Sums:
    """The gradients that `backward` is collecting, by tensor."""

    def __init__(self) -> None:
        self.sums: dict[Tensor, Array] = {}
        self.own: set[Tensor] = set()  # whose array was made here, so that it may be added to

    def add(self, x: "Tensor", g: Array | Part) -> None:
        """Add a contribution to the gradient of x."""
        have = self.sums.get(x)
        if isinstance(g, Part):
            if x not in self.own:
                self.sums[x] = np.zeros_like(x.data) if have is None else have.copy()
                self.own.add(x)
            g.add_to(self.sums[x])
            return
        if g.shape != x.data.shape:
            g = unbroadcast(g, x.data.shape)
        if have is None:
            self.sums[x] = g
        elif x in self.own:
            have += g
        else:
            self.sums[x] = np.asarray(have + g)
            self.own.add(x)

    def give_to_leaves(self) -> None:
        """Add what is left to `grad`; copy only what leaves share, or what views a larger array."""
        given: set[int] = set()
        for leaf, g in self.sums.items():
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
    def T(self) -> "Tensor":
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

    def detach(self) -> "Tensor":
        """Return a tensor that shares the array and has no history."""
        return Tensor(self.data)

    def float(self) -> "Tensor":
        """Return the tensor in float32."""
        return self._to(np.float32)

    def double(self) -> "Tensor":
        """Return the tensor in float64."""
        return self._to(np.float64)

    def _to(self, dtype: DTypeLike) -> "Tensor":
        x = self.data
        if x.dtype.kind != "f":
            return Tensor(x.astype(dtype))
        return record(x.astype(dtype), (self, lambda g: g.astype(x.dtype)))

    # The backward pass

    def backward(self, gradient: Any = None, *, create_graph: bool = False) -> None:
        """Add ∂L/∂x to `grad` of every leaf x this L was computed from, and free the graph.

        Where this tensor is not the loss but one on the way to it, `gradient` is ∂L/∂self.
        """
        if create_graph:
            raise NotImplementedError(
                "Gradients here are plain arrays and have no gradients of their own: "
                "use torch for derivatives of derivatives."
            )
        nodes, sums = self._graph(), _Sums()
        sums.add(self, self._first_gradient(gradient))
        for node in nodes:
            g = sums.sums.pop(node)
            for x, gradient_of in node._edges:
                sums.add(x, gradient_of(g))
            node._edges = node._hold = None  # memory is given back on the way
        sums.give_to_leaves()

    def _graph(self) -> list["Tensor"]:
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
        return sorted(
            (x for x in seen if x._edges), key=operator.attrgetter("_order"), reverse=True
        )

    def _first_gradient(self, gradient: Any) -> Array:
        if gradient is None:
            if self.data.size != 1:
                raise RuntimeError(
                    f"backward() starts from one number, but this tensor has shape {self.shape}: "
                    "take its sum or mean, or pass gradient=."
                )
            return np.ones_like(self.data)
        g = np.array(gradient, self.data.dtype)
        if g.shape != self.shape:
            raise ValueError(f"gradient has shape {g.shape}, but needs {self.shape}.")
        return g

    # Arithmetic, with broadcasting: `backward` sums a gradient over what was repeated

    def __add__(self, other: "Tensor | Number") -> "Tensor":
        """Return a + b; ∂L/∂a = g, ∂L/∂b = g."""
        return record(self.data + _value(other), (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other: "Tensor | Number") -> "Tensor":
        """Return a − b; ∂L/∂a = g, ∂L/∂b = −g."""
        return record(self.data - _value(other), (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other: "Tensor | Number") -> "Tensor":
        """Return a·b; ∂L/∂a = g·b, ∂L/∂b = g·a."""
        a, b = self.data, _value(other)
        return record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other: "Tensor | Number") -> "Tensor":
        """Return y = a/b; ∂L/∂a = g/b, ∂L/∂b = −g·y/b."""
        a, b = self.data, _value(other)
        y = a / b
        return record(y, (self, lambda g: g / b), (other, lambda g: -g * y / b))

    def __rtruediv__(self, other: Number) -> "Tensor":
        """Return y = a/b for a number a; ∂L/∂b = −g·y/b."""
        b = self.data
        y = _value(other) / b
        return record(y, (self, lambda g: -g * y / b))

    def __pow__(self, exponent: Number) -> "Tensor":
        """Return xⁿ for a number n; ∂L/∂x = g·n·xⁿ⁻¹."""
        if isinstance(exponent, Tensor):
            raise TypeError("The exponent must be a number: write (b * a.log()).exp() for a ** b.")
        x, n = self.data, _value(exponent)
        return record(x**n, (self, lambda g: g * (n * x ** (n - 1)) if n else np.zeros_like(g)))

    def __neg__(self) -> "Tensor":
        """Return −x; ∂L/∂x = −g."""
        return record(-self.data, (self, lambda g: -g))

    def __rsub__(self, other: Number) -> "Tensor":
        """Return a − b for a number a; ∂L/∂b = −g."""
        return record(_value(other) - self.data, (self, lambda g: -g))

    __radd__, __rmul__ = __add__, __mul__

    def __matmul__(self, other: "Tensor") -> "Tensor":
        """Return the matrix product A B; ∂L/∂A = g Bᵀ, ∂L/∂B = Aᵀ g."""
        a, b = self.data, other.data
        left, right = (a[None] if a.ndim == 1 else a), (b[:, None] if b.ndim == 1 else b)
        dropped = [dim for dim, x in ((-2, a), (-1, b)) if x.ndim == 1]

        def gradient_b(g: Array) -> Array:
            g = np.expand_dims(g, dropped)
            batched = right.ndim > 2  # else one product for the whole batch, not each and their sum
            gb = left.swapaxes(-1, -2) @ g if batched else as_rows(left).T @ as_rows(g)
            return gb[..., 0] if b.ndim == 1 else gb

        return record(
            a @ b,
            (self, lambda g: np.expand_dims(g, dropped) @ right.swapaxes(-1, -2)),
            (other, gradient_b),
        )

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            "Tensors do not change in place, since a graph may need the old values: write "
            "x = x + y, or assign to x.data once backward() has run."
        )

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ipow__ = __imatmul__ = _refuse
    __setitem__ = _refuse
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)

    # Functions of each element

    def exp(self) -> "Tensor":
        """Return y = eˣ; ∂L/∂x = g·y."""
        y = np.exp(self.data)
        return record(y, (self, lambda g: g * y))

    def log(self) -> "Tensor":
        """Return ln x; ∂L/∂x = g/x."""
        x = self.data
        return record(np.log(x), (self, lambda g: g / x))

    def sqrt(self) -> "Tensor":
        """Return y = √x; ∂L/∂x = g/2y."""
        y = np.sqrt(self.data)
        return record(y, (self, lambda g: g / (2 * y)))

    def tanh(self) -> "Tensor":
        """Return y = tanh x; ∂L/∂x = g·(1 − y²)."""
        y = np.tanh(self.data)
        return record(y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self) -> "Tensor":
        """Return y = 1/(1 + e⁻ˣ); ∂L/∂x = g·y·(1 − y)."""
        y = logistic(self.data)
        return record(y, (self, lambda g: g * y * (1 - y)))

    def relu(self) -> "Tensor":
        """Return y = max(x, 0); ∂L/∂x = g where y > 0, else 0."""
        y = np.maximum(self.data, 0)
        return record(y, (self, lambda g: g * (y > 0)))  # seven times as fast as np.where

    def abs(self) -> "Tensor":
        """Return |x|; ∂L/∂x = g·sign x."""
        x = self.data
        return record(np.abs(x), (self, lambda g: g * np.sign(x)))

    def clamp(self, min: Number | None = None, max: Number | None = None) -> "Tensor":
        """Limit x to min … max; ∂L/∂x = g where x lies there, else 0."""
        x = self.data
        y = np.clip(x, min, max)
        return record(y, (self, lambda g: g * (x == y)))

    # Reductions over one dimension, several, or all

    def sum(self, dim: Dim = None, keepdim: bool = False) -> "Tensor":
        """Return Σ x; ∂L/∂x = g, repeated."""
        x, dim = self.data, _axes(dim)
        y = x.sum(axis=dim, keepdims=keepdim)
        return record(y, (self, lambda g: _repeat(g, x.shape, dim, keepdim)))

    def mean(self, dim: Dim = None, keepdim: bool = False) -> "Tensor":
        """Return Σ x/n; ∂L/∂x = g/n, repeated."""
        x, dim = self.data, _axes(dim)
        y = x.sum(axis=dim, keepdims=keepdim)
        n = x.size / max(y.size, 1)
        return record(y / n, (self, lambda g: _repeat(g / n, x.shape, dim, keepdim)))

    def var(self, dim: Dim = None, *, correction: Number = 1, keepdim: bool = False) -> "Tensor":
        """Return Σ (x − x̄)²/(n − correction), by the operations above."""
        centred = self - self.mean(dim, keepdim=True)
        total = (centred * centred).sum(dim, keepdim)
        return total / (self.data.size / max(total.data.size, 1) - correction)

    def amax(self, dim: Dim = None, keepdim: bool = False) -> "Tensor":
        """Return y = max x; ∂L/∂x = g where x = y, shared evenly where several are."""
        x, dim = self.data, _axes(dim)
        y = x.max(axis=dim, keepdims=True)

        def gradient(g: Array) -> Any:
            hits = x == y
            return _repeat(g, x.shape, dim, keepdim) * hits / hits.sum(axis=dim, keepdims=True)

        return record(y if keepdim else y.squeeze(dim), (self, gradient))

    def max(self, dim: int | None = None, keepdim: bool = False) -> "Tensor | Extremum":
        """Return the largest element, or with `dim` the largest values and where they stand."""
        return self.amax() if dim is None else self._pick(np.argmax, dim, keepdim)

    def min(self, dim: int | None = None, keepdim: bool = False) -> "Tensor | Extremum":
        """Return the smallest element, or with `dim` the smallest values and where they stand."""
        return -(-self).amax() if dim is None else self._pick(np.argmin, dim, keepdim)

    def _pick(self, find: Callable[..., Any], dim: int, keepdim: bool) -> "Extremum":
        """Read the element that `find` points to on each line along `dim`; ∂L/∂x = g there."""
        x = self.data
        at = find(x, axis=dim, keepdims=True)

        def gradient(g: Array) -> Array:
            gx = np.zeros_like(x)
            np.put_along_axis(gx, at, g if keepdim else np.expand_dims(g, dim), dim)
            return gx

        y, where = np.take_along_axis(x, at, dim), Tensor(at if keepdim else at.squeeze(dim))
        return Extremum(record(y if keepdim else y.squeeze(dim), (self, gradient)), where)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> "Tensor":
        """Return where the largest element stands, the first one where several do."""
        return Tensor(np.asarray(np.argmax(self.data, axis=dim, keepdims=keepdim)))

    # Shapes

    def reshape(self, *shape: Any) -> "Tensor":
        """Return the elements in another shape; ∂L/∂x = g in the shape of x."""
        x = self.data
        return record(x.reshape(*shape), (self, lambda g: g.reshape(x.shape)))

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> "Tensor":
        """Join the dimensions from `start_dim` to `end_dim` into one."""
        shape, ndim = self.shape or (1,), self.ndim or 1
        first, last = start_dim % ndim, end_dim % ndim + 1
        return self.reshape(*shape[:first], math.prod(shape[first:last]), *shape[last:])

    def permute(self, *dims: Any) -> "Tensor":
        """Return the dimensions in the order given; ∂L/∂x = g with that undone."""
        order = [d % self.ndim for d in (dims[0] if isinstance(dims[0], tuple) else dims)]
        return record(self.data.transpose(order), (self, lambda g: g.transpose(np.argsort(order))))

    def transpose(self, dim0: int, dim1: int) -> "Tensor":
        """Swap two dimensions; ∂L/∂x = g with them swapped back."""
        return record(self.data.swapaxes(dim0, dim1), (self, lambda g: g.swapaxes(dim0, dim1)))

    def unsqueeze(self, dim: int) -> "Tensor":
        """Insert a dimension of length one; ∂L/∂x = g without it."""
        return record(np.expand_dims(self.data, dim), (self, lambda g: g.squeeze(dim)))

    def squeeze(self, dim: int | None = None) -> "Tensor":
        """Drop dimension `dim` if its length is one, or all of length one; ∂L/∂x = g with them."""
        x = self.data
        y = x[...] if dim is not None and x.shape[dim] != 1 else x.squeeze(dim)
        return record(y, (self, lambda g: g.reshape(x.shape)))

    def __getitem__(self, index: Any) -> "Tensor":
        """Return x[index]; ∂L/∂x = g there, added up where an element is read twice, else 0."""
        index = tuple(map(_plain, index)) if isinstance(index, tuple) else _plain(index)
        return record(self.data[index], (self, lambda g: Part(index, g)))

    def __iter__(self) -> Iterator["Tensor"]:
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
    raise TypeError(
        f"An operation was given {type(x).__name__}, but works on tensors and numbers: "
        "make it a tensor with tensor(...)."
    )


def _plain(index: Any) -> Any:
    """Return one part of an index as NumPy wants it."""
    return _array(index) if isinstance(index, Tensor | list) else index


def _axes(dim: Dim) -> Any:
    """Return `dim` as NumPy wants it."""
    return tuple(dim) if isinstance(dim, Sequence) else dim


def _repeat(g: Array, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Array:
    """Undo a reduction: repeat g along the dimensions that it summed, as a view."""
    return np.broadcast_to(g if keepdim or dim is None else np.expand_dims(g, dim), shape)


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
    return record(
        np.maximum(a, b),
        (input, lambda g: (g * (a > b) + g * (a >= b)) / 2),
        (other, lambda g: (g * (b > a) + g * (b >= a)) / 2),
    )
