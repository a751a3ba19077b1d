"""Every operation of a tensor, against PyTorch in float64 and against finite differences."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import SETTINGS, agree, arrays, broadcast_pairs

import dlcourse.autograd as ours
from dlcourse.autograd import gradcheck

ELEMENTWISE = {
    "exp": lambda t, x: x.exp(),
    "log": lambda t, x: x.log(),
    "sqrt": lambda t, x: x.sqrt(),
    "tanh": lambda t, x: x.tanh(),
    "sigmoid": lambda t, x: x.sigmoid(),
    "relu": lambda t, x: x.relu(),
    "abs": lambda t, x: x.abs(),
    "neg": lambda t, x: -x,
    "square": lambda t, x: x**2,
    "cube": lambda t, x: x**3,
    "inverse": lambda t, x: x**-1,
    "constant": lambda t, x: x**0,
    "root": lambda t, x: x**0.5,
    "number on the right": lambda t, x: ((x + 2) * 3.5 - 1) / 7,
    "number on the left": lambda t, x: 2 + 3.5 * (1 - 7 / x),
    "clamp": lambda t, x: x.clamp(-0.5, 1.0),
    "clamp from below": lambda t, x: x.clamp(min=0.0),
    "used three times": lambda t, x: x * x + x,
    "doubled": lambda t, x: x + x,
    "converted": lambda t, x: x.float().double() * x,
}
NEEDS_POSITIVE = {"log", "sqrt", "inverse", "root", "number on the left"}


@pytest.mark.parametrize("name", ELEMENTWISE)
@SETTINGS
@given(st.data())
def test_functions_of_each_element(name, data):
    x = data.draw(arrays(positive=name in NEEDS_POSITIVE))
    agree(ELEMENTWISE[name], x, tolerance=1e-6 if name == "converted" else 1e-10)


BROADCAST = {
    "add": lambda t, a, b: a + b,
    "sub": lambda t, a, b: a - b,
    "mul": lambda t, a, b: a * b,
    "div": lambda t, a, b: a / b,
    "maximum": lambda t, a, b: t.maximum(a, b),
    "where": lambda t, a, b: t.where(a > b, a * 2, b),
    "where with a number": lambda t, a, b: t.where(a > b, a, 0.0) + b,
}


@pytest.mark.parametrize("name", BROADCAST)
@SETTINGS
@given(st.data())
def test_arithmetic_broadcasts(name, data):
    agree(BROADCAST[name], *data.draw(broadcast_pairs(positive=name == "div")))


@SETTINGS
@given(st.data(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_matrix_products(data, n, k, m):
    batch = data.draw(st.sampled_from([(), (2,), (1,), (3, 2), (0,)]))
    other = data.draw(st.sampled_from([(), batch, (1,) * len(batch)]))
    a = data.draw(st.sampled_from([(k,), (*batch, n, k)]))
    b = data.draw(st.sampled_from([(k,), (*other, k, m)]))
    agree(lambda t, a, b: a @ b, data.draw(arrays(a)), data.draw(arrays(b)))


REDUCTIONS = {
    "sum": lambda x, **kw: x.sum(**kw),
    "mean": lambda x, **kw: x.mean(**kw),
    "amax": lambda x, **kw: x.amax(**kw),
    "var": lambda x, **kw: x.var(**kw),
    "biased var": lambda x, **kw: x.var(correction=0, **kw),
}


@pytest.mark.parametrize("name", REDUCTIONS)
@SETTINGS
@given(st.data(), st.booleans())
def test_reductions(name, data, keepdim):
    x = data.draw(arrays(least=2 if "var" in name else 1, dims=(1, 4)))
    kept = data.draw(st.sets(st.integers(0, x.ndim - 1), min_size=1))
    dim = data.draw(st.sampled_from([min(kept), -1, tuple(kept), list(kept)]))
    agree(lambda t, x: REDUCTIONS[name](x, dim=dim, keepdim=keepdim), x)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "var", "amax"])
@SETTINGS
@given(st.data())
def test_reductions_over_everything(name, data):
    x = data.draw(arrays(least=2, dims=(1, 4)))
    agree(lambda t, x: getattr(x, name)(), x)


@SETTINGS
@given(arrays(dims=(1, 3)))
def test_sums_over_nothing(x):
    agree(lambda t, x: x.sum(dim=0), x)
    agree(lambda t, x: x.sum(), x)


@pytest.mark.parametrize("name", ["max", "min"])
@SETTINGS
@given(st.data(), st.booleans())
def test_extrema_along_a_dimension(name, data, keepdim):
    x = data.draw(arrays(least=1, dims=(1, 4)))
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    agree(lambda t, x: getattr(x, name)(dim, keepdim).values, x)
    agree(lambda t, x: getattr(x, name)(dim, keepdim).indices, x)


@SETTINGS
@given(arrays(least=1, dims=(1, 3)))
def test_argmax(x):
    agree(lambda t, x: x.argmax(), x)
    agree(lambda t, x: x.argmax(-1), x)
    agree(lambda t, x: x.argmax(dim=0, keepdim=True), x)


@SETTINGS
@given(st.data(), arrays(dims=(2, 4)))
def test_shapes(data, x):
    dims = st.integers(-x.ndim, x.ndim - 1)
    a, b = data.draw(dims), data.draw(dims)
    order = data.draw(st.permutations(range(x.ndim)))
    first, last = sorted((a % x.ndim, b % x.ndim))
    agree(lambda t, x: x.reshape(*x.shape[::-1]), x)
    agree(lambda t, x: x.reshape(x.shape[::-1]) * 2, x)
    agree(lambda t, x: x.flatten(), x)
    agree(lambda t, x: x.flatten(first, last), x)
    agree(lambda t, x: x.permute(*order), x)
    agree(lambda t, x: x.permute(tuple(order)) * x.permute(*order), x)
    agree(lambda t, x: x.transpose(a, b), x)
    agree(lambda t, x: x.unsqueeze(a), x)
    agree(lambda t, x: x.squeeze(a), x)
    agree(lambda t, x: x.squeeze(), x)


def test_a_matrix_is_transposed_by_T():
    agree(lambda t, x: x.T @ x, np.arange(6.0).reshape(2, 3))


INDICES = [
    0,
    -1,
    slice(1, None),
    slice(None, None, 2),
    (slice(None), 1),
    (..., slice(0, 2)),
    (None, 0, ..., None),
    [2, 0, 2],
    (slice(None), [1, 1]),
    ([0, 2, 0], [1, 1, 1]),
    np.array([[0, -1], [2, 2]]),
    np.array([True, False, True]),
    (slice(None), np.array([True, False, True, True])),
]


@pytest.mark.parametrize("index", INDICES, ids=lambda index: " ".join(str(index).split()))
@SETTINGS
@given(arrays((3, 4, 2)))
def test_indexing(index, x):
    def read(t, x):
        parts = index if isinstance(index, tuple) else (index,)
        made = tuple(t.tensor(p) if isinstance(p, np.ndarray) else p for p in parts)
        return x[made if isinstance(index, tuple) else made[0]]

    agree(read, x)
    agree(lambda t, x: read(t, x).sum() * x + read(t, x).sum(), x)


def test_indexing_by_truth_values_of_its_own():
    agree(lambda t, x: x[x > 0] * 2, np.array([[1.0, -2.0], [3.0, 0.0]]))


def test_unpacking_reads_along_the_first_dimension():
    def product(t, x):
        a, b, c = x
        return a * b + c

    agree(product, np.arange(6.0).reshape(3, 2))


@SETTINGS
@given(st.data(), st.integers(1, 3), arrays(dims=(1, 3)))
def test_joining(data, count, x):
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    parts = [x] + [data.draw(arrays(x.shape)) for _ in range(count)]
    agree(lambda t, *parts: t.cat(parts, dim=dim), *parts)
    agree(lambda t, *parts: t.stack(parts, dim=dim), *parts)
    agree(lambda t, x: t.cat([x, x * 2, x], dim), x)


@pytest.mark.parametrize("compare", ["__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"])
def test_comparisons(compare):
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    agree(lambda t, a, b: getattr(a, compare)(b), a, b)
    agree(lambda t, a, b: getattr(a, compare)(2), a, b)


@SETTINGS
@given(st.data(), st.integers(0, 2**16))
def test_chains_of_drawn_operations(data, seed):
    """Graphs that branch and join as they like: a tensor is used many times, late and early."""
    steps = data.draw(st.lists(st.tuples(*[st.integers(0, 99)] * 3), min_size=2, max_size=12))

    def build(t, x):
        known = [x, x.tanh()]
        for kind, i, j in steps:
            a, b = known[i % len(known)], known[j % len(known)]
            known.append(
                [a + b, a - b, a * b, a.tanh(), (a * a).mean() + b, a @ b, a[0] + b, a.T][kind % 8]
            )
        return known[-1] + known[len(known) // 2]

    x = np.random.default_rng(seed).normal(size=(3, 3)) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such chains may overflow, on both engines alike
        y = build(torch, torch.tensor(x))
        assume(bool(torch.isfinite(y).all()) and bool((y.abs() < 1e3).all()))
        agree(build, x)


FINITE_DIFFERENCES = {
    "arithmetic": lambda a, b: (a * b - a / (b * b + 1)) ** 3,
    "functions": lambda a, b: a.tanh() * b.exp() + (a * a + 1).log().sqrt() * b.sigmoid(),
    "matrices": lambda a, b: (a @ b.T).sum(dim=0, keepdim=True) @ a,
    "reductions": lambda a, b: a.var(dim=1) * b.mean(dim=1) + b.amax(dim=1),
    "parts": lambda a, b: ours.cat([a[:, [0, 0]], b[1:].T.reshape(2, 3)[:, :2]], dim=0),
}


@pytest.mark.parametrize("name", FINITE_DIFFERENCES)
def test_finite_differences(name):
    rng = np.random.default_rng(1)
    shapes = [(2, 3), (2, 3)] if name != "parts" else [(2, 3), (3, 3)]
    inputs = [ours.tensor(rng.normal(size=s), requires_grad=True) for s in shapes]
    assert gradcheck(FINITE_DIFFERENCES[name], inputs)


def test_gradcheck_finds_a_wrong_derivative():
    def wrong(x):
        return ours.record(np.sin(x.data), (x, lambda g: g * np.sin(x.data)))

    x = ours.tensor(np.array([0.3, 0.7]), requires_grad=True)
    with pytest.raises(AssertionError, match="element \\(0,\\) of input 0"):
        gradcheck(wrong, [x])
    with pytest.raises(ValueError, match="float64"):
        gradcheck(wrong, [ours.tensor([0.3], requires_grad=True)])
