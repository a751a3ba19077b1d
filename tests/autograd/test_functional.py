"""The functions that networks are made of, against PyTorch in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import SETTINGS, agree, arrays, functional

import dlcourse.autograd as ours
from dlcourse.autograd import gradcheck

F = functional


@SETTINGS
@given(arrays())
def test_activations(x):
    agree(lambda t, x: F(t).relu(x), x)
    agree(lambda t, x: F(t).gelu(x), x)
    agree(lambda t, x: F(t).gelu(x, approximate="tanh"), x)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@SETTINGS
@given(st.data())
def test_softmax_and_its_logarithms(name, data):
    x = data.draw(arrays(dims=(1, 4)))
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    scale = data.draw(st.sampled_from([1, 1000]))
    function = "logsumexp" if name == "logsumexp" else name
    if name != "logsumexp" or x.size:
        agree(lambda t, x: getattr(t, function)(x * scale, dim=dim), x)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_logsumexp_keeps_the_dimension_and_infinity():
    x = np.array([[0.0, -np.inf], [-np.inf, -np.inf], [np.inf, 1.0]])
    for keepdim in (True, False):
        found = ours.logsumexp(ours.tensor(x), 1, keepdim).numpy()
        np.testing.assert_allclose(found, torch.logsumexp(torch.tensor(x), 1, keepdim).numpy())


REDUCTION = st.sampled_from(["mean", "sum", "none"])


@SETTINGS
@given(
    st.data(), REDUCTION, st.integers(1, 5), st.sampled_from([(), (3,), (1,), (2, 3), (2, 1, 2)])
)
def test_cross_entropy(data, reduction, classes, rest):
    x = data.draw(arrays((*rest[:1], classes, *rest[1:])))
    labels = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, classes, rest)
    agree(lambda t, x, y: F(t).cross_entropy(x * 9, y, reduction=reduction), x, labels)


@pytest.mark.parametrize("name", ["mse_loss", "binary_cross_entropy_with_logits"])
@SETTINGS
@given(st.data(), REDUCTION)
def test_losses_element_by_element(name, data, reduction):
    x = data.draw(arrays(least=1))
    t = data.draw(arrays(x.shape))
    agree(lambda e, x, t: getattr(F(e), name)(x * 9, t, reduction=reduction), x, t)


@SETTINGS
@given(st.data(), st.booleans())
def test_linear(data, biased):
    x = data.draw(arrays(dims=(1, 4)))
    w, b = data.draw(arrays((3, x.shape[-1]))), data.draw(arrays((3,)))
    agree(lambda t, *args: F(t).linear(*args), x, w, *([b] if biased else []))


@SETTINGS
@given(st.data(), st.booleans())
def test_conv2d(data, biased):
    small = st.integers(1, 3)
    n, c, o, kh, kw, sh, sw = (data.draw(small) for _ in range(7))
    ph, pw = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))
    x = data.draw(arrays((n, c, kh + data.draw(small), kw + data.draw(small))))
    w, b = data.draw(arrays((o, c, kh, kw))), data.draw(arrays((o,)))
    agree(
        lambda t, *args: F(t).conv2d(*args, stride=(sh, sw), padding=(ph, pw)),
        *(x, w, b)[: 3 if biased else 2],
    )


@SETTINGS
@given(st.data(), st.integers(1, 3), st.integers(0, 2))
def test_conv1d(data, stride, padding):
    small = st.integers(1, 4)
    n, c, o, k = (data.draw(small) for _ in range(4))
    x, w = data.draw(arrays((n, c, k + 3))), data.draw(arrays((o, c, k)))
    b = data.draw(arrays((o,)))
    agree(lambda t, *args: F(t).conv1d(*args, stride=stride, padding=padding), x, w, b)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@SETTINGS
@given(st.data())
def test_pooling_with_ties_and_overlap(name, data):
    kernel = data.draw(st.sampled_from([1, 2, 3, (2, 1), (1, 3)]))
    stride = data.draw(st.sampled_from([None, 1, 2, (2, 1)]))
    x = data.draw(arrays((2, 2, data.draw(st.integers(3, 6)), data.draw(st.integers(3, 6)))))
    agree(lambda t, x: getattr(F(t), name)(x, kernel, stride), x)


def test_layers_of_images_pass_gradients_through_each_other():
    def network(t, x, w1, w2):
        y = F(t).max_pool2d(F(t).conv2d(x, w1, padding=1).relu(), 2)
        return F(t).avg_pool2d(F(t).conv2d(y, w2, padding=1).tanh(), 2).flatten(1)

    rng = np.random.default_rng(0)
    shapes = [(3, 2, 8, 8), (4, 2, 3, 3), (5, 4, 3, 3)]
    agree(network, *(rng.normal(size=shape) for shape in shapes))


@SETTINGS
@given(st.data(), st.sampled_from(["both", "weight", "neither"]))
def test_layer_norm(data, learned):
    x = data.draw(arrays(least=1, dims=(1, 4)))
    shape = x.shape[data.draw(st.integers(0, x.ndim - 1)) :]
    extra = [
        data.draw(arrays(shape)) for _ in range({"both": 2, "weight": 1, "neither": 0}[learned])
    ]
    agree(lambda t, x, *wb: F(t).layer_norm(x, shape, *wb, eps=0.1), x, *extra)


@SETTINGS
@given(st.data(), st.booleans(), st.booleans())
def test_batch_norm(data, training, learned):
    c = data.draw(st.integers(1, 3))
    rest = data.draw(st.sampled_from([(), (3,), (2, 2), (1, 3)]))
    x = data.draw(arrays((data.draw(st.integers(2, 4)), c, *rest)))
    mean, var = np.linspace(-1, 1, c), np.linspace(1, 2, c)
    moved = {}

    def function(t, x, *wb):
        running = t.tensor(mean), t.tensor(var)
        wb = wb or (None, None)
        y = F(t).batch_norm(x, *running, *wb, training=training, momentum=0.3, eps=0.1)
        moved[t] = [r.numpy() for r in running]
        return y

    extra = [data.draw(arrays((c,))) for _ in range(2)] if learned else []
    agree(function, x, *extra)
    np.testing.assert_allclose(moved[ours], moved[torch], 1e-12)


@SETTINGS
@given(st.data(), st.sampled_from([(), (3,), (2, 4), (0,)]))
def test_embedding(data, shape):
    w = data.draw(arrays((4, 3)))
    ids = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 4, shape)
    agree(lambda t, i, w: F(t).embedding(i, w) * 2, ids, w)
    agree(lambda t, i, w: F(t).embedding(i, w).sum() * w.tanh(), ids, w)


@SETTINGS
@given(st.data(), st.sampled_from(["none", "causal", "truth", "added", "added for all"]))
def test_attention(data, kind):
    batch = data.draw(st.sampled_from([(), (2,), (2, 3)]))
    t_, s, d, e = (data.draw(st.integers(1, 4)) for _ in range(4))
    q, k, v = (data.draw(arrays((*batch, *shape))) for shape in ((t_, d), (s, d), (s, e)))
    mask = []
    if kind == "truth":
        mask = [np.tri(t_, s, dtype=bool)]
    elif kind.startswith("added"):
        mask = [data.draw(arrays((*(batch if kind == "added for all" else ()), t_, s)))]
    scale = data.draw(st.sampled_from([None, 0.7]))

    def function(engine, *inputs):
        causal = {"is_causal": True} if kind == "causal" else {}
        return F(engine).scaled_dot_product_attention(*inputs, scale=scale, **causal)

    agree(function, q, k, v, *mask)


def test_dropout_keeps_the_mean_and_drops_the_share():
    ours.manual_seed(0)
    x = ours.tensor(np.ones(100_000), requires_grad=True)
    y = F(ours).dropout(x, 0.3)
    y.sum().backward()
    kept = y.data != 0
    assert abs(kept.mean() - 0.7) < 0.01
    np.testing.assert_allclose(y.data[kept], 1 / 0.7)
    np.testing.assert_array_equal(x.grad, y.data)
    assert F(ours).dropout(x, 0.3, training=False) is x
    assert F(ours).dropout(x, 0.0) is x


FINITE_DIFFERENCES = {
    "conv2d": (
        lambda x, w, b: F(ours).conv2d(x, w, b, stride=2, padding=1),
        [(2, 2, 5, 4), (3, 2, 3, 2), (3,)],
    ),
    "layer_norm": (lambda x, w, b: F(ours).layer_norm(x, (4,), w, b), [(3, 4), (4,), (4,)]),
    "batch_norm": (
        lambda x, w, b: F(ours).batch_norm(x, None, None, w, b, training=True),
        [(4, 2, 3), (2,), (2,)],
    ),
    "gelu": (lambda x: F(ours).gelu(x), [(5,)]),
    "gelu tanh": (lambda x: F(ours).gelu(x, "tanh"), [(5,)]),
    "attention": (
        lambda q, k, v: F(ours).scaled_dot_product_attention(q, k, v, is_causal=True),
        [(2, 3, 4)] * 3,
    ),
    "max_pool2d": (lambda x: F(ours).max_pool2d(x, 2, 1), [(1, 2, 4, 4)]),
}


@pytest.mark.parametrize("name", FINITE_DIFFERENCES)
def test_finite_differences(name):
    function, shapes = FINITE_DIFFERENCES[name]
    rng = np.random.default_rng(3)
    assert gradcheck(
        function, [ours.tensor(rng.normal(size=s), requires_grad=True) for s in shapes]
    )


@pytest.mark.parametrize("seed", [0, 1, 2**40 + 3])
@pytest.mark.parametrize("size", [(3,), (16,), (100,), (7, 33)])
def test_random_numbers_are_those_of_pytorch(seed, size):
    drawn = []
    for engine in (ours, torch):
        engine.manual_seed(seed)
        normal = engine.randn(*size).numpy() if np.prod(size) >= 16 else 0
        drawn.append((engine.rand(*size).numpy(), normal, engine.rand(2).numpy()))
    for found, expected in zip(*drawn, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=3e-6)
