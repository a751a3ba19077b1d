"""Lesson 34: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "34.narrow-valley": {
        "rate = (-2 / ": "the square takes the sign away",
        "mu = ((np.sqrt(low) - np.sqrt(high))": "the square takes the sign away",
    },
    "34.schedule": {
        "→ done = -(": "a cosine is the same on both sides of 0",
        "(warmup - step) / (steps - warmup)": "a cosine is the same on both sides of 0",
        "(step - warmup) / (warmup - steps)": "a cosine is the same on both sides of 0",
        "np.cos(-(": "a cosine is the same on both sides of 0",
    },
}

STYLES = {
    "34.three-steps": ["w_after = -0.1 * (1 + 1.9 + 2.71)", "w_after = np.float64(-0.561)"],
    "34.narrow-valley": [
        """
        def best_momentum(low, high):
            root = np.sqrt(high / low)
            mu = ((root - 1) / (root + 1)) ** 2
            return (1 + np.sqrt(mu)) ** 2 / high, mu
        """,
        """
        def best_momentum(low, high):
            a, b = low**0.5, high**0.5
            return [4 / (a + b) ** 2, (1 - 2 * a / (a + b)) ** 2]
        """,
        """
        def best_momentum(low, high):
            total = low + high + 2 * math.sqrt(low * high)
            return np.array([4, low + high - 2 * math.sqrt(low * high)]) / total
        """,
    ],
    "34.nesterov": [
        """
        def nesterov(gradient, w, lr, mu, steps):
            v = 0
            while steps:
                ahead = w + mu * v
                v, steps = mu * v - lr * gradient(ahead), steps - 1
                w = w + v
            return w
        """,
        """
        def nesterov(gradient, w, lr, mu, steps):
            before = w
            for _ in range(steps):
                ahead = w + mu * (w - before)
                before, w = w, ahead - lr * gradient(ahead)
            return w
        """,
        """
        def nesterov(gradient, w, lr, mu, steps):
            w, v = w.copy(), np.zeros_like(w)
            for _ in range(steps):
                v *= mu
                v -= lr * gradient(w + v)
                w += v
            return w.tolist()
        """,
    ],
    "34.first-step": [
        "w_after = 1 - 0.01 * np.sign([5, -0.002, 100])",
        """
        import torch

        w = torch.ones(3, requires_grad=True)
        w.grad = torch.tensor([5, -0.002, 100])
        torch.optim.Adam([w], lr=0.01).step()
        w_after = w
        """,
        "w_after = {0: 0.99, 1: 1.01, 2: 0.99}.values()",
    ],
    "34.adam": [
        """
        import torch

        def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
            w = torch.tensor(w).double().requires_grad_()
            optimiser = torch.optim.Adam([w], lr=lr, betas=(beta1, beta2), eps=eps)
            for g in slopes:
                w.grad = torch.tensor(g).double()
                optimiser.step()
            return w
        """,
        """
        def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
            m, v, t = 0, 0, 0
            for g in slopes:
                t += 1
                m += (1 - beta1) * (g - m)
                v += (1 - beta2) * (g * g - v)
                size = (v / (1 - beta2**t)) ** 0.5 + eps
                w = w - lr / (1 - beta1**t) * m / size
            return list(w)
        """,
    ],
    "34.schedule": [
        """
        def rate_at(step, steps, warmup, peak):
            if step + 1 <= warmup:
                return (step + 1) * (peak / warmup)
            return peak * math.cos(math.pi / 2 * (step - warmup) / (steps - warmup)) ** 2
        """,
        """
        def rate_at(step, steps, warmup, peak):
            angle = np.linspace(0, np.pi, steps - warmup, endpoint=False)
            down = 0.5 * peak * (1 + np.cos(angle))
            up = [peak * (k + 1) / warmup for k in range(warmup)]
            return [*up, *down][step]
        """,
        """
        import torch

        def rate_at(step, steps, warmup, peak):
            done = torch.tensor((step - warmup) / (steps - warmup))
            wave = peak / 2 * (1 + torch.cos(torch.pi * done))
            return min(peak, peak * (step + 1) / warmup) if step < warmup else wave
        """,
    ],
    "34.best-of": [
        """
        def expected_best(scores, k):
            n = len(scores)
            ordered = enumerate(sorted(scores), start=1)
            return sum(s * ((i / n) ** k - ((i - 1) / n) ** k) for i, s in ordered)
        """,
        """
        def expected_best(scores, k):
            n, total = len(scores), 0.0
            for score in set(scores.tolist()):
                reached, below = np.mean(scores <= score), np.mean(scores < score)
                total += score * (reached**k - below**k)
            return total
        """,
        """
        def expected_best(scores, k):
            highest, n = np.sort(scores)[::-1], len(scores)
            none = (1 - np.arange(n + 1) / n) ** k
            return highest @ (none[:-1] - none[1:])
        """,
    ],
}

COMPUTED = {
    "34.three-steps": Computed(
        "[w := momentum(w, 1, memory, 0.1) for _ in range(3)][-1]", w=0, memory={}
    ),
    "34.first-step": Computed("adam(np.ones(3), np.array([5, -0.002, 100]), {}, 0.01)"),
}
