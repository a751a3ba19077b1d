"""What the graph promises: to be exact, to go when it is done, to refuse what would be wrong."""

import copy
import gc
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import torch

import dlcourse.autograd as ours
from dlcourse.autograd import functional as F
from dlcourse.autograd import nn, optim


def leaf(*shape, value=2.0):
    return ours.tensor(np.full(shape, value, np.float32), requires_grad=True)


def test_the_import_stays_clear_of_torch():
    code = "import dlcourse.autograd, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_hundred_thousand_operations_in_a_row():
    x = leaf(3)
    y = x
    for _ in range(100_000):
        y = y + x
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, np.full(3, 100_001))


def test_a_graph_that_never_runs_backward_is_dropped_whole():
    x = leaf(2)
    y = x
    for _ in range(100_000):
        y = y.tanh()
    del y
    x.data += 1  # nothing holds x any more
    assert x.data[0] == 3


def test_a_leaf_that_is_read_many_times_costs_one_gradient():
    x = leaf(2000)
    total = x[0] * 0
    for i in range(2000):
        total = total + x[i] * i
    total.backward()
    np.testing.assert_array_equal(x.grad, np.arange(2000))


def test_memory_is_flat_over_a_thousand_steps():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = optim.Adam(model.parameters())
    x, y = ours.randn(16, 8), ours.tensor(np.arange(16) % 2)

    def steps(count):
        for _ in range(count):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    gc.disable()  # the graph must go without the help of the garbage collector
    tracemalloc.start()
    try:
        before = steps(20)
        after = steps(1000)
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 20_000


def test_backward_frees_the_graph_without_the_garbage_collector():
    class Witness(ours.Tensor):
        freed = 0

        def __del__(self):
            Witness.freed += 1

    gc.disable()
    try:
        x = leaf(3)
        witness = Witness([1.0])
        y = ours.record(x.data * 2, (x, lambda g, keep=witness: g * 2))
        del witness
        loss = (y * y).sum()
        loss.backward()
        assert Witness.freed == 1
    finally:
        gc.enable()


def test_gradients_add_up_until_they_are_forgotten():
    x = leaf(2)
    (x * x).sum().backward()
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [8, 8])


def test_leaves_never_share_a_gradient():
    a, b, c = leaf(2), leaf(2), leaf(4)
    seed = np.ones(2, np.float32)
    (a + b + c.reshape(2, 2)[0]).backward(seed)
    a.grad *= 10
    seed *= 5
    np.testing.assert_array_equal(b.grad, [1, 1])
    np.testing.assert_array_equal(c.grad, [1, 1, 0, 0])


def test_intermediate_results_keep_no_gradient():
    x = leaf(2)
    y = x * 2
    y.sum().backward()
    assert y.grad is None


def test_backward_from_a_leaf():
    x = leaf()
    x.backward()
    assert x.grad == 1


def test_a_second_backward_is_refused_and_changes_nothing():
    x = leaf(2)
    shared = x * x
    first, second = shared.sum(), (shared * 3 + x).sum()
    first.backward()
    for loss in (first, second):
        with pytest.raises(RuntimeError, match="already ran"):
            loss.backward()
    np.testing.assert_array_equal(x.grad, [4, 4])


def test_gradients_of_gradients_are_refused():
    x = leaf()
    y = x * x * x
    with pytest.raises(NotImplementedError, match="derivatives of derivatives"):
        y.backward(create_graph=True)
    with pytest.raises(RuntimeError, match="requires a gradient"):
        y.backward(gradient=leaf())
    y.backward()
    assert isinstance(x.grad, np.ndarray)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.__iadd__(1),
        lambda x: x.__isub__(1),
        lambda x: x.__imul__(2),
        lambda x: x.__itruediv__(2),
        lambda x: x.__setitem__(0, 1.0),
    ],
)
def test_operators_in_place_are_refused(change):
    for tensor in (leaf(2), leaf(2) * 2, ours.ones(2)):
        with pytest.raises(TypeError, match="in place"):
            change(tensor)


def test_an_array_that_a_graph_needs_cannot_be_written():
    x, scale = leaf(2), ours.tensor([1.0, 2.0])
    y = x * scale
    loss = y.exp().sum()
    for tensor in (x, scale, y, x.detach()):
        with pytest.raises(ValueError, match="read-only"):
            tensor.data += 1
        with pytest.raises(ValueError, match="read-only"):
            tensor.data[0] = 0
    expected = np.exp([2, 4]) * [1, 2]
    loss.backward()
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6)
    x.data -= 0.1 * x.grad  # the graph is done with it
    scale.data[0] = 5


