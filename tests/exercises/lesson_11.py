"""Lesson 11: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

COMMUTES = "A sum of products does not depend on which factor stands first."
TURNED_ROUND = "If w and b fit, −w and −b fit the inequalities turned round."

EQUIVALENT = {
    "11.weighted-sum": {"np.dot(inputs, weights)": COMMUTES},
    "11.perceptron-step": {"(w @ x + b)": COMMUTES},
    "11.margin": {"norm(-w)": "−w is as long as w."},
    "11.separable": {
        "→ rows = -(-s": TURNED_ROUND,
        "→ rows = s": TURNED_ROUND,
        "column_stack([np.ones(len(x)), x])": "The order of the unknowns is free.",
        "rows.shape[-1]": "Two axes: the last is axis 1.",
        "linprog(-nothing": "Nothing is to be minimised, with either sign.",
    },
}

STYLES = {
    "11.weighted-sum": [
        """
        def weighted_sum(weights, inputs, bias):
            z = bias
            for weight, value in zip(weights, inputs):
                z += weight * value
            return z
        """,
        "def weighted_sum(weights, inputs, bias): return sum(weights * inputs, start=bias)",
        """
        def weighted_sum(weights, inputs, bias):
            import torch
            return torch.tensor(weights).float() @ torch.tensor(inputs).float() + bias
        """,
        "def weighted_sum(weights, inputs, bias): return np.append(weights, bias) @ [*inputs, 1]",
    ],
    "11.perceptron-step": [
        """
        def perceptron_step(w, b, x, s):
            z = sum(w[i] * x[i] for i in range(len(w))) + b
            if (z >= 0 and s == -1) or (z <= 0 and s == 1):
                return [w[i] + s * x[i] for i in range(len(w))], b + s
            return w, b
        """,
        """
        def perceptron_step(w, b, x, s):
            if np.sign(np.dot(w, x) + b) == s:
                return [w, b]
            return [w + s * x, b + s]
        """,
        """
        def perceptron_step(w, b, x, s):
            w, wrong = w.copy(), s * (x @ w + b) <= 0
            w += wrong * s * x
            return w, b + wrong * s
        """,
    ],
    "11.margin": [
        """
        def margin_of(w, b, x, s):
            length = sum(weight**2 for weight in w) ** 0.5
            return min(sign * (sum(w * row) + b) / length for row, sign in zip(x, s))
        """,
        """
        def margin_of(w, b, x, s):
            unit = w / np.sqrt(w @ w)
            return ((x @ unit + b / np.sqrt(w @ w)) * s).min()
        """,
    ],
    "11.cost": [
        """
        def total_cost(p, ill, threshold, miss, alarm):
            cost = 0
            for probability, is_ill in zip(p, ill):
                if is_ill and probability <= threshold:
                    cost += miss
                if not is_ill and probability > threshold:
                    cost += alarm
            return cost
        """,
        """
        def total_cost(p, ill, threshold, miss, alarm):
            return np.where(ill, miss * (p <= threshold), alarm * (p > threshold)).sum()
        """,
    ],
    "11.separable": [
        """
        def is_separable(x, s):
            a = -s.reshape(-1, 1) * np.hstack([x, np.ones((len(x), 1))])
            free = [(None, None)] * a.shape[1]
            return linprog(np.zeros(a.shape[1]), a, np.full(len(x), -1.0), bounds=free).success
        """,
        """
        def is_separable(x, s):
            inputs = np.column_stack([x, np.ones(len(x))])
            slack = np.hstack([-s[:, None] * inputs, -np.ones((len(x), 1))])
            cost = np.zeros(slack.shape[1])
            cost[-1] = 1  # how far the worst point is on the wrong side
            bounds = [(None, None)] * inputs.shape[1] + [(0, None)]
            return linprog(cost, slack, -np.ones(len(x)), bounds=bounds).fun < 1e-6
        """,
    ],
}

COMPUTED = {
    "11.by-hand": Computed("weighted_sum(np.array([2, -1]), np.array([1, 3]), -1)"),
}
