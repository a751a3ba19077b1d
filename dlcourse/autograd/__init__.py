"""Automatic differentiation on NumPy, under PyTorch's names: `import dlcourse.autograd as torch`.

A script that keeps to what is here runs on both, with the same weights from the same seed. Read
`tensor` first (how gradients are found), then `functional` (what networks are made of), `nn` and
`optim`. To add an operation, see `record`.
"""

import numpy as np

from dlcourse.autograd import functional, nn, optim
from dlcourse.autograd.functional import log_softmax, logsumexp, softmax
from dlcourse.autograd.gradcheck import gradcheck
from dlcourse.autograd.random import manual_seed, rand, randn
from dlcourse.autograd.tensor import (
    Tensor,
    arange,
    cat,
    maximum,
    no_grad,
    ones,
    record,
    stack,
    tensor,
    where,
    zeros,
)

# fmt: off
__all__ = [
    "Tensor", "abs", "amax", "arange", "argmax", "cat", "clamp", "exp", "flatten", "float32",
    "float64", "functional", "gradcheck", "int64", "log", "log_softmax", "logsumexp", "manual_seed",
    "max", "maximum", "mean", "min", "nn", "no_grad", "ones", "optim", "permute", "rand", "randn",
    "record", "relu", "reshape", "sigmoid", "softmax", "sqrt", "squeeze", "stack", "sum", "tanh",
    "tensor", "transpose", "unsqueeze", "var", "where", "zeros",
]
# fmt: on

float32, float64, int64 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)
exp, log, sqrt, tanh, sigmoid = Tensor.exp, Tensor.log, Tensor.sqrt, Tensor.tanh, Tensor.sigmoid
relu, abs, clamp, sum, mean = Tensor.relu, Tensor.abs, Tensor.clamp, Tensor.sum, Tensor.mean
amax, max, min, argmax, var = Tensor.amax, Tensor.max, Tensor.min, Tensor.argmax, Tensor.var
reshape, flatten, permute = Tensor.reshape, Tensor.flatten, Tensor.permute
transpose, squeeze, unsqueeze = Tensor.transpose, Tensor.squeeze, Tensor.unsqueeze
