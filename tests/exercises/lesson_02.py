"""Lesson 02: which mutants may pass, right answers in other styles, how values are computed."""

import numpy as np
from computed import Computed, Reason

EQUIVALENT = {
    "02.own-darkest": {
        "axis=(2, 1)": "the order of the axes that vanish does not matter",
        "axis=(1, -1)": "the last axis of a picture is axis 2",
        "largest, -1)": "a blank picture divided by any number but 0 stays blank",
        "largest, 2)": "a blank picture divided by any number but 0 stays blank",
    },
    "02.interval": {"np.std(-values": "numbers turned round spread as far"},
    "02.which-chance": dict.fromkeys(
        ("'PEOPLE'", "'RUNS'", "'SPLITS'"), "capitals and small letters are the same answer"
    ),
}

STYLES = {
    "02.own-darkest": [
        """
        def own_darkest(pictures):
            return np.array([p / p.max() if p.max() > 0 else p for p in pictures])
        """,
        """
        def own_darkest(pictures):
            rows = pictures.reshape(len(pictures), -1).astype(float)
            for row in rows:
                if row.any():
                    row /= max(row)
            return rows.reshape(pictures.shape)
        """,
        """
        def own_darkest(pictures):
            largest = pictures.max(axis=(1, 2))
            largest = np.where(largest == 0, 1, largest)
            return pictures / largest[:, None, None]
        """,
    ],
    "02.surprise": [
        """
        def mean_surprise(p, came):
            return sum(-math.log(q if c else 1 - q) for q, c in zip(p, came)) / len(p)
        """,
        """
        def mean_surprise(p, came):
            hits, others = np.log(p[came]).sum(), np.log(1 - p[~came]).sum()
            return -(hits + others) / len(p)
        """,
        "def mean_surprise(p, came): return np.log(1 / abs(p - 1 + came)).mean()",
        """
        def mean_surprise(p, came):
            from sklearn.metrics import log_loss
            return log_loss(came, p, labels=[False, True])
        """,
    ],
    "02.interval": [
        """
        def interval(values, t):
            n = len(values)
            mean = sum(values) / n
            variance = sum((v - mean) ** 2 for v in values) / (n - 1)
            return [mean - t * math.sqrt(variance / n), mean + t * math.sqrt(variance / n)]
        """,
        """
        def interval(values, t):
            from scipy.stats import sem
            return np.mean(values) + t * sem(values) * np.array([-1, 1])
        """,
    ],
    "02.bootstrap": [
        """
        def bootstrap_ends(statistic, values, positions, level):
            redrawn = np.apply_along_axis(statistic, 1, values[positions])
            low = np.percentile(redrawn, 50 * (1 - level))
            return low, np.percentile(redrawn, 100 - 50 * (1 - level))
        """,
    ],
}

COMPUTED = {
    "02.shapes": Computed(
        "[p.mean(axis=0).shape, p.max(axis=(1, 2)).shape, (p - p.mean(axis=0)).shape, "
        "(p.reshape(100, 64) @ m.T).shape]",
        p=np.ones((100, 8, 8)),
        m=np.ones((10, 64)),
    ),
    "02.gears": Computed("slope(lambda s: (3 * s - 1) ** 2, 2.0)"),
    "02.which-chance": Reason("sentences are judged, not numbers"),
}
