"""Lesson 44: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "44.frechet": {
        "gap = np.mean(b) - np.mean(a)": "the gap is squared",
        "gap = -(np.mean(a) - np.mean(b))": "the gap is squared",
        "(np.std(b, ddof=1) - np.std(a, ddof=1))": "the gap is squared",
        "np.std(-a, ddof=1)": "a width has no sign",
        "np.std(-b, ddof=1)": "a width has no sign",
    },
}

STYLES = {
    "44.frechet": [
        """
        def line_distance(a, b):
            from statistics import mean, stdev

            a, b = [float(v) for v in a], [float(v) for v in b]
            return (mean(a) - mean(b)) ** 2 + (stdev(a) - stdev(b)) ** 2
        """,
        """
        def line_distance(a, b):
            import torch

            a, b = (torch.as_tensor(each, dtype=torch.float64) for each in (a, b))
            return (a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2
        """,
        """
        def line_distance(a, b):
            A, B = np.cov(a), np.cov(b)
            return (np.mean(a) - np.mean(b)) ** 2 + A + B - 2 * np.sqrt(A * B)
        """,
    ],
    "44.path": ["place_and_velocity = [1.25, -3.0]", "place_and_velocity = np.array([1.25, -3])"],
    "44.walk": [
        """
        def walk(velocity, x, steps):
            for t in np.linspace(0, 1, steps, endpoint=False):
                x = x + velocity(x, t) / steps
            return x
        """,
        """
        def walk(velocity, x, steps):
            x, duration = x.copy(), 1 / steps
            for step in range(steps):
                x += duration * velocity(x, duration * step)
            return x
        """,
        """
        def walk(velocity, x, steps, step=0):
            if step == steps:
                return x
            return walk(velocity, x + velocity(x, step / steps) / steps, steps, step + 1)
        """,
    ],
    "44.guide": [
        "def stronger(free, ordered, w): return (1 - w) * free + w * ordered",
        "def stronger(free, ordered, w): return ordered + (w - 1) * (ordered - free)",
        """
        def stronger(free, ordered, w):
            import torch

            return torch.lerp(torch.as_tensor(free), torch.as_tensor(ordered), w)
        """,
    ],
    "44.nearer": [
        """
        def nearer_than_new(drawn, new, known):
            ours, theirs = nearest(drawn, known)[0], nearest(new, known)[0]
            won = sum((a < b) + (a == b) / 2 for a in ours for b in theirs)
            return won / (len(ours) * len(theirs))
        """,
        """
        def nearer_than_new(drawn, new, known):
            from scipy.stats import mannwhitneyu

            ours, theirs = nearest(drawn, known)[0], nearest(new, known)[0]
            return mannwhitneyu(theirs, ours).statistic / (len(ours) * len(theirs))
        """,
        """
        def nearer_than_new(drawn, new, known):
            from fractions import Fraction

            ours, theirs = nearest(drawn, known)[0], sorted(nearest(new, known)[0])
            below = sum(int(np.searchsorted(theirs, a, s)) for a in ours for s in ("left", "right"))
            return 1 - Fraction(below, 2 * len(ours) * len(theirs))
        """,
    ],
}

COMPUTED = {
    "44.path": Computed("(between(2, -1, 0.25), -1 - 2)"),
}
