"""PyTorch's own samples of every operation that the engine has: no wrong value, no odd error.

They hold what nobody here thought of: single numbers, empty tensors, every kind of argument. What
the engine has not is refused by a sentence of its own, or by Python, as an argument too many.
"""

import re
import sys
import types
import unittest

import numpy as np
import pytest
import torch

import dlcourse.autograd as ours

# The samples come with PyTorch, beside a class for its own tests that is derived from one of the
# package `expecttest`. Nothing here uses that class: while it is defined, Python's own stands in.
with pytest.MonkeyPatch.context() as patch:
    stand_in = types.SimpleNamespace(TestCase=unittest.TestCase)
    patch.setitem(sys.modules, "expecttest", stand_in)
    from torch.testing._internal.common_methods_invocations import op_db

F = ours.nn.functional
OPERATIONS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "true_divide": lambda x, y: x / y,
    "__radd__": lambda x, y: y + x,
    "__rsub__": lambda x, y: y - x,
    "__rmul__": lambda x, y: y * x,
    "__rdiv__": lambda x, y: y / x,
    "__rpow__": lambda x, y: y**x,
    "pow": lambda x, y: x**y,
    "matmul": lambda x, y: x @ y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "neg": lambda x: -x,
    "T": lambda x: x.T,
    "__getitem__": lambda x, index: x[index],
    "nn.functional.embedding": lambda w, ids, **kwargs: F.embedding(ids, w, **kwargs),
    "where": lambda x, condition, y: ours.where(condition, x, y),
    "float": ours.Tensor.float,
    "double": ours.Tensor.double,
    "item": ours.Tensor.item,
    **{
        name: getattr(ours, name)
        for name in (
            *("exp", "log", "sqrt", "tanh", "sigmoid", "abs", "clamp", "maximum"),
            *("sum", "mean", "var", "amax", "argmax", "softmax", "log_softmax", "logsumexp"),
            *("reshape", "flatten", "permute", "transpose", "squeeze", "unsqueeze"),
            *("cat", "stack", "zeros", "ones", "arange"),
        )
    },
    **{
        f"nn.functional.{name}": getattr(F, name)
        for name in (
            *("relu", "gelu", "cross_entropy", "mse_loss", "binary_cross_entropy_with_logits"),
            *("linear", "conv1d", "conv2d", "max_pool2d", "avg_pool2d", "layer_norm"),
            *("batch_norm", "scaled_dot_product_attention"),
        )
    },
    "max": ours.max,
    "min": ours.min,
}
DTYPES = (torch.float32, torch.float64, torch.int64)
# What PyTorch's samples spell out, and what would change nothing
DEFAULTS = {
    "ceil_mode": False,
    "correction": None,
    "count_include_pad": True,
    "device": "cpu",
    "dilation": 1,
    "dropout_p": 0.0,
    "enable_gqa": False,
    "groups": 1,
    "padding": 0,
    "return_indices": False,
}
# Every sample has an argument that the engine lacks: a tensor as exponent or bound, dtype
REFUSED = {
    *("pow", "__rpow__", "max/binary", "min/binary", "zeros", "ones", "clamp", "var/unbiased"),
    *("softmax/with_dtype", "log_softmax/with_dtype"),
}


def full_name(entry):
    """Return an operation's name in PyTorch's list."""
    return "/".join(filter(None, (entry.name, entry.variant_test_name)))


ENTRIES = [
    pytest.param(entry, dtype, id=f"{full_name(entry)}-{str(dtype)[6:]}")
    for entry in op_db
    for dtype in DTYPES
    if entry.name in OPERATIONS and dtype in entry.dtypes
]


def convert(x, leaves):
    """Return a sample's arguments as ours; collect the tensors, ours and theirs, in pairs."""
    if isinstance(x, torch.Tensor):
        if not any(x is theirs for _, theirs in leaves):
            x.grad = None
            leaves.append((ours.Tensor(x.detach().numpy().copy(), x.requires_grad), x))
        return next(mine for mine, theirs in leaves if x is theirs)
    if isinstance(x, dict):
        changes = {k: v for k, v in x.items() if k not in DEFAULTS or v != DEFAULTS[k]}
        return {key: convert(value, leaves) for key, value in changes.items()}
    if isinstance(x, list | tuple) and not isinstance(x, torch.Size):
        return type(x)(convert(part, leaves) for part in x)
    return x


def is_ours(error):
    """Return whether an error is a sentence, or Python's word on an argument that is not there."""
    absent = r"unexpected keyword|positional arguments? but|required positional|multiple values"
    return str(error).endswith(".") or re.search(absent, str(error))


def attempt(operation, args, kwargs):
    """Return the result, or the error, of an operation."""
    try:
        return operation(*args, **kwargs), None
    except Exception as error:
        return None, error


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("entry", "dtype"), ENTRIES)
def test_samples(entry, dtype):
    tolerance = 3e-5 if dtype != torch.float64 else 1e-9
    compared = 0
    for number, sample in enumerate(
        entry.sample_inputs("cpu", dtype, requires_grad=dtype.is_floating_point)
    ):
        leaves = []
        args = [convert(x, leaves) for x in (sample.input, *sample.args)]
        kwargs = convert(sample.kwargs, leaves)
        found, error = attempt(OPERATIONS[entry.name], args, kwargs)
        assert error is None or is_ours(error), (sample, error)
        if error:
            continue
        expected = entry.op(sample.input, *sample.args, **sample.kwargs)
        pairs = (
            zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]
        )
        for y, wanted in pairs:
            compared += 1
            if not isinstance(wanted, torch.Tensor):
                assert y == wanted
                continue
            assert f"torch.{y.dtype}" == str(wanted.dtype), sample
            np.testing.assert_allclose(
                y.data, wanted.detach().numpy(), tolerance, tolerance, err_msg=f"sample {number}"
            )
            if y.requires_grad and wanted.requires_grad:
                g = np.random.default_rng(0).normal(size=y.shape).astype(y.dtype)
                y.backward(g)
                wanted.backward(torch.tensor(g))
        for x, theirs in leaves:
            if theirs.grad is not None and x.grad is not None:
                np.testing.assert_allclose(
                    x.grad, theirs.grad.numpy(), tolerance, tolerance, err_msg=f"sample {number}"
                )
            else:
                assert x.grad is None or not x.grad.any()
                assert theirs.grad is None or not theirs.grad.any()
    floats_only = "functional" in entry.name or "softmax" in entry.name or "logsum" in entry.name
    refused = full_name(entry) in REFUSED or (dtype == torch.int64 and floats_only)
    assert compared or refused
