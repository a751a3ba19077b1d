"""Lesson 92: which mutants may pass, other styles, answers that look right, computed values."""

from computed import Computed

EQUIVALENT = {
    "92.private-sum": {"np.linalg.norm(-gradients": "A vector and its opposite are equally long."},
    "92.masks": {
        "np.triu(masks)": "What a hospital shares with itself is added and subtracted.",
        "np.triu(masks, 0)": "What a hospital shares with itself is added and subtracted.",
    },
}

STYLES = {
    "92.average": (
        """
        def average(weights, sizes):
            return np.average(weights, axis=0, weights=sizes)
        """,
        """
        def average(weights, sizes):
            parts = [n / sum(sizes) for n in sizes]
            return [sum(p * w for p, w in zip(parts, column)) for column in weights.T]
        """,
    ),
    "92.leak": (
        """
        def success(members, others):
            found = [1.0 if a < b else 0.5 if a == b else 0.0 for a in members for b in others]
            return sum(found) / len(found)
        """,
        """
        def success(members, others):
            from sklearn.metrics import roc_auc_score
            belongs = [1] * len(members) + [0] * len(others)
            return roc_auc_score(belongs, -np.concatenate([members, others]))
        """,
    ),
    "92.ceiling": ("share_right = 0.73", "share_right = 1 / (1 + math.exp(-1))"),
    "92.private-sum": (
        """
        def private_sum(gradients, clip, noise):
            total = clip * noise
            for g in gradients:
                length = np.sqrt((g**2).sum())
                total = total + (g if length <= clip else g * clip / length)
            return total
        """,
    ),
    "92.excess": (
        """
        def excess(losses, chances, epsilon):
            delta = 0.0
            for l, p in zip(losses, chances):
                if l > epsilon:
                    delta += p - math.exp(epsilon - l) * p
            return delta
        """,
    ),
    "92.masks": (
        """
        def masked(secrets, masks):
            sent = secrets.copy()
            for i in range(len(sent)):
                for j in range(i + 1, len(sent)):
                    sent[i] += masks[i, j]
                    sent[j] -= masks[i, j]
            return sent
        """,
    ),
}

WRONG = {
    "92.leak": (
        """
        def success(members, others):  # what lies close counts as equal
            gap = np.subtract.outer(members, others)
            return np.mean((gap < -1e-9) + 0.5 * (abs(gap) < 0.05))
        """,
        """
        def success(members, others):  # what lies close counts as equal, and only once
            gap = np.subtract.outer(members, others)
            return np.mean((gap <= -0.05) + 0.5 * (abs(gap) < 0.05))
        """,
        """
        def success(members, others):
            gap = np.subtract.outer(np.round(members, 1), np.round(others, 1))
            return np.mean((gap < 0) + 0.5 * (gap == 0))
        """,
        """
        def success(members, others):
            gap = np.round(np.subtract.outer(members, others), 1)
            return np.mean((gap < 0) + 0.5 * (gap == 0))
        """,
    ),
    "92.private-sum": (
        """
        def private_sum(gradients, clip, noise):  # nothing is released where nobody was drawn
            if len(gradients) == 0:
                return np.zeros(gradients.shape[1])
            lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
            return (gradients * clip / np.maximum(lengths, clip)).sum(axis=0) + clip * noise
        """,
    ),
    "92.excess": (
        """
        def excess(losses, chances, epsilon):
            return np.average(np.maximum(0, 1 - np.exp(epsilon - losses)), weights=chances)
        """,
    ),
}

COMPUTED = {"92.ceiling": Computed("ceiling(1)")}
