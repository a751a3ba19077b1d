"""Lesson 93: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "93.combine": {"zip(gradients, rows)": "a product, whichever factor is called which"},
    "93.operations": {"zip(sizes[1:], sizes)": "a product, whichever factor is called which"},
    "93.enough": {"return None → return": "a bare return returns None as well"},
}

STYLES = {
    "93.combine": [
        """
        def combine(gradients, rows):
            return np.average(np.stack(gradients), axis=0, weights=rows)
        """,
        """
        def combine(gradients, rows):
            total = np.zeros_like(gradients[0])
            for g, n in zip(gradients, rows):
                total += n * g
            return total / np.sum(rows)
        """,
    ],
    "93.shard": [
        "def shard(n, rank, world): return np.arange(n)[rank::world]",
        "def shard(n, rank, world): return np.array_split(np.arange(n), world)[rank]",
        "def shard(n, rank, world): return [i for i in range(n) if i % world == rank]",
        "def shard(n, rank, world): return {i for i in range(n) if i % world == rank}",
        "def shard(n, rank, world): return (i for i in range(rank, n, world))",
        """
        def shard(n, rank, world):
            return list(range(rank * n // world, (rank + 1) * n // world))
        """,
    ],
    "93.operations": [
        """
        def operations(sizes, rows):
            total = 0
            for layer in range(len(sizes) - 1):
                products = 2 if layer == 0 else 3
                total += products * 2 * rows * sizes[layer] * sizes[layer + 1]
            return total
        """,
    ],
    "93.lost": ["total = 256.0", "import torch\ntotal = torch.tensor(256)"],
    "93.enough": [
        """
        from fractions import Fraction

        def enough(share, wanted, most):
            p, w = (Fraction(x).limit_denominator(10**6) for x in (share, wanted))
            for k in range(1, most + 1):
                if w * (1 - p + p / k) <= 1:
                    return k
        """,
        """
        def enough(share, wanted, most):
            for k in np.arange(1, most + 1):
                if wanted * (1 - share + share / k) <= 1:
                    return k
        """,
        """
        def enough(share, wanted, most):
            fast = [k for k in range(1, most + 1) if 1 / ((1 - share) + share / k) >= wanted]
            return fast[0] if fast else None
        """,
    ],
    "93.padded": ["twice = 3.0", "twice = -(-1287 // 10) * 10 - 1287"],
    "93.energy": [
        """
        def energy(operations, rate, watts, overhead):
            return operations / rate * watts * overhead / 3.6e6
        """,
    ],
}

COMPUTED = {
    "93.lost": Computed("counted(torch.bfloat16)"),
    "93.padded": Computed("in_all(1287, 10) - 1287"),
}
