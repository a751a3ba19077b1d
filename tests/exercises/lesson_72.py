"""Lesson 72: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "72.evidence": {
        "(np.sum(1 - group) + 0.5)) + 1": "One more for each value and for everybody cancels.",
        "(np.sum(1 - group) + 0.5)) - 1": "One less for each value and for everybody cancels.",
    },
    "72.reasons": {
        "np.tile(x, (len(x) + 1, 1))": "The row more is x as it is, who is refused: no reason.",
    },
}

STYLES = {
    "72.evidence": (
        """
        def evidence(values, defaults):
            found = []
            a, b = sum(defaults) + 0.5, len(defaults) - sum(defaults) + 0.5
            for value in sorted(set(values.tolist())):
                mine = [d for v, d in zip(values, defaults) if v == value]
                found.append(math.log((sum(mine) + 0.5) / (len(mine) - sum(mine) + 0.5) * b / a))
            return found
        """,
        """
        def evidence(values, defaults):
            _, place = np.unique(values, return_inverse=True)
            bad = np.bincount(place, weights=defaults) + 0.5
            good = np.bincount(place, weights=1 - defaults) + 0.5
            everybody = np.log((defaults.sum() + 0.5) / ((1 - defaults).sum() + 0.5))
            return np.log(bad) - np.log(good) - everybody
        """,
    ),
    "72.punished": (
        """
        def punished(chance, rows, column, step):
            moved = np.zeros(rows.shape[1])
            moved[column] = step
            return int((chance(rows + moved) - chance(rows) > 0).sum())
        """,
        """
        def punished(chance, rows, column, step):
            count = 0
            for row in rows:
                other = list(row)
                other[column] += step
                before, after = chance([row, other])
                count += after > before
            return count
        """,
    ),
    "72.reasons": (
        """
        def reasons(chance, x, reference, threshold):
            found = []
            for column in range(len(x)):
                other = x.copy()
                other[column] = reference[column]
                found.append((chance(other[None])[0], column))
            return [column for p, column in sorted(found) if p < threshold]
        """,
        """
        def reasons(chance, x, reference, threshold):
            p = chance(np.where(np.eye(len(x)) == 1, reference, x))
            return np.argsort(p)[: (p < threshold).sum()]
        """,
    ),
    "72.rates": (
        """
        def rates(denied, refused):
            a = np.sum((denied == 1) & (refused == 1))
            b = np.sum((denied == 0) & (refused == 1))
            c = np.sum((denied == 1) & (refused == 0))
            d = np.sum((denied == 0) & (refused == 0))
            return [(a + b) / len(denied), b / (b + d), c / (a + c), a / (a + b)]
        """,
    ),
    "72.false-alarms": (
        """
        def false_alarms(denied, precision, misses):
            return denied / (1 - denied) * (1 / precision - 1) * (1 - misses)
        """,
        """
        def false_alarms(denied, precision, misses):
            refused = denied * (1 - misses) / precision
            return (1 - precision) * refused / (1 - denied)
        """,
    ),
}

COMPUTED: dict[str, Computed] = {}
