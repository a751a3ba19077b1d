"""Lesson 54: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "54.shared": {
        "{word: math.log(share[word])": "A minus above and below cancels.",
    },
    "54.hits": {
        "zip(right, found": "Whether two lists share a lesson does not depend on their order.",
    },
    "54.threshold": {
        "(answerable == 1)) + 1": "A cost that all thresholds share changes nothing.",
        "(answerable == 1)) - 1": "A cost that all thresholds share changes nothing.",
        "silent * needless + 1": "A cost that all thresholds share changes nothing.",
        "silent * needless - 1": "A cost that all thresholds share changes nothing.",
        "(answerable == 0)) + 1)": "A cost that all thresholds share changes nothing.",
        "(answerable == 0)) - 1)": "A cost that all thresholds share changes nothing.",
    },
    "54.preference": {
        "new[:, 0] - new[:, -1]": "The last of two columns is the second.",
        "old[:, 0] - old[:, -1]": "The last of two columns is the second.",
    },
}

STYLES = {
    "54.shared": (
        """
        def shared(question, paragraph, share):
            common = whole = 0
            for word in set(question):
                told = np.log(1 / share[word])
                whole += told
                common += told * (word in paragraph)
            return common / whole if whole > 0 else 0
        """,
    ),
    "54.hits": (
        """
        def hits(found, right):
            return np.mean([bool(set(a) & set(b)) for a, b in zip(found, right)])
        """,
    ),
    "54.threshold": (
        """
        def cheapest(scores, answerable, wrong, silent):
            best, found = None, None
            for t in sorted(scores):
                cost = 0
                for score, said in zip(scores, answerable):
                    if score >= t and not said:
                        cost += wrong
                    if score < t and said:
                        cost += silent
                if best is None or cost < best:
                    best, found = cost, t
            return found
        """,
        """
        def cheapest(scores, answerable, wrong, silent):
            tried = np.unique(scores)
            answered = scores >= tried[:, None]
            costs = np.where(answerable == 1, silent * ~answered, wrong * answered).sum(axis=1)
            return tried[np.argmin(costs)]
        """,
    ),
    "54.preference": (
        """
        def preference_loss(new, old, beta):
            import torch

            grown = torch.tensor(new - old)
            z = beta * (grown[:, 0] - grown[:, 1])
            return -torch.nn.functional.logsigmoid(z).mean()
        """,
    ),
    "54.strangers": (
        """
        def strangers(train_groups, test_groups):
            known = set(train_groups.tolist())
            return [group not in known for group in test_groups.tolist()]
        """,
    ),
}

COMPUTED = {
    "54.knows-nothing": Computed("-np.log(1 / 256)"),
}
