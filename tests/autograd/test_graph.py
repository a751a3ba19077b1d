"""What the graph promises: to be exact, to go when it is done, to refuse what would be wrong."""

import copy
import gc
import subprocess
import sys
import threading
import tracemalloc
import types

import numpy as np
import pytest
import torch

import dlcourse.autograd as ours
from dlcourse.autograd import functional as F
from dlcourse.autograd import memory, nn, optim


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


@pytest.mark.parametrize("first", [0, 1])
def test_views_of_one_array_in_two_graphs_are_given_back(first):
    whole = np.ones((2, 3))
    views = whole[0], whole[1]
    w = ours.tensor(np.ones(3), requires_grad=True)
    losses = [(ours.Tensor(view) * w).sum() for view in views]
    losses[first].backward()
    for array in (*views, whole):
        assert not array.flags.writeable
    losses[1 - first].backward()
    for array in (*views, whole):
        assert array.flags.writeable


def test_what_a_library_lent_is_not_locked_for_ever():
    lent = torch.ones(3).numpy()
    w = leaf(3)
    (ours.Tensor(lent) * w).sum().backward()
    lent[0] = 2
    own = w.data
    ours.record(w.data, (w, lambda g: g)).sum().backward()
    assert own.flags.writeable


def test_threads_that_share_weights_leave_them_writeable():
    w = leaf(50)

    def work():
        for _ in range(300):
            (w * w).sum()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    w.data += 1


