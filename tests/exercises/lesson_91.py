"""Lesson 91: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "91.alike": {"rank_correlation(other[ink], one[ink])": "a correlation has no order"},
    "91.step": {
        "np.clip(0, np.clip(": "the greater of the first two, at most the third, either way",
        "np.clip(start - reach, moved, start": "the greater of the two comes first either way",
    },
    "91.in-mark": {
        "size = -np.abs(worth)": "the sign cancels in the share",
        "size = np.abs(-worth)": "a size has no sign",
        "0.0 → return size[mark].sum() / size.sum() if size.any() else 0": "nought is nought",
        "else -0.0": "nought is nought",
    },
}

STYLES = {
    "91.saturated": ["three_answers = [0.0, 0.0, 1.0]", "three_answers = np.array([0, 0, 1])"],
    "91.path": [
        """
        def path_map(slope, x, baseline, steps):
            parts = (np.arange(steps) + 0.5) / steps
            way = x - baseline
            return way * np.mean([slope(baseline + p * way) for p in parts], axis=0)
        """,
        """
        def path_map(slope, x, baseline, steps):
            total = np.zeros(x.shape)
            for step in range(steps):
                part = (2 * step + 1) / (2 * steps)
                total += slope((1 - part) * baseline + part * x)
            return total / steps * (x - baseline)
        """,
        """
        def path_map(slope, x, baseline, steps):
            import torch

            ways = torch.linspace(0.5 / steps, 1 - 0.5 / steps, steps).tolist()
            slopes = [torch.as_tensor(slope(baseline + w * (x - baseline))) for w in ways]
            return torch.stack(slopes).mean(0) * torch.as_tensor(x - baseline)
        """,
    ],
    "91.alike": [
        """
        def alike(one, other, picture):
            from scipy.stats import spearmanr

            return spearmanr(one[picture > 0], other[picture > 0]).statistic
        """,
        """
        def alike(one, other, picture):
            from scipy.stats import rankdata

            rows = np.flatnonzero(picture)
            a, b = (rankdata(each.ravel()[rows]) for each in (one, other))
            return np.corrcoef(a, b)[0, 1]
        """,
        """
        def alike(one, other, picture):
            kept = [(a, b) for a, b, p in zip(one.flat, other.flat, picture.flat) if p]
            return rank_correlation(*zip(*kept))
        """,
    ],
    "91.step": [
        """
        def attacked(now, start, slope, rate, reach):
            low, high = np.maximum(start - reach, 0), np.minimum(start + reach, 1)
            return np.clip(now + rate * np.sign(slope), low, high)
        """,
        """
        def attacked(now, start, slope, rate, reach):
            noise = now - start + rate * np.sign(slope)
            return (start + noise.clip(-reach, reach)).clip(0, 1)
        """,
        """
        def attacked(now, start, slope, rate, reach):
            import torch

            now, start, slope = (torch.as_tensor(each) for each in (now, start, slope))
            moved = now + rate * slope.sign()
            return moved.clamp(start - reach, start + reach).clamp(0, 1)
        """,
    ],
    "91.withstood": [
        "def withstood(read): return np.min(read, axis=0).mean()",
        "def withstood(read): return read.prod(axis=0).mean()",
        """
        def withstood(read):
            from fractions import Fraction

            return Fraction(sum(all(column) for column in zip(*read)), read.shape[1])
        """,
    ],
    "91.erase": [
        """
        def erased(picture, worth, count):
            rank = (-worth).ravel().argsort().argsort().reshape(picture.shape)
            return np.where(rank < count, 0, picture)
        """,
        """
        def erased(picture, worth, count):
            left = picture.copy()
            for place in sorted(np.ndindex(*worth.shape), key=lambda p: -worth[p])[:count]:
                left[place] = 0
            return left
        """,
    ],
    "91.in-mark": [
        """
        def in_mark(worth, mark):
            whole = np.abs(worth).sum()
            return (np.abs(worth) * mark).sum() / whole if whole > 0 else 0
        """,
        """
        def in_mark(worth, mark):
            pairs = [(abs(w), m) for w, m in zip(worth.flat, mark.flat)]
            whole = sum(w for w, _ in pairs)
            return sum(w for w, m in pairs if m) / whole if whole else 0.0
        """,
    ],
}

COMPUTED = {
    "91.saturated": Computed(
        "[(slope := lambda z: (score(z + 1e-6) - score(z - 1e-6)) / 2e-6)(4.0), 4 * slope(4.0), "
        "path_map(slope, 4.0, 0.0, 1000)]"
    )
}
