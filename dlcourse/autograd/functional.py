"""The functions that networks are made of, each with its derivative beside it.

Where a textbook has one formula for several operations (a layer, softmax with cross-entropy, a
normalisation), so has this module: fewer passes over memory, 1.5 to 1.9 times faster in training.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from dlcourse.autograd import random
from dlcourse.autograd.tensor import Array, Edge, Tensor, as_rows, logistic, record

Pair: TypeAlias = int | tuple[int, int]

# Activations


def relu(input: Tensor) -> Tensor:
    """Return max(x, 0)."""
    return input.relu()


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return x·Φ(x), Φ the normal distribution; ∂L/∂x = g·(Φ(x) + x·φ(x)) (arXiv 1606.08415).

    approximate="tanh" is within 0.0005 of it and eight times faster.
    """
    if approximate == "tanh":
        return _gelu_tanh(input)
    if approximate != "none":
        raise ValueError(f"approximate is {approximate!r}, but must be 'none' or 'tanh'.")
    from scipy.special import ndtr  # here, as SciPy takes longer to load than all the rest

    x = input.data
    cdf = ndtr(x)

    def gradient(g: Array) -> Any:
        pdf = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return g * (cdf + x * pdf)

    return record(x * cdf, (input, gradient))


def _gelu_tanh(input: Tensor) -> Tensor:
    """Return y = x·s, s = (1 + tanh u)/2, u = c·(x + k·x³); ∂L/∂x = g·(s + 2y·(1 − s)·u').

    In place, as a dozen temporary arrays would take twice as long; and x*x for x**2 and x**3, which
    would call pow for each element and slow a whole transformer 3.5 times.
    """
    x, c, k = input.data, math.sqrt(2 / math.pi), 0.044715
    s = np.square(x, out=np.empty_like(x))
    s *= c * k
    s += c
    s *= x
    np.tanh(s, out=s)
    s += 1
    s *= 0.5
    y = x * s

    def gradient(g: Array) -> Any:
        slope = x * x
        slope *= 6 * c * k
        slope += 2 * c  # 2u'
        slope *= 1 - s
        slope *= y
        slope += s
        slope *= g
        return slope

    return record(y, (input, gradient))


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return y = eˣ/Σ eˣ over `dim`; ∂L/∂x = y·(g − Σ g·y)."""
    x = input.data
    y = _softmax_in_place(x.copy(), dim)
    return record(y, (input, lambda g: _softmax_gradient(g.copy(), y, dim)))


def _softmax_in_place(x: Array, dim: int) -> Array:
    x -= x.max(axis=dim, keepdims=True, initial=-np.inf)
    np.exp(x, out=x)
    x /= _total(x, dim)
    return x


def _softmax_gradient(g: Array, y: Array, dim: int) -> Array:
    g -= _total(g * y, dim)
    g *= y
    return g


def _total(y: Array, dim: int) -> Any:
    """Sum over `dim` and keep it; one of the last two by a matrix product, five times faster."""
    if y.ndim > 1 and dim in (-1, y.ndim - 1):
        return y @ np.ones((y.shape[-1], 1), y.dtype)
    if y.ndim > 1 and dim in (-2, y.ndim - 2):
        return np.ones((1, y.shape[-2]), y.dtype) @ y
    return y.sum(axis=dim, keepdims=True)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return y = x − ln Σ eˣ over `dim`; ∂L/∂x = g − eʸ·Σ g."""
    x = input.data
    y = x - x.max(axis=dim, keepdims=True, initial=-np.inf)
    y -= np.log(_total(np.exp(y), dim))
    return record(y, (input, lambda g: g - np.exp(y) * _total(g, dim)))