def test_the_import_leaves_the_allocator_alone():
    code = """
import ctypes
class Refuse(ctypes.CDLL):
    def __getattr__(self, name):
        assert name != "mallopt", "the import changed the allocator"
        return super().__getattr__(name)
ctypes.CDLL = Refuse
import dlcourse.autograd
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_freed_memory_is_kept_where_it_can_be(monkeypatch):
    asked = []
    library = types.SimpleNamespace(mallopt=lambda *args: asked.append(args) or 1)
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: library)
    assert memory.keep_freed()
    assert asked == [(-3, 32 << 20), (-1, 1 << 30)]
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: types.SimpleNamespace())
    assert not memory.keep_freed()


def test_no_module_has_the_name_of_a_function():
    parts = {"".join(name.split(".")[2:]) for name in sys.modules if name.startswith(ours.__name__)}
    assert {"graph", "operations", "memory"} <= parts
    assert not [name for name in parts if callable(getattr(ours, name, None))]


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


def test_no_grad_is_for_the_thread_that_asks():
    inside, may_leave = threading.Event(), threading.Event()
    x, found = leaf(2), []

    def other():
        with ours.no_grad():
            inside.set()
            may_leave.wait(10)
            found.append((x * 2).requires_grad)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    assert (x * 2).requires_grad
    with ours.no_grad():
        may_leave.set()
        thread.join()
        assert not (x * 2).requires_grad
    assert found == [False]
    assert (x * 2).requires_grad


@pytest.mark.parametrize("engine", [ours, torch])
def test_no_grad_on_a_generator(engine):
    x = engine.tensor([1.0], requires_grad=True)

    @engine.no_grad()
    def steps(count):
        for _ in range(count):
            sent = yield (x * 2).requires_grad
            if sent:
                return sent
        return "done"

    walk = steps(5)
    assert next(walk) is False
    assert (x * 2).requires_grad  # between its lines others record
    assert next(walk) is False
    with pytest.raises(StopIteration) as end:
        walk.send("enough")
    assert end.value.value == "enough"
    assert list(steps(2)) == [False, False]


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
    assert repr(ours.tensor([1 / 3])) == "tensor([0.3333])"
    assert "requires_grad=True" in repr(leaf(1))
    x = ours.tensor([[1.0, 2.0]])
    assert (x.shape, x.ndim, len(x), x[0, 1].item()) == ((1, 2), 2, 1, 2.0)
    assert np.asarray(x).sum() == 3


IDIOMS = {
    "zeros of a tuple": lambda t: t.zeros((2, 3)),
    "ones of a list": lambda t: t.ones([2]),
    "random of a tuple": lambda t: t.rand((2, 3)) * 0,
    "base": lambda t: 2 ** t.tensor([1.0, 3.0]),
    "base zero": lambda t: 0 ** t.tensor([1.0, 3.0]),
    "tensors in a list": lambda t: t.tensor([t.tensor(1.0), t.tensor(2.5)]),
    "tensors of float64": lambda t: t.tensor([t.tensor(np.float64(1)), t.tensor(np.float64(2))]),
    "arrays in a list": lambda t: t.tensor([np.zeros(2), np.ones(2)]),
    "numbers of NumPy in a list": lambda t: t.tensor([np.float64(1), np.float64(2)]),
    "whole numbers beside float32": lambda t: t.tensor([1.5, 2.5]) * t.arange(2),
    "difference of bytes": lambda t: 255 - t.tensor(np.array([0, 7], np.uint8)),
    "sum of a number": lambda t: t.tensor(2.0).sum(dim=0),
    "mean of a number": lambda t: t.tensor(2.0).mean(dim=-1),
    "largest of a number": lambda t: t.tensor(2.0).max(0).values,
    "where the only number stands": lambda t: t.tensor(2.0).max(0).indices,
    "softmax of a number": lambda t: t.softmax(t.tensor(2.0), dim=0),
    "log_softmax of a number": lambda t: t.log_softmax(t.tensor(2.0), dim=0),
    "logsumexp of a number": lambda t: t.logsumexp(t.tensor(2.0), dim=0),
    "a number turned": lambda t: t.tensor(2.0).transpose(0, 0),
    "an empty list as index": lambda t: t.ones(3)[[]],
    "no rows through a layer": lambda t: t.nn.Linear(3, 2)(t.zeros(0, 3)),
    "no pictures": lambda t: t.nn.MaxPool2d(2)(t.nn.Conv2d(1, 2, 3)(t.zeros(0, 1, 8, 8))),
    "no rows through a norm": lambda t: t.nn.LayerNorm(3)(t.zeros(0, 3)),
    "no rows, no loss": lambda t: t.nn.functional.cross_entropy(t.zeros(0, 3), t.arange(0)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", IDIOMS)
def test_what_everybody_types_gives_what_pytorch_gives(name):
    found, expected = (IDIOMS[name](t).detach() for t in (ours, torch))
    assert f"torch.{found.dtype}" == str(expected.dtype)
    assert found.shape == tuple(expected.shape)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6)


def test_a_single_number_reads_as_one():
    loss = leaf(value=1.5)
    assert f"{loss:.3f}" == "1.500"
    assert f"{loss:.2f} {ours.tensor(7)}" == "1.50 tensor(7)"
    assert (float(loss), int(ours.tensor(7)), bool(ours.tensor(0.0))) == (1.5, 7, 0)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_where_keeps_infinite_gradients_to_their_side():
    found = []
    for t in (ours, torch):
        x = t.tensor([0.0, 4.0], requires_grad=True)
        y = t.tensor([9.0, 9.0], requires_grad=True)
        t.where(x > 1, y, x).sqrt().sum().backward()
        found.append([np.asarray(x.grad), np.asarray(y.grad)])
    np.testing.assert_array_equal(*found)


def mask(*numbers):
    return ours.tensor(np.array(numbers))


def scores(rows=3, classes=4):
    return ours.tensor(np.zeros((rows, classes), np.float32), requires_grad=True)


REFUSALS = {
    "backward from many numbers": (lambda: (leaf(2) * 2).backward(), RuntimeError, "sum or mean"),
    "nothing to differentiate": (lambda: ours.ones(1).backward(), RuntimeError, "nothing"),
    "gradient of another shape": (lambda: (leaf(2) * 2).backward(np.ones(3)), ValueError, "shape"),
    "whole numbers": (lambda: ours.tensor([1, 2], requires_grad=True), TypeError, "floating"),
    "text": (lambda: ours.tensor(["a"]), TypeError, "numbers"),
    "arrays as operands": (lambda: leaf(2) + np.ones(2), TypeError, "tensor"),
    "arrays on the left": (lambda: np.ones(2) + leaf(2), TypeError, "tensor\\(\\)"),
    "array @ tensor": (lambda: np.ones((2, 2)) @ leaf(2, 2), TypeError, "tensor\\(\\)"),
    "tensor @ array": (lambda: leaf(2, 2) @ np.ones((2, 2)), TypeError, "tensor\\(\\)"),
    "array in a layer": (lambda: nn.Linear(2, 2)(np.ones((1, 2))), TypeError, "tensor\\(\\)"),
    "array in an embedding": (lambda: nn.Embedding(3, 2)(np.ones(1, int)), TypeError, "tensor"),
    "array in a convolution": (
        lambda: nn.Conv2d(1, 1, 1)(np.ones((1, 1, 2, 2))),
        TypeError,
        "tensor",
    ),
    "array in an activation": (lambda: F.relu(np.ones(2)), TypeError, "tensor\\(\\)"),
    "array in a function": (lambda: ours.sum(np.ones(2)), TypeError, "tensor\\(\\)"),
    "array as target": (lambda: F.mse_loss(leaf(2), np.ones(2)), TypeError, "tensor\\(\\)"),
    "array as labels": (lambda: F.cross_entropy(scores(), np.zeros(3, int)), TypeError, "tensor"),
    "array as condition": (
        lambda: ours.where(np.ones(2) > 0, leaf(2), leaf(2)),
        TypeError,
        "tensor\\(\\)",
    ),
    "array in record": (lambda: ours.record(1.0, (np.ones(2), None)), TypeError, "tensor\\(\\)"),
    "arrays joined": (lambda: ours.cat([leaf(2), np.ones(2)]), TypeError, "tensor\\(\\)"),
    "maximum with a number": (lambda: ours.maximum(leaf(2), 0.0), TypeError, "tensor"),
    "condition of whole numbers": (
        lambda: ours.where(mask(0, 1), leaf(2), leaf(2)),
        TypeError,
        "truth",
    ),
    "mask of whole numbers": (
        lambda: F.scaled_dot_product_attention(*[leaf(2, 2)] * 3, mask([0, 1], [1, 1])),
        TypeError,
        "truth",
    ),
    "mask of many heads": (
        lambda: nn.MultiheadAttention(2, 1)(*[leaf(2, 1, 2)] * 3, attn_mask=mask([0, 1], [1, 1])),
        TypeError,
        "truth",
    ),
    "mask of another shape": (
        lambda: F.scaled_dot_product_attention(*[leaf(2, 2)] * 3, ours.ones(3, 2)),
        ValueError,
        "2, 2",
    ),
    "softmax of whole numbers": (lambda: ours.softmax(mask(1, 2), 0), TypeError, "float"),
    "dropout of whole numbers": (lambda: F.dropout(mask(1, 2)), TypeError, "float"),
    "shapes of a product": (lambda: leaf(2, 3) @ leaf(2, 3), ValueError, "columns"),
    "bias of another size": (lambda: F.linear(leaf(2, 3), leaf(4, 3), leaf(1)), ValueError, "bias"),
    "mixed bias": (
        lambda: F.linear(leaf(2, 3), leaf(4, 3), ours.tensor(np.ones(4))),
        TypeError,
        "float64",
    ),
    "dimension too large": (lambda: leaf(2, 3).sum(dim=2), IndexError, "-2 to 1"),
    "dimension twice": (lambda: leaf(2, 3).sum(dim=(0, 0)), ValueError, "twice"),
    "dimension as truth": (lambda: leaf(2, 3).var(True), TypeError, "whole number"),
    "largest of nothing": (lambda: ours.zeros(0).max(), ValueError, "empty"),
    "many as one": (lambda: float(leaf(2)), ValueError, "One number"),
    "truth of many": (lambda: bool(leaf(2)), ValueError, "One number"),
    "parts of a number": (lambda: list(leaf()), TypeError, "single number"),
    "uneven rows": (lambda: ours.tensor([[1], [1, 2]]), ValueError, "length"),
    "nothing joined": (lambda: ours.cat([]), ValueError, "at least one"),
    "uneven parts": (lambda: ours.cat([leaf(2, 3), leaf(2, 2)]), ValueError, "differ"),
    "negative power": (lambda: ours.arange(3) ** -1, ValueError, "float"),
    "stride": (lambda: F.conv2d(leaf(1, 1, 4, 4), leaf(1, 1, 2, 2), stride=0), ValueError, "1 up"),
    "tensor as parameters": (lambda: optim.SGD(leaf(2)), TypeError, "\\[w\\]"),
    "no tensors as parameters": (lambda: optim.SGD([1.0]), TypeError, "float"),
    "parameters computed": (lambda: optim.SGD([leaf(2) * 2]), ValueError, "computed"),
    "parameter twice": (
        lambda: optim.SGD([{"params": w} for w in [leaf(2)] * 2]),
        ValueError,
        "twice",
    ),
    "tensors as exponents": (lambda: leaf(2) ** leaf(2), TypeError, "exponent"),
    "mixed precision": (lambda: leaf(2) * ours.tensor(np.ones(2)), TypeError, "mixes"),
    "numpy of a variable": (lambda: leaf(2).numpy(), RuntimeError, "detach"),
    "linear": (lambda: F.linear(leaf(2, 3), leaf(4, 5)), ValueError, "needs"),
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
    "transpose of a row": (lambda: leaf(3).transpose(0, 1), IndexError, "dim is 1"),
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
    assert "None" not in str(caught.value)  # each part of it is known


def test_a_wrong_operation_is_found_at_its_gradient():
    x = leaf(3)
    y = ours.record(x.data.sum(), (x, lambda g: np.ones(2)))
    with pytest.raises(ValueError, match="record"):
        y.backward()