def test_an_array_is_held_until_the_last_graph_is_gone():
    x = leaf(2)
    first, second = (x * x).sum(), (x * x).sum()
    first.backward()
    with pytest.raises(ValueError, match="read-only"):
        x.data += 1
    second.backward()
    x.data += 1
    dropped = (x * x).sum()
    del dropped
    x.data += 1


def test_a_view_holds_the_array_it_looks_into():
    x, w = ours.tensor(np.ones((2, 3))), ours.tensor(np.ones((3, 2)), requires_grad=True)
    loss = (x.T.T.reshape(2, 3) @ w).sum()
    with pytest.raises(ValueError, match="read-only"):
        x.data[0, 0] = 5
    loss.backward()
    x.data[0, 0] = 5


def test_arrays_that_were_read_only_stay_so():
    data = np.ones(2)
    data.flags.writeable = False
    w = ours.tensor(np.ones(2), requires_grad=True)
    (ours.Tensor(data) * w).sum().backward()
    assert not data.flags.writeable
    np.testing.assert_array_equal(w.grad, [1, 1])


def test_a_new_array_leaves_the_graph_as_it_was():
    x = leaf(2)
    loss = (x * x).sum()
    x.data = np.zeros(2, np.float32)
    loss.backward()
    np.testing.assert_array_equal(x.grad, [4, 4])


@pytest.mark.parametrize("method", [optim.SGD, optim.Adam])
def test_a_step_between_forward_and_backward_spoils_nothing(method):
    w = leaf(2)
    optimizer = method([w], lr=0.5)
    (w * w).sum().backward()
    kept = (w * w * w).sum()
    optimizer.step()
    w.grad = None
    kept.backward()
    np.testing.assert_array_equal(w.grad, [12, 12])
    assert (w.data < 2).all()


def test_loading_weights_between_forward_and_backward_spoils_nothing():
    layer = nn.Linear(2, 1, bias=False)
    x = leaf(1, 2)
    before = layer.weight.data.copy()
    loss = layer(x).sum()
    layer.load_state_dict({"weight": np.zeros((1, 2))})
    loss.backward()
    np.testing.assert_array_equal(x.grad, before)


def test_no_grad_records_nothing():
    x = leaf(2)
    with ours.no_grad():
        y = x * 2
        with ours.no_grad():
            pass
        z = y + x
    assert not y.requires_grad
    assert not z.requires_grad
    assert (x * 2).requires_grad

    @ours.no_grad()
    def double(x, times):
        return double(x * 2, times - 1) if times else x * 1

    assert not double(x, 2).requires_grad
    with pytest.raises(ZeroDivisionError), ours.no_grad():
        1 / 0  # noqa: B018
    assert (x * 2).requires_grad


def test_copies_stand_alone():
    model = nn.Linear(2, 2)
    twin = copy.deepcopy(model)
    model.weight.data += 1
    assert not np.array_equal(twin.weight.data, model.weight.data)


def test_tensors_are_made_as_in_pytorch():
    for data in ([1.0, 2.0], [1, 2], [True], 1.5, np.float64(2), np.arange(3, dtype=np.int32)):
        assert str(torch.tensor(data).dtype) == f"torch.{ours.tensor(data).dtype}"
    for compute in (
        lambda t: t.tensor([1, 2]) * 1.5,
        lambda t: t.tensor([1, 2]) / t.tensor([2, 2]),
        lambda t: t.tensor([1.0]) * np.float64(2),
        lambda t: t.tensor([1, 2]).sum(),
        lambda t: t.tensor([True, False]).float().mean(),
        lambda t: t.tensor([1, 2]).double(),
        lambda t: t.arange(3),
        lambda t: t.zeros(2, 3),
        lambda t: t.ones(2),
    ):
        found, expected = compute(ours), compute(torch)
        assert str(expected.dtype) == f"torch.{found.dtype}"
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
    source = np.ones(2)
    ours.tensor(source).data[0] = 5
    assert source[0] == 1


def test_a_tensor_shows_itself():
    assert repr(ours.tensor([1.0, 2.5])) == "tensor([1. , 2.5])"
    assert "requires_grad=True" in repr(leaf(1))
    x = ours.tensor([[1.0, 2.0]])
    assert (x.shape, x.ndim, len(x), x[0, 1].item()) == ((1, 2), 2, 1, 2.0)
    assert np.asarray(x).sum() == 3


