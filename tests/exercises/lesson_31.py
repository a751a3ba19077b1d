"""Lesson 31: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "31.slopes": {"found = np.ones(len(w))": "each item is set before it is returned"},
    "31.largest-rate": {
        "x @ x.T / len(x)": "x xᵀ and xᵀ x have the same eigenvalues, but for zeros",
    },
    "31.softmax": {"e = -np.exp(": "a common sign of numerator and denominator cancels"},
    "31.score-slopes": {"np.eye(p.shape[-1])": "p has two axes, so its last is axis 1"},
}

STYLES = {
    "31.one-step": ["w_after = 3 - 0.1 * 2 * 3", "w_after = np.array(2.4)"],
    "31.slopes": [
        """
        def slopes(loss, w, h):
            return [(loss(w + h * e) - loss(w - h * e)) / h / 2 for e in np.eye(len(w))]
        """,
        """
        def slopes(loss, w, h):
            found = []
            for i in range(len(w)):
                up, down = w.copy(), w.copy()
                up[i] += h
                down[i] -= h
                found.append((loss(up) - loss(down)) / (up[i] - down[i]))
            return tuple(found)
        """,
        """
        def slopes(loss, w, h):
            result = np.empty(w.shape)
            for i in range(w.size):
                kept = w[i]
                w[i] = kept + h
                above = loss(w)
                w[i] = kept - h
                result[i] = (above - loss(w)) / (2 * h)
                w[i] = kept
            return result
        """,
    ],
    "31.largest-rate": [
        "def largest_rate(x): return 2 * len(x) / np.linalg.norm(x, 2) ** 2",
        """
        def largest_rate(x):
            return 2 / np.linalg.eigvals(x.T @ x / x.shape[0]).real.max()
        """,
        """
        import torch

        def largest_rate(x):
            x = torch.tensor(x).double()
            return 2 / torch.linalg.eigvalsh(x.T @ x / len(x)).max()
        """,
        """
        def largest_rate(x):
            curvature = np.mean([np.outer(row, row) for row in x], axis=0)
            v = np.arange(1.0, len(curvature) + 1)
            for _ in range(2000):
                v = curvature @ v
                v = v / np.sqrt(v @ v)
            return 2 / (v @ curvature @ v)
        """,
    ],
    "31.careful-descent": [
        """
        def careful_descent(loss, gradient, w, rate, steps):
            height = loss(w)
            while steps > 0:
                steps -= 1
                trial = w - rate * gradient(w)
                if (lower := loss(trial)) < height:
                    w, height = trial, lower
                else:
                    rate *= 0.5
            return w
        """,
        """
        def careful_descent(loss, gradient, w, rate, steps):
            w = w.copy()
            for _ in range(steps):
                step = rate * gradient(w)
                if loss(w - step) >= loss(w):
                    rate /= 2
                    continue
                w -= step
            return list(w)
        """,
    ],
    "31.softmax": [
        """
        def stable_softmax(z):
            rows = []
            for row in z:
                e = [math.exp(score - max(row)) for score in row]
                rows.append([one / sum(e) for one in e])
            return rows
        """,
        """
        from scipy.special import softmax

        def stable_softmax(z):
            return softmax(z, axis=1)
        """,
        """
        import torch

        def stable_softmax(z):
            return torch.softmax(torch.tensor(z).double(), dim=1)
        """,
        """
        def stable_softmax(z):
            z = z - z.max(1)[:, None]
            return np.exp(z - np.log(np.exp(z).sum(1))[:, None])
        """,
    ],
    "31.score-slopes": [
        """
        def score_slopes(p, y):
            slopes = p.copy()
            slopes[np.arange(len(y)), y] -= 1
            slopes /= len(y)
            return slopes
        """,
        """
        def score_slopes(p, y):
            m, k = p.shape
            return [[(p[i, j] - (j == y[i])) / m for j in range(k)] for i in range(m)]
        """,
        """
        import torch

        def score_slopes(p, y):
            p = torch.tensor(p)
            truth = torch.nn.functional.one_hot(torch.tensor(y), p.shape[1])
            return (p - truth) / len(p)
        """,
    ],
}

COMPUTED = {
    "31.one-step": Computed("descend(0.1, 1, w=3.0)[-1]", gradient=lambda w: 2 * w),
}