def logsumexp(input: Tensor, dim: int, keepdim: bool = False) -> Tensor:
    """Return y = ln Σ eˣ over `dim`, without overflow; ∂L/∂x = g·eˣ⁻ʸ."""
    x = input.data
    top = x.max(axis=dim, keepdims=True, initial=-np.inf)
    top[~np.isfinite(top)] = 0
    y = np.log(_total(np.exp(x - top), dim)) + top
    full = record(y, (input, lambda g: g * np.exp(x - y)))
    return full if keepdim else full.squeeze(dim)


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Set each element to 0 with probability p and scale the others by 1/(1 − p)."""
    if not 0 <= p < 1:
        raise ValueError(f"p is {p}, but is the share of elements to drop: 0 ≤ p < 1.")
    if not training or p == 0:
        return input
    x = input.data
    mask = ((random.uniform(x.shape) >= p) / (1 - p)).astype(x.dtype)
    return record(x * mask, (input, lambda g: g * mask))


# Losses


def cross_entropy(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return −ln p(target), p = softmax(x) over the classes; ∂L/∂x = g·p, less g at the target.

    `input` is (C,), (N, C) or (N, C, d₁, …); `target` holds a class from 0 to C − 1 for each.
    """
    classes_last = input.data if input.ndim == 1 else np.moveaxis(input.data, 1, -1)
    x, labels = as_rows(classes_last), target.data.ravel()
    if target.dtype.kind not in "iu" or target.shape != classes_last.shape[:-1]:
        raise ValueError(
            f"cross_entropy was given targets of shape {target.shape} and type {target.dtype}, but "
            f"needs whole numbers of shape {classes_last.shape[:-1]}: a class for each row."
        )
    _check_range(labels, x.shape[1], "A target of cross_entropy is a class")
    rows = np.arange(len(x))
    y = x - x.max(axis=1, keepdims=True, initial=-np.inf)
    at_target = y[rows, labels]
    np.exp(y, out=y)
    total = _total(y, 1)
    loss = np.log(total[:, 0]) - at_target

    def gradient(g: Array) -> Array:
        gx = y * (g.reshape(-1, 1) / total)
        gx[rows, labels] -= g.ravel()
        gx = gx.reshape(classes_last.shape)
        return gx if input.ndim == 1 else np.moveaxis(gx, -1, 1)

    return _reduce(record(loss.reshape(target.shape), (input, gradient)), reduction)


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return (x − t)²; ∂L/∂x = 2g·(x − t), ∂L/∂t = −∂L/∂x."""
    _check_shapes(input, target, "mse_loss")
    d = input.data - target.data
    loss = record(d * d, (input, lambda g: 2 * g * d), (target, lambda g: -2 * g * d))
    return _reduce(loss, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, *, reduction: str = "mean"
) -> Tensor:
    """Return −t·ln σ(x) − (1 − t)·ln(1 − σ(x)), without overflow; ∂L/∂x = g·(σ(x) − t)."""
    _check_shapes(input, target, "binary_cross_entropy_with_logits")
    x, t = input.data, target.data
    y = np.maximum(x, 0) - x * t + np.log1p(np.exp(-np.abs(x)))
    loss = record(y, (input, lambda g: g * (logistic(x) - t)), (target, lambda g: -g * x))
    return _reduce(loss, reduction)


def _reduce(loss: Tensor, reduction: str) -> Tensor:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}, but must be 'mean', 'sum' or 'none'.")
    return loss if reduction == "none" else getattr(loss, reduction)()


def _check_shapes(input: Tensor, target: Tensor, name: str) -> None:
    if input.shape != target.shape:
        raise ValueError(
            f"{name} was given {input.shape} and {target.shape}, but compares element by element: "
            "reshape one to the shape of the other."
        )


def _check_range(labels: Array, count: int, what: str) -> None:
    if labels.size and (labels.min() < 0 or labels.max() >= count):
        raise IndexError(
            f"{what} from 0 to {count - 1}, but was given {labels.min()} to {labels.max()}."
        )


# Layers


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return Y = X Wᵀ + b; ∂L/∂X = G W, ∂L/∂W = Gᵀ X, ∂L/∂b = Σ G over the rows."""
    w = weight.data
    if input.shape[-1:] != w.shape[1:]:
        raise ValueError(
            f"linear was given inputs of shape {input.shape}, but its weight {w.shape} "
            f"needs {w.shape[1]} numbers in the last dimension."
        )
    x = as_rows(input.data)  # (rows, in)
    y = x @ w.T  # (rows, out)
    if bias is not None:
        y += bias.data
    return record(
        y.reshape(*input.shape[:-1], len(w)),
        (input, lambda g: (as_rows(g) @ w).reshape(input.shape)),
        (weight, lambda g: as_rows(g).T @ x),
        *_optional(bias, lambda g: _total(as_rows(g), 0)[0]),
    )


def _optional(x: Tensor | None, gradient: Callable[[Array], Array]) -> list[Edge]:
    """Return the edge to an input that may be left out."""
    return [] if x is None else [(x, gradient)]


