"""Lesson 37: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "37.correlation": {"np.cos(-angle)": "a cosine does not ask for the sign"},
}

STYLES = {
    "37.factor": ("factor = 0.167", "factor = 0.1667", "factor = np.float32(1) / 6"),
    "37.sizes": (
        """
        def mean_squares(q, n, variance, depth):
            found = [q]
            while len(found) < depth:
                found.append(found[-1] * n * variance / 2)
            return found
        """,
        "def mean_squares(q, n, variance, depth): "
        "return [q * (n * variance / 2) ** layer for layer in range(depth)]",
    ),
    "37.correlation": (
        """
        def next_correlation(c):
            angle = math.acos(c)
            return math.sqrt(1 - c * c) / math.pi + (1 - angle / math.pi) * c
        """,
        """
        def next_correlation(c):
            import torch
            angle = torch.arccos(torch.tensor(c))
            return (torch.sin(angle) + (torch.pi - angle) * torch.cos(angle)) / torch.pi
        """,
    ),
    "37.norm": (
        """
        def layer_norm(h):
            return (h - h.mean(axis=1, keepdims=True)) / h.std(axis=1, keepdims=True)
        """,
        """
        def layer_norm(h):
            return [[(x - np.mean(row)) / np.std(row) for x in row] for row in h.tolist()]
        """,
        """
        def layer_norm(h):
            import torch
            return torch.nn.functional.layer_norm(torch.tensor(h).double(), h.shape[1:])
        """,
    ),
    "37.scale": (
        """
        def residual_signal(h, weights):
            s = (1 / len(weights)) ** 0.5
            for W in weights:
                h = h + s * np.where(h > 0, h, 0) @ W
            return h
        """,
        """
        def residual_signal(h, weights):
            import torch
            h, s = torch.tensor(h).double(), len(weights) ** -0.5
            for W in weights:
                h = h + s * torch.relu(h) @ torch.tensor(W).double()
            return h
        """,
    ),
    "37.backward": (
        """
        def gradient_at_start(g, sums, weights, scale):
            for layer in range(len(weights) - 1, -1, -1):
                through = scale * g @ weights[layer].T
                through[sums[layer] <= 0] = 0
                g = g + through
            return g
        """,
        """
        def gradient_at_start(g, sums, weights, scale):
            if not weights:
                return g
            g = gradient_at_start(g, sums[1:], weights[1:], scale)
            return g + scale * np.where(sums[0] > 0, g @ weights[0].T, 0)
        """,
    ),
}

COMPUTED = {
    "37.factor": Computed("mean_squares(1, n, 1 / (3 * n), 2)[-1]", n=100),
}
