"""Layers: functions that keep their own weights, with PyTorch's names and its first weights."""
# ruff: noqa: D102  a layer's class says what its `forward` does

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlcourse.autograd import functional, generator
from dlcourse.autograd.functional import Pair
from dlcourse.autograd.memory import Array
from dlcourse.autograd.operations import Tensor, ones, tensor, zeros


class Parameter(Tensor):
    """A tensor that a module learns."""

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)


class Module:
    """A part of a network: a `forward` method, parameters, buffers, and modules inside it."""

    training = True
    _buffers: tuple[str, ...] = ()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no forward method yet: write one.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def register_buffer(self, name: str, tensor: Tensor) -> None:
        """Keep a tensor that is saved with the module but not learned."""
        self._buffers = (*self._buffers, name)
        setattr(self, name, tensor)

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Yield the modules directly inside this one, with their names."""
        return ((name, m) for name, m in vars(self).items() if isinstance(m, Module))

    def modules(self) -> Iterator["Module"]:
        """Yield this module and all inside it."""
        yield self
        for _, child in self.named_children():
            yield from child.modules()

    def _named_tensors(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        """Yield parameters and buffers in PyTorch's order: this module's, then those inside it."""
        own = vars(self)
        yield from ((prefix + name, p) for name, p in own.items() if isinstance(p, Parameter))
        yield from ((prefix + name, own[name]) for name in self._buffers)
        for name, child in self.named_children():
            yield from child._named_tensors(f"{prefix}{name}.")

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield each parameter once, with its name."""
        names = {p: n for n, p in reversed([*self._named_tensors()]) if isinstance(p, Parameter)}
        return ((name, p) for p, name in reversed(names.items()))

    def parameters(self) -> Iterator[Parameter]:
        """Yield each parameter once."""
        return (p for _, p in self.named_parameters())

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for p in self.parameters():
            p.grad = None

    def train(self, mode: bool = True) -> "Module":
        """Switch dropout and batch normalisation to training, or with False to evaluation."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        """Switch to evaluation."""
        return self.train(False)

    def double(self) -> "Module":
        """Turn parameters and buffers into float64."""
        for _, t in self._named_tensors():
            t.data = t.data.astype(np.float64) if t.dtype.kind == "f" else t.data
        return self

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of every parameter and buffer by name, as NumPy arrays."""
        return {name: t.data.copy() for name, t in self._named_tensors()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take the parameters and buffers of another module, or of the same one in PyTorch."""
        own = dict(self._named_tensors())
        if odd := own.keys() ^ state_dict.keys():
            raise ValueError(
                f"These names are in the module or in state_dict, not both: {sorted(odd)}."
            )
        new = {name: np.asarray(state_dict[name]).astype(t.dtype) for name, t in own.items()}
        for name, t in own.items():
            if new[name].shape != t.shape:
                raise ValueError(f"{name} has shape {new[name].shape}, but needs {t.shape}.")
        for name, t in own.items():
            t.data = new[name]


class Sequential(Module):
    """Modules applied one after the other."""

    def __init__(self, *modules: Module) -> None:
        vars(self).update({str(i): module for i, module in enumerate(modules)})

    def __iter__(self) -> Iterator[Module]:
        return (child for _, child in self.named_children())

    def __len__(self) -> int:
        return len([*self.named_children()])

    def __getitem__(self, index: Any) -> Any:
        """Return one module, or with a slice the network of several."""
        found = list(self)[index]
        return Sequential(*found) if isinstance(index, slice) else found

    def forward(self, input: Any) -> Any:
        for module in self:
            input = module(input)
        return input


def _evenly(shape: tuple[int, ...], fan_in: int) -> Parameter:
    """Draw weights evenly from ±1/√fan_in, PyTorch's choice for layers that sum fan_in inputs."""
    bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
    return Parameter(generator.uniform(shape, -bound, bound))


class Linear(Module):
    """x Wᵀ + b: each of the outputs is a weighted sum of all inputs. (…, in) → (…, out)."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        self.weight = _evenly((out_features, in_features), in_features)
        self.bias = _evenly((out_features,), in_features) if bias else None

    def forward(self, input: Tensor) -> Tensor:
        return functional.linear(input, self.weight, self.bias)


class _Conv(Module):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        *,
        bias: bool = True,
    ) -> None:
        one_dimension = isinstance(self, Conv1d)
        kernel = np.broadcast_to(kernel_size, 1 if one_dimension else 2).tolist()
        fan_in = in_channels * math.prod(kernel)
        self.weight = _evenly((out_channels, in_channels, *kernel), fan_in)
        self.bias = _evenly((out_channels,), fan_in) if bias else None
        self.stride, self.padding = stride, padding
        self.convolve = functional.conv1d if one_dimension else functional.conv2d

    def forward(self, input: Tensor) -> Tensor:
        return self.convolve(input, self.weight, self.bias, self.stride, self.padding)


class Conv1d(_Conv):
    """Slide kernels along sequences: (N, C, L) → (N, O, L')."""


class Conv2d(_Conv):
    """Slide kernels over images: (N, C, H, W) → (N, O, H', W')."""


class MaxPool2d(Module):
    """The largest element of each window: (N, C, H, W) → (N, C, H', W')."""

    def __init__(self, kernel_size: Pair, stride: Pair | None = None) -> None:
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, input: Tensor) -> Tensor:
        return functional.max_pool2d(input, self.kernel_size, self.stride)


class AvgPool2d(MaxPool2d):
    """The mean of each window: (N, C, H, W) → (N, C, H', W')."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.avg_pool2d(input, self.kernel_size, self.stride)


class Flatten(Module):
    """Join all dimensions but the first: (N, C, H, W) → (N, C·H·W)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, input: Tensor) -> Tensor:
        return input.relu()