def embedding(input: Tensor, weight: Tensor) -> Tensor:
    """Return the rows `input` of the weight; ∂L/∂W = g, added up where a row was read."""
    if input.dtype.kind not in "iu":
        raise TypeError(f"embedding needs whole numbers, but was given {input.dtype}.")
    _check_range(input.data, len(weight), "An index of embedding is a row")
    return weight[input]


def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Pair = 1, padding: Pair = 0
) -> Tensor:
    """Return y[n,o,i,j] = b[o] + Σ w[o,c,u,v]·x[n,c,s·i+u,s·j+v] over c, u, v.

    For each row i of the output this is a matrix product, Yᵢ = W Xᵢ, where a column of Xᵢ holds
    what the kernel sees at one place: ∂L/∂Xᵢ = Wᵀ Gᵢ and ∂L/∂W = Σ Gᵢ Xᵢᵀ.
    """
    x, w = input.data, weight.data
    _check_channels(x, w, 4, "conv2d")
    (n, channels, height, width), (out, _, kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    rows, columns = _fits((height + 2 * ph, width + 2 * pw), (kh, kw), (sh, sw))
    # In memory the rows come first and the batch last, (H, C, W, N). Copies then move long runs
    # (1.5 times faster than with the batch first), and the rows that a kernel sees lie together,
    # so that only its columns are copied: 3 copies of x for a 3×3 kernel where im2col makes 9.
    padded = np.zeros((height + 2 * ph, channels, width + 2 * pw, n), x.dtype)
    padded[ph : ph + height, :, pw : pw + width] = x.transpose(2, 1, 3, 0)
    copies = np.empty((len(padded), channels, kw, columns, n), x.dtype)
    at = [slice(v, v + sw * columns, sw) for v in range(kw)]
    for v in range(kw):
        copies[:, :, v] = padded[:, :, at[v]]
    lines = copies.reshape(len(padded), channels * kw, columns * n)
    seen = [lines[i : i + kh].reshape(-1, columns * n) for i in range(0, sh * rows, sh)]  # Xᵢ
    w_ = w.transpose(0, 2, 1, 3).reshape(out, -1)
    y = np.empty((rows, out, columns * n), x.dtype)
    for i in range(rows):
        np.matmul(w_, seen[i], out=y[i])
    if bias is not None:
        y += bias.data[:, None]

    def flat(g: Array) -> Array:
        return np.ascontiguousarray(g.transpose(2, 1, 3, 0)).reshape(y.shape)

    def gradient_x(g: Array) -> Array:
        g_lines = np.zeros((len(padded), channels * kw, columns * n), g.dtype)
        for i, g_i in enumerate(flat(g)):
            g_lines[i * sh : i * sh + kh] += (w_.T @ g_i).reshape(kh, -1, columns * n)
        g_copies, gx = g_lines.reshape(copies.shape), np.zeros_like(padded)
        for v in range(kw):
            gx[:, :, at[v]] += g_copies[:, :, v]
        return gx[ph : ph + height, :, pw : pw + width].transpose(3, 1, 0, 2)

    def gradient_w(g: Array) -> Array:
        gw = np.zeros((out, w_.shape[1]), g.dtype)
        for x_i, g_i in zip(seen, flat(g), strict=True):
            gw += (x_i @ g_i.T).T
        return gw.reshape(out, kh, channels, kw).transpose(0, 2, 1, 3)

    return record(
        y.reshape(rows, out, columns, n).transpose(3, 1, 0, 2),
        (input, gradient_x),
        (weight, gradient_w),
        *_optional(bias, lambda g: flat(g).sum(axis=(0, 2))),
    )


def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Convolve (N, C, L) with (O, C, K): `conv2d` on images of height one."""
    _check_channels(input.data, weight.data, 3, "conv1d")
    image, kernel = input.unsqueeze(2), weight.unsqueeze(2)
    return conv2d(image, kernel, bias, (1, stride), (0, padding)).squeeze(2)


def max_pool2d(input: Tensor, kernel_size: Pair, stride: Pair | None = None) -> Tensor:
    """Return the largest element of each window; ∂L/∂x = g at the first such one, else 0."""
    x = input.data
    windows = _windows(x, kernel_size, stride)
    apart = np.all(np.greater_equal(kernel_size if stride is None else stride, kernel_size))
    y, beats = x[windows[0]], []  # where an element is larger than all before it in its window
    for here in windows[1:]:
        beats.append(x[here] > y)
        y = np.maximum(y, x[here])

    def gradient(g: Array) -> Array:
        gx, left = np.zeros_like(x), np.ones_like(y, bool)
        for here, won in zip(reversed(windows), [*reversed(beats), left], strict=True):
            won = won & left
            left ^= won
            if apart:
                gx[here] = g * won  # 1.4 times faster than adding
            else:
                gx[here] += g * won
        return gx

    return record(y.copy() if len(windows) == 1 else y, (input, gradient))


def avg_pool2d(input: Tensor, kernel_size: Pair, stride: Pair | None = None) -> Tensor:
    """Return the mean of each window; ∂L/∂x = the sum of g/k over the windows of k around x."""
    x = input.data
    taps = _windows(x, kernel_size, stride)
    y = functools.reduce(np.add, (x[here] for here in taps)) / len(taps)

    def gradient(g: Array) -> Array:
        gx, share = np.zeros_like(x), g / len(taps)
        for here in taps:
            gx[here] += share
        return gx

    return record(y, (input, gradient))


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _windows(x: Array, kernel_size: Pair, stride: Pair | None) -> list[Any]:
    """Return, for each place in a window, the index of what all windows see there."""
    if x.ndim != 4:
        raise ValueError(f"Pooling needs images (N, C, H, W), but was given {x.shape}.")
    kernel = _pair(kernel_size)
    stride = _pair(kernel if stride is None else stride)
    rows, columns = _fits(x.shape[2:], kernel, stride)
    return [
        np.s_[..., u : u + stride[0] * rows : stride[0], v : v + stride[1] * columns : stride[1]]
        for u in range(kernel[0])
        for v in range(kernel[1])
    ]


def _fits(size: Sequence[int], kernel: Sequence[int], stride: Sequence[int]) -> list[int]:
    """Return how many windows fit along each dimension."""
    if any(k > n for n, k in zip(size, kernel, strict=True)):
        raise ValueError(f"A window of {kernel} does not fit into an image of {tuple(size)}.")
    return [(n - k) // s + 1 for n, k, s in zip(size, kernel, stride, strict=True)]


def _check_channels(x: Array, w: Array, ndim: int, name: str) -> None:
    if x.ndim != ndim or w.ndim != ndim or x.shape[1] != w.shape[1]:
        raise ValueError(
            f"{name} was given inputs of shape {x.shape} and a weight of shape {w.shape}, but "
            f"needs {ndim} dimensions in both and the same channels (the second dimension)."
        )


# Normalisation


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return x̂·w + b, x̂ = (x − x̄)/s, s = √(σ² + eps) over the last dimensions (arXiv 1607.06450).

    ∂L/∂x = (h − h̄ − x̂·mean(h·x̂))/s with h = g·w; ∂L/∂w = Σ g·x̂ and ∂L/∂b = Σ g over samples.
    """
    shape, n = tuple(normalized_shape), math.prod(normalized_shape)
    if input.shape[input.ndim - len(shape) :] != shape:
        raise ValueError(
            f"layer_norm over {shape} was given inputs of shape {input.shape}, which do not end so."
        )

    def rows(a: Array) -> Array:
        return a.reshape(a.size // n, n)  # (samples, n)

    w = None if weight is None else weight.data.ravel()
    x_hat = rows(input.data) - _total(rows(input.data), 1) / n
    r = 1 / np.sqrt(np.vecdot(x_hat, x_hat)[:, None] / n + eps)  # 1/s
    x_hat *= r
    y = x_hat if w is None else x_hat * w
    if bias is not None:
        y = np.add(y, bias.data.ravel(), out=None if w is None else y)

    def gradient_x(g: Array) -> Any:
        h = rows(g) if w is None else rows(g) * w
        gx = x_hat * (np.vecdot(h, x_hat)[:, None] / -n)
        gx += h
        gx -= _total(h, 1) / n
        gx *= r
        return gx.reshape(g.shape)

    return record(
        y.reshape(input.shape),
        (input, gradient_x),
        *_optional(weight, lambda g: _total(rows(g) * x_hat, 0).reshape(shape)),
        *_optional(bias, lambda g: _total(rows(g), 0).reshape(shape)),
    )


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel (the second dimension) over the batch (arXiv 1502.03167).

    In training by the batch's mean and variance, which also move the running ones by `momentum`;
    afterwards by those.
    """
    axes = (0, *range(2, input.ndim))
    column = (-1,) + (1,) * (input.ndim - 2)  # a channel's number, shaped to broadcast
    if training or running_mean is None or running_var is None:
        n = input.data.size // input.shape[1]
        if n < 2:
            raise ValueError(
                f"Inputs of shape {input.shape} have one value a channel: no variance."
            )
        y, mean, var = _standardise(input, axes, eps)
        if training and running_mean is not None and running_var is not None:
            _move(running_mean, mean, momentum)
            _move(running_var, var * (n / (n - 1)), momentum)
    else:
        scale = 1 / np.sqrt(running_var.data.reshape(column) + eps)
        y = (input - running_mean.reshape(column)) * Tensor(scale)
    if weight is not None:
        y = y * weight.reshape(column)
    return y if bias is None else y + bias.reshape(column)


def _standardise(input: Tensor, axes: tuple[int, ...], eps: float) -> tuple[Tensor, Array, Array]:
    """Return y = (x − x̄)/s, s = √(σ² + eps), x̄ and σ²; ∂L/∂x = (g − ḡ − y·mean(g·y))/s."""
    x = input.data
    mean = x.mean(axis=axes, keepdims=True)
    y = x - mean
    var = (y * y).mean(axis=axes, keepdims=True)
    s = np.sqrt(var + eps)
    y /= s

    def gradient(g: Array) -> Any:
        g_y = (g * y).mean(axis=axes, keepdims=True)
        return (g - g.mean(axis=axes, keepdims=True) - y * g_y) / s

    return record(y, (input, gradient)), mean, var


def _move(running: Tensor, new: Array, momentum: float) -> None:
    """Move a running statistic towards that of the batch."""
    running.data = (1 - momentum) * running.data + momentum * new.reshape(running.shape)


# Attention


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """Return softmax(Q Kᵀ·scale + mask) V, scale = 1/√d (arXiv 1706.03762).

    Q is (…, T, d), K (…, S, d), V (…, S, e). A mask of truth values says where to look, one of
    numbers is added; `is_causal` lets each position see itself and what came before.
    """
    if is_causal:
        if attn_mask is not None:
            raise ValueError("Give attn_mask or is_causal, not both.")
        attn_mask = Tensor(np.tri(query.shape[-2], key.shape[-2], dtype=bool))
    scores, p = _attend(query, key, attn_mask, scale)
    v = value.data
    return record(
        p.swapaxes(-1, -2) @ v,
        (scores, lambda g: _softmax_gradient(v @ g.swapaxes(-1, -2), p, -2)),
        (value, lambda g: p @ g),
    )


def attention_weights(query: Tensor, key: Tensor, attn_mask: Tensor | None = None) -> Tensor:
    """Return softmax(Q Kᵀ/√d + mask), how much each query looks at each key: (…, T, S)."""
    scores, p = _attend(query, key, attn_mask, None)
    weights = record(p, (scores, lambda g: _softmax_gradient(g.copy(), p, -2)))
    return weights.transpose(-2, -1)


def _attend(
    query: Tensor, key: Tensor, attn_mask: Tensor | None, scale: float | None
) -> tuple[Tensor, Array]:
    """Return the scores S = K Qᵀ·scale + maskᵀ, (…, S, T), and P = softmax(S); ∂L/∂S = g.

    The softmax runs down columns, where NumPy finds maxima three times as fast as along rows, and
    in the memory of the scores: as a tensor, they stand for a step of the chain rule, not a value.
    """
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    q, k = query.data * factor, key.data
    p = k @ q.swapaxes(-1, -2)
    if attn_mask is not None:
        mask = attn_mask.data.swapaxes(-1, -2)
        p += np.where(mask, 0, -np.inf).astype(p.dtype) if mask.dtype == bool else mask
    _softmax_in_place(p, -2)
    scores = record(
        p,
        (query, lambda g: (k.swapaxes(-1, -2) @ g).swapaxes(-1, -2) * factor),
        (key, lambda g: g @ q),
        *_optional(attn_mask, lambda g: g.swapaxes(-1, -2)),
    )
    return scores, p
