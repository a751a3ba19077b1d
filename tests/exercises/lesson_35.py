"""Lesson 35: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "35.leave-one-out": {
        "np.eye(x.shape[-1])": "x has two axes, so that the last is axis 1",
        "(y - y @ H)": "H is symmetric",
    },
    "35.honest": {
        "best_features(-x[kept]": "the gap between the classes is taken without its sign"
    },
    "35.shift": dict.fromkeys(
        ("abs(-down)", "abs(-right)"), "the room around the pictures has no sign"
    ),
    "35.two-parts": {"(truth - middle) ** 2": "the difference is squared"},
}

STYLES = {
    "35.report": [
        """
        def report(validation, test):
            best = 0
            for i, score in enumerate(validation):
                if score > validation[best]:
                    best = i
            return float(test[best])
        """,
        "def report(validation, test): return list(test)[list(validation).index(max(validation))]",
    ],
    "35.leave-one-out": [
        """
        def leave_one_out(x, y, lam):
            misses = []
            for i in range(len(y)):
                rest, known = np.delete(x, i, axis=0), np.delete(y, i)
                w = np.linalg.solve(rest.T @ rest + lam * np.eye(x.shape[1]), rest.T @ known)
                misses.append(y[i] - x[i] @ w)
            return misses
        """,
    ],
    "35.honest": [
        """
        def honest_score(x, y, fold):
            def score(out):
                held = fold == out
                best = best_features(x[~held], y[~held])
                guess = nearest_mean(x[~held][:, best], y[~held], x[held][:, best])
                return (guess == y[held]).mean()

            return sum(score(out) for out in set(fold)) / len(set(fold))
        """,
    ],
    "35.labels-needed": [
        """
        def labels_needed(sizes, errors, target):
            b, a = np.polyfit(np.log10(sizes), np.log10(errors), 1)
            return float((target / 10**a) ** (1 / b))
        """,
    ],
    "35.two-parts": [
        """
        def two_parts(predictions, truth):
            draws, points = np.shape(predictions)
            bias2 = variance = 0.0
            for j in range(points):
                column = [float(row[j]) for row in predictions]
                m = sum(column) / draws
                bias2 += (m - float(truth[j])) ** 2 / points
                variance += sum((each - m) ** 2 for each in column) / draws / points
            return [bias2, variance]
        """,
    ],
    "35.shift": [
        """
        def shift(pictures, down, right):
            moved = np.zeros_like(pictures)
            n, height, width = pictures.shape
            for i in range(height):
                for j in range(width):
                    if 0 <= i - down < height and 0 <= j - right < width:
                        moved[:, i, j] = pictures[:, i - down, j - right]
            return moved
        """,
    ],
}

COMPUTED = {
    "35.quarter": Computed("1000 * (0.08 / 0.02) ** (1 / 0.5)"),  # solved for the labels
}
