"""Lesson 61: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "61.recalls": {
        "→ return [right[targets == k].mean() for k in range(classes)]": "a list will do",
    },
    "61.blind-spots": {
        "np.append(targets, train_targets)": "np.unique sorts them",
        "spots.append(k)": "NumPy's whole numbers are whole numbers too",
    },
}

STYLES = {
    "61.recalls": [
        """
        def recalls(targets, predictions, classes):
            found, there = [0] * classes, [0] * classes
            for target, prediction in zip(targets, predictions):
                there[target] += 1
                found[target] += target == prediction
            return [a / b for a, b in zip(found, there)]
        """,
        """
        def recalls(targets, predictions, classes):
            counts = np.zeros((classes, classes))
            np.add.at(counts, (targets, predictions), 1)
            return np.diag(counts) / counts.sum(axis=1)
        """,
        """
        def recalls(targets, predictions, classes):
            from sklearn.metrics import recall_score

            return recall_score(targets, predictions, labels=range(classes), average=None)
        """,
        """
        def recalls(targets, predictions, classes):
            import torch

            right = torch.tensor(targets) == torch.tensor(predictions)
            return torch.stack([right[targets == k].float().mean() for k in range(classes)])
        """,
    ],
    "61.macro-f1": [
        """
        def macro_f1(targets, predictions, classes):
            from sklearn.metrics import f1_score

            return f1_score(targets, predictions, average="macro")
        """,
        """
        def macro_f1(targets, predictions, classes):
            from fractions import Fraction

            pairs = list(zip(targets, predictions))
            found = [sum(t == p == k for t, p in pairs) for k in range(classes)]
            sizes = [sum(int(t == k) + int(p == k) for t, p in pairs) for k in range(classes)]
            f1 = [Fraction(int(2 * a), int(b)) for a, b in zip(found, sizes)]
            return sum(f1) / classes
        """,
        """
        def macro_f1(targets, predictions, classes):
            scores = []
            for k in np.unique([*targets, *predictions]):
                found = np.sum((targets == k) & (predictions == k))
                precision = found / max(1, np.sum(predictions == k))
                recall = found / max(1, np.sum(targets == k))
                both = precision + recall
                scores.append(2 * precision * recall / both if both else 0)
            return sum(scores) / len(scores)
        """,
    ],
    "61.refer": [
        """
        def refer(probabilities, share):
            n = len(probabilities)
            rows = sorted(range(n), key=lambda i: max(probabilities[i]))[: int(share * n)]
            return [i in rows for i in range(n)]
        """,
        """
        def refer(probabilities, share):
            sure = np.max(probabilities, axis=1)
            rank = np.argsort(np.argsort(sure))
            return rank < math.floor(share * len(sure))
        """,
        """
        def refer(probabilities, share):
            import torch

            sure = torch.tensor(probabilities).max(dim=1).values
            referred = torch.zeros(len(sure), dtype=torch.bool)
            referred[sure.argsort()[: int(share * len(sure))]] = True
            return referred
        """,
    ],
    "61.blind-spots": [
        """
        def blind_spots(train_targets, targets, predictions):
            known = []
            for k in sorted({*train_targets, *targets}):
                there = targets == k
                if (train_targets == k).sum() >= 10 and there.any():
                    if (predictions[there] == k).mean() >= 0.5:
                        known.append(k)
            return [k for k in sorted({*train_targets, *targets}) if k not in known]
        """,
        """
        def blind_spots(train_targets, targets, predictions):
            from collections import Counter

            train, test = Counter(train_targets.tolist()), Counter(targets.tolist())
            found = Counter(t for t, p in zip(targets.tolist(), predictions.tolist()) if t == p)
            return tuple(
                k for k in sorted(train | test)
                if train[k] < 10 or test[k] == 0 or found[k] / test[k] < 0.5
            )
        """,
        """
        def blind_spots(train_targets, targets, predictions):
            spots = [
                k
                for k in np.union1d(train_targets, targets)
                if (train_targets == k).sum() < 10
                or not 2 * ((targets == k) & (predictions == k)).sum() >= (targets == k).sum() > 0
            ]
            return np.array(spots)
        """,
    ],
}

COMPUTED = {
    "61.silent": Computed(
        '((beats := data.load("ecg5000")).test.targets '
        '== beats.classes.index("unclassified")).sum()'
    ),
}
