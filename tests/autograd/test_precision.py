"""Single precision: every function against itself in float64, at confident, large and tiny values.

The engine may lose what PyTorch loses in float32, but no more; where PyTorch keeps too little of a
confident score, the losses keep all.
"""

import numpy as np
import pytest
import torch

import dlcourse.autograd as ours

F = ours.nn.functional
SCALES = (1e-6, 1e-3, 1.0, 10.0, 30.0, 1e4)


def draw(*shape, scale, seed=0):
    """Draw numbers of every size up to `scale`, exact in float32."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=shape) * scale * rng.choice([1, 0.1, 0.01], shape)).astype(np.float32)


def run(engine, function, arrays, dtype):
    """Return the value and all gradients of a function in one dtype, as float64."""
    make = engine.tensor
    inputs = [
        make(a.astype(dtype), requires_grad=True) if a.dtype.kind == "f" else make(a)
        for a in arrays
    ]
    y = function(engine, *inputs)
    g = np.random.default_rng(1).uniform(0.5, 1.5, tuple(y.shape)).astype(np.float32)
    y.backward(make(g.astype(dtype)))
    found = [y.detach().numpy(), *(x.grad for x in inputs if x.grad is not None)]
    return [np.asarray(a, np.float64) for a in found]


def error(found, exact):
    """Return the largest relative error, over elements that float32 can hold."""
    with np.errstate(all="ignore"):
        relative = np.abs(found - exact) / np.abs(exact)
    held = np.isfinite(exact) & (np.abs(exact) > 1e-35) & (np.abs(exact) < 1e35)
    return np.nan_to_num(relative[held], nan=np.inf).max(initial=0)


FUNCTIONS = {
    "exp": (lambda t, x: x.exp(), [(50,)]),
    "tanh": (lambda t, x: x.tanh(), [(50,)]),
    "sigmoid": (lambda t, x: x.sigmoid(), [(50,)]),
    "gelu": (lambda t, x: t.nn.functional.gelu(x), [(50,)]),
    "gelu tanh": (lambda t, x: t.nn.functional.gelu(x, approximate="tanh"), [(50,)]),
    "power": (lambda t, x: x**3, [(50,)]),
    "base": (lambda t, x: 2**x, [(50,)]),
    "log": (lambda t, x: (x * x + 1).log(), [(50,)]),
    "sqrt": (lambda t, x: (x * x).sqrt(), [(50,)]),
    "quotient": (lambda t, x, y: x / y, [(50,), (50,)]),
    "mean": (lambda t, x: (x * x).mean(dim=1), [(5, 50)]),
    "var": (lambda t, x: x.var(dim=1), [(5, 50)]),
    "softmax": (lambda t, x: t.softmax(x, dim=1), [(20, 5)]),
    "log_softmax": (lambda t, x: t.log_softmax(x, dim=1), [(20, 5)]),
    "logsumexp": (lambda t, x: t.logsumexp(x, dim=1), [(20, 5)]),
    "layer_norm": (lambda t, x: t.nn.functional.layer_norm(x, (8,)), [(5, 8)]),
    "batch_norm": (
        lambda t, x: t.nn.functional.batch_norm(x, None, None, training=True),
        [(16, 3)],
    ),
    "linear": (lambda t, *a: t.nn.functional.linear(*a), [(6, 7), (5, 7), (5,)]),
    "conv2d": (lambda t, *a: t.nn.functional.conv2d(*a), [(2, 3, 6, 6), (4, 3, 3, 3), (4,)]),
    "avg_pool2d": (lambda t, x: t.nn.functional.avg_pool2d(x, 2), [(2, 3, 6, 6)]),
    "attention": (
        lambda t, *a: t.nn.functional.scaled_dot_product_attention(*a),
        [(2, 5, 4)] * 3,
    ),
    "mse_loss": (lambda t, x, y: t.nn.functional.mse_loss(x, y), [(50,), (50,)]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_is_as_exact_as_pytorchs(name, scale):
    function, shapes = FUNCTIONS[name]
    arrays = [draw(*shape, scale=scale, seed=i) for i, shape in enumerate(shapes)]
    exact = run(torch, function, arrays, np.float64)
    found = run(ours, function, arrays, np.float32)
    theirs = run(torch, function, arrays, np.float32)
    for mine, other, right in zip(found, theirs, exact, strict=True):
        assert error(mine, right) <= 8 * error(other, right) + 1e-5


@pytest.mark.parametrize("scale", [3.0, 10.0, 30.0])
def test_attention_that_is_sure_is_as_exact_as_pytorchs(scale):
    """Its gradient is a difference, of which float32 keeps little: over many draws, as much."""
    attend = FUNCTIONS["attention"][0]
    errors = []
    for seed in range(0, 120, 3):
        arrays = [draw(4, 6, 4, scale=scale, seed=seed + i) for i in range(3)]
        exact = run(torch, attend, arrays, np.float64)
        runs = run(ours, attend, arrays, np.float32), run(torch, attend, arrays, np.float32)
        errors.append([[*map(error, found, exact)] for found in runs])
    mine, theirs = np.median(errors, axis=0)  # for the value and the three gradients
    np.testing.assert_array_less(mine, 1.2 * theirs + 1e-6)


CONFIDENT = [-1e4, -100.0, -30.0, -16.0, -10.0, -1e-3, 0.0, 1e-3, 10.0, 16.0, 30.0, 1e4]


def loss_and_slope(margin):
    """Return −ln σ(m) and its slope −σ(−m), exact where PyTorch's float64 is not: it rounds σ."""
    small = np.exp(-np.abs(margin))
    return np.logaddexp(0, -margin), -np.where(margin > 0, small, 1) / (1 + small)


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_cross_entropy_keeps_the_digits_of_confident_scores(offset):
    x = np.stack([np.array(CONFIDENT) + offset, np.full(len(CONFIDENT), offset)], axis=1)
    x = ours.tensor(x.astype(np.float32), requires_grad=True)
    losses = F.cross_entropy(x, ours.tensor(np.zeros(len(x), np.int64)), reduction="none")
    losses.sum().backward()
    loss, slope = loss_and_slope(np.diff(x.data[:, ::-1].astype(np.float64))[:, 0])
    assert error(losses.data, loss) < 1e-6
    assert error(x.grad, np.stack([slope, -slope], axis=1)) < 1e-6


