"""Automatic differentiation on NumPy, under PyTorch's names: `import dlcourse.autograd as torch`.

A script that keeps to what is here runs on both, with the same weights from the same seed. Read
`graph` first (how gradients are found), then `operations` and `functional` (what networks are made
of), `nn` and `optim`. To add an operation, see `record`.
"""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from dlcourse.autograd import functional, memory, nn, optim
from dlcourse.autograd.differences import gradcheck
from dlcourse.autograd.functional import log_softmax, logsumexp, softmax
from dlcourse.autograd.generator import manual_seed, rand, randn
from dlcourse.autograd.graph import record
from dlcourse.autograd.operations import (
    Tensor,
    arange,
    array_of,
    cat,
    maximum,
    ones,
    stack,
    tensor,
    where,
    zeros,
)
from dlcourse.autograd.recording import no_grad

# fmt: off
__all__ = [
    "Tensor", "abs", "amax", "arange", "argmax", "cat", "clamp", "exp", "flatten", "float32",
    "float64", "functional", "gradcheck", "int64", "log", "log_softmax", "logsumexp", "manual_seed",
    "max", "maximum", "mean", "memory", "min", "nn", "no_grad", "ones", "optim", "permute", "rand",
    "randn", "record", "relu", "reshape", "sigmoid", "softmax", "sqrt", "squeeze", "stack", "sum",
    "tanh", "tensor", "transpose", "unsqueeze", "var", "where", "zeros",
]
# fmt: on

float32, float64, int64 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)
P = ParamSpec("P")
Result = TypeVar("Result")


def _function(method: Callable[Concatenate[Tensor, P], Result]) -> Callable[..., Result]:
    """Return a method as a function, which says so where it is given no tensor."""

    @functools.wraps(method)
    def function(input: Any, *args: P.args, **kwargs: P.kwargs) -> Result:
        array_of(input)
        return method(input, *args, **kwargs)

    return function


exp, log, sqrt = map(_function, (Tensor.exp, Tensor.log, Tensor.sqrt))
tanh, sigmoid, relu = map(_function, (Tensor.tanh, Tensor.sigmoid, Tensor.relu))
abs, clamp, sum = _function(Tensor.abs), _function(Tensor.clamp), _function(Tensor.sum)
mean, var, argmax = _function(Tensor.mean), _function(Tensor.var), _function(Tensor.argmax)
amax, max, min = _function(Tensor.amax), _function(Tensor.max), _function(Tensor.min)
reshape, flatten = _function(Tensor.reshape), _function(Tensor.flatten)
permute, transpose = _function(Tensor.permute), _function(Tensor.transpose)
squeeze, unsqueeze = _function(Tensor.squeeze), _function(Tensor.unsqueeze)
