"""Lesson 92: which mutants may pass, right answers in other styles, how values are computed."""

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

COMPUTED = {"92.ceiling": Computed("ceiling(1)")}
