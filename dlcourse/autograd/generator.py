"""Random numbers as PyTorch draws them, so that one seed gives one network on both engines."""

from typing import Any

import numpy as np

from dlcourse.autograd.memory import Array
from dlcourse.autograd.operations import Tensor, shape_of

# PyTorch's generator on the CPU is the Mersenne Twister, seeded as NumPy's older interface does.
_generator = np.random.RandomState(0)


def manual_seed(seed: int) -> None:
    """Start the generator anew."""
    _generator.seed(seed % 2**32)


def uniform(shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> Array:
    """Draw float32 numbers from low (included) to high: 24 bits of each 32-bit draw."""
    bits = _generator.randint(0, 2**32, size=shape, dtype=np.uint32) & 0xFFFFFF
    unit = bits.astype(np.float32) * np.float32(2**-24)
    return unit * np.float32(high - low) + np.float32(low)


def normal(shape: tuple[int, ...]) -> Array:
    """Draw standard normal float32 numbers by Box and Muller's method, 16 at a time.

    As in PyTorch, what does not fill 16 is redrawn as one last block of 16 (fewer than 16 numbers
    in all are cut from a block here, where PyTorch draws them one by one).
    """
    n = int(np.prod(shape))
    u = uniform((max(n, 16),))
    blocks = [_box_muller(u[: n // 16 * 16])]
    if n % 16:
        blocks = [blocks[0][: n - 16], _box_muller(uniform((16,)) if n > 16 else u)]
    return np.concatenate(blocks)[:n].reshape(shape)


def _box_muller(u: Array) -> Array:
    """Turn uniform numbers, in blocks of 8 radii and 8 angles, into normal ones."""
    u = u.reshape(-1, 2, 8)
    radius, angle = np.sqrt(-2 * np.log(1 - u[:, :1])), np.float32(2 * np.pi) * u[:, 1:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


def rand(*size: Any) -> Tensor:
    """Return numbers drawn evenly from 0 (included) to 1."""
    return Tensor(uniform(shape_of(size)))


def randn(*size: Any) -> Tensor:
    """Return standard normal numbers."""
    return Tensor(normal(shape_of(size)))