def test_cross_entropy_of_a_sure_answer():
    scores = ours.tensor([[10010.0, 10000.0]], requires_grad=True)
    loss = F.cross_entropy(scores, ours.tensor([0]))
    loss.backward()
    np.testing.assert_allclose(loss.item(), np.log1p(np.exp(-10)), rtol=1e-6)
    p = 1 / (1 + np.exp(10))
    np.testing.assert_allclose(scores.grad, [[-p, p]], rtol=1e-6)


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_binary_cross_entropy_keeps_the_digits_of_confident_scores(answer):
    x = ours.tensor(np.array(CONFIDENT, np.float32), requires_grad=True)
    t = ours.tensor(np.full(len(x), answer, np.float32))
    losses = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    losses.sum().backward()
    side = 2 * answer - 1
    loss, slope = loss_and_slope(side * x.data.astype(np.float64))
    assert error(losses.data, loss) < 1e-6
    assert error(x.grad, side * slope) < 1e-6


@pytest.mark.parametrize("function", ["logsumexp", "log_softmax"])
def test_logarithms_of_sums_keep_the_digits_of_a_small_rest(function):
    x = np.array([[0.0, -10.0], [-20.0, 0.0], [0.0, 0.0]])
    exact = getattr(torch, function)(torch.tensor(x), dim=1).numpy()
    found = getattr(ours, function)(ours.tensor(x.astype(np.float32)), dim=1).data
    assert error(found, exact) < 1e-6


KINDS = [np.bool_, np.uint8, np.int8, np.int32, np.int64, np.float32, np.float64]
MIXED = {
    "add": lambda t, x, y: x + y,
    "sub": lambda t, x, y: x - y,
    "mul": lambda t, x, y: x * y,
    "div": lambda t, x, y: x / y,
    "maximum": lambda t, x, y: t.maximum(x, y),
    "where": lambda t, x, y: t.where(x > 1, x, y),
    "cat": lambda t, x, y: t.cat([x, y]),
    "stack": lambda t, x, y: t.stack([x, y]),
    "mse_loss": lambda t, x, y: t.nn.functional.mse_loss(x, y),
}


@pytest.mark.parametrize("kind", KINDS[:5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", MIXED)
def test_whole_numbers_beside_floats_become_such_floats(name, dtype, kind):
    if name == "sub" and kind is np.bool_:
        pytest.skip("PyTorch does not subtract truth values")
    x, n = np.array([0.5, 1.5, 2.5], dtype), np.array([1, 0, 1], kind) + np.array(1, kind)
    for arrays in ((x, n), (n, x)):
        exact = [MIXED[name](torch, *(torch.tensor(a) for a in arrays))]
        inputs = [ours.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        y = MIXED[name](ours, *inputs)
        np.testing.assert_allclose(y.data, exact[0].numpy(), rtol=1e-6)
        assert y.dtype == dtype
        y.sum().backward()
        assert all(a.grad is None or a.grad.dtype == dtype for a in inputs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sigmoid"])
def test_functions_of_whole_numbers_are_float32(name, kind):
    x = np.array([1, 1, 0], kind)
    with np.errstate(divide="ignore"):
        found = getattr(ours, name)(ours.tensor(x)).data
    expected = getattr(torch, name)(torch.tensor(x)).numpy()
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS[1:5])
def test_quotients_and_differences_of_whole_numbers(kind):
    x = np.array([3, 1, 2], kind)
    for compute in (lambda x: x / x, lambda x: x / 3, lambda x: 7 / x, lambda x: 7 - x):
        found, expected = compute(ours.tensor(x)).data, compute(torch.tensor(x)).numpy()
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-6)
