"""What tensors can do: arithmetic, functions, reductions, shapes, indexing, making and joining.

Forward and backward stand side by side: each docstring says the derivative that `record` is given.
"""

from __future__ import annotations

import builtins
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from dlcourse.autograd.graph import Edge, Node, Number, connect, record
from dlcourse.autograd.memory import Array, Part
from dlcourse.autograd.recording import recording

Dim: TypeAlias = int | Sequence[int] | None


def _comparison(compare: Callable[[Any, Any], Any]) -> Any:
    """Return the method for an operator that has truth values and no gradient."""
    return lambda self, other: Tensor(np.asarray(compare(self.data, value_of(other))))


class Tensor(Node):
    """An array of numbers that can be differentiated."""

    __slots__ = ()
    __array_ufunc__ = None  # so that NumPy refuses `array * tensor` instead of guessing
    __hash__ = object.__hash__

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        super().__init__(data if isinstance(data, np.ndarray) else to_array(data), requires_grad)

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
        if not self.ndim:
            raise TypeError("A single number has no length and no parts: read it with .item().")
        return len(self.data)

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> builtins.float:
        return builtins.float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        numbers = np.array2string(self.data, separator=", ", prefix="tensor(", precision=4)
        return f"tensor({numbers}{', requires_grad=True' if self.requires_grad else ''})"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def item(self) -> Any:
        """Return the only element as a Python number."""
        if self.data.size != 1:
            raise ValueError(f"One number is needed, but this tensor has shape {self.shape}.")
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
        before = self.dtype
        out = Tensor(self.data.astype(dtype))
        if self.requires_grad and recording():
            connect(out, ((self, lambda g: g.astype(before)),))
        return out

    # Arithmetic, with broadcasting: `backward` sums a gradient over what was repeated

    def __add__(self, other: Tensor | Number) -> Tensor:
        """Return a + b; ∂L/∂a = g, ∂L/∂b = g."""
        a, b = operands(self, other)
        return record(a + b, (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other: Tensor | Number) -> Tensor:
        """Return a − b; ∂L/∂a = g, ∂L/∂b = −g."""
        a, b = operands(self, other)
        return record(a - b, (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other: Tensor | Number) -> Tensor:
        """Return a·b; ∂L/∂a = g·b, ∂L/∂b = g·a."""
        a, b = operands(self, other)
        return record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        """Return y = a/b; ∂L/∂a = g/b, ∂L/∂b = −g·y/b."""
        a, b = operands(self, other)
        y = np.true_divide(a, b, dtype=None if a.dtype.kind == "f" else np.float64)
        return record(y, (self, lambda g: g / b), (other, lambda g: -g * y / b))

    def __pow__(self, exponent: Number) -> Tensor:
        """Return xⁿ for a number n; ∂L/∂x = g·n·xⁿ⁻¹."""
        if isinstance(exponent, Tensor):
            raise TypeError("The exponent must be a number: write (b * a.log()).exp() for a ** b.")
        x, n = self.data, value_of(exponent)
        if x.dtype.kind != "f" and n < 0:
            raise ValueError(f"Whole numbers have no power {n}: take x.float() ** {n}.")
        return record(x**n, (self, lambda g: g * (n * x ** (n - 1)) if n else np.zeros_like(g)))

    def __rpow__(self, base: Number) -> Tensor:
        """Return y = aˣ for a number a; ∂L/∂x = g·y·ln a."""
        a = value_of(base)
        y = builtins.float(a) ** real(self)
        slope = math.log(a) if a > 0 else math.nan if a else 0.0
        return record(y, (self, lambda g: g * y * slope))

    def __matmul__(self, other: Tensor) -> Tensor:
        """Return the matrix product A B; ∂L/∂A = g Bᵀ, ∂L/∂B = Aᵀ g."""
        a, b = self.data, array_of(other)
        if not (a.ndim and b.ndim and a.shape[-1] == b.shape[-min(b.ndim, 2)]):
            raise ValueError(
                f"A @ B was given shapes {a.shape} and {b.shape}, but needs as many columns in A "
                "as rows in B: (…, n, k) @ (…, k, m)."
            )
        if a.ndim == 1:
            return (self.unsqueeze(0) @ other).squeeze(-2 if b.ndim > 1 else 0)
        if b.ndim == 1:
            return (self @ other.unsqueeze(1)).squeeze(-1)

        def gradient_b(g: Array) -> Array:
            if b.ndim == 2:  # one product for the whole batch, not each and their sum
                return as_rows(a).T @ as_rows(g)
            return a.swapaxes(-1, -2) @ g

        return record(a @ b, (self, lambda g: g @ b.swapaxes(-1, -2)), (other, gradient_b))

    def __rmatmul__(self, other: Any) -> NoReturn:
        array_of(other)  # only what is no tensor comes here
        raise TypeError("A @ B needs two tensors.")

    def __neg__(self) -> Tensor:
        """Return −x; ∂L/∂x = −g."""
        return record(-self.data, (self, lambda g: -g))

    def __rsub__(self, other: Number) -> Tensor:
        """Return a − x for a number a; ∂L/∂x = −g."""
        return record(value_of(other) - self.data, (self, lambda g: -g))

    def __rtruediv__(self, other: Number) -> Tensor:
        """Return y = a/x for a number a; ∂L/∂x = −g·y/x."""
        x = real(self)
        y = value_of(other) / x
        return record(y, (self, lambda g: -g * y / x))

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
        y = np.exp(real(self))
        return record(y, (self, lambda g: g * y))

    def log(self) -> Tensor:
        """Return ln x; ∂L/∂x = g/x."""
        x = real(self)
        return record(np.log(x), (self, lambda g: g / x))

    def sqrt(self) -> Tensor:
        """Return y = √x; ∂L/∂x = g/2y."""
        y = np.sqrt(real(self))
        return record(y, (self, lambda g: g / (2 * y)))

    def tanh(self) -> Tensor:
        """Return y = tanh x; ∂L/∂x = g·(1 − y²)."""
        y = np.tanh(real(self))
        return record(y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self) -> Tensor:
        """Return y = 1/(1 + e⁻ˣ); ∂L/∂x = g·y·(1 − y)."""
        y = logistic(real(self))
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
        if not all(bound is None or isinstance(bound, int | float) for bound in (min, max)):
            raise TypeError(f"clamp takes numbers as bounds, not {min!r} and {max!r}.")
        y = np.clip(x, min, max)
        return record(y, (self, lambda g: g * (x == y)))

    # Reductions over one dimension, several, or all

    def sum(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return Σ x; ∂L/∂x = g, repeated."""
        x, axes = self.data, self._axes(dim)
        y = x.sum(axis=axes, keepdims=keepdim)
        return record(y, (self, lambda g: _repeat(g, x.shape, axes, keepdim)))

    def mean(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return Σ x/n; ∂L/∂x = g/n, repeated."""
        x, axes = self.data, self._axes(dim)
        total = x.sum(axis=axes, keepdims=keepdim)
        n = x.size / max(total.size, 1)
        return record(total / n, (self, lambda g: _repeat(g / n, x.shape, axes, keepdim)))

    def var(self, dim: Dim = None, *, correction: Number = 1, keepdim: bool = False) -> Tensor:
        """Return Σ (x − x̄)²/(n − correction)."""
        total = ((self - self.mean(dim, keepdim=True)) ** 2).sum(dim, keepdim)
        count = self.data.size / max(total.data.size, 1)
        return total / max(count - correction, 0)

    def amax(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return y = max x; ∂L/∂x = g where x = y, shared evenly where several are."""
        x, axes = self.data, self._axes_to_search(dim)
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
        if not self.ndim:
            return Extremum(self.reshape(self._axes(dim)), self.argmax(dim))
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
        axes = self._axes_to_search(dim)
        return Tensor(
            np.asarray(np.argmax(self.data, axis=axes[0] if axes else None, keepdims=keepdim))
        )

    def _axes(self, dim: Dim) -> Any:
        """Return `dim` as axes from 0 up, or None for all; a single number may be asked for 0."""
        if dim is None or dim == () or dim == []:
            return None
        dims = dim if isinstance(dim, Sequence) else (dim,)
        axes = tuple(axis_of(d, max(self.ndim, 1)) for d in dims)
        if len(set(axes)) < len(axes):
            raise ValueError(f"dim is {dim}, which names one dimension twice.")
        return axes if self.ndim else ()

    def _axes_to_search(self, dim: Dim) -> Any:
        axes = self._axes(dim)
        if 0 in (self.shape if axes is None else [self.shape[axis] for axis in axes]):
            raise ValueError(f"In a tensor of shape {self.shape} nothing is largest: it is empty.")
        return axes

    # Shapes

    def reshape(self, *shape: Any) -> Tensor:
        """Return the elements in another shape; ∂L/∂x = g in the shape of x."""
        x = self.data
        return record(x.reshape(*shape), (self, lambda g: g.reshape(x.shape)))

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Join the dimensions from `start_dim` to `end_dim` into one."""
        shape = self.shape or (1,)
        first, last = axis_of(start_dim, len(shape)), axis_of(end_dim, len(shape)) + 1
        return self.reshape(*shape[:first], math.prod(shape[first:last]), *shape[last:])

    def unsqueeze(self, dim: int) -> Tensor:
        """Insert a dimension of length one."""
        return self.reshape(np.expand_dims(self.data, axis_of(dim, self.ndim + 1)).shape)

    def squeeze(self, dim: Dim = None) -> Tensor:
        """Drop those dimensions of length one that `dim` names, or all of them."""
        named = range(self.ndim) if dim is None else self._axes(dim) or ()
        shape = (n for i, n in enumerate(self.shape) if n != 1 or i not in named)
        return self.reshape(tuple(shape))

    def permute(self, *dims: Any) -> Tensor:
        """Return the dimensions in the order given; ∂L/∂x = g with that undone."""
        given = dims[0] if dims and isinstance(dims[0], Sequence) else dims
        order = [axis_of(d, self.ndim) for d in given]
        if sorted(order) != [*range(self.ndim)]:
            raise ValueError(f"permute was given {given}, but needs all {self.ndim} dimensions.")
        return record(self.data.transpose(order), (self, lambda g: g.transpose(np.argsort(order))))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Swap two dimensions; ∂L/∂x = g with them swapped back."""
        i, j = (axis_of(d, max(self.ndim, 1)) for d in (dim0, dim1))
        order = [*range(self.ndim)]
        if order:
            order[i], order[j] = order[j], order[i]
        return self.permute(*order)

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


def to_array(data: Any) -> Array:
    """Return data as an array of numbers, Python's floats as float32."""
    try:
        a = np.asarray(_without_tensors(data))
    except ValueError:
        raise ValueError("A tensor needs rows of one length, but these lengths differ.") from None
    if a.dtype.kind not in "fiub":
        raise TypeError(f"A tensor holds numbers, not {a.dtype}: convert the data first.")
    return a.astype(np.float32) if a.dtype == np.float64 and not _holds_float64(data) else a


def _without_tensors(data: Any) -> Any:
    """Return nested lists with arrays in place of tensors."""
    if isinstance(data, list | tuple):
        return [_without_tensors(x) for x in data]
    return data.data if isinstance(data, Tensor) else data


def _holds_float64(data: Any) -> bool:
    """Return whether anything in nested lists is in float64, other than Python's own floats."""
    if isinstance(data, list | tuple):
        return any(map(_holds_float64, data))
    return hasattr(data, "dtype") and np.asarray(data).dtype == np.float64


def value_of(x: Any) -> Any:
    """Return a tensor's array, or a number as Python's own, which leaves dtypes as they are."""
    if isinstance(x, Tensor):
        return x.data
    if isinstance(x, int | float):
        return x
    return x.item() if isinstance(x, np.generic) else array_of(x)


def array_of(x: Any) -> Array:
    """Return a tensor's array; refuse what only looks like a tensor."""
    if isinstance(x, Tensor):
        return x.data
    hint = ": wrap it in tensor()" if isinstance(x, np.ndarray | list | tuple) else ""
    raise TypeError(f"A tensor is needed here, not {type(x).__name__}{hint}.")


def real(x: Tensor) -> Array:
    """Return a tensor's array in floating point: whole numbers become float32."""
    a = array_of(x)
    return a if a.dtype.kind == "f" else a.astype(np.float32)


def operands(a: Tensor, b: Tensor | Number) -> tuple[Array, Any]:
    """Return two arrays, or an array and a number; beside floats whole numbers become such floats.

    NumPy alone would make float64 of float32 and int64, in the value and then in every gradient.
    """
    x, y = array_of(a), value_of(b)
    if isinstance(b, Tensor) and x.dtype is not y.dtype:
        if x.dtype.kind == "f" != y.dtype.kind:
            y = y.astype(x.dtype)
        elif y.dtype.kind == "f" != x.dtype.kind:
            x = x.astype(y.dtype)
    return x, y


def axis_of(dim: Any, ndim: int) -> int:
    """Return a dimension, counted from either end, as one from 0 up."""
    if not isinstance(dim, int | np.integer) or isinstance(dim, bool):
        raise TypeError(f"dim is {dim!r}, but one dimension is a whole number.")
    if not -ndim <= dim < ndim:
        raise IndexError(f"dim is {dim}, but there are {ndim} dimensions: {-ndim} to {ndim - 1}.")
    return int(dim) % ndim


def _plain(index: Any) -> Any:
    """Return one part of an index as NumPy wants it."""
    if isinstance(index, Tensor):
        return index.data
    return np.asarray(index, None if len(index) else int) if isinstance(index, list) else index


def _repeat(g: Array, shape: tuple[int, ...], axes: Any, keepdim: bool) -> Array:
    """Undo a reduction: repeat g along the dimensions that it summed, as a view."""
    return np.broadcast_to(g if keepdim or axes is None else np.expand_dims(g, axes), shape)


def as_rows(x: Array) -> Array:
    """Return (…, n) as (rows, n)."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def logistic(x: Array) -> Any:
    """Return 1/(1 + e⁻ˣ) without overflow on either side."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


# Making and joining tensors


def tensor(data: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a tensor with a copy of `data`; Python's floats become float32."""
    return Tensor(np.array(to_array(data), dtype=dtype), requires_grad)


def zeros(*size: Any) -> Tensor:
    """Return zeros in float32, in a shape given as 2, 3 or (2, 3)."""
    return Tensor(np.zeros(shape_of(size), np.float32))


def ones(*size: Any) -> Tensor:
    """Return ones in float32, in a shape given as 2, 3 or (2, 3)."""
    return Tensor(np.ones(shape_of(size), np.float32))


def shape_of(size: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the lengths that a function was given one by one, or as one sequence."""
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], Sequence) else size


def arange(end: int) -> Tensor:
    """Return 0, 1, …, end − 1."""
    return Tensor(np.arange(end))


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along `dim`; ∂L/∂x = the part of g that came from x."""
    kept = [x for x in tensors if array_of(x).shape != (0,)] or tensors  # (0,) fits anywhere
    if not kept or not all(x.ndim for x in kept):
        raise ValueError("cat needs at least one tensor, and no single numbers: stack joins those.")
    axis = axis_of(dim, kept[0].ndim)
    if len({(*x.shape[:axis], *x.shape[axis + 1 :]) for x in kept}) > 1:
        shapes = ", ".join(str(x.shape) for x in kept)
        raise ValueError(f"cat along {dim} was given {shapes}, which differ elsewhere too.")
    ends = itertools.accumulate(x.shape[axis] for x in kept)

    def edge(x: Tensor, end: int) -> Edge:
        part = slice(end - x.shape[axis], end)
        return x, lambda g: g.swapaxes(0, axis)[part].swapaxes(0, axis)

    return record(np.concatenate([x.data for x in kept], axis), *map(edge, kept, ends))


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension."""
    return cat([x.unsqueeze(dim) for x in tensors], dim)


def where(condition: Tensor, input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """Return a where the condition holds, else b; ∂L/∂a = g there, ∂L/∂b = g elsewhere."""
    c = array_of(condition)
    if c.dtype != bool:
        raise TypeError(
            f"where needs truth values, not {c.dtype}: write a condition such as x > 0."
        )
    y = np.where(c, value_of(input), value_of(other))
    return record(y, (input, lambda g: np.where(c, g, 0)), (other, lambda g: np.where(c, 0, g)))


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Return the larger of a and b; ∂L/∂a = g where a > b and g/2 where a = b, so for b."""
    array_of(other)
    a, b = operands(input, other)
    y = np.maximum(a, b)

    def share(first: Array, second: Array) -> Any:
        return ((first > second) + 0.5 * (first == second)).astype(y.dtype)

    return record(y, (input, lambda g: g * share(a, b)), (other, lambda g: g * share(b, a)))


Node.tensor = Tensor