class Tanh(Module):
    """tanh x."""

    def forward(self, input: Tensor) -> Tensor:
        return input.tanh()


class GELU(Module):
    """x·Φ(x)."""

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return functional.gelu(input, self.approximate)


class Dropout(Module):
    """In training, set elements to 0 with probability p and scale up the others."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def forward(self, input: Tensor) -> Tensor:
        return functional.dropout(input, self.p, self.training)


class _BatchNorm(Module):
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = Parameter(ones(num_features)), Parameter(zeros(num_features))
        self.register_buffer("running_mean", zeros(num_features))
        self.register_buffer("running_var", ones(num_features))
        self.register_buffer("num_batches_tracked", tensor(0))

    def forward(self, input: Tensor) -> Tensor:
        if (input.ndim == 4) != isinstance(self, BatchNorm2d) or len(self.weight) != input.shape[1]:
            raise ValueError(
                f"{type(self).__name__}({len(self.weight)}) was given inputs of {input.shape}."
            )
        self.num_batches_tracked.data = self.num_batches_tracked.data + int(self.training)
        running = self.running_mean, self.running_var
        learned = self.weight, self.bias
        return functional.batch_norm(
            input, *running, *learned, self.training, self.momentum, self.eps
        )


class BatchNorm1d(_BatchNorm):
    """Normalise each channel over the batch: (N, C) or (N, C, L)."""


class BatchNorm2d(_BatchNorm):
    """Normalise each channel over the batch and its places: (N, C, H, W)."""


class LayerNorm(Module):
    """Normalise each sample over its last dimensions."""

    def __init__(self, normalized_shape: int | tuple[int, ...], eps: float = 1e-5) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.weight, self.bias, self.eps = Parameter(ones(*shape)), Parameter(zeros(*shape)), eps

    def forward(self, input: Tensor) -> Tensor:
        shape = self.weight.shape
        return functional.layer_norm(input, shape, self.weight, self.bias, self.eps)


class Embedding(Module):
    """One learned vector for each symbol of a vocabulary: (…) whole numbers → (…, dim)."""

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        self.weight = Parameter(generator.normal((num_embeddings, embedding_dim)))

    def forward(self, input: Tensor) -> Tensor:
        return functional.embedding(input, self.weight)


class MultiheadAttention(Module):
    """Attention in several subspaces at once (arXiv 1706.03762).

    Returns the output, (T, N, E) or with batch_first (N, T, E), and the weights averaged over the
    heads, (N, T, S), or None. As in PyTorch, a True in `attn_mask` says where *not* to look.
    """

    def __init__(
        self, embed_dim: int, num_heads: int, *, bias: bool = True, batch_first: bool = False
    ) -> None:
        if embed_dim % num_heads:
            raise ValueError(f"{embed_dim} features do not divide into {num_heads} equal heads.")
        self.num_heads, self.batch_first = num_heads, batch_first
        out_proj, bound = Linear(embed_dim, embed_dim, bias), math.sqrt(6 / (4 * embed_dim))
        self.in_proj_weight = Parameter(
            generator.uniform((3 * embed_dim, embed_dim), -bound, bound)
        )
        self.in_proj_bias = Parameter(zeros(3 * embed_dim)) if bias else None
        out_proj.bias = Parameter(zeros(embed_dim)) if bias else None
        self.out_proj = out_proj

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        *,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        if not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        q, k, v = (self._project(x, i) for i, x in enumerate((query, key, value)))
        if attn_mask is not None and attn_mask.dtype == bool:
            attn_mask = Tensor(np.where(attn_mask.data, -np.inf, 0).astype(q.dtype))
        if attn_mask is not None and attn_mask.dtype.kind != "f":
            raise TypeError(
                f"attn_mask holds {attn_mask.dtype}, but needs truth values: True hides a place."
            )
        if need_weights:
            scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5  # (N, heads, T, S)
            weights = functional.softmax(scores if attn_mask is None else scores + attn_mask, -1)
            heads, mean = weights @ v, weights.mean(dim=1)
        else:
            heads, mean = functional.scaled_dot_product_attention(q, k, v, attn_mask), None
        output = self.out_proj(heads.transpose(1, 2).flatten(2))  # (N, T, E)
        return output if self.batch_first else output.transpose(0, 1), mean

    def _project(self, x: Tensor, i: int) -> Tensor:
        """Apply the i-th third of the weights and split the heads: (N, heads, T, E/heads)."""
        n, t, e = x.shape
        third = slice(i * e, (i + 1) * e)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[third]
        y = functional.linear(x, self.in_proj_weight[third], bias)
        return y.reshape(n, t, self.num_heads, -1).transpose(1, 2)
