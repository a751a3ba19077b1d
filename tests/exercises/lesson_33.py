"""Lesson 33: which mutants may pass, right answers in other styles, how values are computed."""

from itertools import count

from computed import Computed

EQUIVALENT = {
    "33.accumulate": {
        "→ g = {last: 1}": "a whole number where a float is meant has the same value",
        "g.get(x, 0) + g[node]": "the same",
        "g.get(x, -0.0) + g[node]": "nothing is added to minus zero but what is added to zero",
    },
    "33.operators": {
        "→ self.grad, self.born = (0, next(clock))": "a whole number is as good an empty sum",
        "→ self.grad, self.born = (-0.0, next(clock))": "minus zero is as good an empty sum",
        "[(other, 1.0), (self, 1.0)]": "the order of the edges does not matter",
        "[(self, 1), (other, 1.0)]": "a whole number has the same value",
        "[(self, 1.0), (other, 1)]": "a whole number has the same value",
        "[(other, -1.0), (self, 1.0)]": "the order of the edges does not matter",
        "[(self, 1), (other, -1.0)]": "a whole number has the same value",
        "self.data - other.data, [(self, 1.0), (other, -1)]": "a whole number has the same value",
        "[(other, self.data), (self, other.data)]": "the order of the edges does not matter",
    },
    "33.twice": {
        "for node in list(between)[1:]:": "the newest is the loss, which is set to 1 next",
        "list(history(loss))[1:] if node": "the newest is the loss, which is set to 1 next",
        "list(history(loss))[:-1] if node": "the oldest is an input, which has no edges",
        "for node in list(history(loss))[:-1]:": "the oldest is an input, without edges to follow",
        "→ node.grad = 0": "a whole number is as good an empty sum",
        "→ node.grad = -0.0": "minus zero is as good an empty sum",
        "→ loss.grad = 1": "a whole number has the same value",
    },
}

STYLES = {
    "33.product": ["product_slopes = [-2.0, 3.0]", "product_slopes = np.array([-2, 3])"],
    "33.operators": [
        """
        class Value:
            def __init__(self, data, edges=()):
                self.data, self.edges = data, edges
                self.grad, self.born = 0.0, next(clock)

            def __add__(self, other):
                return Value(self.data + other.data, ((self, 1), (other, 1)))

            def __sub__(self, other):
                return self + other * Value(-1)

            def __mul__(self, other):
                a, b = self.data, other.data
                return type(self)(a * b, ((self, b), (other, a)))

            def tanh(self):
                return Value(np.tanh(self.data), [(self, 1 / np.cosh(self.data) ** 2)])
        """,
    ],
    "33.accumulate": [
        """
        from collections import defaultdict

        def sweep(slopes, last):
            g = defaultdict(float, {last: 1.0})
            for node, below in list(slopes.items())[::-1]:
                for x in below:
                    g[x] += below[x] * g[node]
            return g
        """,
    ],
    "33.order": [
        """
        def backward_order(inputs, last):
            needed, waiting = set(), [last]
            while waiting:
                node = waiting.pop()
                if node not in needed:
                    needed.add(node)
                    waiting += inputs[node]
            order = []
            while needed:
                free = sorted(n for n in needed if not any(n in inputs[m] for m in needed))
                order.append(free[0])
                needed.remove(free[0])
            return tuple(order)
        """,
    ],
    "33.twice": [
        """
        def backward(loss):
            messages = {loss: 1.0}
            for node in history(loss):
                message = messages.pop(node)
                if not node.edges:
                    node.grad += message
                for x, slope in node.edges:
                    messages[x] = messages.get(x, 0.0) + message * slope
        """,
        """
        def backward(loss):
            loss.grad = 1.0
            for node in history(loss):
                for x, slope in node.edges:
                    x.grad += node.grad * slope
                if node.edges:
                    node.grad = 0.0
        """,
    ],
    "33.unbroadcast": [
        """
        def unbroadcast(g, shape):
            while g.ndim > len(shape):
                g = g.sum(axis=0)
            for axis, length in enumerate(shape):
                if length == 1:
                    g = g.sum(axis=axis, keepdims=True)
            return g
        """,
        """
        import torch

        def unbroadcast(g, shape):
            x = torch.zeros(shape, dtype=torch.double, requires_grad=True)
            return torch.autograd.grad(x.expand(g.shape), x, torch.tensor(g))[0]
        """,
    ],
    "33.softplus": [
        """
        def softplus(input):
            x = input.data
            value = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
            return record(value, (input, lambda g: g * (1 + np.tanh(x / 2)) / 2))
        """,
    ],
}

COMPUTED = {
    "33.product": Computed("[slope for _, slope in (Value(3) * Value(-2)).edges]", clock=count()),
}
