"""Lesson 63: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed, Reason

EQUIVALENT = {
    "63.kaplan-meier": {
        "free = 1.0 → free = 1": "A whole number becomes a float with the first factor.",
        "np.unique(days[days <= t])": "A day without an event brings the factor 1.",
    },
    "63.slopes": {
        "weight = -(np.exp(risk) * (days >= days[i]))": "The sign cancels in the softmax.",
    },
    "63.known-later": {
        "{'do not resuscitate', 'disability at 2 months'}": "A set has no order.",
        "DISABILITY AT 2 MONTHS": "Small letters and capitals are the same name.",
        "DO NOT RESUSCITATE": "Small letters and capitals are the same name.",
    },
}

STYLES = {
    "63.by-hand": ("still_free = 0.53", "still_free = .8 * 2 / 3", "still_free = 0.5333"),
    "63.kaplan-meier": (
        """
        def survival(days, event, t):
            free = 1
            for day in sorted(set(days[event == 1])):
                if day <= t:
                    at_risk = sum(d >= day for d in days)
                    free *= (at_risk - sum(e for d, e in zip(days, event) if d == day)) / at_risk
            return free
        """,
        """
        def survival(days, event, t):
            gone = np.unique(days[event == 1])
            gone = gone[gone <= t]
            n = (days[:, None] >= gone).sum(axis=0)
            d = ((days[:, None] == gone) & (event[:, None] == 1)).sum(axis=0)
            return np.prod(1 - d / n)
        """,
    ),
    "63.slopes": (
        """
        def slopes(risk, days, event):
            at_risk = days[:, None] <= days  # (event of i, patient j)
            p = np.where(at_risk, np.exp(risk - risk.max()), 0)
            p = p / p.sum(axis=1, keepdims=True)
            return p[event == 1].sum(axis=0) - event
        """,
        """
        def slopes(risk, days, event):
            result = [-float(e) for e in event]
            for i in range(len(days)):
                if event[i]:
                    total = sum(math.exp(r) for r, d in zip(risk, days) if d >= days[i])
                    for j in range(len(days)):
                        if days[j] >= days[i]:
                            result[j] += math.exp(risk[j]) / total
            return result
        """,
    ),
    "63.concordance": (
        """
        def in_order(days, event, risk):
            right, pairs = 0, 0
            for i in range(len(days)):
                for j in range(len(days)):
                    if event[i] and days[i] < days[j]:
                        pairs += 1
                        right += 1 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0
            return right / pairs
        """,
        """
        def in_order(days, event, risk):
            pairs = (days[:, None] < days) & (event[:, None] == 1)
            score = (np.sign(risk[:, None] - risk) + 1) / 2
            return score[pairs].mean()
        """,
    ),
    "63.known-later": (
        "known_later = ['do not resuscitate', 'Disability at 2 months']",
        "known_later = {'do not resuscitate: dnr after sadm', 'disability at 2 months'}",
    ),
}

COMPUTED = {
    "63.by-hand": Computed(
        "kaplan_meier(np.array([2, 3, 5, 6, 8]), np.array([1, 0, 1, 0, 1]))[1][1]"
    ),
    "63.known-later": Reason("When a column was written down, its authors tell, not a function."),
}
