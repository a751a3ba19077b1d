"""Lesson 71: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "71.accuracy": {
        "108 / 85444": "One payment more does not show in two decimals.",
        "108 / 85442": "One payment less does not show in two decimals.",
    },
    "71.best-threshold": {
        ".sum() + 1 + alarm": "One euro more at every threshold changes no choice.",
        ".sum() - 1 + alarm": "One euro less at every threshold changes no choice.",
        "alarm * ((p >= t).sum() + 1)": "One call more at every threshold changes no choice.",
        "alarm * ((p >= t).sum() - 1)": "One call less at every threshold changes no choice.",
    },
}

STYLES = {
    "71.accuracy": ("accuracy_in_percent = 99.87", "accuracy_in_percent = 99.8736"),
    "71.average-precision": (
        """
        def average_precision(targets, scores):
            from sklearn.metrics import average_precision_score

            return average_precision_score(targets, scores)
        """,
        """
        def average_precision(targets, scores):
            found, precisions = 0, []
            for place, (_, fraud) in enumerate(sorted(zip(scores, targets), reverse=True), 1):
                if fraud:
                    found += 1
                    precisions.append(found / place)
            return sum(precisions) / len(precisions)
        """,
        """
        def average_precision(targets, scores):
            frauds = np.sort(scores[targets == 1])[::-1]
            places = [(scores >= score).sum() for score in frauds]
            return np.mean([f / k for f, k in enumerate(places, start=1)])
        """,
    ),
    "71.correct": (
        "def corrected(p, share): return p * share / (1 - p * (1 - share))",
        "def corrected(p, share): return 1 / (1 + (1 / np.asarray(p) - 1) / share)",
        "def corrected(p, share): return 1 / (1 + np.exp(-np.log(p / (1 - p)) - np.log(share)))",
    ),
    "71.split": (
        """
        def split(times):
            order = sorted(range(len(times)), key=lambda row: times[row])
            cut = len(times) * 7 // 10
            return order[:cut], order[cut:]
        """,
        """
        def split(times):
            border = np.sort(times)[int(0.7 * len(times))]
            return np.flatnonzero(times < border), np.flatnonzero(times >= border)
        """,
    ),
    "71.cost": (
        """
        def total_cost(outcomes, p, losses, alarm, threshold):
            total = 0
            for fraud, chance, loss in zip(outcomes, p, losses):
                if chance >= threshold:
                    total += alarm
                elif fraud:
                    total += loss
            return total
        """,
        """
        def total_cost(outcomes, p, losses, alarm, threshold):
            return np.where(p >= threshold, alarm, outcomes * losses).sum()
        """,
    ),
    "71.best-threshold": (
        """
        def best_threshold(outcomes, p, losses, alarm):
            best, least = np.inf, sum(losses[outcomes == 1])
            for t in sorted(p, reverse=True):
                cost = sum(losses[(outcomes == 1) & (p < t)]) + alarm * sum(p >= t)
                if cost <= least:
                    best, least = t, cost
            return best
        """,
        """
        def best_threshold(outcomes, p, losses, alarm):
            t = np.append(np.unique(p), np.inf)[:, None]
            return t[np.argmin(np.where(p >= t, alarm, outcomes * losses).sum(axis=1)), 0]
        """,
    ),
}

COMPUTED = {
    "71.accuracy": Computed('100 * np.mean(data.load("card-fraud").test.targets == 0)'),
}
