"""Lesson 99: which mutants may pass, right answers in other styles, how values are computed."""

import numpy as np
from computed import Computed

DOT = np.eye(28)[:, 14:15]  # a column: with a row of its kind, one dark pixel at (14, 14)

EQUIVALENT = {
    "99.seeds-needed": {"n = 1 → n = 0": "After no seed it never fell: it counts up to 1 at once."},
    "99.quarters": {
        "dates // 9999": "Year and day together are below 9999, so that the year is the same.",
        "dates / 100 % 100": "The day adds less than one to the month, and no quarter ends there.",
        "dates // 100 % 50": "Whole hundreds are whole fifties, and there are 12 months.",
    },
    "99.page": {"logits.mean(axis=1)": "The mean has the sign of the sum."},
}

STYLES = {
    "99.seeds-needed": (
        """
        def seeds_needed(share, sure):
            never_fell, n = share, 1
            while never_fell > 1 - sure:
                never_fell *= share
                n += 1
            return n
        """,
        """
        def seeds_needed(share, sure):
            if share == 0:
                return 1.0
            return max(1, int(np.ceil(np.log(1 - sure) / np.log(share))))
        """,
    ),
    "99.held": (
        """
        def held_everywhere(ledger, seeds):
            texts = []
            for line in ledger:
                if line["text"] not in texts:
                    texts.append(line["text"])
            return tuple(
                text
                for text in texts
                if all(
                    [a["held"] for a in ledger if (a["text"], a["seed"]) == (text, seed)]
                    and all(a["held"] for a in ledger if (a["text"], a["seed"]) == (text, seed))
                    for seed in seeds
                )
            )
        """,
    ),
    "99.spared": (
        """
        def spared(scores, grave, missed):
            theirs = sorted(s for s, g in zip(scores, grave) if g)
            line = theirs[math.floor(missed * len(theirs))]
            return sum(s < line for s in scores) / len(scores)
        """,
    ),
    "99.quarters": (
        """
        def quarters(dates):
            return [d // 10000 * 10 + math.ceil(d // 100 % 100 / 3) for d in dates.tolist()]
        """,
    ),
    "99.page": (
        """
        def page_is_turned(logits):
            return [bool(sum(page) > 0) for page in logits.tolist()]
        """,
        """
        def page_is_turned(logits):
            return np.mean(logits, axis=1) > 0
        """,
    ),
}

COMPUTED = {
    "99.turned": Computed("centres(half_circle(dot))[0]", dot=np.eye(28)[None, 14:15] * DOT)
}
