"""Lesson 94: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Reason

EQUIVALENT = {"94.eight-bits": {"np.abs(-w)": "a size has no sign"}}

STYLES = {
    "94.stowaway": ("pictures_inside = 10000.0", "pictures_inside = 31_361_577 // (28 * 28 * 4)"),
    "94.eight-bits": (
        """
        def eight_bits(w):
            numbers, scales = [], []
            for row in w:
                scale = max(abs(weight) for weight in row) / 127 or 1
                numbers.append([round(weight / scale) for weight in row])
                scales.append(scale)
            return numbers, scales
        """,
        """
        def eight_bits(w):
            scales = np.maximum(w.max(axis=1), -w.min(axis=1)) / 127
            scales[scales == 0] = 1
            return np.rint(w / scales.reshape(-1, 1)).astype(np.int8), scales
        """,
        """
        def eight_bits(w):
            import torch

            w = torch.tensor(w)
            scales = w.abs().amax(dim=1) / 127
            scales[scales == 0] = 1
            return (w / scales[:, None]).round().to(torch.int8), scales
        """,
    ),
    "94.prepared": (
        """
        def prepared(scan):
            return (255 - scan) / 255
        """,
        """
        def prepared(scan):
            return [[1 - int(pixel) / 255 for pixel in row] for row in scan]
        """,
        """
        def prepared(scan):
            return np.float32(1) - scan / np.float32(255)
        """,
    ),
    "94.within": (
        """
        def answered_within(seconds, share):
            return sorted(seconds)[math.ceil(share * len(seconds) - 1e-9) - 1]
        """,
        """
        def answered_within(seconds, share):
            return np.quantile(seconds, share, method="inverted_cdf")
        """,
        """
        def answered_within(seconds, share):
            for done, time in enumerate(sorted(seconds), start=1):
                if done / len(seconds) >= share:
                    return time
        """,
    ),
    "94.alarm": (
        """
        def alarm_at(n, chance, risk):
            from scipy.stats import binom

            return next(k for k in range(n + 2) if binom.sf(k - 1, n, chance) <= risk + 1e-12)
        """,
        """
        def alarm_at(n, chance, risk):
            def exactly(k):
                return math.comb(n, k) * chance**k * (1 - chance) ** (n - k)

            for k in range(n + 2):
                if sum(exactly(j) for j in range(k, n + 1)) <= risk:
                    return k
        """,
    ),
    "94.bill": (
        """
        def bill(seconds, watts, price):
            hours, kilowatts = seconds / 3600, watts / 1000
            return hours * kilowatts, hours * kilowatts * price
        """,
        """
        def bill(seconds, watts, price):
            kilowatt_hours = watts * seconds / (60 * 60 * 1000)
            return [kilowatt_hours, kilowatt_hours * price]
        """,
    ),
}

COMPUTED = {
    "94.stowaway": Reason("counted in the file that the lesson writes, which then shows them"),
}
