"""Lesson 55: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "55.forward": {
        "list(range(2, len(signs)))[1:]": "sign 2 is a blank, to which no path leaps",
        "range(3, len(signs))": "sign 2 is a blank, to which no path leaps",
        "list(range(2, len(signs)))[:-1]": "the last sign is a blank, to which no path leaps",
        "range(2, len(signs) - 1)": "the last sign is a blank, to which no path leaps",
        "→ if signs[s] != signs[s - 2]:": "a blank is equal to the blank two signs before",
        "if signs != 0 and": "a blank is equal to the blank two signs before",
        "if signs[s] != -1 and": "a blank is equal to the blank two signs before",
        "→ return a[-2:].sum()": "NumPy's number is a float",
    },
    "55.errors": {
        "→ row = range(len(read) + 1)": "the first row is only read",
        "before[j] + (word != other)": "Python adds True as 1",
    },
    "55.shared": {"→ return np.mean(": "NumPy's number is a float"},
}

STYLES = {
    "55.mel": [
        """
        def centres(count, top):
            highest = 2595 * math.log10(1 + top / 700)
            steps = [highest * (k + 1) / (count + 1) for k in range(count)]
            return [700 * (10 ** (step / 2595) - 1) for step in steps]
        """,
        """
        def centres(count, top):
            highest = np.log1p(top / 700)
            return 700 * np.expm1(highest * np.arange(1, count + 1) / (count + 1))
        """,
    ],
    "55.squeeze": ["digits_read = (3, 3, 9)", "digits_read = np.array([3, 3, 9])"],
    "55.forward": [
        """
        def chance(p, labels):
            import torch
            import torch.nn.functional as F

            x = torch.as_tensor(p).log()[:, None]
            sizes = [torch.tensor([n]) for n in (len(p), len(labels))]
            row = torch.tensor([list(labels)], dtype=torch.long)
            return float((-F.ctc_loss(x, row, *sizes, reduction="sum")).exp())
        """,
        """
        def chance(p, labels):
            from itertools import groupby, product

            total = 0.0
            for path in product(sorted({0, *labels}), repeat=len(p)):
                if [k for k, _ in groupby(path) if k] == list(labels):
                    total += np.prod([row[k] for row, k in zip(p, path)])
            rest = [k for k in range(p.shape[1]) if k not in {0, *labels}]
            return total + 0 * len(rest)
        """,
    ],
    "55.errors": [
        """
        def errors(spoken, read):
            if not spoken or not read:
                return len(spoken) + len(read)
            if spoken[0] == read[0]:
                return errors(spoken[1:], read[1:])
            fewest = min(errors(spoken[1:], read), errors(spoken, read[1:]))
            return 1 + min(fewest, errors(spoken[1:], read[1:]))
        """,
        """
        def errors(spoken, read):
            d = np.zeros((len(spoken) + 1, len(read) + 1))
            d[:, 0], d[0] = np.arange(len(spoken) + 1), np.arange(len(read) + 1)
            for i in range(1, len(spoken) + 1):
                for j in range(1, len(read) + 1):
                    same = d[i - 1, j - 1] + (spoken[i - 1] != read[j - 1])
                    d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, same)
            return d[-1, -1]
        """,
    ],
    "55.shared": [
        """
        def shared(voice, train, test):
            known = {int(voice[row]) for row in train}
            return sum(int(voice[row]) in known for row in test) / len(test)
        """,
        """
        def shared(voice, train, test):
            return (voice[test][:, None] == voice[train]).any(axis=1).mean()
        """,
    ],
}

COMPUTED = {
    "55.squeeze": Computed("[sign for sign in squeezed([0, 4, 4, 0, 4, 10, 10, 0])]"),
}