def scores(rows=3, classes=4):
    return ours.tensor(np.zeros((rows, classes), np.float32), requires_grad=True)


REFUSALS = {
    "backward from many numbers": (lambda: (leaf(2) * 2).backward(), RuntimeError, "sum or mean"),
    "nothing to differentiate": (lambda: ours.ones(1).backward(), RuntimeError, "nothing"),
    "gradient of another shape": (lambda: (leaf(2) * 2).backward(np.ones(3)), ValueError, "shape"),
    "whole numbers": (lambda: ours.tensor([1, 2], requires_grad=True), TypeError, "floating"),
    "text": (lambda: ours.tensor(["a"]), TypeError, "numbers"),
    "arrays as operands": (lambda: leaf(2) + np.ones(2), TypeError, "tensor"),
    "tensors as exponents": (lambda: leaf(2) ** leaf(2), TypeError, "exponent"),
    "mixed precision": (lambda: leaf(2) * ours.tensor(np.ones(2)), TypeError, "mixes"),
    "numpy of a variable": (lambda: leaf(2).numpy(), RuntimeError, "detach"),
    "linear": (lambda: F.linear(leaf(2, 3), leaf(4, 5)), ValueError, "5 numbers"),
    "label too large": (
        lambda: F.cross_entropy(scores(), ours.tensor([0, 1, 4])),
        IndexError,
        "0 to 3",
    ),
    "label too small": (
        lambda: F.cross_entropy(scores(), ours.tensor([0, -1, 2])),
        IndexError,
        "-1",
    ),
    "labels missing": (lambda: F.cross_entropy(scores(), ours.tensor([0, 1])), ValueError, "shape"),
    "labels as floats": (lambda: F.cross_entropy(scores(), ours.ones(3)), ValueError, "whole"),
    "index too large": (lambda: F.embedding(ours.tensor([7]), leaf(3, 2)), IndexError, "0 to 2"),
    "index as float": (lambda: F.embedding(ours.ones(1), leaf(3, 2)), TypeError, "whole"),
    "channels": (lambda: F.conv2d(leaf(1, 2, 5, 5), leaf(3, 1, 3, 3)), ValueError, "channels"),
    "kernel too large": (lambda: F.conv2d(leaf(1, 1, 2, 2), leaf(1, 1, 3, 3)), ValueError, "fit"),
    "pool of a matrix": (lambda: F.max_pool2d(leaf(4, 4), 2), ValueError, "N, C, H, W"),
    "losses of other shapes": (lambda: F.mse_loss(leaf(3, 1), leaf(3)), ValueError, "reshape"),
    "reduction": (lambda: F.mse_loss(leaf(3), leaf(3), reduction="men"), ValueError, "'mean'"),
    "approximate": (lambda: F.gelu(leaf(3), "fast"), ValueError, "'tanh'"),
    "layer_norm": (lambda: F.layer_norm(leaf(2, 3), (2,)), ValueError, "end"),
    "batch of one": (lambda: nn.BatchNorm1d(2)(leaf(1, 2)), ValueError, "variance"),
    "channels of a norm": (lambda: nn.BatchNorm2d(2)(leaf(2, 3, 4, 4)), ValueError, "BatchNorm2d"),
    "dropout": (lambda: F.dropout(leaf(2), 1.5), ValueError, "p < 1"),
    "two masks": (
        lambda: F.scaled_dot_product_attention(*[leaf(2, 2)] * 3, leaf(2, 2), is_causal=True),
        ValueError,
        "not both",
    ),
    "heads": (lambda: nn.MultiheadAttention(5, 2), ValueError, "divide"),
    "no parameters": (lambda: optim.SGD([]), ValueError, "parameters"),
    "negative rate": (lambda: optim.SGD([leaf(1)], lr=-1), ValueError, "negative"),
    "Nesterov": (lambda: optim.SGD([leaf(1)], nesterov=True), ValueError, "momentum"),
    "names of weights": (lambda: nn.Linear(1, 1).load_state_dict({"w": 0}), ValueError, "weight"),
    "no forward": (lambda: nn.Module()(1), NotImplementedError, "forward"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_say_what_is_wrong_in_a_sentence(name):
    act, error, words = REFUSALS[name]
    with pytest.raises(error, match=words) as caught:
        act()
    assert str(caught.value).endswith(".")


def test_a_wrong_operation_is_found_at_its_gradient():
    x = leaf(3)
    y = ours.record(x.data.sum(), (x, lambda g: np.ones(2)))
    with pytest.raises(ValueError, match="record"):
        y.backward()
